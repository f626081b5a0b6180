/*
 * billing_subscriber_test - a subscription's life as the stage `customer` tells it, the access that it gives, and what
 * it brings a month.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool is_standing(const Opsmesh__V1__BillingEvent *event)
{
	return event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED ||
	       event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED;
}

/* The next that is of the subscription's own life, or of what it comes to. */
static const Opsmesh__V1__BillingEvent *hear(bool standing)
{
	const Opsmesh__V1__BillingEvent *event = customer_heard();

	while (event != NULL && is_standing(event) != standing)
		event = customer_heard();
	return event;
}

static const Opsmesh__V1__BillingEvent *of_life(void)
{
	const Opsmesh__V1__BillingEvent *const event = hear(false);

	if (event == NULL)
		fail_msg("nothing was said");
	return event;
}

static void assert_silent(void)
{
	assert_null(hear(false));
}

static const char *subscription(const char *status, int seats, const char *more)
{
	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"jpy\",\"start_date\":1000,\"current_period_start\":1000,"
	    "\"current_period_end\":2000000000,\"items\":{\"object\":\"list\",\"has_more\":false,"
	    "\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"quantity\":%d,"
	    "\"price\":{\"id\":\"price_team\",\"object\":\"price\",\"currency\":\"jpy\","
	    "\"product\":\"prod_1\",\"unit_amount\":1500,\"recurring\":{\"interval\":\"month\","
	    "\"interval_count\":1,\"usage_type\":\"licensed\"}}}]}%s}",
	    customer_key, status, seats, more);
}

static void feed_subscription(const char *id, int64_t revision, const char *status, int seats,
                              const char *more)
{
	customer_feed("subscription", id, revision, status, subscription(status, seats, more));
}

static void a_subscription_is_told_from_its_beginning_to_its_end(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_subscription("sub_1", 1, "active", 3, "");
	event = of_life();
	assert_string_equal(event->subscription_started->subscription_id, "sub_1");
	assert_false(event->subscription_started->again);
	assert_int_equal(event->subscription_started->items[0]->quantity, 3);
	assert_silent();
	feed_subscription("sub_1", 2, "active", 5, "");
	event = of_life();
	assert_int_equal(event->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_SEATS);
	assert_int_equal(event->subscription_changed->before[0]->quantity, 3);
	assert_int_equal(event->subscription_changed->items[0]->quantity, 5);
	feed_subscription("sub_1", 3, "past_due", 5, "");
	assert_int_equal(of_life()->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_PAST_DUE);
	stage_test_restart(&customer_stage);
	feed_subscription("sub_1", 4, "active", 5,
	                  ",\"cancel_at_period_end\":true,\"canceled_at\":1500");
	assert_int_equal(of_life()->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_RECOVERED);
	event = of_life();
	assert_int_equal(event->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_CANCEL_ASKED);
	assert_int_equal(event->subscription_changed->ends_at->seconds, 2000000000);
	feed_subscription("sub_1", 5, "canceled", 5, ",\"canceled_at\":1500,\"ended_at\":1600");
	event = of_life();
	assert_string_equal(event->subscription_ended->status, "canceled");
	assert_int_equal(event->subscription_ended->asked_at->seconds, 1500);
	assert_silent();
}

static void who_comes_back_is_told_so(void **state)
{
	(void)state;
	feed_subscription("sub_1", 1, "active", 1, "");
	assert_false(of_life()->subscription_started->again);
	feed_subscription("sub_2", 1, "active", 1, "");
	assert_false(of_life()->subscription_started->again);
	feed_subscription("sub_1", 2, "canceled", 1, ",\"ended_at\":1600");
	feed_subscription("sub_2", 2, "canceled", 1, ",\"ended_at\":1600");
	(void)of_life();
	(void)of_life();
	feed_subscription("sub_3", 1, "active", 1, "");
	assert_true(of_life()->subscription_started->again);
}

static void the_end_of_a_trial_is_told_three_days_before(void **state)
{
	const int64_t end = (int64_t)DAYS(20010).us / 1000000;
	const char *const more =
	    arena_printf(customer_stage.arena, ",\"trial_start\":1000,\"trial_end\":%lld",
	                 (long long)end);
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed_self();
	feed_subscription("sub_1", 1, "trialing", 1, more);
	assert_string_equal(of_life()->subscription_started->status, "trialing");
	assert_int_equal(of_life()->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_TRIAL_STARTED);
	assert_silent();
	assert_int_equal(stage_test_fold(&customer_stage, 0,
	                                 (struct instant){ DAYS(20007).us + MINUTES(1).us }),
	                 STATUS_OK);
	event = of_life();
	assert_int_equal(event->subscription_changed->move,
	                 OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_TRIAL_ENDING);
	assert_int_equal(event->subscription_changed->ends_at->seconds, end);
	assert_string_equal(event->cause_id, "");
	assert_silent();
}

