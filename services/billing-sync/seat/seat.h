/*
 * seat - how many seats a subscription item had, day by day, and how many were billed and assigned.
 *
 * A timeline holds changes as (effective_at, recorded_at, delta, prev): when it counts from, when we came
 * to know, by how much, from what. They may come in any order and more than once; the timeline ends the
 * same. Of two that are equal in both times the larger quantity holds. Beyond SEAT_CHANGES_MAX the oldest
 * are let go, and what was before them is not known, rather than guessed.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_H

#include "common/base/arena.h"
#include "common/base/time.h"

#define SEAT_CHANGES_MAX 128 /* of one item: a change a day for a third of a year */
#define SEAT_QUANTITY_MAX INT64_C(1000000000)
#define SEAT_DAYS_MAX 400           /* that are compared at once: a year's period and some */
#define SEAT_ASSIGNMENTS_MAX 200000 /* that are counted at once */

struct seat_change {
	struct instant effective_at;
	struct instant recorded_at;
	int64_t delta;
	int64_t prev; /* in force before; 0 for the first */
};

/* Zero-initialised: there never were any seats. */
struct seat_timeline {
	bool cut;
	struct seat_change base; /* of a cut one: the last that was let go */
	struct seat_change changes[SEAT_CHANGES_MAX];
	size_t count;
};

/* From effective_at on there are so many. False: nothing new, or out of bounds. */
bool seat_record(struct seat_timeline *timeline, struct instant effective_at,
                 struct instant recorded_at, int64_t quantity);
/* In force at an instant, as was known by another (TIME_MAX: as is known). False: let go. */
bool seat_at(const struct seat_timeline *timeline, struct instant at, struct instant known_by,
             int64_t *quantity) MUST_CHECK;

/* What was billed: quantity from start until end; a credit takes away, so its quantity is negative. */
struct seat_billed {
	struct instant start;
	struct instant end;
	int64_t quantity;
};

struct seat_difference {
	int32_t days;     /* UTC days that differ; 0: none */
	int64_t day;      /* the first with the largest difference, as days since 1970 */
	int64_t expected; /* seats in force that day, the nearest to found */
	int64_t found;    /* billed, or assigned */
	int32_t unknown;  /* days of which the timeline knows nothing */
};

/*
 * Billed against in force for each UTC day that [from, until) touches, SEAT_DAYS_MAX at most. On a day with
 * a change both what was before and what is after count as in force.
 */
struct seat_difference seat_against_billed(const struct seat_timeline *timeline,
                                           const struct seat_billed *billed, size_t count,
                                           struct instant from, struct instant until);

/* A usage event: a seat is given to somebody, or taken back. */
struct seat_assignment {
	const char *subject; /* who: an id, opaque */
	const char *id;      /* of the event: decides between two of one instant */
	struct instant at;
	bool assigned;
};

/*
 * Distinct subjects with a seat against seats in force: a day differs when more are assigned than there
 * were seats. At most SEAT_ASSIGNMENTS_MAX assignments, in any order; the arena is for working.
 */
struct seat_difference seat_against_assigned(struct arena *arena,
                                             const struct seat_timeline *timeline,
                                             const struct seat_assignment *assignments,
                                             size_t count, struct instant from,
                                             struct instant until);

#endif
