/*
 * The rows that a batch will want, asked of the store in one trip.
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/fold.h"
#include "common/io/proto.h"

#include <string.h>

#define FETCH_TIMERS_MAX 10000 /* more due at once are asked for one timer at a time */
#define FETCH_TIMERS_SOON \
	256 /* of a batch that ends when its timers take long: what it may come to */

/* The keys that a batch wants of each table, once each. */
struct wanted {
	struct bytes *keys;
	size_t count;
	size_t capacity;
	struct map seen;
};

static void want(struct shard *shard, int place, struct bytes key)
{
	struct wanted *const wanted = &shard->work->wanted[place];

	if (cache_find(shard->cache, place, key) != NULL || map_get(&wanted->seen, key) != NULL)
		return;
	map_set(&wanted->seen, key, shard);
	if (wanted->count == wanted->capacity) {
		wanted->capacity = wanted->capacity == 0 ? 64 : wanted->capacity * 2;
		wanted->keys =
		    memory_resize(wanted->keys, wanted->capacity * sizeof(*wanted->keys));
	}
	wanted->keys[wanted->count++] = key;
}

void task_need(struct task *task, const struct state_table *table, const void *row)
{
	if (!table->resident)
		want(task->shard, cache_table(task->shard->cache, table),
		     state_key(task->arena, table, row, table->key_columns));
}

void fetch_create(struct shard *shard)
{
	shard->work->wanted = memory_zero(STAGE_TABLES_MAX * sizeof(struct wanted));
}

void fetch_destroy(struct shard *shard)
{
	for (size_t i = 0; i < STAGE_TABLES_MAX; i++) {
		map_finish(&shard->work->wanted[i].seen);
		memory_free(shard->work->wanted[i].keys);
	}
	memory_free(shard->work->wanted);
}

static void need_event(struct shard *shard, struct held *held, struct task *task)
{
	const struct event *const event = &held->event;
	const struct stage_event *handler;

	if (event->problem != NULL)
		return;
	held->message = work_unpack(shard, event, &handler);
	if (held->message == NULL || handler == NULL || handler->need == NULL)
		return;
	task->event = event;
	task->message = held->message;
	handler->need(task, held->message);
}

static void need_timers(struct shard *shard, const struct fold *fold, struct task *task)
{
	const size_t most = fold->patience.us > 0 ? FETCH_TIMERS_SOON : FETCH_TIMERS_MAX;
	struct timer **const due = arena_alloc(shard->arena, most * sizeof(*due));
	const size_t count = timer_queue_before(&shard->timers, fold->frontier, due, most);

	task->event = NULL;
	task->message = NULL;
	for (size_t i = 0; i < count; i++)
		if (shard->stage->timers[due[i]->index].need != NULL) {
			task->due = due[i]->due;
			shard->stage->timers[due[i]->index].need(task, due[i]->key);
		}
}

static struct task needing(struct shard *shard)
{
	return (struct task){ .config = shard->context->config,
		              .arena = shard->arena,
		              .scratch = shard->scratch,
		              .shard_number = shard->number,
		              .partitions = shard->context->partitions,
		              .shard = shard };
}

/* Of each table in one trip, where anything is missing. */
static enum status load_wanted(struct shard *shard)
{
	const struct outside *const outside = shard->context->outside;

	for (size_t i = 0; i < shard->table_count; i++) {
		struct wanted *const wanted = &shard->work->wanted[i];

		if (wanted->count > 0)
			TRY(outside->store_ops->load(outside->store, shard, shard->tables[i],
			                             wanted->keys, wanted->count));
		wanted->count = 0;
		map_clear(&wanted->seen);
	}
	return STATUS_OK;
}

enum status work_fetch(struct shard *shard, const struct fold *fold)
{
	struct task task = needing(shard);

	for (size_t i = 0; i < fold->count; i++)
		need_event(shard, fold->events[i], &task);
	if (shard->timers.count > 0)
		need_timers(shard, fold, &task);
	return load_wanted(shard);
}

enum status work_fetch_timer(struct shard *shard, const struct stage_timer *row, const char *key,
                             struct instant due)
{
	struct task task = needing(shard);

	task.due = due;
	if (row->need == NULL)
		return STATUS_OK;
	row->need(&task, key);
	return load_wanted(shard);
}
