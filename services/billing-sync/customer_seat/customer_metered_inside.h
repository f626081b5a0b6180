/*
 * customer_metered_inside - what the files of customer_metered share: an item at hand, and its settling.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_METERED_INSIDE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_METERED_INSIDE_H

#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/usage/usage_book.h"
#include "services/billing-sync/usage/usage_plan.h"
#include "services/billing-sync/usage/usage_tally.h"

/* One subscription item, which bills the meter that the tally is of. */
struct metered {
	struct customer *customer;
	const char *item;
	struct usage_book *book;
	const struct usage_tally *tally;
};

/* When the day of the books that runs now is over. */
struct instant metered_day_end(struct task *task);
/* The ledger becomes what the facts say, and so do the discrepancies; the book is not kept yet. */
enum status metered_settle(struct metered *it) MUST_CHECK;
/*
 * Periods that ended and that no invoice bills, after the time of deploy/policies/invoices, become the case
 * `never_billed`, which heals when one does. next: when the next of them is due; TIME_MAX: none is.
 */
enum status metered_miss(struct metered *it, const struct usage_plan *plan,
                         struct instant *next) MUST_CHECK;
/* For people; of the provider's units. */
const char *metered_amount(const struct metered *it, const char *currency, int64_t amount);
/* It is known now what it costs. */
enum status metered_price_came(const struct metered *it,
                               const struct usage_price *price) MUST_CHECK;
void metered_set_timer(struct customer *it, const char *item, const char *meter,
                       struct instant due);

#endif
