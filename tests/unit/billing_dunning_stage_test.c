/*
 * billing_dunning_stage_test - invoices that are not paid, as the stage `customer` hears of them: what is due, what holds it.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define DAY_S 86400LL
#define START_S (20000 * DAY_S) /* of the fixture */

/* What was said of dunning since it was asked last, a line each. */
static const char *dunning_said(void)
{
	const char *text = "";
	const Opsmesh__V1__BillingEvent *event;

	while ((event = customer_heard()) != NULL) {
		const char *line = NULL;

		if (event->fact_case == FACT(DUNNING_STEP_DUE))
			line = event->dunning_step_due->step;
		else if (event->fact_case == FACT(DUNNING_HELD))
			line = arena_printf(customer_stage.arena, "held by %s",
			                    event->dunning_held->why);
		else if (event->fact_case == FACT(DUNNING_RESUMED))
			line = "resumed";
		else if (event->fact_case == FACT(DUNNING_RECOVERED))
			line = "recovered";
		else if (event->fact_case == FACT(DUNNING_EXHAUSTED))
			line = "exhausted";
		else if (event->fact_case == FACT(OBJECT_REFUSED))
			line = event->object_refused->reason;
		if (line != NULL)
			text = arena_printf(customer_stage.arena, "%s%s%s", text,
			                    *text == '\0' ? "" : ", ", line);
	}
	return text;
}

static void feed_invoice(const char *id, int64_t revision, const char *status, int left,
                         int attempts, const char *more)
{
	customer_feed(
	    "invoice", id, revision, status,
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\",\"status\":\"%s\","
		"\"currency\":\"usd\",\"created\":%lld,\"subtotal\":12000,\"total\":12000,"
		"\"amount_due\":12000,\"amount_paid\":%d,\"amount_remaining\":%d,"
		"\"attempt_count\":%d%s,"
		"\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
		"\"object\":\"line_item\",\"amount\":12000,\"currency\":\"usd\",\"quantity\":1}]}}",
		id, customer_key, status, START_S, 12000 - left, left, attempts, more));
}

static void feed_open(int64_t revision, int attempts)
{
	feed_invoice("in_1", revision, "open", 12000, attempts, "");
}

static void feed_paid(int64_t revision)
{
	feed_invoice("in_1", revision, "paid", 0, 1, "");
}

/* On the day of that number. */
static void feed_failure(const char *id, const char *code, int day)
{
	customer_feed(
	    "charge", id, 1, "failed",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"charge\",\"status\":\"failed\",\"amount\":12000,"
		"\"currency\":\"usd\",\"customer\":\"%s\",\"invoice\":\"in_1\",\"created\":%lld,"
		"\"failure_code\":\"card_declined\",\"outcome\":{\"type\":\"issuer_declined\","
		"\"network_status\":\"declined_by_network\",\"reason\":\"%s\"},"
		"\"payment_method_details\":{\"type\":\"card\",\"card\":{\"brand\":\"visa\","
		"\"network\":\"visa\",\"fingerprint\":\"fp_1\"}}}",
		id, customer_key, START_S + day * DAY_S, code));
}

/* A part of the invoice that was taken, and what became of it. */
static void feed_part(const char *dispute, int64_t revision)
{
	customer_feed(
	    "charge", "ch_9", 1, "succeeded",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"ch_9\",\"object\":\"charge\",\"status\":\"succeeded\","
	                 "\"amount\":1000,\"currency\":\"usd\",\"invoice\":\"in_1\","
	                 "\"created\":%lld}",
	                 START_S));
	if (*dispute != '\0')
		customer_feed(
		    "dispute", "dp_1", revision, dispute,
		    arena_printf(customer_stage.arena,
		                 "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"%s\","
		                 "\"amount\":1000,\"currency\":\"usd\",\"charge\":\"ch_9\"}",
		                 dispute));
}

static void pass_days(int days)
{
	customer_pass((struct instant){ (START_S + days * DAY_S) * INT64_C(1000000) });
}

static const char *state_of(const char *invoice)
{
	struct dunning_state_row row = { .customer_id = customer_key, .invoice_id = invoice };

	return stage_test_row(&customer_stage, &dunning_table, &row) ? row.status : "none";
}

