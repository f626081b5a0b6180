/*
 * exact - sums of fractions of money, without an error until they are rounded once.
 *
 * Fractions of 128-bit integers in lowest terms. What would not fit is refused, never cut: the caller says
 * so. Where ratio.h is for rates, this is for sums: values may be 0 or negative.
 */
#ifndef SERVICES_BILLING_SYNC_RULE_EXACT_H
#define SERVICES_BILLING_SYNC_RULE_EXACT_H

#include "common/base/ratio.h"

struct exact {
	__extension__ __int128 numerator;
	__extension__ __int128 denominator; /* above 0 */
};

struct exact exact_of(int64_t value);
/* times numerator / denominator, which is above 0. */
bool exact_times(struct exact value, int64_t numerator, int64_t denominator,
                 struct exact *product) MUST_CHECK;
bool exact_add(struct exact a, struct exact b, struct exact *sum) MUST_CHECK;
bool exact_subtract(struct exact a, struct exact b, struct exact *difference) MUST_CHECK;
/* False: it does not fit 64 bits. */
bool exact_round(struct exact value, enum rounding mode, int64_t *rounded) MUST_CHECK;

#endif
