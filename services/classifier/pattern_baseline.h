/*
 * pattern_baseline - how many customers an intent usually has in this hour of the week, as sums of
 * integers.
 *
 * Each hour of the week (UTC, the first one begins on Monday at 00:00) keeps what it had in each of the
 * last PATTERN_BASELINE_WEEKS weeks. A week in which nobody wrote counts with nobody; the weeks before the
 * first report do not count.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_BASELINE_H
#define SERVICES_CLASSIFIER_PATTERN_BASELINE_H

#include "services/classifier/pattern_policy.h"

#define PATTERN_WEEK_HOURS 168

struct pattern_hour {
	uint32_t week; /* the latest that was added, from 1970; 0: none */
	uint16_t
	    customers[PATTERN_BASELINE_WEEKS]; /* of week w in place w % PATTERN_BASELINE_WEEKS */
};

struct pattern_baseline {
	struct pattern_hour hours[PATTERN_WEEK_HOURS];
};

/* What was held against: told in every fact, so that anybody can compute it again. */
struct pattern_usual {
	int64_t customers_ppm; /* of one hour, in the mean of the weeks */
	int32_t weeks;
};

struct instant pattern_hour_of(struct instant at); /* its beginning */
/* The hour in which `at` lies had so many; an older week than the latest one is passed over. */
void pattern_baseline_add(struct pattern_baseline *baseline, struct instant at, int32_t customers);
/* Of the hour in which `at` lies, from the weeks before it, none before since. */
struct pattern_usual pattern_baseline_usual(const struct pattern_baseline *baseline,
                                            struct instant since, struct instant at);
/*
 * max(min_customers, usual * window / 1 h * factor + extra), rounded up, the factor in thousandths;
 * cold_customers while there are fewer than min_weeks.
 */
int32_t pattern_threshold(const struct pattern_policy *policy, struct pattern_usual usual);

void pattern_baseline_encode(const struct pattern_baseline *baseline, struct buffer *out);
bool pattern_baseline_decode(struct bytes bytes, struct pattern_baseline *baseline);

#endif
