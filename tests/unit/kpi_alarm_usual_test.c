/*
 * kpi_alarm_usual_test - alerts of KPIs by what is usual: the same hour of other weeks, firsts of months, holidays, days on which clocks
 * change, quiet nights, budgets.
 */
#include "common/base/text.h"
#include "tests/support/alarm_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD(id)                                                                                  \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2020-01-01T00:00:00Z\","           \
	"\"metric\":\"" ALARM_SERIES "\",\"sealed\":true,\"resolve\":{\"windows\":1},"            \
	"\"severity\":\"critical\",\"team\":\"billing\",\"runbook\":\"deploy/runbooks/csat.md\"," \
	"\"says\":{\"summary\":\"{figure}, usually {usual}.\",\"description\":\"{burn} in {window}.\"},"
#define MANY(window, firsts, more)                                                               \
	HEAD("many")                                                                             \
	"\"window\":\"" window "\",\"judge\":{\"by\":\"unlike\",\"of\":\"n\",\"way\":\"above\"," \
	"\"weeks\":4,\"weeks_min\":2,\"minimum_n\":20,\"deviations_milli\":4000,"                \
	"\"effect_ppm\":1000000,\"firsts\":\"" firsts "\"" more "}}"
#define FEW(more)                                                                          \
	HEAD("few")                                                                        \
	"\"window\":\"hour\",\"judge\":{\"by\":\"unlike\",\"of\":\"n\",\"way\":\"below\"," \
	"\"weeks\":4,\"weeks_min\":3,\"minimum_usual\":20,\"deviations_milli\":4000,"      \
	"\"effect_ppm\":500000,\"firsts\":\"any\",\"silent\":true,\"wait\":\"30m\"" more "}}"
#define RATE                                                                                   \
	HEAD("rate")                                                                           \
	"\"window\":\"hour\",\"judge\":{\"by\":\"unlike\",\"of\":\"share\",\"way\":\"below\"," \
	"\"weeks\":4,\"weeks_min\":2,\"minimum_n\":50,\"effect_ppm\":30000,\"firsts\":\"any\"}}"
#define BUDGET                                                                                           \
	HEAD("budget")                                                                                   \
	"\"window\":\"hour\",\"judge\":{\"by\":\"budget\",\"of\":\"rest\",\"target_ppm\":990000,"        \
	"\"minimum_n\":100,\"burn\":[{\"long\":6,\"short\":1,\"milli\":6000,\"severity\":\"critical\"}," \
	"{\"long\":24,\"short\":2,\"milli\":3000,\"severity\":\"warning\"}]}}"

static struct alarm_fixture it;

static void start(const char *text)
{
	const char *const texts[] = { text, NULL };

	alarm_fixture_start(&it, texts);
}

static int stop(void **state)
{
	(void)state;
	alarm_fixture_stop(&it);
	return 0;
}

static void told(const char *label, int64_t n, int64_t hits)
{
	alarm_tell(&it, &(struct alarm_window){
			    .label = label, .n = n, .hits = hits, .told = TOLD_SEALED });
}

static void told_in(const char *zone, const char *label, int64_t n)
{
	alarm_tell(&it, &(struct alarm_window){
			    .label = label, .n = n, .told = TOLD_SEALED, .zone = zone });
}

static void says(const char *want)
{
	assert_string_equal(alarm_lines(&it), want);
}

static void an_hour_is_held_against_the_same_hour_of_other_weeks(void **state)
{
	(void)state;
	start(MANY("hour", "any", ""));
	told("2026-05-05T09", 900, 0);
	told("2026-05-05T10", 100, 0);
	told("2026-05-12T09", 900, 0);
	told("2026-05-12T10", 110, 0);
	says("");
	told("2026-05-19T09", 1000, 0);
	says("");
	told("2026-05-19T10", 400, 0);
	says("raised many/-/2026-05-19T10 at 2026-05-19T11:35:00Z\n");
	told("2026-05-26T10", 120, 0);
	says("resolved many/-/2026-05-19T10 at 2026-05-26T11:35:00Z\n");
}

