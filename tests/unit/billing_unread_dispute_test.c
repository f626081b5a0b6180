/*
 * billing_unread_dispute_test - a dispute that is refused, because a part of it cannot be read, holds all that an open one holds.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define UNREAD ",\"evidence_details\":7" /* for which the dispute is refused */
#define CREATED "1728000000"             /* the day of the fixture */

static void pass_over(void)
{
	while (customer_heard() != NULL)
		continue;
}

/* Of 12000 yen. */
static void feed_charge(const char *id)
{
	customer_feed(
	    "charge", id, 1, "succeeded",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"%s\",\"object\":\"charge\",\"status\":\"succeeded\","
	                 "\"amount\":12000,\"amount_captured\":12000,\"currency\":\"jpy\","
	                 "\"invoice\":\"in_1\",\"created\":" CREATED "}",
	                 id));
}

/* Of ch_1. */
static void feed_dispute(int64_t revision, const char *status, const char *amount, const char *more)
{
	customer_feed("dispute", "dp_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":%s,\"currency\":\"jpy\",\"charge\":\"ch_1\"%s}",
	                           status, amount, more));
}

/* Is the whole of it given back, once somebody asks? */
static const char *answer(const char *action, const char *charge)
{
	static const char *const scopes[] = { "actions:*", NULL };
	static const char *const parameters[] = { "amount", "12000",  "currency",
		                                  "JPY",    "intent", "duplicate_charge",
		                                  NULL };
	const Opsmesh__V1__BillingEvent *event;

	pass_over();
	customer_feed_action(&(struct customer_ask){
	    .action_id = action,
	    .word = "approve",
	    .kind = OPSMESH__V1__ACTION_KIND__ACTION_KIND_APPROVE,
	    .type = "charge",
	    .id = arena_printf(customer_stage.arena, "charge/%s/%s", customer_key, charge),
	    .reason = "charged twice",
	    .parameters = parameters,
	    .scopes = scopes,
	    .keyed = true });
	event = customer_next();
	if (event->fact_case == FACT(REFUND_APPROVED))
		return "approved";
	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	return event->action_refused->reason;
}

static void what_an_unread_dispute_is_of_is_not_refunded_until_it_is_over(void **state)
{
	(void)state;
	feed_charge("ch_1");
	feed_dispute(1, "needs_response", "12000", UNREAD);
	assert_true(text_starts(answer("a-1", "ch_1"), "disputed"));
	stage_test_restart(&customer_stage);
	feed_dispute(2, "under_review", "12000", UNREAD);
	assert_true(text_starts(answer("a-2", "ch_1"), "disputed"));
	feed_dispute(3, "won", "12000", UNREAD);
	assert_string_equal(answer("a-3", "ch_1"), "approved");
}

/* What stood of it was over; by what came it is not. */
static void a_state_that_is_refused_holds_though_one_that_stands_does_not(void **state)
{
	(void)state;
	feed_charge("ch_1");
	feed_dispute(1, "won", "12000", "");
	feed_dispute(2, "needs_response", "12000", UNREAD);
	assert_true(text_starts(answer("a-1", "ch_1"), "disputed"));
	feed_dispute(3, "won", "12000", "");
	assert_string_equal(answer("a-2", "ch_1"), "approved");
}

static void what_an_unread_dispute_took_is_not_given_back_again(void **state)
{
	static const char *const amounts[] = { "12000", "\"all\"" };

	for (size_t i = 0; i < COUNT_OF(amounts); i++) {
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
		feed_charge("ch_1");
		feed_dispute(1, "lost", amounts[i], UNREAD);
		assert_string_not_equal(answer("a-1", "ch_1"), "approved");
	}
}

static void another_charge_that_it_may_be_over_is_not_refunded(void **state)
{
	(void)state;
	feed_charge("ch_1");
	feed_charge("ch_2");
	feed_dispute(1, "needs_response", "24000", UNREAD);
	assert_true(text_starts(answer("a-1", "ch_2"), "disputed"));
	feed_dispute(2, "won", "24000", UNREAD);
	assert_string_equal(answer("a-2", "ch_2"), "approved");
}

static void what_was_approved_is_taken_back_and_a_close_counts_it(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_charge("ch_1");
	assert_string_equal(answer("a-1", "ch_1"), "approved");
	pass_over();
	feed_dispute(1, "needs_response", "12000", UNREAD);
	do
		event = customer_next();
	while (event->fact_case != FACT(REFUND_WITHDRAWN));
	assert_string_equal(event->refund_withdrawn->why, "disputed");
	assert_int_equal(customer_cut("2024-10-04", 1)->disputes_open, 1);
}

static void the_dunning_of_its_invoice_is_held(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed(
	    "invoice", "in_1", 1, "open",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"%s\","
	                 "\"status\":\"open\",\"currency\":\"jpy\",\"created\":" CREATED ","
	                 "\"subtotal\":24000,\"total\":24000,\"amount_due\":24000,"
	                 "\"amount_paid\":12000,\"amount_remaining\":12000,\"attempt_count\":1,"
	                 "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{"
	                 "\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":24000,"
	                 "\"currency\":\"jpy\",\"quantity\":1}]}}",
	                 customer_key));
	feed_charge("ch_1");
	pass_over();
	feed_dispute(1, "needs_response", "12000", UNREAD);
	do
		event = customer_next();
	while (event->fact_case != FACT(DUNNING_HELD));
	assert_string_equal(event->dunning_held->why, "dispute");
	feed_dispute(2, "won", "12000", "");
	do
		event = customer_next();
	while (event->fact_case != FACT(DUNNING_RESUMED));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(what_an_unread_dispute_is_of_is_not_refunded_until_it_is_over),
		CASE(a_state_that_is_refused_holds_though_one_that_stands_does_not),
		CASE(what_an_unread_dispute_took_is_not_given_back_again),
		CASE(another_charge_that_it_may_be_over_is_not_refunded),
		CASE(what_was_approved_is_taken_back_and_a_close_counts_it),
		CASE(the_dunning_of_its_invoice_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
