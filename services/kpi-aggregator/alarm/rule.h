/*
 * rule - when a figure is an alert: a document of deploy/policies/alerts/ (alerts.schema.json). Pure.
 *
 *   {"id":"csat-falling","version":1,"effective_from":"2026-01-01T00:00:00Z","source":"who says so",
 *    "metric":"support.csat@1","dimension":"queue","values":["billing"],"window":"day","sealed":true,
 *    "judge":{"by":"unlike","of":"share","way":"below","weeks":6,"weeks_min":3,"minimum_n":20,"effect_ppm":50000,
 *             "windows":2,"firsts":"like","holidays":["jp"],"wait":"2h"},
 *    "resolve":{"windows":1},"severity":"warning","team":"support","runbook":"deploy/runbooks/csat.md",
 *    "says":{"summary":"CSAT is {figure}, usually {usual}.","description":"..."},"at_risk":"rest"}
 *
 * "metric" is a version of a definition, "dimension" one of its dimensions (absent: the whole), "values" those that are watched
 * (absent: all). "sealed": only windows that are sealed are judged; else those that are open as well.
 *
 * "judge" is one of three. In each "of" is what is looked at: "value", "n", "hits", "rest" (n - hits), "sum" or "share" (hits of n).
 * "minimum_n" is the least population with which anything is said, "windows" how many in a row must be so.
 *   "threshold"  the figure is above, or below, a number ("above", "below").
 *   "unlike"     the figure is to one side ("way") of the same hour or day of up to "weeks" weeks before, of which "weeks_min" must be
 *                there; of a share the intervals of Wilson (z = 1.96) of both must not touch and the shares differ by "effect_ppm";
 *                of anything else it must differ from the median by "deviations_milli" median absolute deviations (times 1.4826, by
 *                which they are standard deviations where figures are spread normally) and by "effect_ppm" of the median. For "below"
 *                the median must be at least "minimum_usual".
 *                "firsts" says what is done with the first of a month, when invoices are due: "like" holds it against other firsts,
 *                "skip" leaves it out, "any" takes it as any other day. Days of "holidays" are never judged nor held against.
 *   "budget"     the share of what was bad ("of") burns the budget of "target_ppm" faster than allowed, in a long span of windows and
 *                in a short one, so that it is not said once it is over (Google, The Site Reliability Workbook, chapter 5, "Multiwindow,
 *                Multi-Burn-Rate Alerts"). "burn" lists the pairs, the gravest first.
 * "wait" is how long after its end a window in which nothing came is taken to be empty, longer than the definition's grace; what is
 * judged later than that is of then, not of now. "silent": empty windows are judged even where nothing is raised; without it they only
 * resolve.
 *
 * "resolve": so many windows in a row must be well again; of a threshold well means on the other side of "margin".
 * "at_risk" is the amount that is lost or may be, where the figures are of a currency. Where they are not, "says" may name in "money"
 * the metric that has it: its windows lie in other shards, so the alert says where to look.
 */
#ifndef SERVICES_KPI_AGGREGATOR_ALARM_RULE_H
#define SERVICES_KPI_AGGREGATOR_ALARM_RULE_H

#include "common/flow/policy_head.h"
#include "common/io/window.h"
#include "opsmesh/v1/alert.pb-c.h"

#define ALARM_RULES "alerts"            /* the document's name */
#define ALARM_PATHS "holidays/ alerts/" /* the files of a row of service_document */
#define RULES_MAX 256                   /* documents */
#define RULE_VALUES_MAX 64
#define RULE_WINDOWS_MAX 12 /* in a row */
#define RULE_WEEKS_MAX 8
#define RULE_PAIRS_MAX 4
#define RULE_SPAN_MAX 168 /* windows of a budget */
#define RULE_HOLIDAYS_MAX 8
#define RULE_TEXT_MAX 500
#define RULE_NAMES_MAX \
	110 /* series and id: what an alert is called must fit what an action may name (200 bytes) */
#define RULE_COUNT_MAX INT64_C(1000000000000000)

enum rule_judge { JUDGE_THRESHOLD, JUDGE_UNLIKE, JUDGE_BUDGET };
enum rule_of { OF_VALUE, OF_N, OF_HITS, OF_REST, OF_SUM, OF_SHARE, OF_NOTHING };
enum rule_way { WAY_BELOW, WAY_ABOVE };
enum rule_firsts { FIRSTS_LIKE, FIRSTS_SKIP, FIRSTS_ANY };

struct rule_burn {
	int64_t long_windows;
	int64_t short_windows;
	int64_t milli; /* budgets per time of the objective, in thousandths */
	Opsmesh__V1__Severity severity;
};

struct rule_holidays {
	const int64_t *dates; /* date_days */
	size_t count;
};

struct alarm_rule {
	struct policy_head head;
	const char *metric;
	const char *dimension;     /* "": the whole */
	const char *series;        /* "support.csat@1:queue" */
	const char *const *values; /* ended by NULL; empty: all */
	enum window_kind window;
	bool sealed;
	enum rule_judge judge;
	enum rule_of of;
	enum rule_way way;
	int64_t limit; /* of a threshold */
	int64_t minimum_n;
	int64_t windows;
	int64_t weeks;
	int64_t weeks_min;
	int64_t deviations_milli;
	int64_t effect_ppm;
	int64_t minimum_usual;
	enum rule_firsts firsts;
	const char *const *holiday_ids; /* ended by NULL */
	const struct rule_holidays *holidays;
	size_t holiday_count;
	int64_t target_ppm;
	const struct rule_burn *burn;
	size_t burn_count;
	int64_t span; /* the longest of them */
	struct duration wait;
	bool silent;
	int64_t well_windows;
	int64_t margin;
	Opsmesh__V1__Severity severity;
	const char *team;
	const char *runbook;
	const char *summary;
	const char *description;
	const char *money;    /* "": none */
	enum rule_of at_risk; /* OF_NOTHING: none is known */
};

/* Without the dates of its holidays. */
extern const struct policy_kind alarm_rule_kind; /* of a struct alarm_rule */

struct rule_book {
	struct arena *arena;
	const struct alarm_rule *rules; /* by id and effective_from */
	size_t count;
};

/* For a row of service_document over ALARM_PATHS. NULL: the reason names file, path and what is wrong. */
const void *rule_compile(const struct document *files, size_t count, char *reason,
                         size_t reason_size);
void rule_book_destroy(const struct rule_book *book);
/* Is it the version of its id that is in force? Before all of them the earliest is. */
bool rule_in_force(const struct rule_book *book, const struct alarm_rule *rule, struct instant at);
bool rule_takes_value(const struct alarm_rule *rule, const char *value);
bool rule_is_holiday(const struct alarm_rule *rule, int64_t day);

/* What may stand in braces in "says". */
extern const char *const rule_words[];

#endif
