#include "services/chargeback/compelling/compelling_policy.h"

const char *const compelling_kind_names[] = {
	"ip", "device_fingerprint", "device_id", "account_id", "email", "shipping_address", NULL
};
const char *const compelling_element_names[] = { "ip", "device", "user", "shipping", NULL };

static bool window_read(const struct json_place *top, struct compelling_policy *policy,
                        struct json_error *error)
{
	static const char *const fields[] = { "after_days", "before_days", "payments",
		                              "matches",    "refunded",    NULL };
	struct json_place window;

	if (!json_object_at(top, "window", &window, error) || !json_only(&window, fields, error) ||
	    !json_integer_at(&window, "after_days", 0, COMPELLING_DAYS_MAX, &policy->after_days,
	                     error) ||
	    !json_integer_at(&window, "before_days", 1, COMPELLING_DAYS_MAX, &policy->before_days,
	                     error) ||
	    !json_integer_at(&window, "payments", 2, 2, &policy->payments, error) ||
	    !json_integer_at(&window, "matches", 1, COMPELLING_ELEMENTS, &policy->matches, error) ||
	    !json_switch_if(&window, "refunded", &policy->refunded, error))
		return false;
	return policy->before_days > policy->after_days + 1 ||
	       json_refuse(&window, "before_days", error, "leaves no day after after_days");
}

static bool identifier_read(const struct json_place *item, struct compelling_policy *policy,
                            struct json_error *error)
{
	static const char *const fields[] = { "kind", "element", "anchor", "min_length", NULL };
	struct compelling_identifier_rule rule = { .used = true };
	int64_t length = 1;
	int kind;
	int element;

	if (!json_only(item, fields, error) ||
	    !json_word_at(item, "kind", compelling_kind_names, &kind, error) ||
	    !json_word_at(item, "element", compelling_element_names, &element, error) ||
	    !json_switch_if(item, "anchor", &rule.anchor, error) ||
	    !json_integer_if(item, "min_length", 1, COMPELLING_LENGTH_MAX, &length, error))
		return false;
	if (policy->identifiers[kind].used)
		return json_refuse(item, "kind", error, "stands in the list twice");
	rule.element = (enum compelling_element)element;
	for (size_t i = 0; i < COMPELLING_KINDS; i++)
		if (policy->identifiers[i].used && policy->identifiers[i].element == rule.element &&
		    policy->identifiers[i].anchor != rule.anchor)
			return json_refuse(item, "anchor", error,
			                   "is not as another's of its element");
	rule.min_length = (int32_t)length;
	policy->identifiers[kind] = rule;
	return true;
}

static bool identifiers_read(const struct json_place *top, struct compelling_policy *policy,
                             struct json_error *error)
{
	struct json_place list;
	bool anchored = false;

	if (!json_array_at(top, "identifiers", COMPELLING_KINDS, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!identifier_read(&item, policy, error))
			return false;
	}
	for (size_t i = 0; i < COMPELLING_KINDS; i++)
		anchored = anchored || policy->identifiers[i].anchor;
	return anchored || json_refuse(top, "identifiers", error, "must have an anchor");
}

/* Besides those of the head. */
static const char *const document_fields[] = { "sources", "network",     "codes",
	                                       "window",  "identifiers", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct compelling_policy *const policy = result;

	if (!sources_read(arena, top, &policy->sources, error) ||
	    !policy_word_at(arena, top, "network", &policy->network, error) ||
	    !policy_words_if(arena, top, "codes", COMPELLING_CODES_MAX, &policy->codes, error))
		return false;
	if (policy->codes[0] == NULL)
		return json_refuse(top, "codes", error, "must have a code");
	return window_read(top, policy, error) && identifiers_read(top, policy, error);
}

const struct policy_kind compelling_policy_kind = {
	.folder = "compelling",
	.size = sizeof(struct compelling_policy),
	.fields = document_fields,
	.read = document_read,
};
