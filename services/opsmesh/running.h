/*
 * running - sums that grow, one for each currency; integers to the end.
 */
#ifndef SERVICES_OPSMESH_RUNNING_H
#define SERVICES_OPSMESH_RUNNING_H

#include "common/base/money.h"

#define RUNNING_MAX 200 /* currencies; ISO 4217 has fewer */

struct running {
	struct money sums[RUNNING_MAX]; /* in the order in which they came */
	size_t count;
};

/* *now: what the currency's sum is by then. False: beyond 64 bits, or too many currencies. */
bool running_add(struct running *running, const char *currency, int64_t minor,
                 int64_t *now) MUST_CHECK;
/* "12.00 EUR, 5 JPY"; those that are zero are left out. */
const char *running_text(struct arena *arena, const struct running *running);
/* "12.00", as the currency has its minor units; "" where nobody knows how many it has. */
const char *decimal_text(struct arena *arena, const char *currency, int64_t minor);

#endif
