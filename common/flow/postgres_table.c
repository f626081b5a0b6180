/*
 * postgres_table - from the declaration of a state table to the statements that load and save it.
 */
#include "common/flow/postgres_inside.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "gen/flow_sql.h"

#include <stdio.h>
#include <string.h>

#define PLACEHOLDER_SIZE 32
#define STATEMENT_NAME_SIZE 64 /* what the server keeps of one */

/* Templates. */

static const char *find_value(const char *name, size_t size, const struct placeholder *places,
                              size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(places[i].name) == size && strncmp(places[i].name, name, size) == 0)
			return places[i].value;
	}
	return NULL;
}

char *template_expand(const char *template, const struct placeholder *places, size_t count)
{
	struct buffer out = { 0 };

	for (;;) {
		const char *const open = strchr(template, '{');
		const char *const close = open != NULL ? strchr(open, '}') : NULL;
		const char *value;

		if (open == NULL)
			break;
		CHECK(close != NULL && close - open < PLACEHOLDER_SIZE);
		value = find_value(open + 1, (size_t)(close - open - 1), places, count);
		CHECK(value != NULL);
		buffer_add(&out, template, (size_t)(open - template));
		buffer_add(&out, value, strlen(value));
		template = close + 1;
	}
	buffer_add(&out, template, strlen(template) + 1);
	return (char *)out.data;
}

static enum db_kind column_db_kind(const struct column *column)
{
	static const enum db_kind kinds[] = {
		[COLUMN_INT] = DB_KIND_INT,     [COLUMN_BOOL] = DB_KIND_BOOL,
		[COLUMN_TIME] = DB_KIND_TIME,   [COLUMN_TEXT] = DB_KIND_TEXT,
		[COLUMN_BYTES] = DB_KIND_BYTES,
	};

	return kinds[column->kind];
}

/* Adds the form for one column: %n is its quoted name, %k its type, %p the number of its parameter. */
static void add_form(struct buffer *out, const char *form, const struct state_table *table,
                     size_t at)
{
	const struct column *const column = &table->columns[at];
	char parameter[16]; /* parameter 1 is the shard */
	const char *part;

	snprintf(parameter, sizeof(parameter), "%zu", at + 2);
	for (; *form != '\0'; form++) {
		if (*form != '%') {
			buffer_add(out, form, 1);
			continue;
		}
		switch (*++form) {
		case 'n': part = column->name; break;
		case 'k': part = db_kind_name(column_db_kind(column)); break;
		default: part = parameter; break;
		}
		buffer_add(out, part, strlen(part));
	}
}

static char *column_list(const struct state_table *table, size_t from, size_t to, const char *form,
                         const char *between)
{
	struct buffer out = { 0 };

	for (size_t i = from; i < to; i++) {
		if (i > from)
			buffer_add(&out, between, strlen(between));
		add_form(&out, form, table, i);
	}
	buffer_add(&out, "", 1);
	return (char *)out.data;
}

/* Where every column is key there is nothing to change. */
static char *save_action(const struct state_table *table, size_t columns)
{
	char *const sets =
	    column_list(table, table->key_columns, columns, "\"%n\" = excluded.\"%n\"", ", ");
	const struct placeholder place = { "sets", sets };
	char *const action =
	    template_expand(columns > table->key_columns ? "update set {sets}" : "nothing{sets}",
	                    &place, 1);

	memory_free(sets);
	return action;
}

static struct db_statement make(const struct db_statement *template,
                                const struct state_table *table, size_t params,
                                const struct placeholder *places, size_t count)
{
	char name[STATEMENT_NAME_SIZE];

	CHECK(snprintf(name, sizeof(name), "%s_%s", table->name, template->name) <
	      (int)sizeof(name));
	return (struct db_statement){ .name = memory_string(name),
		                      .sql = template_expand(template->sql, places, count),
		                      .params = (int)params };
}

static void make_statements(struct postgres_table *it)
{
	const struct state_table *const table = it->table;
	const size_t keys = table->key_columns;
	const struct placeholder places[] = {
		{ "table", table->name },
		{ "stage", it->shared ? "there.\"stage\"" : "$2::text" },
		{ "columns", column_list(table, 0, it->columns, "\"%n\"", ", ") },
		{ "wanted_columns", column_list(table, 0, it->columns, "there.\"%n\"", ", ") },
		{ "column_places", column_list(table, 0, it->columns, "unnest($%p::%k[])", ", ") },
		{ "keys", column_list(table, 0, keys, "\"%n\"", ", ") },
		{ "key_arrays", column_list(table, 0, keys, "$%p::%k[]", ", ") },
		{ "same_key",
		  column_list(table, 0, keys, "there.\"%n\" = wanted.\"%n\"", " and ") },
		{ "action", save_action(table, it->columns) },
	};

	it->load = make(&sql_state_load, table, keys + 1, places, COUNT_OF(places));
	it->load_all = make(&sql_state_load_all, table, 2, places, COUNT_OF(places));
	it->save = make(&sql_state_save, table, it->columns + 1, places, COUNT_OF(places));
	it->add = make(&sql_state_add, table, it->columns + 1, places, COUNT_OF(places));
	it->remove = make(&sql_state_remove, table, keys + 1, places, COUNT_OF(places));
	for (size_t i = 2; i < COUNT_OF(places); i++)
		memory_free((char *)(uintptr_t)places[i].value);
}

static void statement_free(struct db_statement *statement)
{
	memory_free((char *)(uintptr_t)statement->name);
	memory_free((char *)(uintptr_t)statement->sql);
}

