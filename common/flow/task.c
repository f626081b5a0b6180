#include "common/flow/task.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/flow/dead_letter.h"
#include "common/flow/document.h"
#include "common/flow/fold.h"
#include "common/io/proto.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct instant task_time(const struct task *task)
{
	const struct instant told = task->event != NULL ? task->event->mesh : TIME_MIN;

	return time_before(TIME_OLDEST, task->now) ? task->now : time_later(told, TIME_OLDEST);
}

bool task_load(struct task *task, const struct state_table *table, void *row)
{
	return work_load(task->shard, table, row);
}

void task_save(struct task *task, const struct state_table *table, const void *row)
{
	work_save(task->shard, table, row);
}

void task_add(struct task *task, const struct state_table *table, const void *row)
{
	work_add(task->shard, table, row);
}

void task_remove(struct task *task, const struct state_table *table, const void *row)
{
	work_remove(task->shard, table, row);
}

struct task_mark task_mark(const struct task *task)
{
	return work_mark(task->shard);
}

void task_undo(struct task *task, const struct task_mark *mark)
{
	work_undo_to(task->shard, mark);
	task->outsiders = false;
}

bool task_is_refused(const struct task *task, enum status status)
{
	return status == STATUS_REJECT && task->outsiders;
}

bool task_has(const struct task *task, const struct state_table *table)
{
	const struct state_table *const *own = task->shard->stage->tables;

	while (own != NULL && *own != NULL && *own != table)
		own++;
	return own != NULL && *own != NULL;
}

void task_scan(struct task *task, const struct state_table *table, const void *row, size_t columns,
               struct task_cursor *cursor)
{
	*cursor = (struct task_cursor){ .table = table,
		                        .prefix = state_key(task->arena, table, row, columns) };
}

bool task_next(struct task *task, struct task_cursor *cursor, void *row)
{
	const struct cache *const cache = task->shard->cache;
	const struct cache_row *const found =
	    cache_next(cache, cache_table(cache, cursor->table), cursor->prefix, cursor->last);

	if (found == NULL)
		return false;
	cursor->last = arena_bytes(task->arena, cache_row_key(found));
	state_unpack(cursor->table, cursor->last, arena_bytes(task->arena, found->packed), row);
	return true;
}

static uint32_t timer_index(const struct task *task, const char *name)
{
	const struct stage_timer *const timers = task->shard->stage->timers;
	uint32_t index = 0;

	while (timers[index].name != NULL && strcmp(timers[index].name, name) != 0)
		index++;
	CHECK(timers[index].name != NULL);
	return index;
}

void task_timer_set(struct task *task, const char *name, const char *key, struct instant due)
{
	CHECK(due.us != TIME_MAX.us);
	work_timer(task->shard, timer_index(task, name), key, due);
}

void task_timer_clear(struct task *task, const char *name, const char *key)
{
	work_timer(task->shard, timer_index(task, name), key, TIME_MAX);
}

enum status task_timer_run(struct task *task, const char *name, const char *key, struct instant due)
{
	const uint32_t index = timer_index(task, name);
	const struct instant was = task->due;

	work_timer(task->shard, index, key, TIME_MAX);
	task->due = due;
	const enum status status = task->shard->stage->timers[index].handle(task, key);

	task->due = was;
	return status;
}

/* Where it goes: -1 is everywhere. False: a key of another shard on a topic with one writer a partition. */
static bool find_partition(const struct task *task, const struct emission *emission,
                           int32_t *partition)
{
	const struct topic *const topic = &task->shard->context->catalogue->topics[emission->topic];

	if (emission->everywhere) {
		CHECK(topic->spread == SPREAD_ANY);
		*partition = -1;
		return true;
	}
	*partition = emission->partition != NULL
	                 ? *emission->partition
	                 : hash_partition(emission->key, strlen(emission->key), task->partitions);
	return topic->spread == SPREAD_ANY || *partition == task->shard_number;
}

enum status task_emit(struct task *task, const struct emission *emission)
{
	struct shard *const shard = task->shard;
	const struct topic *const topic = &shard->context->catalogue->topics[emission->topic];
	const char *const subject = emission->subject != NULL ? emission->subject : emission->key;
	const struct bytes message = proto_pack(task->arena, emission->message);
	char problem[PROTO_REASON_SIZE];
	int32_t partition;

	if (message.size > RECORD_SIZE_MAX)
		return task_fail(task, STATUS_REJECT,
		                 "%s: a fact of %zu bytes is over the limit of %d", topic->name,
		                 message.size, RECORD_SIZE_MAX);
	if (!proto_valid(topic->message, message, problem))
		return task_fail(task, STATUS_REJECT, "%s: %s", topic->name, problem);
	if (!find_partition(task, emission, &partition))
		return task_fail(task, STATUS_REJECT, "%s: the key belongs to partition %d, not %d",
		                 topic->name, partition, task->shard_number);
	struct fact fact = {
		.topic = emission->topic,
		.partition = partition,
		.time = emission->time,
		.type = proto_type(task->arena, emission->message),
		.subject = arena_string(task->arena, subject),
		.key = bytes_of(arena_string(task->arena, emission->key)),
		.message = message,
	};

	work_say(shard, &fact);
	if (emission->packed != NULL)
		*emission->packed = message;
	return STATUS_OK;
}

const char *task_next_id(struct task *task)
{
	return arena_printf(task->arena, "%s/%lld", task->shard->source,
	                    (long long)task->shard->row.sequence + 1);
}

const void *task_document(struct task *task, const char *name)
{
	for (const struct document *document = task->shard->context->documents;
	     document != NULL && document->name != NULL; document++)
		if (strcmp(document->name, name) == 0)
			return document->compiled;
	CHECK(!"a document that the service does not declare");
	return NULL;
}

/* Of an action on a dead letter of the very shard that folds the action. */
static bool settle_letter(struct task *task, const char *topic, const char *source,
                          int64_t sequence,
                          enum status (*settle)(struct shard *, struct dead_letter_row *))
{
	struct dead_letter_row row;

	if (!dead_letter_find(task->shard, topic, source, sequence, &row))
		return false;
	const enum status status = settle(task->shard, &row);

	if (status != STATUS_OK)
		task->shard->work->trouble = status;
	return true;
}

bool task_retry(struct task *task, const char *topic, const char *source, int64_t sequence)
{
	return settle_letter(task, topic, source, sequence, dead_letter_retry);
}

bool task_drop(struct task *task, const char *topic, const char *source, int64_t sequence)
{
	return settle_letter(task, topic, source, sequence, dead_letter_drop);
}

enum status task_key(struct task *task, const char *field, const char *key, size_t most)
{
	const size_t size = strlen(key);

	if (size == 0 || size > most)
		return task_fail(task, STATUS_REJECT, "%s: %s", field,
		                 size == 0 ? "empty" : "too long");
	if (hash_partition(key, size, task->partitions) != task->shard_number)
		return task_fail(task, STATUS_REJECT, "%s: belongs to another partition", field);
	return STATUS_OK;
}

enum status task_fail(struct task *task, enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int size = vsnprintf(task->reason, sizeof(task->reason), format, arguments);

	va_end(arguments);
	CHECK(size >= 0);
	return status;
}

enum status task_refuse(struct task *task, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int size = vsnprintf(task->reason, sizeof(task->reason), format, arguments);

	va_end(arguments);
	CHECK(size >= 0);
	task->outsiders = true;
	return STATUS_REJECT;
}
