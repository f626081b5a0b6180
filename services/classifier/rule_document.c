/*
 * rule_document - rules as people write them.
 */
#include "services/classifier/rule.h"

#include "common/base/text.h"
#include "services/classifier/signal.h"

#include <string.h>

#define RULES_MAX 256
#define WORDS_MAX 64 /* of one trait in one rule */
#define CURRENCIES_MAX 32
#define PPM 1000000
#define CONTACTS_MAX 10000

static const char *const when_fields[] = { "tier",
	                                   "region",
	                                   "category",
	                                   "intent",
	                                   "language",
	                                   "channel",
	                                   "asked",
	                                   "priority",
	                                   "signal",
	                                   "sentiment_at_most",
	                                   "urgency_at_least",
	                                   "contacts_at_least",
	                                   "amount_at_least",
	                                   NULL };

static bool words_read(struct arena *arena, const struct json_place *when, const char *field,
                       const char *const **result, struct json_error *error)
{
	struct json_place list;
	const char **words;

	if (!json_has(when, field))
		return true;
	if (!json_array_at(when, field, WORDS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(when, field, error, "must not be empty; leave it out for any");
	words = arena_zero(arena, (json_count(&list) + 1) * sizeof(*words));
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_text_in(&list, i, RULE_WORD_MAX, &words[i], error))
			return false;
		words[i] = arena_string(arena, words[i]);
	}
	*result = words;
	return true;
}

static bool traits_read(struct arena *arena, const struct json_place *when, struct rule *rule,
                        struct json_error *error)
{
	for (int i = 0; i < RULE_TRAITS; i++)
		if (!words_read(arena, when, when_fields[i], &rule->words[i], error))
			return false;
	return true;
}

static bool signals_read(const struct json_place *when, struct rule *rule, struct json_error *error)
{
	struct json_place list;
	int word;

	if (!json_has(when, "signal"))
		return true;
	if (!json_array_at(when, "signal", WORDS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_word_in(&list, i, signal_kind_names, &word, error))
			return false;
		rule->signals |= UINT32_C(1) << word;
	}
	return rule->signals != 0 ||
	       json_refuse(when, "signal", error, "must not be empty; leave it out for any");
}

static bool numbers_read(const struct json_place *when, struct rule *rule, struct json_error *error)
{
	int64_t sentiment = 0;
	int64_t urgency = 0;

	if (!json_integer_if(when, "sentiment_at_most", -PPM, PPM, &sentiment, error) ||
	    !json_integer_if(when, "urgency_at_least", 0, PPM, &urgency, error) ||
	    !json_integer_if(when, "contacts_at_least", 1, CONTACTS_MAX, &rule->contacts_at_least,
	                     error))
		return false;
	rule->asks_sentiment = json_has(when, "sentiment_at_most");
	rule->asks_urgency = json_has(when, "urgency_at_least");
	rule->sentiment_at_most = (int32_t)sentiment;
	rule->urgency_at_least = (int32_t)urgency;
	return true;
}

/* {"USD":100000}: minor units of each currency. */
static bool amounts_read(struct arena *arena, const struct json_place *when, struct rule *rule,
                         struct json_error *error)
{
	struct json_place place;
	struct money *amounts;
	const char *code;
	json_t *value;

	if (!json_has(when, "amount_at_least"))
		return true;
	if (!json_object_at(when, "amount_at_least", &place, error))
		return false;
	if (json_object_size(place.value) == 0 || json_object_size(place.value) > CURRENCIES_MAX)
		return json_refuse(when, "amount_at_least", error,
		                   "must name from 1 to 32 currencies");
	amounts = arena_zero(arena, json_object_size(place.value) * sizeof(*amounts));
	json_object_foreach(place.value, code, value)
	{
		struct money *const amount = &amounts[rule->amount_count++];

		if (!money_currency(code, amount->currency))
			return json_refuse(when, "amount_at_least", error,
			                   "has a name that is no currency");
		if (!json_integer_at(&place, code, 0, INT64_MAX, &amount->minor, error))
			return false;
	}
	rule->amounts = amounts;
	return true;
}

static bool decision_read(struct arena *arena, const struct json_place *place, enum rule_kind kind,
                          struct rule *rule, struct json_error *error)
{
	static const char *const priorities[] = { "low", "normal", "high", "urgent", NULL };
	const char *decision;
	int word;

	if (!json_text_at(place, "decision", RULE_WORD_MAX, &decision, error) ||
	    (kind == RULE_PRIORITY && !json_word_at(place, "decision", priorities, &word, error)))
		return false;
	rule->decision = arena_string(arena, decision);
	return true;
}

static bool rule_read(struct arena *arena, const struct json_place *place, enum rule_kind kind,
                      struct rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "id", "when", "decision", NULL };
	struct json_place when;
	const char *id;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "id", RULE_WORD_MAX, &id, error) ||
	    !decision_read(arena, place, kind, rule, error))
		return false;
	rule->id = arena_string(arena, id);
	if (!json_has(place, "when"))
		return true;
	return json_object_at(place, "when", &when, error) &&
	       json_only(&when, when_fields, error) && traits_read(arena, &when, rule, error) &&
	       signals_read(&when, rule, error) && numbers_read(&when, rule, error) &&
	       amounts_read(arena, &when, rule, error);
}

static bool rules_read(struct arena *arena, const struct json_place *top,
                       struct rule_document *document, struct json_error *error)
{
	struct json_place list;
	struct rule *rules;

	if (!json_array_at(top, "rules", RULES_MAX, &list, error))
		return false;
	rules = arena_zero(arena, (json_count(&list) + 1) * sizeof(*rules));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!rule_read(arena, &place, document->kind, &rules[i], error))
			return false;
		for (size_t j = 0; j < i; j++)
			if (text_equal(rules[j].id, rules[i].id))
				return json_refuse(&place, "id", error, "another rule has this id");
	}
	document->rules = rules;
	document->count = json_count(&list);
	return document->count > 0 || json_refuse(top, "rules", error, "must not be empty");
}

bool rule_document_parse(struct arena *arena, struct bytes text, struct rule_document *document,
                         struct json_error *error)
{
	static const char *const fields[] = { "id",      "version", "effective_from",
		                              "decides", "rules",   NULL };
	AUTO_JSON parsed = NULL;
	const char *id;
	int kind;

	*document = (struct rule_document){ .count = 0 };
	if (!json_parse(text, text.size, &parsed, error))
		return false;
	const struct json_place top = json_top(parsed);

	if (!json_only(&top, fields, error) ||
	    !json_text_at(&top, "id", RULE_WORD_MAX, &id, error) ||
	    !json_integer_at(&top, "version", 1, INT32_MAX, &document->version, error) ||
	    !json_instant_at(&top, "effective_from", &document->effective_from, error) ||
	    !json_word_at(&top, "decides", rule_kind_names, &kind, error))
		return false;
	document->id = arena_string(arena, id);
	document->kind = (enum rule_kind)kind;
	return rules_read(arena, &top, document, error);
}
