/*
 * postgres_open - what is read: a shard as its last commit left it, rows by key, facts.
 */
#include "common/flow/postgres_inside.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "gen/flow_sql.h"

#include <stdio.h>
#include <string.h>

#define STATE_LOCK_NOT_AVAILABLE "55P03"
/* Ending a backend that holds the lock may let the next in the queue have it. */
#define RAISE_ATTEMPTS 3

/* Ownership. */

/* An owner that froze in its transaction keeps the row's lock; lock_timeout ends our waiting for it. */
static enum status raise_epoch(struct postgres_store *store, const struct shard *shard)
{
	enum status status = STATUS_OK;

	for (int attempt = 1; attempt <= RAISE_ATTEMPTS; attempt++) {
		status = db_exec(store->db, &sql_shard_raise, DB_TEXT(shard->stage->name),
		                 DB_SMALL(shard->number), DB_TEXT(store->name));
		if (status == STATUS_OK ||
		    !text_equal(db_state(store->db), STATE_LOCK_NOT_AVAILABLE))
			return status;
		if (attempt < RAISE_ATTEMPTS)
			TRY(db_exec(store->db, &sql_shard_oust, DB_TEXT(shard->stage->name),
			            DB_SMALL(shard->number)));
	}
	return status;
}

/* A shard as it was left. */

struct restoring {
	struct postgres_store *store;
	struct shard *shard;
	const struct postgres_table *table;
	const struct bytes *keys; /* of load: in the order in which they were asked for */
	bool *found;
};

static void restore_row(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;
	const struct bytes refusals = db_bytes(row, 0, 6);
	struct shard_row fence = {
		.epoch = db_int(row, 0, 0),
		.batch = db_int(row, 0, 1),
		.now = db_time(row, 0, 2),
		.sequence = db_int(row, 0, 3),
		.mark = db_int(row, 0, 4),
		.folded_count = db_int(row, 0, 5),
	};

	CHECK(refusals.size == sizeof(fence.refusals));
	memcpy(fence.refusals, refusals.data, sizeof(fence.refusals));
	shard_restore_row(it->shard, &fence);
}

static void restore_topic(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;

	shard_restore_topic(it->shard, db_text(row, 0, 0), db_int(row, 0, 1), db_time(row, 0, 2),
	                    (uint32_t)db_int(row, 0, 3));
}

static void restore_folded(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;

	shard_restore_folded(it->shard, db_text(row, 0, 0), db_text(row, 0, 1), db_int(row, 0, 2));
}

static void restore_high(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;

	shard_restore_high(it->shard, db_text(row, 0, 0), (int32_t)db_int(row, 0, 1),
	                   db_int(row, 0, 2));
}

static void restore_timer(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;

	shard_restore_timer(it->shard, db_text(row, 0, 0), db_text(row, 0, 1), db_time(row, 0, 2));
}

static void restore_resident(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;
	const struct state_table *const table = it->table->table;
	struct arena *const arena = it->store->arena;
	void *const fields = it->store->row;

	postgres_table_read(it->table, row, 0, fields);
	shard_put(it->shard, table, state_key(arena, table, fields, table->key_columns),
	          state_pack(arena, table, fields));
	arena_reset(arena);
}

static enum status restore_tables(struct restoring *it)
{
	const struct shard *const shard = it->shard;

	for (size_t i = 0; i < shard->table_count; i++) {
		if (!shard->tables[i]->resident)
			continue;
		it->table = postgres_store_table(it->store, shard->tables[i]);
		TRY(db_each(it->store->db, &it->table->load_all, restore_resident, it,
		            DB_SMALL(shard->number), DB_TEXT(shard->stage->name)));
	}
	return STATUS_OK;
}

/*
 * The fence row comes first: whatever is committed between two of these answers moves it on, and the
 * first batch of this owner is refused. A shard that nobody ever owned has epoch 0.
 */
static enum status restore(struct restoring *it)
{
	static const struct {
		const struct db_statement *statement;
		void (*tell)(void *argument, const struct db_rows *row);
	} parts[] = {
		{ &sql_shard_load, restore_row },
		{ &sql_input_offset_load, restore_topic },
		{ &sql_input_folded_load, restore_folded },
		{ &sql_output_high_load, restore_high },
	};
	const struct shard_row nobody = { .epoch = 0 };

	shard_restore_row(it->shard, &nobody);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		TRY(db_each(it->store->db, parts[i].statement, parts[i].tell, it,
		            DB_TEXT(it->shard->stage->name), DB_SMALL(it->shard->number)));
	return restore_tables(it);
}

enum status postgres_open(void *pointer, struct shard *shard, bool raise)
{
	struct postgres_store *const store = pointer;
	struct restoring it = { .store = store, .shard = shard };

	postgres_store_settle(store);
	if (raise)
		TRY(postgres_store_note(store, raise_epoch(store, shard)));
	return postgres_store_note(store, restore(&it));
}