static void steps_are_due_one_after_the_other_and_then_it_is_exhausted(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_open(1, 0);
	feed_open(2, 1);
	feed_failure("ch_1", "insufficient_funds", 0);
	assert_string_equal(dunning_said(), "");
	assert_string_equal(state_of("in_1"), "running");
	pass_days(1);
	do
		event = customer_next();
	while (event->fact_case != FACT(DUNNING_STEP_DUE));
	assert_string_equal(event->dunning_step_due->invoice_id, "in_1");
	assert_string_equal(event->dunning_step_due->step, "first_reminder");
	assert_int_equal(event->dunning_step_due->act,
	                 OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_REMIND);
	assert_int_equal(event->dunning_step_due->unpaid->minor, 12000);
	assert_string_equal(event->dunning_step_due->unpaid->currency, "USD");
	assert_string_equal(event->dunning_step_due->invoice_ids[0], "in_1");
	assert_int_equal(event->dunning_step_due->attempts, 1);
	assert_string_equal(event->dunning_step_due->policy, "standard/1");
	stage_test_restart(&customer_stage);
	pass_days(6);
	assert_string_equal(dunning_said(), "second_reminder");
	pass_days(40);
	assert_string_equal(dunning_said(),
	                    "warning, restriction, last_warning, cancellation, exhausted");
	assert_string_equal(state_of("in_1"), "over");
}

static void what_is_paid_recovers_and_is_left_alone(void **state)
{
	(void)state;
	feed_open(1, 1);
	pass_days(1);
	assert_string_equal(dunning_said(), "first_reminder");
	feed_paid(2);
	assert_string_equal(dunning_said(), "recovered");
	feed_failure("ch_1", "expired_card", 0);
	pass_days(60);
	assert_string_equal(dunning_said(), "");
	assert_string_equal(state_of("in_1"), "recovered");
}

static void held_time_does_not_count(void **state)
{
	(void)state;
	feed_open(1, 1);
	feed_part("", 0);
	customer_wait(DAYS(1));
	assert_string_equal(dunning_said(), "first_reminder");
	feed_part("needs_response", 1);
	assert_string_equal(dunning_said(), "held by dispute");
	stage_test_restart(&customer_stage);
	customer_wait(DAYS(30));
	assert_string_equal(dunning_said(), "");
	feed_part("won", 2);
	assert_string_equal(dunning_said(), "resumed");
	customer_wait(DAYS(3));
	assert_string_equal(dunning_said(), "");
	customer_wait(DAYS(2));
	assert_string_equal(dunning_said(), "second_reminder");
}

/* Charges of newer versions of the API do not name their invoice. */
static void a_dispute_holds_an_invoice_that_is_known_later_too(void **state)
{
	(void)state;
	feed_open(1, 1);
	customer_feed("charge", "ch_9", 1, "succeeded",
	              "{\"id\":\"ch_9\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"amount\":1000,\"currency\":\"usd\",\"created\":1728000000}");
	customer_feed("dispute", "dp_1", 1, "needs_response",
	              "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"needs_response\","
	              "\"amount\":1000,\"currency\":\"usd\",\"charge\":\"ch_9\"}");
	assert_string_equal(dunning_said(), "");
	customer_feed(
	    "invoice_payment", "inpay_1", 1, "paid",
	    "{\"id\":\"inpay_1\",\"object\":\"invoice_payment\",\"invoice\":\"in_1\","
	    "\"status\":\"paid\",\"currency\":\"usd\",\"amount_requested\":1000,"
	    "\"amount_paid\":1000,\"payment\":{\"type\":\"charge\",\"charge\":\"ch_9\"}}");
	assert_string_equal(dunning_said(), "held by dispute");
}

static void feed_ticket_of(const char *account, const char *id, bool open, const char *invoice)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__BillingTicket ticket = OPSMESH__V1__BILLING_TICKET__INIT;
	char *invoices[] = { text_mutable(invoice) };

	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	ticket.ticket_id = text_mutable(id);
	ticket.account_id = text_mutable(account);
	ticket.open = open;
	ticket.invoice_ids = invoices;
	ticket.n_invoice_ids = *invoice != '\0' ? 1 : 0;
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BILLING_TICKET;
	event.billing_ticket = &ticket;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

static void feed_ticket(const char *id, bool open, const char *invoice)
{
	feed_ticket_of("acme", id, open, invoice);
}

static void a_ticket_holds_the_invoice_that_it_names_or_all(void **state)
{
	(void)state;
	feed_open(1, 1);
	feed_invoice("in_2", 1, "open", 500, 1, "");
	(void)dunning_said();
	feed_ticket("T-1", true, "in_2");
	assert_string_equal(dunning_said(), "held by ticket");
	customer_wait(DAYS(1));
	assert_string_equal(dunning_said(), "first_reminder");
	feed_ticket("T-2", true, "");
	assert_string_equal(dunning_said(), "held by ticket, held by ticket");
	feed_ticket("T-2", true, "");
	assert_string_equal(dunning_said(), "");
	customer_wait(DAYS(30));
	assert_string_equal(dunning_said(), "");
	feed_ticket("T-2", false, "");
	assert_string_equal(dunning_said(), "resumed");
	feed_ticket("T-1", false, "in_2");
	assert_string_equal(dunning_said(), "resumed");
	customer_wait(DAYS(1));
	assert_string_equal(dunning_said(), "first_reminder");
}

