/*
 * kpi_figure - what a window of a metric holds, as kpi-aggregator said it, and its numbers for people.
 *
 * Figures are read from the ProtoJSON of a KpiFigures (proto/opsmesh/v1/kpi.proto). Numbers are whole, in the metric's unit: "count",
 * "ppm" parts per million, "us" microseconds, "minor" minor units of a currency, "milli" thousandths.
 */
#ifndef SERVICES_OPSMESH_KPI_FIGURE_H
#define SERVICES_OPSMESH_KPI_FIGURE_H

#include "common/base/arena.h"

#define KPI_ASIDES_MAX 4 /* as many as a definition may have, as below */
#define KPI_QUANTILES_MAX 5

struct kpi_aside {
	const char *what;
	int64_t count;
};

struct kpi_quantile {
	int64_t ppm;
	int64_t value;
};

struct kpi_figure {
	int64_t n;
	int64_t hits;
	int64_t sum;
	bool has_value; /* false: there is no population */
	int64_t value;
	bool has_interval; /* Wilson's, 95 % */
	int64_t low_ppm;
	int64_t high_ppm;
	bool other; /* values of the dimension beyond its bound, together */
	struct kpi_aside asides[KPI_ASIDES_MAX];
	size_t aside_count;
	struct kpi_quantile quantiles[KPI_QUANTILES_MAX];
	size_t quantile_count;
};

/* Texts are made in the arena. False: these are no figures. */
bool kpi_figure_read(struct arena *arena, const char *json, struct kpi_figure *figure) MUST_CHECK;
/* False: the window has none of that name. */
bool kpi_figure_aside(const struct kpi_figure *figure, const char *what, int64_t *count);
bool kpi_figure_quantile(const struct kpi_figure *figure, int64_t ppm, int64_t *value);

/* "42", "86.04 %", "2h 05m", "1234.50 USD", "1.250"; cut to what a reader needs, half away from zero. */
const char *kpi_number(struct arena *arena, const char *unit, const char *currency, int64_t value);
/*
 * A quantile as people read it: "20m", "2h 05m", "1d 02h". It comes of a sketch that knows it to 1/128 alone (KpiQuantile in
 * proto/opsmesh/v1/kpi.proto): a span is the roundest one that the sketch cannot tell from it, so at most 1/64 off, and ends where it
 * is round. Other
 * units as kpi_number.
 */
const char *kpi_about(struct arena *arena, const char *unit, const char *currency, int64_t value);
/* The number of that text. */
int64_t kpi_rounded(const char *unit, int64_t value);
/* Is the value of these figures a quantile? */
bool kpi_figure_is_about(const struct kpi_figure *figure);

/* The value, a quantile as kpi_about has it; "-" where there is no population. */
const char *kpi_value(struct arena *arena, const char *unit, const char *currency,
                      const struct kpi_figure *figure);
/* "of 42", of a share or a quotient "36 of 42". */
const char *kpi_population(struct arena *arena, const char *formula,
                           const struct kpi_figure *figure);

#endif
