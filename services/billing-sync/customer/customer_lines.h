/*
 * customer_lines - an invoice of which lines are missing is not in the books: a case until they come.
 *
 * The provider cuts a list that is long (has_more), and the stage `object` asks for the whole one at once. What
 * has not come within the time of deploy/policies/suspense (`place`) is the case `lines_cut`: expected is the
 * invoice's total, found what is booked of it, which is what an earlier state with all its lines said, or 0.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_LINES_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_LINES_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/invoice/invoice.h"

/* Are lines of it missing? */
bool lines_missing(const struct invoice *invoice);
/*
 * After it was booked, of an invoice whose lines are missing, or were in an earlier state. False: its total
 * cannot be told; error says why.
 */
bool lines_invoice(struct thing *thing, const struct invoice *invoice, bool owed,
                   enum status *status, struct json_error *error) MUST_CHECK;

#endif
