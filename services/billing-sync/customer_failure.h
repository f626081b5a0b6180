/*
 * customer_failure - why a payment of a customer's did not come through, and how often its card was tried.
 *
 * Attempts are counted by the card's fingerprint and network within a customer: a card that several
 * customers pay with has a count with each of them, so that the count is a lower bound.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_FAILURE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_FAILURE_H

#include "services/billing-sync/customer.h"
#include "services/billing-sync/decline.h"

/* How often a card was tried; body is attempt_encode. */
struct card_row {
	const char *customer_id;
	const char *card; /* "<network>/<fingerprint>" */
	struct bytes body;
};

extern const struct state_table card_table;

/* What the declines document says of a failure. */
Opsmesh__V1__PaymentDecline *customer_decline(struct customer *it,
                                              const struct payment_failure *failure);
/* Counts a charge that failed, and says when its card's budget is used up by it. */
enum status customer_count_attempt(struct customer *it,
                                   const struct payment_failure *failure) MUST_CHECK;

#endif
