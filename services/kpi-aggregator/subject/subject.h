/*
 * subject - what observations are made of: a ticket, a payment, an account, with all that is known of it.
 *
 * A subject's facts may come in any order between topics, and some come late. So it keeps what matters of each fact, and its
 * observations are a pure function of all that it has, and of the shard's horizon. The stage (partial/) compares them with what was
 * told before and tells the difference.
 *
 * What is known is bounded: a subject keeps at most so much, and what goes beyond it is counted and told, never a reason to stop.
 */
#ifndef SERVICES_KPI_AGGREGATOR_SUBJECT_SUBJECT_H
#define SERVICES_KPI_AGGREGATOR_SUBJECT_SUBJECT_H

#include "common/base/arena.h"
#include "common/io/window.h"
#include "services/kpi-aggregator/vocabulary/vocabulary.h"

#define SUBJECT_OBSERVATIONS_MAX \
	1024 /* of one; a ticket's come from its messages and from the midnights it was open at */
#define SUBJECT_KNOWN_MAX 131072  /* bytes of what is known of one */
#define SUBJECT_MIDNIGHTS_MAX 400 /* what was open at an older midnight is not corrected any more */

#define SUBJECT_TEXT_MAX \
	128 /* bytes of a word of an observation; longer ones are cut and end in "..." */

/* Up to which local midnight snapshots were taken, zone by zone. */
struct subject_horizon {
	struct subject_midnight {
		struct window_zone *zone;
		struct instant until; /* the last one taken; TIME_MIN: none yet */
	} * zones;
	size_t count;
};

/* Grows in the arena. */
struct observations {
	struct arena *arena;
	struct observation *items;
	size_t count;
	size_t capacity;
	size_t left_out; /* beyond SUBJECT_OBSERVATIONS_MAX */
};
void observations_add(struct observations *all, const struct observation *it);

/* A kind of subject, each in a folder of its own. */
struct subject_kind {
	const char *prefix; /* "ticket/": its id stands behind it */
	/* Makes all observations of what is known anew; the same whatever came first. False: these bytes are not its own. */
	bool (*observe)(const char *subject, struct bytes known,
	                const struct subject_horizon *horizon, struct observations *all);
	/* Is a snapshot of it to be taken at the midnights to come? NULL: of none. */
	bool (*is_open)(struct bytes known);
};

#endif
