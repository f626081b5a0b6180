#include "services/classifier/suggest.h"

#include "common/base/text.h"

/* MACRO_PLACE_KINDS: it fills no place. */
static enum macro_place_kind kind_filled(const struct entity *entity)
{
	if (entity->kind == ENTITY_INVOICE)
		return MACRO_INVOICE;
	if (entity->kind == ENTITY_AMOUNT && entity->has_minor && !entity->currency_open)
		return MACRO_AMOUNT;
	if (entity->kind == ENTITY_DATE && !entity->ambiguous && !entity->relative)
		return MACRO_DATE;
	return MACRO_PLACE_KINDS;
}

uint32_t suggest_known(const struct entity *entities, size_t count)
{
	uint32_t known = 0;

	for (size_t i = 0; i < count; i++) {
		const enum macro_place_kind kind = kind_filled(&entities[i]);

		known |= kind < MACRO_PLACE_KINDS ? UINT32_C(1) << kind : 0;
	}
	return known;
}

static bool given(const char *word)
{
	return word != NULL && word[0] != '\0';
}

static bool in_force(const struct suggest_entry *entry, struct instant at)
{
	return !time_before(at, entry->head->effective_from) && time_before(at, entry->until);
}

static bool intent_met(const struct suggest_head *head, const char *intent, int32_t confidence_ppm)
{
	return given(intent) && confidence_ppm >= head->floor_ppm &&
	       text_among(head->intents, intent);
}

static bool intents_met(const struct suggest_entry *entry, const struct suggest_ask *ask,
                        struct suggestion *found)
{
	if (ask->abstained && entry->kind != SUGGEST_PLAYBOOK)
		return false;
	found->guess = ask->abstained;
	if (intent_met(entry->head, ask->intent, ask->confidence_ppm))
		return true;
	found->second = true;
	return !ask->abstained && intent_met(entry->head, ask->second, ask->second_ppm);
}

static bool tier_met(const struct suggest_head *head, const char *tier, struct suggestion *found)
{
	if (head->tiers[0] == NULL)
		return true;
	found->tier = given(tier) && text_among(head->tiers, tier);
	return found->tier;
}

static void tongue_choose(const struct suggest_head *head, const char *language,
                          struct suggestion *found)
{
	found->tongue = TONGUE_EN;
	found->translated = false;
	if (tongue_find(language, &found->tongue) && (head->tongues >> found->tongue & 1) != 0)
		found->translated = true;
	else
		found->tongue = TONGUE_EN;
}

static void places_sum(const struct macro *macro, uint32_t known, struct suggestion *found)
{
	for (size_t i = 0; macro != NULL && i < macro->place_count; i++) {
		if ((known >> macro->places[i].kind & 1) != 0)
			found->filled |= UINT32_C(1) << i;
		else if (macro->places[i].required)
			found->missing |= UINT32_C(1) << i;
	}
}

static bool entry_judge(const struct suggest_entry *entry, const struct suggest_ask *ask,
                        struct suggestion *out)
{
	struct suggestion found = {
		.kind = entry->kind,
		.id = entry->head->id,
		.version = entry->head->version,
		.macro = entry->macro,
		.playbook = entry->playbook,
	};

	if (entry->kind == SUGGEST_GLOSSARY || !in_force(entry, ask->at) ||
	    !intents_met(entry, ask, &found) || !tier_met(entry->head, ask->tier, &found))
		return false;
	tongue_choose(entry->head, ask->language, &found);
	places_sum(entry->macro, ask->known, &found);
	*out = found;
	return true;
}

/* The smaller the better. Entries come by kind and id, so that equals stand as they came. */
static int order_of(const struct suggestion *found)
{
	return (found->second ? 1 << 16 : 0) | (found->translated ? 0 : 1 << 15) |
	       (found->tier ? 0 : 1 << 14) | __builtin_popcount(found->missing);
}

static size_t place_in(struct suggestion out[static SUGGESTIONS_MAX], size_t count,
                       const struct suggestion *found)
{
	size_t at = count;

	while (at > 0 && order_of(found) < order_of(&out[at - 1]))
		at--;
	if (at == SUGGESTIONS_MAX)
		return count;
	count += count < SUGGESTIONS_MAX ? 1 : 0;
	for (size_t i = count - 1; i > at; i--)
		out[i] = out[i - 1];
	out[at] = *found;
	return count;
}

size_t suggest(const struct suggest_book *book, const struct suggest_ask *ask,
               struct suggestion out[static SUGGESTIONS_MAX])
{
	struct suggestion found;
	size_t count = 0;

	for (size_t i = 0; i < book->count; i++) {
		if (entry_judge(&book->entries[i], ask, &found))
			count = place_in(out, count, &found);
	}
	return count;
}

size_t suggestion_reasons(struct arena *arena, const struct suggestion *suggestion,
                          const char *reasons[static SUGGEST_REASONS_MAX])
{
	const struct macro *const macro = suggestion->macro;
	size_t count = 0;

	reasons[count++] = suggestion->guess    ? "best_guess"
	                   : suggestion->second ? "second_intent"
	                                        : "intent";
	reasons[count++] = suggestion->translated ? "language" : "english";
	if (suggestion->tier)
		reasons[count++] = "tier";
	for (size_t i = 0; macro != NULL && i < macro->place_count; i++) {
		const char *const name = macro->places[i].name;

		if ((suggestion->filled >> i & 1) != 0)
			reasons[count++] = arena_printf(arena, "fills %s", name);
		else if ((suggestion->missing >> i & 1) != 0)
			reasons[count++] = arena_printf(arena, "lacks %s", name);
	}
	return count;
}
