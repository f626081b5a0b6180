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

#define TIMERS_READ \
	2000 /* at once, into memory: some milliseconds, in which nothing else is done */

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

struct task_mark work_mark(const struct shard *shard)
{
	const struct work *const work = shard->work;

	return (struct task_mark){ .changes = cache_undoable(shard->cache),
		                   .timers = work->timer_undo_count,
		                   .highs = work->high_undo_count,
		                   .facts = work->fact_count,
		                   .sequence = shard->row.sequence };
}

void work_begin(struct shard *shard)
{
	struct work *const work = shard->work;

	work->timer_undo_count = 0;
	work->high_undo_count = 0;
	work->begun = work_mark(shard);
}

/* Answers the due before. What is due later than all that is loaded is in the store alone. */
static struct instant place_timer(struct shard *shard, const struct timer_touch *touch,
                                  struct instant due)
{
	return time_before(due, shard->timers.until)
	           ? timer_queue_set(&shard->timers, touch->index, touch->key, due)
	           : timer_queue_clear(&shard->timers, touch->index, touch->key);
}

void work_keep(struct shard *shard)
{
	cache_keep(shard->cache);
	work_begin(shard);
}

static void undo_timer(struct shard *shard, const struct timer_undo *undo)
{
	struct work *const work = shard->work;
	struct timer_touch *const touch = undo->touch;

	place_timer(shard, touch, undo->queued);
	touch->due = undo->due;
	if (!undo->fresh)
		return;
	CHECK(work->timers[work->timer_count - 1] == touch);
	work->timer_count--;
	map_remove(&work->timer_map, bytes_of(touch->name));
}

void work_undo_to(struct shard *shard, const struct task_mark *mark)
{
	struct work *const work = shard->work;

	cache_undo_to(shard->cache, mark->changes);
	while (work->timer_undo_count > mark->timers) {
		undo_timer(shard, &work->timer_undos[--work->timer_undo_count]);
	}
	while (work->high_undo_count > mark->highs) {
		const struct high_undo *const undo = &work->high_undos[--work->high_undo_count];

		shard->high[undo->place] = undo->sequence;
	}
	work->fact_count = mark->facts;
	shard->row.sequence = mark->sequence;
}

void work_undo(struct shard *shard)
{
	work_undo_to(shard, &shard->work->begun);
}

/* Timers. */

static struct timer_touch *touch_timer(struct shard *shard, uint32_t index, const char *key,
                                       bool *fresh)
{
	struct work *const work = shard->work;
	const char *const name = arena_printf(shard->arena, "%u:%s", index, key);
	struct timer_touch *touch = map_get(&work->timer_map, bytes_of(name));

	*fresh = touch == NULL;
	if (touch != NULL)
		return touch;
	touch = arena_alloc(shard->arena, sizeof(*touch));
	*touch = (struct timer_touch){ .index = index,
		                       .key = arena_string(shard->arena, key),
		                       .name = name,
		                       .due = TIME_MAX };
	map_set(&work->timer_map, bytes_of(name), touch);
	GROW(work->timers, work->timer_count, work->timer_capacity);
	work->timers[work->timer_count++] = touch;
	return touch;
}

void work_timer(struct shard *shard, uint32_t index, const char *key, struct instant due)
{
	struct work *const work = shard->work;
	struct timer_undo undo;

	undo.touch = touch_timer(shard, index, key, &undo.fresh);
	undo.due = undo.touch->due;
	undo.queued = place_timer(shard, undo.touch, due);
	undo.touch->due = due;
	GROW(work->timer_undos, work->timer_undo_count, work->timer_undo_capacity);
	work->timer_undos[work->timer_undo_count++] = undo;
}

void shard_restore_timer(struct shard *shard, const char *name, const char *key, struct instant due)
{
	struct work *const work = shard->work;

	work->timers_told++;
	work->timers_until = time_later(work->timers_until, due);
	for (uint32_t i = 0; i < shard->timers.name_count; i++)
		if (strcmp(shard->stage->timers[i].name, name) == 0)
			timer_queue_set(&shard->timers, i, key, due);
}

/* What this batch has done to a timer is newer than what the store knows. */
static enum status load_timers(struct shard *shard)
{
	const struct outside *const outside = shard->context->outside;
	const size_t kept = shard_timers_kept(shard);
	const size_t limit = kept < TIMERS_READ ? kept : TIMERS_READ;
	struct work *const work = shard->work;

	work->timers_told = 0;
	work->timers_until = TIME_MIN;
	TRY(outside->store_ops->timers(outside->store, shard, shard->timers.until, limit));
	shard->timers.until = work->timers_told < limit
	                          ? TIME_MAX
	                          : time_add(work->timers_until, (struct duration){ 1 });
	for (size_t i = 0; i < work->timer_count; i++)
		(void)place_timer(shard, work->timers[i], work->timers[i]->due);
	return STATUS_OK;
}

/* What is in memory is due before all that is not. */
enum status work_next_timer(struct shard *shard, struct instant before, const struct timer **next)
{
	const struct timer *first = timer_queue_first(&shard->timers);

	while (first == NULL && shard->timers.name_count > 0 &&
	       time_before(shard->timers.until, before)) {
		TRY(load_timers(shard));
		first = timer_queue_first(&shard->timers);
	}
	*next = first != NULL && time_before(first->due, before) ? first : NULL;
	return STATUS_OK;
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
	state_unpack(table, key, arena_bytes(shard->arena, found->packed), row);
	return true;
}

void work_save(struct shard *shard, const struct state_table *table, const void *row)
{
	cache_change(shard->cache, cache_table(shard->cache, table),
	             state_key(shard->arena, table, row, table->key_columns),
	             state_pack(shard->arena, table, row));
}

void work_add(struct shard *shard, const struct state_table *table, const void *row)
{
	const int place = cache_table(shard->cache, table);
	const struct bytes key = state_key(shard->arena, table, row, table->key_columns);

	CHECK(cache_put(shard->cache, place, key, (struct bytes){ 0 })->packed.data == NULL);
	cache_change(shard->cache, place, key, state_pack(shard->arena, table, row));
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

/* What the handler did is undone; its stage says why. */
static enum status say_refused(struct shard *shard, struct task *task)
{
	char reason[TASK_REASON_SIZE];

	memcpy(reason, task->reason, sizeof(reason));
	task->outsiders = false;
	work_undo(shard);
	work_begin(shard);
	return shard->stage->refused(task, reason);
}

enum status work_handle(struct shard *shard, const struct event *event,
                        const ProtobufCMessage *message, char reason[static TASK_REASON_SIZE])
{
	char problem[PROTO_REASON_SIZE];
	struct task task = { .config = shard->context->config,
		             .arena = shard->arena,
		             .scratch = shard->scratch,
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
	enum status status = handler->handle(&task, task.message);

	if (task_is_refused(&task, status) && shard->stage->refused != NULL &&
	    shard->work->trouble == STATUS_OK)
		status = say_refused(shard, &task);
	arena_reset(shard->scratch);
	if (status == STATUS_OK && shard->work->trouble == STATUS_OK)
		work_keep(shard);
	else
		work_undo(shard);
	memcpy(reason, task.reason, TASK_REASON_SIZE);
	return status;
}
