#include "common/flow/postgres_store.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/dead_letter.h"
#include "common/flow/effect_fold.h"
#include "common/flow/postgres_inside.h"
#include "gen/flow_migrations.h"
#include "gen/flow_sql.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK ((size_t)64 * 1024)
#define STATE_NO_TABLE "42P01" /* SQLSTATE undefined_table */
#define STATE_NO_FUNCTION "42883"

static const struct db_statement *const statements[] = {
	&sql_shard_raise,       &sql_shard_oust,        &sql_shard_load,
	&sql_shard_fence,       &sql_input_offset_load, &sql_input_offset_save,
	&sql_input_folded_load, &sql_input_folded_save, &sql_output_high_load,
	&sql_output_high_save,  &sql_batch_journal_add, &sql_document_known,
	&sql_document_add,      &sql_timer_load,        &sql_timer_save,
	&sql_timer_remove,      &sql_fact_add,          &sql_fact_load,
	&sql_fact_month_add,
};

/* Rows on their way out. */

void rows_out_init(struct rows_out *out, const struct db_statement *statement,
                   const enum db_kind *kinds, size_t columns)
{
	*out = (struct rows_out){ .statement = statement, .columns = columns };
	out->arrays = memory_zero(columns * sizeof(*out->arrays));
	for (size_t i = 0; i < columns; i++)
		db_array_clear(&out->arrays[i], kinds[i]);
}

void rows_out_finish(struct rows_out *out)
{
	for (size_t i = 0; i < out->columns; i++)
		db_array_finish(&out->arrays[i]);
	memory_free(out->arrays);
}

void rows_out_clear(struct rows_out *out)
{
	if (out->rows == 0)
		return;
	for (size_t i = 0; i < out->columns; i++)
		db_array_clear(&out->arrays[i], out->arrays[i].kind);
	out->rows = 0;
}

struct db_array *rows_out_next(struct rows_out *out)
{
	out->rows++;
	return out->arrays;
}

enum status rows_out_queue(struct rows_out *out, struct db *db, const struct db_value *more,
                           size_t more_count)
{
	struct db_value values[DB_PARAMS_MAX];

	CHECK(out->columns + more_count <= DB_PARAMS_MAX);
	if (out->rows == 0)
		return STATUS_OK;
	for (size_t i = 0; i < out->columns; i++) {
		CHECK(out->arrays[i].count == out->rows);
		values[i] = DB_ARRAY(&out->arrays[i]);
	}
	for (size_t i = 0; i < more_count; i++)
		values[out->columns + i] = more[i];
	return db_queue_values(db, out->statement, values, out->columns + more_count);
}

/* Life. */

static void add_table(struct postgres_store *store, const struct state_table *table,
                      size_t *row_size)
{
	store->tables =
	    memory_resize(store->tables, (store->table_count + 1) * sizeof(*store->tables));
	if (table->row_size > *row_size)
		*row_size = table->row_size;
	store->tables[store->table_count++].table = table;
}

static void add_tables(struct postgres_store *store, const struct stage *stages)
{
	size_t row_size = 1;

	add_table(store, &dead_letter_table, &row_size);
	add_table(store, &parked_table, &row_size);
	add_table(store, &effect_pending_table, &row_size);
	add_table(store, &effect_answered_table, &row_size);
	for (const struct stage *stage = stages; stage->name != NULL; stage++) {
		for (size_t i = 0; stage->tables != NULL && stage->tables[i] != NULL; i++)
			add_table(store, stage->tables[i], &row_size);
	}
	/* Their arrays are pointed at: initialised when the tables no longer move. */
	for (size_t i = 0; i < store->table_count; i++)
		postgres_table_init(&store->tables[i], store->tables[i].table);
	store->row = memory_zero(row_size);
}

static void list_digests(struct postgres_store *store)
{
	const struct document *document = store->settings->documents;

	db_array_clear(&store->digests, DB_KIND_TEXT);
	for (; document != NULL && document->name != NULL; document++)
		db_array_run(&store->digests, bytes_of(document->digest));
}

struct postgres_store *postgres_store_create(const struct postgres_settings *settings,
                                             const struct catalogue *catalogue,
                                             const struct stage *stages)
{
	struct postgres_store *const store = memory_zero(sizeof(*store));

	store->settings = settings;
	store->catalogue = catalogue;
	snprintf(store->name, sizeof(store->name), "%s/%s", settings->daemon, settings->instance);
	store->db_settings = (struct db_settings){ .uri = settings->uri,
		                                   .name = store->name,
		                                   .schema = settings->schema };
	store->db = db_create(&store->db_settings);
	store->arena = arena_create(ARENA_BLOCK);
	add_tables(store, stages);
	postgres_commit_init(store);
	list_digests(store);
	return store;
}

