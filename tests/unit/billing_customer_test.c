/*
 * billing_customer_test - what the stages `charge` and `customer` say of states that the mirror took over.
 */
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "services/billing-sync/billing.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_silent(void)
{
	assert_null(customer_heard());
}

static const char *forwarded(void)
{
	const ProtobufCMessage *message;

	if (stage_test_next(&customer_stage, &message) == NULL)
		return "";
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	return arena_printf(customer_stage.arena, "%s %s %lld", event->customer_id,
	                    event->mirrored->object_id, (long long)event->mirrored->revision);
}

/* Invoices. */

/* Of one line; what the line sums to may be another than the subtotal. */
static const char *invoice(const char *id, const char *status, int line, int paid)
{
	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"jpy\",\"created\":1700000000,\"subscription\":\"sub_1\",\"subtotal\":12000,"
	    "\"total\":12000,\"amount_due\":12000,\"amount_paid\":%d,\"amount_remaining\":%d,"
	    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
	    "\"object\":\"line_item\",\"amount\":%d,\"currency\":\"jpy\",\"quantity\":1}]}}",
	    id, customer_key, status, paid, 12000 - paid, line);
}

static void feed_invoice(const char *id, int64_t revision, const char *status, int line, int paid)
{
	customer_feed("invoice", id, revision, status, invoice(id, status, line, paid));
}

static void an_invoice_is_told_when_its_status_moves(void **state)
{
	(void)state;
	feed_invoice("in_1", 1, "open", 12000, 0);
	const Opsmesh__V1__BillingEvent *event = customer_next();

	assert_string_equal(event->customer_id, customer_key);
	assert_string_equal(event->invoice_changed->from_status, "");
	assert_string_equal(event->invoice_changed->to_status, "open");
	assert_string_equal(event->invoice_changed->subscription_id, "sub_1");
	assert_int_equal(event->invoice_changed->remaining->minor, 12000);
	assert_string_equal(event->invoice_changed->remaining->currency, "JPY");
	feed_invoice("in_1", 2, "open", 12000, 0);
	assert_silent();
	feed_invoice("in_1", 3, "paid", 12000, 12000);
	event = customer_next();
	assert_string_equal(event->invoice_changed->from_status, "open");
	assert_string_equal(event->invoice_changed->to_status, "paid");
	assert_int_equal(event->invoice_changed->paid->minor, 12000);
	feed_invoice("in_1", 2, "open", 12000, 0);
	assert_silent();
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	customer_feed(
	    "invoice", "in_1", 1, "open",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"currency\":\"jpy\",\"total\":\"12000\"}");
	const Opsmesh__V1__BillingEvent *event = customer_next();

	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED);
	assert_string_equal(event->object_refused->object_id, "in_1");
	assert_string_equal(event->object_refused->field, "total");
	assert_string_equal(customer_next()->discrepancy_opened->cause, "state_refused");
	customer_feed("invoice", "in_1", 2, "open",
	              "{\"id\":\"in_1\",\"object\":\"invoice\",\"total\":12000}");
	event = customer_next();
	assert_string_equal(event->object_refused->field, "currency");
	feed_invoice("in_1", 3, "open", 12000, 0);
	assert_string_equal(customer_next()->invoice_changed->to_status, "open");
}

/* Discrepancies. */

