#include "services/kpi-aggregator/alarm/past.h"

#include "common/base/text.h"

#include <string.h>

#define MONTHS RULE_WEEKS_MAX
#define MONTHS_KEPT DAYS(INT64_C(31) * (MONTHS + 1))
#define WEEKS_KEPT DAYS(INT64_C(7) * (RULE_WEEKS_MAX + 1))
#define DATE_SIZE 10 /* of a label's date */

static const struct column figure_columns[] = {
	COLUMN(struct figure_row, series),
	COLUMN(struct figure_row, value),
	COLUMN(struct figure_row, currency),
	COLUMN(struct figure_row, kind),
	COLUMN(struct figure_row, start),
	COLUMN(struct figure_row, end),
	COLUMN(struct figure_row, n),
	COLUMN(struct figure_row, hits),
	COLUMN(struct figure_row, sum),
	COLUMN(struct figure_row, has_value),
	COLUMN(struct figure_row, figure),
	COLUMN(struct figure_row, sealed),
	COLUMN(struct figure_row, silent),
	COLUMN(struct figure_row, revision),
	COLUMN_END,
};
const struct state_table alarm_figure_table = { .name = "alarm_figure",
	                                        .columns = figure_columns,
	                                        .key_columns = 5,
	                                        .row_size = sizeof(struct figure_row) };

static const struct column known_columns[] = {
	COLUMN(struct known_row, series),
	COLUMN(struct known_row, value),
	COLUMN(struct known_row, currency),
	COLUMN(struct known_row, kind),
	COLUMN(struct known_row, zone),
	COLUMN(struct known_row, unit),
	COLUMN(struct known_row, since),
	COLUMN(struct known_row, latest),
	COLUMN(struct known_row, latest_end),
	COLUMN(struct known_row, heard_until),
	COLUMN_END,
};
const struct state_table alarm_known_table = { .name = "alarm_known",
	                                       .columns = known_columns,
	                                       .key_columns = 4,
	                                       .row_size = sizeof(struct known_row),
	                                       .resident = true };

static struct figure_row row_of(const struct past *past, const struct window *window)
{
	return (struct figure_row){ .series = past->known->series,
		                    .value = past->known->value,
		                    .currency = past->known->currency,
		                    .kind = past->known->kind,
		                    .start = window->start };
}

struct window past_before(const struct past *past, const struct window *window)
{
	return window_at(past->zone, window->kind, time_sub(window->start, (struct duration){ 1 }));
}

/* As it was said; where nothing was, empty, if the value was heard of by then. */
static struct alarm_figure figure_at(const struct past *past, const struct window *window,
                                     bool sealed)
{
	struct figure_row row = row_of(past, window);

	if (!task_load(past->task, &alarm_figure_table, &row))
		return (struct alarm_figure){ .known =
			                          !time_before(window->start, past->known->since) };
	return (struct alarm_figure){ .known = row.sealed || row.silent || !sealed,
		                      .n = row.n,
		                      .hits = row.hits,
		                      .sum = row.sum,
		                      .has_value = row.has_value,
		                      .value = row.figure };
}

struct alarm_figure past_figure(const struct past *past, const struct alarm_rule *rule,
                                const struct window *window)
{
	return figure_at(past, window, rule->sealed);
}

bool past_is_final(const struct past *past, const struct window *window)
{
	struct figure_row row = row_of(past, window);

	return task_load(past->task, &alarm_figure_table, &row) && (row.sealed || row.silent);
}

/* Days. */

static bool has_date(const struct window *window)
{
	return window->kind == WINDOW_HOUR || window->kind == WINDOW_DAY;
}

/* The day of a window, and what stands behind the date in its label: "T14". */
static bool day_of(const struct past *past, const struct window *window, int64_t *day,
                   const char **rest)
{
	struct arena *const arena = past->task->scratch;
	const char *const label = window_label(arena, past->zone, window);
	struct date date;

	if (!has_date(window) || !date_parse(arena_text(arena, label, DATE_SIZE), &date))
		return false;
	*day = date_days(date);
	*rest = label + DATE_SIZE;
	return true;
}

/* False: that day has no such hour. */
static bool window_of_day(const struct past *past, int64_t day, const char *rest,
                          struct window *window)
{
	const struct date date = date_of_days(day);

	return window_parse(past->zone,
	                    arena_printf(past->task->scratch, "%04d-%02d-%02d%s", (int)date.year,
	                                 (int)date.month, (int)date.day, rest),
	                    window);
}

static bool is_first(int64_t day)
{
	return date_of_days(day).day == 1;
}

/* The first of a month so many months before. */
static int64_t first_before(int64_t day, int64_t months)
{
	struct date date = date_of_days(day);
	const int64_t month = (int64_t)date.year * 12 + date.month - 1 - months;

	date.year = (int32_t)(month / 12);
	date.month = (int32_t)(month % 12) + 1;
	date.day = 1;
	return date_days(date);
}

/* The day so many weeks before, of a first that is held against firsts so many months before. */
static int64_t day_before(const struct alarm_rule *rule, int64_t day, int64_t back)
{
	return is_first(day) && rule->firsts == FIRSTS_LIKE ? first_before(day, back)
	                                                    : day - 7 * back;
}