void postgres_store_destroy(struct postgres_store *store)
{
	if (store == NULL)
		return;
	db_destroy(store->db);
	for (size_t i = 0; i < store->table_count; i++)
		postgres_table_finish(&store->tables[i]);
	memory_free(store->tables);
	postgres_commit_finish(store);
	db_array_finish(&store->digests);
	arena_destroy(store->arena);
	memory_free(store->row);
	memory_free(store);
}

struct postgres_table *postgres_store_table(struct postgres_store *store,
                                            const struct state_table *table)
{
	for (size_t i = 0; i < store->table_count; i++) {
		if (store->tables[i].table == table)
			return &store->tables[i];
	}
	CHECK(!"a table of a stage that the store was created with");
	return NULL;
}

enum status postgres_store_note(struct postgres_store *store, enum status status)
{
	if (status != STATUS_OK)
		snprintf(store->reason, sizeof(store->reason), "%s", db_reason(store->db));
	return status;
}

static const char *postgres_reason(void *store)
{
	return ((const struct postgres_store *)store)->reason;
}

/* Connecting. */

static enum status prepare_all(struct postgres_store *store)
{
	for (size_t i = 0; i < COUNT_OF(statements); i++)
		TRY(db_prepare(store->db, statements[i]));
	for (size_t i = 0; i < store->table_count; i++)
		TRY(postgres_table_prepare(&store->tables[i], store->db, store->reason,
		                           sizeof(store->reason)));
	return STATUS_OK;
}

/* A model has many megabytes: what is kept already is not sent. */
static enum status keep_document(struct postgres_store *store, const struct document *document)
{
	AUTO_ROWS rows = NULL;

	TRY(db_query(store->db, &sql_document_known, &rows, DB_TEXT(document->digest)));
	if (db_rows_count(rows) > 0)
		return STATUS_OK;
	return db_exec(store->db, &sql_document_add, DB_TEXT(document->digest),
	               DB_TEXT(document->name), DB_BYTES(document->body));
}

static enum status keep_documents(struct postgres_store *store)
{
	const struct document *document = store->settings->documents;

	for (; document != NULL && document->name != NULL; document++)
		TRY(keep_document(store, document));
	return STATUS_OK;
}

/* Where that fails the next statement does too, and everything is done anew on another connection. */
void postgres_store_documents(struct postgres_store *store)
{
	list_digests(store);
	if (keep_documents(store) != STATUS_OK)
		db_disconnect(store->db, "the documents could not be kept");
}

/* A schema that was never migrated says so in its own words. */
static void add_advice(struct postgres_store *store)
{
	const char *const state = db_state(store->db);
	const size_t size = strlen(store->reason);

	if (strcmp(state, STATE_NO_TABLE) == 0 || strcmp(state, STATE_NO_FUNCTION) == 0)
		snprintf(store->reason + size, sizeof(store->reason) - size,
		         " (%s --migrate makes it)", store->settings->daemon);
}

static enum status postgres_reconnect(void *pointer)
{
	struct postgres_store *const store = pointer;
	enum status status;

	store->batch_count = 0;
	store->ended = false;
	memset(store->months, 0, sizeof(store->months));
	db_disconnect(store->db, "");
	if (store->trouble != STATUS_OK)
		return STATUS_FATAL;
	store->reason[0] = '\0';
	status = db_connect(store->db);
	if (status == STATUS_OK)
		status = prepare_all(store);
	if (status == STATUS_OK)
		status = keep_documents(store);
	if (status != STATUS_OK && store->reason[0] == '\0') {
		postgres_store_note(store, status);
		add_advice(store);
	}
	if (status != STATUS_OK)
		db_disconnect(store->db, store->reason);
	return status == STATUS_REJECT ? STATUS_FATAL : status;
}

enum status postgres_store_migrate(const struct postgres_settings *settings,
                                   const struct migration *service,
                                   char reason[static MIGRATE_REASON_SIZE])
{
	static const struct migrate_statements books = {
		.prepare = &sql_migration_prepare,
		.lock = &sql_migration_lock,
		.look = &sql_migration_look,
		.add = &sql_migration_add,
		.stray = &sql_migration_stray,
	};
	const struct migration *const sets[] = { flow_migrations, service, NULL };
	const struct db_settings db_settings = { .uri = settings->uri,
		                                 .name = settings->daemon,
		                                 .schema = settings->schema };
	struct db *const db = db_create(&db_settings);
	enum status status = db_connect(db);

	if (status != STATUS_OK)
		snprintf(reason, MIGRATE_REASON_SIZE, "%s", db_reason(db));
	else
		status = migrate_run(db, &books, sets, reason);
	db_destroy(db);
	return status;
}

const struct store_ops postgres_store_ops = {
	.open = postgres_open,
	.load = postgres_load,
	.timers = postgres_timers,
	.facts = postgres_facts,
	.begin = postgres_begin,
	.end = postgres_end,
	.reconnect = postgres_reconnect,
	.reason = postgres_reason,
};
