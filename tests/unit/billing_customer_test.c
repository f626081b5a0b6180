/*
 * billing_customer_test - what the stages `charge` and `customer` say of states that the mirror took over.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "tests/support/billing_fixture.h"
#include "tests/support/stage_test.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHARD 1

static struct stage_test stage;
static const char *key;
static int64_t minute;

static int start(int which, const char *prefix)
{
	stage_test_init(&stage, &opsmesh_catalogue, &billing_sync_stages[which], SHARD,
	                billing_fixture(), NULL);
	key = stage_test_key(&stage, prefix);
	minute = 0;
	return 0;
}

static int start_customer(void **state)
{
	(void)state;
	return start(BILLING_CUSTOMER, "cus_");
}

static int start_charge(void **state)
{
	(void)state;
	return start(BILLING_CHARGE, "ch_");
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&stage);
	return 0;
}

static struct instant now(void)
{
	return time_add((struct instant){ DAYS(20000).us }, MINUTES(minute));
}

/* Feeding. */

static void feed(int topic, const ProtobufCMessage *message)
{
	minute++;
	(void)stage_test_feed(
	    &stage,
	    &(struct stage_test_event){
		.topic = topic, .key = key, .time = now(), .mesh = now(), .message = message });
	assert_int_equal(stage_test_fold(&stage, STAGE_TEST_ALL, now()), STATUS_OK);
}

static Opsmesh__V1__ObjectMirrored mirrored(const char *type, const char *id, int64_t revision,
                                            const char *status, const char *json)
{
	Opsmesh__V1__ObjectMirrored made = OPSMESH__V1__OBJECT_MIRRORED__INIT;

	made.object_id = text_mutable(id);
	made.object_type = text_mutable(type);
	made.revision = revision;
	made.status = text_mutable(status);
	made.payload.data = (uint8_t *)(uintptr_t)json;
	made.payload.len = strlen(json);
	return made;
}

static void feed_customer(const char *type, const char *id, int64_t revision, const char *status,
                          const char *json)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made = mirrored(type, id, revision, status, json);

	event.customer_id = text_mutable(key);
	event.occurred_at = proto_timestamp(stage.arena, now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	feed(OPS_BY_CUSTOMER, &event.base);
}

static void feed_link(const char *linked, const char *unlinked)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__AccountLinked on = OPSMESH__V1__ACCOUNT_LINKED__INIT;
	Opsmesh__V1__AccountUnlinked off = OPSMESH__V1__ACCOUNT_UNLINKED__INIT;

	event.customer_id = text_mutable(key);
	event.occurred_at = proto_timestamp(stage.arena, now());
	if (linked != NULL) {
		on.account_id = text_mutable(linked);
		event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_ACCOUNT_LINKED;
		event.account_linked = &on;
	} else {
		off.account_id = text_mutable(unlinked);
		event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_ACCOUNT_UNLINKED;
		event.account_unlinked = &off;
	}
	feed(OPS_BY_CUSTOMER, &event.base);
}

static void feed_charge(const char *type, const char *id, int64_t revision, const char *json)
{
	Opsmesh__V1__ByChargeEvent event = OPSMESH__V1__BY_CHARGE_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made = mirrored(type, id, revision, "succeeded", json);

	event.charge_id = text_mutable(key);
	event.occurred_at = proto_timestamp(stage.arena, now());
	event.fact_case = OPSMESH__V1__BY_CHARGE_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	feed(OPS_BY_CHARGE, &event.base);
}

/* What was said. */

static const Opsmesh__V1__BillingEvent *next(void)
{
	const ProtobufCMessage *message = NULL;

	if (stage_test_next(&stage, &message) == NULL)
		fail_msg("nothing was said");
	CHECK(message != NULL);
	return (const void *)message;
}

static void assert_silent(void)
{
	assert_null(stage_test_next(&stage, NULL));
}

