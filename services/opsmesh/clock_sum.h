/*
 * clock_sum - what a clock has used, added up again from when it ran, and held against what was said.
 *
 * Pure but for the calendars, which are asked for. A clock runs from Activated; Paused ends a span and
 * Resumed begins one; where the calendar changes, the span is cut at that instant. Every fact says how
 * much was used at its time: that must be the sum of the spans up to then.
 */
#ifndef SERVICES_OPSMESH_CLOCK_SUM_H
#define SERVICES_OPSMESH_CLOCK_SUM_H

#include "common/base/calendar.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "services/opsmesh/told.h"

#define SUM_SPANS_MAX 64 /* shown of one clock; a sum counts them all */

/* The calendar of a clock: false and a reason when it cannot be had; NULL: always open. */
typedef bool sum_calendar(void *context, const Opsmesh__V1__SlaClock *clock,
                          struct calendar **calendar, const char **reason);

struct sum_span {
	struct instant from;
	struct instant to;
	struct duration used;
	const char *calendar; /* its id, "" always open */
};

struct clock_sum {
	int32_t metric; /* opsmesh.v1.SlaMetric */
	int32_t instance;
	const struct told *last;            /* the fact that says where it stands */
	const Opsmesh__V1__SlaClock *clock; /* of that fact */
	struct sum_span spans[SUM_SPANS_MAX];
	size_t span_count;
	struct duration used; /* computed, at the last fact's time */
	bool agrees;          /* every fact's sum was the computed one */
	const char *problem;  /* NULL, or why the two differ or cannot be compared */
};

/* The clock that a fact of ops.sla.v1 carries; NULL: none. */
const Opsmesh__V1__SlaClock *sum_clock_of(const struct told *told);
bool sum_clock_open(const Opsmesh__V1__SlaClock *clock);

/*
 * All clocks of one ticket, by metric and instance. facts holds everything that was told of the ticket;
 * times of facts that may have changed the calendar are taken from it as well.
 */
struct clock_sum *clock_sums(struct arena *arena, const struct told_list *facts,
                             sum_calendar *calendar, void *context, size_t *count);

#endif