/* What it comes to: "granted prod_1 3 active", "withdrawn prod_1 3 ended". */

static const char *access_heard(void)
{
	static const char *const moves[] = { "", "granted", "changed", "withdrawn" };
	const Opsmesh__V1__BillingEvent *event = hear(true);

	while (event != NULL && event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED)
		event = hear(true);
	if (event == NULL)
		return "";
	return arena_printf(customer_stage.arena, "%s %s %lld %s",
	                    moves[event->access_changed->move], event->access_changed->product_id,
	                    (long long)event->access_changed->quantity,
	                    event->access_changed->reason);
}

static void access_follows_the_subscription(void **state)
{
	(void)state;
	feed_subscription("sub_1", 1, "active", 3, "");
	assert_string_equal(access_heard(), "granted prod_1 3 active");
	assert_string_equal(access_heard(), "");
	feed_subscription("sub_1", 2, "active", 5, "");
	assert_string_equal(access_heard(), "changed prod_1 5 active");
	feed_subscription("sub_1", 3, "past_due", 5, "");
	assert_string_equal(access_heard(), "changed prod_1 5 grace");
	stage_test_restart(&customer_stage);
	customer_pass(time_add(customer_now(), DAYS(15)));
	assert_string_equal(access_heard(), "withdrawn prod_1 5 grace_over");
}

/* "2024-10-04 new 4500 JPY" */
static const char *moved_heard(void)
{
	static const char *const moves[] = { "",          "new",         "reactivation",
		                             "expansion", "contraction", "churn" };
	const Opsmesh__V1__BillingEvent *event = hear(true);

	while (event != NULL &&
	       event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED)
		event = hear(true);
	return event == NULL
	           ? ""
	           : arena_printf(customer_stage.arena, "%s %s %lld %s",
	                          event->recurring_moved->day, moves[event->recurring_moved->move],
	                          (long long)event->recurring_moved->amount->minor,
	                          event->recurring_moved->amount->currency);
}

/* Day 20000 is 2024-10-04. */
static void a_day_that_is_over_tells_how_revenue_moved(void **state)
{
	(void)state;
	feed_subscription("sub_1", 1, "active", 3, "");
	feed_subscription("sub_1", 2, "active", 4, "");
	assert_string_equal(moved_heard(), "");
	customer_pass((struct instant){ DAYS(20001).us + SECONDS(1).us });
	assert_string_equal(moved_heard(), "2024-10-04 new 6000 JPY");
	assert_string_equal(moved_heard(), "");
	feed_subscription("sub_1", 3, "canceled", 4, ",\"ended_at\":1728000000");
	customer_pass((struct instant){ DAYS(20002).us + SECONDS(1).us });
	assert_string_equal(moved_heard(), "2024-10-05 churn 6000 JPY");
	assert_string_equal(moved_heard(), "");
}

/* The policy refuses amounts in Ugandan shillings: they are told without, and nothing stops. */
static void what_cannot_be_told_stops_nothing(void **state)
{
	const Opsmesh__V1__BillingEvent *event;
	char *const json = text_mutable(subscription("active", 3, ""));
	char *at;

	(void)state;
	while ((at = strstr(json, "jpy")) != NULL)
		memcpy(at, "ugx", 3);
	customer_feed("subscription", "sub_1", 1, "active", json);
	customer_pass((struct instant){ DAYS(20001).us + SECONDS(1).us });
	do
		event = hear(true);
	while (event != NULL &&
	       event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED);
	assert_non_null(event);
	if (event != NULL)
		assert_null(event->recurring_moved->amount);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_subscription_is_told_from_its_beginning_to_its_end),
		CASE(who_comes_back_is_told_so),
		CASE(the_end_of_a_trial_is_told_three_days_before),
		CASE(access_follows_the_subscription),
		CASE(a_day_that_is_over_tells_how_revenue_moved),
		CASE(what_cannot_be_told_stops_nothing),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
