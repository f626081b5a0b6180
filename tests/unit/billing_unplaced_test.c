/*
 * billing_unplaced_test - what no customer has and does not add up is a case of the stage `payout`, until it does.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/case_fixture.h"
#include "tests/support/order.h"
#include "tests/support/payout_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BY_PAYOUT_EVENT__FACT_##name
#define TOLD_MAX 64

/* The stage `charge`: what it tells. */

/* "dispute dp_1", "charge itself, known": as it was told, without whether that is over. */
static const char *name_of(const Opsmesh__V1__ObjectUnmet *unmet)
{
	const bool itself = text_equal(unmet->object_id, customer_key);

	return arena_printf(customer_stage.arena, "%s %s%s", unmet->object_type,
	                    itself ? "itself" : unmet->object_id,
	                    unmet->charge_known ? ", known" : "");
}

static const Opsmesh__V1__ObjectUnmet *next_unmet(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	while ((fact = stage_test_next(&customer_stage, &message)) != NULL) {
		const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;

		if (fact->topic != OPS_BY_PAYOUT)
			continue;
		assert_int_equal(event->fact_case, FACT(UNMET));
		assert_string_equal(event->subject_id, customer_key);
		return event->unmet;
	}
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of all that was told what is not over, in order: "dispute dp_1; refund re_1". What is over was told before. */
static const char *left(void)
{
	const Opsmesh__V1__ObjectUnmet *unmet;
	const char *names[TOLD_MAX];
	const char *text = "";
	size_t count = 0;

	customer_stage.told = 0;
	while ((unmet = next_unmet()) != NULL) {
		const char *const name = name_of(unmet);
		size_t at = 0;

		while (at < count && !text_equal(names[at], name))
			at++;
		assert_int_equal(unmet->healed, at < count);
		if (unmet->healed)
			names[at] = names[--count];
		else
			names[count++] = name;
	}
	qsort(names, count, sizeof(*names), compare);
	for (size_t i = 0; i < count; i++)
		text =
		    arena_printf(customer_stage.arena, "%s%s%s", text, i > 0 ? "; " : "", names[i]);
	return text;
}

static void feed_part(size_t part)
{
	switch (part) {
	case 0: customer_feed_by_charge("dispute", "dp_1", 1, "lost", "{}"); break;
	case 1: customer_feed_by_charge("refund", "re_1", 1, "succeeded", "{}"); break;
	case 2:
		customer_feed_by_charge("charge", customer_key, 1, "succeeded",
		                        "{\"customer\":null}");
		break;
	default:
		customer_feed_by_charge("charge", customer_key, 1, "succeeded",
		                        "{\"customer\":\"cus_9\"}");
	}
}

/* Every order of the parts, and after each of them time passes or does not. */
static void every_order_leaves(size_t parts, const char *expected)
{
	size_t order[] = { 0, 1, 2, 3 };

	do
		for (unsigned waits = 0; waits < 1U << parts; waits++) {
			assert_int_equal(customer_start_charge(NULL), 0);
			for (size_t i = 0; i < parts; i++) {
				feed_part(order[i]);
				if ((waits >> i & 1) != 0)
					customer_wait(DAYS(4));
				stage_test_restart(&customer_stage);
				feed_part(order[i]);
			}
			customer_wait(DAYS(4));
			assert_string_equal(left(), expected);
			assert_int_equal(customer_stop(NULL), 0);
		}
	while (order_next(order, parts));
	assert_int_equal(customer_start_charge(NULL), 0);
}

static void whoever_is_known_in_the_end_leaves_nothing(void **state)
{
	(void)state;
	every_order_leaves(4, "");
}

static void what_waits_for_a_charge_that_names_nobody_waits_for_its_customer(void **state)
{
	(void)state;
	every_order_leaves(3, "charge itself, known; dispute dp_1, known; refund re_1, known");
}

static void what_waits_for_a_charge_that_never_comes_is_told_each_once(void **state)
{
	(void)state;
	every_order_leaves(2, "dispute dp_1; refund re_1");
}

/* It took no money; but who waits for it waits. */
static void of_a_charge_that_failed_nobody_misses_the_customer(void **state)
{
	(void)state;
	customer_feed_by_charge("charge", customer_key, 1, "failed", "{\"customer\":null}");
	customer_wait(DAYS(4));
	assert_string_equal(left(), "");
	customer_feed_by_charge("radar.early_fraud_warning", "issfr_1", 1, "", "{}");
	customer_wait(DAYS(4));
	assert_string_equal(left(), "radar.early_fraud_warning issfr_1, known");
}

/* The stage `payout` has it in suspense. */
static void a_transaction_that_waits_is_told_by_itself(void **state)
{
	(void)state;
	customer_feed_by_charge("balance_transaction", "txn_1", 1, "available", "{}");
	customer_wait(DAYS(4));
	assert_string_equal(left(), "");
}

/* The stage `payout`: what it makes of it. */

static void feed_unmet(const char *type, const char *id, bool known, bool healed)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__ObjectUnmet unmet = OPSMESH__V1__OBJECT_UNMET__INIT;

	unmet.object_id = text_mutable(id);
	unmet.object_type = text_mutable(type);
	unmet.charge_known = known;
	unmet.healed = healed;
	event.fact_case = FACT(UNMET);
	event.unmet = &unmet;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void a_dispute_without_its_charge_is_a_case_until_that_comes(void **state)
{
	(void)state;
	feed_unmet("dispute", "dp_1", false, false);
	assert_string_equal(case_said(NULL), "opened dispute_without_charge dp_1 1 0\n");
	feed_unmet("dispute", "dp_1", false, false);
	assert_string_equal(case_said(NULL), "");
	stage_test_restart(&customer_stage);
	feed_unmet("dispute", "dp_1", false, true);
	assert_string_equal(case_said(NULL), "healed dispute_without_charge dp_1\n");
	feed_unmet("dispute", "dp_1", true, false);
	assert_string_equal(case_said(NULL), "opened charge_without_customer dp_1 1 0\n");
}

static void whoever_waits_for_one_charge_waits_for_one_thing(void **state)
{
	(void)state;
	feed_unmet("refund", "re_1", false, false);
	feed_unmet("refund", "re_2", false, false);
	assert_string_equal(case_said(NULL),
	                    arena_printf(customer_stage.arena, "opened never_came %s 1 0\n",
	                                 customer_key));
	feed_unmet("refund", "re_1", false, true);
	feed_unmet("refund", "re_2", false, true);
	assert_string_equal(case_said(NULL), arena_printf(customer_stage.arena,
	                                                  "healed never_came %s\n", customer_key));
}

static void feed_not_taken(const Opsmesh__V1__ObjectNotTaken *refused)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__ObjectNotTaken copy = *refused;

	event.fact_case = FACT(NOT_TAKEN);
	event.not_taken = &copy;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void a_transaction_with_two_amounts_is_off_by_what_they_differ(void **state)
{
	Opsmesh__V1__ObjectNotTaken refused = OPSMESH__V1__OBJECT_NOT_TAKEN__INIT;

	(void)state;
	refused.object_id = text_mutable("txn_1");
	refused.object_type = text_mutable("balance_transaction");
	refused.field = text_mutable("amount");
	refused.differs = true;
	refused.standing = 960;
	refused.amount = 1000;
	refused.currency = text_mutable("JPY");
	feed_not_taken(&refused);
	assert_string_equal(case_said(NULL),
	                    "opened balance_transaction_differs txn_1 960 1000 JPY\n");
	refused.healed = true;
	feed_not_taken(&refused);
	assert_string_equal(case_said(NULL), "healed balance_transaction_differs txn_1\n");
}

/* An id as long as the provider's may be: what the case is about is still told apart. */
static void an_id_of_any_length_has_its_case(void **state)
{
	Opsmesh__V1__ObjectNotTaken refused = OPSMESH__V1__OBJECT_NOT_TAKEN__INIT;
	char id[256] = "";

	(void)state;
	memset(id, 'i', sizeof(id) - 1);
	refused.object_id = id;
	refused.object_type = text_mutable("refund");
	refused.field = text_mutable("currency");
	feed_not_taken(&refused);
	assert_string_equal(case_said(NULL), arena_printf(customer_stage.arena,
	                                                  "opened currency_changed %s 1 0\n", id));
	stage_test_restart(&customer_stage);
	refused.healed = true;
	feed_not_taken(&refused);
	assert_string_equal(case_said(NULL),
	                    arena_printf(customer_stage.arena, "healed currency_changed %s\n", id));
}

static void feed_swept(bool healed)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__ObjectSwept swept = OPSMESH__V1__OBJECT_SWEPT__INIT;

	swept.object_id = text_mutable("re_1");
	swept.object_type = text_mutable("refund");
	swept.cause = text_mutable("missed_event");
	swept.healed = healed;
	event.fact_case = FACT(SWEPT);
	event.swept = &swept;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void what_a_list_page_has_otherwise_is_a_case_until_it_is_explained(void **state)
{
	(void)state;
	feed_swept(false);
	assert_string_equal(case_said(NULL), "opened missed_event re_1 0 1\n");
	feed_swept(true);
	assert_string_equal(case_said(NULL), "healed missed_event re_1\n");
}

static void feed_rate(int shard, bool healed)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__RateLacks lacks = OPSMESH__V1__RATE_LACKS__INIT;

	lacks.currency = text_mutable("JPY");
	lacks.reporting_currency = text_mutable("USD");
	lacks.shard = shard;
	lacks.healed = healed;
	event.fact_case = FACT(RATE_LACKS);
	event.rate_lacks = &lacks;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void a_rate_is_missing_until_the_last_shard_has_it(void **state)
{
	(void)state;
	feed_rate(1, false);
	feed_rate(2, false);
	assert_string_equal(case_said(NULL), "opened rate_missing JPY/USD/1 1 0\n"
	                                     "moved rate_missing JPY/USD/2 1 0\n");
	feed_rate(1, true);
	feed_rate(2, true);
	assert_string_equal(case_said(NULL), "moved rate_missing JPY/USD/1 0 0\n"
	                                     "healed rate_missing JPY/USD/2\n");
}

#define CHARGE(name) cmocka_unit_test_setup_teardown(name, customer_start_charge, customer_stop)
#define PAYOUT(name) cmocka_unit_test_setup_teardown(name, payout_start, customer_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHARGE(whoever_is_known_in_the_end_leaves_nothing),
		CHARGE(what_waits_for_a_charge_that_names_nobody_waits_for_its_customer),
		CHARGE(what_waits_for_a_charge_that_never_comes_is_told_each_once),
		CHARGE(of_a_charge_that_failed_nobody_misses_the_customer),
		CHARGE(a_transaction_that_waits_is_told_by_itself),
		PAYOUT(a_dispute_without_its_charge_is_a_case_until_that_comes),
		PAYOUT(whoever_waits_for_one_charge_waits_for_one_thing),
		PAYOUT(a_transaction_with_two_amounts_is_off_by_what_they_differ),
		PAYOUT(an_id_of_any_length_has_its_case),
		PAYOUT(a_rate_is_missing_until_the_last_shard_has_it),
		PAYOUT(what_a_list_page_has_otherwise_is_a_case_until_it_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
