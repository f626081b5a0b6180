/*
 * task - one event or one timer: a handler's only door to the world.
 *
 * What a handler saves, sets and emits becomes visible together when it answers STATUS_OK, or not at
 * all. Handlers are pure over (state, event, now): the same code runs in the daemon, in the replay and in
 * the simulator.
 */
#ifndef COMMON_FLOW_TASK_H
#define COMMON_FLOW_TASK_H

#include "common/base/arena.h"
#include "common/flow/record.h"
#include "common/flow/stage.h"

#define TASK_REASON_SIZE 256

struct shard;
struct document;

struct task {
	const void *config;    /* the service's settings; may hold secrets, never the clock */
	struct arena *arena;   /* emptied after the batch */
	struct arena *scratch; /* emptied after the handler: what is neither saved nor emitted */
	struct instant now;    /* mesh time, frozen while the handler runs */
	const struct event *event;       /* what is handled; NULL in a timer */
	const ProtobufCMessage *message; /* the whole message that the event carries */
	struct instant due;              /* of a timer: when it was due, at or before now */
	int32_t shard_number;
	int32_t partitions;
	enum status trouble; /* of a load that failed; the runtime's */
	bool outsiders;      /* what was refused is theirs; the runtime's */
	struct shard *shard; /* the runtime's */
	char reason[TASK_REASON_SIZE];
};

/*
 * `now`; while the shard has none, since it has not heard of every source, the time at which its event was told, and never before
 * TIME_OLDEST. By `now` alone what a shard hears first would seem to be decades ago.
 */
struct instant task_time(const struct task *task);

/*
 * Rows. The caller fills the key columns; load fills the rest and answers whether the row is there (texts
 * live until the end of the batch). Saves and removals are seen by later loads at once.
 */
bool task_load(struct task *task, const struct state_table *table, void *row);
void task_save(struct task *task, const struct state_table *table, const void *row);
/*
 * A row that the handler knows not to be there: nobody looks for it. A second one ends the process: at once
 * where the first is in memory, else when the database refuses it.
 */
void task_add(struct task *task, const struct state_table *table, const void *row);
void task_remove(struct task *task, const struct state_table *table, const void *row);
/* Is it one of the stage's own tables? What several stages share asks where its rows are. */
bool task_has(const struct task *task, const struct state_table *table);
/*
 * What a handler does since a mark can be undone by itself: of an event with several parts one can be refused
 * (task_refuse), and the others stand. What its own structs say of it is the handler's to forget.
 */
struct task_mark {
	size_t changes;
	size_t timers;
	size_t highs;
	size_t facts;
	int64_t sequence;
};
struct task_mark task_mark(const struct task *task);
void task_undo(struct task *task, const struct task_mark *mark);
/* Is that the answer of task_refuse? */
bool task_is_refused(const struct task *task, enum status status);
/* In a need function: this row will be loaded. */
void task_need(struct task *task, const struct state_table *table, const void *row);

/* The rows of a resident table whose first columns equal those of row, in key order. */
struct task_cursor {
	const struct state_table *table;
	struct bytes prefix;
	struct bytes last;
};
void task_scan(struct task *task, const struct state_table *table, const void *row, size_t columns,
               struct task_cursor *cursor);
bool task_next(struct task *task, struct task_cursor *cursor, void *row);

/* One timer a (name, key); setting it again moves it. It fires when `now` passes due, also at once. */
void task_timer_set(struct task *task, const char *name, const char *key, struct instant due);
void task_timer_clear(struct task *task, const char *name, const char *key);
/*
 * What a timer that waits would do is done now, as a part of what is handled, with `due` as its due, and it waits no more.
 * It reads and saves rows of its own: the caller loads its rows again.
 */
enum status task_timer_run(struct task *task, const char *name, const char *key,
                           struct instant due) MUST_CHECK;

struct emission {
	int topic;
	const char *key;          /* the aggregate; decides the partition */
	const char *subject;      /* ce_subject; NULL: the key */
	struct instant time;      /* when it happened in the business */
	bool everywhere;          /* to all partitions of an internal topic; the key stays */
	const int32_t *partition; /* NULL: by key; else of a topic whose partition is explicit */
	const ProtobufCMessage *message;
	struct bytes
	    *packed; /* where to tell its bytes, which live in the task's arena; may be NULL */
};
/* Refuses (REJECT) what the broker would: too large, text that is not UTF-8. */
enum status task_emit(struct task *task, const struct emission *emission) MUST_CHECK;

/* The source and sequence that the next fact will have: for ids that are computed from them. */
const char *task_next_id(struct task *task);

/* A document in force (policy, calendar, ...), compiled; by its name in the service's table. */
const void *task_document(struct task *task, const char *name);

/*
 * The conversation stage applies an action to its own dead letters through these; of other stages the
 * runtime does it, when control arrives. False: no such letter.
 */
bool task_retry(struct task *task, const char *topic, const char *source, int64_t sequence);
bool task_drop(struct task *task, const char *topic, const char *source, int64_t sequence);

/*
 * Is that the key of an event for this shard: not empty, of at most so many bytes, and of its partition? What is
 * none is refused (REJECT) by the name of its field.
 */
enum status task_key(struct task *task, const char *field, const char *key, size_t most) MUST_CHECK;

/* return task_fail(task, STATUS_REJECT, "ticket %s: no policy", id); */
enum status task_fail(struct task *task, enum status status, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Of what an outsider said, and no defect of ours: answers REJECT, and the stage's `refused` says it. */
enum status task_refuse(struct task *task, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
