/* state_test - rows packed and unpacked, and keys that order as their columns do. */
#include "common/flow/state.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct row {
	const char *name;
	int64_t number;
	bool truth;
	struct instant at;
	const char *text;
	struct bytes run;
};

static const struct column columns[] = { COLUMN(struct row, name),
	                                 COLUMN(struct row, number),
	                                 COLUMN(struct row, truth),
	                                 COLUMN(struct row, at),
	                                 COLUMN(struct row, text),
	                                 COLUMN(struct row, run),
	                                 COLUMN_END };
static const struct state_table table = {
	.name = "row", .columns = columns, .key_columns = 2, .row_size = sizeof(struct row)
};

static void what_was_packed_comes_back(void **state)
{
	static const struct row rows[] = {
		{ "領収書", INT64_MIN, true, { 5 }, "ok", { "a\0b", 3 } },
		{ "", INT64_MAX, false, { INT64_MIN }, NULL, { NULL, 0 } },
		{ "a", 0, true, { -1 }, "", { "", 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct row back;

		memset(&back, 0x5a, sizeof(back));
		state_unpack(&table, state_key(arena, &table, &rows[i], table.key_columns),
		             state_pack(arena, &table, &rows[i]), &back);
		assert_string_equal(back.name, rows[i].name);
		assert_int_equal(back.number, rows[i].number);
		assert_int_equal(back.truth, rows[i].truth);
		assert_int_equal(back.at.us, rows[i].at.us);
		assert_int_equal(back.text == NULL, rows[i].text == NULL);
		assert_int_equal(back.run.data == NULL, rows[i].run.data == NULL);
		assert_true(bytes_equal(bytes_of(back.text), bytes_of(rows[i].text)));
		assert_true(bytes_equal(back.run, rows[i].run));
	}
}

static void equal_rows_pack_to_equal_bytes(void **state)
{
	char name[] = "a";
	const struct row one = { .name = "a", .number = 7, .text = "x" };
	const struct row same = { .name = name, .number = 7, .text = "x" };
	const struct row other = { .name = "a", .number = 7, .text = NULL };

	(void)state;
	assert_true(bytes_equal(state_pack(arena, &table, &one), state_pack(arena, &table, &same)));
	assert_false(
	    bytes_equal(state_pack(arena, &table, &one), state_pack(arena, &table, &other)));
}

static void keys_order_by_text_and_then_by_number(void **state)
{
	static const struct row ordered[] = {
		{ .name = "", .number = INT64_MAX }, { .name = "a", .number = INT64_MIN },
		{ .name = "a", .number = -1 },       { .name = "a", .number = 0 },
		{ .name = "a", .number = 256 },      { .name = "a\x01", .number = 0 },
		{ .name = "ab", .number = -9 },      { .name = "b", .number = INT64_MIN },
		{ .name = "領", .number = 0 },
	};

	(void)state;
	for (size_t i = 0; i + 1 < COUNT_OF(ordered); i++)
		assert_true(bytes_compare(state_key(arena, &table, &ordered[i], 2),
		                          state_key(arena, &table, &ordered[i + 1], 2)) < 0);
}

static void a_key_of_fewer_columns_begins_those_of_more(void **state)
{
	const struct row row = { .name = "a", .number = 3 };
	const struct row longer = { .name = "ab", .number = 3 };
	struct bytes prefix;
	struct bytes key;

	(void)state;
	prefix = state_key(arena, &table, &row, 1);
	key = state_key(arena, &table, &row, 2);
	assert_true(key.size > prefix.size);
	assert_memory_equal(key.data, prefix.data, prefix.size);
	key = state_key(arena, &table, &longer, 2);
	assert_memory_not_equal(key.data, prefix.data, prefix.size);
	assert_int_equal(state_key(arena, &table, &row, 0).size, 0);
	assert_int_equal(state_column_count(&table), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_back),
		cmocka_unit_test(equal_rows_pack_to_equal_bytes),
		cmocka_unit_test(keys_order_by_text_and_then_by_number),
		cmocka_unit_test(a_key_of_fewer_columns_begins_those_of_more),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
