/*
 * timer - the earliest timers of a shard, in the order in which they fire: due, then key, then name.
 *
 * All that are due before `until` are here; later ones are in the store alone, so that what waits for
 * weeks takes no memory. The owner of the queue loads more when time comes near `until`.
 */
#ifndef COMMON_FLOW_TIMER_H
#define COMMON_FLOW_TIMER_H

#include "common/base/map.h"
#include "common/base/time.h"

/* One timer takes 16 bytes and its key, a place in the heap and one in the map. */
struct timer {
	struct instant due;
	uint32_t place; /* in the heap */
	uint32_t index; /* of its name in the stage's table */
	char key[];
};

struct timer_queue {
	struct timer **heap;
	size_t count;
	size_t capacity;
	struct map *by_name; /* one map for each name of the stage's table */
	size_t name_count;
	struct instant until; /* TIME_MIN at first: nothing was loaded yet */
	size_t many;          /* with more than so many it is worth letting some go */
};

void timer_queue_init(struct timer_queue *queue, size_t names);
void timer_queue_finish(struct timer_queue *queue);
/* The due before, or TIME_MAX where there was none: what undoing needs. */
struct instant timer_queue_set(struct timer_queue *queue, uint32_t index, const char *key,
                               struct instant due);
struct instant timer_queue_clear(struct timer_queue *queue, uint32_t index, const char *key);
struct timer *timer_queue_first(const struct timer_queue *queue); /* NULL: empty */
/* The due of a timer, TIME_MAX: not set. */
struct instant timer_queue_due(const struct timer_queue *queue, uint32_t index, const char *key);
/* Up to max timers due before an instant, in no order; their number. */
size_t timer_queue_before(const struct timer_queue *queue, struct instant before,
                          struct timer **found, size_t max);
/*
 * Lets go all but the earliest `keep`, those of one instant together, when there are more than twice as
 * many; what goes must be in the store.
 */
void timer_queue_shrink(struct timer_queue *queue, size_t keep);
size_t timer_queue_memory(const struct timer_queue *queue);

#endif
