#include "common/flow/shard.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/cache.h"
#include "common/flow/dead_letter.h"
#include "common/flow/effect_fold.h"
#include "common/flow/fold.h"
#include "common/flow/publisher.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK ((size_t)64 * 1024)
#define SCRATCH_BLOCK ((size_t)128 * 1024)
/* Of a kept record, and for each of its headers: its name, and where both are. */
#define RECORD_MEMORY 192
#define HEADER_MEMORY 48

static void create_tables(struct shard *shard)
{
	shard->tables[shard->table_count++] = &dead_letter_table;
	shard->tables[shard->table_count++] = &parked_table;
	if (shard->stage->effects != NULL) {
		shard->tables[shard->table_count++] = &effect_pending_table;
		shard->tables[shard->table_count++] = &effect_answered_table;
	}
	for (const struct state_table *const *table = shard->stage->tables;
	     table != NULL && *table != NULL; table++) {
		CHECK(shard->table_count < STAGE_TABLES_MAX);
		shard->tables[shard->table_count++] = *table;
	}
	shard->cache = cache_create(shard->tables, shard->table_count, shard->context->cache_bytes);
}

static void create_topics(struct shard *shard)
{
	int topics[STAGE_TOPICS_MAX];
	size_t names = 0;

	shard->topic_count = stage_reads(shard->context->catalogue, shard->stage, topics);
	for (size_t i = 0; i < shard->topic_count; i++)
		shard->topics[i] = (struct shard_topic){ .topic = topics[i],
			                                 .check_at = -1,
			                                 .appended = TIME_MIN,
			                                 .read_appended = TIME_MIN,
			                                 .end_at = TIME_MIN };
	for (const int *topic = shard->stage->emits; topic != NULL && *topic >= 0; topic++) {
		CHECK(shard->high_count < STAGE_TOPICS_MAX);
		shard->high_topics[shard->high_count++] = *topic;
	}
	const size_t places = shard->high_count * (size_t)shard->context->partitions + 1;

	shard->high = memory_zero(places * sizeof(*shard->high));
	shard->committed_high = memory_zero(places * sizeof(*shard->committed_high));
	while (shard->stage->timers != NULL && shard->stage->timers[names].name != NULL)
		names++;
	timer_queue_init(&shard->timers, names);
}

struct shard *shard_create(const struct shard_context *context, const struct stage *stage,
                           int32_t number)
{
	struct shard *const shard = memory_zero(sizeof(*shard));
	const struct instant real = context->outside->now(context->outside->context);

	shard->context = context;
	shard->stage = stage;
	shard->number = number;
	CHECK(snprintf(shard->source, sizeof(shard->source), "%s/%d", stage->name, number) <
	      (int)sizeof(shard->source));
	shard->first = stage_is_first(context->catalogue, stage);
	shard->effects_changed = true;
	shard->last_commit = real;
	shard->arena = arena_create(ARENA_BLOCK);
	shard->scratch = arena_create(SCRATCH_BLOCK);
	create_tables(shard);
	create_topics(shard);
	mesh_time_init(&shard->inputs, context->catalogue, stage, number, context->partitions,
	               real);
	work_create(shard);
	/* Its results come back to it, and it waits for them with nobody else's clock. */
	CHECK(stage->effects == NULL ||
	      (!shard->first && shard_topic(shard, stage->results) != NULL));
	return shard;
}

static void held_free(struct shard *shard, struct held *held)
{
	const struct outside *const outside = shard->context->outside;

	shard->held_bytes -= held->memory;
	outside->log_ops->release(outside->log, held->event.record.handle);
	memory_free(held);
}

void shard_destroy(struct shard *shard)
{
	if (shard == NULL)
		return;
	for (size_t i = 0; i < shard->held_count; i++)
		held_free(shard, shard->held[i]);
	memory_free(shard->held);
	publisher_destroy(shard->publisher);
	work_destroy(shard);
	mesh_time_finish(&shard->inputs);
	timer_queue_finish(&shard->timers);
	cache_destroy(shard->cache);
	arena_destroy(shard->arena);
	arena_destroy(shard->scratch);
	memory_free(shard->high);
	memory_free(shard->committed_high);
	memory_free(shard);
}