static const char *forwarded(void)
{
	const ProtobufCMessage *message;

	if (stage_test_next(&stage, &message) == NULL)
		return "";
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	return arena_printf(stage.arena, "%s %s %lld", event->customer_id,
	                    event->mirrored->object_id, (long long)event->mirrored->revision);
}

/* Invoices. */

/* Of one line; what the line sums to may be another than the subtotal. */
static const char *invoice(const char *id, const char *status, int line, int paid)
{
	return arena_printf(
	    stage.arena,
	    "{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"jpy\",\"created\":1700000000,\"subscription\":\"sub_1\",\"subtotal\":12000,"
	    "\"total\":12000,\"amount_due\":12000,\"amount_paid\":%d,\"amount_remaining\":%d,"
	    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
	    "\"object\":\"line_item\",\"amount\":%d,\"currency\":\"jpy\",\"quantity\":1}]}}",
	    id, key, status, paid, 12000 - paid, line);
}

static void feed_invoice(const char *id, int64_t revision, const char *status, int line, int paid)
{
	feed_customer("invoice", id, revision, status, invoice(id, status, line, paid));
}

static void an_invoice_is_told_when_its_status_moves(void **state)
{
	(void)state;
	feed_invoice("in_1", 1, "open", 12000, 0);
	const Opsmesh__V1__BillingEvent *event = next();

	assert_string_equal(event->customer_id, key);
	assert_string_equal(event->invoice_changed->from_status, "");
	assert_string_equal(event->invoice_changed->to_status, "open");
	assert_string_equal(event->invoice_changed->subscription_id, "sub_1");
	assert_int_equal(event->invoice_changed->remaining->minor, 12000);
	assert_string_equal(event->invoice_changed->remaining->currency, "JPY");
	feed_invoice("in_1", 2, "open", 12000, 0);
	assert_silent();
	feed_invoice("in_1", 3, "paid", 12000, 12000);
	event = next();
	assert_string_equal(event->invoice_changed->from_status, "open");
	assert_string_equal(event->invoice_changed->to_status, "paid");
	assert_int_equal(event->invoice_changed->paid->minor, 12000);
	feed_invoice("in_1", 2, "open", 12000, 0);
	assert_silent();
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	feed_customer(
	    "invoice", "in_1", 1, "open",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"currency\":\"jpy\",\"total\":\"12000\"}");
	const Opsmesh__V1__BillingEvent *event = next();

	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED);
	assert_string_equal(event->object_refused->object_id, "in_1");
	assert_string_equal(event->object_refused->field, "total");
	feed_customer("invoice", "in_1", 2, "open",
	              "{\"id\":\"in_1\",\"object\":\"invoice\",\"total\":12000}");
	event = next();
	assert_string_equal(event->object_refused->field, "currency");
	feed_invoice("in_1", 3, "open", 12000, 0);
	assert_string_equal(next()->invoice_changed->to_status, "open");
}

/* Discrepancies. */

static void what_does_not_add_up_is_one_case_that_grows_and_heals(void **state)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *id;

	(void)state;
	feed_invoice("in_1", 1, "draft", 11000, 0);
	assert_string_equal(next()->invoice_changed->to_status, "draft");
	assert_silent();
	feed_invoice("in_1", 2, "open", 11000, 0);
	(void)next();
	event = next();
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
	(void)next();
	event = next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN);
	assert_string_equal(event->discrepancy_grown->discrepancy_id, id);
	assert_int_equal(event->discrepancy_grown->objects, 2);
	stage_test_restart(&stage);
	feed_invoice("in_1", 3, "paid", 12000, 12000);
	(void)next();
	event = next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK);
	feed_invoice("in_2", 2, "void", 11500, 0);
	(void)next();
	event = next();
	assert_string_equal(event->discrepancy_healed->discrepancy_id, id);
	assert_string_equal(event->discrepancy_healed->object_id, "in_2");
	feed_invoice("in_3", 1, "open", 1, 0);
	(void)next();
	assert_true(next()->discrepancy_opened->again);
}

