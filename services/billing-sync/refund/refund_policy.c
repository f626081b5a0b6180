#include "services/billing-sync/refund/refund_policy.h"

#include "common/base/text.h"

static bool amount_read(const struct json_place *item, struct refund_amount *amount,
                        struct json_error *error)
{
	static const char *const fields[] = { "currency", "up_to", NULL };

	return json_only(item, fields, error) &&
	       policy_currency_at(item, "currency", amount->currency, error) &&
	       json_integer_at(item, "up_to", 1, INT64_MAX, &amount->up_to, error);
}

static bool amounts_read(struct arena *arena, const struct json_place *item, const char *field,
                         struct refund_amounts *read, struct json_error *error)
{
	struct refund_amount *amounts;
	struct json_place list;

	if (!json_array_if(item, field, REFUND_AMOUNTS_MAX, &list, error))
		return false;
	if (json_has(item, field) && json_count(&list) == 0)
		return json_refuse(item, field, error, "must have an amount, or be left out");
	amounts = arena_zero(arena, (json_count(&list) + 1) * sizeof(*amounts));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!amount_read(&place, &amounts[i], error))
			return false;
		for (size_t k = 0; k < i; k++)
			if (text_equal(amounts[k].currency, amounts[i].currency))
				return json_refuse(&place, "currency", error,
				                   "stands in the list twice");
	}
	*read = (struct refund_amounts){ amounts, json_count(&list) };
	return true;
}

static bool limit_read(struct arena *arena, const struct refund_policy *policy,
                       const struct json_place *item, struct refund_limit *limit,
                       struct json_error *error)
{
	static const char *const fields[] = { "role", "amounts", NULL };
	int role;

	if (!json_only(item, fields, error) ||
	    !json_word_at(item, "role", policy->roles, &role, error))
		return false;
	limit->role = (size_t)role;
	return amounts_read(arena, item, "amounts", &limit->amounts, error);
}

static bool limits_read(struct arena *arena, const struct refund_policy *policy,
                        const struct json_place *item, struct refund_rule *rule,
                        struct json_error *error)
{
	struct refund_limit *limits;
	struct json_place list;

	if (!json_array_at(item, "limits", REFUND_ROLES_MAX, &list, error))
		return false;
	limits = arena_zero(arena, (json_count(&list) + 1) * sizeof(*limits));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!limit_read(arena, policy, &place, &limits[i], error))
			return false;
		if (i > 0 && limits[i].role <= limits[i - 1].role)
			return json_refuse(&place, "role", error,
			                   "must be above the role before it");
	}
	rule->limits = limits;
	rule->limit_count = json_count(&list);
	return true;
}

static bool rule_read(struct arena *arena, const struct refund_policy *policy,
                      const struct json_place *item, struct refund_rule *rule,
                      struct json_error *error)
{
	static const char *const fields[] = { "name",        "intents",
		                              "window_days", "second_approver_above",
		                              "limits",      NULL };
	int64_t days;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "name", &rule->name, error) ||
	    !policy_words_if(arena, item, "intents", REFUND_INTENTS_MAX, &rule->intents, error) ||
	    !json_integer_at(item, "window_days", 1, REFUND_WINDOW_DAYS_MAX, &days, error))
		return false;
	rule->window_days = (int32_t)days;
	for (const char *const *intent = rule->intents; *intent != NULL; intent++)
		if (refund_rule_of(policy, *intent) != NULL)
			return json_refuse(item, "intents", error, "has one of another rule's");
	return amounts_read(arena, item, "second_approver_above", &rule->alone, error) &&
	       limits_read(arena, policy, item, rule, error);
}

static bool rules_read(struct arena *arena, const struct json_place *top,
                       struct refund_policy *policy, struct json_error *error)
{
	struct refund_rule *rules;
	struct json_place list;

	if (!json_array_at(top, "rules", REFUND_RULES_MAX, &list, error))
		return false;
	rules = arena_zero(arena, (json_count(&list) + 1) * sizeof(*rules));
	policy->rules = rules;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!rule_read(arena, policy, &item, &rules[i], error))
			return false;
		policy->rule_count = i + 1;
	}
	return true;
}

static bool roles_read(struct arena *arena, const struct json_place *top,
                       struct refund_policy *policy, struct json_error *error)
{
	if (!policy_words_if(arena, top, "roles", REFUND_ROLES_MAX, &policy->roles, error))
		return false;
	if (policy->roles[0] == NULL)
		return json_refuse(top, "roles", error, "must have a role");
	for (const char *const *role = policy->roles + 1; *role != NULL; role++)
		for (const char *const *other = policy->roles; other < role; other++)
			if (text_equal(*role, *other))
				return json_refuse(top, "roles", error, "has a role twice");
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "inquiry", "withdrawn", "roles", "rules", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct refund_policy *const policy = result;
	static const char *const inquiries[] = { "full", "any", "none", NULL };
	int inquiry;

	if (!json_word_at(top, "inquiry", inquiries, &inquiry, error) ||
	    !policy_span_if(top, "withdrawn", REFUND_WITHDRAWN_MIN, REFUND_WITHDRAWN_MAX,
	                    &policy->withdrawn, error) ||
	    !roles_read(arena, top, policy, error) || !rules_read(arena, top, policy, error))
		return false;
	policy->inquiry = (enum refund_inquiry)inquiry;
	return true;
}

const struct policy_kind refund_policy_kind = {
	.folder = "refunds",
	.size = sizeof(struct refund_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Asking. */

const struct refund_rule *refund_rule_of(const struct refund_policy *policy, const char *intent)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		if (text_among(policy->rules[i].intents, intent))
			return &policy->rules[i];
	return NULL;
}

static bool covers(const struct refund_amounts *amounts, struct money total)
{
	for (size_t i = 0; i < amounts->count; i++)
		if (text_equal(amounts->items[i].currency, total.currency))
			return total.minor <= amounts->items[i].up_to;
	return amounts->count == 0;
}

bool refund_wants_second(const struct refund_rule *rule, struct money total)
{
	return !covers(&rule->alone, total);
}

const char *refund_role_for(const struct refund_policy *policy, const struct refund_rule *rule,
                            struct money total)
{
	for (size_t i = 0; i < rule->limit_count; i++)
		if (covers(&rule->limits[i].amounts, total))
			return policy->roles[rule->limits[i].role];
	return NULL;
}

bool refund_role_may(const struct refund_policy *policy, const char *const *roles, const char *role)
{
	bool reached = false;

	for (const char *const *at = policy->roles; *at != NULL; at++) {
		reached = reached || text_equal(*at, role);
		if (reached && text_among(roles, *at))
			return true;
	}
	return false;
}
