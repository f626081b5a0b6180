/*
 * What a batch has gathered so far, and how one event of it is undone.
 */
#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/memory.h"
#include "common/flow/fold.h"
#include "common/io/proto.h"

#include <stdio.h>
#include <string.h>

/* A list of the batch that grows by doubling. */
#define GROW(list, count, capacity)                                                   \
	do {                                                                          \
		if ((count) == (capacity)) {                                          \
			(capacity) = (capacity) == 0 ? 64 : (capacity)*2;             \
			(list) = memory_resize((list), (capacity) * sizeof(*(list))); \
		}                                                                     \
	} while (0)

void work_create(struct shard *shard)
{
	shard->work = memory_zero(sizeof(*shard->work));
	fetch_create(shard);
}

void work_destroy(struct shard *shard)
{
	struct work *const work = shard->work;

	fetch_destroy(shard);
	memory_free(work->facts);
	memory_free(work->timers);
	memory_free(work->timer_undos);
	memory_free(work->high_undos);
	map_finish(&work->timer_map);
	buffer_finish(&work->refused);
	memory_free(work);
}

void work_reset(struct shard *shard)
{
	struct work *const work = shard->work;

	work->fact_count = 0;
	work->timer_count = 0;
	map_clear(&work->timer_map);
	buffer_clear(&work->refused);
	shard->batch = (struct batch){ 0 };
	arena_reset(shard->arena);
}

void work_begin(struct shard *shard)
{
	struct work *const work = shard->work;

	work->timer_undo_count = 0;
	work->high_undo_count = 0;
	work->fact_mark = work->fact_count;
	work->sequence_mark = shard->row.sequence;
}

void work_keep(struct shard *shard)
{
	cache_keep(shard->cache);
	work_begin(shard);
}

void work_undo(struct shard *shard)
{
	struct work *const work = shard->work;

	cache_undo(shard->cache);
	while (work->timer_undo_count > 0) {
		const struct timer_undo *const undo = &work->timer_undos[--work->timer_undo_count];

		if (undo->due.us == TIME_MAX.us)
			timer_queue_clear(&shard->timers, undo->index, undo->key);
		else
			timer_queue_set(&shard->timers, undo->index, undo->key, undo->due);
	}
	while (work->high_undo_count > 0) {
		const struct high_undo *const undo = &work->high_undos[--work->high_undo_count];

		shard->high[undo->place] = undo->sequence;
	}
	work->fact_count = work->fact_mark;
	shard->row.sequence = work->sequence_mark;
}

/* Timers. */

static void touch_timer(struct shard *shard, uint32_t index, const char *key)
{
	struct work *const work = shard->work;
	char *const name = arena_printf(shard->arena, "%u:%s", index, key);

	if (map_get(&work->timer_map, bytes_of(name)) != NULL)
		return;
	map_set(&work->timer_map, bytes_of(name), name);
	GROW(work->timers, work->timer_count, work->timer_capacity);
	work->timers[work->timer_count++] =
	    (struct timer_touch){ index, arena_string(shard->arena, key), name };
}

void work_timer(struct shard *shard, uint32_t index, const char *key, struct instant due)
{
	struct work *const work = shard->work;
	const char *const kept = arena_string(shard->arena, key);
	const struct instant old = due.us == TIME_MAX.us
	                               ? timer_queue_clear(&shard->timers, index, kept)
	                               : timer_queue_set(&shard->timers, index, kept, due);

	touch_timer(shard, index, kept);
	GROW(work->timer_undos, work->timer_undo_count, work->timer_undo_capacity);
	work->timer_undos[work->timer_undo_count++] = (struct timer_undo){ index, kept, old };
}

/* Facts. */

static void raise_high(struct shard *shard, size_t place, int64_t sequence)
{
	struct work *const work = shard->work;

	GROW(work->high_undos, work->high_undo_count, work->high_undo_capacity);
	work->high_undos[work->high_undo_count++] = (struct high_undo){ place, shard->high[place] };
	shard->high[place] = sequence;
}

static void note_high(struct shard *shard, const struct fact *fact)
{
	const size_t partitions = (size_t)shard->context->partitions;

	if (fact->dead_letter) /* nobody in the mesh reads dead letters */
		return;
	for (size_t i = 0; i < shard->high_count; i++) {
		if (shard->high_topics[i] != fact->topic)
			continue;
		if (fact->partition >= 0)
			raise_high(shard, i * partitions + (size_t)fact->partition, fact->sequence);
		else
			for (size_t n = 0; n < partitions; n++)
				raise_high(shard, i * partitions + n, fact->sequence);
		return;
	}
	CHECK(!"a topic that the stage does not declare among those it emits to");
}

