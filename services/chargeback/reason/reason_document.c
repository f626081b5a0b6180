#include "common/base/rate.h"
#include "common/base/text.h"
#include "services/chargeback/reason/reason.h"

const char *const evidence_kind_names[] = {
	"customer_communication",
	"cancellation_request",
	"refund_request",
	"refund_answer",
	"usage",
	"access",
	"earlier_payment",
	"invoice",
	"receipt",
	"policy_shown",
	"account_history",
	"duplicate_explanation",
	"identity",
	"service",
	"uploaded",
	NULL,
};
const char *const evidence_field_names[] = {
	"access_activity_log",
	"billing_address",
	"cancellation_policy",
	"cancellation_policy_disclosure",
	"cancellation_rebuttal",
	"customer_communication",
	"customer_email_address",
	"customer_name",
	"customer_purchase_ip",
	"customer_signature",
	"duplicate_charge_documentation",
	"duplicate_charge_explanation",
	"duplicate_charge_id",
	"product_description",
	"receipt",
	"refund_policy",
	"refund_policy_disclosure",
	"refund_refusal_explanation",
	"service_date",
	"service_documentation",
	"shipping_address",
	"shipping_carrier",
	"shipping_date",
	"shipping_documentation",
	"shipping_tracking_number",
	"uncategorized_file",
	"uncategorized_text",
	NULL,
};
const char *const evidence_supplier_names[] = { "support", "finance",          "product",
	                                        "legal",   "customer_success", NULL };

static bool asked_item_read(struct arena *arena, const struct json_place *item,
                            struct reason_asked *asked, struct json_error *error)
{
	static const char *const fields[] = { "kind", "field", "weight_ppm", "required",
		                              "from", "say",   NULL };
	const char *say;
	int kind;
	int field;
	int from;

	if (!json_only(item, fields, error) ||
	    !json_word_at(item, "kind", evidence_kind_names, &kind, error) ||
	    !json_word_at(item, "field", evidence_field_names, &field, error) ||
	    !json_integer_at(item, "weight_ppm", 1, RATE_WHOLE, &asked->weight_ppm, error) ||
	    !json_switch_if(item, "required", &asked->required, error) ||
	    !json_word_at(item, "from", evidence_supplier_names, &from, error) ||
	    !json_text_at(item, "say", REASON_SAY_MAX, &say, error))
		return false;
	asked->kind = (enum evidence_kind)kind;
	asked->field = evidence_field_names[field];
	asked->from = (enum evidence_supplier)from;
	asked->say = arena_string(arena, say);
	return true;
}

/* In order, each kind once. */
static bool asked_fits(const struct json_place *item, const struct reason_asked *asked,
                       size_t index, struct json_error *error)
{
	if (index > 0 && asked[index].weight_ppm > asked[index - 1].weight_ppm)
		return json_refuse(item, "weight_ppm", error,
		                   "must not be above the one before it");
	for (size_t k = 0; k < index; k++)
		if (asked[k].kind == asked[index].kind)
			return json_refuse(item, "kind", error, "stands in the list twice");
	return true;
}

static bool asked_read(struct arena *arena, const struct json_place *item, struct reason *reason,
                       struct json_error *error)
{
	struct reason_asked *asked;
	struct json_place list;
	int64_t sum = 0;

	if (!json_array_at(item, "asked", REASON_ASKED_MAX, &list, error))
		return false;
	asked = arena_zero(arena, (json_count(&list) + 1) * sizeof(*asked));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!asked_item_read(arena, &place, &asked[i], error) ||
		    !asked_fits(&place, asked, i, error))
			return false;
		sum += asked[i].weight_ppm;
	}
	if (sum != RATE_WHOLE)
		return json_refuse(item, "asked", error, "must have weights that sum to a million");
	reason->asked = asked;
	reason->asked_count = json_count(&list);
	return true;
}