static void what_stays_open_is_escalated(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_invoice("in_1", 1, "open", 11000, 0);
	(void)next();
	(void)next();
	assert_int_equal(stage_test_fold(&stage, 0,
	                                 time_add(now(),
	                                          (struct duration){ DAYS(1).us - MINUTES(2).us })),
	                 STATUS_OK);
	assert_silent();
	assert_int_equal(stage_test_fold(&stage, 0, time_add(now(), DAYS(2))), STATUS_OK);
	event = next();
	assert_string_equal(event->discrepancy_escalated->cause, "lines_subtotal");
	assert_int_equal(event->discrepancy_escalated->level, 1);
	assert_silent();
}

/* Payments. */

static void a_payment_is_told_with_why_it_failed(void **state)
{
	(void)state;
	feed_customer("charge", "ch_1", 1, "failed",
	              "{\"currency\":\"usd\",\"amount\":2000,\"failure_code\":\"card_declined\","
	              "\"outcome\":{\"reason\":\"insufficient_funds\"},\"invoice\":\"in_1\"}");
	const Opsmesh__V1__PaymentChanged *const changed = next()->payment_changed;

	assert_string_equal(changed->to_status, "failed");
	assert_string_equal(changed->failure_code, "card_declined");
	assert_string_equal(changed->decline_code, "insufficient_funds");
	assert_string_equal(changed->invoice_id, "in_1");
}

static void a_refunded_payment_is_told_though_its_status_stays(void **state)
{
	(void)state;
	feed_customer("charge", "ch_1", 1, "succeeded",
	              "{\"currency\":\"usd\",\"amount\":2000,\"amount_refunded\":0}");
	assert_int_equal(next()->payment_changed->refunded->minor, 0);
	feed_customer("charge", "ch_1", 2, "succeeded",
	              "{\"currency\":\"usd\",\"amount\":2000,\"amount_refunded\":500}");
	assert_int_equal(next()->payment_changed->refunded->minor, 500);
	feed_customer("charge", "ch_1", 3, "succeeded",
	              "{\"currency\":\"usd\",\"amount\":2000,\"amount_refunded\":500,\"x\":1}");
	assert_silent();
}

static const char *charge(int created, int refunded)
{
	return arena_printf(stage.arena,
	                    "{\"currency\":\"jpy\",\"amount\":9800,\"amount_refunded\":%d,"
	                    "\"created\":%d,\"description\":\"Team plan, May\"}",
	                    refunded, 1700000000 + created);
}

static void the_same_charge_twice_is_a_case_until_one_is_returned(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_customer("charge", "ch_2", 1, "succeeded", charge(60, 0));
	(void)next();
	assert_silent();
	feed_customer("charge", "ch_1", 1, "succeeded", charge(0, 0));
	(void)next();
	event = next();
	assert_string_equal(event->discrepancy_opened->cause, "charged_twice");
	assert_string_equal(event->discrepancy_opened->object_ids[0], "ch_2");
	assert_int_equal(event->discrepancy_opened->expected->minor, 0);
	assert_int_equal(event->discrepancy_opened->found->minor, 9800);
	assert_int_equal(event->discrepancy_opened->severity,
	                 OPSMESH__V1__PRIORITY__PRIORITY_URGENT);
	stage_test_restart(&stage);
	feed_customer("charge", "ch_3", 1, "failed", charge(120, 0));
	(void)next();
	assert_silent();
	feed_customer("charge", "ch_2", 2, "succeeded", charge(60, 9800));
	(void)next();
	assert_string_equal(next()->discrepancy_healed->object_id, "ch_2");
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
	feed_customer("dispute", "dp_1", 1, "lost", json);
	event = next();
	assert_string_equal(event->dispute_changed->to_status, "lost");
	assert_string_equal(event->dispute_changed->network_reason_code, "10.4");
	assert_null(event->dispute_changed->due_by);
	feed_customer("dispute", "dp_1", 2, "won", json);
	event = next();
	assert_string_equal(event->dispute_changed->from_status, "lost");
	assert_string_equal(event->dispute_changed->to_status, "won");
}

