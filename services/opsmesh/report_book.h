/*
 * report_book - the figures of a report: each metric with the period and the twelve before it, by currency, and what was
 * restated. Pure.
 *
 * Figures are those that kpi-aggregator said last. Nothing is added up here: amounts of two currencies stand apart, and a longer
 * period is a window of its own.
 */
#ifndef SERVICES_OPSMESH_REPORT_BOOK_H
#define SERVICES_OPSMESH_REPORT_BOOK_H

#include "common/base/time.h"
#include "services/opsmesh/kpi_figure.h"

#define REPORT_PERIODS 13

/* A window as it was said last. Texts are "" where there is none. */
struct report_cell {
	bool there;
	const char *label; /* "2026-W18" */
	const char *state; /* "open", "sealed", "restated" */
	int64_t revision;
	struct kpi_figure figure;
	bool has_former; /* what it was before it was restated last */
	struct kpi_figure former;
	const char *reason;
};

struct report_line {
	const char *currency;                     /* ISO 4217; "": the metric is no amount */
	struct report_cell cells[REPORT_PERIODS]; /* by how many periods ago */
	struct report_line *next;
};

struct report_metric {
	const char *key; /* "support.first_reply@1" */
	const char *name;
	int64_t version;
	const char *title;
	const char *says;
	const char *formula;
	const char *unit;
	const char *better; /* "higher", "lower", "neither" */
	const char *area;
	const char *zone;          /* IANA name */
	const char *kind;          /* of its windows: the report's, or "day" */
	struct report_line *lines; /* in the order in which they were added */
	struct report_metric *next;
};

struct report_restated {
	struct report_metric metric; /* its key, title, formula and unit */
	const char *currency;
	struct report_cell cell;
	struct instant said_at;
	struct report_restated *next;
};

struct report {
	struct arena *arena;
	const char *kind;  /* "day", "week", "month" */
	const char *label; /* "2026-W18" */
	const char *first; /* day, "2026-04-27" */
	const char *last;  /* in it */
	struct instant mesh_time;
	struct report_metric *metrics;
	struct report_restated *restated;
	struct report_metric **metric_end;
	struct report_restated **restated_end;
	size_t unread; /* figures that are none */
};

/* A row of a metric; currency NULL: nothing is known of it in any of the periods. Figures are ProtoJSON. Borrowed in the call. */
struct report_row {
	struct report_metric metric;
	const char *currency;
	int64_t ago; /* periods */
	const char *label;
	const char *state;
	int64_t revision;
	const char *figures;
	const char *former; /* NULL: none */
	const char *reason; /* NULL: none */
	struct instant said_at;
};

void report_init(struct report *report, struct arena *arena);
/* Rows of one metric's version come one behind the other, versions in their order. */
void report_add(struct report *report, const struct report_row *row);
void report_add_restated(struct report *report, const struct report_row *row);
/* The latest version of a metric; NULL: not known here. */
const struct report_metric *report_find(const struct report *report, const char *name);

#endif
