/* cache_test - rows in memory: bounded, undone with their event, let go only when the store has them. */
#include "common/flow/cache.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BOUND 4000
#define MANY 100

enum { LOOSE, RESIDENT, TABLES };

static const struct state_table loose = { .name = "loose" };
static const struct state_table resident = { .name = "resident", .resident = true };
static const struct state_table *const tables[TABLES] = { &loose, &resident };

static struct cache *cache;

static int start(void **state)
{
	(void)state;
	cache = cache_create(tables, TABLES, BOUND);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	cache_destroy(cache);
	return 0;
}

static struct bytes key_of(int number)
{
	static char text[16];

	(void)snprintf(text, sizeof(text), "key-%04d", number);
	return bytes_of(text);
}

static bool is(int table, int number, const char *value)
{
	const struct cache_row *const row = cache_find(cache, table, key_of(number));

	return row != NULL && bytes_equal(row->packed, bytes_of(value));
}

static void the_place_of_a_table_is_that_of_its_declaration(void **state)
{
	(void)state;
	assert_int_equal(cache_table(cache, &loose), LOOSE);
	assert_int_equal(cache_table(cache, &resident), RESIDENT);
}

static void rows_beyond_the_bound_go_and_can_be_put_again(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		(void)cache_put(cache, LOOSE, key_of(i), bytes_of("stored"));
	assert_true(cache_memory(cache) > BOUND);
	assert_true(is(LOOSE, 0, "stored")); /* which makes it the one used last */
	cache_settle(cache);
	assert_true(cache_memory(cache) <= BOUND);
	assert_null(cache_find(cache, LOOSE, key_of(1)));
	assert_true(is(LOOSE, 0, "stored"));
	assert_true(is(LOOSE, MANY - 1, "stored"));
	(void)cache_put(cache, LOOSE, key_of(1), bytes_of("stored"));
	assert_true(is(LOOSE, 1, "stored"));
}

static void resident_rows_take_no_room_of_the_others(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++) {
		(void)cache_put(cache, RESIDENT, key_of(i), bytes_of("stored"));
		cache_change(cache, RESIDENT, key_of(i), bytes_of("changed to something longer"));
	}
	cache_undo(cache);
	for (int i = 0; i < MANY; i++)
		cache_change(cache, RESIDENT, key_of(i), bytes_of("changed"));
	cache_keep(cache);
	(void)cache_put(cache, LOOSE, key_of(1), bytes_of("stored"));
	cache_settle(cache);
	assert_true(cache_memory(cache) > BOUND);
	assert_true(is(LOOSE, 1, "stored"));
	for (int i = 0; i < MANY; i++)
		cache_change(cache, RESIDENT, key_of(i), (struct bytes){ NULL, 0 });
	cache_keep(cache);
	cache_settle(cache);
	for (int i = 0; i < MANY; i++)
		(void)cache_put(cache, LOOSE, key_of(i), bytes_of("stored"));
	cache_settle(cache);
	assert_true(cache_memory(cache) <= BOUND);
	assert_true(cache_memory(cache) > BOUND / 2);
}

static void an_absent_row_is_remembered_as_absent(void **state)
{
	(void)state;
	(void)cache_put(cache, LOOSE, key_of(1), (struct bytes){ 0 });
	assert_non_null(cache_find(cache, LOOSE, key_of(1)));
	assert_null(cache_find(cache, LOOSE, key_of(1))->packed.data);
	assert_null(cache_find(cache, LOOSE, key_of(2)));
	assert_null(cache_find(cache, RESIDENT, key_of(1)));
}

