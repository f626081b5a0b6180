/*
 * judge - is a figure as it should be? Pure, integers alone.
 *
 * A figure is what one window of one value holds. What is compared with it, the figures of other weeks, is looked up elsewhere (past.h).
 */
#ifndef SERVICES_KPI_AGGREGATOR_ALARM_JUDGE_H
#define SERVICES_KPI_AGGREGATOR_ALARM_JUDGE_H

#include "services/kpi-aggregator/alarm/rule.h"

struct alarm_figure {
	int64_t n;
	int64_t hits;
	int64_t sum;
	int64_t value;
	bool has_value;
	bool known; /* false: nothing can be said of that window */
};

enum verdict_is {
	VERDICT_UNKNOWN, /* too few, not known, or between what is bad and what is well */
	VERDICT_WELL,
	VERDICT_BAD,
};

struct verdict {
	enum verdict_is is;
	int64_t
	    figure; /* what was looked at; of a budget the share that was bad, over the long span */
	int64_t bound; /* beyond it is bad */
	int64_t usual; /* of other weeks */
	bool has_usual;
	int64_t excess; /* how far beyond, or how fast: the larger the worse */
	int64_t burn_milli;
	struct alarm_figure
	    over; /* all that was looked at: one window, of a budget the long span */
	Opsmesh__V1__Severity severity;
};

/* False: it is not known. A share is in parts per million, rounded down. */
bool figure_of(const struct alarm_figure *it, enum rule_of of, int64_t *figure) MUST_CHECK;
/* Of a threshold, or unlike what was usual; usual are figures of other weeks, known or not. */
struct verdict judge_figure(const struct alarm_rule *rule, const struct alarm_figure *now,
                            const struct alarm_figure *usual, size_t count);
/* Of a budget: the newest first, as many as the longest span has. */
struct verdict judge_budget(const struct alarm_rule *rule, const struct alarm_figure *windows);
/* Has it become so much worse that it is to be said again: by half as much beyond, and by a twentieth of the bound? */
bool judge_is_worse(const struct verdict *verdict, int64_t excess_before);

#endif
