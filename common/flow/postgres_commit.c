/*
 * postgres_commit - one transaction for the batches of several shards, in one round trip.
 *
 * Everything is written by set: an array for each column, over all shards at once. The fence comes first
 * and fails as an error, so that the server skips what stands behind it in the pipeline.
 */
#include "common/flow/postgres_inside.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "gen/flow_sql.h"

#include <stdio.h>
#include <string.h>

#define STATE_FENCED "OM001" /* raised by shard_fence */
#define COLUMNS_MAX 11

#define I DB_KIND_INT
#define S DB_KIND_SMALL
#define M DB_KIND_TIME
#define T DB_KIND_TEXT
#define B DB_KIND_BYTES

static const struct {
	const struct db_statement *statement;
	size_t columns;
	enum db_kind kinds[COLUMNS_MAX];
} forms[ROWS_COUNT] = {
	[ROWS_FENCE] = { &sql_shard_fence, 9, { T, S, I, I, M, I, I, I, B } },
	[ROWS_OFFSET] = { &sql_input_offset_save, 6, { T, S, T, I, M, I } },
	[ROWS_FOLDED] = { &sql_input_folded_save, 5, { T, S, T, T, I } },
	[ROWS_HIGH] = { &sql_output_high_save, 5, { T, S, T, S, I } },
	[ROWS_JOURNAL] = { &sql_batch_journal_add, 7, { T, S, I, M, T, T, T } },
	[ROWS_TIMER_SAVED] = { &sql_timer_save, 5, { T, S, T, T, M } },
	[ROWS_TIMER_REMOVED] = { &sql_timer_remove, 4, { T, S, T, T } },
	[ROWS_FACT] = { &sql_fact_add, 11, { T, I, T, S, B, T, T, M, M, B, B } },
};

#undef I
#undef S
#undef M
#undef T
#undef B

void postgres_commit_init(struct postgres_store *store)
{
	for (size_t i = 0; i < ROWS_COUNT; i++)
		rows_out_init(&store->runtime[i], forms[i].statement, forms[i].kinds,
		              forms[i].columns);
}

void postgres_commit_finish(struct postgres_store *store)
{
	for (size_t i = 0; i < ROWS_COUNT; i++)
		rows_out_finish(&store->runtime[i]);
	memory_free(store->sources);
}

/* From batches to rows. */

/* The next row of one of the runtime's tables; all of them begin with stage and shard. */
static struct db_array *next_row(struct postgres_store *store, enum runtime_rows rows,
                                 const struct shard *shard)
{
	struct db_array *const arrays = rows_out_next(&store->runtime[rows]);

	db_array_run(&arrays[0], bytes_of(shard->stage->name));
	db_array_number(&arrays[1], shard->number);
	return arrays + 2;
}

static struct bytes text_or_empty(const char *text)
{
	return bytes_of(text != NULL ? text : "");
}

static void add_fence(struct postgres_store *store, const struct batch *batch)
{
	const struct shard_row *const row = &batch->shard->row;
	struct db_array *const at = next_row(store, ROWS_FENCE, batch->shard);

	db_array_number(&at[0], row->epoch);
	db_array_number(&at[1], batch->number);
	db_array_time(&at[2], row->now);
	db_array_number(&at[3], row->sequence);
	db_array_number(&at[4], row->mark);
	db_array_number(&at[5], row->folded_count);
	db_array_run(&at[6], (struct bytes){ row->refusals, sizeof(row->refusals) });
}

/* A topic from which nothing was folded has no row: no position means offset 0. */
static void add_offsets(struct postgres_store *store, const struct shard *shard)
{
	for (size_t i = 0; i < shard->topic_count; i++) {
		const struct shard_topic *const topic = &shard->topics[i];
		struct db_array *at;

		if (topic->next == 0)
			continue;
		at = next_row(store, ROWS_OFFSET, shard);
		db_array_run(&at[0], bytes_of(store->catalogue->topics[topic->topic].name));
		db_array_number(&at[1], topic->next);
		if (topic->appended.us == TIME_MIN.us)
			db_array_null(&at[2]);
		else
			db_array_time(&at[2], topic->appended);
		db_array_number(&at[3], topic->hash);
	}
}

