/*
 * kpi_sketch_test - a sketch is the same bytes whatever came first, and its quantiles are as near as it says.
 */
#include "services/kpi-aggregator/sketch/sketch.h"
#include "services/kpi-aggregator/sketch/varint.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define VALUES 2000
#define GROUPS 7

static const int32_t asked[] = { 0, 1, 10000, 250000, 500000, 900000, 950000, 999999, 1000000 };

static struct sketch sketch_of(const int64_t *values, size_t count)
{
	struct sketch it = { NULL, 0 };

	for (size_t i = 0; i < count; i++)
		it = sketch_with(arena, it, sketch_place(values[i]), 1);
	return it;
}

static void assert_same(struct sketch a, struct sketch b)
{
	assert_true(bytes_equal(sketch_pack(arena, a), sketch_pack(arena, b)));
}

static int64_t quantile(struct sketch it, int32_t ppm)
{
	int64_t value = -1;

	assert_true(sketch_quantile(it, ppm, &value));
	return value;
}

/* Of every size, as spans are: a random number of bits, some of them random. */
static void draw(struct chance *chance, int64_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		values[i] = (int64_t)(chance_next(chance) >> chance_between(chance, 1, 63));
}

static void shuffle(struct chance *chance, int64_t *values, int count)
{
	for (int i = count - 1; i > 0; i--) {
		const int other = chance_below(chance, i + 1);
		const int64_t kept = values[i];

		values[i] = values[other];
		values[other] = kept;
	}
}