static void what_does_not_add_up_is_one_case_that_grows_and_heals(void **state)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *id;

	(void)state;
	feed_invoice("in_1", 1, "draft", 11000, 0);
	assert_string_equal(customer_next()->invoice_changed->to_status, "draft");
	assert_silent();
	feed_invoice("in_1", 2, "open", 11000, 0);
	(void)customer_next();
	event = customer_next();
	id = event->discrepancy_opened->discrepancy_id;
	assert_string_equal(event->discrepancy_opened->cause, "lines_subtotal");
	assert_int_equal(event->discrepancy_opened->expected->minor, 11000);
	assert_int_equal(event->discrepancy_opened->found->minor, 12000);
	assert_string_equal(event->discrepancy_opened->found->currency, "JPY");
	assert_string_equal(event->discrepancy_opened->object_ids[0], "in_1");
	assert_string_equal(event->discrepancy_opened->queue, "billing");
	assert_false(event->discrepancy_opened->again);
	assert_silent();
	feed_invoice("in_2", 1, "open", 11500, 0);
	(void)customer_next();
	event = customer_next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN);
	assert_string_equal(event->discrepancy_grown->discrepancy_id, id);
	assert_int_equal(event->discrepancy_grown->objects, 2);
	stage_test_restart(&customer_stage);
	feed_invoice("in_1", 3, "paid", 12000, 12000);
	(void)customer_next();
	event = customer_next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK);
	feed_invoice("in_2", 2, "void", 11500, 0);
	(void)customer_next();
	event = customer_next();
	assert_string_equal(event->discrepancy_healed->discrepancy_id, id);
	assert_string_equal(event->discrepancy_healed->object_id, "in_2");
	feed_invoice("in_3", 1, "open", 1, 0);
	(void)customer_next();
	assert_true(customer_next()->discrepancy_opened->again);
}

/* A webhook carries ten lines of an invoice; what it does not show has not become right by that. */
static void an_invoice_that_is_cut_heals_nothing(void **state)
{
	char *const cut = text_mutable(invoice("in_1", "paid", 12000, 12000));

	(void)state;
	feed_invoice("in_1", 1, "open", 11000, 0);
	(void)customer_next();
	assert_string_equal(customer_next()->discrepancy_opened->cause, "lines_subtotal");
	memcpy(strstr(cut, "\"has_more\":false"), "\"has_more\": true",
	       strlen("\"has_more\":false"));
	customer_feed("invoice", "in_1", 2, "paid", cut);
	assert_string_equal(customer_next()->invoice_changed->to_status, "paid");
	assert_silent();
	feed_invoice("in_1", 3, "paid", 12000, 12000);
	assert_string_equal(customer_next()->discrepancy_healed->object_id, "in_1");
}

static void what_stays_open_is_escalated(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_invoice("in_1", 1, "open", 11000, 0);
	(void)customer_next();
	(void)customer_next();
	assert_int_equal(stage_test_fold(&customer_stage, 0,
	                                 time_add(customer_now(),
	                                          (struct duration){ DAYS(1).us - MINUTES(2).us })),
	                 STATUS_OK);
	assert_silent();
	assert_int_equal(stage_test_fold(&customer_stage, 0, time_add(customer_now(), DAYS(2))),
	                 STATUS_OK);
	event = customer_next();
	assert_string_equal(event->discrepancy_escalated->cause, "lines_subtotal");
	assert_int_equal(event->discrepancy_escalated->level, 1);
	assert_silent();
}

/* Payments. */

static void a_payment_is_told_with_why_it_failed(void **state)
{
	(void)state;
	customer_feed("charge", "ch_1", 1, "failed",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"failed\","
	              "\"currency\":\"usd\",\"amount\":2000,\"failure_code\":\"card_declined\","
	              "\"outcome\":{\"reason\":\"insufficient_funds\"},\"invoice\":\"in_1\"}");
	const Opsmesh__V1__PaymentChanged *const changed = customer_next()->payment_changed;

	assert_string_equal(changed->to_status, "failed");
	assert_string_equal(changed->failure_code, "card_declined");
	assert_string_equal(changed->decline_code, "insufficient_funds");
	assert_string_equal(changed->invoice_id, "in_1");
}

static void a_refunded_payment_is_told_though_its_status_stays(void **state)
{
	(void)state;
	customer_feed("charge", "ch_1", 1, "succeeded",
	              "{\"currency\":\"usd\",\"amount\":2000,\"amount_refunded\":0}");
	assert_int_equal(customer_next()->payment_changed->refunded->minor, 0);
	customer_feed("charge", "ch_1", 2, "succeeded",
	              "{\"currency\":\"usd\",\"amount\":2000,\"amount_refunded\":500}");
	assert_int_equal(customer_next()->payment_changed->refunded->minor, 500);
	customer_feed("charge", "ch_1", 3, "succeeded",
	              "{\"currency\":\"usd\",\"amount\":2000,\"amount_refunded\":500,\"x\":1}");
	assert_silent();
}

