/*
 * refund_policy - who may give how much back, for what and how long after.
 *
 *   {"id":"refunds","version":1,"effective_from":"2026-01-01T00:00:00Z","inquiry":"full",
 *    "roles":["support","billing","finance"],
 *    "rules":[{"name":"duplicate","intents":["duplicate_charge"],"window_days":180,
 *              "second_approver_above":[{"currency":"USD","up_to":500000}],
 *              "limits":[{"role":"support","amounts":[{"currency":"USD","up_to":20000}]},
 *                        {"role":"finance"}]}]}
 *
 * Roles stand from the least to the most: who has a role may do what those before it may. The rule of an
 * intent is the one that lists it. Its limits are asked from the first on: the first that covers the amount
 * names the role; a limit without amounts covers any, one with amounts covers only the currencies it lists.
 * What is measured is all that the charge has given back with this refund, so that a large one is not cut
 * into small ones. Above "second_approver_above", and in a currency that it does not list, two people must
 * approve, each with the role; without it one is enough for any amount. "withdrawn" ("24h"; absent: no time)
 * is how long a refund may still be made of an approval that somebody took back: its money is not approved
 * again before. "inquiry" says what an inquiry of the bank, which is not yet a dispute, lets through: a
 * refund in "full" alone, "any", or "none". The schema is deploy/policies/schema/refunds.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_REFUND_REFUND_POLICY_H
#define SERVICES_BILLING_SYNC_REFUND_REFUND_POLICY_H

#include "common/base/money.h"
#include "common/flow/policy_head.h"

#define REFUND_ROLES_MAX 16
#define REFUND_RULES_MAX 32
#define REFUND_INTENTS_MAX 32
#define REFUND_AMOUNTS_MAX 64
#define REFUND_WINDOW_DAYS_MAX 3660
#define REFUND_WITHDRAWN_MIN MINUTES(1)
#define REFUND_WITHDRAWN_MAX DAYS(60)

enum refund_inquiry {
	REFUND_INQUIRY_FULL,
	REFUND_INQUIRY_ANY,
	REFUND_INQUIRY_NONE,
};

struct refund_amount {
	char currency[4];
	int64_t up_to; /* minor units, inclusive */
};

struct refund_amounts {
	const struct refund_amount *items;
	size_t count;
};

struct refund_limit {
	size_t role;                   /* its place in the policy's roles */
	struct refund_amounts amounts; /* none: any amount */
};

struct refund_rule {
	const char *name;
	const char *const *intents; /* ended by NULL */
	int32_t window_days;
	const struct refund_limit *limits;
	size_t limit_count;
	struct refund_amounts alone; /* up to which one is enough; none: for any amount */
};

struct refund_policy {
	struct policy_head head;
	enum refund_inquiry inquiry;
	struct duration withdrawn; /* 0: what is taken back is free at once */
	const char *const *roles;  /* ended by NULL */
	const struct refund_rule *rules;
	size_t rule_count;
};

extern const struct policy_kind refund_policy_kind; /* of a struct refund_policy */

/* NULL: no rule lists it. */
const struct refund_rule *refund_rule_of(const struct refund_policy *policy, const char *intent);
/* The least role that may give back so much in all; NULL: nobody may. */
const char *refund_role_for(const struct refund_policy *policy, const struct refund_rule *rule,
                            struct money total);
/* Must two people approve so much in all? */
bool refund_wants_second(const struct refund_rule *rule, struct money total);
/* Is one of the roles, a list ended by NULL, this one or one above it? */
bool refund_role_may(const struct refund_policy *policy, const char *const *roles,
                     const char *role);

#endif
