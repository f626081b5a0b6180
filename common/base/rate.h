/*
 * rate - shares of counts, in parts per million, and how sure they are. Pure, integers alone.
 *
 * The interval is Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", 1927): for k of n and z standard deviations
 *
 *   (2k + z^2 -+ z * sqrt(z^2 + 4k(n - k)/n)) / (2(n + z^2))
 *
 * The root is an integer root with six more digits; the low end is rounded down and the high end up, so that
 * the interval is never narrower than the exact one.
 *
 * What is known before our own counts weighs like so many of them (the mean of a beta distribution after a
 * binomial sample): after n more, k of which hit, the rate is (rate * weight + k) / (weight + n).
 */
#ifndef COMMON_BASE_RATE_H
#define COMMON_BASE_RATE_H

#include "common/base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define RATE_WHOLE INT64_C(1000000)        /* parts per million */
#define RATE_COUNT_MAX INT64_C(1000000000) /* of what is counted: sums stay below 2^127 */
#define RATE_WEIGHT_MAX 1000000            /* counts that a prior may stand for */
#define RATE_Z_MILLI_MIN 500               /* standard deviations in thousandths */
#define RATE_Z_MILLI_MAX 5000
#define RATE_Z_MILLI_95 1960 /* 95 of 100 such intervals hold the true share */

struct rate_interval {
	int64_t low_ppm;
	int64_t high_ppm;
};

struct rate_prior {
	int64_t rate_ppm;
	int64_t weight; /* counts that it stands for; 0: nothing is known */
};

struct rate {
	int64_t ppm; /* rounded half up */
	struct rate_interval interval;
};

/* hits of count, both known. False: there is no count, more hits than counts, or more than RATE_COUNT_MAX. */
bool rate_interval_of(int64_t hits, int64_t count, int32_t z_milli,
                      struct rate_interval *interval) MUST_CHECK;
/* The rate after hits of count. False as above; a weight alone is enough for a count. */
bool rate_after(struct rate_prior prior, int64_t hits, int64_t count, int32_t z_milli,
                struct rate *rate) MUST_CHECK;
/* part of whole, rounded down; whole must be above 0, part not below. Saturates. */
int64_t rate_share_ppm(int64_t part, int64_t whole);

#endif