void work_say(struct shard *shard, struct fact *fact)
{
	struct work *const work = shard->work;

	fact->sequence = ++shard->row.sequence;
	fact->mesh = shard->row.now;
	fact->traceparent = arena_bytes(shard->arena, work->traceparent);
	note_high(shard, fact);
	GROW(work->facts, work->fact_count, work->fact_capacity);
	work->facts[work->fact_count++] = *fact;
}

/* Rows. */

/* From memory, or from the store: a guess that the fence will prove. */
static const struct cache_row *find_row(struct shard *shard, const struct state_table *table,
                                        struct bytes key)
{
	const struct outside *const outside = shard->context->outside;
	const int place = cache_table(shard->cache, table);
	const struct cache_row *row = cache_find(shard->cache, place, key);

	if (row != NULL || table->resident || shard->work->trouble != STATUS_OK)
		return row;
	shard->work->trouble = outside->store_ops->load(outside->store, shard, table, &key, 1);
	return shard->work->trouble == STATUS_OK ? cache_find(shard->cache, place, key) : NULL;
}

bool work_load(struct shard *shard, const struct state_table *table, void *row)
{
	const struct bytes key = state_key(shard->arena, table, row, table->key_columns);
	const struct cache_row *const found = find_row(shard, table, key);

	if (found == NULL || found->packed.data == NULL)
		return false;
	state_unpack(table, arena_bytes(shard->arena, found->packed), row);
	return true;
}

void work_save(struct shard *shard, const struct state_table *table, const void *row)
{
	cache_change(shard->cache, cache_table(shard->cache, table),
	             state_key(shard->arena, table, row, table->key_columns),
	             state_pack(shard->arena, table, row));
}

void work_remove(struct shard *shard, const struct state_table *table, const void *row)
{
	cache_change(shard->cache, cache_table(shard->cache, table),
	             state_key(shard->arena, table, row, table->key_columns), (struct bytes){ 0 });
}

/* Handlers. */

static const struct stage_event *find_handler(const struct stage *stage, int topic,
                                              const char *fact)
{
	for (const struct stage_event *event = stage->events; event->topic >= 0; event++)
		if (event->topic == topic &&
		    (event->fact == NULL || (fact != NULL && strcmp(event->fact, fact) == 0)))
			return event;
	return NULL;
}

static const ProtobufCMessage *unpack(struct shard *shard, const struct event *event,
                                      char problem[static PROTO_REASON_SIZE])
{
	const struct topic *const topic = &shard->context->catalogue->topics[event->record.topic];
	ProtobufCMessage *message;

	return proto_unpack(shard->arena, topic->message, event->record.value, &message, problem)
	           ? message
	           : NULL;
}

static const struct stage_event *handler_of(const struct shard *shard, const struct event *event,
                                            const ProtobufCMessage *message)
{
	const ProtobufCMessage *fact = NULL;
	const char *name = NULL;

	return find_handler(shard->stage, event->record.topic,
	                    proto_fact(message, &name, &fact) ? name : NULL);
}

const ProtobufCMessage *work_unpack(struct shard *shard, const struct event *event,
                                    const struct stage_event **handler)
{
	char problem[PROTO_REASON_SIZE];
	const ProtobufCMessage *const message = unpack(shard, event, problem);

	*handler = message == NULL ? NULL : handler_of(shard, event, message);
	return message;
}

enum status work_handle(struct shard *shard, const struct event *event,
                        const ProtobufCMessage *message, char reason[static TASK_REASON_SIZE])
{
	char problem[PROTO_REASON_SIZE];
	struct task task = { .config = shard->context->config,
		             .arena = shard->arena,
		             .now = shard->row.now,
		             .event = event,
		             .shard_number = shard->number,
		             .partitions = shard->context->partitions,
		             .shard = shard };

	task.message = message != NULL ? message : unpack(shard, event, problem);
	if (task.message == NULL) {
		CHECK(snprintf(reason, TASK_REASON_SIZE, "value: %s", problem) > 0);
		return STATUS_REJECT;
	}
	const struct stage_event *const handler = handler_of(shard, event, task.message);

	if (handler == NULL) /* unknown facts are skipped */
		return STATUS_OK;
	work_begin(shard);
	const enum status status = handler->handle(&task, task.message);

	if (status == STATUS_OK && shard->work->trouble == STATUS_OK)
		work_keep(shard);
	else
		work_undo(shard);
	memcpy(reason, task.reason, TASK_REASON_SIZE);
	return status;
}
