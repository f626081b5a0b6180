#include "common/flow/state.h"

#include "common/base/bytes.h"
#include "common/base/check.h"

#include <string.h>

#define ABSENT UINT32_MAX /* in the place of a size: NULL */

size_t state_column_count(const struct state_table *table)
{
	size_t count = 0;

	while (table->columns[count].name != NULL)
		count++;
	CHECK(count <= STATE_COLUMNS_MAX);
	return count;
}

static int64_t column_number(const struct column *column, const void *row)
{
	const unsigned char *const field = (const unsigned char *)row + column->offset;
	int64_t number;
	bool truth;

	if (column->kind == COLUMN_BOOL) {
		memcpy(&truth, field, sizeof(truth));
		return truth ? 1 : 0;
	}
	memcpy(&number, field, sizeof(number));
	return number;
}

static struct bytes column_run(const struct column *column, const void *row)
{
	const unsigned char *const field = (const unsigned char *)row + column->offset;
	const char *text;
	struct bytes run;

	if (column->kind == COLUMN_TEXT) {
		memcpy(&text, field, sizeof(text));
		return bytes_of(text);
	}
	memcpy(&run, field, sizeof(run));
	return run;
}

static bool column_is_run(const struct column *column)
{
	return column->kind == COLUMN_TEXT || column->kind == COLUMN_BYTES;
}

static size_t packed_size(const struct column *columns, const void *row)
{
	size_t size = 0;

	for (; columns->name != NULL; columns++)
		size += column_is_run(columns) ? 4 + column_run(columns, row).size + 1 : 8;
	return size;
}

static const struct column *behind_key(const struct state_table *table)
{
	return table->columns + table->key_columns;
}

static unsigned char *put_run(unsigned char *at, struct bytes run)
{
	const uint32_t size = run.data == NULL ? ABSENT : (uint32_t)run.size;

	memcpy(at, &size, sizeof(size));
	at += sizeof(size);
	if (run.size > 0)
		memcpy(at, run.data, run.size);
	at[run.size] = '\0';
	return at + run.size + 1;
}

struct bytes state_pack(struct arena *arena, const struct state_table *table, const void *row)
{
	const size_t size = packed_size(behind_key(table), row);
	unsigned char *const data = arena_alloc(arena, size + 1);
	unsigned char *at = data;

	for (const struct column *column = behind_key(table); column->name != NULL; column++) {
		if (column_is_run(column)) {
			at = put_run(at, column_run(column, row));
			continue;
		}
		const int64_t number = column_number(column, row);

		memcpy(at, &number, sizeof(number));
		at += sizeof(number);
	}
	return (struct bytes){ data, (size_t)(at - data) };
}

static const unsigned char *take_field(const struct column *column, const unsigned char *at,
                                       void *row)
{
	unsigned char *const field = (unsigned char *)row + column->offset;
	int64_t number;
	uint32_t size;

	if (!column_is_run(column)) {
		memcpy(&number, at, sizeof(number));
		const bool truth = number != 0;

		if (column->kind == COLUMN_BOOL)
			memcpy(field, &truth, sizeof(truth));
		else
			memcpy(field, &number, sizeof(number));
		return at + sizeof(number);
	}
	memcpy(&size, at, sizeof(size));
	at += sizeof(size);
	const char *const text = size == ABSENT ? NULL : (const char *)at;
	const struct bytes run = { text, size == ABSENT ? 0 : size };

	if (column->kind == COLUMN_TEXT)
		memcpy(field, &text, sizeof(text));
	else
		memcpy(field, &run, sizeof(run));
	return at + run.size + 1;
}

void state_unpack_key(const struct state_table *table, struct bytes key, void *row)
{
	const unsigned char *at = key.data;

	for (const struct column *column = table->columns;
	     column < table->columns + table->key_columns; column++) {
		unsigned char *const field = (unsigned char *)row + column->offset;

		if (column->kind == COLUMN_TEXT) {
			const char *const text = (const char *)at;

			memcpy(field, &text, sizeof(text));
			at += strlen(text) + 1;
			continue;
		}
		const int64_t number = (int64_t)(bytes_u64(at) ^ (UINT64_C(1) << 63));
		const bool truth = number != 0;

		if (column->kind == COLUMN_BOOL)
			memcpy(field, &truth, sizeof(truth));
		else
			memcpy(field, &number, sizeof(number));
		at += sizeof(number);
	}
	CHECK(at == (const unsigned char *)key.data + key.size);
}

void state_unpack(const struct state_table *table, struct bytes key, struct bytes packed, void *row)
{
	const unsigned char *at = packed.data;

	state_unpack_key(table, key, row);
	for (const struct column *column = behind_key(table); column->name != NULL; column++)
		at = take_field(column, at, row);
	CHECK(at == (const unsigned char *)packed.data + packed.size);
}

static size_t key_size(const struct state_table *table, const void *row, size_t columns)
{
	size_t size = 0;

	for (const struct column *column = table->columns; column < table->columns + columns;
	     column++)
		size += column_is_run(column) ? column_run(column, row).size + 1 : sizeof(int64_t);
	return size;
}

/* Text has no NUL, so a NUL ends it and sorts before all; a number's sign bit is turned over. */
struct bytes state_key(struct arena *arena, const struct state_table *table, const void *row,
                       size_t columns)
{
	CHECK(columns <= table->key_columns);

	unsigned char *const data = arena_alloc(arena, key_size(table, row, columns) + 1);
	unsigned char *at = data;

	for (const struct column *column = table->columns; column < table->columns + columns;
	     column++) {
		if (column_is_run(column)) {
			const struct bytes run = column_run(column, row);

			CHECK(run.data != NULL && column->kind == COLUMN_TEXT);
			memcpy(at, run.data, run.size + 1);
			at += run.size + 1;
			continue;
		}
		const uint64_t number = (uint64_t)column_number(column, row) ^ (UINT64_C(1) << 63);

		for (int shift = 56; shift >= 0; shift -= 8)
			*at++ = (unsigned char)(number >> shift);
	}
	return (struct bytes){ data, (size_t)(at - data) };
}
