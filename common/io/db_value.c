/*
 * db_value - values as PostgreSQL's binary protocol has them.
 *
 * An array is: dimensions (0 or 1), whether it has NULLs, the type of its elements, their number, the
 * index of the first (1); then each element as its size (-1: NULL) and its bytes. Numbers are big-endian;
 * a timestamptz is microseconds since 2000, its extremes are the infinities.
 */
#include "common/io/db_inside.h"

#include "common/base/check.h"

#include <string.h>

#define ARRAY_HEADER 20
#define ARRAY_HEADER_EMPTY 12 /* without a dimension there is no number and no first index */
#define PG_EPOCH_US INT64_C(946684800000000) /* 2000-01-01 */

static const struct {
	const char *name;
	uint32_t oid; /* pg_type.dat: the numbers of built-in types never change */
	uint32_t size;
} kinds[] = {
	[DB_KIND_INT] = { "bigint", 20, 8 },   [DB_KIND_SMALL] = { "integer", 23, 4 },
	[DB_KIND_BOOL] = { "boolean", 16, 1 }, [DB_KIND_TIME] = { "timestamptz", 1184, 8 },
	[DB_KIND_TEXT] = { "text", 25, 0 },    [DB_KIND_BYTES] = { "bytea", 17, 0 },
};

const char *db_kind_name(enum db_kind kind)
{
	CHECK(kind < COUNT_OF(kinds));
	return kinds[kind].name;
}

uint32_t db_kind_oid(enum db_kind kind)
{
	CHECK(kind < COUNT_OF(kinds));
	return kinds[kind].oid;
}

static int64_t time_to_wire(int64_t us)
{
	return us == INT64_MIN || us == INT64_MAX ? us : us - PG_EPOCH_US;
}

static int64_t time_from_wire(int64_t us)
{
	return us == INT64_MIN || us == INT64_MAX ? us : us + PG_EPOCH_US;
}

static void put_u64(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = size; i > 0; i--, value >>= 8)
		at[i - 1] = (unsigned char)value;
}

struct wire db_value_wire(const struct db_value *value, unsigned char room[static 8])
{
	const uint32_t size = value->kind == DB_KIND_ARRAY ? 0 : kinds[value->kind].size;

	if (size == 0) {
		CHECK(value->run.size <= INT32_MAX);
		return (struct wire){ value->run.data, (int)value->run.size };
	}
	put_u64(room,
	        (uint64_t)(value->kind == DB_KIND_TIME ? time_to_wire(value->number)
	                                               : value->number),
	        size);
	return (struct wire){ (const char *)room, (int)size };
}

void db_array_clear(struct db_array *array, enum db_kind kind)
{
	static const unsigned char header[ARRAY_HEADER];

	CHECK(kind < COUNT_OF(kinds));
	array->kind = kind;
	array->count = 0;
	array->nulls = false;
	buffer_clear(&array->buffer);
	buffer_add(&array->buffer, header, sizeof(header));
}

static void add_number(struct db_array *array, int64_t number)
{
	const uint32_t size = kinds[array->kind].size;
	unsigned char element[4 + 8];

	CHECK(size > 0);
	put_u64(element, size, 4);
	put_u64(element + 4, (uint64_t)number, size);
	buffer_add(&array->buffer, element, 4 + size);
	array->count++;
}

void db_array_number(struct db_array *array, int64_t number)
{
	CHECK(array->kind != DB_KIND_TIME);
	add_number(array, number);
}

void db_array_time(struct db_array *array, struct instant instant)
{
	CHECK(array->kind == DB_KIND_TIME);
	add_number(array, time_to_wire(instant.us));
}

void db_array_null(struct db_array *array)
{
	buffer_add_u32(&array->buffer, UINT32_MAX);
	array->nulls = true;
	array->count++;
}

void db_array_run(struct db_array *array, struct bytes run)
{
	CHECK(kinds[array->kind].size == 0);
	CHECK(run.size <= INT32_MAX);
	if (run.data == NULL) {
		db_array_null(array);
		return;
	}
	buffer_add_u32(&array->buffer, (uint32_t)run.size);
	buffer_add(&array->buffer, run.data, run.size);
	array->count++;
}

struct db_value db_array_value(struct db_array *array)
{
	unsigned char *const at = array->buffer.data;

	CHECK(array->buffer.size >= ARRAY_HEADER);
	put_u64(at, array->count > 0 ? 1 : 0, 4);
	put_u64(at + 4, array->nulls ? 1 : 0, 4);
	put_u64(at + 8, db_kind_oid(array->kind), 4);
	put_u64(at + 12, array->count, 4);
	put_u64(at + 16, 1, 4);
	return (struct db_value){
		.kind = DB_KIND_ARRAY,
		.run = { at, array->count > 0 ? array->buffer.size : ARRAY_HEADER_EMPTY },
	};
}

void db_array_finish(struct db_array *array)
{
	buffer_finish(&array->buffer);
}

size_t db_rows_count(const struct db_rows *rows)
{
	return rows->count;
}

bool db_is_null(const struct db_rows *rows, size_t row, int column)
{
	return PQgetisnull(rows->result, (int)row, column) != 0;
}

int64_t db_int(const struct db_rows *rows, size_t row, int column)
{
	const unsigned char *const at =
	    (const unsigned char *)PQgetvalue(rows->result, (int)row, column);

	switch (PQgetlength(rows->result, (int)row, column)) {
	case 1: return at[0];
	case 4: return (int32_t)bytes_u32(at);
	case 8: return (int64_t)bytes_u64(at);
	default: CHECK(!"a number of 1, 4 or 8 bytes"); return 0;
	}
}

struct instant db_time(const struct db_rows *rows, size_t row, int column)
{
	if (db_is_null(rows, row, column))
		return TIME_MIN;
	return (struct instant){ time_from_wire(db_int(rows, row, column)) };
}

const char *db_text(const struct db_rows *rows, size_t row, int column)
{
	return db_is_null(rows, row, column) ? NULL : PQgetvalue(rows->result, (int)row, column);
}

struct bytes db_bytes(const struct db_rows *rows, size_t row, int column)
{
	if (db_is_null(rows, row, column))
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ PQgetvalue(rows->result, (int)row, column),
		               (size_t)PQgetlength(rows->result, (int)row, column) };
}
