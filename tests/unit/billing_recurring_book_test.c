/*
 * billing_recurring_book_test - how monthly recurring revenue moves, and that it always adds up.
 */
#include "services/billing-sync/subscription/recurring_book.h"

#include "common/base/text.h"
#include "services/billing-sync/rule/exact.h"
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

#define CUSTOMERS 40
#define BOOK_DAYS 60
#define RANDOM_FRACTIONS 10000

#define USD(minor_)                                       \
	{                                                 \
		.count = 1, .list = { { "USD", minor_ } } \
	}
#define NOTHING            \
	{                  \
		.count = 0 \
	}

struct day {
	const char *name;
	bool ever;
	struct recurring_amounts start;
	struct recurring_amounts now;
	const char *want;
};

static const struct day days[] = {
	{ "nothing stays nothing", false, NOTHING, NOTHING, "" },
	{ "the first contract", false, NOTHING, USD(100), "new USD 100" },
	{ "one who returns is reactivated, though it has grown", true, NOTHING, USD(100),
	  "reactivation USD 100" },
	{ "more", true, USD(100), USD(150), "expansion USD 50" },
	{ "less", true, USD(150), USD(100), "contraction USD 50" },
	{ "none any more", true, USD(150), NOTHING, "churn USD 150" },
	{ "the same", true, USD(150), USD(150), "" },
	{ "vector 28: a plan is swapped for a dearer one", true, USD(4900), USD(7900),
	  "expansion USD 3000" },
	{ "another currency is no churn",
	  true,
	  USD(150),
	  { .count = 1, .list = { { "JPY", 20000 } } },
	  "expansion JPY 20000, contraction USD 150" },
	{ "two currencies go",
	  true,
	  { .count = 2, .list = { { "EUR", 5 }, { "USD", 7 } } },
	  NOTHING,
	  "churn EUR 5, churn USD 7" },
	{ "a second currency comes",
	  true,
	  USD(7),
	  { .count = 2, .list = { { "EUR", 5 }, { "USD", 7 } } },
	  "expansion EUR 5" },
};

static const char *moved(const struct recurring_movement *movements, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s %s %" PRId64, text, i == 0 ? "" : ", ",
		                    recurring_kind_names[movements[i].kind], movements[i].currency,
		                    movements[i].minor);
	return text;
}