static const char *charge(int created, int refunded)
{
	return arena_printf(customer_stage.arena,
	                    "{\"object\":\"charge\",\"currency\":\"jpy\",\"amount\":9800,"
	                    "\"amount_refunded\":%d,"
	                    "\"created\":%d,\"description\":\"Team plan, May\"}",
	                    refunded, 1700000000 + created);
}

static void the_same_charge_twice_is_a_case_until_one_is_returned(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed("charge", "ch_2", 1, "succeeded", charge(60, 0));
	(void)customer_next();
	assert_silent();
	customer_feed("charge", "ch_1", 1, "succeeded", charge(0, 0));
	(void)customer_next();
	event = customer_next();
	assert_string_equal(event->discrepancy_opened->cause, "charged_twice");
	assert_string_equal(event->discrepancy_opened->object_ids[0], "ch_2");
	assert_int_equal(event->discrepancy_opened->expected->minor, 0);
	assert_int_equal(event->discrepancy_opened->found->minor, 9800);
	assert_int_equal(event->discrepancy_opened->severity,
	                 OPSMESH__V1__PRIORITY__PRIORITY_URGENT);
	stage_test_restart(&customer_stage);
	customer_feed("charge", "ch_3", 1, "failed", charge(120, 0));
	(void)customer_next();
	assert_silent();
	customer_feed("charge", "ch_2", 2, "succeeded", charge(60, 9800));
	(void)customer_next();
	assert_string_equal(customer_next()->discrepancy_healed->object_id, "ch_2");
	assert_silent();
}

/* Disputes. */

static void a_late_win_is_told(void **state)
{
	static const char *const json =
	    "{\"currency\":\"eur\",\"amount\":10000,\"charge\":\"ch_1\",\"reason\":\"fraudulent\","
	    "\"evidence_details\":{\"due_by\":0},"
	    "\"payment_method_details\":{\"card\":{\"network_reason_code\":\"10.4\"}}}";
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed("dispute", "dp_1", 1, "lost", json);
	event = customer_next();
	assert_string_equal(event->dispute_changed->to_status, "lost");
	assert_string_equal(event->dispute_changed->network_reason_code, "10.4");
	assert_null(event->dispute_changed->due_by);
	customer_feed("dispute", "dp_1", 2, "won", json);
	event = customer_next();
	assert_string_equal(event->dispute_changed->from_status, "lost");
	assert_string_equal(event->dispute_changed->to_status, "won");
}

static void a_moved_deadline_is_told(void **state)
{
	(void)state;
	customer_feed(
	    "dispute", "dp_1", 1, "needs_response",
	    "{\"currency\":\"eur\",\"amount\":1,\"evidence_details\":{\"due_by\":1723679999}}");
	assert_int_equal(customer_next()->dispute_changed->due_by->seconds, 1723679999);
	customer_feed(
	    "dispute", "dp_1", 2, "needs_response",
	    "{\"currency\":\"eur\",\"amount\":1,\"evidence_details\":{\"due_by\":1723680000}}");
	assert_int_equal(customer_next()->dispute_changed->due_by->seconds, 1723680000);
}

/* Its timers would be another's: nothing is kept, and the stage goes on. */
static void a_customer_whose_id_has_a_slash_is_refused(void **state)
{
	const struct fact *fact;

	(void)state;
	customer_key = stage_test_key(&customer_stage, "cus/");
	feed_invoice("in_1", 1, "open", 12000, 0);
	fact = stage_test_next(&customer_stage, NULL);
	assert_non_null(fact);
	assert_true(fact->dead_letter);
	customer_wait(DAYS(400));
	assert_null(stage_test_next(&customer_stage, NULL));
}

/* Charges. */

