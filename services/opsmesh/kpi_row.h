/*
 * kpi_row - windows of one metric with their figures, as kpi-aggregator said them last.
 *
 * Each window is shown by the version of the definition that was in force when it began, unless one version is asked for.
 */
#ifndef SERVICES_OPSMESH_KPI_ROW_H
#define SERVICES_OPSMESH_KPI_ROW_H

#include "services/opsmesh/kpi_metric.h"

/* Texts are "" and times TIME_MIN where there is none. */
struct kpi_row {
	const struct kpi_metric *metric;
	struct window window;
	const char *label;    /* "2026-05-01" */
	const char *value;    /* of the dimension */
	const char *currency; /* ISO 4217 */
	const char *state;    /* "open", "sealed", "restated" */
	int64_t revision;     /* restatements so far */
	struct kpi_figure figure;
	bool has_former; /* before the last restatement */
	struct kpi_figure former;
	const char *reason; /* of the last restatement */
	struct instant said_at;
};

struct kpi_ask {
	const struct kpi_metric *metrics; /* versions of one name, by when they came into force */
	size_t count;
	const char *dimension; /* NULL: the whole */
	enum window_kind kind;
	struct instant from; /* TIME_MIN: the latest windows alone */
	struct instant to;   /* not included; TIME_MAX: no end */
};

struct kpi_rows {
	struct kpi_row *list; /* by start, value, currency */
	size_t count;
	size_t unread; /* whose figures cannot be read */
};

/* So many of the latest windows are shown where no span is asked for. */
struct duration kpi_span_usual(enum window_kind kind);
/* The versions that have such windows and that dimension, each for its time. */
enum status kpi_rows_look(struct mesh_store *store, size_t place, const struct kpi_ask *ask,
                          struct kpi_rows *rows) MUST_CHECK;

#endif