static void a_changed_row_outlives_the_bound_until_its_batch_has_ended(void **state)
{
	(void)state;
	cache_change(cache, LOOSE, key_of(0), bytes_of("new"));
	cache_keep(cache);
	for (int i = 1; i < MANY; i++)
		(void)cache_put(cache, LOOSE, key_of(i), bytes_of("stored"));
	assert_true(is(LOOSE, 0, "new"));
	assert_int_equal(cache_changed_count(cache), 1);
	assert_true(bytes_equal(cache_row_key(cache_changed(cache, 0)), key_of(0)));
	assert_int_equal(cache_row_table(cache_changed(cache, 0)), LOOSE);
	cache_settle(cache);
	assert_int_equal(cache_changed_count(cache), 0);
}

static void what_the_store_says_does_not_overwrite_what_the_batch_changed(void **state)
{
	(void)state;
	cache_change(cache, LOOSE, key_of(0), bytes_of("new"));
	(void)cache_put(cache, LOOSE, key_of(0), bytes_of("old"));
	assert_true(is(LOOSE, 0, "new"));
}

static void undone_changes_never_were_but_kept_ones_stay(void **state)
{
	(void)state;
	(void)cache_put(cache, LOOSE, key_of(0), bytes_of("stored"));
	cache_change(cache, LOOSE, key_of(0), bytes_of("kept"));
	cache_keep(cache);
	cache_change(cache, LOOSE, key_of(0), bytes_of("undone"));
	cache_change(cache, LOOSE, key_of(0), (struct bytes){ 0 });
	cache_change(cache, LOOSE, key_of(1), bytes_of("undone"));
	cache_undo(cache);
	assert_true(is(LOOSE, 0, "kept"));
	assert_int_equal(cache_changed_count(cache), 1);
	cache_change(cache, LOOSE, key_of(1), bytes_of("again"));
	cache_keep(cache);
	assert_true(is(LOOSE, 1, "again"));
	assert_int_equal(cache_changed_count(cache), 2);
}

static void some_of_the_changes_are_undone_by_their_number(void **state)
{
	(void)state;
	cache_change(cache, LOOSE, key_of(0), bytes_of("first"));
	const size_t count = cache_undoable(cache);

	cache_change(cache, LOOSE, key_of(0), bytes_of("second"));
	cache_change(cache, LOOSE, key_of(1), bytes_of("second"));
	cache_undo_to(cache, count);
	assert_true(is(LOOSE, 0, "first"));
	assert_int_equal(cache_changed_count(cache), 1);
	cache_undo(cache);
	assert_int_equal(cache_changed_count(cache), 0);
	assert_int_equal(cache_undoable(cache), 0);
}

static void resident_rows_are_walked_in_the_order_of_their_keys(void **state)
{
	struct bytes after = { 0 };
	const struct cache_row *row;
	int seen = 0;

	(void)state;
	for (int i = 0; i < MANY; i++)
		(void)cache_put(cache, RESIDENT, key_of(i * 37 % MANY), bytes_of("stored"));
	cache_change(cache, RESIDENT, key_of(5), (struct bytes){ 0 });
	cache_keep(cache);
	cache_settle(cache); /* of a resident table nothing goes but what was removed */
	while ((row = cache_next(cache, RESIDENT, bytes_of("key-"), after)) != NULL) {
		seen += seen == 5;
		assert_true(bytes_equal(cache_row_key(row), key_of(seen)));
		after = cache_row_key(row);
		seen++;
	}
	assert_int_equal(seen, MANY);
	assert_null(cache_next(cache, RESIDENT, bytes_of("other"), (struct bytes){ 0 }));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_place_of_a_table_is_that_of_its_declaration),
		CASE(rows_beyond_the_bound_go_and_can_be_put_again),
		CASE(resident_rows_take_no_room_of_the_others),
		CASE(an_absent_row_is_remembered_as_absent),
		CASE(a_changed_row_outlives_the_bound_until_its_batch_has_ended),
		CASE(what_the_store_says_does_not_overwrite_what_the_batch_changed),
		CASE(undone_changes_never_were_but_kept_ones_stay),
		CASE(some_of_the_changes_are_undone_by_their_number),
		CASE(resident_rows_are_walked_in_the_order_of_their_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
