/*
 * invoice_check_inside - the checks that have a file of their own.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_CHECK_INSIDE_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_CHECK_INSIDE_H

#include "services/billing-sync/invoice/invoice_hearing.h"

void invoice_check_line(const struct invoice_hearing *hearing, const struct invoice_line *line);
void invoice_check_tax(const struct invoice_hearing *hearing);

#endif