static void an_interval_that_touches_wakes_nobody(void **state)
{
	(void)state;
	start(RATE);
	told("2026-05-05T10", 100, 95);
	told("2026-05-12T10", 100, 95);
	told("2026-05-19T10", 60, 53);
	says("");
	told("2026-05-26T10", 60, 40);
	says("raised rate/-/2026-05-26T10 at 2026-05-26T11:35:00Z\n");
}

static const char *day_of(int64_t day)
{
	const struct date date = date_of_days(day);

	return arena_printf(it.test.arena, "%04d-%02d-%02d", (int)date.year, (int)date.month,
	                    (int)date.day);
}

/* Invoices are due on the first: 900 on a first, 100 on any other day of February, March and April. */
static void firsts_feed(void)
{
	const int64_t first = date_days((struct date){ 2026, 2, 1 });
	const int64_t end = date_days((struct date){ 2026, 5, 1 });

	for (int64_t day = first; day < end; day++)
		told(day_of(day), date_of_days(day).day == 1 ? 900 : 100, 0);
	says("");
}

static void a_first_is_held_against_firsts(void **state)
{
	(void)state;
	start(MANY("day", "like", ""));
	firsts_feed();
	told("2026-05-01", 950, 0);
	says("");
	told("2026-05-06", 110, 0);
	says("");
	told("2026-05-13", 400, 0);
	says("raised many/-/2026-05-13 at 2026-05-14T00:35:00Z\n");
	told("2026-05-20", 100, 0);
	says("resolved many/-/2026-05-13 at 2026-05-21T00:35:00Z\n");
	told("2026-06-01", 2000, 0);
	says("raised many/-/2026-06-01 at 2026-06-02T00:35:00Z\n");
}

static void a_first_may_be_left_out(void **state)
{
	(void)state;
	start(MANY("day", "skip", ""));
	firsts_feed();
	told("2026-05-01", 9000, 0);
	says("");
}

static void a_first_may_be_a_day_as_any_other(void **state)
{
	(void)state;
	start(MANY("day", "any", ""));
	told("2026-04-10", 100, 0);
	told("2026-04-17", 100, 0);
	told("2026-04-24", 100, 0);
	told("2026-05-01", 900, 0);
	says("raised many/-/2026-05-01 at 2026-05-02T00:35:00Z\n");
}

/* 2026-05-05 and 2026-05-04 are holidays in Japan. */
static void a_holiday_is_not_judged_nor_held_against(void **state)
{
	(void)state;
	start(MANY("day", "any", ",\"holidays\":[\"jp\"]"));
	told("2026-04-14", 100, 0);
	told("2026-04-21", 100, 0);
	told("2026-05-05", 900, 0);
	says("");
	told("2026-05-12", 900, 0);
	says("raised many/-/2026-05-12 at 2026-05-13T00:35:00Z\n");
}

static void weeks_feed(int64_t n)
{
	static const char *const weeks[] = { "2026-05-05T02", "2026-05-12T02", "2026-05-19T02",
		                             "2026-05-26T02" };

	for (size_t i = 0; i < COUNT_OF(weeks); i++)
		told(weeks[i], n, 0);
}

static void a_quiet_night_wakes_nobody(void **state)
{
	(void)state;
	start(FEW(""));
	weeks_feed(19);
	alarm_pass(&it, "2026-06-03T00:00:00Z");
	says("");
}

static void a_meter_that_falls_silent_is_heard(void **state)
{
	(void)state;
	start(FEW(""));
	weeks_feed(50);
	says("");
	alarm_pass(&it, "2026-06-02T03:29:00Z");
	says("");
	alarm_pass(&it, "2026-06-02T03:36:00Z");
	says("raised few/-/2026-06-02T02 at 2026-06-02T03:30:00Z\n");
	told("2026-06-09T02", 49, 0);
	says("resolved few/-/2026-06-02T02 at 2026-06-09T03:30:00Z\n");
}

/* London's clocks go forward on 2026-03-29, the hours of that day are counted from its beginning. */
static void the_hour_is_that_of_the_clock_on_the_wall(void **state)
{
	const struct known_row known = {
		.series = ALARM_SERIES, .value = "", .currency = "", .kind = "hour"
	};
	struct known_row got = known;

	(void)state;
	start(MANY("hour", "any", ""));
	told_in("Europe/London", "2026-03-18T10", 100);
	told_in("Europe/London", "2026-03-25T10", 100);
	told_in("Europe/London", "2026-04-01T09", 25);
	told_in("Europe/London", "2026-04-01T10", 400);
	says("raised many/-/2026-04-01T10 at 2026-04-01T10:35:00Z\n");
	assert_true(stage_test_row(&it.test, &alarm_known_table, &got));
	assert_string_equal(got.zone, "Europe/London");
}

