/*
 * billing_credit_action_test - credit notes by action: approved once, by two where the policy says so, settled
 * by what was made, and never more than the invoice has left.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static const char *const finance[] = { "actions:approve", "actions:approve:finance", NULL };
static const char *const support[] = { "actions:approve:support", NULL };

static int64_t created; /* of all that is fed: the fixture's day, or a later one */
static int billed;      /* yen of the invoice and its charge */
static const char *intent;

static int start(void **state)
{
	created = INT64_C(20000) * 86400;
	billed = 12000;
	intent = "duplicate_charge";
	return customer_start(state);
}

static void pass_over(void)
{
	while (customer_heard() != NULL)
		continue;
}

static void feed_invoice(int64_t revision, const char *status, int credited)
{
	customer_feed("invoice", "in_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"%s\","
	                           "\"status\":\"%s\",\"currency\":\"jpy\",\"created\":%lld,"
	                           "\"subtotal\":%d,\"total\":%d,\"amount_due\":%d,"
	                           "\"amount_paid\":0,\"amount_remaining\":%d,"
	                           "\"post_payment_credit_notes_amount\":%d,"
	                           "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":["
	                           "{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":%d,"
	                           "\"currency\":\"jpy\",\"quantity\":1}]}}",
	                           customer_key, status, (long long)created, billed, billed, billed,
	                           billed, credited, billed));
	pass_over();
}

static void feed_charge(void)
{
	customer_feed(
	    "charge", "ch_1", 1, "succeeded",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	                 "\"amount\":%d,\"amount_captured\":%d,"
	                 "\"amount_refunded\":0,\"currency\":\"jpy\","
	                 "\"invoice\":\"in_1\",\"created\":%lld}",
	                 billed, billed, (long long)created));
	pass_over();
}

static void feed_note(const char *id, int64_t revision, const char *status, int amount,
                      const char *action)
{
	customer_feed("credit_note", id, revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"credit_note\",\"invoice\":\"in_1\","
	                           "\"status\":\"%s\",\"type\":\"post_payment\",\"total\":%d,"
	                           "\"out_of_band_amount\":%d,\"currency\":\"jpy\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, status, amount, amount, (long long)created, action));
}

static void ask(const char *action, const char *type, Opsmesh__V1__ActionKind kind,
                const char *what, const char *amount, const char *by)
{
	const char *const parameters[] = { "amount", amount, "currency", "JPY",
		                           "intent", intent, NULL };

	customer_feed_action(&(struct customer_ask){
	    .action_id = action,
	    .word = "approve",
	    .kind = kind,
	    .type = type,
	    .id = arena_printf(customer_stage.arena, "%s/%s/%s", type, customer_key, what),
	    .reason = "billed twice",
	    .parameters = parameters,
	    .scopes = finance,
	    .keyed = true,
	    .by = by });
}

static void approve(const char *action, const char *amount)
{
	ask(action, "invoice", KIND(APPROVE), "in_1", amount, "mika");
}

static void withdraw(const char *action, const char *which)
{
	ask(action, "credit_note", KIND(CLOSE),
	    arena_printf(customer_stage.arena, "in_1/%s", which), "1", "mika");
}

static const Opsmesh__V1__RefundApproved *said(int which)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, which);
	while (customer_next()->fact_case != FACT(ACTION_APPLIED))
		continue;
	assert_null(customer_heard());
	return event->refund_approved;
}

static const Opsmesh__V1__RefundApproved *approved(void)
{
	return said(FACT(CREDIT_NOTE_APPROVED));
}

static void refused(Opsmesh__V1__RefusalCode code, const char *reason)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_int_equal(event->action_refused->code, code);
	if (!text_starts(event->action_refused->reason, reason))
		assert_string_equal(event->action_refused->reason, reason);
	assert_null(customer_heard());
}

static void a_credit_note_is_approved_with_what_decided(void **state)
{
	const Opsmesh__V1__RefundApproved *fact;

	(void)state;
	feed_invoice(1, "open", 0);
	approve("a-1", "5000");
	fact = approved();
	assert_string_equal(fact->request_id,
	                    arena_printf(customer_stage.arena, "credit_note/%s/in_1/a-1",
	                                 customer_key));
	assert_string_equal(fact->action_id, "a-1");
	assert_string_equal(fact->invoice_id, "in_1");
	assert_string_equal(fact->payment_id, "");
	assert_int_equal(fact->amount->minor, 5000);
	assert_int_equal(fact->left->minor, 7000);
	assert_string_equal(fact->rule, "our_mistake");
	assert_string_equal(fact->role, "support");
	assert_string_equal(fact->policy, "refunds/1");
	assert_string_equal(fact->by->principal, "mika");
}

