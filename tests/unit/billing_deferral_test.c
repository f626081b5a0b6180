/*
 * billing_deferral_test - an invoice that is billed ahead: earned by day, cleared by refunds, never lost.
 */
#include "services/billing-sync/revenue/deferral.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"

#include <inttypes.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define INVOICES 2000
#define LINES 4
#define BEYOND 500 /* days after which nothing is left of any */
#define DAY_US INT64_C(86400000000)
#define JANUARY 20454 /* 1 January 2026 as a day */

static const struct books_policy books = { .time_zone = "UTC", .mode = RECOGNITION_BY_DAY };
static struct instant morning(int64_t day)
{
	return (struct instant){ day * DAY_US };
}

/* A month of 31.00 ahead, a credit of 3.10 for it, a set-up, and a month that is over. */
static const struct deferral_billed bill[] = {
	{ "il_plan", 3100, { JANUARY * DAY_US }, { (JANUARY + 31) * DAY_US } },
	{ "il_credit", -310, { JANUARY * DAY_US }, { (JANUARY + 31) * DAY_US } },
	{ "il_setup", 500, { JANUARY * DAY_US }, { JANUARY * DAY_US } },
	{ "il_past", 900, { (JANUARY - 31) * DAY_US }, { JANUARY * DAY_US } },
};

static struct deferral opened(void)
{
	struct deferral deferral = { .count = 0 };
	const char *reason = "";

	if (!deferral_open(arena, bill, COUNT_OF(bill), &books, morning(JANUARY), morning(JANUARY),
	                   &deferral, &reason))
		fail_msg("%s", reason);
	return deferral;
}

/* Deferred as a day begins. */
static int64_t left(const struct deferral *deferral, int64_t day)
{
	int64_t sum = 0;

	for (size_t i = 0; i < deferral->count; i++)
		sum += recognition_deferred(&deferral->lines[i].schedule, day);
	return sum;
}

/* Earned on the days before this one, since it was last asked. The parts, their count the result. */
static size_t earn(struct deferral *deferral, int64_t day, const struct deferral_part **parts)
{
	struct deferral_part *const list = arena_zero(arena, (deferral->count + 1) * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; day > deferral->earned_to && i < deferral->count; i++) {
		const struct recognition *const schedule = &deferral->lines[i].schedule;
		const int64_t minor = recognition_before(schedule, day) -
		                      recognition_before(schedule, deferral->earned_to);

		list[count] = (struct deferral_part){ deferral->lines[i].line, minor };
		count += minor != 0;
	}
	if (day > deferral->earned_to)
		deferral->earned_to = day;
	*parts = list;
	return count;
}

static const char *told(const struct deferral_part *parts, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s %" PRId64, text, i == 0 ? "" : ", ",
		                    parts[i].line, parts[i].minor);
	return text;
}

static const char *earned(struct deferral *deferral, int64_t day)
{
	const struct deferral_part *parts;
	const struct bytes row = deferral_encode(arena, deferral);

	assert_true(deferral_decode(arena, row, deferral));
	assert_false(deferral_decode(arena, (struct bytes){ row.data, row.size - 1 }, deferral));
	const size_t count = earn(deferral, day, &parts);
	return told(parts, count);
}

static void what_is_earned_is_told_since_it_was_last_asked(void **state)
{
	struct deferral deferral = opened();

	(void)state;
	assert_int_equal(deferral.count, 2);
	assert_int_equal(left(&deferral, JANUARY), 2790);
	assert_string_equal(earned(&deferral, JANUARY), "");
	assert_string_equal(earned(&deferral, JANUARY + 1), "il_plan 100, il_credit -10");
	assert_string_equal(earned(&deferral, JANUARY + 1), "");
	assert_string_equal(earned(&deferral, JANUARY), "");
	assert_string_equal(earned(&deferral, JANUARY + 11), "il_plan 1000, il_credit -100");
	assert_int_equal(left(&deferral, JANUARY + 11), 1800);
	assert_string_equal(earned(&deferral, JANUARY + 99), "il_plan 2000, il_credit -200");
	assert_int_equal(left(&deferral, JANUARY + 99), 0);
}

/* What a reversal clears, and what is contra. */
static const char *reversed(struct deferral *deferral, int64_t day, int64_t minor)
{
	struct deferral_reversal reversal;
	const char *reason = "";

	if (!deferral_reverse(arena, deferral, day, minor, &reversal, &reason))
		return reason;
	return arena_printf(arena, "%s, contra %" PRId64, told(reversal.parts, reversal.count),
	                    reversal.contra);
}

static void a_refund_clears_what_is_deferred_and_the_rest_is_contra(void **state)
{
	struct deferral deferral = opened();

	(void)state;
	earned(&deferral, JANUARY + 11);
	/* A day that was told already is not touched: as of the 12th. */
	assert_string_equal(reversed(&deferral, JANUARY + 3, 1000), "il_plan 1000, contra 0");
	assert_string_equal(earned(&deferral, JANUARY + 12), "il_plan 50, il_credit -10");
	assert_string_equal(reversed(&deferral, JANUARY + 12, 2000), "il_plan 950, contra 1050");
	assert_string_equal(earned(&deferral, JANUARY + 13), "il_credit -10");
	assert_string_equal(reversed(&deferral, JANUARY + 13, 7), ", contra 7");
}

