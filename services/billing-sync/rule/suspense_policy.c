#include "services/billing-sync/rule/suspense_policy.h"

#include "common/base/text.h"

#define SPAN_MIN SECONDS(1)
#define SPAN_MAX DAYS(366)

/* Besides those of the head. */
static const char *const document_fields[] = { "place", "settle", "pay_out", "payment", NULL };

static bool payment_read(const struct json_place *top, struct suspense_policy *policy,
                         struct json_error *error)
{
	policy->payment = policy->place;
	policy->pays =
	    !text_equal(json_string_value(json_object_get(top->value, "payment")), "never");
	return !policy->pays ||
	       policy_span_if(top, "payment", SPAN_MIN, SPAN_MAX, &policy->payment, error);
}

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct suspense_policy *const policy = result;

	(void)arena;
	return policy_span_at(top, "place", SPAN_MIN, SPAN_MAX, &policy->place, error) &&
	       policy_span_at(top, "settle", SPAN_MIN, SPAN_MAX, &policy->settle, error) &&
	       policy_span_at(top, "pay_out", SPAN_MIN, SPAN_MAX, &policy->pay_out, error) &&
	       payment_read(top, policy, error);
}

const struct policy_kind suspense_policy_kind = {
	.folder = "suspense",
	.size = sizeof(struct suspense_policy),
	.fields = document_fields,
	.read = document_read,
};
