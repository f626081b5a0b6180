/*
 * usage_tally - when a customer used how much of one meter: what the items that bill it are valued by.
 *
 * A slice is so much at an instant. While there is room each instant has its own, so that a period whose bounds
 * are told late still has exactly what was used within it. When there is none, what lies within a period that
 * is known is kept by its days, everything else by the hour, then by the day; at last the oldest are let go,
 * and what was before the rest is not known, rather than guessed. So the order in which events come matters
 * only where a period becomes another after its usage was summed up. Days are those of the books. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_USAGE_USAGE_TALLY_H
#define SERVICES_BILLING_SYNC_USAGE_USAGE_TALLY_H

#include "common/base/arena.h"
#include "common/base/time.h"

struct zone;

#define USAGE_SLICES_MAX 256
#define USAGE_SLICES_KEPT 192 /* when there is no more room */
#define USAGE_SPANS_MAX 32
#define USAGE_ITEMS_MAX 32

struct usage_slice {
	struct instant at;
	int64_t quantity; /* below zero: more was taken back than used */
};

/* A period of one of its items. */
struct usage_span {
	struct instant start;
	struct instant end; /* not part of it */
};

/* A subscription item that bills the meter. */
struct usage_biller {
	const char *item;
	struct instant billed_to; /* the end of the newest period that was billed; TIME_MIN: none */
};

/* Zero-initialised but for since: nothing was used. */
struct usage_tally {
	struct instant since; /* what was before is not known; TIME_MIN: all is */
	size_t slice_count;
	struct usage_slice slices[USAGE_SLICES_MAX + 1]; /* by time, each instant once */
	size_t span_count;
	struct usage_span spans[USAGE_SPANS_MAX]; /* by their start: the newest */
	size_t item_count;
	struct usage_biller items[USAGE_ITEMS_MAX];
};

/* False: it lies in what was let go. A sum beyond 64 bits stays at the edge. */
bool usage_tally_add(struct usage_tally *tally, struct zone *zone, struct instant at,
                     int64_t quantity);
/* From now on what lies within is not mixed with what does not. */
void usage_tally_span(struct usage_tally *tally, struct instant start, struct instant end);
/* The item's place; SIZE_MAX: there are too many. */
size_t usage_tally_item(struct usage_tally *tally, const char *item);

/* A row's bytes (packed.h): a version, then the fields in the order of the structs. */
struct bytes usage_tally_encode(struct arena *arena, const struct usage_tally *tally);
bool usage_tally_decode(struct arena *arena, struct bytes bytes,
                        struct usage_tally *tally) MUST_CHECK;

#endif