static void add_folded(struct postgres_store *store, const struct shard *shard)
{
	for (size_t i = 0; i < shard->inputs.count; i++) {
		const struct input *const input = &shard->inputs.inputs[i];
		struct db_array *at;

		if (input->folded == input->saved)
			continue;
		at = next_row(store, ROWS_FOLDED, shard);
		db_array_run(&at[0], bytes_of(store->catalogue->topics[input->topic].name));
		db_array_run(&at[1], bytes_of(input->source));
		db_array_number(&at[2], input->folded);
	}
}

static void add_highs(struct postgres_store *store, const struct shard *shard)
{
	const size_t partitions = (size_t)shard->context->partitions;

	for (size_t i = 0; i < shard->high_count * partitions; i++) {
		const int topic = shard->high_topics[i / partitions];
		struct db_array *at;

		if (shard->high[i] == shard->committed_high[i])
			continue;
		at = next_row(store, ROWS_HIGH, shard);
		db_array_run(&at[0], bytes_of(store->catalogue->topics[topic].name));
		db_array_number(&at[1], (int64_t)(i % partitions));
		db_array_number(&at[2], shard->high[i]);
	}
}

static void add_journal(struct postgres_store *store, const struct batch *batch)
{
	struct db_array *const at = next_row(store, ROWS_JOURNAL, batch->shard);

	db_array_number(&at[0], batch->number);
	db_array_time(&at[1], batch->frontier);
	db_array_run(&at[2], text_or_empty(batch->left_out));
	db_array_run(&at[3], text_or_empty(batch->runs));
	db_array_run(&at[4], text_or_empty(batch->refused));
}

static void add_changes(struct postgres_store *store, const struct batch *batch)
{
	const int32_t shard = batch->shard->number;
	struct postgres_table *table = NULL;

	for (size_t i = 0; i < batch->change_count; i++) {
		const struct state_change *const change = &batch->changes[i];

		if (table == NULL || table->table != change->table)
			table = postgres_store_table(store, change->table);
		if (change->packed.data == NULL)
			postgres_table_remove(table, shard, change->key, store->row);
		else
			postgres_table_save(table, shard, change, store->row);
	}
}

static void add_timers(struct postgres_store *store, const struct batch *batch)
{
	for (size_t i = 0; i < batch->timer_count; i++) {
		const struct timer_change *const timer = &batch->timers[i];
		struct db_array *const at =
		    next_row(store, timer->set ? ROWS_TIMER_SAVED : ROWS_TIMER_REMOVED,
		             batch->shard);

		db_array_run(&at[0], bytes_of(timer->name));
		db_array_run(&at[1], bytes_of(timer->key));
		if (timer->set)
			db_array_time(&at[2], timer->due);
	}
}

/* Most facts are about what their key names, and are not told so twice. */
static struct bytes subject_beside_key(const struct fact *fact)
{
	const struct bytes subject = bytes_of(fact->subject);

	return bytes_equal(subject, fact->key) ? (struct bytes){ NULL, 0 } : subject;
}

static void add_facts(struct postgres_store *store, const struct batch *batch)
{
	const struct bytes stream = bytes_of(batch->shard->source);
	char topic[256];

	for (size_t i = 0; i < batch->fact_count; i++) {
		const struct fact *const fact = &batch->facts[i];
		struct db_array *const at = rows_out_next(&store->runtime[ROWS_FACT]);

		db_array_run(&at[0], stream);
		db_array_number(&at[1], fact->sequence);
		db_array_run(&at[2],
		             bytes_of(fact_topic(store->catalogue, fact, topic, sizeof(topic))));
		db_array_number(&at[3], fact->partition);
		db_array_run(&at[4], fact->key.data != NULL ? fact->key : (struct bytes){ "", 0 });
		db_array_run(&at[5], text_or_empty(fact->type));
		db_array_run(&at[6], subject_beside_key(fact));
		db_array_time(&at[7], fact->time);
		db_array_time(&at[8], fact->mesh);
		db_array_run(&at[9],
		             fact->message.data != NULL ? fact->message : (struct bytes){ "", 0 });
		db_array_run(&at[10], fact->headers);
	}
}