static void what_begins_while_a_ticket_is_open_is_held_from_the_start(void **state)
{
	(void)state;
	feed_ticket("T-1", true, "");
	feed_open(1, 1);
	assert_string_equal(dunning_said(), "held by ticket");
	feed_failure("ch_1", "insufficient_funds", 0);
	customer_wait(DAYS(60));
	assert_string_equal(dunning_said(), "");
	stage_test_restart(&customer_stage);
	feed_ticket("T-1", false, "");
	assert_string_equal(dunning_said(), "resumed");
	customer_wait(DAYS(1));
	assert_string_equal(dunning_said(), "first_reminder");
}

/* It goes from one account of the customer to another, and the one that it left is heard of last. */
static void a_ticket_that_changes_its_account_still_holds(void **state)
{
	(void)state;
	feed_open(1, 1);
	feed_ticket_of("acme", "T-1", true, "in_1");
	feed_ticket_of("other", "T-1", true, "in_1");
	feed_ticket_of("acme", "T-1", false, "in_1");
	assert_string_equal(dunning_said(), "held by ticket");
	feed_ticket_of("other", "T-1", false, "in_1");
	assert_string_equal(dunning_said(), "resumed");
}

/* Of the invoice, of another, of all. */
static void feed_tickets(int from, int to, bool open)
{
	for (int i = from; i < to; i++)
		feed_ticket(arena_printf(customer_stage.arena, "T-%d", i), open,
		            i % 2 == 0   ? "in_1"
		            : i % 3 == 0 ? "in_7"
		                         : "");
}

/* Said again and closed twice, some before they open; the dispute has its place beside them. */
static void ten_thousand_tickets_hold_until_the_last_is_closed(void **state)
{
	(void)state;
	feed_open(1, 1);
	feed_tickets(0, 10000, true);
	feed_part("needs_response", 1);
	feed_tickets(2, 3, true);
	feed_tickets(10001, 10002, false);
	stage_test_restart(&customer_stage);
	feed_tickets(0, 10000, false);
	feed_tickets(2, 3, false);
	customer_wait(DAYS(1));
	assert_null(strstr(dunning_said(), "re")); /* minded, or sumed */
	feed_part("won", 2);
	assert_string_equal(dunning_said(), "resumed");
}

/* More than may hold at a time: whichever are closed first, the last one ends it. */
static void a_ticket_holds_in_the_place_of_one_that_is_closed(void **state)
{
	(void)state;
	feed_open(1, 1);
	feed_tickets(0, 81, true);
	feed_tickets(0, 80, false);
	customer_wait(DAYS(30));
	assert_null(strstr(dunning_said(), "re"));
	feed_tickets(80, 81, false);
	assert_string_equal(dunning_said(), "resumed");
}

/* An invoice of another currency is none of its business. */
static void what_is_owed_in_one_currency_counts_alone(void **state)
{
	(void)state;
	feed_open(1, 1);
	customer_feed(
	    "invoice", "in_2", 1, "open",
	    "{\"id\":\"in_2\",\"object\":\"invoice\",\"status\":\"open\",\"currency\":\"jpy\","
	    "\"total\":500,\"amount_due\":500,\"amount_paid\":0,\"amount_remaining\":500}");
	feed_invoice("in_3", 1, "open", 300, 0, "");
	(void)dunning_said();
	customer_wait(DAYS(1));
	const Opsmesh__V1__DunningStepDue *const due = customer_next()->dunning_step_due;

	assert_int_equal(due->unpaid->minor, 12300);
	assert_int_equal(due->n_invoice_ids, 2);
	assert_string_equal(due->invoice_ids[1], "in_3");
}

static void what_nobody_collects_is_dunned_from_its_deadline_on(void **state)
{
	(void)state;
	feed_invoice("in_1", 1, "open", 12000, 0,
	             arena_printf(customer_stage.arena, ",\"due_date\":%lld",
	                          START_S + 10 * DAY_S));
	pass_days(10);
	assert_string_equal(dunning_said(), "");
	assert_string_equal(state_of("in_1"), "none");
	pass_days(11);
	assert_string_equal(dunning_said(), "first_reminder");
	feed_invoice("in_1", 2, "void", 12000, 0, "");
	pass_days(60);
	assert_string_equal(dunning_said(), "");
	assert_string_equal(state_of("in_1"), "stopped");
}