static const struct reason *category_find(const struct reason_policy *policy, const char *category)
{
	for (size_t i = 0; i < policy->count; i++)
		if (text_equal(policy->reasons[i].network, REASON_ANY_NETWORK) &&
		    text_equal(policy->reasons[i].code, category))
			return &policy->reasons[i];
	return NULL;
}

/* What a code does not say itself is its category's. */
static bool category_read(struct arena *arena, const struct reason_policy *before,
                          const struct json_place *item, struct reason *reason,
                          struct json_error *error)
{
	const struct reason *category;

	if (!policy_word_at(arena, item, "category", &reason->category, error))
		return false;
	category = category_find(before, reason->category);
	if (category == NULL)
		return json_refuse(item, "category", error, "is none that stands before it");
	reason->fraud = category->fraud;
	reason->asked = category->asked;
	reason->asked_count = category->asked_count;
	return true;
}

static bool origin_read(struct arena *arena, const struct reason_policy *before,
                        const struct json_place *item, struct reason *reason,
                        struct json_error *error)
{
	if (!text_equal(reason->network, REASON_ANY_NETWORK))
		return category_read(arena, before, item, reason, error);
	reason->category = reason->code;
	if (json_has(item, "category"))
		return json_refuse(item, "category", error, "is its own");
	if (json_has(item, "text") || json_has(item, "compelling"))
		return json_refuse(item, json_has(item, "text") ? "text" : "compelling", error,
		                   "is of the networks' codes");
	return json_has(item, "asked") || json_refuse(item, "asked", error, "is missing");
}

static bool reason_read(struct arena *arena, const struct reason_policy *before,
                        const struct json_place *item, struct reason *reason,
                        struct json_error *error)
{
	static const char *const fields[] = { "network", "code",       "text",  "title", "category",
		                              "fraud",   "compelling", "asked", NULL };
	const char *text = "";
	const char *title;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "network", &reason->network, error) ||
	    !policy_word_at(arena, item, "code", &reason->code, error) ||
	    !json_text_if(item, "text", REASON_TITLE_MAX, &text, error) ||
	    !json_text_at(item, "title", REASON_TITLE_MAX, &title, error) ||
	    !origin_read(arena, before, item, reason, error) ||
	    !json_switch_if(item, "fraud", &reason->fraud, error) ||
	    !json_switch_if(item, "compelling", &reason->compelling, error))
		return false;
	reason->text = arena_string(arena, text);
	reason->title = arena_string(arena, title);
	return !json_has(item, "asked") || asked_read(arena, item, reason, error);
}

static bool is_twice(const struct reason_policy *before, const struct reason *reason)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct reason *const other = &before->reasons[i];

		if (text_equal(other->network, reason->network) &&
		    text_equal(other->code, reason->code) &&
		    text_equal(other->text, reason->text) &&
		    text_equal(other->category, reason->category))
			return true;
	}
	return false;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "sources", "reasons", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct reason_policy *const policy = result;
	struct reason *reasons;
	struct json_place list;

	if (!sources_read(arena, top, &policy->sources, error) ||
	    !json_array_at(top, "reasons", REASONS_MAX, &list, error))
		return false;
	reasons = arena_zero(arena, (json_count(&list) + 1) * sizeof(*reasons));
	policy->reasons = reasons;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!reason_read(arena, policy, &item, &reasons[i], error))
			return false;
		if (is_twice(policy, &reasons[i]))
			return json_refuse(&item, "code", error, "stands in the list twice");
		policy->count = i + 1;
	}
	return category_find(policy, REASON_CATEGORY_ELSE) != NULL ||
	       json_refuse(top, "reasons", error, "must have the category %s",
	                   REASON_CATEGORY_ELSE);
}

const struct policy_kind reason_policy_kind = {
	.folder = "reasons",
	.size = sizeof(struct reason_policy),
	.fields = document_fields,
	.read = document_read,
};
