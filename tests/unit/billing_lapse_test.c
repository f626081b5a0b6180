/*
 * billing_lapse_test - what was approved and would pay twice, because of a dispute or another refund, is taken back.
 */
#include "common/base/text.h"
#include "tests/support/giving_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* What comes. */

static void feed_invoice(void)
{
	customer_feed("invoice", "in_1", 1, "paid",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"%s\","
	                           "\"status\":\"paid\",\"currency\":\"jpy\",\"created\":%lld,"
	                           "\"subtotal\":12000,\"total\":12000,\"amount_due\":12000,"
	                           "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":["
	                           "{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":12000,"
	                           "\"currency\":\"jpy\",\"quantity\":1}]}}",
	                           customer_key, (long long)GIVING_DAY));
}

static void feed_charge(const char *id, const char *invoice, int made)
{
	customer_feed("charge", id, 1, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"charge\",\"status\":\"succeeded\","
	                           "\"amount\":12000,\"amount_captured\":12000,"
	                           "\"amount_refunded\":0,\"currency\":\"jpy\",\"invoice\":%s,"
	                           "\"created\":%lld}",
	                           id, invoice, (long long)GIVING_DAY + made));
}

static void feed_link(const char *charge)
{
	customer_feed("invoice_payment", "inpay_1", 1, "paid",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"inpay_1\",\"object\":\"invoice_payment\","
	                           "\"invoice\":\"in_1\",\"status\":\"paid\",\"currency\":\"jpy\","
	                           "\"amount_paid\":12000,\"payment\":{\"type\":\"charge\","
	                           "\"charge\":\"%s\"}}",
	                           charge));
}

static void feed_dispute(const char *charge, int64_t revision, const char *status, int amount)
{
	customer_feed("dispute", "dp_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"%s\"}",
	                           status, amount, charge));
}

/* made: seconds after the day began; an approval is given later that day. */
static void feed_refund(const char *id, int amount, const char *action, int made)
{
	customer_feed("refund", id, 1, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"succeeded\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"ch_1\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, amount, (long long)GIVING_DAY + made, action));
}

/* What is said of approvals: one word each, or the reason of a refusal up to its colon. */
static const char *heard(void)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *text = "";

	while ((event = customer_heard()) != NULL) {
		const char *more = "";

		switch ((int)event->fact_case) {
		case FACT(REFUND_APPROVED):
		case FACT(CREDIT_NOTE_APPROVED): more = "approved "; break;
		case FACT(REFUND_SETTLED):
		case FACT(CREDIT_NOTE_SETTLED): more = "settled "; break;
		case FACT(REFUND_WITHDRAWN):
		case FACT(CREDIT_NOTE_WITHDRAWN):
			assert_null(event->refund_withdrawn->by);
			more = arena_printf(customer_stage.arena, "%s %s %lld ",
			                    event->fact_case == FACT(REFUND_WITHDRAWN) ? "refund"
			                                                               : "note",
			                    event->refund_withdrawn->why,
			                    (long long)event->refund_withdrawn->left->minor);
			break;
		case FACT(ACTION_REFUSED):
			more = event->action_refused->reason;
			more = arena_text(customer_stage.arena, more, strcspn(more, ":") + 1);
			break;
		}
		text = arena_printf(customer_stage.arena, "%s%s", text, more);
	}
	return text;
}

static void say_ask(const char *action, const char *type, const char *what, int amount,
                    const char *answer)
{
	assert_string_equal(heard(), "");
	giving_ask(action, type, what, amount);
	assert_string_equal(heard(), answer);
}

/* A charge. */