static void a_refund_is_shared_by_what_each_line_has_left(void **state)
{
	static const struct deferral_billed two[] = {
		{ "il_1", 1000, { JANUARY * DAY_US }, { (JANUARY + 10) * DAY_US } },
		{ "il_2", 500, { JANUARY * DAY_US }, { (JANUARY + 10) * DAY_US } },
	};
	struct deferral deferral;
	const char *reason;

	(void)state;
	assert_true(deferral_open(arena, two, 2, &books, morning(JANUARY), morning(JANUARY),
	                          &deferral, &reason));
	/* 100 by 2 : 1 are 66.7 and 33.3. */
	assert_string_equal(reversed(&deferral, JANUARY, 100), "il_1 67, il_2 33, contra 0");
}

static void what_cannot_be_is_refused(void **state)
{
	const struct deferral_billed vast = { "il_1", DEFERRAL_NET_MAX + 1, morning(JANUARY),
		                              morning(JANUARY + 1) };
	const struct deferral_billed year = { "il_1", 1000000, morning(JANUARY),
		                              morning(JANUARY + 365) };
	struct deferral deferral;
	const char *reason;
	int64_t before = 0;

	(void)state;
	assert_false(deferral_open(arena, &vast, 1, &books, morning(JANUARY), morning(JANUARY),
	                           &deferral, &reason));
	assert_string_equal(reason, "net: is beyond any amount of a line");
	assert_true(deferral_open(arena, &year, 1, &books, morning(JANUARY), morning(JANUARY),
	                          &deferral, &reason));
	for (int64_t day = JANUARY; day < JANUARY + 365; day++) {
		const char *const text = reversed(&deferral, day, 10);

		if (text_equal(text, "il_1 10, contra 0"))
			continue;
		assert_string_equal(text, "line: was reversed too often");
		assert_true(before == 0 || left(&deferral, JANUARY) == before);
		before = left(&deferral, JANUARY);
	}
	assert_true(before > 0);
}

static void what_was_booked_late_is_earned_on_that_day(void **state)
{
	struct deferral deferral;
	const char *reason;

	(void)state;
	assert_true(deferral_open(arena, bill, 1, &books, morning(JANUARY), morning(JANUARY + 5),
	                          &deferral, &reason));
	assert_string_equal(earned(&deferral, JANUARY + 5), "");
	assert_string_equal(earned(&deferral, JANUARY + 6), "il_plan 600");
}

/* Random invoices. */

static void some_bill(struct chance *chance, struct deferral_billed lines[static LINES])
{
	static const char *const names[LINES] = { "il_1", "il_2", "il_3", "il_4" };

	for (size_t i = 0; i < LINES; i++) {
		const int64_t first = JANUARY + chance_between(chance, -20, 20);

		lines[i] =
		    (struct deferral_billed){ names[i], chance_between(chance, -200, 1000000),
			                      morning(first),
			                      morning(first + chance_between(chance, 0, 400)) };
	}
}

static int64_t sum_of(const struct deferral_part *parts, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += parts[i].minor;
	return sum;
}

/* Day after day, as often as it is asked, with refunds between: the roll-forward always balances. */
static void walk(struct chance *chance, struct deferral *deferral)
{
	struct recognition_roll roll = { "USD", 0, left(deferral, JANUARY), 0, 0, 0 };
	const struct deferral_part *parts;

	for (int64_t day = JANUARY; day < JANUARY + BEYOND; day += chance_between(chance, 0, 50)) {
		const size_t count = earn(deferral, day, &parts);

		roll.recognised += sum_of(parts, count);
		if (chance_of(chance, 100)) {
			const int64_t minor = chance_between(chance, 1, 500000);
			struct deferral_reversal of;
			const char *reason;

			assert_true(deferral_reverse(arena, deferral, day, minor, &of, &reason));
			roll.cleared += sum_of(of.parts, of.count);
			assert_int_equal(sum_of(of.parts, of.count) + of.contra, minor);
		}
		roll.closing = left(deferral, day);
		assert_int_equal(recognition_gap(&roll), 0);
		assert_true(deferral_decode(arena, deferral_encode(arena, deferral), deferral));
	}
	assert_int_equal(roll.billed, roll.recognised + roll.cleared);
}

static void every_roll_forward_of_random_invoices_balances(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 12);
	for (int i = 0; i < INVOICES; i++) {
		struct books_policy some = books;
		struct deferral_billed lines[LINES];
		struct deferral deferral;
		const char *reason;

		arena_reset(arena);
		some.mode = (enum recognition_mode)chance_below(&chance, RECOGNITION_MODES);
		some_bill(&chance, lines);
		assert_true(deferral_open(arena, lines, LINES, &some, morning(JANUARY),
		                          morning(JANUARY), &deferral, &reason));
		walk(&chance, &deferral);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_earned_is_told_since_it_was_last_asked),
		cmocka_unit_test(a_refund_clears_what_is_deferred_and_the_rest_is_contra),
		cmocka_unit_test(a_refund_is_shared_by_what_each_line_has_left),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(what_was_booked_late_is_earned_on_that_day),
		cmocka_unit_test(every_roll_forward_of_random_invoices_balances),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
