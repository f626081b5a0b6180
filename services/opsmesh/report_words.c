#include "services/opsmesh/report_words.h"

#include "common/base/text.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <string.h>

#define PPM INT64_C(1000000)
#define PPM_OF_PERCENT INT64_C(10000)

static const char *joined(struct arena *arena, const char *list, const char *item)
{
	return list[0] == '\0' ? item : arena_printf(arena, "%s, %s", list, item);
}

/* "median", "90th percentile". */
static const char *quantile_name(struct arena *arena, int64_t ppm)
{
	if (ppm == PPM / 2)
		return "median";
	if (ppm == PPM)
		return "highest";
	return arena_printf(arena, "%" PRId64 "th percentile", ppm / PPM_OF_PERCENT);
}

static const char *more_of(struct arena *arena, const struct report_metric *metric,
                           const struct report_line *line, const struct kpi_figure *figure)
{
	const char *text = "";

	for (size_t i = 1; i < figure->quantile_count; i++) {
		const struct kpi_quantile *const quantile = &figure->quantiles[i];

		text = joined(arena, text,
		              arena_printf(arena, "%s %s", quantile_name(arena, quantile->ppm),
		                           kpi_about(arena, metric->unit, line->currency,
		                                     quantile->value)));
	}
	return text;
}

static const char *asides_of(struct arena *arena, const struct kpi_figure *figure)
{
	const char *text = "";

	for (size_t i = 0; i < figure->aside_count; i++) {
		char *const what = arena_string(arena, figure->asides[i].what);

		for (char *at = what; *at != '\0'; at++)
			if (*at == '_')
				*at = ' ';
		text = joined(arena, text,
		              arena_printf(arena, "%" PRId64 " %s", figure->asides[i].count, what));
	}
	return text;
}

/* Of what a ratio is made: counts, or amounts where it is of amounts. */
static const char *part(struct arena *arena, const char *currency, int64_t number)
{
	return kpi_number(arena, currency[0] == '\0' ? "count" : "minor", currency, number);
}

static const char *population_of(struct arena *arena, const char *formula, const char *currency,
                                 const struct kpi_figure *figure)
{
	const bool is_share = text_equal(formula, "share");

	if (!is_share && !text_equal(formula, "quotient"))
		return arena_printf(arena, "n = %" PRId64, figure->n);
	return arena_printf(arena, "%s %s %s", part(arena, currency, figure->hits),
	                    is_share ? "of" : "for", part(arena, currency, figure->n));
}

static const char *interval_of(struct arena *arena, const struct kpi_figure *figure)
{
	if (!figure->has_interval)
		return "";
	return arena_printf(arena, "; 95 %% interval %s to %s",
	                    kpi_number(arena, "ppm", "", figure->low_ppm),
	                    kpi_number(arena, "ppm", "", figure->high_ppm));
}

/* Changes. */

static const char *difference(struct arena *arena, const char *unit, const char *currency,
                              int64_t by)
{
	const char *const sign = by > 0 ? "+" : "";
	const char *const number = kpi_number(arena, unit, currency, by);

	if (!text_equal(unit, "ppm"))
		return arena_printf(arena, "%s%s", sign, number);
	return arena_printf(arena, "%s%.*s points", sign, (int)strcspn(number, " "), number);
}

/* What two samples of one truth may show as well. */
static bool overlap(const struct kpi_figure *a, const struct kpi_figure *b)
{
	return a->has_interval && b->has_interval && a->low_ppm <= b->high_ppm &&
	       b->low_ppm <= a->high_ppm;
}

static bool grows_with_time(const struct report_metric *metric)
{
	return text_equal(metric->formula, "count") || text_equal(metric->formula, "sum");
}

static enum report_mood mood_of(const struct report_metric *metric, int64_t by)
{
	if (by == 0 || text_equal(metric->better, "neither"))
		return MOOD_NONE;
	return (by > 0) == text_equal(metric->better, "higher") ? MOOD_BETTER : MOOD_WORSE;
}

/* As it is shown: of what a sketch cannot tell apart no change is made. */
static int64_t shown_value(const struct report_metric *metric, const struct kpi_figure *figure)
{
	return kpi_figure_is_about(figure) ? kpi_rounded(metric->unit, figure->value)
	                                   : figure->value;
}

static const char *note_of(const struct report_metric *metric, const struct report_cell *now,
                           const struct report_cell *before)
{
	if (text_equal(now->state, "open") && grows_with_time(metric))
		return "; the period is not over";
	return overlap(&now->figure, &before->figure) ? "; the intervals overlap" : "";
}

static void tell_change(struct arena *arena, const struct report_metric *metric,
                        const struct report_line *line, struct report_words *words)
{
	const struct report_cell *const now = &line->cells[0];
	const struct report_cell *const before = &line->cells[1];
	const char *note;
	int64_t by;

	if (!now->figure.has_value)
		return;
	if (!before->there || !before->figure.has_value ||
	    __builtin_sub_overflow(shown_value(metric, &now->figure),
	                           shown_value(metric, &before->figure), &by)) {
		words->change = "no figure of the period before";
		return;
	}
	if (by == 0) {
		words->change = arena_printf(arena, "as in %s", before->label);
		return;
	}
	note = note_of(metric, now, before);
	words->mood = note[0] == '\0' ? mood_of(metric, by) : MOOD_NONE;
	words->change =
	    arena_printf(arena, "%s since %s (%s)%s",
	                 difference(arena, metric->unit, line->currency, by), before->label,
	                 kpi_value(arena, metric->unit, line->currency, &before->figure), note);
}

