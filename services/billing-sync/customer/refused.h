/*
 * refused - what a stage cannot fold of what the provider says: ObjectRefused on ops.billing.v1.
 *
 * No outsider can stop a shard: what is beyond a bound of ours is refused by task_refuse, the runtime undoes what the
 * handler did, and the stage says here that the object had no effect, and why. What a defect of ours wrote on an
 * internal topic (a key of another partition) stays a dead letter.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REFUSED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REFUSED_H

#include "common/base/status.h"
#include "services/billing-sync/customer/customer.h"

/* At the stage that the customer at hand is of; field is a path within the object, "" the whole. */
enum status refused_say(struct customer *it, const Opsmesh__V1__ObjectMirrored *mirrored,
                        const char *field, const char *reason) MUST_CHECK;

/* Hooks `refused` of the stages. */
enum status refused_by_source(struct task *task, const char *reason) MUST_CHECK;
enum status refused_by_charge(struct task *task, const char *reason) MUST_CHECK;
enum status refused_by_customer(struct task *task, const char *reason) MUST_CHECK;
enum status refused_by_payout(struct task *task, const char *reason) MUST_CHECK;

#endif
