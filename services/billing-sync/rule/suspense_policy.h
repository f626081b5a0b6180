/*
 * suspense_policy - how long what cannot be placed may wait.
 *
 *   {"id":"suspense","version":1,"effective_from":"1970-01-01T00:00:00Z",
 *    "place":"3d",     a balance transaction for its charge, refund or dispute: then it is booked to suspense;
 *                      a refund or dispute for its charge, a charge for its customer: then it is said;
 *                      what an object names or shows, for that to come: then it is asked for
 *    "settle":"7d",    a charge, a refund or a dispute for its balance transaction: then it is a discrepancy
 *    "payment":"7d",   an invoice that is paid, of a version of the API in which neither it nor the charge names
 *                      the other, for its invoice payments: then it is asked for; "never": nobody uploads
 *                      them and no webhook brings them, so they are not missed. Absent: as "place"
 *    "pay_out":"3d"}   a payout whose transactions are told, for the last of them: then it differs
 *
 * Each is of 1 s to 366 d. The schema is deploy/policies/schema/suspense.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_RULE_SUSPENSE_POLICY_H
#define SERVICES_BILLING_SYNC_RULE_SUSPENSE_POLICY_H

#include "common/flow/policy_head.h"

struct suspense_policy {
	struct policy_head head;
	struct duration place;
	struct duration settle;
	struct duration pay_out;
	bool pays; /* invoice payments are missed, after: */
	struct duration payment;
};
extern const struct policy_kind suspense_policy_kind;

#endif
