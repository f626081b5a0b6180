/*
 * db_test - what needs no server: how values travel, what an error means, what a template becomes.
 */
#include "common/base/memory.h"
#include "common/flow/postgres_inside.h"
#include "common/io/db.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Arrays. */

static void assert_wire(struct db_array *array, const void *want, size_t size)
{
	const struct db_value value = DB_ARRAY(array);

	assert_int_equal(value.run.size, size);
	assert_memory_equal(value.run.data, want, size);
	db_array_finish(array);
}

static void test_numbers(void **state)
{
	static const unsigned char want[] = {
		0, 0, 0, 1, 0, 0, 0,    0,    0,    0,    0,    20,   0,    0,    0,
		2, 0, 0, 0, 1, 0, 0,    0,    8,    0,    0,    0,    0,    0,    0,
		1, 2, 0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	struct db_array array = { 0 };

	(void)state;
	db_array_clear(&array, DB_KIND_INT);
	db_array_number(&array, 258);
	db_array_number(&array, -1);
	assert_wire(&array, want, sizeof(want));
}

static void test_runs(void **state)
{
	static const unsigned char want[] = { 0,   0,   0,    1,    0,    0,    0, 1, 0, 0, 0, 25,
		                              0,   0,   0,    3,    0,    0,    0, 1, 0, 0, 0, 2,
		                              'h', 'i', 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
	struct db_array array = { 0 };

	(void)state;
	db_array_clear(&array, DB_KIND_TEXT);
	db_array_run(&array, bytes_of("hi"));
	db_array_run(&array, (struct bytes){ NULL, 0 });
	db_array_run(&array, bytes_of(""));
	assert_wire(&array, want, sizeof(want));
}

static void test_none(void **state)
{
	static const unsigned char want[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17 };
	struct db_array array = { 0 };

	(void)state;
	db_array_clear(&array, DB_KIND_BYTES);
	assert_wire(&array, want, sizeof(want));
}

static void test_times(void **state)
{
	static const struct {
		int64_t us;
		uint64_t wire;
	} cases[] = {
		{ INT64_C(946684800000000), 0 },
		{ INT64_C(946684800000001), 1 },
		{ 0, (uint64_t)-INT64_C(946684800000000) },
		{ INT64_MIN, UINT64_C(1) << 63 },
		{ INT64_MAX, INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct db_array array = { 0 };
		struct db_value value;

		db_array_clear(&array, DB_KIND_TIME);
		db_array_time(&array, (struct instant){ cases[i].us });
		value = DB_ARRAY(&array);
		assert_true(bytes_u64((const unsigned char *)value.run.data + 24) == cases[i].wire);
		db_array_finish(&array);
	}
}

static void test_cleared(void **state)
{
	static const unsigned char want[] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0,
		                              0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1 };
	struct db_array array = { 0 };

	(void)state;
	db_array_clear(&array, DB_KIND_TEXT);
	db_array_null(&array);
	db_array_clear(&array, DB_KIND_BOOL);
	db_array_number(&array, 1);
	assert_wire(&array, want, sizeof(want));
}

/* Errors. */

static void test_states(void **state)
{
	static const struct {
		const char *state;
		enum status status;
	} cases[] = {
		{ "22003", STATUS_REJECT }, { "22P05", STATUS_REJECT }, { "23505", STATUS_FATAL },
		{ "42P01", STATUS_FATAL },  { "08006", STATUS_RETRY },  { "40001", STATUS_RETRY },
		{ "40P01", STATUS_RETRY },  { "53300", STATUS_RETRY },  { "57P01", STATUS_RETRY },
		{ "55P03", STATUS_RETRY },  { "OM001", STATUS_RETRY },  { "", STATUS_RETRY },
		{ NULL, STATUS_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(db_classify(cases[i].state), cases[i].status);
}

/* Templates. */

static void test_templates(void **state)
{
	static const struct placeholder places[] = { { "a", "1" },
		                                     { "ab", "{x}" },
		                                     { "none", "" } };
	static const struct {
		const char *template;
		const char *want;
	} cases[] = {
		{ "", "" },
		{ "nothing to do", "nothing to do" },
		{ "{a}", "1" },
		{ "<{a}{ab}|{none}>{a}", "<1{x}|>1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *const text = template_expand(cases[i].template, places, COUNT_OF(places));

		assert_string_equal(text, cases[i].want);
		memory_free(text);
	}
}

struct row {
	const char *id;
	int64_t key;
	bool open;
	struct instant due;
	struct bytes blob;
};

static const struct column columns[] = { COLUMN(struct row, id),   COLUMN(struct row, key),
	                                 COLUMN(struct row, open), COLUMN(struct row, due),
	                                 COLUMN(struct row, blob), COLUMN_END };

static void test_statements(void **state)
{
	static const struct state_table table = { .name = "thing",
		                                  .columns = columns,
		                                  .key_columns = 2,
		                                  .row_size = sizeof(struct row) };
	struct postgres_table it;

	(void)state;
	postgres_table_init(&it, &table);
	assert_string_equal(it.save.name, "thing_state_save");
	assert_int_equal(it.save.params, 6);
	assert_string_equal(
	    it.save.sql,
	    "insert into thing (shard, \"id\", \"key\", \"open\", \"due\", \"blob\")\n"
	    "select unnest($1::integer[]), unnest($2::text[]), unnest($3::bigint[]), "
	    "unnest($4::boolean[]), unnest($5::timestamptz[]), unnest($6::bytea[])\n"
	    "on conflict (shard, \"id\", \"key\") do update set \"open\" = excluded.\"open\", "
	    "\"due\" = excluded.\"due\", \"blob\" = excluded.\"blob\"\n");
	assert_int_equal(it.remove.params, 3);
	assert_non_null(strstr(it.remove.sql,
	                       "there.\"id\" = wanted.\"id\" and there.\"key\" = wanted.\"key\""));
	assert_int_equal(it.load.params, 3);
	assert_non_null(strstr(it.load.sql, "unnest($2::text[], $3::bigint[])"));
	postgres_table_finish(&it);
}

static void test_all_key(void **state)
{
	static const struct column keys[] = { COLUMN(struct row, id), COLUMN_END };
	static const struct state_table table = {
		.name = "flag", .columns = keys, .key_columns = 1, .row_size = sizeof(struct row)
	};
	struct postgres_table it;

	(void)state;
	postgres_table_init(&it, &table);
	assert_non_null(strstr(it.save.sql, "on conflict (shard, \"id\") do nothing\n"));
	assert_non_null(strstr(it.load_all.sql, "and $2::text = $2::text"));
	postgres_table_finish(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "an array of numbers is big-endian, each with its size", test_numbers, NULL, NULL,
		  NULL },
		{ "in an array of texts NULL and empty differ", test_runs, NULL, NULL, NULL },
		{ "an array without elements has no dimension", test_none, NULL, NULL, NULL },
		{ "times count from 2000, and the extremes are the infinities", test_times, NULL,
		  NULL, NULL },
		{ "a cleared array has forgotten elements, kind and NULLs", test_cleared, NULL,
		  NULL, NULL },
		{ "a SQLSTATE decides what can be done next", test_states, NULL, NULL, NULL },
		{ "a template's placeholders are replaced once", test_templates, NULL, NULL, NULL },
		{ "a state table's declaration makes its statements", test_statements, NULL, NULL,
		  NULL },
		{ "a table that is all key has nothing to update", test_all_key, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
