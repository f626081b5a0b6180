/*
 * billing_seat_test - seats by day, whatever order the changes come in; against bills and against people.
 */
#include "services/billing-sync/seat/seat.h"

#include "tests/support/arena_fixture.h"
#include "tests/support/order.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define US_A_DAY INT64_C(86400000000)

static struct instant hour(int64_t day, int64_t hours)
{
	return (struct instant){ US_A_DAY * day + US_A_DAY / 24 * hours };
}

struct change {
	int day;
	int recorded;
	int64_t quantity;
};

/* 5 from day 10, 8 from 20, known on 22; 6 from 15, known only on 30; 7 from 20 by a later word. */
static const struct change changes[] = {
	{ 10, 10, 5 },
	{ 15, 30, 6 },
	{ 20, 22, 8 },
	{ 20, 25, 7 },
};

static void record(struct seat_timeline *timeline, const struct change *change)
{
	seat_record(timeline, hour(change->day, 0), hour(change->recorded, 0), change->quantity);
}

static struct seat_timeline *timeline_make(void)
{
	struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));

	for (size_t i = 0; i < COUNT_OF(changes); i++)
		record(timeline, &changes[i]);
	return timeline;
}

static void a_change_says_by_how_much_and_from_what(void **state)
{
	const struct seat_timeline *const timeline = timeline_make();
	static const int64_t want[][2] = { { 5, 0 }, { 1, 5 }, { 2, 6 }, { -1, 8 } };

	(void)state;
	assert_int_equal(timeline->count, COUNT_OF(want));
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_int_equal(timeline->changes[i].delta, want[i][0]);
		assert_int_equal(timeline->changes[i].prev, want[i][1]);
	}
}

static void seats_are_asked_for_a_time_as_known_by_another(void **state)
{
	static const struct {
		int day;
		int known_by;
		int64_t want;
	} rows[] = {
		{ 9, 99, 0 },  { 10, 99, 5 }, { 14, 99, 5 }, { 15, 99, 6 }, { 15, 29, 5 },
		{ 20, 99, 7 }, { 20, 24, 8 }, { 20, 21, 5 }, { 99, 99, 7 }, { 20, 9, 0 },
	};
	const struct seat_timeline *const timeline = timeline_make();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t quantity = -1;

		assert_true(
		    seat_at(timeline, hour(rows[i].day, 0), hour(rows[i].known_by, 0), &quantity));
		assert_int_equal(quantity, rows[i].want);
	}
}

static bool equal(const struct seat_timeline *a, const struct seat_timeline *b)
{
	return a->cut == b->cut && a->count == b->count &&
	       memcmp(&a->base, &b->base, sizeof(a->base)) == 0 &&
	       memcmp(a->changes, b->changes, a->count * sizeof(a->changes[0])) == 0;
}

static void any_order_and_any_repetition_end_the_same(void **state)
{
	const struct seat_timeline *const want = timeline_make();
	size_t order[] = { 0, 1, 2, 3 };

	(void)state;
	do {
		struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));

		for (size_t k = 0; k < 4; k++) {
			record(timeline, &changes[order[k]]);
			record(timeline, &changes[order[k]]);
		}
		for (size_t k = 0; k < 4; k++)
			record(timeline, &changes[k]);
		assert_true(equal(timeline, want));
	} while (order_next(order, COUNT_OF(order)));
}

static void of_two_at_once_the_larger_holds(void **state)
{
	static const int64_t orders[][2] = { { 5, 9 }, { 9, 5 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));
		int64_t quantity;

		seat_record(timeline, hour(1, 0), hour(1, 0), orders[i][0]);
		seat_record(timeline, hour(1, 0), hour(1, 0), orders[i][1]);
		assert_true(seat_at(timeline, hour(1, 0), TIME_MAX, &quantity));
		assert_int_equal(quantity, 9);
	}
}

