/*
 * billing_card_stage_test - attempts of a card are counted over all its customers, and each hears when it is spent.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/card/card.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/order.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START_S (20600 * 86400LL) /* after the last version of the networks' budgets */

struct tried {
	const char *customer; /* "": the charge names none */
	const char *charge;
	int hour;
	int amount; /* 0: 120.00 */
	const char *advice;
	const char *refused; /* how the network took it; NULL: it declined */
};

static int start(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_CARD, "visa/fp_");
	return 0;
}

static int start_mastercard(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_CARD, "mastercard/fp_");
	return 0;
}

static const char *body_of(const struct tried *tried)
{
	const int network = (int)strcspn(customer_key, "/");

	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"%s\",\"object\":\"charge\",\"status\":\"failed\",\"amount\":%d,"
	    "\"currency\":\"usd\",\"created\":%lld,\"invoice\":\"in_%s\","
	    "\"outcome\":{\"type\":\"issuer_declined\",\"network_status\":\"%s\","
	    "\"reason\":\"insufficient_funds\",\"network_advice_code\":\"%s\"},"
	    "\"payment_method_details\":{\"type\":\"card\",\"card\":{\"brand\":\"%.*s\","
	    "\"network\":\"%.*s\",\"fingerprint\":\"%s\"}}}",
	    tried->charge, tried->amount != 0 ? tried->amount : 12000,
	    START_S + tried->hour * 3600LL, tried->charge,
	    tried->refused != NULL ? tried->refused : "declined_by_network",
	    tried->advice != NULL ? tried->advice : "", network, customer_key, network,
	    customer_key, customer_key + network + 1);
}

static void feed(const struct tried *tried)
{
	Opsmesh__V1__ByCardEvent event = OPSMESH__V1__BY_CARD_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("charge", tried->charge, 1, "failed", body_of(tried));

	made.customer_id = text_mutable(tried->customer);
	event.card = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CARD_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	customer_feed_event(OPS_BY_CARD, &event.base);
}

/* The hours from..to - 1, one attempt each. */
static void feed_hours(const char *customer, int from, int to)
{
	for (int hour = from; hour < to; hour++)
		feed(&(struct tried){ customer,
		                      arena_printf(customer_stage.arena, "ch_%s%d", customer, hour),
		                      hour, 0, NULL, NULL });
}

/* NULL: nobody was told more. */
static const Opsmesh__V1__AttemptBudgetSpent *told(const char **customer)
{
	const ProtobufCMessage *message;
	const struct fact *const fact = stage_test_next(&customer_stage, &message);

	if (fact == NULL)
		return NULL;
	assert_false(fact->dead_letter);
	assert_int_equal(fact->topic, OPS_BY_CUSTOMER);
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	assert_int_equal(event->fact_case, OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_CARD_SPENT);
	assert_true(bytes_equal(fact->key, bytes_of(event->customer_id)));
	*customer = event->customer_id;
	return event->card_spent;
}

static void tells_nobody(void)
{
	const char *customer;

	assert_null(told(&customer));
}

static const Opsmesh__V1__AttemptBudgetSpent *tells(const char *customer)
{
	const char *heard;
	const Opsmesh__V1__AttemptBudgetSpent *const spent = told(&heard);

	assert_non_null(spent);
	assert_string_equal(heard, customer);
	return spent;
}

static void a_visa_card_may_be_tried_twenty_times_in_thirty_days(void **state)
{
	(void)state;
	feed_hours("cus_a", 0, 19);
	tells_nobody();
	feed_hours("cus_a", 19, 20);
	const Opsmesh__V1__AttemptBudgetSpent *const spent = tells("cus_a");

	assert_string_equal(spent->payment_id, "ch_cus_a19");
	assert_string_equal(spent->invoice_id, "in_ch_cus_a19");
	assert_string_equal(spent->network, "visa");
	assert_string_equal(spent->card, customer_key + strlen("visa/"));
	assert_string_equal(spent->why, "budget");
	assert_int_equal(spent->attempts, 20);
	assert_int_equal(spent->most, 20);
	assert_int_equal(spent->within_us, DAYS(30).us);
	assert_int_equal(spent->again_at->seconds, START_S + 30 * 86400LL);
	assert_string_equal(spent->policy, "attempts/2");
	stage_test_restart(&customer_stage);
	feed_hours("cus_a", 20, 21);
	tells_nobody();
}

/* The newest first: the order in which they are heard says nothing. */
static void a_mastercard_may_be_tried_ten_times_a_day(void **state)
{
	(void)state;
	for (int hour = 10; hour > 1; hour--)
		feed_hours("cus_a", hour, hour + 1);
	tells_nobody();
	feed_hours("cus_a", 1, 2);
	assert_int_equal(tells("cus_a")->most, 10);
}

