/*
 * pattern_order_test - what is found does not depend on the order in which the reports came.
 */
#include "tests/support/chance.h"
#include "tests/support/pattern_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct pattern_fixture fixture;

static int start(void **state)
{
	(void)state;
	pattern_fixture_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pattern_fixture_finish(&fixture);
	return 0;
}

/* Order. */

/* Codes, near duplicates, a burst and one who floods, by chance; the same for the same seed. */
static void feed_by_chance(uint64_t seed)
{
	static const char *const languages[] = { "en", "ja", "ko" };
	struct chance chance;

	chance_seed(&chance, seed);
	for (int i = 0; i < 60; i++) {
		const int who = (int)chance_below(&chance, 30);
		struct pattern_report *const made =
		    feed_report(&fixture, (int64_t)chance_below(&chance, 130) + 1,
		                customer_name(&fixture, "c", who),
		                languages[chance_below(&chance, 3)]);

		if (chance_below(&chance, 4) == 0)
			with_token(made, chance_below(&chance, 2) == 0 ? "E1" : "E2");
		if (chance_below(&chance, 3) == 0)
			with_words(&fixture, made, 1 + (uint32_t)chance_below(&chance, 2), 3);
	}
}

static void shuffle(struct chance *chance, struct pattern_report *list, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		const size_t other = (size_t)chance_below(chance, (int)i);
		const struct pattern_report moved = list[i - 1];

		list[i - 1] = list[other];
		list[other] = moved;
	}
}

/* Through bags, one for each step, as the stage does. */
static const char *judged_through_bags(void)
{
	struct pattern_bag *const bags = arena_zero(fixture.arena, 32 * sizeof(*bags));
	const size_t count = fixture.count;

	for (size_t i = 0; i < count; i++) {
		const int64_t age = time_since(fixture.reports[i].at, fixture.window.end).us;

		pattern_bag_add(&bags[age / MINUTES(5).us % 32], &fixture.reports[i]);
	}
	fixture.count = 0;
	fixture.window.overflow = 0;
	for (size_t i = 0; i < 32; i++) {
		for (size_t k = 0; k < bags[i].count; k++)
			fixture.reports[fixture.count++] = bags[i].reports[k];
		fixture.window.overflow += bags[i].overflow;
	}
	return judged(&fixture);
}

static const char *judged_in_some_order(uint64_t seed, struct chance *chance)
{
	fixture.window.known_count = 0;
	fixture.window.numbers = 0;
	fixture.count = 0;
	feed_by_chance(seed);
	if (chance != NULL)
		shuffle(chance, fixture.reports, fixture.count);
	return judged_through_bags();
}

static void ten_thousand_orders_of_sixty_reports_say_the_same(void **state)
{
	struct arena *const outer = fixture.arena;
	struct arena *const inner = arena_create(1 << 20);
	struct chance chance;
	size_t said = 0;

	(void)state;
	chance_seed(&chance, 4);
	fixture.arena = inner;
	fixture.window.arena = inner;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		const char *const expected = arena_string(outer, judged_in_some_order(seed, NULL));

		said += expected[0] != '\0';
		for (int i = 0; i < 100; i++) {
			arena_reset(inner);
			assert_string_equal(judged_in_some_order(seed, &chance), expected);
		}
	}

	assert_true(said > 50);
	arena_destroy(inner);
	fixture.arena = outer;
}

/* Every order of six, by Heap's way. */
static void every_order(size_t count, struct pattern_report *list, void (*look)(void))
{
	if (count <= 1) {
		look();
		return;
	}
	for (size_t i = 0; i < count; i++) {
		every_order(count - 1, list, look);
		const size_t from = count % 2 == 0 ? i : 0;
		const struct pattern_report moved = list[from];

		list[from] = list[count - 1];
		list[count - 1] = moved;
	}
}

static size_t orders;

static void look_at_six(void)
{
	struct pattern_report kept[6];

	memcpy(kept, fixture.reports, sizeof(kept));
	fixture.window.known_count = 0;
	fixture.window.numbers = 0;
	assert_string_equal(judged_through_bags(),
	                    "found 1 error_code E1 -3m customers 3 of 3 tickets 4 told 4\n");
	memcpy(fixture.reports, kept, sizeof(kept));
	fixture.count = 6;
	orders++;
}

static void every_order_of_six_reports_says_the_same(void **state)
{
	(void)state;
	with_token(feed_report(&fixture, 4, "A", "en"), "E1");
	with_token(feed_report(&fixture, 4, "B", "ja"), "E1");
	with_token(feed_report(&fixture, 3, "A", "en"), "E1");
	with_token(feed_report(&fixture, 3, "C", "ja"), "E1");
	with_token(feed_report(&fixture, 2, "A", "en"), "E1");
	feed_report(&fixture, 1, "D", "en");
	orders = 0;
	every_order(6, fixture.reports, look_at_six);
	assert_int_equal(orders, 720);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(ten_thousand_orders_of_sixty_reports_say_the_same),
		CASE(every_order_of_six_reports_says_the_same),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
