#include "services/billing-sync/invoice_policy.h"

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

static bool invoice_policy_parse(struct arena *arena, struct bytes text, void *policy,
                                 struct json_error *error)
{
	static const char *const fields[] = { "id",
		                              "version",
		                              "effective_from",
		                              "source",
		                              "tolerance_per_line",
		                              "minimum_charge",
		                              "twice",
		                              NULL };
	struct invoice_policy read = { .minimum_count = 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, POLICY_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) || !policy_head_read(arena, &top, &read.head, error) ||
	    !json_integer_at(&top, "tolerance_per_line", 0, INVOICE_TOLERANCE_MAX,
	                     &read.tolerance_per_line, error) ||
	    !minimums_read(arena, &top, &read, error) || !twice_read(&top, &read, error))
		return false;
	*(struct invoice_policy *)policy = read;
	return true;
}

const struct policy_kind invoice_policy_kind = { .folder = "invoices",
	                                         .size = sizeof(struct invoice_policy),
	                                         .parse = invoice_policy_parse };

int64_t invoice_policy_minimum(const struct invoice_policy *policy, const char *currency)
{
	for (size_t i = 0; i < policy->minimum_count; i++)
		if (strcmp(policy->minimums[i].currency, currency) == 0)
			return policy->minimums[i].minor;
	return 0;
}