/* Rows by key. */

static void tell_row(void *argument, const struct db_rows *row)
{
	const struct restoring *const it = argument;
	const size_t place = (size_t)db_int(row, 0, 0) - 1;

	postgres_table_read(it->table, row, 1, it->store->row);
	shard_put(it->shard, it->table->table, it->keys[place],
	          state_pack(it->store->arena, it->table->table, it->store->row));
	it->found[place] = true;
	arena_reset(it->store->arena);
}

static enum status load_rows(struct restoring *it, struct rows_out *wanted)
{
	struct db_value values[STATE_COLUMNS_MAX + 1] = { DB_SMALL(it->shard->number) };

	for (size_t i = 0; i < wanted->columns; i++)
		values[i + 1] = DB_ARRAY(&wanted->arrays[i]);
	return db_each_values(it->store->db, &it->table->load, tell_row, it, values,
	                      wanted->columns + 1);
}

enum status postgres_load(void *pointer, struct shard *shard, const struct state_table *table,
                          const struct bytes *keys, size_t count)
{
	struct postgres_store *const store = pointer;
	struct postgres_table *const mine = postgres_store_table(store, table);
	struct restoring it = { .store = store, .shard = shard, .table = mine, .keys = keys };
	enum status status;

	if (count == 0)
		return STATUS_OK;
	postgres_store_settle(store);
	rows_out_clear(&mine->wanted);
	for (size_t i = 0; i < count; i++)
		postgres_table_want(mine, keys[i], store->row);
	it.found = memory_zero(count * sizeof(*it.found));
	status = postgres_store_note(store, load_rows(&it, &mine->wanted));
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		if (!it.found[i])
			shard_put(shard, table, keys[i], (struct bytes){ NULL, 0 });
	}
	memory_free(it.found);
	return status;
}

/* Timers. */

enum status postgres_timers(void *pointer, struct shard *shard, struct instant from, size_t limit)
{
	struct postgres_store *const store = pointer;
	struct restoring it = { .store = store, .shard = shard };

	postgres_store_settle(store);
	return postgres_store_note(store,
	                           db_each(store->db, &sql_timer_load, restore_timer, &it,
	                                   DB_TEXT(shard->stage->name), DB_SMALL(shard->number),
	                                   DB_TIME(from), DB_INT((int64_t)limit)));
}

/* Facts. */

#define DEAD_LETTER_SUFFIX ".dlq"

struct telling {
	struct postgres_store *store;
	void (*tell)(void *argument, const struct fact *fact);
	void *argument;
	bool unknown; /* a topic was */
};

/* "<topic>" or "<topic>.dlq". */
static bool find_topic(const struct catalogue *catalogue, const char *name, struct fact *fact)
{
	char topic[256];
	size_t size = strlen(name);
	const size_t suffix = strlen(DEAD_LETTER_SUFFIX);

	fact->dead_letter = size > suffix && text_equal(name + size - suffix, DEAD_LETTER_SUFFIX);
	if (fact->dead_letter)
		size -= suffix;
	if (size >= sizeof(topic))
		return false;
	memcpy(topic, name, size);
	topic[size] = '\0';
	fact->topic = catalogue_find(catalogue, topic);
	return fact->topic >= 0;
}

static void tell_fact(void *argument, const struct db_rows *row)
{
	struct telling *const it = argument;
	const char *const topic = db_text(row, 0, 1);
	struct fact fact = {
		.sequence = db_int(row, 0, 0),
		.partition = (int32_t)db_int(row, 0, 2),
		.key = db_bytes(row, 0, 3),
		.type = db_text(row, 0, 4),
		.subject = db_text(row, 0, 5),
		.time = db_time(row, 0, 6),
		.mesh = db_time(row, 0, 7),
		.message = db_bytes(row, 0, 8),
		.headers = db_bytes(row, 0, 9),
	};

	if (it->unknown)
		return;
	it->unknown = !find_topic(it->store->catalogue, topic, &fact);
	if (it->unknown)
		snprintf(it->store->reason, sizeof(it->store->reason),
		         "fact %lld: this build does not know the topic %s",
		         (long long)fact.sequence, topic);
	else
		it->tell(it->argument, &fact);
}

enum status postgres_facts(void *pointer, const struct shard *shard, int64_t above, size_t limit,
                           void (*tell)(void *argument, const struct fact *fact), void *argument)
{
	struct postgres_store *const store = pointer;
	struct telling it = { .store = store, .tell = tell, .argument = argument };
	enum status status;

	postgres_store_settle(store);
	status = db_each(store->db, &sql_fact_load, tell_fact, &it, DB_TEXT(shard->source),
	                 DB_INT(above), DB_INT((int64_t)limit));
	if (status != STATUS_OK)
		return postgres_store_note(store, status);
	return it.unknown ? STATUS_FATAL : STATUS_OK;
}
