/*
 * kpi_metric - a version of a metric as kpi-aggregator has published it: what its number is, and how it is cut.
 */
#ifndef SERVICES_OPSMESH_KPI_METRIC_H
#define SERVICES_OPSMESH_KPI_METRIC_H

#include "common/io/window.h"
#include "services/opsmesh/kpi_figure.h"
#include "services/opsmesh/mesh_store.h"

#define KPI_DIMENSIONS_MAX 12
#define KPI_SCHEMA "kpi"

struct kpi_metric {
	const char *key; /* "support.first_reply@1" */
	const char *name;
	int64_t version;
	struct instant effective_from;
	struct instant until; /* the next version is in force from then; TIME_MAX: there is none */
	bool first; /* there is no earlier one: it is shown for what was before it as well */
	const char *digest;
	const char *title;
	const char *says;
	const char *document; /* JSON */
	const char *area;     /* "support", "billing", "value" */
	const char *formula;  /* "share" */
	const char *unit;
	const char *better; /* "higher", "lower", "neither" */
	struct window_zone *zone;
	bool windows[WINDOW_KINDS];
	enum window_kind cut_finest; /* the finest in which it is cut by dimensions */
	const char *dimensions[KPI_DIMENSIONS_MAX];
	size_t dimension_count;
	const char *asides[KPI_ASIDES_MAX];
	size_t aside_count;
	int64_t quantiles_ppm[KPI_QUANTILES_MAX];
	size_t quantile_count;
};

struct kpi_metrics {
	struct kpi_metric *list; /* by name, then by when they came into force */
	size_t count;
};

/* From its columns; opens its zone. False: the document cannot be read. */
bool kpi_metric_read(struct arena *arena, const char *document,
                     struct kpi_metric *metric) MUST_CHECK;
/* Sets until and first of each. */
void kpi_metrics_order(struct kpi_metrics *metrics);
/* All that were published; none where kpi-aggregator keeps nothing here yet. */
enum status kpi_metrics_look(struct mesh_store *store, size_t place,
                             struct kpi_metrics *metrics) MUST_CHECK;
void kpi_metrics_finish(struct kpi_metrics *metrics); /* closes zones */

/* Of the whole (NULL), or of one of its dimensions. */
bool kpi_metric_has(const struct kpi_metric *metric, const char *dimension, enum window_kind kind);
bool kpi_metric_cuts(const struct kpi_metric *metric, const char *dimension);
/* "support.first_reply@1:channel", of the whole (NULL) "support.first_reply@1". */
const char *kpi_series(struct arena *arena, const struct kpi_metric *metric, const char *dimension);
/* "hour day", "channel tier": for people. */
const char *kpi_kinds(struct arena *arena, const struct kpi_metric *metric);
const char *kpi_dimensions(struct arena *arena, const struct kpi_metric *metric);

#endif
