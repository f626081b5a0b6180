/*
 * customer_backing - what else is given back of the money of a charge or an invoice at hand (backing.h).
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_BACKING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_BACKING_H

#include "services/billing-sync/customer.h"
#include "services/billing-sync/refund.h"

enum status backing_of_charge(struct customer *it, const char *charge,
                              struct refund_elsewhere *elsewhere) MUST_CHECK;
enum status backing_of_invoice(struct customer *it, const char *invoice,
                               struct refund_elsewhere *elsewhere) MUST_CHECK;

#endif