static void attempts_of_two_customers_are_one_card_s(void **state)
{
	const Opsmesh__V1__AttemptBudgetSpent *spent;

	(void)state;
	feed_hours("cus_a", 0, 12);
	feed_hours("cus_b", 12, 19);
	tells_nobody();
	stage_test_restart(&customer_stage);
	feed_hours("cus_b", 19, 20);
	spent = tells("cus_b");
	assert_int_equal(spent->attempts, 20);
	assert_string_equal(spent->payment_id, "ch_cus_b19");
	spent = tells("cus_a");
	assert_int_equal(spent->attempts, 20);
	assert_int_equal(spent->again_at->seconds, START_S + 30 * 86400LL);
	tells_nobody();
}

static void of_another_s_attempt_neither_charge_nor_invoice_is_told(void **state)
{
	(void)state;
	feed_hours("cus_a", 0, 1);
	feed_hours("cus_b", 1, 20);
	assert_string_equal(tells("cus_b")->invoice_id, "in_ch_cus_b19");
	const Opsmesh__V1__AttemptBudgetSpent *const spent = tells("cus_a");

	assert_string_equal(spent->payment_id, "");
	assert_string_equal(spent->invoice_id, "");
}

static void who_comes_to_a_spent_card_hears_it_once(void **state)
{
	(void)state;
	feed_hours("cus_a", 0, 20);
	(void)tells("cus_a");
	feed_hours("cus_b", 20, 22);
	assert_string_equal(tells("cus_b")->payment_id, "ch_cus_b20");
	tells_nobody();
}

static void a_card_that_the_network_forbids_is_said_to_all_once(void **state)
{
	(void)state;
	feed_hours("cus_a", 0, 1);
	feed(&(struct tried){ "cus_b", "ch_b", 1, 0, "03", NULL });
	const Opsmesh__V1__AttemptBudgetSpent *const spent = tells("cus_b");

	assert_string_equal(spent->why, "forbidden");
	assert_string_equal(spent->detail, "advice 03");
	assert_null(spent->again_at);
	assert_string_equal(tells("cus_a")->why, "forbidden");
	feed(&(struct tried){ "cus_b", "ch_c", 2, 0, "03", NULL });
	feed_hours("cus_a", 3, 4);
	tells_nobody();
}

static void what_forbids_it_for_longer_is_said_as_well(void **state)
{
	(void)state;
	feed_hours("cus_b", 0, 1);
	feed_hours("cus_a", 1, 10);
	assert_int_equal(tells("cus_a")->most, 10);
	assert_int_equal(tells("cus_b")->most, 10);
	feed_hours("cus_a", 10, 34);
	tells_nobody();
	feed_hours("cus_a", 34, 35);
	assert_int_equal(tells("cus_a")->most, 35);
	assert_int_equal(tells("cus_b")->most, 35);
	feed_hours("cus_a", 35, 36);
	tells_nobody();
	feed(&(struct tried){ "cus_a", "ch_x", 36, 0, "03", NULL });
	assert_string_equal(tells("cus_a")->why, "forbidden");
	assert_string_equal(tells("cus_b")->why, "forbidden");
	feed_hours("cus_a", 37, 38);
	tells_nobody();
}

static void when_the_window_has_moved_on_it_may_be_spent_again(void **state)
{
	(void)state;
	feed_hours("cus_a", 0, 10);
	feed_hours("cus_b", 10, 20);
	(void)tells("cus_b");
	(void)tells("cus_a");
	feed_hours("cus_a", 30 * 24 + 15, 30 * 24 + 16);
	tells_nobody();
	feed_hours("cus_a", 30 * 24 + 16, 30 * 24 + 40);
	(void)tells("cus_a");
	(void)tells("cus_b");
	tells_nobody();
}

/* A budget of one amount is no matter of those who try another one. */
static void a_budget_of_one_amount_concerns_who_tries_that(void **state)
{
	(void)state;
	feed(&(struct tried){ "cus_b", "ch_b1", 0, 700, NULL, NULL });
	for (int i = 1; i < 35; i++)
		feed_hours("cus_a", 3 * i, 3 * i + 1);
	tells_nobody();
	feed_hours("cus_a", 3 * 35, 3 * 35 + 1);
	assert_int_equal(tells("cus_a")->most, 35);
	tells_nobody();
	feed(&(struct tried){ "cus_b", "ch_b2", 3 * 36, 700, NULL, NULL });
	tells_nobody();
	feed(&(struct tried){ "cus_b", "ch_b3", 3 * 37, 12000, NULL, NULL });
	assert_int_equal(tells("cus_b")->most, 35);
	feed(&(struct tried){ "cus_b", "ch_b4", 3 * 38, 12000, NULL, NULL });
	tells_nobody();
}

