/*
 * kpi_alarm_judge_test - is a figure as it should be: thresholds, intervals against other weeks, deviations from the median, budgets.
 */
#include "services/kpi-aggregator/alarm/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WEEKS 6
#define WARNING OPSMESH__V1__SEVERITY__SEVERITY_WARNING
#define CRITICAL OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL

static struct alarm_figure share(int64_t hits, int64_t n)
{
	return (struct alarm_figure){ .known = true, .n = n, .hits = hits, .sum = n };
}

static void is(size_t row, enum verdict_is got, enum verdict_is want)
{
	if (got != want)
		fail_msg("row %zu: %d, not %d", row, (int)got, (int)want);
}

static void a_share_is_unlike_where_the_intervals_do_not_touch(void **state)
{
	static const struct {
		enum rule_way way;
		enum verdict_is want;
		int64_t hits;
		int64_t n;
		int64_t usual_hits; /* of each of the weeks */
		int64_t usual_n;
		int64_t minimum_n;
		int64_t effect_ppm;
		int64_t weeks; /* that are known */
	} rows[] = {
		/* 80 of 100 against 570 of 600: 0.711 to 0.867 and 0.929 to 0.965. */
		{ WAY_BELOW, VERDICT_BAD, 80, 100, 95, 100, 50, 30000, 6 },
		/* 89 of 100: 0.814 to 0.937 touches. */
		{ WAY_BELOW, VERDICT_WELL, 89, 100, 95, 100, 50, 30000, 6 },
		/* The other way it is no harm. */
		{ WAY_ABOVE, VERDICT_WELL, 80, 100, 95, 100, 50, 30000, 6 },
		{ WAY_ABOVE, VERDICT_BAD, 20, 100, 5, 100, 50, 30000, 6 },
		/* Sure, and too little to wake anybody: 94 % against 95 % of a great many. */
		{ WAY_BELOW, VERDICT_WELL, 94000, 100000, 95000, 100000, 50, 30000, 6 },
		{ WAY_BELOW, VERDICT_BAD, 94000, 100000, 95000, 100000, 50, 10000, 6 },
		/* Too few, here or there, or too few weeks: nothing is said. */
		{ WAY_BELOW, VERDICT_UNKNOWN, 0, 49, 95, 100, 50, 30000, 6 },
		{ WAY_BELOW, VERDICT_BAD, 0, 50, 95, 100, 50, 30000, 6 },
		{ WAY_BELOW, VERDICT_UNKNOWN, 0, 50, 8, 8, 50, 30000, 6 },
		{ WAY_BELOW, VERDICT_UNKNOWN, 0, 50, 95, 100, 50, 30000, 2 },
		{ WAY_BELOW, VERDICT_BAD, 0, 50, 95, 100, 50, 30000, 3 },
		{ WAY_BELOW, VERDICT_UNKNOWN, 0, 0, 95, 100, 0, 30000, 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct alarm_rule rule = { .judge = JUDGE_UNLIKE,
			                         .of = OF_SHARE,
			                         .way = rows[i].way,
			                         .weeks_min = 3,
			                         .minimum_n = rows[i].minimum_n,
			                         .effect_ppm = rows[i].effect_ppm };
		const struct alarm_figure now = share(rows[i].hits, rows[i].n);
		struct alarm_figure usual[WEEKS] = { { .known = false } };

		for (int64_t week = 0; week < rows[i].weeks; week++)
			usual[week] = share(rows[i].usual_hits, rows[i].usual_n);
		is(i, judge_figure(&rule, &now, usual, WEEKS).is, rows[i].want);
	}
}

static void what_is_counted_is_unlike_beyond_its_deviations(void **state)
{
	static const struct {
		enum rule_way way;
		enum verdict_is want;
		int64_t now;
		int64_t usual[WEEKS]; /* -1: not known */
		int64_t minimum_usual;
		int64_t bound;
	} rows[] = {
		/* Median 100, of 0 0 2 2 4 4 the median is 2: times 1.4826 times 4 is less than a half, 50. */
		{ WAY_ABOVE, VERDICT_WELL, 150, { 100, 98, 102, 104, 96, 100 }, 0, 150 },
		{ WAY_ABOVE, VERDICT_BAD, 151, { 100, 98, 102, 104, 96, 100 }, 0, 150 },
		/* One week that was a disaster changes nothing. */
		{ WAY_ABOVE, VERDICT_BAD, 160, { 100, 98, 102, 104, 96, 9000 }, 0, 151 },
		/* Weeks that differ much: 4 * 1.4826 * 40. */
		{ WAY_ABOVE, VERDICT_WELL, 330, { 100, 60, 140, 20, 180, 100 }, 0, 336 },
		{ WAY_ABOVE, VERDICT_BAD, 340, { 100, 60, 140, 20, 180, 100 }, 0, 336 },
		{ WAY_BELOW, VERDICT_BAD, 49, { 100, 98, 102, 104, 96, 99 }, 50, 50 },
		{ WAY_BELOW, VERDICT_WELL, 50, { 100, 98, 102, 104, 96, 99 }, 50, 50 },
		/* A quiet night: usually three. */
		{ WAY_BELOW, VERDICT_UNKNOWN, 0, { 3, 4, 2, 3, 3, 3 }, 50, 0 },
		{ WAY_ABOVE, VERDICT_UNKNOWN, 900, { 3, 4, -1, -1, -1, -1 }, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct alarm_rule rule = { .judge = JUDGE_UNLIKE,
			                         .of = OF_N,
			                         .way = rows[i].way,
			                         .weeks_min = 3,
			                         .deviations_milli = 4000,
			                         .effect_ppm = 500000,
			                         .minimum_usual = rows[i].minimum_usual };
		const struct alarm_figure now = share(0, rows[i].now);
		struct alarm_figure usual[WEEKS];
		struct verdict verdict;

		for (size_t week = 0; week < WEEKS; week++) {
			usual[week] = share(0, rows[i].usual[week]);
			usual[week].known = rows[i].usual[week] >= 0;
		}
		verdict = judge_figure(&rule, &now, usual, WEEKS);
		is(i, verdict.is, rows[i].want);
		if (rows[i].want != VERDICT_UNKNOWN)
			assert_int_equal(verdict.bound, rows[i].bound);
	}
}

static void a_burst_of_few_says_nothing(void **state)
{
	const struct alarm_rule rule = { .judge = JUDGE_UNLIKE,
		                         .of = OF_N,
		                         .way = WAY_ABOVE,
		                         .weeks_min = 1,
		                         .minimum_n = 20,
		                         .deviations_milli = 4000 };
	struct alarm_figure now = share(0, 19);
	const struct alarm_figure usual = share(0, 1);

	(void)state;
	is(0, judge_figure(&rule, &now, &usual, 1).is, VERDICT_UNKNOWN);
	now.n = 20;
	is(1, judge_figure(&rule, &now, &usual, 1).is, VERDICT_BAD);
}

/* The Site Reliability Workbook's figures, in hours: 99 % of a promise, 6 times too fast in 6 hours and in one. */
static void a_budget_burns_in_a_long_span_and_in_a_short_one(void **state)
{
	static const struct rule_burn burn[] = {
		{ .long_windows = 6, .short_windows = 1, .milli = 6000, .severity = CRITICAL },
		{ .long_windows = 12, .short_windows = 3, .milli = 3000, .severity = WARNING },
	};
	static const struct {
		int64_t bad[12]; /* of 100 each, the newest first */
		enum verdict_is want;
		Opsmesh__V1__Severity severity;
		int64_t burn_milli;
	} rows[] = {
		{ { 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6 }, VERDICT_BAD, CRITICAL, 6000 },
		/* It is over: the last hour was well. */
		{ { 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, VERDICT_BAD, WARNING, 3000 },
		{ { 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0 }, VERDICT_WELL, WARNING, 3000 },
		/* One bad hour alone does not burn the long span. */
		{ { 30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, VERDICT_WELL, WARNING, 2500 },
		{ { 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, VERDICT_BAD, CRITICAL, 6000 },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, VERDICT_WELL, WARNING, 1000 },
	};
	const struct alarm_rule rule = { .judge = JUDGE_BUDGET,
		                         .of = OF_REST,
		                         .way = WAY_ABOVE,
		                         .target_ppm = 990000,
		                         .minimum_n = 100,
		                         .burn = burn,
		                         .burn_count = COUNT_OF(burn),
		                         .span = 12 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct alarm_figure windows[12];
		struct verdict verdict;

		for (size_t hour = 0; hour < 12; hour++)
			windows[hour] = share(100 - rows[i].bad[hour], 100);
		verdict = judge_budget(&rule, windows);
		is(i, verdict.is, rows[i].want);
		assert_int_equal(verdict.severity, rows[i].severity);
		assert_int_equal(verdict.burn_milli, rows[i].burn_milli);
	}
}

static void a_budget_of_few_does_not_burn(void **state)
{
	static const struct rule_burn burn = {
		.long_windows = 2, .short_windows = 1, .milli = 6000, .severity = CRITICAL
	};
	const struct alarm_rule rule = { .judge = JUDGE_BUDGET,
		                         .of = OF_HITS,
		                         .way = WAY_ABOVE,
		                         .target_ppm = 990000,
		                         .minimum_n = 10,
		                         .burn = &burn,
		                         .burn_count = 1,
		                         .span = 2 };
	struct alarm_figure windows[2] = { share(5, 5), share(4, 4) };

	(void)state;
	is(0, judge_budget(&rule, windows).is, VERDICT_WELL);
	windows[1].n = 5;
	is(1, judge_budget(&rule, windows).is, VERDICT_BAD);
	windows[0] = (struct alarm_figure){ .known = true };
	is(2, judge_budget(&rule, windows).is, VERDICT_WELL);
	windows[0].known = false;
	is(3, judge_budget(&rule, windows).is, VERDICT_UNKNOWN);
}

static void what_cannot_be_said_in_64_bits_ends_there(void **state)
{
	const struct alarm_rule rule = {
		.judge = JUDGE_THRESHOLD, .of = OF_REST, .way = WAY_ABOVE, .limit = -5
	};
	struct alarm_figure now = share(INT64_MIN, INT64_MAX);
	struct verdict verdict = judge_figure(&rule, &now, NULL, 0);

	(void)state;
	assert_int_equal(verdict.figure, INT64_MAX);
	assert_int_equal(verdict.excess, INT64_MAX);
	is(0, verdict.is, VERDICT_BAD);
}

static void a_figure_that_has_no_value_is_not_known(void **state)
{
	struct alarm_figure it = share(3, 10);
	int64_t figure = 77;

	(void)state;
	assert_false(figure_of(&it, OF_VALUE, &figure));
	it.has_value = true;
	it.value = 5;
	assert_true(figure_of(&it, OF_VALUE, &figure));
	assert_int_equal(figure, 5);
	assert_true(figure_of(&it, OF_SHARE, &figure));
	assert_int_equal(figure, 300000);
	assert_true(figure_of(&it, OF_REST, &figure));
	assert_int_equal(figure, 7);
	it.known = false;
	assert_false(figure_of(&it, OF_N, &figure));
	assert_int_equal(figure, 7);
}

static void worse_is_by_half_and_by_what_shows(void **state)
{
	static const struct {
		int64_t bound;
		int64_t before;
		int64_t excess;
		bool want;
	} rows[] = {
		{ 100, 10, 14, false }, { 100, 10, 15, true },  { 100, 2, 4, false },
		{ 100, 2, 7, true },    { 100, 10, 9, false },  { 0, 0, 0, false },
		{ 0, 0, 1, true },      { -100, 10, 15, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct verdict verdict = { .bound = rows[i].bound, .excess = rows[i].excess };

		if (judge_is_worse(&verdict, rows[i].before) != rows[i].want)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_is_unlike_where_the_intervals_do_not_touch),
		cmocka_unit_test(what_is_counted_is_unlike_beyond_its_deviations),
		cmocka_unit_test(a_burst_of_few_says_nothing),
		cmocka_unit_test(a_budget_burns_in_a_long_span_and_in_a_short_one),
		cmocka_unit_test(a_budget_of_few_does_not_burn),
		cmocka_unit_test(what_cannot_be_said_in_64_bits_ends_there),
		cmocka_unit_test(a_figure_that_has_no_value_is_not_known),
		cmocka_unit_test(worse_is_by_half_and_by_what_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
