/*
 * discrepancy_policy - how bad each cause of a discrepancy is, who owns it, and when somebody else must look.
 *
 *   {"id":"discrepancies","version":1,"effective_from":"1970-01-01T00:00:00Z",
 *    "quiet":{"urgent":"4h","high":"1d"},
 *    "causes":[{"cause":"invoice_total","severity":"high","queue":"billing","escalate":["1d","3d"],
 *               "explainable":true},
 *              {"cause":"other","severity":"normal","queue":"billing","escalate":["3d"],"explainable":true}]}
 *
 * "other" must be there: it holds for causes that have no row. The ages rise. What is not explainable can
 * only heal. "quiet" says for how long a case of each severity is not escalated after somebody has
 * acknowledged it; of a severity that it does not name the ages go on as they were. The schema is deploy/policies/schema/discrepancies.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_DISCREPANCY_DISCREPANCY_POLICY_H
#define SERVICES_BILLING_SYNC_DISCREPANCY_DISCREPANCY_POLICY_H

#include "common/flow/policy_head.h"

#define DISCREPANCY_CAUSES_MAX 200
#define DISCREPANCY_AGES_MAX \
	8 /* of one cause: more levels than there are people above each other */

/* As Priority in the contract: 1 low to 4 urgent. */
enum discrepancy_severity {
	DISCREPANCY_LOW = 1,
	DISCREPANCY_NORMAL,
	DISCREPANCY_HIGH,
	DISCREPANCY_URGENT,
};

struct discrepancy_rule {
	const char *cause;
	enum discrepancy_severity severity;
	const char *queue;
	struct duration ages[DISCREPANCY_AGES_MAX];
	size_t age_count;
	struct duration quiet; /* after it was acknowledged; 0: none */
	bool explainable;
};

struct discrepancy_policy {
	struct policy_head head;
	const struct discrepancy_rule *rules;
	size_t count;
};

extern const struct policy_kind discrepancy_policy_kind;

/* The cause's own rule, or "other"'s. */
const struct discrepancy_rule *discrepancy_rule_of(const struct discrepancy_policy *policy,
                                                   const char *cause);

#endif
