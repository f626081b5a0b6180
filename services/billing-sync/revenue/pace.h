/*
 * pace - what is earned a day, as the days on which it becomes another.
 *
 * The schedules of an invoice earn the same on most days: their pace changes where a part begins, ends, or
 * gives its last odd unit. So the paces of many invoices add up without any of them being asked each day.
 *
 * Pure.
 */
#ifndef SERVICES_BILLING_SYNC_REVENUE_PACE_H
#define SERVICES_BILLING_SYNC_REVENUE_PACE_H

#include "services/billing-sync/revenue/deferral.h"

/* From this day on so much more is earned a day than before it; never 0. */
struct pace_change {
	int64_t day;
	int64_t minor;
};

/*
 * Of the days from one on, in their order; what is earned on a day is the sum of all changes up to it. In
 * the arena, their count the result.
 */
size_t pace_of(struct arena *arena, const struct deferral *deferral, int64_t from,
               const struct pace_change **changes);

#endif