static void what_names_a_charge_waits_for_its_customer(void **state)
{
	(void)state;
	customer_feed_by_charge("refund", "re_2", 1, "succeeded", "{}");
	customer_feed_by_charge("dispute", "dp_1", 3, "succeeded", "{}");
	customer_feed_by_charge("refund", "re_2", 2, "succeeded", "{}");
	customer_feed_by_charge("charge", customer_key, 1, "succeeded", "{\"customer\":null}");
	assert_string_equal(forwarded(), "");
	stage_test_restart(&customer_stage);
	customer_feed_by_charge("charge", customer_key, 2, "succeeded", "{\"customer\":\"cus_9\"}");
	assert_string_equal(forwarded(), "cus_9 dp_1 3");
	assert_string_equal(forwarded(), "cus_9 re_2 2");
	assert_string_equal(forwarded(), "");
	customer_feed_by_charge("charge", customer_key, 3, "succeeded",
	                        "{\"customer\":{\"id\":\"cus_9\"}}");
	customer_feed_by_charge("refund", "re_2", 4, "succeeded", "{}");
	assert_string_equal(forwarded(), "cus_9 re_2 4");
	assert_string_equal(forwarded(), "");
}

#define CUSTOMER(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)
/* A refund of a charge that never comes, and then one that names nobody, until it does. */
static const char *waits(void)
{
	const Opsmesh__V1__BillingEvent *event = customer_heard();

	if (event != NULL && event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED)
		event = customer_heard();
	if (event == NULL)
		return "";
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_WAITS);
	assert_string_equal(event->customer_id, "");
	assert_string_equal(event->object_waits->charge_id, customer_key);
	return arena_printf(customer_stage.arena, "%s %s%s", event->object_waits->object_type,
	                    event->object_waits->object_id,
	                    event->object_waits->charge_known ? ", known" : "");
}

static void what_waits_too_long_is_said(void **state)
{
	(void)state;
	customer_feed_by_charge("dispute", "dp_1", 1, "succeeded", "{}");
	customer_feed_by_charge("refund", "re_1", 1, "succeeded", "{}");
	customer_pass(time_add(customer_now(), DAYS(2)));
	assert_string_equal(waits(), "");
	customer_pass(time_add(customer_now(), DAYS(4)));
	assert_string_equal(waits(), "dispute dp_1");
	assert_string_equal(waits(), "refund re_1");
	assert_string_equal(waits(), "");
}

static void a_charge_that_names_nobody_is_said(void **state)
{
	(void)state;
	customer_feed_by_charge("charge", customer_key, 1, "succeeded", "{\"customer\":null}");
	customer_feed_by_charge("charge", customer_key, 2, "succeeded", "{\"customer\":null}");
	customer_feed_by_charge("refund", "re_1", 1, "succeeded", "{}");
	customer_pass(time_add(customer_now(), DAYS(4)));
	assert_string_equal(waits(),
	                    arena_printf(customer_stage.arena, "charge %s, known", customer_key));
	assert_string_equal(waits(), "refund re_1, known");
}

static void who_is_known_in_time_is_not_waited_for(void **state)
{
	(void)state;
	customer_feed_by_charge("refund", "re_1", 1, "succeeded", "{}");
	customer_feed_by_charge("charge", customer_key, 1, "succeeded", "{\"customer\":null}");
	customer_feed_by_charge("charge", customer_key, 2, "succeeded", "{\"customer\":\"cus_9\"}");
	customer_feed_by_charge("charge", customer_key, 3, "succeeded", "{\"customer\":null}");
	customer_pass(time_add(customer_now(), DAYS(30)));
	assert_string_equal(waits(), "");
}

#define CHARGE(name) cmocka_unit_test_setup_teardown(name, customer_start_charge, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CUSTOMER(an_invoice_is_told_when_its_status_moves),
		CUSTOMER(what_cannot_be_read_is_said),
		CUSTOMER(what_does_not_add_up_is_one_case_that_grows_and_heals),
		CUSTOMER(an_invoice_that_is_cut_heals_nothing),
		CUSTOMER(what_stays_open_is_escalated),
		CUSTOMER(a_payment_is_told_with_why_it_failed),
		CUSTOMER(a_refunded_payment_is_told_though_its_status_stays),
		CUSTOMER(the_same_charge_twice_is_a_case_until_one_is_returned),
		CUSTOMER(a_late_win_is_told),
		CUSTOMER(a_moved_deadline_is_told),
		CUSTOMER(a_customer_whose_id_has_a_slash_is_refused),
		CHARGE(what_names_a_charge_waits_for_its_customer),
		CHARGE(what_waits_too_long_is_said),
		CHARGE(a_charge_that_names_nobody_is_said),
		CHARGE(who_is_known_in_time_is_not_waited_for),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