/* Is a day held against others as it is, and others against it? */
static bool counts(const struct alarm_rule *rule, int64_t day, bool first)
{
	return !rule_is_holiday(rule, day) &&
	       (rule->firsts == FIRSTS_ANY || is_first(day) == first);
}

/* Of weeks and months: so many of its kind before. */
static struct window whole_before(const struct past *past, const struct window *window,
                                  int64_t back)
{
	struct window found = *window;

	for (int64_t i = 0; i < back; i++)
		found = past_before(past, &found);
	return found;
}

/* The window to compare with, so many weeks or months back; false: there is none. */
static bool other(const struct past *past, const struct alarm_rule *rule,
                  const struct window *window, int64_t back, struct window *found)
{
	const char *rest;
	int64_t day;

	if (!has_date(window)) {
		*found = whole_before(past, window, back);
		return true;
	}
	if (!day_of(past, window, &day, &rest))
		return false;

	const bool first = is_first(day) && rule->firsts == FIRSTS_LIKE;
	const int64_t then = day_before(rule, day, back);

	return counts(rule, then, first) && window_of_day(past, then, rest, found);
}

bool past_usual(const struct past *past, const struct alarm_rule *rule, const struct window *window,
                struct alarm_figure usual[static RULE_WEEKS_MAX], size_t *count)
{
	const char *rest;
	struct window found;
	size_t filled = 0;
	int64_t day;

	if (has_date(window) && (!day_of(past, window, &day, &rest) || rule_is_holiday(rule, day) ||
	                         (is_first(day) && rule->firsts == FIRSTS_SKIP)))
		return false;
	for (int64_t back = 1; back <= rule->weeks; back++)
		if (other(past, rule, window, back, &found))
			usual[filled++] = figure_at(past, &found, false);
	*count = filled;
	return true;
}

bool past_example(const struct past *past, const struct alarm_rule *rule,
                  const struct window *window, struct window *example)
{
	for (int64_t back = 1; back <= rule->weeks; back++) {
		struct window found;

		if (!other(past, rule, window, back, &found) ||
		    !figure_at(past, &found, false).known)
			continue;
		*example = found;
		return true;
	}
	return false;
}

static void need(const struct past *past, const struct window *window)
{
	const struct figure_row row = row_of(past, window);

	task_need(past->task, &alarm_figure_table, &row);
}

void past_need(const struct past *past, const struct alarm_rule *rule, const struct window *window)
{
	const int64_t in_a_row =
	    rule->windows > rule->well_windows ? rule->windows : rule->well_windows;
	const int64_t count = in_a_row > rule->span ? in_a_row : rule->span;
	struct window at = *window;
	struct window found;

	for (int64_t i = 0; i < count; i++) {
		need(past, &at);
		for (int64_t back = 1; rule->judge == JUDGE_UNLIKE && back <= rule->weeks; back++)
			if (other(past, rule, &at, back, &found))
				need(past, &found);
		at = past_before(past, &at);
	}
}

/* What is forgotten. */

struct instant past_horizon(const struct known_row *known)
{
	return time_sub(known->heard_until, text_equal(known->kind, window_kind_names[WINDOW_MONTH])
	                                        ? MONTHS_KEPT
	                                        : WEEKS_KEPT);
}

static void forget(const struct past *past, const struct window *window)
{
	const struct figure_row row = row_of(past, window);

	task_remove(past->task, &alarm_figure_table, &row);
}

void past_forget(const struct past *past, const struct window *window)
{
	const int64_t kept = RULE_WEEKS_MAX + 1;
	struct window found;
	const char *rest;
	int64_t day;

	if (!has_date(window)) {
		found = whole_before(past, window, kept);
		forget(past, &found);
		return;
	}
	if (!day_of(past, window, &day, &rest))
		return;
	if (!is_first(day - 7 * kept) && window_of_day(past, day - 7 * kept, rest, &found))
		forget(past, &found);
	if (is_first(day) && window_of_day(past, first_before(day, kept), rest, &found))
		forget(past, &found);
}

static bool forget_firsts(const struct past *past, const struct window *latest)
{
	const char *rest;
	int64_t day;

	if (!has_date(latest) || !day_of(past, latest, &day, &rest))
		return false;
	for (int64_t back = 0; back <= MONTHS + 1; back++)
		for (int hour = 0; hour <= 24; hour++) {
			struct window found;

			if (window_of_day(past, first_before(day, back),
			                  latest->kind == WINDOW_HOUR
			                      ? arena_printf(past->task->scratch, "T%02d", hour)
			                      : "",
			                  &found))
				forget(past, &found);
		}
	return true;
}

void past_forget_all(const struct past *past)
{
	const struct instant horizon = past_horizon(past->known);
	int kind = 0;
	struct window window;

	while (!text_equal(window_kind_names[kind], past->known->kind))
		kind++;
	window = window_at(past->zone, (enum window_kind)kind, past->known->latest);
	(void)forget_firsts(past, &window);
	while (time_before(horizon, window.end)) {
		forget(past, &window);
		window = past_before(past, &window);
	}
	task_remove(past->task, &alarm_known_table, past->known);
}