size_t shard_timers_kept(const struct shard *shard)
{
	return shard->context->timers_kept == 0 ? TIMERS_KEPT : shard->context->timers_kept;
}

void shard_restore_row(struct shard *shard, const struct shard_row *row)
{
	shard->row = *row;
	shard->committed_now = row->now;
	shard->committed_sequence = row->sequence;
	publisher_destroy(shard->publisher);
	shard->publisher =
	    publisher_create(shard->context->outside, shard->context->catalogue, shard->source,
	                     shard->context->partitions, row->mark, shard->context->tokens);
}

struct shard_topic *shard_topic(struct shard *shard, int topic)
{
	for (size_t i = 0; i < shard->topic_count; i++)
		if (shard->topics[i].topic == topic)
			return &shard->topics[i];
	return NULL;
}

/* The one source of a topic whose records have no place in a stream. */
static int unplaced_input(const struct shard *shard, int topic)
{
	const char *const source = shard->context->catalogue->topics[topic].writers[0];

	return mesh_time_find(&shard->inputs, topic, bytes_of(source));
}

void shard_restore_topic(struct shard *shard, const char *topic, int64_t next,
                         struct instant appended, uint32_t hash)
{
	struct shard_topic *const it =
	    shard_topic(shard, catalogue_find(shard->context->catalogue, topic));

	if (it == NULL) /* an earlier build read one topic more */
		return;
	it->next = it->top = it->position = next;
	it->appended = it->read_appended = appended;
	it->hash = it->read_hash = hash;
	it->check_at = appended.us == TIME_MIN.us ? -1 : next - 1;
	if (catalogue_is_unplaced(shard->context->catalogue, it->topic))
		shard->inputs.inputs[unplaced_input(shard, it->topic)].read = next;
}

void shard_restore_folded(struct shard *shard, const char *topic, const char *source,
                          int64_t sequence)
{
	const int place = catalogue_find(shard->context->catalogue, topic);
	const int input = mesh_time_find(&shard->inputs, place, bytes_of(source));

	if (input < 0)
		return;
	struct input *const it = &shard->inputs.inputs[input];

	it->folded = it->saved = sequence;
	/* Results are folded in another order than they lie in: behind the offset they are read again. */
	if (it->read < sequence && !catalogue_is_results(shard->context->catalogue, place))
		it->read = sequence;
}

void shard_restore_high(struct shard *shard, const char *topic, int32_t partition, int64_t sequence)
{
	const int place = catalogue_find(shard->context->catalogue, topic);

	for (size_t i = 0; i < shard->high_count; i++)
		if (shard->high_topics[i] == place && partition >= 0 &&
		    partition < shard->context->partitions) {
			const size_t at =
			    i * (size_t)shard->context->partitions + (size_t)partition;

			shard->high[at] = shard->committed_high[at] = sequence;
		}
}

void shard_put(struct shard *shard, const struct state_table *table, struct bytes key,
               struct bytes packed)
{
	cache_put(shard->cache, cache_table(shard->cache, table), key, packed);
}

const char *fact_topic(const struct catalogue *catalogue, const struct fact *fact, char *text,
                       size_t size)
{
	const char *const name = catalogue->topics[fact->topic].name;

	if (!fact->dead_letter)
		return name;
	const int written = snprintf(text, size, "%s.dlq", name);

	CHECK(written > 0 && (size_t)written < size);
	return text;
}

/* Reading. */

static int find_input(const struct shard *shard, struct event *event)
{
	const int topic = event->record.topic;
	const int input = event->problem != NULL && topic != shard->context->catalogue->journal
	                      ? -1
	                      : mesh_time_find(&shard->inputs, topic, event->source);

	if (input >= 0 && !shard->inputs.inputs[input].alien)
		return input;
	if (event->problem == NULL)
		event->problem = "header ce_source: the catalogue does not name it";
	event->sequence = event->record.offset + 1;
	event->mesh = TIME_MIN;
	return mesh_time_alien(&shard->inputs, topic);
}

/* Live: requests overtake each other for up to the grace, and an edge's clock may be ahead of the broker's. */
static void make_mesh(const struct shard *shard, struct event *event)
{
	if (event->record.topic != shard->context->catalogue->journal || shard->context->recorded)
		return;
	event->mesh =
	    time_sub(time_earlier(event->time, event->record.appended), shard->context->grace);
}

