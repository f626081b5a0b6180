#include "services/chargeback/watch/watch_policy.h"

static bool read_own(struct arena *arena, const struct json_place *top, void *result,
                     struct json_error *error)
{
	struct watch_policy *const policy = result;

	policy->region = "";
	return sources_read(arena, top, &policy->sources, error) &&
	       policy_word_at(arena, top, "country", &policy->country, error) &&
	       (!json_has(top, "region") ||
	        policy_word_at(arena, top, "region", &policy->region, error)) &&
	       policy_word_at(arena, top, "team", &policy->team, error) &&
	       policy_span_at(top, "settle", MINUTES(0), HOURS(23), &policy->settle, error) &&
	       policy_span_at(top, "judge_wait", SECONDS(1), DAYS(1), &policy->judge_wait, error) &&
	       json_integer_at(top, "pattern_months", 1, WATCH_MONTHS_MAX, &policy->pattern_months,
	                       error);
}

static const char *const fields[] = { "sources", "country",    "region",         "team",
	                              "settle",  "judge_wait", "pattern_months", NULL };

const struct policy_kind watch_policy_kind = { .folder = WATCH_POLICY,
	                                       .size = sizeof(struct watch_policy),
	                                       .fields = fields,
	                                       .read = read_own };

const void *watch_policy_compile(const struct document *files, size_t count, char *reason,
                                 size_t reason_size)
{
	return policy_compile(&watch_policy_kind, files, count, reason, reason_size);
}

const struct watch_policy *watch_policy_at(const void *book, struct instant at)
{
	return policy_at(book, at);
}
