/*
 * pattern_baseline_test - what an hour of the week usually has, and the threshold that follows from it.
 */
#include "services/classifier/pattern_baseline.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WEEK DAYS(7)

static struct pattern_baseline baseline;
static struct instant monday; /* 2026-05-18T00:00:00Z */

static int start(void **state)
{
	(void)state;
	memset(&baseline, 0, sizeof(baseline));
	assert_true(time_parse("2026-05-18T00:00:00Z", &monday));
	return 0;
}

static struct instant week(int number)
{
	return (struct instant){ monday.us + number * WEEK.us };
}

static void the_first_hour_is_monday_s(void **state)
{
	(void)state;
	pattern_baseline_add(&baseline, monday, 5);
	assert_int_equal(baseline.hours[0].customers[baseline.hours[0].week % 8], 5);
}

static void usual_is_the_mean_of_the_weeks_before(void **state)
{
	struct pattern_usual usual;

	(void)state;
	pattern_baseline_add(&baseline, week(0), 4);
	pattern_baseline_add(&baseline, week(1), 5);
	pattern_baseline_add(&baseline, week(2), 1000);
	usual = pattern_baseline_usual(&baseline, week(0), time_add(week(2), MINUTES(59)));
	assert_int_equal(usual.weeks, 2);
	assert_int_equal(usual.customers_ppm, 4500000);
}

static void a_week_without_a_report_counts_with_nobody(void **state)
{
	struct pattern_usual usual;

	(void)state;
	pattern_baseline_add(&baseline, week(0), 6);
	pattern_baseline_add(&baseline, week(3), 6);
	usual = pattern_baseline_usual(&baseline, week(0), week(4));
	assert_int_equal(usual.weeks, 4);
	assert_int_equal(usual.customers_ppm, 3000000);
}

static void another_hour_has_its_own(void **state)
{
	struct pattern_usual usual;

	(void)state;
	pattern_baseline_add(&baseline, week(0), 6);
	usual = pattern_baseline_usual(&baseline, week(0), time_add(week(1), HOURS(1)));
	assert_int_equal(usual.weeks, 1);
	assert_int_equal(usual.customers_ppm, 0);
}

static void weeks_before_the_first_report_do_not_count(void **state)
{
	struct pattern_usual usual;

	(void)state;
	usual = pattern_baseline_usual(&baseline, time_add(week(0), HOURS(1)), week(1));
	assert_int_equal(usual.weeks, 0);
	usual = pattern_baseline_usual(&baseline, week(1), week(1));
	assert_int_equal(usual.weeks, 0);
}

static void nine_weeks_ago_is_forgotten(void **state)
{
	struct pattern_usual usual;

	(void)state;
	for (int i = 0; i <= 8; i++)
		pattern_baseline_add(&baseline, week(i), i == 0 ? 800 : 8);
	usual = pattern_baseline_usual(&baseline, week(0), week(9));
	assert_int_equal(usual.weeks, 8);
	assert_int_equal(usual.customers_ppm, 8000000);
	pattern_baseline_add(&baseline, week(30), 16);
	usual = pattern_baseline_usual(&baseline, week(0), week(31));
	assert_int_equal(usual.customers_ppm, 2000000);
	usual = pattern_baseline_usual(&baseline, week(0), week(60));
	assert_int_equal(usual.weeks, 8);
	assert_int_equal(usual.customers_ppm, 0);
}

static void weeks_that_were_passed_over_hold_nothing_of_eight_weeks_before(void **state)
{
	struct pattern_usual usual;

	(void)state;
	for (int i = 0; i < 8; i++)
		pattern_baseline_add(&baseline, week(i), 8);
	pattern_baseline_add(&baseline, week(10), 8);
	usual = pattern_baseline_usual(&baseline, week(0), week(11));
	assert_int_equal(usual.weeks, 8);
	assert_int_equal(usual.customers_ppm, 6000000);
}

static void an_hour_that_was_closed_already_is_passed_over_when_it_is_older(void **state)
{
	(void)state;
	pattern_baseline_add(&baseline, week(1), 3);
	pattern_baseline_add(&baseline, week(0), 9);
	assert_int_equal(pattern_baseline_usual(&baseline, week(0), week(2)).customers_ppm,
	                 1500000);
	pattern_baseline_add(&baseline, week(1), 5);
	assert_int_equal(pattern_baseline_usual(&baseline, week(1), week(2)).customers_ppm,
	                 5000000);
}

static void the_threshold_can_be_explained(void **state)
{
	static const struct {
		int64_t customers_ppm;
		int32_t weeks;
		int32_t window_s;
		int32_t threshold;
	} rows[] = {
		{ 0, 0, 3600, 12 },            /* cold */
		{ 50000000, 1, 3600, 12 },     /* younger than two weeks */
		{ 0, 2, 3600, 8 },             /* 0 * 3 + 3, but at least 8 */
		{ 2000000, 4, 3600, 9 },       /* 2 * 3 + 3 */
		{ 2000001, 4, 3600, 10 },      /* rounded up */
		{ 2125000, 8, 3600, 10 },      /* 6.375 + 3 */
		{ 100000000, 8, 3600, 303 },   /* 100 * 3 + 3 */
		{ 100000000, 8, 1800, 153 },   /* half an hour has half of it */
		{ 100000000, 8, 21600, 1803 }, /* six hours */
		{ 65535000000, 8, 21600, 1179633 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pattern_policy policy = { .burst = { .window =
			                                              SECONDS(rows[i].window_s),
			                                          .min_customers = 8,
			                                          .cold_customers = 12,
			                                          .min_weeks = 2,
			                                          .factor_ppm = 3000000,
			                                          .extra_customers = 3 } };
		const struct pattern_usual usual = { rows[i].customers_ppm, rows[i].weeks };

		assert_int_equal(pattern_threshold(&policy, usual), rows[i].threshold);
	}
}

static void it_comes_back_from_its_bytes(void **state)
{
	struct pattern_baseline again;
	struct buffer out = { 0 };

	(void)state;
	pattern_baseline_add(&baseline, week(0), 70000);
	pattern_baseline_add(&baseline, time_add(week(1), HOURS(167)), 300);
	pattern_baseline_encode(&baseline, &out);
	assert_true(pattern_baseline_decode((struct bytes){ out.data, out.size }, &again));
	assert_memory_equal(&again, &baseline, sizeof(baseline));
	assert_int_equal(pattern_baseline_usual(&again, week(0), week(1)).customers_ppm,
	                 INT64_C(65535000000));
	assert_false(pattern_baseline_decode((struct bytes){ out.data, out.size - 1 }, &again));
	buffer_finish(&out);
}

#define CASE(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(the_first_hour_is_monday_s),
		CASE(usual_is_the_mean_of_the_weeks_before),
		CASE(a_week_without_a_report_counts_with_nobody),
		CASE(another_hour_has_its_own),
		CASE(weeks_before_the_first_report_do_not_count),
		CASE(nine_weeks_ago_is_forgotten),
		CASE(weeks_that_were_passed_over_hold_nothing_of_eight_weeks_before),
		CASE(an_hour_that_was_closed_already_is_passed_over_when_it_is_older),
		CASE(the_threshold_can_be_explained),
		CASE(it_comes_back_from_its_bytes),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