static void clear_rows(struct postgres_store *store)
{
	for (size_t i = 0; i < ROWS_COUNT; i++)
		rows_out_clear(&store->runtime[i]);
	for (size_t i = 0; i < store->table_count; i++) {
		rows_out_clear(&store->tables[i].saved);
		rows_out_clear(&store->tables[i].added);
		rows_out_clear(&store->tables[i].removed);
	}
}

static void add_batch(struct postgres_store *store, const struct batch *batch)
{
	add_fence(store, batch);
	add_offsets(store, batch->shard);
	add_folded(store, batch->shard);
	add_highs(store, batch->shard);
	add_journal(store, batch);
	add_changes(store, batch);
	add_timers(store, batch);
	add_facts(store, batch);
}

/* Months of facts. */

/* The month's number since 1970-01; what lies outside of what the mesh accepts falls to the ends. */
static size_t month_of(struct instant instant)
{
	const struct instant kept = time_later(TIME_OLDEST, time_earlier(instant, TIME_NEWEST));
	const struct date date = date_of_days(kept.us / DAYS(1).us);

	return (size_t)((date.year - 1970) * 12 + date.month - 1);
}

static struct instant month_start(size_t month)
{
	const struct date date = { 1970 + (int32_t)(month / 12), 1 + (int32_t)(month % 12), 1 };

	return (struct instant){ date_days(date) * DAYS(1).us };
}

/* Facts of a month that is new to this connection get their place first, outside the transaction. */
static enum status make_months(struct postgres_store *store, const struct batch *batch)
{
	size_t before = MONTHS_MAX;

	for (size_t i = 0; i < batch->fact_count; i++) {
		const size_t month = month_of(batch->facts[i].mesh);
		const uint8_t bit = (uint8_t)(1U << (month % 8));
		__attribute__((cleanup(db_array_finish))) struct db_array months = { 0 };

		if (month == before || (store->months[month / 8] & bit) != 0)
			continue;
		before = month;
		db_array_clear(&months, DB_KIND_TIME);
		db_array_time(&months, month_start(month));
		TRY(db_exec(store->db, &sql_fact_month_add, DB_ARRAY(&months)));
		store->months[month / 8] |= bit;
	}
	return STATUS_OK;
}

/* The transaction. */

static enum status queue_rows(struct postgres_store *store, enum runtime_rows from,
                              enum runtime_rows to)
{
	const struct db_value journal[] = { DB_TEXT(store->settings->build),
		                            DB_ARRAY(&store->digests) };

	for (size_t i = from; i <= to; i++)
		TRY(rows_out_queue(&store->runtime[i], store->db, journal,
		                   i == ROWS_JOURNAL ? COUNT_OF(journal) : 0));
	return STATUS_OK;
}

static enum status queue_state(struct postgres_store *store)
{
	for (size_t i = 0; i < store->table_count; i++) {
		TRY(rows_out_queue(&store->tables[i].removed, store->db, NULL, 0));
		TRY(rows_out_queue(&store->tables[i].saved, store->db, NULL, 0));
		TRY(rows_out_queue(&store->tables[i].added, store->db, NULL, 0));
	}
	return STATUS_OK;
}

/* Up to here a broken connection takes everything back. */
static enum status queue_all(struct postgres_store *store)
{
	TRY(db_pipeline_enter(store->db));
	TRY(db_transaction(store->db, DB_BEGIN));
	TRY(queue_rows(store, ROWS_FENCE, ROWS_JOURNAL));
	TRY(queue_state(store));
	return queue_rows(store, ROWS_TIMER_SAVED, ROWS_FACT);
}

