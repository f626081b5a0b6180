/*
 * billing_recurring_report_test - a day of recurring revenue in one currency: it adds up to the unit at any rates.
 */
#include "services/billing-sync/subscription/recurring_report.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/recurring_sum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SEEDS 1000
#define CUSTOMERS 12
#define HISTORY_DAYS 25
#define CURRENCIES 3

static const char *told(const struct recurring_line *line)
{
	return arena_printf(arena,
	                    "%" PRId64 " +%" PRId64 " +%" PRId64 " +%" PRId64 " -%" PRId64
	                    " -%" PRId64 " %" PRId64 " = %" PRId64,
	                    line->starting, line->moved[RECURRING_NEW],
	                    line->moved[RECURRING_REACTIVATION], line->moved[RECURRING_EXPANSION],
	                    line->moved[RECURRING_CONTRACTION], line->moved[RECURRING_CHURN],
	                    line->moved[RECURRING_FX], line->ending);
}

/* Yen and dollars in cents: starting, new, reactivation, expansion, contraction, churn, FX, ending. */
struct row {
	const char *name;
	struct recurring_worth worth;
	const char *want;
};

#define STOOD(worth_) .told = true, .worth = (worth_)

static const struct row rows[] = {
	{ "what was never told is taken over, and nothing moved",
	  { .own = { "JPY", 60000, { 0 }, 60000 }, .rate = { 2, 3 } },
	  "40000 +0 +0 +0 -0 -0 0 = 40000" },
	{ "the first contract",
	  { .own = { "JPY", 0, { [RECURRING_NEW] = 60000 }, 60000 }, .rate = { 29, 45 } },
	  "0 +38667 +0 +0 -0 -0 0 = 38667" },
	{ "the same rate moves nothing",
	  { .own = { "JPY", 60000, { 0 }, 60000 }, .rate = { 29, 45 }, STOOD(38667) },
	  "38667 +0 +0 +0 -0 -0 0 = 38667" },
	{ "a weaker yen is no contraction",
	  { .own = { "JPY", 60000, { 0 }, 60000 }, .rate = { 5, 8 }, STOOD(38667) },
	  "38667 +0 +0 +0 -0 -0 -1167 = 37500" },
	{ "vector 28: a plan is swapped, and the rate moves too",
	  { .own = { "JPY", 60000, { [RECURRING_EXPANSION] = 12000 }, 72000 },
	    .rate = { 5, 8 },
	    STOOD(38667) },
	  "38667 +0 +0 +7500 -0 -0 -1167 = 45000" },
	{ "all there is",
	  { .own = { "JPY", 1000, { 1, 2, 3, 4, 5 }, 997 }, .rate = { 1, 2 }, STOOD(400) },
	  "400 +1 +1 +1 -2 -2 100 = 499" },
	{ "churn at the rate of its day",
	  { .own = { "JPY", 60000, { [RECURRING_CHURN] = 60000 }, 0 },
	    .rate = { 1, 2 },
	    STOOD(40000) },
	  "40000 +0 +0 +0 -0 -30000 -10000 = 0" },
	{ "what does not add up in itself does not here",
	  { .own = { "JPY", 100, { 0 }, 300 }, .rate = { 1, 2 }, STOOD(50) },
	  "50 +0 +0 +0 -0 -0 0 = 150" },
};