static int ascending(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a;
	const int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void a_bucket_begins_where_the_one_before_it_ends(void **state)
{
	static const struct {
		int64_t value;
		int32_t place;
	} cases[] = {
		{ INT64_MIN, 0 },
		{ -1, 0 },
		{ 0, 0 },
		{ 1, 1 },
		{ 127, 127 },
		{ 128, 128 },
		{ 129, 128 },
		{ 130, 129 },
		{ 255, 191 },
		{ 256, 192 },
		{ 259, 192 },
		{ 260, 193 },
		{ 511, 255 },
		{ 512, 256 },
		{ INT64_C(1) << 62, SKETCH_PLACES - 64 },
		{ (INT64_C(1) << 62) - 1, SKETCH_PLACES - 65 },
		{ INT64_MAX - (INT64_C(1) << 56), SKETCH_PLACES - 2 },
		{ INT64_MAX - (INT64_C(1) << 56) + 1, SKETCH_PLACES - 1 },
		{ INT64_MAX, SKETCH_PLACES - 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(sketch_place(cases[i].value), cases[i].place);
	for (int32_t place = 1; place < SKETCH_PLACES; place++) {
		assert_int_equal(sketch_place(sketch_value(place)), place);
		assert_true(sketch_value(place - 1) < sketch_value(place));
	}
}

/* What a place stands for, against any value in it: |found - true| * 128 <= true. */
static void assert_near(int64_t found, int64_t value)
{
	const int64_t off = found > value ? found - value : value - found;

	assert_true(off <= value / 128);
}

static void a_value_is_off_by_a_part_of_128_at_most(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 1);
	for (int64_t value = 0; value < 100000; value++)
		assert_near(sketch_value(sketch_place(value)), value);
	for (int i = 0; i < 100000; i++) {
		int64_t value;

		draw(&chance, &value, 1);
		assert_near(sketch_value(sketch_place(value)), value);
	}
	for (int power = 7; power < 63; power++)
		for (int64_t near = -2; near <= 2; near++) {
			const int64_t value = (INT64_C(1) << power) + near;

			assert_near(sketch_value(sketch_place(value)), value);
		}
	assert_near(sketch_value(sketch_place(INT64_MAX)), INT64_MAX);
}

static void a_quantile_is_as_near_to_the_exact_one(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 2);
	for (int round = 0; round < 30; round++) {
		const int count = chance_between(&chance, 1, 300);
		int64_t values[300];
		struct sketch it;

		draw(&chance, values, (size_t)count);
		it = sketch_of(values, (size_t)count);
		qsort(values, (size_t)count, sizeof(*values), ascending);
		for (size_t i = 0; i < COUNT_OF(asked); i++) {
			const int64_t rank =
			    (count * (int64_t)asked[i] + SKETCH_WHOLE_PPM - 1) / SKETCH_WHOLE_PPM;

			assert_near(quantile(it, asked[i]), values[rank > 0 ? rank - 1 : 0]);
		}
	}
}

static void small_values_have_exact_quantiles(void **state)
{
	static const int64_t two[] = { 7, 3 };
	static const int64_t below[] = { -5, INT64_MIN, 4 };

	(void)state;
	assert_int_equal(quantile(sketch_of(two, 2), 0), 3);
	assert_int_equal(quantile(sketch_of(two, 2), 500000), 3);
	assert_int_equal(quantile(sketch_of(two, 2), 500001), 7);
	assert_int_equal(quantile(sketch_of(two, 2), 1000000), 7);
	assert_int_equal(quantile(sketch_of(below, 3), 500000), 0);
	assert_int_equal(quantile(sketch_of(below, 3), 1000000), 4);
}

/* Any cut of the values into groups, merged as a tree or a chain. */
static struct sketch merged(struct chance *chance, const int64_t *values, int count)
{
	struct sketch groups[GROUPS];
	int left = GROUPS;
	int from = 0;

	for (int i = 0; i < GROUPS; i++) {
		const int size =
		    i == GROUPS - 1 ? count - from : chance_below(chance, count - from + 1);

		groups[i] = sketch_of(values + from, (size_t)size);
		from += size;
	}
	for (; left > 1; left--) {
		const int one = chance_below(chance, left - 1);

		groups[one] = sketch_merge(arena, groups[left - 1], groups[one]);
	}
	return groups[0];
}

static void any_order_and_any_grouping_gives_the_same_bytes(void **state)
{
	struct chance chance;
	static int64_t values[VALUES];
	struct sketch first;

	(void)state;
	chance_seed(&chance, 3);
	draw(&chance, values, VALUES);
	first = sketch_of(values, VALUES);
	assert_int_equal(sketch_total(first), VALUES);
	for (int round = 0; round < 20; round++) {
		shuffle(&chance, values, VALUES);
		assert_same(merged(&chance, values, VALUES), first);
	}
}

static void what_is_taken_back_was_never_there(void **state)
{
	static const int64_t kept[] = { 1, 500, 70000, INT64_MAX };
	struct chance chance;
	int64_t others[100];
	struct sketch it = sketch_of(kept, COUNT_OF(kept));
	int64_t value = 42;

	(void)state;
	chance_seed(&chance, 4);
	draw(&chance, others, COUNT_OF(others));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		it = sketch_with(arena, it, sketch_place(others[i]), 1);
	shuffle(&chance, others, (int)COUNT_OF(others));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		it = sketch_with(arena, it, sketch_place(others[i]), -1);
	assert_same(it, sketch_of(kept, COUNT_OF(kept)));
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		it = sketch_with(arena, it, sketch_place(kept[i]), -1);
	assert_int_equal(it.count, 0);
	assert_int_equal(sketch_pack(arena, it).size, 0);
	assert_false(sketch_quantile(it, 500000, &value));
	it = sketch_with(arena, sketch_with(arena, it, 7, 10), 9, -1);
	assert_false(sketch_quantile(it, 500000, &value));
	assert_int_equal(value, 42);
}

static void counts_wrap_and_show_no_order_even_then(void **state)
{
	static const int64_t counts[] = { INT64_MAX, INT64_MAX, INT64_MIN, -5, 7 };
	struct sketch forth = { NULL, 0 };
	struct sketch back = { NULL, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		forth = sketch_with(arena, forth, 300, counts[i]);
		back = sketch_with(arena, back, 300, counts[COUNT_OF(counts) - 1 - i]);
	}
	assert_same(forth, back);
	forth = sketch_with(arena, sketch_of(counts, 0), 1, INT64_MAX);
	forth = sketch_with(arena, forth, 2, INT64_MAX);
	assert_int_equal(quantile(forth, 500000), 1);
	assert_int_equal(quantile(forth, 500001), 2);
}

static void a_packed_sketch_is_read_as_it_was(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 5);
	for (int round = 0; round < 200; round++) {
		const int count = chance_below(&chance, 50);
		struct sketch it = { NULL, 0 };
		struct sketch again;

		for (int i = 0; i < count; i++)
			it = sketch_with(arena, it, chance_below(&chance, SKETCH_PLACES),
			                 (int64_t)(chance_next(&chance) >>
			                           chance_between(&chance, 0, 63)) -
			                     chance_below(&chance, 3));
		assert_true(sketch_unpack(arena, sketch_pack(arena, it), &again));
		assert_int_equal(again.count, it.count);
		for (size_t i = 0; i < it.count; i++) {
			assert_int_equal(again.buckets[i].place, it.buckets[i].place);
			assert_true(again.buckets[i].count == it.buckets[i].count);
		}
	}
}