/* A shard may be given up before its transaction has ended. */
static void keep_sources(struct postgres_store *store, const struct batch *batches, size_t count)
{
	store->sources = memory_resize(store->sources, count * sizeof(*store->sources));
	for (size_t i = 0; i < count; i++)
		memcpy(store->sources[i], batches[i].shard->source, SOURCE_SIZE);
	store->batch_count = count;
}

enum status postgres_begin(void *pointer, const struct batch *batches, size_t count)
{
	struct postgres_store *const store = pointer;
	enum status status = STATUS_OK;

	CHECK(store->batch_count == 0);
	CHECK(count > 0);
	clear_rows(store);
	for (size_t i = 0; i < count; i++)
		add_batch(store, &batches[i]);
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = make_months(store, &batches[i]);
	if (status == STATUS_OK)
		status = queue_all(store);
	if (status != STATUS_OK)
		return postgres_store_note(store, status);
	/* From the word COMMIT on it may be written; how it went is the business of end. */
	status = db_transaction(store->db, DB_COMMIT);
	if (status == STATUS_OK)
		status = db_pipeline_send(store->db);
	keep_sources(store, batches, count);
	store->began = time_monotonic();
	store->ended = false;
	(void)postgres_store_note(store, status);
	return STATUS_OK;
}

/* The detail lists sources, with a space between them. */
static void note_fenced(struct postgres_store *store)
{
	store->fenced[0] = '\0';
	if (store->progress == DB_FAILED && strcmp(db_state(store->db), STATE_FENCED) == 0)
		snprintf(store->fenced, sizeof(store->fenced), "%s", db_detail(store->db));
}

/* A failure that is no owner's fault and that would come again is kept for the next reconnect. */
static void note_end(struct postgres_store *store, enum status status)
{
	postgres_store_note(store, store->progress == DB_COMMITTED ? STATUS_OK : status);
	if (store->progress == DB_FAILED && status != STATUS_RETRY)
		store->trouble = STATUS_FATAL;
	note_fenced(store);
	store->ended = true;
}

static void poll_transaction(struct postgres_store *store, struct duration wait)
{
	enum status status = STATUS_RETRY;

	store->progress = db_pipeline_poll(store->db, wait, &status);
	if (store->progress == DB_WORKING &&
	    time_since(store->began, time_monotonic()).us > DB_PATIENCE.us) {
		db_disconnect(store->db, "the server did not finish the transaction in time");
		store->progress = DB_GONE;
	}
	if (store->progress != DB_WORKING)
		note_end(store, status);
}

void postgres_store_settle(struct postgres_store *store)
{
	while (store->batch_count > 0 && !store->ended)
		poll_transaction(store, DB_PATIENCE);
}

static bool is_named(const char *detail, const char *source)
{
	const size_t size = strlen(source);

	for (const char *at = detail; (at = strstr(at, source)) != NULL; at += size) {
		if ((at == detail || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
			return true;
	}
	return false;
}

static enum store_answer answer_failure(struct postgres_store *store, bool *failed)
{
	bool any = false;

	for (size_t i = 0; i < store->batch_count; i++) {
		failed[i] = is_named(store->fenced, store->sources[i]);
		any = any || failed[i];
	}
	return any ? STORE_FENCED : STORE_LOST;
}

enum store_answer postgres_end(void *pointer, struct duration wait, bool *failed)
{
	struct postgres_store *const store = pointer;
	enum store_answer answer = STORE_LOST;

	CHECK(store->batch_count > 0);
	if (!store->ended)
		poll_transaction(store, wait);
	if (!store->ended)
		return STORE_PENDING;
	if (store->progress == DB_COMMITTED)
		answer = STORE_COMMITTED;
	else if (store->progress == DB_FAILED)
		answer = answer_failure(store, failed);
	store->batch_count = 0;
	return answer;
}
