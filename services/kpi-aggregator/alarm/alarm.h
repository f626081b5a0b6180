/*
 * alarm - the stage that watches KPIs: what alert documents (rule.h) say of a figure becomes an alert, raised once, updated when it gets
 * worse, resolved once.
 *
 * The id is "alert/kpi/<series>/<rule>/<value>/<window>": the window that led to it is in it, so that no window raises twice whatever is
 * restated. Of an empty value "-" stands there; behind a value its currency after a colon; a value of over 40 bytes is cut, with its hashes behind it. What is heard is kept, and judged by a timer
 * of mesh time on the five minutes: what came within them is judged by its windows, not by its order. `now` says when a window
 * in which nothing came is over; nothing asks a clock.
 */
#ifndef SERVICES_KPI_AGGREGATOR_ALARM_ALARM_H
#define SERVICES_KPI_AGGREGATOR_ALARM_ALARM_H

#include "common/flow/alert.h"
#include "opsmesh/v1/kpi.pb-c.h"
#include "services/kpi-aggregator/alarm/past.h"

#define ALARM_JUDGE_EVERY MINUTES(5)
#define ALARM_TIMER_JUDGE "judge" /* one of a series */
#define ALARM_RUNS_MAX \
	256 /* silent windows of one value that are judged at once; the rest follows */

/* A window that was heard and is not judged yet. */
struct pending_row {
	const char *series;
	const char *value;
	const char *currency;
	const char *kind;
	struct instant start;
	bool first; /* heard for the first time */
};
extern const struct state_table alarm_pending_table; /* resident */

/* An alert that stands. */
struct standing_row {
	const char *series;
	const char *value;
	const char *currency;
	const char *kind;
	const char *rule;   /* id of the document */
	const char *about;  /* behind the series in the alert's id */
	struct instant bad; /* the start of the latest window that was bad */
	int64_t excess;     /* as it was said last */
	int64_t severity;
};
extern const struct state_table alarm_standing_table; /* resident */
extern const struct state_table alarm_alert_table;
extern const struct alert_kind alarm_alert_kind;

/* For stages.c. */
extern const struct stage_event alarm_events[];
extern const struct state_table *const alarm_tables[];
extern const struct stage_timer alarm_timers[];
extern const int alarm_emits[];

enum status alarm_on_window_updated(struct task *task, const Opsmesh__V1__KpiUpdated *updated);
enum status alarm_on_window_sealed(struct task *task, const Opsmesh__V1__KpiSealed *sealed);
enum status alarm_on_restated(struct task *task, const Opsmesh__V1__KpiRestated *restated);
enum status alarm_on_requested(struct task *task, const Opsmesh__V1__ActionRequested *requested);
/* The timer of a series. */
enum status alarm_judge(struct task *task, const char *series);
void alarm_need_judge(struct task *task, const char *series);

/* A window by all rules that look at it: raises, updates, resolves. */
enum status alarm_judge_window(const struct past *past, const struct window *window);
/* An alert that stands is over. */
enum status alarm_resolve_standing(const struct past *past, const struct standing_row *standing,
                                   struct instant at, const char *reason);
/* Is the rule in force for windows of this value at that time? */
bool alarm_watches(const struct rule_book *book, const struct alarm_rule *rule,
                   const struct known_row *known, struct instant at);

/* What is said (say.c). */
struct alarm_said {
	const struct past *past;
	const struct alarm_rule *rule;
	const struct window *window;
	const struct verdict *verdict;
	bool is_final; /* the window is sealed, or was empty */
};
/* "csat-falling/billing/2026-05-01". */
const char *alarm_about(const struct alarm_said *said);
struct alert_notice alarm_notice(const struct alarm_said *said);

#endif