static void a_moved_deadline_is_told(void **state)
{
	(void)state;
	feed_customer(
	    "dispute", "dp_1", 1, "needs_response",
	    "{\"currency\":\"eur\",\"amount\":1,\"evidence_details\":{\"due_by\":1723679999}}");
	assert_int_equal(next()->dispute_changed->due_by->seconds, 1723679999);
	feed_customer(
	    "dispute", "dp_1", 2, "needs_response",
	    "{\"currency\":\"eur\",\"amount\":1,\"evidence_details\":{\"due_by\":1723680000}}");
	assert_int_equal(next()->dispute_changed->due_by->seconds, 1723680000);
}

/* Subscriptions. */

static const char *subscription(const char *status, int seats, const char *more)
{
	return arena_printf(
	    stage.arena,
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"jpy\",\"start_date\":1000,\"current_period_start\":1000,"
	    "\"current_period_end\":2000000000,\"items\":{\"object\":\"list\",\"has_more\":false,"
	    "\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"quantity\":%d,"
	    "\"price\":{\"id\":\"price_team\",\"object\":\"price\",\"currency\":\"jpy\","
	    "\"product\":\"prod_1\",\"unit_amount\":1500,\"recurring\":{\"interval\":\"month\","
	    "\"interval_count\":1,\"usage_type\":\"licensed\"}}}]}%s}",
	    key, status, seats, more);
}

static void feed_subscription(const char *id, int64_t revision, const char *status, int seats,
                              const char *more)
{
	feed_customer("subscription", id, revision, status, subscription(status, seats, more));
}

static void a_subscription_is_told_from_its_beginning_to_its_end(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_subscription("sub_1", 1, "active", 3, "");
	event = next();
	assert_string_equal(event->subscription_started->subscription_id, "sub_1");
	assert_false(event->subscription_started->again);
	assert_int_equal(event->subscription_started->items[0]->quantity, 3);
	assert_silent();
	feed_subscription("sub_1", 2, "active", 5, "");
	event = next();
	assert_int_equal(event->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_SEATS);
	assert_int_equal(event->subscription_changed->before[0]->quantity, 3);
	assert_int_equal(event->subscription_changed->items[0]->quantity, 5);
	feed_subscription("sub_1", 3, "past_due", 5, "");
	assert_int_equal(next()->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_PAST_DUE);
	stage_test_restart(&stage);
	feed_subscription("sub_1", 4, "active", 5,
	                  ",\"cancel_at_period_end\":true,\"canceled_at\":1500");
	assert_int_equal(next()->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_RECOVERED);
	event = next();
	assert_int_equal(event->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_CANCEL_ASKED);
	assert_int_equal(event->subscription_changed->ends_at->seconds, 2000000000);
	feed_subscription("sub_1", 5, "canceled", 5, ",\"canceled_at\":1500,\"ended_at\":1600");
	event = next();
	assert_string_equal(event->subscription_ended->status, "canceled");
	assert_int_equal(event->subscription_ended->asked_at->seconds, 1500);
	assert_silent();
}

static void who_comes_back_is_told_so(void **state)
{
	(void)state;
	feed_subscription("sub_1", 1, "active", 1, "");
	assert_false(next()->subscription_started->again);
	feed_subscription("sub_2", 1, "active", 1, "");
	assert_false(next()->subscription_started->again);
	feed_subscription("sub_1", 2, "canceled", 1, ",\"ended_at\":1600");
	feed_subscription("sub_2", 2, "canceled", 1, ",\"ended_at\":1600");
	(void)next();
	(void)next();
	feed_subscription("sub_3", 1, "active", 1, "");
	assert_true(next()->subscription_started->again);
}

