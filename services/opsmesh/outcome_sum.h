/*
 * outcome_sum - what became of the disputes that we answered, summed over all shards: by cell of the economics document, and
 * by tenths of the chance that was predicted. Pure.
 *
 * A dispute counts once, by the cell and the chance of the first fact that says that it was answered, whatever it becomes later;
 * whether it was won is the word of the last. What was never answered does not count, since a chance is that of an answer.
 * A part that came back is no win. A dispute is one under whichever account its cases were.
 */
#ifndef SERVICES_OPSMESH_OUTCOME_SUM_H
#define SERVICES_OPSMESH_OUTCOME_SUM_H

#include "common/base/arena.h"
#include "common/base/calibration.h"
#include "common/base/map.h"
#include "opsmesh/v1/dispute.pb-c.h"

struct outcome; /* of a dispute */

struct outcome_cell {
	const char *name; /* "fraudulent/full" */
	int64_t answered;
	int64_t won;
	struct outcome_cell *next;
};

struct outcome_sum {
	struct arena *arena;
	struct map disputes; /* id -> struct outcome */
	struct outcome *first;
	struct outcome **end;
	struct outcome_cell *cells; /* in the order of their names */
	struct calibration calibration;
	int64_t answered;
	int64_t unanswered;
	int64_t nameless; /* answered, and told before facts named a cell */
};

/* Finish it in any case. */
void outcome_sum_init(struct outcome_sum *sum, struct arena *arena);
void outcome_sum_finish(struct outcome_sum *sum);
/* In the order in which they happened; the fact may go away afterwards. Then the end. */
void outcome_sum_tell(struct outcome_sum *sum, const Opsmesh__V1__DisputeEvent *event);
void outcome_sum_end(struct outcome_sum *sum);
/* Of no dispute where there is none of that name, which is borrowed. */
struct outcome_cell outcome_sum_of(const struct outcome_sum *sum, const char *name);

#endif