static void two_never_credit_more_than_was_billed(void **state)
{
	(void)state;
	feed_invoice(1, "open", 0);
	approve("a-1", "8000");
	(void)approved();
	approve("a-2", "8000");
	refused(CODE(ILLEGAL_MOVE), "too_much: 4000 JPY of 12000 JPY is left");
	stage_test_restart(&customer_stage);
	approve("a-1", "8000");
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
	assert_null(customer_heard());
	approve("a-3", "4001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	approve("a-4", "4000");
	assert_int_equal(approved()->left->minor, 0);
}

/* Whatever of it is heard first. */
static void the_credit_note_that_comes_uses_the_approval_up(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_invoice(1, "open", 0);
	approve("a-1", "7000");
	(void)approved();
	feed_invoice(2, "open", 7000);
	approve("a-2", "1");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	feed_note("cn_1", 1, "issued", 7000, "a-1");
	assert_int_equal(customer_next()->fact_case, FACT(CREDIT_NOTE_CHANGED));
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(CREDIT_NOTE_SETTLED));
	assert_string_equal(event->credit_note_settled->request_id,
	                    arena_printf(customer_stage.arena, "credit_note/%s/in_1/a-1",
	                                 customer_key));
	assert_string_equal(event->credit_note_settled->refund_id, "cn_1");
	assert_string_equal(event->credit_note_settled->invoice_id, "in_1");
	assert_false(event->credit_note_settled->by_amount);
	pass_over();
	feed_note("cn_1", 2, "issued", 7000, "a-1");
	assert_null(customer_heard());
	withdraw("c-1", "a-1");
	refused(CODE(ILLEGAL_MOVE), "It has been made.");
	approve("a-3", "5001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	feed_note("cn_1", 3, "void", 7000, "a-1");
	pass_over();
	approve("a-4", "5001");
	refused(CODE(ILLEGAL_MOVE), "too_much");
	feed_invoice(3, "open", 0);
	approve("a-5", "12000");
	assert_int_equal(approved()->left->minor, 0);
}

static void an_approval_is_taken_back_once(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_invoice(1, "open", 0);
	withdraw("c-1", "a-1");
	refused(CODE(UNKNOWN_SUBJECT), "There is no such approval.");
	approve("a-1", "12000");
	(void)approved();
	withdraw("c-2", "a-1");
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(CREDIT_NOTE_WITHDRAWN));
	assert_int_equal(event->credit_note_withdrawn->left->minor, 12000);
	while (customer_next()->fact_case != FACT(ACTION_APPLIED))
		continue;
	withdraw("c-3", "a-1");
	refused(CODE(NO_CHANGE), "It was taken back before.");
}

/* The same money is refunded or credited, and not both. */
static void a_refund_of_its_charge_leaves_less_and_the_other_way_round(void **state)
{
	(void)state;
	feed_invoice(1, "open", 0);
	feed_charge();
	ask("a-1", "charge", KIND(APPROVE), "ch_1", "5000", "mika");
	(void)said(FACT(REFUND_APPROVED));
	approve("a-2", "7001");
	refused(CODE(ILLEGAL_MOVE), "too_much: 7000 JPY of 12000 JPY is left");
	approve("a-3", "4000");
	assert_int_equal(approved()->left->minor, 3000);
	stage_test_restart(&customer_stage);
	ask("a-4", "charge", KIND(APPROVE), "ch_1", "3001", "mika");
	refused(CODE(ILLEGAL_MOVE), "too_much: 3000 JPY of 12000 JPY is left");
	feed_note("cn_1", 1, "issued", 4000, "a-3");
	pass_over();
	ask("a-5", "charge", KIND(APPROVE), "ch_1", "3001", "mika");
	refused(CODE(ILLEGAL_MOVE), "too_much: 3000 JPY of 12000 JPY is left");
	ask("a-6", "charge", KIND(APPROVE), "ch_1", "3000", "mika");
	assert_int_equal(said(FACT(REFUND_APPROVED))->left->minor, 0);
}

static void what_owes_nothing_is_not_credited(void **state)
{
	(void)state;
	approve("a-1", "1");
	refused(CODE(UNKNOWN_SUBJECT), "unknown");
	feed_invoice(1, "draft", 0);
	approve("a-2", "1");
	refused(CODE(UNKNOWN_SUBJECT), "unknown");
	feed_invoice(2, "open", 0);
	approve("a-3", "1");
	(void)approved();
	feed_invoice(3, "void", 0);
	approve("a-4", "2");
	refused(CODE(UNKNOWN_SUBJECT), "unknown");
}

