/*
 * dispute_rate_test - shares of counts with their interval, and what a prior does to them.
 */
#include "common/base/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Reference values: the formula in decimal arithmetic of 60 digits, low end rounded down, high end up. */
static void the_interval_is_wilsons(void **state)
{
	static const struct {
		const char *name;
		int64_t hits;
		int64_t count;
		int32_t z_milli;
		int64_t low;
		int64_t high;
	} rows[] = {
		{ "none of one", 0, 1, 1960, 0, 793457 },
		{ "one of one", 1, 1, 1960, 206543, 1000000 },
		{ "none of ten", 0, 10, 1960, 0, 277541 },
		{ "one of ten", 1, 10, 1960, 17875, 404157 },
		{ "five of ten", 5, 10, 1960, 236589, 763411 },
		{ "ten of ten", 10, 10, 1960, 722459, 1000000 },
		{ "fifteen of a hundred", 15, 100, 1960, 93059, 232838 },
		{ "at 99 of 100", 15, 100, 2576, 80082, 263478 },
		{ "seventeen of a thousand", 17, 1000, 1960, 10640, 27057 },
		{ "a network's month", 1500, 100000, 1960, 14265, 15773 },
		{ "as large as it gets", 1, 1000000000, 1960, 0, 1 },
		{ "half of as large as it gets", 500000000, 1000000000, 5000, 499920, 500080 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rate_interval got;

		print_message("%s\n", rows[i].name);
		assert_true(rate_interval_of(rows[i].hits, rows[i].count, rows[i].z_milli, &got));
		assert_int_equal(got.low_ppm, rows[i].low);
		assert_int_equal(got.high_ppm, rows[i].high);
	}
}

static void the_interval_holds_the_share_and_narrows_with_the_count(void **state)
{
	int64_t width = RATE_WHOLE + 1;

	(void)state;
	for (int64_t count = 10; count <= RATE_COUNT_MAX; count *= 10) {
		struct rate_interval got;

		assert_true(rate_interval_of(count / 5, count, RATE_Z_MILLI_95, &got));
		assert_true(got.low_ppm <= 200000);
		assert_true(got.high_ppm >= 200000);
		assert_true(got.high_ppm - got.low_ppm < width);
		width = got.high_ppm - got.low_ppm;
	}
}

static void what_is_no_share_has_no_interval(void **state)
{
	static const int64_t rows[][2] = {
		{ 0, 0 }, { 1, 0 }, { -1, 5 }, { 6, 5 }, { 1, RATE_COUNT_MAX + 1 },
	};
	struct rate_interval got = { 7, 7 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_false(rate_interval_of(rows[i][0], rows[i][1], RATE_Z_MILLI_95, &got));
	assert_int_equal(got.low_ppm, 7);
}

static void our_own_outcomes_move_what_was_believed(void **state)
{
	static const struct {
		const char *name;
		struct rate_prior prior;
		int64_t hits;
		int64_t count;
		int64_t ppm;
	} rows[] = {
		{ "without outcomes it is what was believed", { 150000, 20 }, 0, 0, 150000 },
		{ "one win moves it by a twenty-first", { 150000, 20 }, 1, 1, 190476 },
		{ "as many losses halve it", { 150000, 20 }, 0, 20, 75000 },
		{ "many outcomes outweigh it", { 150000, 20 }, 900, 1000, 885294 },
		{ "without a prior it is the share", { 0, 0 }, 1, 3, 333333 },
		{ "a half is rounded up", { 0, 0 }, 1, 64, 15625 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rate got;

		print_message("%s\n", rows[i].name);
		assert_true(
		    rate_after(rows[i].prior, rows[i].hits, rows[i].count, RATE_Z_MILLI_95, &got));
		assert_int_equal(got.ppm, rows[i].ppm);
		assert_true(got.interval.low_ppm <= got.ppm);
		assert_true(got.interval.high_ppm >= got.ppm);
	}
}

static void nothing_known_and_nothing_counted_is_no_rate(void **state)
{
	struct rate got;

	(void)state;
	assert_false(rate_after((struct rate_prior){ 150000, 0 }, 0, 0, RATE_Z_MILLI_95, &got));
	assert_false(rate_after((struct rate_prior){ 150000, 5 }, 3, 2, RATE_Z_MILLI_95, &got));
	assert_false(rate_after((struct rate_prior){ 150000, 5 }, -1, 2, RATE_Z_MILLI_95, &got));
	assert_false(rate_after((struct rate_prior){ 150000, 5 }, -2, -1, RATE_Z_MILLI_95, &got));
	assert_false(rate_after((struct rate_prior){ 150000, RATE_WEIGHT_MAX }, 1,
	                        RATE_COUNT_MAX - RATE_WEIGHT_MAX + 1, RATE_Z_MILLI_95, &got));
	assert_true(rate_after((struct rate_prior){ 0, RATE_WEIGHT_MAX }, 0,
	                       RATE_COUNT_MAX - RATE_WEIGHT_MAX, RATE_Z_MILLI_95, &got));
	assert_int_equal(got.ppm, 0);
}

static void a_share_is_rounded_down(void **state)
{
	(void)state;
	assert_int_equal(rate_share_ppm(2, 3), 666666);
	assert_int_equal(rate_share_ppm(0, 3), 0);
	assert_int_equal(rate_share_ppm(5, 2), 2500000);
	assert_true(rate_share_ppm(INT64_MAX, 1) == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_is_wilsons),
		cmocka_unit_test(the_interval_holds_the_share_and_narrows_with_the_count),
		cmocka_unit_test(what_is_no_share_has_no_interval),
		cmocka_unit_test(our_own_outcomes_move_what_was_believed),
		cmocka_unit_test(nothing_known_and_nothing_counted_is_no_rate),
		cmocka_unit_test(a_share_is_rounded_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