static void a_day_is_one_movement_a_currency(void **state)
{
	struct recurring_movement movements[RECURRING_MOVEMENTS_MAX];
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		struct recurring_customer customer = { 20000, days[i].ever, days[i].start,
			                               days[i].now };
		const char *told;

		assert_true(recurring_customer_decode(recurring_customer_encode(arena, &customer),
		                                      &customer));
		assert_int_equal(recurring_day_end(&customer, 20000, movements), 0);
		told = moved(movements, recurring_day_end(&customer, 20001, movements));
		assert_int_equal(recurring_day_end(&customer, 20002, movements), 0);
		if (text_equal(told, days[i].want))
			continue;
		print_error("%s: %s\n", days[i].name, told);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_line_that_does_not_add_up_says_by_how_much(void **state)
{
	struct recurring_line line = { .starting = 100, .ending = 100 };

	(void)state;
	assert_int_equal(recurring_line_gap(&line), 0);
	line.moved[RECURRING_NEW] = 7;
	line.moved[RECURRING_CHURN] = 2;
	line.moved[RECURRING_FX] = -4;
	assert_int_equal(recurring_line_gap(&line), -1);
	line.moved[RECURRING_NEW] = INT64_MAX;
	line.moved[RECURRING_REACTIVATION] = INT64_MAX;
	assert_true(recurring_line_gap(&line) == INT64_MIN);
}

/* Random histories of customers: the books are kept as a shard would, and checked against plain sums. */

static struct recurring_amounts some_amounts(struct chance *chance)
{
	static const char currencies[3][4] = { "JPY", "KWD", "USD" };
	struct recurring_amounts amounts = { .count = 0 };

	for (size_t i = 0; i < COUNT_OF(currencies); i++) {
		struct recurring_amount *const amount = &amounts.list[amounts.count];

		if (chance_of(chance, 600))
			continue;
		memcpy(amount->currency, currencies[i], sizeof(amount->currency));
		amount->minor = chance_between(chance, 1, 100000);
		amounts.count++;
	}
	return amounts;
}

static void book_customer(struct recurring_sum *book, struct recurring_customer *customer,
                          int64_t day)
{
	struct recurring_movement movements[RECURRING_MOVEMENTS_MAX];
	const struct recurring_customer was = *customer;
	const size_t count = recurring_day_end(customer, day, movements);

	recurring_sum_shift(book, &was.start, &was.now);
	recurring_sum_move(book, movements, count);
	for (size_t i = 0; i < count; i++) {
		const struct recurring_movement *const it = &movements[i];

		assert_true(it->minor > 0);
		assert_true(it->kind != RECURRING_NEW || !was.ever);
		assert_true(it->kind != RECURRING_REACTIVATION || was.ever);
		assert_true((it->kind == RECURRING_CHURN) ==
		            (was.start.count > 0 && was.now.count == 0));
	}
}

static void the_identity_holds_over_random_histories(void **state)
{
	static struct recurring_customer customers[CUSTOMERS];
	static struct recurring_sum book;
	struct chance chance;

	(void)state;
	chance_seed(&chance, 13);
	for (size_t i = 0; i < CUSTOMERS; i++)
		customers[i].day = 20000;
	for (int64_t day = 20001; day < 20001 + BOOK_DAYS; day++) {
		for (size_t i = 0; i < CUSTOMERS; i++) {
			if (chance_of(&chance, 400))
				customers[i].now = some_amounts(&chance);
			book_customer(&book, &customers[i], day);
		}
		for (size_t i = 0; i < book.count; i++)
			assert_int_equal(recurring_line_gap(&book.lines[i]), 0);
		recurring_sum_turn(&book);
	}
}

static void fractions_are_exact_until_they_are_rounded(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 3);
	for (int round = 0; round < RANDOM_FRACTIONS; round++) {
		/* a/12 + b/7 rounded half up, by whole numbers: (2(7a + 12b) + 84) / 168, away from 0 */
		const int64_t a = chance_between(&chance, -1000000, 1000000);
		const int64_t b = chance_between(&chance, -1000000, 1000000);
		const int64_t top = 7 * a + 12 * b;
		const int64_t size = top < 0 ? -top : top;
		const int64_t want = (2 * size + 84) / 168;
		struct exact left;
		struct exact right;
		int64_t got;

		assert_true(exact_times(exact_of(a), 1, 12, &left));
		assert_true(exact_times(exact_of(b), 1, 7, &right));
		assert_true(exact_add(left, right, &left));
		assert_true(exact_round(left, ROUNDING_HALF_UP, &got));
		assert_int_equal(got, top < 0 ? -want : want);
		assert_true(exact_subtract(left, left, &right));
		assert_true(exact_round(right, ROUNDING_HALF_UP, &got));
		assert_int_equal(got, 0);
	}
}

static void halves_go_where_the_mode_says(void **state)
{
	static const struct {
		int64_t halves;
		int64_t up;
		int64_t even;
	} rows[] = { { 1, 1, 0 },   { 3, 2, 2 },    { 5, 3, 2 },
		     { -1, -1, 0 }, { -5, -3, -2 }, { 4, 2, 2 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct exact value;
		int64_t got;

		assert_true(exact_times(exact_of(rows[i].halves), 1, 2, &value));
		assert_true(exact_round(value, ROUNDING_HALF_UP, &got));
		assert_int_equal(got, rows[i].up);
		assert_true(exact_round(value, ROUNDING_HALF_EVEN, &got));
		assert_int_equal(got, rows[i].even);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_one_movement_a_currency),
		cmocka_unit_test(a_line_that_does_not_add_up_says_by_how_much),
		cmocka_unit_test(the_identity_holds_over_random_histories),
		cmocka_unit_test(fractions_are_exact_until_they_are_rounded),
		cmocka_unit_test(halves_go_where_the_mode_says),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