static void a_day_is_told_at_its_rate(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct recurring_worth worth = rows[i].worth;
		struct recurring_line line = { .starting = 0 };

		assert_true(recurring_report_add(&worth, ROUNDING_HALF_UP, &line));
		assert_true(worth.told);
		assert_int_equal(worth.worth, line.ending);
		if (text_equal(told(&line), rows[i].want))
			continue;
		print_error("%s: %s\n", rows[i].name, told(&line));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_sum_beyond_64_bits_leaves_both_as_they_were(void **state)
{
	static const struct recurring_worth bad[] = {
		{ .own = { "JPY", INT64_MAX, { 0 }, 0 }, .rate = { 2, 1 } },
		{ .own = { "JPY", 0, { 0 }, INT64_MAX }, .rate = { 2, 1 } },
		{ .own = { "JPY", INT64_MAX, { 1 }, 0 }, .rate = { 1, 2 } },
		{ .own = { "JPY", 0, { [RECURRING_CHURN] = INT64_MIN }, 0 }, .rate = { 1, 2 } },
		{ .own = { "JPY", INT64_MAX, { 0 }, 0 }, .rate = { 1, 1 }, STOOD(-1) },
		{ .own = { "JPY", 0, { 0 }, INT64_MAX }, .rate = { 1, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct recurring_line line = { .ending = 1 };
		struct recurring_worth worth = bad[i];

		assert_false(recurring_report_add(&worth, ROUNDING_HALF_UP, &line));
		assert_memory_equal(&worth, &bad[i], sizeof(worth));
		assert_string_equal(told(&line), "0 +0 +0 +0 -0 -0 0 = 1");
	}
}

/* Random histories: customers come, grow, go and return; each day has its rates, or lacks one. */

static const char currencies[CURRENCIES][4] = { "JPY", "KWD", "USD" };

struct history {
	struct chance chance;
	struct recurring_customer customers[CUSTOMERS];
	struct recurring_sum own;
	struct recurring_worth worths[CURRENCIES];
	int64_t stood; /* in all, as it was told last */
};

static struct recurring_amounts some_amounts(struct chance *chance)
{
	struct recurring_amounts amounts = { .count = 0 };

	for (size_t i = 0; i < CURRENCIES; i++) {
		struct recurring_amount *const amount = &amounts.list[amounts.count];

		if (chance_of(chance, 600))
			continue;
		memcpy(amount->currency, currencies[i], sizeof(amount->currency));
		amount->minor = chance_between(chance, 1, 100000);
		amounts.count++;
	}
	return amounts;
}

static void live(struct history *it, int64_t day)
{
	struct recurring_movement movements[RECURRING_MOVEMENTS_MAX];

	recurring_sum_turn(&it->own);
	for (size_t i = 0; i < CUSTOMERS; i++) {
		struct recurring_customer *const customer = &it->customers[i];

		if (chance_of(&it->chance, 300))
			customer->now = some_amounts(&it->chance);
		recurring_sum_shift(&it->own, &customer->start, &customer->now);
		recurring_sum_move(&it->own, movements,
		                   recurring_day_end(customer, day, movements));
	}
}

static struct ratio some_rate(struct chance *chance, const char *currency)
{
	return text_equal(currency, "USD")
	           ? ratio_of(1, 1)
	           : ratio_of(chance_between(chance, 1, 999), chance_between(chance, 1, 999));
}

/* By whole numbers, apart from the code: a half away from zero. */
static int64_t rounded(int64_t minor, struct ratio rate)
{
	const int64_t size = minor < 0 ? -minor : minor;
	const int64_t whole =
	    (2 * size * rate.numerator + rate.denominator) / (2 * rate.denominator);

	return minor < 0 ? -whole : whole;
}

static void is_near(int64_t told_minor, int64_t own, struct ratio rate)
{
	const int64_t off = told_minor * rate.denominator - own * rate.numerator;

	assert_true(off < rate.denominator && off > -rate.denominator);
}

/* One currency alone: each movement is off its exact worth by less than a unit, FX is what the rate did. */
static void look_at_currency(struct recurring_worth *worth)
{
	const struct recurring_worth before = *worth;
	struct recurring_line line = { .starting = 0 };

	assert_true(recurring_report_add(worth, ROUNDING_HALF_UP, &line));
	assert_int_equal(recurring_line_gap(&line), 0);
	assert_int_equal(line.ending, rounded(before.own.ending, before.rate));
	assert_int_equal(line.moved[RECURRING_FX],
	                 before.told ? rounded(before.own.starting, before.rate) - before.worth
	                             : 0);
	for (int kind = 0; kind < RECURRING_FX; kind++) {
		assert_true(line.moved[kind] >= 0);
		is_near(line.moved[kind], before.own.moved[kind], before.rate);
	}
}

static void tell(struct history *it)
{
	struct recurring_line line = { .starting = 0 };
	int64_t ends = 0;

	for (size_t i = 0; i < CURRENCIES; i++) {
		struct recurring_worth *const worth = &it->worths[i];
		struct recurring_worth alone;

		worth->own = *recurring_sum_line(&it->own, currencies[i]);
		worth->rate = chance_of(&it->chance, 300) && worth->told
		                  ? worth->rate
		                  : some_rate(&it->chance, currencies[i]);
		alone = *worth;
		look_at_currency(&alone);
		assert_true(recurring_report_add(worth, ROUNDING_HALF_UP, &line));
		ends += rounded(worth->own.ending, worth->rate);
	}
	assert_int_equal(recurring_line_gap(&line), 0);
	assert_int_equal(line.starting, it->stood);
	assert_int_equal(line.ending, ends);
	it->stood = ends;
}

static void the_identity_holds_at_any_rates(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		static struct history history;

		history = (struct history){ .stood = 0 };
		chance_seed(&history.chance, seed);
		for (int64_t day = 1; day <= HISTORY_DAYS; day++) {
			live(&history, day);
			tell(&history);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_told_at_its_rate),
		cmocka_unit_test(a_sum_beyond_64_bits_leaves_both_as_they_were),
		cmocka_unit_test(the_identity_holds_at_any_rates),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
