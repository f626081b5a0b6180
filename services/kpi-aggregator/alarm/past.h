/*
 * past - the windows of one value of a series as they were heard, and those before with which one is compared.
 *
 * Kept are eight weeks of hours, days and weeks, the firsts of eight months, and eight months.
 */
#ifndef SERVICES_KPI_AGGREGATOR_ALARM_PAST_H
#define SERVICES_KPI_AGGREGATOR_ALARM_PAST_H

#include "common/flow/task.h"
#include "services/kpi-aggregator/alarm/judge.h"

/* What one window of one value holds, as it was said last. */
struct figure_row {
	const char *series;
	const char *value;
	const char *currency;
	const char *kind; /* "hour" */
	struct instant start;
	struct instant end;
	int64_t n;
	int64_t hits;
	int64_t sum;
	bool has_value;
	int64_t figure;
	bool sealed;
	bool silent; /* nothing was said of it: it was empty */
	int64_t revision;
};
extern const struct state_table alarm_figure_table;

/* A value that was heard of. */
struct known_row {
	const char *series;
	const char *value;
	const char *currency;
	const char *kind;
	const char *zone;
	const char *unit;
	struct instant since;  /* the start of the first window that was heard */
	struct instant latest; /* the start of the latest that is there, silent or not */
	struct instant latest_end;
	struct instant heard_until; /* the end of the latest that was heard */
};
extern const struct state_table alarm_known_table; /* resident */

/* Where one looks from. */
struct past {
	struct task *task;
	const struct known_row *known;
	struct window_zone *zone;
};

struct window past_before(const struct past *past, const struct window *window);
/* What is judged of a window: of a sealed rule only what is sealed is known. A window in which nothing was said was empty. */
struct alarm_figure past_figure(const struct past *past, const struct alarm_rule *rule,
                                const struct window *window);
/* Is it sealed, or was it empty? */
bool past_is_final(const struct past *past, const struct window *window);
/* The same hour of up to rule->weeks others; their number. False: that window is not to be judged. */
bool past_usual(const struct past *past, const struct alarm_rule *rule, const struct window *window,
                struct alarm_figure usual[static RULE_WEEKS_MAX], size_t *count) MUST_CHECK;
/* The one of a week before by which people know what is usual; false: there is none. */
bool past_example(const struct past *past, const struct alarm_rule *rule,
                  const struct window *window, struct window *example) MUST_CHECK;
/* In a need function: the windows that judging this one will look at. */
void past_need(const struct past *past, const struct alarm_rule *rule, const struct window *window);
/* How far back windows are kept. */
struct instant past_horizon(const struct known_row *known);
/* A window was heard for the first time: the one that nobody looks at any more is forgotten. */
void past_forget(const struct past *past, const struct window *window);
/* All of them, and the value. */
void past_forget_all(const struct past *past);

#endif
