/*
 * kpi_cell_sums_test - sums of a cell are the same in any order, and what does not fit a column is read as it was packed.
 */
#include "services/kpi-aggregator/cell/cell.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct cell_sums random_sums(struct chance *chance)
{
	struct cell_sums it = { .n = chance_between(chance, -9, 9) };

	it.hits = chance_between(chance, -9, 9);
	it.sum = (int64_t)chance_next(chance) >> 20;
	for (size_t i = 0; i < DEFINITION_ASIDES_MAX; i++)
		if (chance_of(chance, 400))
			it.asides[i] =
			    (int64_t)chance_next(chance) >> chance_between(chance, 2, 63);
	it.came = chance_below(chance, 9);
	it.taken_back = chance_below(chance, 9);
	for (int i = chance_below(chance, 4); i > 0; i--)
		it.sketch = sketch_with(arena, it.sketch, chance_below(chance, SKETCH_PLACES),
		                        chance_between(chance, -3, 3));
	return it;
}

static void assert_same(const struct cell_sums *a, const struct cell_sums *b)
{
	assert_memory_equal(a, b, offsetof(struct cell_sums, sketch));
	assert_true(bytes_equal(sketch_pack(arena, a->sketch), sketch_pack(arena, b->sketch)));
}

static void sums_are_the_same_in_any_order(void **state)
{
	struct chance chance;
	struct cell_sums all[20];
	struct cell_sums first = { .n = 0 };

	(void)state;
	chance_seed(&chance, 21);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		all[i] = random_sums(&chance);
		assert_true(cell_add(arena, &first, &all[i]));
	}
	for (int round = 0; round < 100; round++) {
		struct cell_sums again = { .n = 0 };

		for (int i = (int)COUNT_OF(all); i > 0; i--) {
			const int one = chance_below(&chance, i);
			const struct cell_sums last = all[i - 1];

			assert_true(cell_add(arena, &again, &all[one]));
			all[i - 1] = all[one];
			all[one] = last;
		}
		assert_same(&again, &first);
	}
}

static void a_sum_that_does_not_fit_stays_at_its_end(void **state)
{
	const struct cell_sums one = { .n = 1, .sum = -1 };
	struct cell_sums it = { .n = INT64_MAX, .sum = INT64_MIN };

	(void)state;
	assert_false(cell_add(arena, &it, &one));
	assert_true(it.n == INT64_MAX && it.sum == INT64_MIN);
}

static void the_rest_is_read_as_it_was_packed(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 22);
	for (int round = 0; round < 500; round++) {
		const struct cell_sums it = random_sums(&chance);
		struct cell_sums again = it;

		memset(again.asides, 1, sizeof(again.asides));
		again.sketch = (struct sketch){ NULL, 0 };
		assert_true(cell_rest_unpack(arena, cell_rest_pack(arena, &it), &again));
		assert_same(&again, &it);
	}
}

static void a_cell_with_neither_asides_nor_sketch_has_no_rest(void **state)
{
	const struct cell_sums plain = { .n = 5, .hits = 3, .sum = 9, .came = 5 };
	const struct cell_sums aside = { .asides = { 0, -1 } };

	(void)state;
	assert_null(cell_rest_pack(arena, &plain).data);
	assert_int_equal(cell_rest_pack(arena, &plain).size, 0);
	assert_int_equal(cell_rest_pack(arena, &aside).size, 3);
}

static void bytes_that_are_no_rest_are_refused(void **state)
{
	static const struct {
		const char *data;
		size_t size;
		bool good;
	} cases[] = {
		{ "", 0, true },
		{ "\x00", 1, false }, /* says that there is nothing */
		{ "\x01\x02", 2, true },
		{ "\x01", 1, false },         /* cut */
		{ "\x02\x02\x00", 3, false }, /* a needless zero */
		{ "\x05\x02\x02\x02\x02\x02", 6, false },
		{ "\x00\x05\x02", 3, true }, /* a sketch alone */
		{ "\x00\x05", 2, false },
		{ "\x01\x02\x05\x02", 4, true },
		{ "\x01\x02\x05\x00", 4, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct cell_sums it = { .asides = { 7 } };

		assert_int_equal(
		    cell_rest_unpack(arena, (struct bytes){ cases[i].data, cases[i].size }, &it),
		    cases[i].good);
		if (!cases[i].good)
			assert_int_equal(it.asides[0], 7);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(sums_are_the_same_in_any_order),
		CASE(a_sum_that_does_not_fit_stays_at_its_end),
		CASE(the_rest_is_read_as_it_was_packed),
		CASE(a_cell_with_neither_asides_nor_sketch_has_no_rest),
		CASE(bytes_that_are_no_rest_are_refused),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