/* A change a day for 200 days, to twice the day: the last 128 are kept, and the one before them. */
static void what_was_let_go_is_not_guessed(void **state)
{
	const struct seat_timeline *first = NULL;
	struct chance chance;
	size_t order[200];

	(void)state;
	chance_seed(&chance, 5);
	for (int round = 0; round < 20; round++) {
		struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));
		int64_t quantity;

		order_shuffle(&chance, order, COUNT_OF(order));
		for (size_t i = 0; i < COUNT_OF(order); i++)
			seat_record(timeline, hour((int64_t)order[i], 0),
			            hour((int64_t)order[i], 0), 2 * (int64_t)order[i]);
		assert_true(timeline->cut);
		assert_int_equal(timeline->count, SEAT_CHANGES_MAX);
		assert_false(seat_at(timeline, hour(70, 0), TIME_MAX, &quantity));
		assert_true(seat_at(timeline, hour(71, 0), TIME_MAX, &quantity));
		assert_int_equal(quantity, 142);
		assert_true(seat_at(timeline, hour(199, 0), TIME_MAX, &quantity));
		assert_int_equal(quantity, 398);
		if (round == 0)
			first = timeline;
		assert_true(equal(timeline, first));
	}
}

static void quantities_out_of_bounds_are_refused(void **state)
{
	struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));

	(void)state;
	assert_false(seat_record(timeline, hour(1, 0), hour(1, 0), -1));
	assert_false(seat_record(timeline, hour(1, 0), hour(1, 0), SEAT_QUANTITY_MAX + 1));
	assert_true(seat_record(timeline, hour(1, 0), hour(1, 0), 0));
	assert_false(seat_record(timeline, hour(1, 0), hour(1, 0), 0));
}

/* Bills. */

struct bill_row {
	const char *name;
	struct seat_billed billed[4];
	size_t count;
	int from;
	int until;
	struct seat_difference want;
};

#define BILL(from, until, seats)                                     \
	{                                                            \
		{ US_A_DAY * (from) }, { US_A_DAY * (until) }, seats \
	}

static const struct bill_row bills[] = {
	{ "billed as it was",
	  { BILL(10, 15, 5), BILL(15, 20, 6), BILL(20, 30, 7) },
	  3,
	  10,
	  30,
	  { 0 } },
	{ "base and prorations: 5, then 6 for 5, then 7 for 6",
	  { BILL(10, 30, 5), BILL(15, 30, 1), BILL(20, 30, 1) },
	  3,
	  10,
	  30,
	  { 0 } },
	{ "a credit takes away: 6 and 7 given, 5 and 6 taken back",
	  { BILL(10, 30, 5), BILL(15, 30, -5), BILL(15, 30, 6), BILL(20, 30, 1) },
	  4,
	  10,
	  30,
	  { 0 } },
	{ "seats that nobody billed",
	  { BILL(10, 30, 5) },
	  1,
	  10,
	  30,
	  { .days = 15, .day = 20, .expected = 7, .found = 5 } },
	{ "seats that nobody had",
	  { BILL(10, 15, 9) },
	  1,
	  10,
	  15,
	  { .days = 5, .day = 10, .expected = 5, .found = 9 } },
	{ "nothing billed at all",
	  { BILL(0, 0, 0) },
	  0,
	  9,
	  12,
	  { .days = 2, .day = 10, .expected = 5, .found = 0 } },
	{ "a bill before there were seats",
	  { BILL(8, 10, 1) },
	  1,
	  8,
	  10,
	  { .days = 2, .day = 8, .expected = 0, .found = 1 } },
	{ "no day at all", { BILL(0, 0, 0) }, 0, 12, 12, { 0 } },
};

static bool same(const struct seat_difference *a, const struct seat_difference *b)
{
	return a->days == b->days && a->day == b->day && a->expected == b->expected &&
	       a->found == b->found && a->unknown == b->unknown;
}

static void what_was_billed_is_held_to_each_day(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bills); i++) {
		const struct seat_difference got =
		    seat_against_billed(timeline_make(), bills[i].billed, bills[i].count,
		                        hour(bills[i].from, 0), hour(bills[i].until, 0));

		if (!same(&got, &bills[i].want))
			fail_msg("%s: %d days, from %d: %d, not %d", bills[i].name, got.days,
			         (int)got.day, (int)got.found, (int)got.expected);
	}
}

