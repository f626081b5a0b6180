/*
 * billing_refund_stage_test - refunds by action: approved once, never more than there is, settled by what was made.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static const char *const finance[] = { "actions:approve", "actions:approve:finance", NULL };
static const char *const support[] = { "actions:approve:support", NULL };
static const char *const every[] = { "actions:*", NULL };
static const char *const nobody[] = { "actions:approve", NULL };

#define CREATED "1728000000" /* the day of the fixture */

static void pass_over(void)
{
	while (customer_heard() != NULL)
		continue;
}

/* A charge of 12000 yen, of which so much was given back. */
static void feed_charge(int64_t revision, int refunded)
{
	customer_feed(
	    "charge", "ch_1", revision, "succeeded",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	                 "\"amount\":12000,\"amount_captured\":12000,"
	                 "\"amount_refunded\":%d,\"currency\":\"jpy\","
	                 "\"created\":" CREATED "}",
	                 refunded));
	pass_over();
}

/* made: seconds after the day began. */
static void feed_refund(const char *id, int64_t revision, const char *status, int amount,
                        const char *action, int made)
{
	customer_feed("refund", id, revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"%s\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"ch_1\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, status, amount, 1728000000LL + made, action));
}

static void feed_dispute(int64_t revision, const char *status, int amount)
{
	customer_feed("dispute", "dp_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"ch_1\"}",
	                           status, amount));
	pass_over();
}

static void approve_as(const char *action, const char *amount, const char *intent,
                       const char *const *scopes, bool keyed)
{
	const char *const parameters[] = { "amount", amount, "currency", "JPY",
		                           "intent", intent, NULL };

	customer_feed_action(&(struct customer_ask){
	    .action_id = action,
	    .word = "approve",
	    .kind = KIND(APPROVE),
	    .type = "charge",
	    .id = arena_printf(customer_stage.arena, "charge/%s/ch_1", customer_key),
	    .reason = "charged twice",
	    .parameters = parameters,
	    .scopes = scopes,
	    .keyed = keyed });
}

static void approve(const char *action, const char *amount)
{
	approve_as(action, amount, "duplicate_charge", finance, true);
}

static void withdraw(const char *action, const char *which)
{
	customer_feed_action(&(struct customer_ask){
	    .action_id = action,
	    .word = "close",
	    .kind = KIND(CLOSE),
	    .type = "refund",
	    .id = arena_printf(customer_stage.arena, "refund/%s/ch_1/%s", customer_key, which),
	    .reason = "the provider refused it" });
}

static const Opsmesh__V1__RefundApproved *approved(void)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(REFUND_APPROVED));
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
	assert_null(customer_heard());
	return event->refund_approved;
}

static void refused(Opsmesh__V1__RefusalCode code, const char *reason)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_int_equal(event->action_refused->code, code);
	assert_true(text_starts(event->action_refused->reason, reason));
	assert_null(customer_heard());
}

static void a_refund_is_approved_with_what_decided(void **state)
{
	const Opsmesh__V1__RefundApproved *fact;

	(void)state;
	feed_charge(1, 0);
	approve("a-1", "5000");
	fact = approved();
	assert_string_equal(fact->request_id,
	                    arena_printf(customer_stage.arena, "refund/%s/ch_1/a-1", customer_key));
	assert_string_equal(fact->action_id, "a-1");
	assert_string_equal(fact->payment_id, "ch_1");
	assert_int_equal(fact->amount->minor, 5000);
	assert_string_equal(fact->amount->currency, "JPY");
	assert_int_equal(fact->left->minor, 7000);
	assert_string_equal(fact->intent, "duplicate_charge");
	assert_string_equal(fact->rule, "our_mistake");
	assert_string_equal(fact->role, "support");
	assert_string_equal(fact->policy, "refunds/1");
	assert_string_equal(fact->by->principal, "mika");
	assert_string_equal(fact->reason->text, "charged twice");
}

