/*
 * pattern_judge - which of the reports of one intent belong together, and what became of the patterns.
 *
 * Pure. The judgement looks at a set of reports and at what was known before, never at the order in which
 * they came. One cause is one pattern: a report belongs to at most one, the most specific rule first
 * (error code, near duplicate, burst), patterns that are known before new ones, older before younger; and
 * a customer of a more specific pattern is no customer of the burst.
 *
 *   error code       one token that is no id and no common code, of so many customers, in whatever language
 *   near duplicate   reports whose sketches agree, and those that agree with these (connected components);
 *                    known again by the first ones of the group
 *   burst            what is left, against what this hour of the week usually has
 *
 * A burst that was told stays told when a more specific pattern takes its reports later; it then goes quiet.
 *
 * A fact happened at the report of the customer by whom the threshold was reached; a pattern that went
 * quiet, at its last report and the quiet time.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_JUDGE_H
#define SERVICES_CLASSIFIER_PATTERN_JUDGE_H

#include "services/classifier/pattern_baseline.h"
#include "services/classifier/pattern_known.h"

#define PATTERN_NEAR_MAX 512 /* reports that are compared in pairs: the latest; 130,000 pairs */

struct pattern_window {
	struct arena *arena;
	const struct pattern_policy *policy;
	struct instant end;                   /* what is judged lies before it */
	const struct pattern_report *reports; /* earliest first, each message once */
	size_t count;
	int64_t overflow; /* reports of the burst's window that were not kept */
	struct pattern_usual usual;
	struct pattern_known *known; /* ascending numbers; room for PATTERN_KNOWN_MAX */
	size_t known_count;
	int64_t numbers; /* patterns of this intent so far */
};

enum pattern_fact_kind { PATTERN_FOUND, PATTERN_GREW, PATTERN_RETURNED };

struct pattern_evidence {
	int32_t customers;
	int32_t tickets;
	int32_t threshold;
	struct pattern_usual usual; /* of a burst; else zero */
	struct duration window;
	const char *const *languages; /* ascending, each once */
	size_t language_count;
};

struct pattern_fact {
	enum pattern_fact_kind kind;
	const struct pattern_known *known;
	struct instant at;
	struct instant quiet_since; /* of one that returned */
	struct pattern_evidence evidence;
	const struct pattern_report *tickets; /* earliest first, one report of each */
	size_t ticket_count;
};

/*
 * Judges, adds what is found to known, and writes at most one fact a pattern, in the order of their
 * numbers: facts has room for PATTERN_KNOWN_MAX. Answers how many.
 */
size_t pattern_judge_window(struct pattern_window *window, struct pattern_fact *facts);

/* pattern_group.c: to which known pattern each report belongs, -1: to none. New ones are added. */
void pattern_group_window(struct pattern_window *window, int16_t *owners);

/* Reports, each customer's or ticket's first one, earliest first; their number. */
size_t pattern_first_of_each(struct arena *arena, const struct pattern_report **reports,
                             size_t count, const char *(*whose)(const struct pattern_report *));
const char *pattern_report_ticket(const struct pattern_report *report);
/* Different customers among the reports of the hour that begins there. */
int32_t pattern_customers_within(struct arena *arena, const struct pattern_report *reports,
                                 size_t count, struct instant start, struct instant end);

#endif
