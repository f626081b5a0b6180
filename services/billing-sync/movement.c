#include "services/billing-sync/movement.h"

#include "common/base/text.h"

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

bool movement_parse(struct arena *arena, struct bytes text, struct movement_policy *policy,
                    struct json_error *error)
{
	static const char *const fields[] = { "id",     "version", "effective_from",
		                              "source", "rules",   NULL };
	struct movement_policy read = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;
	struct json_place list;

	if (!json_parse(text, POLICY_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) || !policy_head_read(arena, &top, &read.head, error) ||
	    !json_array_at(&top, "rules", MOVEMENT_RULES_MAX, &list, error))
		return false;
	for (; read.count < json_count(&list); read.count++) {
		const struct json_place item = json_item(&list, read.count);

		if (!rule_read(arena, &item, &read.rules[read.count], error))
			return false;
	}
	*policy = read;
	return true;
}

static bool parse_any(struct arena *arena, struct bytes text, void *policy,
                      struct json_error *error)
{
	return movement_parse(arena, text, policy, error);
}

const struct policy_kind movement_kind = { "movements", sizeof(struct movement_policy), parse_any };

static bool begins(const char *const *prefixes, const char *text)
{
	for (const char *const *prefix = prefixes; *prefix != NULL; prefix++)
		if (text_starts(text, *prefix))
			return true;
	return false;
}

static bool fits(const struct movement_rule *rule, const struct balance_transaction *transaction)
{
	return policy_among(rule->types, transaction->type) &&
	       (rule->categories[0] == NULL ||
	        policy_among(rule->categories, transaction->reporting_category)) &&
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