static void the_end_of_a_trial_is_told_three_days_before(void **state)
{
	const int64_t end = (int64_t)DAYS(20010).us / 1000000;
	const char *const more =
	    arena_printf(stage.arena, ",\"trial_start\":1000,\"trial_end\":%lld", (long long)end);
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_subscription("sub_1", 1, "trialing", 1, more);
	assert_string_equal(next()->subscription_started->status, "trialing");
	assert_int_equal(next()->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_TRIAL_STARTED);
	assert_silent();
	assert_int_equal(stage_test_fold(&stage, 0,
	                                 (struct instant){ DAYS(20007).us + MINUTES(1).us }),
	                 STATUS_OK);
	event = next();
	assert_int_equal(event->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_TRIAL_ENDING);
	assert_int_equal(event->subscription_changed->ends_at->seconds, end);
	assert_string_equal(event->cause_id, "");
	assert_silent();
}

/* Accounts. */

static void facts_name_the_account_when_it_is_known(void **state)
{
	(void)state;
	feed_invoice("in_1", 1, "open", 12000, 0);
	assert_string_equal(next()->account_id, "");
	feed_link("acme", NULL);
	feed_invoice("in_1", 2, "paid", 12000, 12000);
	assert_string_equal(next()->account_id, "acme");
	feed_link("other", NULL);
	feed_link(NULL, "acme");
	feed_invoice("in_1", 3, "open", 12000, 0);
	assert_string_equal(next()->account_id, "other");
	feed_link(NULL, "other");
	stage_test_restart(&stage);
	feed_invoice("in_1", 4, "paid", 12000, 12000);
	assert_string_equal(next()->account_id, "");
}

/* Charges. */

static void what_names_a_charge_waits_for_its_customer(void **state)
{
	(void)state;
	feed_charge("refund", "re_2", 1, "{}");
	feed_charge("dispute", "dp_1", 3, "{}");
	feed_charge("refund", "re_2", 2, "{}");
	feed_charge("charge", key, 1, "{\"customer\":null}");
	assert_string_equal(forwarded(), "");
	stage_test_restart(&stage);
	feed_charge("charge", key, 2, "{\"customer\":\"cus_9\"}");
	assert_string_equal(forwarded(), "cus_9 dp_1 3");
	assert_string_equal(forwarded(), "cus_9 re_2 2");
	assert_string_equal(forwarded(), "");
	feed_charge("charge", key, 3, "{\"customer\":{\"id\":\"cus_9\"}}");
	feed_charge("refund", "re_2", 4, "{}");
	assert_string_equal(forwarded(), "cus_9 re_2 4");
	assert_string_equal(forwarded(), "");
}

#define CUSTOMER(name) cmocka_unit_test_setup_teardown(name, start_customer, stop)
#define CHARGE(name) cmocka_unit_test_setup_teardown(name, start_charge, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CUSTOMER(an_invoice_is_told_when_its_status_moves),
		CUSTOMER(what_cannot_be_read_is_said),
		CUSTOMER(what_does_not_add_up_is_one_case_that_grows_and_heals),
		CUSTOMER(what_stays_open_is_escalated),
		CUSTOMER(a_payment_is_told_with_why_it_failed),
		CUSTOMER(a_refunded_payment_is_told_though_its_status_stays),
		CUSTOMER(the_same_charge_twice_is_a_case_until_one_is_returned),
		CUSTOMER(a_late_win_is_told),
		CUSTOMER(a_moved_deadline_is_told),
		CUSTOMER(a_subscription_is_told_from_its_beginning_to_its_end),
		CUSTOMER(who_comes_back_is_told_so),
		CUSTOMER(the_end_of_a_trial_is_told_three_days_before),
		CUSTOMER(facts_name_the_account_when_it_is_known),
		CHARGE(what_names_a_charge_waits_for_its_customer),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
