/*
 * recount - a number counted again from observations, by the code that counted it first, with who is in it and who is not. Pure.
 *
 * Each observation is expanded by cell_expand, as the stage partial does; what falls on the number's series, value and window is added
 * up. Of a level what was before the window is added up as well.
 */
#ifndef SERVICES_KPI_AGGREGATOR_EXPLAIN_RECOUNT_H
#define SERVICES_KPI_AGGREGATOR_EXPLAIN_RECOUNT_H

#include "opsmesh/v1/kpi.pb-c.h"
#include "services/kpi-aggregator/cell/cell.h"

/* Which number. */
struct recount_ask {
	const struct definition_book *book;
	const struct definition *definition;
	struct window window;
	int dimension; /* enum observation_word; -1: the whole */
	const char *value;
};

/* An observation that is in the number, or is not. */
struct recount_line {
	const char *subject; /* "ticket/T1" */
	const char *kind;
	const char *number;
	const char *currency;
	struct instant at; /* by which it counts; TIME_MIN: of several */
	const char *how;   /* "n 1, sum 1200": what it adds; or why it is not in */
	bool in;
	const struct cell_sums *adds; /* in the arena; NULL: it is not in */
	struct recount_line *next;
};

struct recount_sum {
	const char *currency;
	struct cell_sums own;
	struct cell_sums before; /* of a level: what is older than the window */
	struct recount_sum *next;
};

struct recount {
	struct arena *arena;
	struct recount_ask ask;
	struct recount_sum *sums;
	struct recount_line *lines; /* in the order in which they were taken */
	struct recount_line **end;
	size_t in_count;
	size_t out_count;
	bool overflowed; /* a sum is beyond what can be counted */
};

void recount_init(struct recount *recount, struct arena *arena, const struct recount_ask *ask);
/* NULL: it can be counted again. Else why not: what it counts is not kept. */
const char *recount_refused(struct arena *arena, const struct definition *definition);
/* From when on observations matter. */
struct instant recount_from(const struct recount_ask *ask);
void recount_take(struct recount *recount, const char *subject, const struct observation *it);
/* By the formula, in the arena. */
Opsmesh__V1__KpiFigures *recount_figures(const struct recount *recount,
                                         const struct recount_sum *sum);

#endif
