/*
 * customer_funds - a dispute's money moved: told of each of its balance transactions when that is booked.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_FUNDS_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_FUNDS_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/ledger/balance_transaction.h"

/*
 * Of a transaction that the ledger did not have: so it is told once, whichever way and however often it comes. The
 * amounts are minor units of struct money. It happened when the transaction was made.
 */
enum status customer_say_funds(const struct customer *it, const char *dispute, const char *charge,
                               const struct balance_transaction *moved) MUST_CHECK;

#endif
