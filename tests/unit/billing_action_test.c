/*
 * billing_action_test - what people ask for about a customer's billing: each action has one answer.
 */
#include "common/base/text.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* Of 12000 yen; what its line sums to may be another. */
static void feed_invoice(const char *id, int64_t revision, int line)
{
	customer_feed(
	    "invoice", id, revision, "open",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\",\"status\":\"open\","
		"\"currency\":\"jpy\",\"created\":1700000000,"
		"\"subtotal\":12000,\"total\":12000,\"amount_due\":12000,\"amount_paid\":0,"
		"\"amount_remaining\":12000,"
		"\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
		"\"object\":\"line_item\",\"amount\":%d,\"currency\":\"jpy\",\"quantity\":1}]}}",
		id, customer_key, line));
}

/* A discrepancy that is open; its id. */
static const char *open_discrepancy(void)
{
	customer_feed_self();
	feed_invoice("in_1", 1, 11000);
	assert_int_equal(customer_next()->fact_case, FACT(INVOICE_CHANGED));
	return customer_next()->discrepancy_opened->discrepancy_id;
}

static struct customer_ask explain(const char *id, const char *reason)
{
	return (struct customer_ask){ .action_id = "a-1",
		                      .word = "explain",
		                      .kind = KIND(EXPLAIN),
		                      .type = "discrepancy",
		                      .id = id,
		                      .reason = reason };
}

static struct customer_ask acknowledge(const char *id)
{
	return (struct customer_ask){ .action_id = "a-1",
		                      .word = "acknowledge",
		                      .kind = KIND(ACKNOWLEDGE),
		                      .type = "discrepancy",
		                      .id = id };
}

static struct customer_ask assign(const char *id, const char *const *parameters)
{
	return (struct customer_ask){ .action_id = "a-1",
		                      .word = "assign",
		                      .kind = KIND(ASSIGN),
		                      .type = "discrepancy",
		                      .id = id,
		                      .parameters = parameters };
}

static void assert_refused(Opsmesh__V1__RefusalCode code, const char *field)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_string_equal(event->action_refused->action_id, "a-1");
	assert_int_equal(event->action_refused->code, code);
	assert_string_equal(event->action_refused->field, field);
	assert_true(event->action_refused->reason[0] != '\0');
	assert_string_equal(event->action_refused->by->principal, "mika");
	assert_null(customer_heard());
}

static void a_discrepancy_is_explained_and_its_timer_stops(void **state)
{
	const char *const id = open_discrepancy();
	const struct customer_ask ask = explain(id, "agreed with finance");
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed_action(&ask);
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(DISCREPANCY_EXPLAINED));
	assert_string_equal(event->customer_id, customer_key);
	assert_string_equal(event->discrepancy_explained->discrepancy_id, id);
	assert_string_equal(event->discrepancy_explained->cause, "lines_subtotal");
	assert_string_equal(event->discrepancy_explained->object_ids[0], "in_1");
	assert_string_equal(event->discrepancy_explained->by->principal, "mika");
	assert_string_equal(event->discrepancy_explained->reason->text, "agreed with finance");
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(ACTION_APPLIED));
	assert_string_equal(event->action_applied->action_id, "a-1");
	assert_null(customer_heard());
	customer_pass(time_add(customer_now(), DAYS(30)));
	assert_null(customer_heard());
}

static void what_was_explained_opens_again_when_it_becomes_another(void **state)
{
	const struct customer_ask ask = explain(open_discrepancy(), "agreed");

	(void)state;
	customer_feed_action(&ask);
	(void)customer_next();
	(void)customer_next();
	stage_test_restart(&customer_stage);
	feed_invoice("in_1", 2, 11000);
	assert_null(customer_heard());
	feed_invoice("in_1", 3, 10000);
	assert_true(customer_next()->discrepancy_opened->again);
}

static void an_explanation_is_refused_with_its_reason(void **state)
{
	const char *const id = open_discrepancy();
	struct customer_ask ask;

	(void)state;
	ask = explain(id, NULL);
	customer_feed_action(&ask);
	assert_refused(CODE(INVALID), "reason");
	ask = explain("discrepancy/somebody/0", "agreed");
	customer_feed_action(&ask);
	assert_refused(CODE(INVALID), "on.id");
	ask = explain(id, "agreed");
	ask.kind = KIND(PIN);
	customer_feed_action(&ask);
	assert_refused(CODE(UNSUPPORTED), "action");
	ask.kind = KIND(EXPLAIN);
	customer_feed_action(&ask);
	(void)customer_next();
	(void)customer_next();
	customer_feed_action(&ask);
	assert_refused(CODE(ILLEGAL_MOVE), "on.id");
}

