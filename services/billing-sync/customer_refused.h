/*
 * customer_refused - what the provider says of a customer's object and is not taken over: a case until a state of it is.
 *
 * The mirror refuses what contradicts what it knows (currency_changed, mode_mixed, state_refused) and tells the
 * customer where one is known; the stage `customer` refuses what it cannot read or book (state_refused). Either is a
 * case of its own, by the object. The amount is that of the state where it can be told and no state of the object
 * stands; else it is counted.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REFUSED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REFUSED_H

#include "services/billing-sync/customer.h"

#define REFUSED_MAX \
	64 /* objects of a customer that are remembered: what is beyond does not heal by itself */

/* The object at hand cannot be taken over: that is said, and a case. */
enum status refused_whole(const struct thing *thing, const struct json_error *error) MUST_CHECK;
/* Why it was refused, where no field is at fault. */
struct json_error refused_error(const char *reason);
/* It was read. */
enum status refused_heal(struct thing *thing) MUST_CHECK;

#endif
