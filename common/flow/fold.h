/*
 * fold - what shard.c, task.c and dead_letter.c share of a batch under way. For the runtime alone.
 */
#ifndef COMMON_FLOW_FOLD_H
#define COMMON_FLOW_FOLD_H

#include "common/flow/cache.h"
#include "common/flow/shard.h"
#include "common/flow/task.h"

/* Everything that a batch has gathered so far, in the shard's arena. */
struct work {
	struct fact *facts;
	size_t fact_count;
	size_t fact_capacity;
	struct timer_touch **timers; /* each timer that was set or cleared, once */
	size_t timer_count;
	size_t timer_capacity;
	struct map timer_map;        /* by name */
	size_t timers_told;          /* by the store, of those asked for */
	struct instant timers_until; /* the latest due of them */
	struct buffer refused;       /* for the journal */
	/* of the event under way, so that it can be undone */
	struct timer_undo *timer_undos;
	size_t timer_undo_count;
	size_t timer_undo_capacity;
	struct high_undo *high_undos;
	size_t high_undo_count;
	size_t high_undo_capacity;
	struct task_mark begun;
	struct bytes traceparent;
	enum status trouble;   /* RETRY: a row could not be loaded */
	struct wanted *wanted; /* of each table, for fetch.c */
};

struct timer_touch {
	uint32_t index;
	const char *key;
	const char *name;   /* "<index>:<key>" */
	struct instant due; /* TIME_MAX: it was cleared */
};

struct timer_undo {
	struct timer_touch *touch;
	bool fresh;            /* the batch had not touched it before */
	struct instant due;    /* of the touch before */
	struct instant queued; /* in the queue before; TIME_MAX: it was not there */
};

struct high_undo {
	size_t place;
	int64_t sequence;
};

void work_create(struct shard *shard);
void work_destroy(struct shard *shard);
void work_reset(struct shard *shard); /* for the next batch */
void work_begin(struct shard *shard); /* of an event or timer: what follows can be undone */
void work_keep(struct shard *shard);
void work_undo(struct shard *shard);
struct task_mark work_mark(const struct shard *shard);
void work_undo_to(struct shard *shard, const struct task_mark *mark);

void work_timer(struct shard *shard, uint32_t index, const char *key, struct instant due);
/* The next timer due before an instant, NULL: there is none. Loads what is not in memory. */
enum status work_next_timer(struct shard *shard, struct instant before,
                            const struct timer **next) MUST_CHECK;
/* Appends; the sequence is given here. Everything in fact must live until the batch has ended. */
void work_say(struct shard *shard, struct fact *fact);
/* Its message and its handler, NULL: there is none. NULL: it does not unpack. */
const ProtobufCMessage *work_unpack(struct shard *shard, const struct event *event,
                                    const struct stage_event **handler);
/*
 * Runs the stage's handler for an event, all or nothing; REJECT has its reason in reason. message may be
 * NULL: then it is unpacked here.
 */
enum status work_handle(struct shard *shard, const struct event *event,
                        const ProtobufCMessage *message, char reason[static TASK_REASON_SIZE]);
/* Asks the store once for the rows that these events and the timers due will want. */
enum status work_fetch(struct shard *shard, const struct fold *fold) MUST_CHECK;
/* Likewise for one timer that is about to fire: one that the batch itself has set was not due when it began. */
enum status work_fetch_timer(struct shard *shard, const struct stage_timer *row, const char *key,
                             struct instant due) MUST_CHECK;
void fetch_create(struct shard *shard);
void fetch_destroy(struct shard *shard);
/* Loads the row of a table into row, whose key columns are filled. */
bool work_load(struct shard *shard, const struct state_table *table, void *row);
void work_save(struct shard *shard, const struct state_table *table, const void *row);
void work_add(struct shard *shard, const struct state_table *table, const void *row);
void work_remove(struct shard *shard, const struct state_table *table, const void *row);

#endif
