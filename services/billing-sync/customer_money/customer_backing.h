/*
 * customer_backing - what else is given back of the money of a charge or an invoice at hand (backing.h).
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_BACKING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_BACKING_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/refund/refund.h"

enum status backing_of_charge(struct customer *it, const char *charge,
                              struct refund_elsewhere *elsewhere) MUST_CHECK;
enum status backing_of_invoice(struct customer *it, const char *invoice,
                               struct refund_elsewhere *elsewhere) MUST_CHECK;

/* All that hangs together with a charge; as long as the handler. */
struct backing_web {
	const char *const *charges;
	const char *const *invoices;
	size_t charge_count;
	size_t invoice_count;
};
enum status backing_around(struct customer *it, const char *charge,
                           struct backing_web *web) MUST_CHECK;

#endif