static void a_dispute_takes_an_open_approval_back(void **state)
{
	(void)state;
	feed_charge("ch_1", "null", 0);
	say_ask("a-1", "charge", "ch_1", 5000, "approved ");
	say_ask("a-2", "charge", "ch_1", 7000, "approved ");
	feed_dispute("ch_1", 1, "needs_response", 12000);
	assert_string_equal(heard(), "refund disputed 7000 refund disputed 12000 ");
	stage_test_restart(&customer_stage);
	say_ask("a-1", "charge", "ch_1", 5000, "lapsed:");
	say_ask("a-3", "charge", "ch_1", 5000, "disputed:");
	feed_dispute("ch_1", 2, "under_review", 12000);
	feed_dispute("ch_1", 3, "won", 12000);
	say_ask("a-1", "charge", "ch_1", 5000, "lapsed:");
	say_ask("a-4", "charge", "ch_1", 12000, "approved ");
}

/* Each state of the dispute may be overtaken by a later one, and then it never comes. */
static void whichever_states_of_a_dispute_come_the_same_may_go_back(void **state)
{
	static const char *const statuses[] = { "warning_needs_response", "needs_response",
		                                "under_review", "lost" };

	for (unsigned left_out = 0; left_out < 8; left_out++) {
		(void)customer_start(state);
		feed_charge("ch_1", "null", 0);
		say_ask("a-1", "charge", "ch_1", 10000, "approved ");
		for (unsigned i = 0; i < COUNT_OF(statuses); i++)
			if ((left_out >> i & 1) == 0)
				feed_dispute("ch_1", i + 1, statuses[i], 4000);
		(void)heard();
		say_ask("a-1", "charge", "ch_1", 10000, "lapsed:");
		say_ask("a-2", "charge", "ch_1", 8001, "too_much:");
		say_ask("a-3", "charge", "ch_1", 8000, "approved ");
		(void)customer_stop(state);
	}
}

static void what_a_lost_dispute_leaves_stays_approved(void **state)
{
	(void)state;
	feed_charge("ch_1", "null", 0);
	say_ask("a-1", "charge", "ch_1", 5000, "approved ");
	say_ask("a-2", "charge", "ch_1", 4000, "approved ");
	feed_dispute("ch_1", 1, "lost", 4000);
	assert_string_equal(heard(), "refund gone 3000 ");
	say_ask("a-1", "charge", "ch_1", 5000, "");
	say_ask("a-2", "charge", "ch_1", 4000, "lapsed:");
	say_ask("a-3", "charge", "ch_1", 3000, "approved ");
}

static void what_is_made_already_is_not_taken_back(void **state)
{
	(void)state;
	feed_charge("ch_1", "null", 0);
	say_ask("a-1", "charge", "ch_1", 5000, "approved ");
	feed_refund("re_1", 5000, "a-1", 86400);
	assert_string_equal(heard(), "settled ");
	feed_dispute("ch_1", 1, "needs_response", 12000);
	assert_string_equal(heard(), "");
}

/* Who executes it was faster than the news of the dispute. */
static void what_is_made_after_all_counts(void **state)
{
	(void)state;
	feed_charge("ch_1", "null", 0);
	say_ask("a-1", "charge", "ch_1", 5000, "approved ");
	feed_dispute("ch_1", 1, "needs_response", 4000);
	assert_string_equal(heard(), "refund disputed 12000 ");
	feed_refund("re_1", 5000, "a-1", 86400);
	assert_string_equal(heard(), "settled ");
	feed_dispute("ch_1", 2, "won", 4000);
	say_ask("a-2", "charge", "ch_1", 7001, "too_much:");
	say_ask("a-3", "charge", "ch_1", 7000, "approved ");
}

static void an_inquiry_leaves_what_gives_all_back(void **state)
{
	(void)state;
	feed_charge("ch_1", "null", 0);
	say_ask("a-1", "charge", "ch_1", 5000, "approved ");
	say_ask("a-2", "charge", "ch_1", 7000, "approved ");
	feed_dispute("ch_1", 1, "warning_needs_response", 12000);
	feed_charge("ch_1", "null", 0);
	assert_string_equal(heard(), "");
	feed_dispute("ch_1", 2, "needs_response", 12000);
	assert_string_equal(heard(), "refund disputed 7000 refund disputed 12000 ");
	feed_dispute("ch_1", 3, "won", 12000);
	say_ask("a-3", "charge", "ch_1", 5000, "approved ");
	feed_dispute("ch_1", 4, "warning_needs_response", 12000);
	assert_string_equal(heard(), "refund inquired 12000 ");
	say_ask("a-3", "charge", "ch_1", 5000, "lapsed:");
}

