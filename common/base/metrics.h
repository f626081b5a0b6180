/*
 * metrics - counters, gauges and histograms in Prometheus' text format.
 *
 * A metric is a static struct; the set is process-wide, like the log. Values are atomics: any thread
 * may write and read. Labels of a metric are fixed names; their values make a series on first use and
 * are bounded (METRIC_SERIES_MAX, then the series "other").
 */
#ifndef COMMON_BASE_METRICS_H
#define COMMON_BASE_METRICS_H

#include "common/base/bytes.h"

#define METRIC_LABELS_MAX 3
#define METRIC_SERIES_MAX 512

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_series;

struct metric {
	const char *name; /* opsmesh_..., base unit, _total for counters */
	const char *help;
	enum metric_kind kind;
	const char *labels[METRIC_LABELS_MAX]; /* names, NULL where unused */
	const double *bounds;                  /* histogram: upper bounds, ascending */
	size_t bound_count;
	struct metric *next;          /* the set's */
	struct metric_series *series; /* the metric's own */
};

void metric_register(struct metric *metric); /* once, before the first use */
/* values: as many as the metric has labels; NULL where it has none. A search: keep the answer. */
struct metric_series *metric_series(struct metric *metric, const char *const *values);
void metric_add(struct metric_series *series, int64_t amount);
void metric_set(struct metric_series *series, double value);
/*
 * Series of a gauge whose first labels have these values are not written until they are set again: what they
 * measured is no longer this process's. values: as for metric_series; those behind the first NULL may be any.
 */
void metric_forget(struct metric *metric, const char *const *values);
void metric_observe(struct metric_series *series, double value);
double metric_value(const struct metric_series *series); /* of a histogram, how many */
void metrics_write(struct buffer *out); /* the whole set, in order of registration */

#endif
