/*
 * pattern_report_test - the bag of a step: bounded, fair to customers, the same for every order.
 */
#include "common/base/text.h"
#include "services/classifier/pattern_report.h"
#include "tests/support/chance.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY 300

static struct arena *arena;
static struct pattern_bag bag;
static struct pattern_bag again;
static struct pattern_report many[MANY];

static int start(void **state)
{
	(void)state;
	arena = arena_create(1 << 20);
	bag.count = 0;
	bag.overflow = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct pattern_report report(int64_t second, const char *customer, int number)
{
	return (struct pattern_report){
		.at = { second * 1000000 },
		.ticket_id = arena_printf(arena, "T-%03d", number),
		.message_id = arena_printf(arena, "M-%03d", number),
		.customer = customer,
		.language = "ja",
		.tokens = { "E1", "in_1" },
		.token_count = 2,
		.sketch = { 7, 8, (uint16_t)number },
		.place_count = 3,
	};
}

static void add(int64_t second, const char *customer, int number)
{
	const struct pattern_report made = report(second, customer, number);

	(void)pattern_bag_add(&bag, &made);
}

static void a_message_is_there_once(void **state)
{
	const struct pattern_report made = report(5, "A", 1);

	(void)state;
	assert_true(pattern_bag_add(&bag, &made));
	assert_false(pattern_bag_add(&bag, &made));
	assert_int_equal(bag.count, 1);
	assert_int_equal(bag.overflow, 0);
}

static void of_a_customer_the_earliest_two_are_kept(void **state)
{
	(void)state;
	add(5, "A", 5);
	add(3, "A", 3);
	add(4, "A", 4);
	add(9, "B", 9);
	add(1, "A", 1);
	assert_int_equal(bag.count, 3);
	assert_string_equal(bag.reports[0].message_id, "M-001");
	assert_string_equal(bag.reports[1].message_id, "M-003");
	assert_string_equal(bag.reports[2].message_id, "M-009");
	assert_int_equal(bag.overflow, 2);
}

static void at_one_instant_the_message_id_decides(void **state)
{
	(void)state;
	add(5, "A", 2);
	add(5, "B", 1);
	assert_string_equal(bag.reports[0].message_id, "M-001");
}

static void a_customer_who_is_not_known_is_its_ticket(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		add(i, "", i);
	assert_int_equal(bag.count, 5);
}

static void who_floods_takes_nobody_s_place(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		add(1, "flood", i);
	for (int i = 200; i < 260; i++)
		add(100, arena_printf(arena, "c-%d", i), i);
	assert_int_equal(bag.count, 62);
	assert_int_equal(bag.overflow, 198);
}

static struct bytes packed(void)
{
	struct buffer out = { 0 };

	pattern_bag_encode(&bag, &out);
	const struct bytes kept = arena_bytes(arena, (struct bytes){ out.data, out.size });

	buffer_finish(&out);
	return kept;
}

static struct bytes filled_in_some_order(struct chance *chance, int count)
{
	bag.count = 0;
	bag.overflow = 0;
	for (int i = count; i > 1; i--) {
		const int other = chance_below(chance, i);
		const struct pattern_report moved = many[i - 1];

		many[i - 1] = many[other];
		many[other] = moved;
	}
	for (int i = 0; i < count; i++)
		assert_true(pattern_bag_add(&bag, &many[i]));
	return packed();
}

static void every_order_fills_it_the_same(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 9);
	for (int round = 0; round < 20; round++) {
		const int count = 20 + round * 14;
		struct bytes first;

		for (int i = 0; i < count; i++)
			many[i] = report(chance_below(&chance, 100),
			                 arena_printf(arena, "c-%d", chance_below(&chance, 90)), i);
		first = filled_in_some_order(&chance, count);
		const int64_t overflow = bag.overflow;

		assert_int_equal(overflow + (int64_t)bag.count, count);
		for (int i = 0; i < 50; i++) {
			const struct bytes other = filled_in_some_order(&chance, count);

			assert_true(bytes_equal(first, other));
			assert_int_equal(bag.overflow, overflow);
		}
	}
	assert_int_equal(bag.count, PATTERN_BAG_MAX);
}

static void it_comes_back_from_its_bytes(void **state)
{
	(void)state;
	add(5, "A", 1);
	add(6, "", 2);
	const struct bytes bytes = packed();

	assert_true(pattern_bag_decode(arena, bytes, &again));
	assert_int_equal(again.count, 2);
	assert_int_equal(again.reports[0].at.us, 5000000);
	assert_string_equal(again.reports[0].ticket_id, "T-001");
	assert_string_equal(again.reports[0].customer, "A");
	assert_string_equal(again.reports[0].language, "ja");
	assert_int_equal(again.reports[0].token_count, 2);
	assert_string_equal(again.reports[0].tokens[1], "in_1");
	assert_int_equal(again.reports[1].place_count, 3);
	assert_int_equal(again.reports[1].sketch[2], 2);
	assert_string_equal(again.reports[1].customer, "");
}

static void bytes_that_were_cut_are_refused(void **state)
{
	(void)state;
	add(5, "A", 1);
	const struct bytes bytes = packed();
	unsigned char *const longer = arena_zero(arena, bytes.size + 1);

	for (size_t size = 0; size < bytes.size; size++)
		assert_false(pattern_bag_decode(arena, (struct bytes){ bytes.data, size }, &again));
	memcpy(longer, bytes.data, bytes.size);
	assert_false(pattern_bag_decode(arena, (struct bytes){ longer, bytes.size + 1 }, &again));
	longer[0] = 9;
	assert_false(pattern_bag_decode(arena, (struct bytes){ longer, bytes.size }, &again));
}

static void sketches_agree_in_so_many_places(void **state)
{
	const uint16_t a[] = { 1, 2, 3, 4 };
	const uint16_t b[] = { 1, 2, 3, 5 };

	(void)state;
	assert_true(pattern_sketch_agrees(a, 4, b, 4, 750000));
	assert_false(pattern_sketch_agrees(a, 4, b, 4, 750001));
	assert_int_equal(pattern_sketch_likeness(a, 4, b, 4), 750000);
	assert_int_equal(pattern_sketch_likeness(a, 4, a, 4), 1000000);
	assert_false(pattern_sketch_agrees(a, 3, b, 4, 1));
	assert_false(pattern_sketch_agrees(a, 0, b, 0, 1));
	assert_int_equal(pattern_sketch_likeness(a, 0, b, 0), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_message_is_there_once),
		CASE(of_a_customer_the_earliest_two_are_kept),
		CASE(at_one_instant_the_message_id_decides),
		CASE(a_customer_who_is_not_known_is_its_ticket),
		CASE(who_floods_takes_nobody_s_place),
		CASE(every_order_fills_it_the_same),
		CASE(it_comes_back_from_its_bytes),
		CASE(bytes_that_were_cut_are_refused),
		CASE(sketches_agree_in_so_many_places),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