/* It was made before the approval, and so it does not stand for it. */
static void a_refund_by_hand_takes_back_what_it_leaves_nothing_for(void **state)
{
	(void)state;
	feed_charge("ch_1", "null", 0);
	say_ask("a-1", "charge", "ch_1", 7000, "approved ");
	feed_refund("re_1", 5000, "", 0);
	assert_string_equal(heard(), "");
	feed_refund("re_2", 1, "", 0);
	assert_string_equal(heard(), "refund gone 6999 ");
	say_ask("a-1", "charge", "ch_1", 7000, "lapsed:");
}

/* Invoices. */

static void feed_of_note(int which, bool named)
{
	switch (which) {
	case 0: feed_charge("ch_1", named ? "\"in_1\"" : "null", 0); return;
	case 1: feed_dispute("ch_1", 1, "needs_response", 100); return;
	default: feed_link("ch_1"); return;
	}
}

static void a_dispute_takes_credit_notes_of_its_invoice_back_in_any_order(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		                         { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < 2 * COUNT_OF(orders); i++) {
		(void)customer_start(state);
		feed_invoice();
		say_ask("a-1", "invoice", "in_1", 4000, "approved ");
		for (int k = 0; k < 3; k++)
			feed_of_note(orders[i / 2][k], i % 2 == 1);
		assert_string_equal(heard(), "note disputed 0 ");
		say_ask("a-1", "invoice", "in_1", 4000, "lapsed:");
		say_ask("a-2", "invoice", "in_1", 4000, "disputed:");
		feed_dispute("ch_1", 2, "won", 100);
		say_ask("a-3", "invoice", "in_1", 12000, "approved ");
		(void)customer_stop(state);
	}
}

/* The second charge stood behind the credit note, so that the first could go back. */
static void a_dispute_takes_back_what_its_charge_stood_behind(void **state)
{
	(void)state;
	feed_invoice();
	feed_charge("ch_1", "\"in_1\"", 0);
	feed_charge("ch_2", "\"in_1\"", 3600);
	(void)heard();
	say_ask("a-1", "invoice", "in_1", 4000, "approved ");
	say_ask("a-2", "charge", "ch_1", 12000, "approved ");
	feed_dispute("ch_2", 1, "needs_response", 12000);
	assert_string_equal(heard(), "note gone 0 ");
	feed_dispute("ch_2", 2, "won", 12000);
	say_ask("a-3", "invoice", "in_1", 4000, "approved ");
}

static void a_disputed_charge_stands_behind_nothing(void **state)
{
	(void)state;
	feed_invoice();
	feed_charge("ch_1", "\"in_1\"", 0);
	feed_charge("ch_2", "\"in_1\"", 3600);
	feed_dispute("ch_2", 1, "needs_response", 12000);
	(void)heard();
	say_ask("a-1", "invoice", "in_1", 4000, "approved ");
	say_ask("a-2", "charge", "ch_1", 8001, "too_much:");
	say_ask("a-3", "charge", "ch_1", 8000, "approved ");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_dispute_takes_an_open_approval_back),
		cmocka_unit_test(whichever_states_of_a_dispute_come_the_same_may_go_back),
		CASE(what_a_lost_dispute_leaves_stays_approved),
		CASE(what_is_made_already_is_not_taken_back),
		CASE(what_is_made_after_all_counts),
		CASE(an_inquiry_leaves_what_gives_all_back),
		CASE(a_refund_by_hand_takes_back_what_it_leaves_nothing_for),
		cmocka_unit_test(a_dispute_takes_credit_notes_of_its_invoice_back_in_any_order),
		CASE(a_dispute_takes_back_what_its_charge_stood_behind),
		CASE(a_disputed_charge_stands_behind_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