static void on_the_day_of_a_change_both_quantities_count(void **state)
{
	struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));
	const struct seat_billed late = { hour(3, 18), hour(9, 0), 2 };
	const struct seat_billed base = { hour(1, 0), hour(9, 0), 3 };
	const struct seat_billed early = { hour(3, 0), hour(9, 0), 2 };
	const struct seat_billed both[] = { base, late };
	const struct seat_billed whole_day[] = { base, early };

	(void)state;
	seat_record(timeline, hour(1, 0), hour(1, 0), 3);
	seat_record(timeline, hour(3, 12), hour(3, 12), 5);
	assert_int_equal(seat_against_billed(timeline, both, 2, hour(1, 0), hour(9, 0)).days, 0);
	assert_int_equal(seat_against_billed(timeline, whole_day, 2, hour(1, 0), hour(9, 0)).days,
	                 0);
	assert_int_equal(seat_against_billed(timeline, &base, 1, hour(1, 0), hour(9, 0)).days, 5);
}

static void days_of_which_nothing_is_known_are_counted_apart(void **state)
{
	struct seat_timeline *const timeline = arena_zero(arena, sizeof(*timeline));
	struct seat_difference difference;

	(void)state;
	for (int i = 0; i < 200; i++)
		seat_record(timeline, hour(i, 0), hour(i, 0), i);
	difference = seat_against_billed(timeline, NULL, 0, hour(69, 0), hour(73, 0));
	assert_int_equal(difference.unknown, 2);
	assert_int_equal(difference.days, 2);
	assert_int_equal(difference.expected, 72);
}

/* People. */

#define GIVEN(who, id, day, hours)                                            \
	{                                                                     \
		who, id, { US_A_DAY * (day) + US_A_DAY / 24 * (hours) }, true \
	}
#define TAKEN(who, id, day, hours)                                             \
	{                                                                      \
		who, id, { US_A_DAY * (day) + US_A_DAY / 24 * (hours) }, false \
	}

static void people_with_a_seat_are_counted_once(void **state)
{
	static const struct seat_assignment events[] = {
		TAKEN("c", "9", 13, 0), GIVEN("a", "1", 10, 0), GIVEN("a", "2", 11, 0),
		GIVEN("b", "3", 10, 5), GIVEN("c", "4", 12, 0), TAKEN("d", "5", 10, 0),
		GIVEN("c", "4", 12, 0),
	};
	struct seat_timeline *const two = arena_zero(arena, sizeof(*two));
	struct seat_difference difference;

	(void)state;
	seat_record(two, hour(10, 0), hour(10, 0), 2);
	difference =
	    seat_against_assigned(arena, two, events, COUNT_OF(events), hour(10, 0), hour(20, 0));
	assert_int_equal(difference.days, 1);
	assert_int_equal(difference.day, 12);
	assert_int_equal(difference.expected, 2);
	assert_int_equal(difference.found, 3);
}

static void a_seat_that_changes_hands_is_one(void **state)
{
	static const struct seat_assignment events[] = {
		GIVEN("a", "1", 10, 0),
		GIVEN("b", "3", 12, 9),
		TAKEN("a", "2", 12, 9),
	};
	struct seat_timeline *const one = arena_zero(arena, sizeof(*one));

	(void)state;
	seat_record(one, hour(10, 0), hour(10, 0), 1);
	assert_int_equal(seat_against_assigned(arena, one, events, COUNT_OF(events), hour(10, 0),
	                                       hour(20, 0))
	                     .days,
	                 0);
	assert_int_equal(
	    seat_against_assigned(arena, one, events, 2, hour(10, 0), hour(20, 0)).days, 8);
	assert_int_equal(seat_against_assigned(arena, one, NULL, 0, hour(10, 0), hour(20, 0)).days,
	                 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_says_by_how_much_and_from_what),
		cmocka_unit_test(seats_are_asked_for_a_time_as_known_by_another),
		cmocka_unit_test(any_order_and_any_repetition_end_the_same),
		cmocka_unit_test(of_two_at_once_the_larger_holds),
		cmocka_unit_test(what_was_let_go_is_not_guessed),
		cmocka_unit_test(quantities_out_of_bounds_are_refused),
		cmocka_unit_test(what_was_billed_is_held_to_each_day),
		cmocka_unit_test(on_the_day_of_a_change_both_quantities_count),
		cmocka_unit_test(days_of_which_nothing_is_known_are_counted_apart),
		cmocka_unit_test(people_with_a_seat_are_counted_once),
		cmocka_unit_test(a_seat_that_changes_hands_is_one),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
