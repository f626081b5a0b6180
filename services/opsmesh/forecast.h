/*
 * forecast - what open cases put at stake, what may come back of it, and when they must be answered. Pure.
 *
 * What may come back is the amount times the chance of winning that the case's recommendation has, where it is of the stage in
 * which the case is, summed in parts per million and rounded half up once for each stage and currency. Of a case that is not
 * contested (another decision, or none and another recommendation) nothing comes back. Where nothing was recommended yet and
 * nobody has decided against contesting, nobody knows: it is counted apart.
 */
#ifndef SERVICES_OPSMESH_FORECAST_H
#define SERVICES_OPSMESH_FORECAST_H

#include "services/opsmesh/dispute_row.h"
#include "services/opsmesh/running.h"

#define FORECAST_DAYS 14
/* Four stages, one of them unknown, of more currencies than ISO 4217 has. */
#define FORECAST_ROWS_MAX 1024

struct forecast_row {
	const char *stage;    /* "chargeback" */
	const char *currency; /* "" the amount is not known */
	int64_t count;
	bool known; /* false: the sums are beyond 64 bits, or no amount is told */
	int64_t at_stake;
	int64_t expected;
	int64_t reckoned;                /* cases of which it is known what may come back */
	__extension__ __int128 weighted; /* minor units times parts per million */
};

struct forecast_day {
	int64_t count;
	bool beyond; /* the sum is beyond 64 bits: it is not known */
	struct running at_stake;
};

struct forecast {
	struct arena *arena;
	struct instant now; /* the mesh time from which days are counted; TIME_MIN: none */
	struct forecast_row rows[FORECAST_ROWS_MAX]; /* by stage, then by currency */
	size_t count;
	struct forecast_day overdue;             /* the deadline has passed */
	struct forecast_day days[FORECAST_DAYS]; /* UTC; the first is that of now, from now on */
	struct forecast_day later;
	int64_t without; /* cases without a deadline */
};

/* now: TIME_MIN where there is none. */
void forecast_init(struct forecast *forecast, struct arena *arena, struct instant now);
/* Each open case once, in any order, then the end; the row may go away afterwards. */
void forecast_add(struct forecast *forecast, const struct dispute_row *row);
void forecast_end(struct forecast *forecast);
/* The day at a place: "2026-05-09"; "" without mesh time. */
const char *forecast_date(struct arena *arena, const struct forecast *forecast, size_t place);

#endif