static void attempts_exhaust_it_before_the_steps_do(void **state)
{
	(void)state;
	feed_open(1, 1);
	feed_open(2, 7);
	assert_string_equal(dunning_said(), "");
	feed_open(3, 8);
	assert_string_equal(dunning_said(), "exhausted");
	feed_open(4, 9);
	assert_string_equal(dunning_said(), "");
}

static void what_is_not_known_to_be_open_is_not_dunned(void **state)
{
	(void)state;
	feed_failure("ch_1", "insufficient_funds", 0);
	customer_wait(DAYS(9));
	assert_string_equal(dunning_said(), "");
	feed_open(1, 1);
	customer_wait(MINUTES(1));
	assert_string_equal(dunning_said(), "first_reminder");
	customer_wait(DAYS(1));
	assert_string_equal(dunning_said(), "second_reminder");
}

/* Whatever is heard first, it ends the same. */

static void step(size_t which)
{
	switch (which) {
	case 0: feed_failure("ch_1", "insufficient_funds", 0); break;
	case 1: feed_failure("ch_2", "expired_card", 1); break;
	case 2: feed_part("needs_response", 1); break;
	case 3: feed_part("won", 2); break;
	case 4: feed_open(1, 2); break;
	case 5: feed_ticket("T-1", true, "in_1"); break;
	case 6: feed_ticket("T-1", false, "in_1"); break;
	default: feed_paid(2); break;
	}
}

static void in_order(const size_t *order, size_t count)
{
	customer_start(NULL);
	for (size_t i = 0; i < count; i++)
		step(order[i]);
	(void)dunning_said();
	pass_days(90);
}

static void a_draft_that_is_heard_late_stops_nothing(void **state)
{
	(void)state;
	feed_failure("ch_1", "insufficient_funds", 0);
	feed_invoice("in_1", 1, "draft", 12000, 0, "");
	feed_failure("ch_2", "insufficient_funds", 3);
	feed_open(2, 0);
	(void)dunning_said();
	assert_string_equal(state_of("in_1"), "running");
	pass_days(90);
	assert_true(text_ends(dunning_said(), "cancellation, exhausted"));
}

#define UNPAID 7 /* steps without the payment */

/* States of one object come in their order: 2 before 3, 5 before 6, 4 before 7. */
static bool comes(const size_t *order, size_t count)
{
	size_t place[UNPAID + 1] = { 0 };

	for (size_t i = 0; i < count; i++)
		place[order[i]] = i;
	return place[2] < place[3] && place[5] < place[6] &&
	       (count == UNPAID || place[4] < place[7]);
}

static int every_order(size_t count, const char *ends)
{
	size_t order[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	int tried = 0;

	do {
		if (!comes(order, count))
			continue;
		in_order(order, count);
		const char *const said = dunning_said();
		const char *const state = state_of("in_1");

		if (count > UNPAID)
			assert_string_equal(said, "");
		else
			assert_true(text_ends(said, "cancellation, exhausted"));
		if (!text_equal(state, "none"))
			assert_string_equal(state, ends);
		customer_stop(NULL);
		tried++;
	} while (order_next(order, count));
	return tried;
}

static void paid_in_any_order_it_is_not_dunned(void **state)
{
	(void)state;
	assert_int_equal(every_order(UNPAID + 1, "recovered"), 5040);
}

static void unpaid_in_any_order_every_step_is_taken(void **state)
{
	(void)state;
	assert_int_equal(every_order(UNPAID, "over"), 1260);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(steps_are_due_one_after_the_other_and_then_it_is_exhausted),
		CASE(what_is_paid_recovers_and_is_left_alone),
		CASE(held_time_does_not_count),
		CASE(a_dispute_holds_an_invoice_that_is_known_later_too),
		CASE(a_ticket_holds_the_invoice_that_it_names_or_all),
		CASE(what_begins_while_a_ticket_is_open_is_held_from_the_start),
		CASE(a_ticket_that_changes_its_account_still_holds),
		CASE(ten_thousand_tickets_hold_until_the_last_is_closed),
		CASE(a_ticket_holds_in_the_place_of_one_that_is_closed),
		CASE(what_is_owed_in_one_currency_counts_alone),
		CASE(what_nobody_collects_is_dunned_from_its_deadline_on),
		CASE(attempts_exhaust_it_before_the_steps_do),
		CASE(what_is_not_known_to_be_open_is_not_dunned),
		CASE(a_draft_that_is_heard_late_stops_nothing),
		cmocka_unit_test(paid_in_any_order_it_is_not_dunned),
		cmocka_unit_test(unpaid_in_any_order_every_step_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