static void who_may_and_what_is_malformed(void **state)
{
	static const char *const words[] = { "amount", "12.5",   "currency", "JPY",
		                             "intent", "outage", NULL };
	struct customer_ask one = { .action_id = "a-1",
		                    .word = "approve",
		                    .kind = KIND(APPROVE),
		                    .type = "invoice",
		                    .parameters = words,
		                    .scopes = support };

	(void)state;
	feed_invoice(1, "open", 0);
	one.id = arena_printf(customer_stage.arena, "invoice/%s/in_1", customer_key);
	customer_feed_action(&one);
	refused(CODE(INVALID), "The amount");
	one.id = arena_printf(customer_stage.arena, "invoice/%s/in_1/a-9", customer_key);
	customer_feed_action(&one);
	refused(CODE(INVALID), "This is the id of something that was asked for already.");
	one.id = "invoice/somebody/in_1";
	customer_feed_action(&one);
	refused(CODE(INVALID), "This is no id of the type invoice.");
	one.kind = KIND(PIN);
	one.id = arena_printf(customer_stage.arena, "invoice/%s/in_1", customer_key);
	customer_feed_action(&one);
	refused(CODE(UNSUPPORTED), "Of an invoice a credit note can be approved, nothing else.");
	one.kind = KIND(EXPLAIN); /* personal text was shown: answered at the door */
	one.id = "in_1";
	customer_feed_action(&one);
	assert_null(customer_heard());
}

/* From July 2026 on, above 30000 yen for a complaint. */
static void start_later(void)
{
	customer_wait(DAYS(700));
	created += INT64_C(700) * 86400;
	billed = 120000;
	intent = "complaint";
	feed_invoice(1, "open", 0);
	feed_charge();
}

static void above_a_limit_two_people_have_to_approve_a_credit_note(void **state)
{
	const Opsmesh__V1__RefundApproved *fact;

	(void)state;
	start_later();
	approve("a-1", "40000");
	fact = said(FACT(CREDIT_NOTE_REQUESTED));
	assert_string_equal(fact->policy, "refunds/2");
	assert_string_equal(fact->by->principal, "mika");
	assert_int_equal(fact->left->minor, 80000);
	ask("a-2", "credit_note", KIND(APPROVE), "in_1/a-1", "40000", "mika");
	refused(CODE(NOT_ALLOWED), "same_person");
	ask("a-3", "credit_note", KIND(APPROVE), "in_1/a-1", "40001", "ada");
	refused(CODE(INVALID), "other_content");
	ask("a-4", "credit_note", KIND(APPROVE), "in_1/a-9", "40000", "ada");
	refused(CODE(UNKNOWN_SUBJECT), "not_asked");
	stage_test_restart(&customer_stage);
	ask("a-5", "credit_note", KIND(APPROVE), "in_1/a-1", "40000", "ada");
	fact = approved();
	assert_string_equal(fact->action_id, "a-1");
	assert_string_equal(fact->by->principal, "ada");
	assert_int_equal(fact->left->minor, 80000);
	ask("a-6", "credit_note", KIND(APPROVE), "in_1/a-1", "40000", "bo");
	refused(CODE(NO_CHANGE), "not_waiting");
	feed_note("cn_1", 1, "issued", 40000, "a-1");
	assert_int_equal(customer_next()->fact_case, FACT(CREDIT_NOTE_CHANGED));
	assert_int_equal(customer_next()->fact_case, FACT(CREDIT_NOTE_SETTLED));
}

static void above_a_limit_two_people_have_to_approve_a_refund(void **state)
{
	const Opsmesh__V1__RefundApproved *fact;

	(void)state;
	start_later();
	ask("a-1", "charge", KIND(APPROVE), "ch_1", "40000", "mika");
	fact = said(FACT(REFUND_REQUESTED));
	assert_string_equal(fact->request_id,
	                    arena_printf(customer_stage.arena, "refund/%s/ch_1/a-1", customer_key));
	ask("a-2", "refund", KIND(APPROVE), "ch_1/a-1", "40000", "mika");
	refused(CODE(NOT_ALLOWED), "same_person");
	approve("a-3", "100000");
	(void)said(FACT(CREDIT_NOTE_REQUESTED));
	ask("a-4", "refund", KIND(APPROVE), "ch_1/a-1", "40000", "ada");
	assert_int_equal(said(FACT(REFUND_APPROVED))->left->minor, 80000);
	ask("a-5", "credit_note", KIND(APPROVE), "in_1/a-3", "100000", "ada");
	refused(CODE(ILLEGAL_MOVE), "too_much: 80000 JPY of 120000 JPY is left");
	withdraw("c-1", "a-3");
	assert_int_equal(customer_next()->fact_case, FACT(CREDIT_NOTE_WITHDRAWN));
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_credit_note_is_approved_with_what_decided),
		CASE(two_never_credit_more_than_was_billed),
		CASE(the_credit_note_that_comes_uses_the_approval_up),
		CASE(an_approval_is_taken_back_once),
		CASE(a_refund_of_its_charge_leaves_less_and_the_other_way_round),
		CASE(what_owes_nothing_is_not_credited),
		CASE(who_may_and_what_is_malformed),
		CASE(above_a_limit_two_people_have_to_approve_a_credit_note),
		CASE(above_a_limit_two_people_have_to_approve_a_refund),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
