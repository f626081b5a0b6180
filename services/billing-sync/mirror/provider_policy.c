#include "services/billing-sync/mirror/provider_policy.h"

#include "common/base/text.h"

/* Besides those of the head. */
static const char *const document_fields[] = { "livemode", "accounts", "earliest", "ahead", NULL };

static bool mode_read(const struct json_place *top, struct provider_policy *policy,
                      struct json_error *error)
{
	bool live = false;

	if (!json_switch_if(top, "livemode", &live, error))
		return false;
	if (json_has(top, "livemode"))
		policy->mode = live ? "live" : "test";
	return true;
}

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct provider_policy *const policy = result;

	return mode_read(top, policy, error) &&
	       policy_words_if(arena, top, "accounts", PROVIDER_ACCOUNTS_MAX, &policy->accounts,
	                       error) &&
	       json_instant_at(top, "earliest", &policy->earliest, error) &&
	       policy_span_at(top, "ahead", SECONDS(0), DAYS(366), &policy->ahead, error);
}

const struct policy_kind provider_policy_kind = {
	.folder = "provider",
	.size = sizeof(struct provider_policy),
	.fields = document_fields,
	.read = document_read,
};

static bool takes_mode(const struct provider_policy *policy, const struct observed *seen,
                       struct json_error *error)
{
	const struct json_place top = json_top(NULL);

	return policy->mode == NULL || seen->mode == NULL || text_equal(policy->mode, seen->mode) ||
	       json_refuse(&top, "livemode", error, "is of %s mode: these books are of %s mode",
	                   seen->mode, policy->mode);
}

static bool takes_account(const struct provider_policy *policy, const struct observed *seen,
                          struct json_error *error)
{
	const struct json_place top = json_top(NULL);

	return seen->account == NULL || *seen->account == '\0' ||
	       text_among(policy->accounts, seen->account) ||
	       json_refuse(&top, "account", error, "is no account of ours");
}

static bool takes_time(const struct provider_policy *policy, const struct observed *seen,
                       struct instant received_at, struct json_error *error)
{
	const struct instant latest = time_add(received_at, policy->ahead);
	const struct json_place top = json_top(NULL);

	if (!seen->made)
		return true;
	if (seen->made_s < policy->earliest.us / SECONDS(1).us)
		return json_refuse(&top, "created", error,
		                   "is before anything that the provider has made");
	return seen->made_s <= latest.us / SECONDS(1).us ||
	       json_refuse(&top, "created", error, "is after the time at which it came");
}

bool provider_takes(const struct provider_policy *policy, const struct observed *seen,
                    struct instant received_at, struct json_error *error)
{
	return takes_mode(policy, seen, error) && takes_account(policy, seen, error) &&
	       takes_time(policy, seen, received_at, error);
}