static void who_tries_several_amounts_hears_of_a_budget_of_all_once(void **state)
{
	(void)state;
	feed(&(struct tried){ "cus_b", "ch_b1", 0, 700, NULL, NULL });
	feed(&(struct tried){ "cus_b", "ch_b2", 1, 900, NULL, NULL });
	feed_hours("cus_a", 2, 20);
	(void)tells("cus_a");
	(void)tells("cus_b");
	feed(&(struct tried){ "cus_b", "ch_b3", 20, 500, NULL, NULL });
	tells_nobody();
}

static void what_names_no_customer_counts(void **state)
{
	(void)state;
	feed_hours("", 0, 19);
	feed_hours("cus_a", 19, 20);
	assert_int_equal(tells("cus_a")->attempts, 20);
	feed(&(struct tried){ "cus_b", "ch_0", 0, 0, NULL, NULL });
	assert_string_equal(tells("cus_b")->payment_id, "ch_0");
	tells_nobody();
}

static void what_was_not_sent_or_cannot_be_read_counts_nowhere(void **state)
{
	(void)state;
	feed_hours("cus_a", 0, 19);
	feed(&(struct tried){ "cus_a", "ch_x", 19, 0, NULL, "not_sent_to_network" });
	feed(&(struct tried){ "cus_a", "", 19, 0, NULL, NULL });
	feed(&(struct tried){ "cus_a", "ch_y", 19, -1, NULL, NULL });
	tells_nobody();
}

/* In every order each hears it once, and the card's row is the same. */

#define BEFORE 16

static const struct tried last[] = {
	{ "cus_a", "ch_1", 16, 0, NULL, NULL }, { "cus_b", "ch_2", 17, 0, NULL, NULL },
	{ "cus_b", "ch_2", 17, 0, NULL, NULL }, { "cus_c", "ch_3", 2, 0, NULL, NULL },
	{ "cus_c", "ch_4", 19, 0, NULL, NULL }, { "cus_d", "ch_5", 20, 0, NULL, NULL },
};

static struct card_row fold(const size_t *order)
{
	struct card_row row;

	feed_hours("cus_a", 0, BEFORE);
	for (size_t i = 0; i < COUNT_OF(last); i++) {
		feed(&last[order[i]]);
		if (i == 3)
			stage_test_restart(&customer_stage);
	}
	row = (struct card_row){ .card = customer_key };
	assert_true(stage_test_row(&customer_stage, &card_table, &row));
	return row;
}

static void each_was_told_once(void)
{
	const char *customer;
	int heard[4] = { 0 };

	while (told(&customer) != NULL)
		heard[customer[4] - 'a']++;
	for (size_t i = 0; i < COUNT_OF(heard); i++)
		assert_int_equal(heard[i], 1);
}

static void in_every_order_each_customer_hears_it_once(void **state)
{
	size_t order[COUNT_OF(last)] = { 0, 1, 2, 3, 4, 5 };
	struct arena *const kept = arena_create(4096);
	struct bytes body = { NULL, 0 };
	struct bytes users = { NULL, 0 };

	(void)state;
	do {
		const struct card_row row = fold(order);

		if (body.data == NULL) {
			body = arena_bytes(kept, row.body);
			users = arena_bytes(kept, row.users);
		}
		assert_true(bytes_equal(row.body, body));
		assert_true(bytes_equal(row.users, users));
		each_was_told_once();
		customer_fixture_start(BILLING_CARD, "visa/fp_");
	} while (order_next(order, COUNT_OF(last)));
	arena_destroy(kept);
}

#define VISA(test) cmocka_unit_test_setup_teardown(test, start, customer_stop)
#define MASTERCARD(test) cmocka_unit_test_setup_teardown(test, start_mastercard, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		VISA(a_visa_card_may_be_tried_twenty_times_in_thirty_days),
		MASTERCARD(a_mastercard_may_be_tried_ten_times_a_day),
		VISA(attempts_of_two_customers_are_one_card_s),
		VISA(of_another_s_attempt_neither_charge_nor_invoice_is_told),
		VISA(who_comes_to_a_spent_card_hears_it_once),
		MASTERCARD(a_card_that_the_network_forbids_is_said_to_all_once),
		MASTERCARD(what_forbids_it_for_longer_is_said_as_well),
		VISA(when_the_window_has_moved_on_it_may_be_spent_again),
		MASTERCARD(a_budget_of_one_amount_concerns_who_tries_that),
		VISA(who_tries_several_amounts_hears_of_a_budget_of_all_once),
		VISA(what_names_no_customer_counts),
		VISA(what_was_not_sent_or_cannot_be_read_counts_nowhere),
		VISA(in_every_order_each_customer_hears_it_once),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
