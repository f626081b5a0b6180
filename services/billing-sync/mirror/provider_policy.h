/*
 * provider_policy - which of the provider's objects are ours.
 *
 *   {"id":"provider","version":1,"effective_from":"1970-01-01T00:00:00Z",
 *    "livemode":true,   these books are of live mode; false: of test mode. Absent: not said, both are taken, and
 *                       a customer with objects of both is the case `mode_mixed`
 *    "accounts":[],     connected accounts that are ours too; what names no account is ours
 *    "earliest":"2000-01-01T00:00:00Z",  nothing of the provider's was made before
 *    "ahead":"1d"}      what was made so much after it came is refused: of 0s to 366d
 *
 * The schema is deploy/policies/schema/provider.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_PROVIDER_POLICY_H
#define SERVICES_BILLING_SYNC_MIRROR_PROVIDER_POLICY_H

#include "common/flow/policy_head.h"
#include "services/billing-sync/mirror/observed.h"

#define PROVIDER_ACCOUNTS_MAX 1000

struct provider_policy {
	struct policy_head head;
	const char *mode;            /* "live", "test"; NULL: not said */
	const char *const *accounts; /* ended by NULL */
	struct instant earliest;
	struct duration ahead;
};
extern const struct policy_kind provider_policy_kind;

/* Is what came then ours? Where not, error names the field and why. What an object does not say is no reason. */
bool provider_takes(const struct provider_policy *policy, const struct observed *seen,
                    struct instant received_at, struct json_error *error) MUST_CHECK;

#endif
