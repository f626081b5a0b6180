/*
 * dunning_policy - what is done about an invoice whose payment fails, after how long, and under which conditions.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","attempts":8,"apart":"24h",
 *    "steps":[
 *      {"name":"first_reminder","do":"remind","after":"1h"},
 *      {"name":"restrict","do":"restrict","after":"14d","when":{
 *        "unpaid_invoices":1,"amount_unpaid":[{"currency":"USD","at_least":1000}],
 *        "unpaid_for":"14d","responses":["insufficient_funds"]}}]}
 *
 * Steps stand by "after", which is counted from the first failure without the time it was held. The
 * conditions of a step are AND-ed; one that is left out holds. Amounts are minor units; where a step lists
 * amounts, it is never taken in a currency that it does not list. Two steps are at least "apart" from each
 * other, so that nobody is reminded and cut off at once after an outage or a long hold. "attempts" is how many
 * rounds of collection exhaust it. The schema is deploy/policies/schema/dunning.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_DUNNING_DUNNING_POLICY_H
#define SERVICES_BILLING_SYNC_DUNNING_DUNNING_POLICY_H

#include "common/flow/policy_head.h"

#define DUNNING_STEPS_MAX 16
#define DUNNING_AMOUNTS_MAX 64
#define DUNNING_RESPONSES_MAX 64
#define DUNNING_AFTER_MAX DAYS(366)
#define DUNNING_ATTEMPTS_MAX 64 /* rounds that a row can count */

enum dunning_act {
	DUNNING_REMIND,
	DUNNING_WARN,
	DUNNING_RESTRICT,
	DUNNING_CANCEL,
};
extern const char *const dunning_act_names[];

struct dunning_amount {
	char currency[4];
	int64_t at_least;
};

struct dunning_condition {
	int32_t unpaid_invoices; /* at least; 0: whatever */
	const struct dunning_amount *amounts;
	size_t amount_count;          /* 0: whatever */
	struct duration unpaid_for;   /* since the earliest unpaid one; 0: whatever */
	const char *const *responses; /* ended by NULL; none: whatever */
};

struct dunning_step {
	const char *name;
	enum dunning_act act;
	struct duration after;
	struct dunning_condition when;
};

struct dunning_policy {
	struct policy_head head;
	int32_t attempts;
	struct duration apart;
	const struct dunning_step *steps;
	size_t step_count; /* at least 1 */
};

extern const struct policy_kind dunning_policy_kind; /* of a struct dunning_policy */

#endif
