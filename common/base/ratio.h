/*
 * ratio - exact fractions of two integers, and the place where an amount is rounded by one.
 *
 * Rates come as decimal text and never become floating point. A product of an amount and a fraction is
 * taken in 128 bits; what does not fit 64 bits in the end is refused, never cut.
 */
#ifndef COMMON_BASE_RATIO_H
#define COMMON_BASE_RATIO_H

#include "common/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATIO_DIGITS_MAX 17 /* of a rate, both sides of the point: 10^17 fits 64 bits */

/* Both above 0, in lowest terms. */
struct ratio {
	int64_t numerator;
	int64_t denominator;
};

enum rounding {
	ROUNDING_HALF_UP,   /* a half goes away from zero */
	ROUNDING_HALF_EVEN, /* a half goes to the even neighbour */
};

/*
 * "1.0786", "110", "0.00642", "6.42e-05": digits, at most one point between digits, and an exponent down
 * from there; not zero. At most RATIO_DIGITS_MAX digits, and as many places behind the point.
 */
bool ratio_parse(const char *text, struct ratio *ratio) MUST_CHECK;
/* Both must be above 0. */
struct ratio ratio_of(int64_t numerator, int64_t denominator);
/* False: the lowest terms do not fit 64 bits. */
bool ratio_multiply(struct ratio a, struct ratio b, struct ratio *product) MUST_CHECK;
bool ratio_divide(struct ratio a, struct ratio b, struct ratio *quotient) MUST_CHECK;
/* amount times ratio, rounded. False: it does not fit 64 bits. */
bool ratio_apply(int64_t amount, struct ratio ratio, enum rounding mode,
                 int64_t *result) MUST_CHECK;

#endif