/* While it waits. */
static size_t record_memory(const struct log_record *record)
{
	size_t bytes = sizeof(struct held) + RECORD_MEMORY + record->key.size + record->value.size;

	for (size_t i = 0; i < record->header_count; i++)
		bytes += HEADER_MEMORY + record->headers[i].value.size;
	return bytes;
}

static void hold(struct shard *shard, const struct shard_topic *topic, const struct event *event,
                 int input)
{
	struct held *const held = memory_alloc(sizeof(*held));

	*held = (struct held){ .memory = record_memory(&event->record),
		               .event = *event,
		               .input = input,
		               .before_appended = topic->read_appended,
		               .before_hash = topic->read_hash };
	if (shard->held_count == shard->held_capacity) {
		shard->held_capacity = shard->held_capacity == 0 ? 1024 : shard->held_capacity * 2;
		shard->held =
		    memory_resize(shard->held, shard->held_capacity * sizeof(struct held *));
	}
	shard->held[shard->held_count++] = held;
	shard->held_bytes += held->memory;
}

/* What a later start compares with the log: the record before the position. */
static void pass_record(struct shard_topic *topic, const struct log_record *record)
{
	topic->position = record->offset + 1;
	if (record->offset < topic->top)
		return;
	topic->top = record->offset + 1;
	topic->read_appended = record->appended;
	topic->read_hash = record_hash(record);
}

/* Is this the log that we read before? The record before the position says so. */
static bool check_record(struct shard *shard, struct shard_topic *topic,
                         const struct log_record *record)
{
	if (record->offset != topic->check_at)
		return true;
	topic->check_at = -1;
	if (record->appended.us == topic->appended.us && record_hash(record) == topic->hash)
		return true;
	shard->stopped =
	    "the log is not the one that was read before: the topic was made anew, or the "
	    "database is another one's";
	return false;
}

bool shard_read(struct shard *shard, const struct log_record *record, struct instant real)
{
	struct shard_topic *const topic = shard_topic(shard, record->topic);
	struct event event;

	CHECK(topic != NULL);
	if (!check_record(shard, topic, record))
		return false;
	event_read_as(shard->context->catalogue, record, &event);
	make_mesh(shard, &event);
	const int input = find_input(shard, &event);
	const bool fresh = event.sequence > shard->inputs.inputs[input].read;

	mesh_time_read(&shard->inputs, input, event.sequence, event.mesh, real);
	if (fresh)
		hold(shard, topic, &event, input);
	pass_record(topic, record);
	return fresh;
}

void shard_reread(struct shard *shard, int topic, int64_t offset)
{
	struct shard_topic *const it = shard_topic(shard, topic);

	CHECK(it != NULL);
	it->top = offset;
	if (catalogue_is_results(shard->context->catalogue, topic))
		shard->inputs.inputs[unplaced_input(shard, topic)].read = offset;
}

/* After the commit. */

/* What was asked for is true now, and may be run. */
static void look_for_effects(struct shard *shard)
{
	for (size_t i = 0; i < shard->batch.change_count && shard->stage->effects != NULL; i++)
		if (shard->batch.changes[i].table == &effect_pending_table)
			shard->effects_changed = true;
}

void shard_committed(struct shard *shard, struct instant real)
{
	for (size_t i = 0; i < shard->inputs.count; i++)
		shard->inputs.inputs[i].saved = shard->inputs.inputs[i].folded;
	memcpy(shard->committed_high, shard->high,
	       shard->high_count * (size_t)shard->context->partitions * sizeof(*shard->high));
	for (size_t i = 0; i < shard->batch.fact_count; i++)
		if (publisher_last(shard->publisher) + 1 == shard->batch.facts[i].sequence)
			publisher_add(shard->publisher, &shard->batch.facts[i]);
	shard->committed_sequence = shard->row.sequence;
	look_for_effects(shard);
	cache_settle(shard->cache);
	timer_queue_shrink(&shard->timers, shard_timers_kept(shard));
	shard->committed_now = shard->row.now;
	shard->row.batch++;
	shard->last_commit = real;
	shard->in_batch = false;
	work_reset(shard);
}
