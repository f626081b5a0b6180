/*
 * A day is its hours: of each metric that has both, and is no level, what is said of a sealed day adds up from its hours, whichever of
 * them was restated.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/definition/definition.h"
#include "tests/sim/ops_kpi.h"

/* Has it hours, and is each window of it apart from those before? */
static bool adds_up(const char *series)
{
	const struct definition *const definition =
	    definition_by_key(ops_kpi_documents[0].compiled, series);

	if (definition == NULL || definition->formula == FORMULA_LEVEL ||
	    !definition->windows[WINDOW_HOUR])
		return false;
	for (size_t i = 0; i < definition->part_count; i++)
		if (definition->parts[i].level != LEVEL_NONE)
			return false;
	return true;
}

static bool is_hour_of(const struct ops_said *hour, const struct ops_said *day)
{
	return text_equal(hour->kind, "hour") && !time_before(hour->start, day->start) &&
	       time_before(hour->start, day->end) && text_equal(hour->series, day->series) &&
	       text_equal(hour->currency, day->currency);
}

static bool check_day(const struct ops_figures *figures, const struct ops_said *day, char *why)
{
	int64_t n = 0;
	int64_t hits = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < figures->count; i++) {
		const struct ops_said *const hour = &figures->list[i];

		if (!is_hour_of(hour, day))
			continue;
		n += hour->figures->n;
		hits += hour->figures->hits;
		sum += hour->figures->sum;
	}
	return (n == day->figures->n && hits == day->figures->hits && sum == day->figures->sum) ||
	       world_broken(why, "%s: the hours of a day have n %lld, hits %lld, sum %lld, not %s",
	                    day->series, (long long)n, (long long)hits, (long long)sum, day->json);
}

bool ops_check_sums(const struct ops_figures *figures, char *why)
{
	for (size_t i = 0; i < figures->count; i++) {
		const struct ops_said *const day = &figures->list[i];

		if (text_equal(day->kind, "day") && day->sealed && adds_up(day->series) &&
		    !check_day(figures, day, why))
			return false;
	}
	return true;
}
