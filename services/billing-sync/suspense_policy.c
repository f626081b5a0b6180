#include "services/billing-sync/suspense_policy.h"

#define SPAN_MIN SECONDS(1)
#define SPAN_MAX DAYS(366)

/* Besides those of the head. */
static const char *const document_fields[] = { "place", "settle", "pay_out", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct suspense_policy *const policy = result;

	(void)arena;
	return policy_span_at(top, "place", SPAN_MIN, SPAN_MAX, &policy->place, error) &&
	       policy_span_at(top, "settle", SPAN_MIN, SPAN_MAX, &policy->settle, error) &&
	       policy_span_at(top, "pay_out", SPAN_MIN, SPAN_MAX, &policy->pay_out, error);
}

const struct policy_kind suspense_policy_kind = {
	.folder = "suspense",
	.size = sizeof(struct suspense_policy),
	.fields = document_fields,
	.read = document_read,
};
