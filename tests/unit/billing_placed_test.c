/*
 * billing_placed_test - a dispute or fraud warning whose customer is not known in time is told all the same, until it is.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/order.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define WARNING "radar.early_fraud_warning"
#define PARTS 5

static const char *dispute(const char *due)
{
	return arena_printf(customer_stage.arena,
	                    "{\"id\":\"dp_1\",\"object\":\"dispute\",\"charge\":\"%s\","
	                    "\"currency\":\"eur\",\"amount\":10000,\"reason\":\"fraudulent\","
	                    "\"evidence_details\":{\"due_by\":%s}}",
	                    customer_key, due);
}

static void feed_dispute(int64_t revision, const char *status)
{
	customer_feed_by_charge("dispute", "dp_1", revision, status, dispute("1778630399"));
}

static void feed_warning(int64_t revision, bool actionable)
{
	customer_feed_by_charge(
	    WARNING, "issfr_1", revision, "",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"issfr_1\",\"charge\":\"%s\",\"actionable\":%s}", customer_key,
	                 actionable ? "true" : "false"));
}

static void feed_charge(const char *customer)
{
	customer_feed_by_charge("charge", customer_key, 1, "succeeded",
	                        arena_printf(customer_stage.arena, "{\"customer\":%s}", customer));
}

/* What was said of it, in one line. */

static const char *unplaced_line(const Opsmesh__V1__ObjectUnplaced *it)
{
	const char *const known = it->charge_known ? ", known" : "";

	assert_string_equal(it->policy, "suspense/1");
	if (it->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE) {
		assert_string_equal(it->dispute->payment_id, customer_key);
		return arena_printf(
		    customer_stage.arena, "%s %s->%s due %lld%s", it->dispute->dispute_id,
		    it->dispute->from_status, it->dispute->to_status,
		    it->dispute->due_by != NULL ? (long long)it->dispute->due_by->seconds : 0,
		    known);
	}
	assert_string_equal(it->fraud_warning->payment_id, customer_key);
	return arena_printf(customer_stage.arena, "%s %s%s%s%s", it->fraud_warning->warning_id,
	                    it->fraud_warning->actionable ? "actionable" : "over",
	                    it->fraud_warning->again ? " again" : "",
	                    it->fraud_warning->from_actionable ? " from actionable" : "", known);
}

static const char *placed_line(const Opsmesh__V1__ObjectPlaced *it)
{
	assert_string_equal(it->charge_id, customer_key);
	return arena_printf(customer_stage.arena, "%s %s is of %s", it->object_type, it->object_id,
	                    it->customer_id);
}

/* The next of these two facts; "": there is none. */
static const char *said(void)
{
	const Opsmesh__V1__BillingEvent *event;

	while ((event = customer_heard()) != NULL) {
		assert_string_equal(event->customer_id, "");
		if (event->fact_case == FACT(OBJECT_UNPLACED))
			return unplaced_line(event->object_unplaced);
		if (event->fact_case == FACT(OBJECT_PLACED))
			return placed_line(event->object_placed);
	}
	return "";
}

static void a_dispute_without_its_charge_is_told_until_it_has_a_customer(void **state)
{
	(void)state;
	feed_dispute(1, "needs_response");
	assert_string_equal(said(), "");
	customer_wait(DAYS(4));
	assert_string_equal(said(), "dp_1 ->needs_response due 1778630399");
	assert_string_equal(said(), "");
	stage_test_restart(&customer_stage);
	feed_dispute(2, "under_review");
	assert_string_equal(said(), "dp_1 needs_response->under_review due 1778630399");
	feed_dispute(2, "under_review");
	assert_string_equal(said(), "");
	feed_charge("null");
	assert_string_equal(said(), "");
	feed_dispute(3, "lost");
	assert_string_equal(said(), "dp_1 under_review->lost due 1778630399, known");
	customer_wait(DAYS(4));
	assert_string_equal(said(), "dp_1 lost->lost due 1778630399, known");
	stage_test_restart(&customer_stage);
	feed_charge("\"cus_9\"");
	assert_string_equal(said(), "dispute dp_1 is of cus_9");
	feed_dispute(4, "won");
	customer_wait(DAYS(30));
	assert_string_equal(said(), "");
}

