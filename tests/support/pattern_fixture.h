/*
 * pattern_fixture - reports of one intent by the minute, judged by the project's own thresholds.
 *
 * A test feeds reports at so many minutes before the window's end and reads what was said as lines:
 * "found 1 error_code E1 -30m customers 4 of 3 tickets 4 told 4": at the report 30 minutes before the end
 * it became pattern 1; 4 customers against a threshold of 3; the fact names 4 tickets.
 */
#ifndef TESTS_SUPPORT_PATTERN_FIXTURE_H
#define TESTS_SUPPORT_PATTERN_FIXTURE_H

#include "services/classifier/pattern_judge.h"

#define FIXTURE_REPORTS_MAX 256

struct pattern_fixture {
	struct arena *arena;
	struct pattern_policy policy;
	struct pattern_report reports[FIXTURE_REPORTS_MAX];
	size_t count;
	struct pattern_window window;
	struct pattern_fact facts[PATTERN_KNOWN_MAX];
};

void pattern_fixture_init(struct pattern_fixture *fixture);
void pattern_fixture_finish(struct pattern_fixture *fixture);

/* minutes: before the end of the window. */
struct pattern_report *feed_report(struct pattern_fixture *fixture, int64_t minutes,
                                   const char *customer, const char *language);
void with_token(struct pattern_report *report, const char *token);
/* Words that differ from those of the same base in so many of 32 places, each time in others. */
void with_words(struct pattern_fixture *fixture, struct pattern_report *report, uint32_t base,
                uint32_t differs);
const char *customer_name(struct pattern_fixture *fixture, const char *prefix, int number);
/* What was said, a line each; the reports stay for the next judgement. */
const char *judged(struct pattern_fixture *fixture);

#endif
