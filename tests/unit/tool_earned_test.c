/*
 * tool_earned_test - what is earned by now of an invoice's lines, by the schedule that the ledger keeps.
 */
#include "services/opsmesh/earned.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MAY 20574 /* 2026-05-01 */

static struct earned *earned_by(int64_t day, const char *text)
{
	struct earned *const earned = arena_zero(arena, sizeof(*earned));

	earned->currency = "JPY";
	earned->day = day;
	assert_true(earned_read(arena, text, earned));
	return earned;
}

static void each_line_is_told_by_itself(void **state)
{
	static const char *const text =
	    "20574,20574+31=10909 il_1\n20574,20589+16=800,20605+2=-3 il 2\n";
	static const struct {
		int64_t day;
		const char *first;
		const char *second;
	} rows[] = {
		{ 0, "il_1: 0 JPY of 10909 JPY is earned, the rest by 2026-05-31",
		  "il 2: 0 JPY of 797 JPY is earned, the rest by 2026-06-02" },
		{ MAY, "il_1: 0 JPY of 10909 JPY is earned, the rest by 2026-05-31",
		  "il 2: 0 JPY of 797 JPY is earned, the rest by 2026-06-02" },
		{ MAY + 1, "il_1: 352 JPY of 10909 JPY is earned, the rest by 2026-05-31",
		  "il 2: 0 JPY of 797 JPY is earned, the rest by 2026-06-02" },
		{ MAY + 29, "il_1: 10207 JPY of 10909 JPY is earned, the rest by 2026-05-31",
		  "il 2: 700 JPY of 797 JPY is earned, the rest by 2026-06-02" },
		{ MAY + 32, "il_1: 10909 JPY is earned",
		  "il 2: 798 JPY of 797 JPY is earned, the rest by 2026-06-02" },
		{ MAY + 33, "il_1: 10909 JPY is earned", "il 2: 797 JPY is earned" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct earned *const earned = earned_by(rows[i].day, text);

		assert_int_equal(earned->count, 2);
		assert_string_equal(earned_text(arena, earned, 0), rows[i].first);
		assert_string_equal(earned_text(arena, earned, 1), rows[i].second);
	}
}

static void nothing_is_earned_before_the_day_of_the_booking(void **state)
{
	static const char *const text = "20580,20574+31=3100 il_1\n";

	(void)state;
	assert_int_equal(earned_by(20580, text)->lines[0].earned, 0);
	assert_int_equal(earned_by(20581, text)->lines[0].earned, 700);
}

static void what_is_no_schedule_is_not_told(void **state)
{
	static const char *const wrong[] = {
		"il_1\n",
		"20574,20574+31=10909 il_1",
		"20574,20574+0=10 il_1\n",
		"20574,20574+32=10 il_1\n",
		"20574,20574-31=10 il_1\n",
		"20574,99999999999999999999+1=1 il_1\n",
		"20574,1+1=-9223372036854775808 il_1\n",
	};
	struct earned *const earned = arena_zero(arena, sizeof(*earned));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(earned_read(arena, wrong[i], earned));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_told_by_itself),
		cmocka_unit_test(nothing_is_earned_before_the_day_of_the_booking),
		cmocka_unit_test(what_is_no_schedule_is_not_told),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
