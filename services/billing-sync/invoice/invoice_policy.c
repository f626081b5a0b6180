#include "services/billing-sync/invoice/invoice_policy.h"

#include <string.h>

#define MINIMUM_MAX INT64_C(1000000000) /* of any currency: what is above is no least charge */
#define WINDOW_MAX DAYS(400)            /* a yearly charge comes again after 366 */

static bool minimum_read(const struct json_place *row, struct invoice_minimum *minimum,
                         struct json_error *error)
{
	static const char *const fields[] = { "currency", "minor", NULL };

	return json_only(row, fields, error) &&
	       policy_currency_at(row, "currency", minimum->currency, error) &&
	       json_integer_at(row, "minor", 1, MINIMUM_MAX, &minimum->minor, error);
}

static bool minimums_read(struct arena *arena, const struct json_place *top,
                          struct invoice_policy *policy, struct json_error *error)
{
	struct invoice_minimum *read;
	struct json_place list;

	if (!json_array_at(top, "minimum_charge", INVOICE_MINIMUMS_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	policy->minimums = read;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place row = json_item(&list, i);

		if (!minimum_read(&row, &read[i], error))
			return false;
		if (invoice_policy_minimum(policy, read[i].currency) != 0)
			return json_refuse(&row, "currency", error, "is another row's already");
		policy->minimum_count++;
	}
	return true;
}

static bool twice_read(const struct json_place *top, struct invoice_policy *policy,
                       struct json_error *error)
{
	static const char *const fields[] = { "same_invoice", "same_description", "across_invoices",
		                              NULL };
	struct json_place twice;

	return json_object_at(top, "twice", &twice, error) && json_only(&twice, fields, error) &&
	       policy_span_at(&twice, "same_invoice", SECONDS(1), WINDOW_MAX,
	                      &policy->twice_same_invoice, error) &&
	       policy_span_at(&twice, "same_description", SECONDS(1), WINDOW_MAX,
	                      &policy->twice_same_description, error) &&
	       json_switch_at(&twice, "across_invoices", &policy->twice_across_invoices, error);
}

/* Besides those of the head. */
static const char *const document_fields[] = { "tolerance_per_line", "minimum_charge", "twice",
	                                       "never_billed_after", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct invoice_policy *const policy = result;

	if (!json_integer_at(top, "tolerance_per_line", 0, INVOICE_TOLERANCE_MAX,
	                     &policy->tolerance_per_line, error) ||
	    !minimums_read(arena, top, policy, error) || !twice_read(top, policy, error) ||
	    !policy_span_if(top, "never_billed_after", SECONDS(1), WINDOW_MAX,
	                    &policy->never_billed_after, error))
		return false;
	return true;
}

const struct policy_kind invoice_policy_kind = {
	.folder = "invoices",
	.size = sizeof(struct invoice_policy),
	.fields = document_fields,
	.read = document_read,
};

int64_t invoice_policy_minimum(const struct invoice_policy *policy, const char *currency)
{
	for (size_t i = 0; i < policy->minimum_count; i++)
		if (strcmp(policy->minimums[i].currency, currency) == 0)
			return policy->minimums[i].minor;
	return 0;
}
