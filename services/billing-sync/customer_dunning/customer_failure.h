/*
 * customer_failure - why a payment of a customer's did not come through, and that its card may not be tried again.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_DUNNING_CUSTOMER_FAILURE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_DUNNING_CUSTOMER_FAILURE_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/dunning/decline.h"

/* What the declines document says of a failure. */
Opsmesh__V1__PaymentDecline *customer_decline(struct customer *it,
                                              const struct payment_failure *failure);
/* The card of one of its charges may not be tried any more, by whosever attempt that is so. */
enum status customer_on_card_spent(struct task *task, const Opsmesh__V1__AttemptBudgetSpent *spent);

#endif
