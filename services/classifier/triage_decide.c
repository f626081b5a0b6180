/*
 * What the rules decide of what was read, with the trace that explains it.
 */
#include "services/classifier/triage.h"

#include "common/base/text.h"

#include <string.h>

/* What was read, as rules look at it. */
static void fill_case(struct arena *arena, const struct triage_row *row,
                      const Opsmesh__V1__Reading *reading, struct rule_case *known)
{
	struct money *const amounts =
	    arena_alloc(arena, (reading->n_entities + 1) * sizeof(*amounts));

	*known = (struct rule_case){ .traits = { [RULE_TIER] = row->tier,
		                                 [RULE_REGION] = row->region,
		                                 [RULE_CATEGORY] = row->category,
		                                 [RULE_INTENT] = row->intent,
		                                 [RULE_LANGUAGE] = reading->language,
		                                 [RULE_CHANNEL] = row->channel,
		                                 [RULE_ASKED] = row->asked },
		                     .sentiment_ppm = reading->sentiment_ppm,
		                     .urgency_ppm = reading->urgency_ppm,
		                     .contacts = row->contacts,
		                     .amounts = amounts };
	for (size_t i = 0; i < reading->n_signals; i++)
		if (reading->signals[i]->kind > 0 && (int)reading->signals[i]->kind <= 32)
			known->signals |= UINT32_C(1) << ((int)reading->signals[i]->kind - 1);
	for (size_t i = 0; i < reading->n_entities; i++) {
		const Opsmesh__V1__Money *const amount = reading->entities[i]->amount;

		if (amount == NULL)
			continue;
		amounts[known->amount_count].minor = amount->minor;
		if (money_currency(amount->currency, amounts[known->amount_count].currency))
			known->amount_count++;
	}
}

/* Asking one kind of rules after the other. */
struct asking {
	const struct guide *guide;
	struct arena *arena;
	struct instant at;
	struct rule_case known;
	struct decision *decision;
};

static const char *note(struct asking *it, enum rule_kind kind,
                        const struct rule_document *document, const struct rule_verdict *verdict)
{
	Opsmesh__V1__RuleMatch *const match = arena_alloc(it->arena, sizeof(*match));

	opsmesh__v1__rule_match__init(match);
	match->document = text_mutable(rule_kind_names[kind]);
	match->version = document->version;
	match->rule = text_mutable(verdict->rule->id);
	match->decision = text_mutable(verdict->rule->decision);
	match->matched = (char **)(uintptr_t)verdict->matched;
	match->n_matched = verdict->matched_count;
	it->decision->rules[it->decision->rule_count++] = match;
	return verdict->rule->decision;
}

/* NULL: no document is in force, or no rule of it matches. */
static const char *ask(struct asking *it, enum rule_kind kind)
{
	const struct rule_document *const document = guide_rules(it->guide, kind, it->at);
	struct rule_verdict verdict;

	if (document == NULL)
		return NULL;
	rule_decide(document, &it->known, it->arena, &verdict);
	return verdict.rule != NULL ? note(it, kind, document, &verdict) : NULL;
}

static const char *intent_queue(const struct taxonomy *taxonomy, const char *id)
{
	const struct taxonomy_intent *const intent =
	    id != NULL ? taxonomy_find(taxonomy, id) : NULL;

	return intent != NULL ? intent->queue : taxonomy->fallback_queue;
}

/* A person's word first; else the rules', which never lowers what stands. */
static const char *settle_priority(const struct triage_row *row, const char *ruled)
{
	const char *const word = ruled != NULL ? ruled : "normal";

	if (row->fixed != NULL)
		return row->fixed;
	return priority_of_word(row->priority) > priority_of_word(word) ? row->priority : word;
}

void triage_decide(const struct guide *guide, struct arena *arena, struct instant at,
                   const struct triage_row *row, const Opsmesh__V1__Reading *reading,
                   struct decision *decision)
{
	struct asking it = { .guide = guide, .arena = arena, .at = at, .decision = decision };
	const char *queue;
	const char *escalation;

	*decision = (struct decision){
		.rules = arena_zero(arena, RULE_KINDS * sizeof(Opsmesh__V1__RuleMatch *)),
	};
	fill_case(arena, row, reading, &it.known);
	decision->priority = settle_priority(row, ask(&it, RULE_PRIORITY));
	it.known.traits[RULE_DECIDED] = decision->priority;
	queue = ask(&it, RULE_ROUTING);
	decision->queue = queue != NULL ? queue : intent_queue(guide->taxonomy, row->intent);
	escalation = ask(&it, RULE_ESCALATION);
	if (escalation != NULL && !text_equal(escalation, "none"))
		decision->escalation = escalation;
}
