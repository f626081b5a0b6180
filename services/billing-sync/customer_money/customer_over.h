/*
 * customer_over - more went back of a charge than was charged: a case.
 *
 * By what is booked of its disputes, and beside it what is booked of its refunds, or by those that succeeded or
 * are on their way, whose balance transactions may not have come: of the two whichever is more, so that all is one
 * case, `refund_over_charge`. What a refund releases that was reserved and never captured was not charged.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_OVER_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_OVER_H

#include "services/billing-sync/customer_money/customer_ledger.h"

/* Is more gone of it than there was? Of a charge that is not booked yet nobody can say. */
bool over_is(const struct charged_row *row);
/* A figure of it is another, and it was, or was not, over before. */
enum status over_weigh(struct customer *it, const struct charged_row *row, bool before) MUST_CHECK;
/* So much is given back by all refunds that did not fail. */
enum status over_heard(struct customer *it, const char *charge, int64_t given) MUST_CHECK;

#endif
