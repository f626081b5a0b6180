/*
 * customer_mode - objects of test mode and of live mode under one customer: a case, where no document says of
 * which mode the books are (provider_policy.h). It stays: what was booked cannot be taken for the other mode's.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_MODE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_MODE_H

#include "services/billing-sync/customer/customer.h"

/* Each object of the customer's that says its mode; the case names the first that came of each. */
enum status customer_mode_seen(struct thing *thing) MUST_CHECK;

#endif
