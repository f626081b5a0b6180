#include "services/billing-sync/ledger/movement.h"

#include "common/base/text.h"
#include "services/billing-sync/rule/stripe.h"

static bool rule_read(struct arena *arena, const struct json_place *place,
                      struct movement_rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "movement", "types", "categories", "sources", NULL };
	static const char *const movements[] = { "charge", "refund", "dispute",
		                                 "fee",    "payout", NULL };
	struct movement_rule read = { 0 };
	int movement;

	if (!json_only(place, fields, error) ||
	    !json_word_at(place, "movement", movements, &movement, error) ||
	    !policy_words_if(arena, place, "types", MOVEMENT_WORDS_MAX, &read.types, error) ||
	    !policy_words_if(arena, place, "categories", MOVEMENT_WORDS_MAX, &read.categories,
	                     error) ||
	    !policy_words_if(arena, place, "sources", MOVEMENT_WORDS_MAX, &read.sources, error))
		return false;
	if (read.types[0] == NULL)
		return json_refuse(place, "types", error, "must name a type");
	read.movement = (enum movement)movement;
	*rule = read;
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "rules", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct movement_policy *const policy = result;
	struct json_place list;

	if (!json_array_at(top, "rules", MOVEMENT_RULES_MAX, &list, error))
		return false;
	for (; policy->count < json_count(&list); policy->count++) {
		const struct json_place item = json_item(&list, policy->count);

		if (!rule_read(arena, &item, &policy->rules[policy->count], error))
			return false;
	}
	return true;
}

const struct policy_kind movement_kind = {
	.folder = "movements",
	.size = sizeof(struct movement_policy),
	.fields = document_fields,
	.read = document_read,
};

static bool begins(const char *const *prefixes, const char *text)
{
	for (const char *const *prefix = prefixes; *prefix != NULL; prefix++)
		if (text_starts(text, *prefix))
			return true;
	return false;
}

static bool fits(const struct movement_rule *rule, const struct balance_transaction *transaction)
{
	return text_among(rule->types, transaction->type) &&
	       (rule->categories[0] == NULL ||
	        text_among(rule->categories, transaction->reporting_category)) &&
	       (rule->sources[0] == NULL || begins(rule->sources, transaction->source));
}

enum movement movement_of(const struct movement_policy *policy,
                          const struct balance_transaction *transaction)
{
	for (size_t i = 0; i < policy->count; i++)
		if (fits(&policy->rules[i], transaction))
			return policy->rules[i].movement;
	return MOVEMENT_UNKNOWN;
}

enum movement_place movement_place(const struct movement_policy *policy,
                                   const struct balance_transaction *transaction)
{
	const enum movement movement = movement_of(policy, transaction);
	const bool charge = stripe_is_charge(transaction->source);

	if (movement == MOVEMENT_CHARGE && charge)
		return MOVEMENT_OF_CHARGE;
	if ((movement == MOVEMENT_REFUND || movement == MOVEMENT_DISPUTE) && !charge &&
	    transaction->source[0] != '\0')
		return MOVEMENT_OF_SOURCE;
	return MOVEMENT_OF_BALANCE;
}