static void what_is_no_case_of_a_customer_may_be_one_of_the_balance(void **state)
{
	const struct customer_ask ask =
	    explain(arena_printf(customer_stage.arena, "discrepancy/%s/0", customer_key), "agreed");
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;

	(void)state;
	customer_feed_action(&ask);
	fact = stage_test_next(&customer_stage, &message);
	assert_non_null(fact);
	assert_int_equal(fact->topic, OPS_BY_PAYOUT);
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;
	assert_string_equal(event->subject_id, customer_key);
	assert_string_equal(event->asked->action_id, "a-1");
	assert_string_equal(event->asked->requested->on->id, ask.id);
	assert_null(customer_heard());
}

/* One day and three days are the ages of the cause; its severity is quiet for a day. */
static void who_acknowledges_it_is_left_alone_with_it_for_a_while(void **state)
{
	const char *const id = open_discrepancy();
	const struct customer_ask ask = acknowledge(id);
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_wait(HOURS(23));
	customer_feed_action(&ask);
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(DISCREPANCY_ACKNOWLEDGED));
	assert_string_equal(event->discrepancy_acknowledged->discrepancy_id, id);
	assert_string_equal(event->discrepancy_acknowledged->by->principal, "mika");
	assert_int_equal(event->discrepancy_acknowledged->quiet_until->seconds -
	                     event->occurred_at->seconds,
	                 86400);
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
	customer_wait(HOURS(23));
	assert_null(customer_heard());
	stage_test_restart(&customer_stage);
	customer_wait(HOURS(2));
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(DISCREPANCY_ESCALATED));
	assert_string_equal(event->discrepancy_escalated->acknowledged_by, "mika");
	assert_null(customer_heard());
	customer_feed_action(&ask);
	assert_refused(CODE(NO_CHANGE), "on.id");
}

static void it_is_given_to_somebody_who_keeps_it(void **state)
{
	static const char *const ada[] = { "assignee", "ada", NULL };
	static const char *const none[] = { "assignee", "", NULL };
	const char *const id = open_discrepancy();
	struct customer_ask ask = assign(id, ada);
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed_action(&ask);
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(DISCREPANCY_ASSIGNED));
	assert_string_equal(event->discrepancy_assigned->discrepancy_id, id);
	assert_string_equal(event->discrepancy_assigned->owner, "ada");
	assert_string_equal(event->discrepancy_assigned->from_owner, "");
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
	customer_feed_action(&ask);
	assert_refused(CODE(NO_CHANGE), "assignee");
	ask.parameters = NULL;
	customer_feed_action(&ask);
	assert_refused(CODE(INVALID), "assignee");
	customer_wait(HOURS(25));
	assert_string_equal(customer_next()->discrepancy_escalated->owner, "ada");
	feed_invoice("in_1", 2, 12000);
	assert_int_equal(customer_next()->fact_case, FACT(DISCREPANCY_HEALED));
	ask.parameters = none;
	customer_feed_action(&ask);
	assert_refused(CODE(ILLEGAL_MOVE), "assignee");
	feed_invoice("in_1", 3, 10000);
	assert_string_equal(customer_next()->discrepancy_opened->owner, "ada");
	customer_feed_action(&ask);
	assert_string_equal(customer_next()->discrepancy_assigned->from_owner, "ada");
	assert_int_equal(customer_next()->fact_case, FACT(ACTION_APPLIED));
}

static void what_is_not_ours_is_left_alone(void **state)
{
	struct customer_ask ask = explain("T-1", "seen");

	(void)state;
	ask.type = "ticket";
	customer_feed_action(&ask);
	assert_null(customer_heard());
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_discrepancy_is_explained_and_its_timer_stops),
		CASE(what_was_explained_opens_again_when_it_becomes_another),
		CASE(an_explanation_is_refused_with_its_reason),
		CASE(what_is_no_case_of_a_customer_may_be_one_of_the_balance),
		CASE(who_acknowledges_it_is_left_alone_with_it_for_a_while),
		CASE(it_is_given_to_somebody_who_keeps_it),
		CASE(what_is_not_ours_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
