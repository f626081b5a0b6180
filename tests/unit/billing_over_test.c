/*
 * billing_over_test - refunds that give back more than was charged are a case, with or without their transactions.
 */
#include "common/base/text.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STATES 4
#define OPENED "opened refund_over_charge ch_1 12000 13000 JPY\n"
#define HEALED "healed refund_over_charge ch_1\n"

static const char *said(void)
{
	return case_said("refund_over_charge");
}

/* Objects of one charge. */

static void feed_charge(int amount, int captured)
{
	customer_feed("charge", "ch_1", 1, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":"
	                           "\"succeeded\",\"amount\":%d,\"amount_captured\":%d,"
	                           "\"captured\":%s,\"amount_refunded\":0,\"currency\":\"jpy\","
	                           "\"created\":1777600000}",
	                           amount, captured, captured > 0 ? "true" : "false"));
}

static void feed_transaction(const char *id, const char *type, const char *source, int amount)
{
	customer_feed("balance_transaction", id, 1, "available",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"balance_transaction\",\"type\":"
	                           "\"%s\",\"source\":\"%s\",\"amount\":%d,\"fee\":0,\"net\":%d,"
	                           "\"currency\":\"jpy\",\"created\":1777600100,"
	                           "\"available_on\":1777600100}",
	                           id, type, source, amount, amount));
}

/* With its transaction within, where it has one. */
static void feed_refund(const char *id, int64_t revision, const char *status, int amount,
                        const char *transaction)
{
	const char *const inside =
	    arena_printf(customer_stage.arena,
	                 ",\"balance_transaction\":{\"id\":\"%s\",\"object\":"
	                 "\"balance_transaction\",\"type\":\"refund\",\"source\":\"%s\","
	                 "\"amount\":-%d,\"fee\":0,\"net\":-%d,\"currency\":\"jpy\","
	                 "\"created\":1777600200,\"available_on\":1777600200}",
	                 transaction, id, amount, amount);

	customer_feed("refund", id, revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"%s\","
	                           "\"charge\":\"ch_1\",\"currency\":\"jpy\",\"amount\":%d,"
	                           "\"created\":1777600150%s}",
	                           id, status, amount, *transaction != '\0' ? inside : ""));
}

static void feed(size_t which, const char *transaction)
{
	switch (which) {
	case 0: feed_charge(12000, 12000); return;
	case 1: feed_transaction("txn_1", "charge", "ch_1", 12000); return;
	case 2: feed_refund("re_1", 1, "succeeded", 7000, transaction); return;
	default: feed_refund("re_2", 1, "pending", 6000, ""); return;
	}
}

/* A state of those that come in any order. */
typedef void feeder(size_t which, const char *transaction);

static void feed_all(const size_t *order, feeder *feed_one, const char *transaction)
{
	for (size_t i = 0; i < STATES; i++)
		feed_one(order[i], transaction);
}

static void in_any_order_it_is_one_case_and_heals_when_one_fails(void **state)
{
	static const char *const transactions[] = { "", "txn_2" };

	for (size_t i = 0; i < COUNT_OF(transactions); i++) {
		size_t order[STATES] = { 0, 1, 2, 3 };

		do {
			(void)customer_start(state);
			feed_all(order, feed, transactions[i]);
			assert_string_equal(said(), OPENED);
			stage_test_restart(&customer_stage);
			feed_refund("re_2", 2, "failed", 6000, "");
			assert_string_equal(said(), HEALED);
			(void)customer_stop(state);
		} while (order_next(order, STATES));
	}
}

static void feed_dispute(int64_t revision, const char *status, int amount, bool back)
{
	const char *const form =
	    "{\"id\":\"txn_d%d\",\"object\":\"balance_transaction\",\"type\":\"adjustment\","
	    "\"source\":\"dp_1\",\"amount\":%d,\"fee\":0,\"net\":%d,\"currency\":\"jpy\","
	    "\"created\":1777600300,\"available_on\":1777600300}";
	struct arena *const arena = customer_stage.arena;
	const char *const taken = arena_printf(arena, form, 1, -amount, -amount);
	const char *const given = back ? arena_printf(arena, form, 2, amount, amount) : "";

	customer_feed("dispute", "dp_1", revision, status,
	              arena_printf(arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"ch_1\","
	                           "\"balance_transactions\":[%s%s%s]}",
	                           status, amount, taken, back ? "," : "", given));
}

/* Whatever state of the dispute comes before its last one, if any does. */
static void feed_beside(size_t which, const char *earlier)
{
	switch (which) {
	case 0: feed_charge(12000, 12000); return;
	case 1: feed_transaction("txn_1", "charge", "ch_1", 12000); return;
	case 2: feed_refund("re_1", 1, "succeeded", 7000, ""); return;
	default:
		if (*earlier != '\0')
			feed_dispute(1, earlier, 6000, false);
		feed_dispute(2, "lost", 6000, false);
	}
}

/* The refund's transaction has not come, and the dispute's has: neither alone is too much. */
static void a_dispute_takes_beside_a_refund_in_any_order(void **state)
{
	static const char *const earlier[] = { "", "under_review" };

	for (size_t i = 0; i < COUNT_OF(earlier); i++) {
		size_t order[STATES] = { 0, 1, 2, 3 };

		do {
			(void)customer_start(state);
			feed_all(order, feed_beside, earlier[i]);
			assert_string_equal(said(), OPENED);
			stage_test_restart(&customer_stage);
			feed_refund("re_1", 2, "succeeded", 7000, "txn_2");
			assert_string_equal(said(), "");
			feed_dispute(3, "won", 6000, true);
			assert_string_equal(said(), HEALED);
			(void)customer_stop(state);
		} while (order_next(order, STATES));
	}
}

/* What was heard of it and what is booked of it are not two matters. */
static void what_is_booked_of_it_later_is_the_same_case(void **state)
{
	(void)state;
	feed_charge(12000, 12000);
	feed_transaction("txn_1", "charge", "ch_1", 12000);
	feed_refund("re_1", 1, "pending", 13000, "");
	assert_string_equal(said(), "opened refund_over_charge ch_1 12000 13000 JPY\n");
	feed_refund("re_1", 2, "succeeded", 13000, "txn_2");
	assert_string_equal(said(), "");
	feed_refund("re_2", 1, "succeeded", 100, "txn_3");
	assert_string_equal(said(), "moved refund_over_charge ch_1 12000 13100 JPY\n");
	feed_refund("re_1", 3, "failed", 13000, "txn_2");
	assert_string_equal(said(), "");
}

/* Its reservation is released by a refund of what was not captured. */
static void what_was_never_captured_was_not_charged(void **state)
{
	(void)state;
	feed_refund("re_0", 1, "succeeded", 4000, "");
	feed_charge(12000, 8000);
	feed_refund("re_1", 1, "succeeded", 8000, "");
	assert_string_equal(said(), "");
	feed_refund("re_2", 1, "succeeded", 1, "");
	assert_string_equal(said(), "opened refund_over_charge ch_1 8000 8001 JPY\n");
}

static void nor_was_what_is_only_reserved(void **state)
{
	(void)state;
	feed_charge(12000, 0);
	feed_refund("re_1", 1, "succeeded", 12000, "");
	assert_string_equal(said(), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(in_any_order_it_is_one_case_and_heals_when_one_fails),
		cmocka_unit_test(a_dispute_takes_beside_a_refund_in_any_order),
		CASE(what_is_booked_of_it_later_is_the_same_case),
		CASE(what_was_never_captured_was_not_charged),
		CASE(nor_was_what_is_only_reserved),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