static void bytes_that_are_no_sketch_are_refused(void **state)
{
	static const struct {
		const char *data;
		size_t size;
		bool good;
	} cases[] = {
		{ "\x05\x02", 2, true },
		{ "\xff\x1c\x02", 3, true },  /* the last place */
		{ "\x80\x1d\x02", 3, false }, /* behind the last place */
		{ "\xff\x1c\x02\x00\x02", 5, false },
		{ "\x05", 1, false },         /* no count */
		{ "\x05\x00", 2, false },     /* of none */
		{ "\x85\x00\x02", 3, false }, /* a longer form of 5 */
		{ "\x05\x82\x00", 3, false },
		{ "\x05\x82", 2, false }, /* cut */
		{ "\x80", 1, false },
		{ "\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, true },
		{ "\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, false }, /* 65 bits */
		{ "\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, false },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02", 11, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct sketch it = { NULL, 77 };

		assert_int_equal(sketch_unpack(arena,
		                               (struct bytes){ cases[i].data, cases[i].size }, &it),
		                 cases[i].good);
		assert_int_equal(it.count, cases[i].good ? 1 : 77);
	}
}

static void random_bytes_are_refused_or_are_the_one_form(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 6);
	for (int round = 0; round < 20000; round++) {
		unsigned char data[12];
		const struct bytes bytes = { data, (size_t)chance_below(&chance, 13) };
		struct sketch it;

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (unsigned char)(chance_next(&chance) &
			                          (chance_of(&chance, 300) ? 0xff : 0x1f));
		if (sketch_unpack(arena, bytes, &it))
			assert_true(
			    bytes_equal(sketch_pack(arena, it),
			                bytes.size > 0 ? bytes : (struct bytes){ NULL, 0 }));
	}
}

static void a_folded_number_is_unfolded(void **state)
{
	static const struct {
		int64_t number;
		uint64_t folded;
	} cases[] = {
		{ 0, 0 },
		{ -1, 1 },
		{ 1, 2 },
		{ INT64_MAX, UINT64_MAX - 1 },
		{ INT64_MIN, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(varint_fold(cases[i].number) == cases[i].folded);
		assert_true(varint_unfold(cases[i].folded) == cases[i].number);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_bucket_begins_where_the_one_before_it_ends),
		CASE(a_value_is_off_by_a_part_of_128_at_most),
		CASE(a_quantile_is_as_near_to_the_exact_one),
		CASE(small_values_have_exact_quantiles),
		CASE(any_order_and_any_grouping_gives_the_same_bytes),
		CASE(what_is_taken_back_was_never_there),
		CASE(counts_wrap_and_show_no_order_even_then),
		CASE(a_packed_sketch_is_read_as_it_was),
		CASE(bytes_that_are_no_sketch_are_refused),
		CASE(random_bytes_are_refused_or_are_the_one_form),
		CASE(a_folded_number_is_unfolded),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
