/*
 * figures - what comes of sums by a definition's formula. Integers alone; products in 128 bits.
 */
#include "common/base/rate.h"
#include "common/base/ratio.h"
#include "common/base/text.h"
#include "services/kpi-aggregator/series/series.h"

#define PPM INT64_C(1000000)
#define MILLI INT64_C(1000)

/* a * factor / b, rounded; false: there is no b, or it does not fit. */
static bool divided(int64_t a, int64_t factor, int64_t b, enum rounding mode, int64_t *result)
{
	const bool below = (a < 0) != (b < 0);
	__extension__ const __int128 top = (__int128)a * factor * (a < 0 ? -1 : 1);
	__extension__ const __int128 under = (__int128)b * (b < 0 ? -1 : 1);
	__extension__ __int128 whole;
	__extension__ __int128 twice;

	if (b == 0)
		return false;
	whole = top / under;
	twice = 2 * (top % under);
	if (twice > under || (twice == under && (mode == ROUNDING_HALF_UP || whole % 2 != 0)))
		whole++;
	if (whole > INT64_MAX)
		return false;
	*result = (int64_t)(below ? -whole : whole);
	return true;
}

static bool quotient_of(const struct definition *definition, const struct cell_sums *sums,
                        int64_t *value)
{
	return divided(sums->hits, definition->per * MILLI, sums->n, definition->rounding, value) &&
	       !__builtin_add_overflow(*value, definition->plus, value);
}

static bool counts_measure(const struct definition *definition)
{
	for (size_t i = 0; i < definition->part_count; i++)
		if (definition->parts[i].target == PART_SUM ||
		    definition->parts[i].target == PART_MEASURE)
			return true;
	return false;
}

static bool is_weighed(const struct definition *definition)
{
	for (size_t i = 0; i < definition->part_count; i++)
		if ((definition->parts[i].target == PART_N ||
		     definition->parts[i].target == PART_HITS) &&
		    definition->parts[i].amount != AMOUNT_ONE)
			return true;
	return false;
}

static bool value_of(const struct definition *definition, const struct cell_sums *sums,
                     int64_t *value)
{
	switch (definition->formula) {
	case FORMULA_COUNT: *value = sums->n; return true;
	case FORMULA_SUM: *value = sums->sum; return true;
	case FORMULA_LEVEL: *value = counts_measure(definition) ? sums->sum : sums->n; return true;
	case FORMULA_MEAN: return divided(sums->sum, 1, sums->n, definition->rounding, value);
	case FORMULA_SHARE: return divided(sums->hits, PPM, sums->n, definition->rounding, value);
	case FORMULA_QUOTIENT: return quotient_of(definition, sums, value);
	case FORMULA_DISTRIBUTION:
		return definition->quantile_count > 0 &&
		       sketch_quantile(sums->sketch, definition->quantiles_ppm[0], value);
	case FORMULAS: break;
	}
	return false;
}

static void fill_asides(struct arena *arena, const struct definition *definition,
                        const struct cell_sums *sums, Opsmesh__V1__KpiFigures *figures)
{
	figures->asides = arena_alloc(arena, definition->aside_count * sizeof(void *) + 1);
	for (size_t i = 0; i < definition->aside_count; i++) {
		Opsmesh__V1__KpiAside *const aside = arena_alloc(arena, sizeof(*aside));

		*aside = (Opsmesh__V1__KpiAside)OPSMESH__V1__KPI_ASIDE__INIT;
		aside->what = text_mutable(definition->asides[i]);
		aside->count = sums->asides[i];
		figures->asides[figures->n_asides++] = aside;
	}
}

static void fill_quantiles(struct arena *arena, const struct definition *definition,
                           const struct cell_sums *sums, Opsmesh__V1__KpiFigures *figures)
{
	int64_t value;

	figures->quantiles = arena_alloc(arena, definition->quantile_count * sizeof(void *) + 1);
	for (size_t i = 0; i < definition->quantile_count; i++) {
		Opsmesh__V1__KpiQuantile *quantile;

		if (!sketch_quantile(sums->sketch, definition->quantiles_ppm[i], &value))
			continue;
		quantile = arena_alloc(arena, sizeof(*quantile));
		*quantile = (Opsmesh__V1__KpiQuantile)OPSMESH__V1__KPI_QUANTILE__INIT;
		quantile->ppm = definition->quantiles_ppm[i];
		quantile->value = value;
		figures->quantiles[figures->n_quantiles++] = quantile;
	}
}

static void fill_interval(struct arena *arena, const struct definition *definition,
                          const struct cell_sums *sums, Opsmesh__V1__KpiFigures *figures)
{
	struct rate_interval interval;

	if (definition->formula != FORMULA_SHARE || is_weighed(definition) ||
	    !rate_interval_of(sums->hits, sums->n, RATE_Z_MILLI_95, &interval))
		return;
	figures->interval = arena_alloc(arena, sizeof(*figures->interval));
	*figures->interval = (Opsmesh__V1__KpiInterval)OPSMESH__V1__KPI_INTERVAL__INIT;
	figures->interval->low_ppm = interval.low_ppm;
	figures->interval->high_ppm = interval.high_ppm;
	figures->surely_case = OPSMESH__V1__KPI_FIGURES__SURELY_INTERVAL;
}

Opsmesh__V1__KpiFigures *series_figures(struct arena *arena, const struct definition *definition,
                                        const struct cell_sums *sums, bool other)
{
	Opsmesh__V1__KpiFigures *const figures = arena_alloc(arena, sizeof(*figures));

	*figures = (Opsmesh__V1__KpiFigures)OPSMESH__V1__KPI_FIGURES__INIT;
	figures->n = sums->n;
	figures->hits = sums->hits;
	figures->sum = sums->sum;
	figures->unit = text_mutable(definition->unit);
	figures->other = other;
	fill_asides(arena, definition, sums, figures);
	fill_quantiles(arena, definition, sums, figures);
	fill_interval(arena, definition, sums, figures);
	if (value_of(definition, sums, &figures->value))
		figures->has_case = OPSMESH__V1__KPI_FIGURES__HAS_VALUE;
	return figures;
}
