/*
 * customer_balance - the balance that the provider keeps for a customer, held against what is known to have moved it.
 *
 * No webhook carries its movements. What the customer, an invoice or a movement states as the balance, and what
 * invoices, credit notes and movements make of it (balance_word.h), have to be the same; where they are not, a
 * movement, an invoice or a credit note has not come (customer_awaited.h).
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_BALANCE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_BALANCE_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/customer_money/balance_word.h"
#include "services/billing-sync/invoice/invoice.h"

/* What an object says of it, in the place of what it said before. */
enum status customer_balance_hear(struct customer *it, const struct balance_word *word) MUST_CHECK;
/* An invoice in its state now. False: it cannot be told; error says why. */
bool customer_balance_invoice(struct thing *thing, const struct invoice *invoice,
                              enum status *status, struct json_error *error) MUST_CHECK;
thing_reader customer_read_customer; /* the customer itself */

#endif
