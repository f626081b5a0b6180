/*
 * customer_refused - what the provider says of a customer's object and is not taken over: a case until a state of it is.
 *
 * The mirror refuses what contradicts what it knows (currency_changed, mode_mixed, balance_transaction_differs,
 * state_refused) and tells the customer, or the stage `payout` where none is known; the stages `customer` and `payout`
 * refuse what they cannot read or book (state_refused). Either is a case of its own, by the object. The amount is that
 * of the state where it can be told and no state of the object stands; else it is counted. The stage `payout` counts
 * what it cannot read: its money is told by whose it is.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_REFUSED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_REFUSED_H

#include "services/billing-sync/customer/customer.h"

#define REFUSED_MAX \
	64 /* objects of a customer that are remembered: what is beyond does not heal by itself */

/* The object at hand cannot be taken over: that is said, and a case. */
enum status refused_whole(const struct thing *thing, const struct json_error *error) MUST_CHECK;
/* Why it was refused, where no field is at fault. */
struct json_error refused_error(const char *reason);
/* It was read. */
enum status refused_heal(struct thing *thing) MUST_CHECK;
/* The same in the stage `payout`, which remembers nothing: an earlier state may not have been. */
enum status refused_heal_nobodys(struct thing *thing) MUST_CHECK;
void refused_need_nobodys(struct task *task, const char *key,
                          const Opsmesh__V1__ObjectMirrored *mirrored);
/* What the mirror did not take over. */
struct finding refused_finding(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused);

#endif
