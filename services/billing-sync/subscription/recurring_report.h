/*
 * recurring_report - a day of monthly recurring revenue in one currency, the reporting one.
 *
 * What stands in a currency is worth what the day's rate makes of it, rounded; nothing else is rounded. A movement is
 * worth what it changes that by, taken one after the other: new, reactivation, expansion, contraction, churn. So each
 * is off its own exact worth by less than one minor unit, and the identity of recurring_book.h holds to the unit
 * without a remainder that would have to be put somewhere. FX is what the day's rate makes of what stood, less what
 * that was told to be worth the day before: where the rate is the same it is nothing.
 *
 * Movements are those of customers by currency, as they are told of them: one who goes over from one currency to
 * another on one day expands in the one and contracts in the other here too.
 *
 * Pure.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_RECURRING_REPORT_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_RECURRING_REPORT_H

#include "common/base/ratio.h"
#include "services/billing-sync/subscription/recurring_book.h"

/* A currency on a day. */
struct recurring_worth {
	struct recurring_line own; /* in itself; FX 0 */
	struct ratio rate; /* one of its minor units is so many of the reporting currency's */
	bool told;         /* what stood had a worth as the day before ended */
	int64_t worth;     /* that one; afterwards that of what stands now */
};

/*
 * Adds the currency's day to the report. What was never told is taken over at the day's rate: it is what the report
 * starts with, and no movement. False: a sum is beyond 64 bits, and both are as they were.
 */
bool recurring_report_add(struct recurring_worth *worth, enum rounding mode,
                          struct recurring_line *report) MUST_CHECK;

#endif