void postgres_table_init(struct postgres_table *it, const struct state_table *table)
{
	enum db_kind kinds[STATE_COLUMNS_MAX + 1] = { DB_KIND_SMALL };

	it->table = table;
	it->columns = state_column_count(table);
	it->shared = text_equal(table->columns[0].name, "stage");
	for (size_t i = 0; i < it->columns; i++)
		kinds[i + 1] = column_db_kind(&table->columns[i]);
	make_statements(it);
	rows_out_init(&it->saved, &it->save, kinds, it->columns + 1);
	rows_out_init(&it->added, &it->add, kinds, it->columns + 1);
	rows_out_init(&it->removed, &it->remove, kinds, table->key_columns + 1);
	rows_out_init(&it->wanted, &it->load, kinds + 1, table->key_columns);
}

void postgres_table_finish(struct postgres_table *it)
{
	rows_out_finish(&it->saved);
	rows_out_finish(&it->added);
	rows_out_finish(&it->removed);
	rows_out_finish(&it->wanted);
	statement_free(&it->load);
	statement_free(&it->load_all);
	statement_free(&it->save);
	statement_free(&it->add);
	statement_free(&it->remove);
}

/* The kinds first: the server's words about a wrong one do not name the table. */
static enum status check_kinds(const struct postgres_table *it, struct db *db, char *reason,
                               size_t size)
{
	uint32_t oids[STATE_COLUMNS_MAX];
	size_t count = 0;

	TRY(db_prepare(db, &it->load_all));
	TRY(db_describe(db, &it->load_all, oids, STATE_COLUMNS_MAX, &count));
	CHECK(count == it->columns);
	for (size_t i = 0; i < count; i++) {
		const enum db_kind kind = column_db_kind(&it->table->columns[i]);

		if (oids[i] == db_kind_oid(kind))
			continue;
		snprintf(reason, size, "table %s, column %s: its type is not %s", it->table->name,
		         it->table->columns[i].name, db_kind_name(kind));
		return STATUS_FATAL;
	}
	return STATUS_OK;
}

enum status postgres_table_prepare(struct postgres_table *it, struct db *db, char *reason,
                                   size_t size)
{
	const struct db_statement *const statements[] = { &it->load, &it->save, &it->add,
		                                          &it->remove };
	enum status status = check_kinds(it, db, reason, size);

	for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(statements); i++)
		status = db_prepare(db, statements[i]);
	if (status != STATUS_OK && reason[0] == '\0')
		snprintf(reason, size, "table %s: %s", it->table->name, db_reason(db));
	return status;
}

/* Rows. */

static void add_field(struct db_array *array, const struct column *column, const void *row)
{
	const unsigned char *const field = (const unsigned char *)row + column->offset;
	struct instant instant;
	struct bytes run;
	const char *text;
	int64_t number;
	bool truth;

	switch (column->kind) {
	case COLUMN_INT:
		memcpy(&number, field, sizeof(number));
		db_array_number(array, number);
		break;
	case COLUMN_BOOL:
		memcpy(&truth, field, sizeof(truth));
		db_array_number(array, truth ? 1 : 0);
		break;
	case COLUMN_TIME:
		memcpy(&instant, field, sizeof(instant));
		if (instant.us == TIME_MIN.us)
			db_array_null(array);
		else
			db_array_time(array, instant);
		break;
	case COLUMN_TEXT:
		memcpy(&text, field, sizeof(text));
		db_array_run(array, bytes_of(text));
		break;
	case COLUMN_BYTES:
		memcpy(&run, field, sizeof(run));
		db_array_run(array, run);
		break;
	}
}

void postgres_table_save(struct postgres_table *it, int32_t shard,
                         const struct state_change *change, void *row)
{
	struct db_array *const arrays = rows_out_next(change->fresh ? &it->added : &it->saved);

	state_unpack(it->table, change->key, change->packed, row);
	db_array_number(&arrays[0], shard);
	for (size_t i = 0; i < it->columns; i++)
		add_field(&arrays[i + 1], &it->table->columns[i], row);
}

void postgres_table_remove(struct postgres_table *it, int32_t shard, struct bytes key, void *row)
{
	struct db_array *const arrays = rows_out_next(&it->removed);

	state_unpack_key(it->table, key, row);
	db_array_number(&arrays[0], shard);
	for (size_t i = 0; i < it->table->key_columns; i++)
		add_field(&arrays[i + 1], &it->table->columns[i], row);
}

void postgres_table_want(struct postgres_table *it, struct bytes key, void *row)
{
	struct db_array *const arrays = rows_out_next(&it->wanted);

	state_unpack_key(it->table, key, row);
	for (size_t i = 0; i < it->table->key_columns; i++)
		add_field(&arrays[i], &it->table->columns[i], row);
}

void postgres_table_read(const struct postgres_table *it, const struct db_rows *rows, int first,
                         void *row)
{
	for (size_t i = 0; i < it->columns; i++) {
		const struct column *const column = &it->table->columns[i];
		unsigned char *const field = (unsigned char *)row + column->offset;
		const int at = first + (int)i;

		if (column->kind == COLUMN_TEXT) {
			const char *const text = db_text(rows, 0, at);

			memcpy(field, &text, sizeof(text));
		} else if (column->kind == COLUMN_BYTES) {
			const struct bytes run = db_bytes(rows, 0, at);

			memcpy(field, &run, sizeof(run));
		} else if (column->kind == COLUMN_TIME) {
			const struct instant instant = db_time(rows, 0, at);

			memcpy(field, &instant, sizeof(instant));
		} else {
			const int64_t number = db_is_null(rows, 0, at) ? 0 : db_int(rows, 0, at);
			const bool truth = number != 0;

			if (column->kind == COLUMN_BOOL)
				memcpy(field, &truth, sizeof(truth));
			else
				memcpy(field, &number, sizeof(number));
		}
	}
}
