#include "common/flow/rebuild_compare.h"

#include "common/base/memory.h"
#include "common/flow/postgres_inside.h"
#include "gen/flow_sql.h"

#include <stdio.h>
#include <string.h>

#define CLAUSE_SIZE 256

/* A table to be compared: which of its rows, and what tells them apart. */
struct compared {
	const char *table;
	const char *columns;
	const char *keys;
	const char *mine;
};

static enum status run_template(struct db *db, const struct db_statement *template,
                                const struct placeholder *places, size_t count)
{
	char *const sql = template_expand(template->sql, places, count);
	const enum status status = db_script(db, sql);

	memory_free(sql);
	return status;
}

static enum status compare_table(struct db *db, const struct rebuild_schemas *schemas,
                                 const struct compared *it)
{
	const struct placeholder places[] = {
		{ "scratch", schemas->scratch },
		{ "schema", schemas->kept },
		{ "table", it->table },
		{ "columns", it->columns },
		{ "keys", it->keys },
		{ "mine", it->mine },
	};

	return run_template(db, &sql_rebuild_difference_add, places, COUNT_OF(places));
}

/* What is told afterwards is prepared here: a failed statement would end the transaction it is in. */
enum status rebuild_compare_prepare(struct db *db, const char *scratch)
{
	const struct placeholder place = { "scratch", scratch };
	enum status status;
	char *sql;

	TRY(run_template(db, &sql_rebuild_difference_create, &place, 1));
	sql = template_expand(sql_rebuild_difference_load.sql, &place, 1);
	status = db_prepare(db, &(struct db_statement){ .name = sql_rebuild_difference_load.name,
	                                                .sql = sql });
	memory_free(sql);
	return status;
}

/* What is compared. */

static enum status compare_state(struct db *db, const struct rebuild_schemas *schemas,
                                 const struct state_table *table, const char *mine)
{
	struct buffer keys = { 0 };
	enum status status;

	for (size_t i = 0; i < table->key_columns; i++) {
		buffer_add(&keys, i == 0 ? "\"" : ", \"", i == 0 ? 1 : 3);
		buffer_add(&keys, table->columns[i].name, strlen(table->columns[i].name));
		buffer_add(&keys, "\"", 1);
	}
	buffer_add(&keys, "", 1);
	status = compare_table(db, schemas,
	                       &(struct compared){ table->name, "there.*", (const char *)keys.data,
	                                           mine });
	buffer_finish(&keys);
	return status;
}

static enum status compare_runtime(struct db *db, const struct rebuild_schemas *schemas,
                                   const char *mine, const char *stream)
{
	const struct compared tables[] = {
		{ "dead_letter", "there.*", "topic, source, sequence", mine },
		{ "parked", "there.*", "park_key, position", mine },
		{ "effect_pending", "there.*", "name, id", mine },
		{ "effect_answered", "there.*", "name, id", mine },
		{ "timer", "there.*", "name, key", mine },
		{ "fact", "there.*", "sequence", stream },
		{ "input_folded", "there.*", "topic, source", mine },
		{ "output_high", "there.*", "topic, partition", mine },
		{ "shard", "stage, shard, batch, now, sequence, folded_count, refusals",
		  "stage, shard", mine },
	};

	for (size_t i = 0; i < COUNT_OF(tables); i++)
		TRY(compare_table(db, schemas, &tables[i]));
	return STATUS_OK;
}

static enum status compare_all(struct db *db, const struct rebuild_schemas *schemas,
                               const struct stage *stage, int32_t number)
{
	char own[CLAUSE_SIZE];
	char shared[CLAUSE_SIZE];
	char stream[CLAUSE_SIZE];

	snprintf(own, sizeof(own), "there.shard = %d", number);
	snprintf(shared, sizeof(shared), "there.shard = %d and there.stage = '%s'", number,
	         stage->name);
	snprintf(stream, sizeof(stream), "there.stream = '%s/%d'", stage->name, number);
	for (size_t i = 0; stage->tables != NULL && stage->tables[i] != NULL; i++)
		TRY(compare_state(db, schemas, stage->tables[i], own));
	return compare_runtime(db, schemas, shared, stream);
}

/* What was found. */

struct found {
	const struct stage *stage;
	int32_t number;
	int64_t differences;
	struct buffer alike;
};

static void tell_row(void *argument, const struct db_rows *row)
{
	struct found *const found = argument;
	const char *const cause = db_text(row, 0, 1);
	char words[CLAUSE_SIZE];

	if (cause[0] == '\0') {
		snprintf(words, sizeof(words), " %s %lld", db_text(row, 0, 0),
		         (long long)db_int(row, 0, 2));
		buffer_add(&found->alike, words, strlen(words));
		return;
	}
	found->differences += db_int(row, 0, 2);
	printf("%s/%d: %s: %lld rows: %s; from %s to %s\n", found->stage->name, found->number,
	       db_text(row, 0, 0), (long long)db_int(row, 0, 2), cause, db_text(row, 0, 3),
	       db_text(row, 0, 4));
}

enum status rebuild_compare_shard(struct db *db, const struct rebuild_schemas *schemas,
                                  const struct stage *stage, int32_t number, int64_t *differences)
{
	const struct placeholder place = { "scratch", schemas->scratch };
	struct found found = { .stage = stage, .number = number };
	enum status status;

	TRY(run_template(db, &sql_rebuild_difference_clear, &place, 1));
	TRY(compare_all(db, schemas, stage, number));
	status = db_each_values(db, &sql_rebuild_difference_load, tell_row, &found, NULL, 0);
	if (status == STATUS_OK) {
		printf("%s/%d: alike:%.*s\n", stage->name, number, (int)found.alike.size,
		       found.alike.data == NULL ? "" : (const char *)found.alike.data);
		*differences = found.differences;
	}
	buffer_finish(&found.alike);
	return status;
}