/* 1.005 dinars: networks carry two decimals of three. */
static void what_the_provider_cannot_give_is_not_approved(void **state)
{
	static const struct {
		const char *amount;
		int code;
		const char *why;
	} rows[] = { { "1005", CODE(INVALID), "The provider gives no such amount" },
		     { "1010", CODE(INVALID), "wrong_currency" } };

	(void)state;
	feed_charge(1, 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const parameters[] = { "amount", rows[i].amount,     "currency", "KWD",
			                           "intent", "duplicate_charge", NULL };

		customer_feed_action(&(struct customer_ask){
		    .action_id = "a-1",
		    .word = "approve",
		    .kind = KIND(APPROVE),
		    .type = "charge",
		    .id = arena_printf(customer_stage.arena, "charge/%s/ch_1", customer_key),
		    .reason = "charged twice",
		    .parameters = parameters,
		    .scopes = finance });
		refused(rows[i].code, rows[i].why);
	}
}

static void two_at_once_never_give_more_than_there_is(void **state)
{
	(void)state;
	feed_charge(1, 0);
	approve("a-1", "8000");
	(void)approved();
	approve("a-2", "8000");
	refused(CODE(ILLEGAL_MOVE), "too_much: 4000 JPY of 12000 JPY is left");
	stage_test_restart(&customer_stage);
	approve("a-3", "4001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	approve("a-4", "4000");
	assert_int_equal(approved()->left->minor, 0);
}

static void the_same_again_is_approved_once(void **state)
{
	(void)state;
	feed_charge(1, 0);
	approve("a-1", "2000");
	(void)approved();
	approve("a-1", "2000");
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
	assert_null(customer_heard());
	approve("a-1", "2001");
	refused(CODE(INVALID), "action_reused");
	approve("a-2", "2000");
	refused(CODE(NO_CHANGE), "repeated");
	approve_as("a-3", "2000", "duplicate_charge", finance, false);
	refused(CODE(NO_CHANGE), "repeated");
	feed_refund("re_1", 1, "succeeded", 2000, "a-1", 86400);
	pass_over();
	approve_as("a-4", "2000", "duplicate_charge", finance, false);
	refused(CODE(NO_CHANGE), "repeated");
	approve("a-5", "2000");
	assert_int_equal(approved()->left->minor, 8000);
}

/* While the first is on its way, whatever of it is heard first. */
static void a_refund_on_its_way_counts_once(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_charge(1, 0);
	approve("a-1", "7000");
	(void)approved();
	feed_charge(2, 7000);
	approve("a-2", "6000");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	feed_refund("re_1", 1, "pending", 7000, "a-1", 3600);
	assert_int_equal(customer_next()->fact_case, FACT(REFUND_CHANGED));
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(REFUND_SETTLED));
	assert_string_equal(event->refund_settled->request_id,
	                    arena_printf(customer_stage.arena, "refund/%s/ch_1/a-1", customer_key));
	assert_string_equal(event->refund_settled->refund_id, "re_1");
	assert_false(event->refund_settled->by_amount);
	assert_null(customer_heard());
	feed_refund("re_1", 2, "succeeded", 7000, "a-1", 3600);
	assert_int_equal(customer_next()->fact_case, FACT(REFUND_CHANGED));
	assert_null(customer_heard());
	approve("a-3", "5001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	approve("a-4", "5000");
	assert_int_equal(approved()->left->minor, 0);
}

static void a_refund_made_by_hand_settles_an_approval_by_its_amount(void **state)
{
	(void)state;
	feed_refund("re_0", 1, "succeeded", 3000, "", 0);
	feed_charge(1, 3000);
	approve("a-1", "3000");
	assert_int_equal(approved()->left->minor, 6000);
	feed_refund("re_1", 1, "succeeded", 3000, "", 86400);
	assert_int_equal(customer_next()->fact_case, FACT(REFUND_CHANGED));
	assert_true(customer_next()->refund_settled->by_amount);
	approve("a-2", "6001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
}

static void a_disputed_charge_is_not_refunded(void **state)
{
	(void)state;
	feed_dispute(1, "needs_response", 4000);
	feed_charge(1, 0);
	approve("a-1", "100");
	refused(CODE(ILLEGAL_MOVE), "disputed");
	feed_dispute(2, "of a later year", 4000);
	approve("a-2", "100");
	refused(CODE(ILLEGAL_MOVE), "disputed");
	feed_dispute(3, "lost", 4000);
	approve("a-3", "8001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	feed_dispute(4, "prevented", 4000);
	approve("a-4", "8001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	feed_dispute(5, "won", 4000);
	approve("a-5", "12000");
	assert_int_equal(approved()->left->minor, 0);
}

static void feed_other(const char *dispute_status, int amount)
{
	customer_feed("charge", "ch_2", 1, "succeeded",
	              "{\"id\":\"ch_2\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"amount\":5000,\"amount_captured\":5000,\"amount_refunded\":0,"
	              "\"currency\":\"jpy\",\"created\":" CREATED "}");
	customer_feed("dispute", "dp_2", 1, dispute_status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_2\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"ch_2\"}",
	                           dispute_status, amount));
	pass_over();
}

/* ch_1 is of 12000, ch_2, which the dispute names, of 5000. */
static void a_charge_that_a_dispute_of_another_may_be_over_is_not_refunded(void **state)
{
	(void)state;
	feed_charge(1, 0);
	feed_other("needs_response", 17000);
	approve("a-1", "100");
	refused(CODE(ILLEGAL_MOVE), "disputed");
}

static void a_dispute_of_its_charge_alone_holds_no_other(void **state)
{
	(void)state;
	feed_charge(1, 0);
	feed_other("needs_response", 5000);
	approve("a-1", "100");
	assert_int_equal(approved()->left->minor, 11900);
}

static void a_dispute_that_leaves_too_little_for_a_charge_is_not_over_it(void **state)
{
	(void)state;
	feed_charge(1, 0);
	feed_other("needs_response", 16999);
	approve("a-1", "100");
	assert_int_equal(approved()->left->minor, 11900);
}

static void an_approval_is_taken_back_once_and_not_after_its_refund(void **state)
{
	(void)state;
	feed_charge(1, 0);
	withdraw("c-1", "a-1");
	refused(CODE(UNKNOWN_SUBJECT), "There is no such approval.");
	approve("a-1", "12000");
	(void)approved();
	withdraw("c-2", "a-1");
	assert_int_equal(customer_next()->refund_withdrawn->left->minor, 12000);
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
	withdraw("c-3", "a-1");
	refused(CODE(NO_CHANGE), "It was taken back before.");
	approve("a-2", "12000");
	(void)approved();
	feed_refund("re_1", 1, "pending", 12000, "a-2", 3600);
	pass_over();
	withdraw("c-4", "a-2");
	refused(CODE(ILLEGAL_MOVE), "It has been made.");
}

/* From when on the document of December 2026 is in force. */
static void feed_charge_of_december(void)
{
	customer_wait(DAYS(797));
	customer_feed("charge", "ch_1", 1, "succeeded",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"amount\":12000,\"amount_captured\":12000,\"currency\":\"jpy\","
	              "\"created\":1796860800}");
	pass_over();
}

static void what_was_taken_back_is_held_from_when_it_was(void **state)
{
	(void)state;
	feed_charge_of_december();
	approve("a-1", "12000");
	(void)approved();
	customer_wait(DAYS(2));
	withdraw("c-1", "a-1");
	pass_over();
	approve("a-2", "12000");
	refused(CODE(ILLEGAL_MOVE), "withdrawn: until 2026-12-13T");
	customer_wait(DAYS(1));
	pass_over();
	approve("a-3", "12000");
	assert_int_equal(approved()->left->minor, 0);
}

/* It may have been on its way when the dispute came up. */
static void what_a_dispute_took_back_is_held_when_it_is_won(void **state)
{
	(void)state;
	feed_charge_of_december();
	approve("a-1", "12000");
	(void)approved();
	feed_dispute(1, "needs_response", 4000);
	feed_dispute(2, "won", 0);
	approve("a-2", "12000");
	refused(CODE(ILLEGAL_MOVE), "withdrawn");
	customer_wait(DAYS(1));
	pass_over();
	approve("a-3", "12000");
	(void)approved();
}

static void who_may_and_what_is_malformed(void **state)
{
	static const struct {
		const char *name;
		const char *amount;
		const char *intent;
		const char *const *scopes;
		Opsmesh__V1__RefusalCode code;
		const char *reason; /* NULL: approved */
	} rows[] = {
		{ "support within its limit", "101", "duplicate_charge", support, 0, NULL },
		{ "who has no role", "102", "duplicate_charge", nobody, CODE(NOT_ALLOWED),
		  "wrong_role" },
		{ "a complaint needs another role", "103", "complaint", support, CODE(NOT_ALLOWED),
		  "wrong_role" },
		{ "who may everything", "104", "complaint", every, 0, NULL },
		{ "no rule", "105", "praise", finance, CODE(NOT_ALLOWED), "no_rule" },
		{ "no amount", "", "duplicate_charge", finance, CODE(INVALID), "The amount" },
		{ "nothing", "0", "duplicate_charge", finance, CODE(INVALID), "The amount" },
		{ "less than nothing", "-5", "duplicate_charge", finance, CODE(INVALID),
		  "The amount" },
		{ "beyond 64 bits", "9223372036854775808", "duplicate_charge", finance,
		  CODE(INVALID), "The amount" },
		{ "no intent", "106", "", finance, CODE(INVALID), "What it is for" },
	};

	(void)state;
	feed_charge(1, 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		approve_as(arena_printf(customer_stage.arena, "a-%zu", i), rows[i].amount,
		           rows[i].intent, rows[i].scopes, true);
		if (rows[i].reason == NULL)
			(void)approved();
		else
			refused(rows[i].code, rows[i].reason);
	}
}

static void a_charge_that_is_not_known_gives_nothing_back(void **state)
{
	(void)state;
	approve("a-1", "1");
	refused(CODE(UNKNOWN_SUBJECT), "unknown");
}

/* Of 12000 that were reserved. */
static void feed_captured(int64_t revision, int captured, int refunded)
{
	customer_feed(
	    "charge", "ch_1", revision, "succeeded",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	                 "\"amount\":12000,\"amount_captured\":%d,\"captured\":%s,"
	                 "\"amount_refunded\":%d,\"currency\":\"jpy\","
	                 "\"created\":" CREATED "}",
	                 captured, captured > 0 ? "true" : "false", refunded));
	pass_over();
}

/* The provider says to have refunded what it released; each state but the last may be overtaken. */
static void what_is_released_was_not_given_back(void **state)
{
	for (unsigned left_out = 0; left_out < 4; left_out++) {
		(void)customer_start(state);
		if ((left_out & 1) == 0)
			feed_captured(1, 0, 0);
		if ((left_out & 2) == 0)
			feed_captured(2, 8000, 4000);
		feed_captured(3, 8000, 7000);
		feed_refund("re_1", 1, "succeeded", 3000, "", 0);
		pass_over();
		approve("a-1", "5001");
		refused(CODE(ILLEGAL_MOVE), "too_much: 5000 JPY of 8000 JPY is left");
		approve("a-2", "5000");
		assert_int_equal(approved()->left->minor, 0);
		(void)customer_stop(state);
	}
}

/* Who says less does not count what was released. */
static void what_is_said_without_what_was_released_counts(void **state)
{
	(void)state;
	feed_captured(1, 8000, 3000);
	approve("a-1", "5001");
	refused(CODE(ILLEGAL_MOVE), "too_much: 5000 JPY of 8000 JPY is left");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_refund_is_approved_with_what_decided),
		CASE(what_the_provider_cannot_give_is_not_approved),
		CASE(two_at_once_never_give_more_than_there_is),
		CASE(the_same_again_is_approved_once),
		CASE(a_refund_on_its_way_counts_once),
		CASE(a_refund_made_by_hand_settles_an_approval_by_its_amount),
		CASE(a_disputed_charge_is_not_refunded),
		CASE(a_charge_that_a_dispute_of_another_may_be_over_is_not_refunded),
		CASE(a_dispute_of_its_charge_alone_holds_no_other),
		CASE(a_dispute_that_leaves_too_little_for_a_charge_is_not_over_it),
		CASE(an_approval_is_taken_back_once_and_not_after_its_refund),
		CASE(what_was_taken_back_is_held_from_when_it_was),
		CASE(what_a_dispute_took_back_is_held_when_it_is_won),
		CASE(who_may_and_what_is_malformed),
		CASE(a_charge_that_is_not_known_gives_nothing_back),
		cmocka_unit_test(what_is_released_was_not_given_back),
		CASE(what_is_said_without_what_was_released_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
