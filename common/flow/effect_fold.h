/*
 * effect_fold - what was asked for and not answered, as a shard folds. For the runtime alone.
 */
#ifndef COMMON_FLOW_EFFECT_FOLD_H
#define COMMON_FLOW_EFFECT_FOLD_H

#include "common/flow/cache.h"
#include "common/flow/effect.h"
#include "common/flow/shard.h"

struct cache_row;

#define EFFECT_HEADER "ce_effect"

struct effect_pending_row {
	const char *stage;
	const char *name;
	const char *id;
	struct instant asked_at;
	struct bytes key; /* of the event that asked; of a timer the id */
	struct bytes message;
};

struct effect_answered_row {
	const char *stage;
	const char *name;
	const char *id;
	struct instant asked_at;
};

extern const struct state_table effect_pending_table;
extern const struct state_table effect_answered_table;

/* Is it the result of something that this shard has asked for and that is not answered? */
bool effect_is_pending(struct shard *shard, const struct event *event);
/* A result that nobody waits for, or nobody any more: a repetition, or a word of an owner that was. */
bool effect_is_stale(struct shard *shard, const struct event *event);
/* The event has become something, were it a dead letter: it answers what it answers. */
void effect_settle(struct shard *shard, const struct event *event);

/* Recorded mode: has the shard asked for something, so that nothing but the answer may be folded? */
bool effect_waits(const struct shard *shard);
/* Of a shard that waits: the answer that comes next. */
bool effect_is_awaited(struct shard *shard, const struct event *event);

/* The next row above a packed key (absent: the first); NULL: there is none. */
const struct cache_row *effect_next(const struct shard *shard, struct bytes after);
bool effect_has(const struct shard *shard, struct bytes key);
size_t effect_count(const struct shard *shard);
/* When the oldest was asked for, mesh time; TIME_MAX: none is pending. One asked for before there was any time is of no age. */
struct instant effect_oldest(const struct shard *shard);

#endif