static void an_hour_that_another_week_has_not_is_judged_by_those_that_have_it(void **state)
{
	(void)state;
	start(MANY("hour", "any", ""));
	told_in("Europe/London", "2026-10-04T23", 100);
	told_in("Europe/London", "2026-10-11T23", 100);
	told_in("Europe/London", "2026-10-18T23", 100);
	says("");
	told_in("Europe/London", "2026-10-25T24", 400);
	says("");
	told_in("Europe/London", "2026-11-01T23", 400);
	says("raised many/-/2026-11-01T23 at 2026-11-02T00:35:00Z\n");
}

static void weeks_and_months_are_held_against_those_before(void **state)
{
	(void)state;
	start(MANY("month", "any", ""));
	told("2026-01", 100, 0);
	told("2026-02", 100, 0);
	told("2026-03", 100, 0);
	says("");
	told("2026-04", 300, 0);
	says("raised many/-/2026-04 at 2026-05-01T00:35:00Z\n");
}

static void a_week_is_held_against_weeks(void **state)
{
	(void)state;
	start(MANY("week", "any", ""));
	told("2026-W12", 100, 0);
	told("2026-W13", 100, 0);
	told("2026-W14", 300, 0);
	says("raised many/-/2026-W14 at 2026-04-06T00:35:00Z\n");
}

static void a_budget_that_burns_pages_and_more_of_it_is_graver(void **state)
{
	const Opsmesh__V1__AlertEvent *event;

	(void)state;
	start(BUDGET);
	told("2026-05-05T00", 100, 100);
	says("");
	/* 30 of 200 in a day and in two hours. */
	told("2026-05-05T01", 100, 70);
	event = alarm_next(&it);
	assert_non_null(event);
	assert_int_equal(event->raised->severity, OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL);
	assert_string_equal(event->raised->description, "15.0 in 2026-05-05T01.");
	assert_string_equal(event->raised->summary, "15.00 %, usually not known.");
	says("");
	for (int hour = 2; hour < 12; hour++)
		told(arena_printf(it.test.arena, "2026-05-05T%02d", hour), 100, 100);
	says("resolved budget/-/2026-05-05T01 at 2026-05-05T04:35:00Z\n");
}

static void figures_are_kept_for_as_long_as_they_are_looked_at(void **state)
{
	struct figure_row row = {
		.series = ALARM_SERIES, .value = "", .currency = "", .kind = "day"
	};
	int kept = 0;

	(void)state;
	start(MANY("day", "like", ""));
	for (int64_t day = 0; day < 400; day++)
		told(day_of(20454 + day), 100, 0);
	for (int64_t day = 0; day < 400; day++) {
		row.start.us = (20454 + day) * DAYS(1).us;
		kept += stage_test_row(&it.test, &alarm_figure_table, &row) ? 1 : 0;
	}
	assert_in_range(kept, 63, 63 + 10);
}

#define CASE(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_hour_is_held_against_the_same_hour_of_other_weeks),
		CASE(an_interval_that_touches_wakes_nobody),
		CASE(a_first_is_held_against_firsts),
		CASE(a_first_may_be_left_out),
		CASE(a_first_may_be_a_day_as_any_other),
		CASE(a_holiday_is_not_judged_nor_held_against),
		CASE(a_quiet_night_wakes_nobody),
		CASE(a_meter_that_falls_silent_is_heard),
		CASE(the_hour_is_that_of_the_clock_on_the_wall),
		CASE(an_hour_that_another_week_has_not_is_judged_by_those_that_have_it),
		CASE(weeks_and_months_are_held_against_those_before),
		CASE(a_week_is_held_against_weeks),
		CASE(a_budget_that_burns_pages_and_more_of_it_is_graver),
		CASE(figures_are_kept_for_as_long_as_they_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