static void a_warning_without_its_charge_is_told_until_it_has_a_customer(void **state)
{
	(void)state;
	feed_warning(1, true);
	customer_wait(DAYS(4));
	assert_string_equal(said(), "issfr_1 actionable");
	feed_warning(2, false);
	assert_string_equal(said(), "issfr_1 over again from actionable");
	feed_charge("\"cus_9\"");
	assert_string_equal(said(), WARNING " issfr_1 is of cus_9");
	assert_string_equal(said(), "");
}

static void who_is_known_in_time_is_neither_unplaced_nor_placed(void **state)
{
	(void)state;
	feed_dispute(1, "needs_response");
	feed_warning(1, true);
	feed_charge("\"cus_9\"");
	feed_dispute(2, "lost");
	customer_wait(DAYS(30));
	assert_string_equal(said(), "");
}

static void what_has_no_deadline_is_not_told_so(void **state)
{
	(void)state;
	customer_feed_by_charge("refund", "re_1", 1, "succeeded", "{}");
	customer_feed_by_charge("balance_transaction", "txn_1", 1, "available", "{}");
	customer_wait(DAYS(4));
	assert_string_equal(said(), "");
	feed_charge("\"cus_9\"");
	assert_string_equal(said(), "");
}

static void what_cannot_be_read_is_told_by_its_id_and_status(void **state)
{
	(void)state;
	customer_feed_by_charge("dispute", "dp_1", 1, "needs_response", "{}");
	customer_feed_by_charge(WARNING, "issfr_1", 1, "", "[");
	customer_wait(DAYS(4));
	assert_string_equal(said(), "dp_1 ->needs_response due 0");
	assert_string_equal(said(), "issfr_1 over");
	assert_string_equal(said(), "");
}

/* An older state waits too, because of the transaction that it alone tells: the newest is what is told. */
static void of_several_states_the_newest_is_told(void **state)
{
	(void)state;
	customer_feed_by_charge(
	    "dispute", "dp_1", 1, "needs_response",
	    "{\"currency\":\"eur\",\"balance_transactions\":[{\"id\":\"txn_1\",\"amount\":-1,"
	    "\"net\":-1}]}");
	feed_dispute(2, "under_review");
	customer_wait(DAYS(4));
	assert_string_equal(said(), "dp_1 ->under_review due 1778630399");
	assert_string_equal(said(), "");
}

static void feed_mirrored(Opsmesh__V1__ObjectMirrored *made)
{
	Opsmesh__V1__ByChargeEvent event = OPSMESH__V1__BY_CHARGE_EVENT__INIT;

	event.charge_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CHARGE_EVENT__FACT_MIRRORED;
	event.mirrored = made;
	customer_feed_event(OPS_BY_CHARGE, &event.base);
}

/* Its charge was within it, whole: the customer hears of it without us. */
static void what_names_its_customer_itself_is_not_unplaced(void **state)
{
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("dispute", "dp_1", 1, "needs_response", dispute("1"));

	(void)state;
	made.customer_id = text_mutable("cus_9");
	feed_mirrored(&made);
	customer_wait(DAYS(4));
	assert_string_equal(said(), "");
}

static void what_names_its_customer_itself_at_last_is_placed_by_that(void **state)
{
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("dispute", "dp_1", 2, "needs_response", dispute("1"));

	(void)state;
	feed_dispute(1, "needs_response");
	feed_warning(1, true);
	customer_wait(DAYS(4));
	assert_string_equal(said(), "dp_1 ->needs_response due 1778630399");
	assert_string_equal(said(), "issfr_1 actionable");
	made.customer_id = text_mutable("cus_9");
	feed_mirrored(&made);
	assert_string_equal(said(), "dispute dp_1 is of cus_9");
	made.revision = 3;
	feed_mirrored(&made);
	assert_string_equal(said(), "");
	feed_charge("\"cus_9\"");
	assert_string_equal(said(), WARNING " issfr_1 is of cus_9");
	assert_string_equal(said(), "");
}

