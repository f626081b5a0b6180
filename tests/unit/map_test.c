/* map_test - the map against a plain array that does the same, and its sharp edges. */
#include "common/base/map.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ITEMS 2000
#define STEPS 200000

struct item {
	char key[16];
	bool present;
};

static struct item items[ITEMS];

static void fill_items(void)
{
	for (int i = 0; i < ITEMS; i++) {
		items[i].present = false;
		(void)snprintf(items[i].key, sizeof(items[i].key), "key-%d", i);
	}
}

/* A fixed walk, the same on every machine. */
static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static size_t count_by_iteration(const struct map *map)
{
	size_t count = 0;
	void *value;

	for (size_t at = 0; map_next(map, &at, &value);) {
		assert_true(((struct item *)value)->present);
		count++;
	}
	return count;
}

static void the_map_agrees_with_an_array_after_any_history(void **state)
{
	struct map map = { 0 };
	uint64_t seed = 1;
	size_t count = 0;

	(void)state;
	fill_items();
	for (int step = 0; step < STEPS; step++) {
		struct item *const item = &items[next_random(&seed) % ITEMS];
		struct item *const expected = item->present ? item : NULL;
		const struct bytes key = bytes_of(item->key);
		const bool adds = next_random(&seed) % 2 == 0;

		assert_ptr_equal(map_get(&map, key), expected);
		assert_ptr_equal(adds ? map_set(&map, key, item) : map_remove(&map, key), expected);
		count += (size_t)(adds && !item->present) - (size_t)(!adds && item->present);
		item->present = adds;
		assert_int_equal(map.count, count);
	}
	assert_int_equal(count_by_iteration(&map), count);
	map_finish(&map);
}

static void coming_and_going_does_not_make_it_grow(void **state)
{
	struct map map = { 0 };

	(void)state;
	fill_items();
	for (int step = 0; step < STEPS; step++) {
		struct item *const item = &items[step % ITEMS];

		assert_null(map_set(&map, bytes_of(item->key), item));
		assert_ptr_equal(map_remove(&map, bytes_of(item->key)), item);
	}
	assert_int_equal(map.count, 0);
	assert_true(map.capacity <= 16);
	map_finish(&map);
}

static void an_empty_map_answers_everything(void **state)
{
	struct map map = { 0 };
	void *value;
	size_t at = 0;

	(void)state;
	assert_null(map_get(&map, bytes_of("a")));
	assert_null(map_remove(&map, bytes_of("a")));
	assert_false(map_next(&map, &at, &value));
	map_clear(&map);
	map_finish(&map);
}

static void a_new_value_brings_its_own_key(void **state)
{
	char first[] = "same";
	char second[] = "same";
	struct map map = { 0 };

	(void)state;
	assert_null(map_set(&map, bytes_of(first), first));
	assert_ptr_equal(map_set(&map, bytes_of(second), second), first);
	memset(first, 'x', sizeof(first) - 1);
	assert_ptr_equal(map_get(&map, bytes_of("same")), second);
	assert_int_equal(map.count, 1);
	map_finish(&map);
}

static void keys_may_be_empty_or_hold_any_byte(void **state)
{
	int values[4];
	struct map map = { 0 };

	(void)state;
	assert_null(map_set(&map, (struct bytes){ NULL, 0 }, &values[0]));
	assert_null(map_set(&map, (struct bytes){ "\0", 1 }, &values[1]));
	assert_null(map_set(&map, (struct bytes){ "\0\0", 2 }, &values[2]));
	assert_null(map_set(&map, (struct bytes){ "\0\xff", 2 }, &values[3]));
	assert_ptr_equal(map_get(&map, bytes_of("")), &values[0]);
	assert_ptr_equal(map_get(&map, (struct bytes){ "\0", 1 }), &values[1]);
	assert_ptr_equal(map_get(&map, (struct bytes){ "\0\0", 2 }), &values[2]);
	assert_ptr_equal(map_get(&map, (struct bytes){ "\0\xff", 2 }), &values[3]);
	map_finish(&map);
}

static void values_may_be_removed_while_walking(void **state)
{
	struct map map = { 0 };
	size_t seen = 0;
	void *value;

	(void)state;
	fill_items();
	for (int i = 0; i < ITEMS; i++)
		(void)map_set(&map, bytes_of(items[i].key), &items[i]);
	for (size_t at = 0; map_next(&map, &at, &value); seen++)
		(void)map_remove(&map, bytes_of(((struct item *)value)->key));
	assert_int_equal(seen, ITEMS);
	assert_int_equal(map.count, 0);
	map_finish(&map);
}

static void a_cleared_map_starts_anew(void **state)
{
	struct map map = { 0 };

	(void)state;
	fill_items();
	(void)map_set(&map, bytes_of("key-1"), &items[1]);
	map_clear(&map);
	assert_null(map_get(&map, bytes_of("key-1")));
	assert_null(map_set(&map, bytes_of("key-1"), &items[1]));
	assert_int_equal(map.count, 1);
	map_finish(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_map_agrees_with_an_array_after_any_history),
		cmocka_unit_test(coming_and_going_does_not_make_it_grow),
		cmocka_unit_test(an_empty_map_answers_everything),
		cmocka_unit_test(a_new_value_brings_its_own_key),
		cmocka_unit_test(keys_may_be_empty_or_hold_any_byte),
		cmocka_unit_test(values_may_be_removed_while_walking),
		cmocka_unit_test(a_cleared_map_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