/* Nothing was told of the period, since nothing has been in it so far. */
static void tell_silence(struct arena *arena, const struct report_metric *metric,
                         const struct report_line *line, struct report_words *words)
{
	for (size_t ago = 1; ago < REPORT_PERIODS; ago++) {
		const struct report_cell *const cell = &line->cells[ago];

		if (!cell->there)
			continue;
		words->change =
		    arena_printf(arena, "nothing in it so far; %s in %s",
		                 kpi_value(arena, metric->unit, line->currency, &cell->figure),
		                 cell->label);
		return;
	}
}

/* How final it is. */

static bool is_same(const struct kpi_figure *a, const struct kpi_figure *b)
{
	return a->has_value == b->has_value && a->value == b->value && a->n == b->n &&
	       a->hits == b->hits;
}

/* What a cell was; most often a count aside moves alone. */
static const char *former_of(struct arena *arena, const struct report_metric *metric,
                             const char *currency, const struct report_cell *cell)
{
	const char *was;

	if (!cell->has_former)
		return "";
	was = arena_printf(arena, ", was %s, %s",
	                   kpi_value(arena, metric->unit, currency, &cell->former),
	                   population_of(arena, metric->formula, currency, &cell->former));
	if (!is_same(&cell->figure, &cell->former) || cell->former.aside_count == 0)
		return was;
	return arena_printf(arena, "%s (aside %s)", was, asides_of(arena, &cell->former));
}

const char *report_restated_words(struct arena *arena, const struct report_metric *metric,
                                  const char *currency, const struct report_cell *cell)
{
	const char *const times =
	    cell->revision == 1 ? "once" : arena_printf(arena, "%" PRId64 " times", cell->revision);

	return arena_printf(arena, "restated %s%s%s%s", times,
	                    former_of(arena, metric, currency, cell),
	                    cell->reason[0] == '\0' ? "" : ": ", cell->reason);
}

const char *report_restated_line(struct arena *arena, const struct report_restated *it)
{
	const struct report_metric *const metric = &it->metric;

	return arena_printf(arena, "%s, %s: %s, %s; %s (%s, %s)", metric->title, it->cell.label,
	                    kpi_value(arena, metric->unit, it->currency, &it->cell.figure),
	                    population_of(arena, metric->formula, it->currency, &it->cell.figure),
	                    report_restated_words(arena, metric, it->currency, &it->cell),
	                    metric->key, time_cell(arena, it->said_at, "-"));
}

static const char *state_of(struct arena *arena, const struct report_metric *metric,
                            const struct report_line *line)
{
	const struct report_cell *const cell = &line->cells[0];

	if (text_equal(cell->state, "open"))
		return "provisional";
	if (text_equal(cell->state, "restated"))
		return report_restated_words(arena, metric, line->currency, cell);
	return "sealed";
}

const char *report_nothing(struct arena *arena, const struct report *report,
                           const struct report_metric *metric)
{
	return metric->kind[0] == '\0' ? arena_printf(arena, "not counted by the %s", report->kind)
	                               : "none";
}

/* What has no amount is in no currency: its number says so. */
static const char *number_of(struct arena *arena, const struct report_metric *metric,
                             const struct report_line *line, const struct kpi_figure *figure)
{
	if (text_equal(metric->unit, "minor") && line->currency[0] == '\0')
		return arena_printf(arena, "%" PRId64 ", of no amount", figure->value);
	return kpi_value(arena, metric->unit, line->currency, figure);
}

void report_words_of(struct arena *arena, const struct report_metric *metric,
                     const struct report_line *line, struct report_words *words)
{
	const struct report_cell *const cell = &line->cells[0];

	*words = (struct report_words){ "none", "", "", MOOD_NONE, "", "", "", "" };
	if (!cell->there) {
		tell_silence(arena, metric, line, words);
		return;
	}
	if (cell->figure.has_value)
		words->number = number_of(arena, metric, line, &cell->figure);
	if (cell->figure.has_value && cell->figure.quantile_count > 0)
		words->of = quantile_name(arena, cell->figure.quantiles[0].ppm);
	words->population =
	    arena_printf(arena, "%s%s",
	                 population_of(arena, metric->formula, line->currency, &cell->figure),
	                 interval_of(arena, &cell->figure));
	words->more = more_of(arena, metric, line, &cell->figure);
	words->asides = asides_of(arena, &cell->figure);
	words->state = state_of(arena, metric, line);
	tell_change(arena, metric, line, words);
}

/* The page as a whole. */

const char *report_title(struct arena *arena, const struct report *report)
{
	return arena_printf(arena, "Report of the %s %s", report->kind, report->label);
}

static void count_open(const struct report *report, size_t *open, size_t *all)
{
	for (const struct report_metric *metric = report->metrics; metric != NULL;
	     metric = metric->next)
		for (const struct report_line *line = metric->lines; line != NULL;
		     line = line->next) {
			*all += line->cells[0].there;
			*open += line->cells[0].there && text_equal(line->cells[0].state, "open");
		}
}

const char report_legend_of_quantiles[] =
    "Medians and percentiles are about: at most 1.6 % off, durations rounded within that.";

const char report_legend_of_bars[] =
    "Beside each number stand bars of thirteen periods, the latest at the right: a pale one is "
    "provisional, a gap has no figure.";

const char *report_standing(struct arena *arena, const struct report *report)
{
	const char *const unread =
	    report->unread == 0
		? ""
		: arena_printf(arena, " %zu figures could not be read and are left out.",
	                       report->unread);
	size_t open = 0;
	size_t all = 0;

	count_open(report, &open, &all);
	return arena_printf(arena,
	                    "From %s to %s. True for %s. %zu of %zu figures are provisional: their "
	                    "time has not passed in every shard.%s",
	                    report->first, report->last,
	                    time_cell(arena, report->mesh_time, "no time yet"), open, all, unread);
}