/* The stage `object` said that it names no charge; now it does. */
static void feed_named(const char *status)
{
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("dispute", "dp_1", 2, status, dispute("1778630399"));
	Opsmesh__V1__Unplaced before = OPSMESH__V1__UNPLACED__INIT;

	before.object_id = text_mutable("dp_1");
	before.object_type = text_mutable("dispute");
	before.status = text_mutable("needs_response");
	made.unplaced = &before;
	feed_mirrored(&made);
}

static void what_named_no_charge_before_is_placed_at_once_where_the_customer_is_known(void **state)
{
	(void)state;
	feed_charge("\"cus_9\"");
	feed_named("lost");
	assert_string_equal(said(), "dispute dp_1 is of cus_9");
	assert_string_equal(said(), "");
}

static void what_named_no_charge_before_is_told_at_once_where_it_waits(void **state)
{
	(void)state;
	feed_named("lost");
	assert_string_equal(said(), "dp_1 needs_response->lost due 1778630399");
	feed_charge("\"cus_9\"");
	assert_string_equal(said(), "dispute dp_1 is of cus_9");
	assert_string_equal(said(), "");
}

/* Every order, and after each part time passes or does not. */

static void feed_part(size_t part)
{
	switch (part) {
	case 0: feed_dispute(1, "needs_response"); break;
	case 1: feed_dispute(2, "lost"); break;
	case 2: feed_warning(1, true); break;
	case 3: feed_charge("null"); break;
	default: feed_charge("\"cus_9\"");
	}
}

struct tally {
	int unplaced;
	int placed;
	const char *last;
};

/* Of one object; what is placed is never unplaced again. */
static struct tally count(const char *id)
{
	struct tally tally = { .last = "" };
	const char *line;

	customer_stage.told = 0;
	while (*(line = said()) != '\0') {
		if (strstr(line, id) == NULL)
			continue;
		if (strstr(line, " is of cus_9") != NULL) {
			tally.placed++;
			continue;
		}
		assert_int_equal(tally.placed, 0);
		tally.unplaced++;
		tally.last = line;
	}
	return tally;
}

static void expect(const char *id, bool known)
{
	const struct tally tally = count(id);

	assert_int_equal(tally.placed, known && tally.unplaced > 0);
	if (!known && strcmp(id, "dp_1") == 0)
		assert_non_null(strstr(tally.last, "->lost"));
	if (!known)
		assert_true(tally.unplaced > 0);
}

static void every_order(size_t parts)
{
	size_t order[PARTS] = { 0, 1, 2, 3, 4 };

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
			expect("dp_1", parts == PARTS);
			expect("issfr_1", parts == PARTS);
			assert_int_equal(customer_stop(NULL), 0);
		}
	while (order_next(order, parts));
}

static void in_every_order_what_was_unplaced_is_placed_once(void **state)
{
	(void)state;
	every_order(PARTS);
}

static void in_every_order_what_has_no_customer_is_told_as_it_stands(void **state)
{
	(void)state;
	every_order(PARTS - 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start_charge, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_dispute_without_its_charge_is_told_until_it_has_a_customer),
		CASE(a_warning_without_its_charge_is_told_until_it_has_a_customer),
		CASE(who_is_known_in_time_is_neither_unplaced_nor_placed),
		CASE(what_has_no_deadline_is_not_told_so),
		CASE(what_cannot_be_read_is_told_by_its_id_and_status),
		CASE(of_several_states_the_newest_is_told),
		CASE(what_names_its_customer_itself_is_not_unplaced),
		CASE(what_names_its_customer_itself_at_last_is_placed_by_that),
		CASE(what_named_no_charge_before_is_placed_at_once_where_the_customer_is_known),
		CASE(what_named_no_charge_before_is_told_at_once_where_it_waits),
		cmocka_unit_test(in_every_order_what_was_unplaced_is_placed_once),
		cmocka_unit_test(in_every_order_what_has_no_customer_is_told_as_it_stands),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
