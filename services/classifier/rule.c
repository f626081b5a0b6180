#include "services/classifier/rule.h"

#include "common/base/text.h"
#include "services/classifier/signal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ASKED_MAX (RULE_TRAITS + 5) /* things that one rule can ask for */

const char *const rule_kind_names[] = { "priority", "routing", "escalation", NULL };
static const char *const trait_names[RULE_TRAITS] = {
	"tier", "region", "category", "intent", "language", "channel", "asked", "priority"
};

/* What is asked of one case. */

struct trace {
	struct arena *arena;
	const char *matched[ASKED_MAX];
	size_t count;
};

static bool note(struct trace *trace, const char *text)
{
	trace->matched[trace->count++] = text;
	return true;
}

static bool words_match(const struct rule *rule, const struct rule_case *known, struct trace *trace)
{
	for (int i = 0; i < RULE_TRAITS; i++) {
		const char *const *word = rule->words[i];

		if (word == NULL)
			continue;
		while (*word != NULL && !text_equal(*word, known->traits[i]))
			word++;
		if (*word == NULL)
			return false;
		note(trace, arena_printf(trace->arena, "%s=%s", trait_names[i], *word));
	}
	return true;
}

static bool signals_match(const struct rule *rule, const struct rule_case *known,
                          struct trace *trace)
{
	const uint32_t heard = rule->signals & known->signals;

	if (rule->signals == 0)
		return true;
	for (int i = 0; i < SIGNALS; i++)
		if ((heard & (UINT32_C(1) << i)) != 0)
			return note(trace,
			            arena_printf(trace->arena, "signal=%s", signal_kind_names[i]));
	return false;
}

static bool numbers_match(const struct rule *rule, const struct rule_case *known,
                          struct trace *trace)
{
	if ((rule->asks_sentiment && known->sentiment_ppm > rule->sentiment_at_most) ||
	    (rule->asks_urgency && known->urgency_ppm < rule->urgency_at_least) ||
	    known->contacts < rule->contacts_at_least)
		return false;
	if (rule->asks_sentiment)
		note(trace, arena_printf(trace->arena, "sentiment=%d", known->sentiment_ppm));
	if (rule->asks_urgency)
		note(trace, arena_printf(trace->arena, "urgency=%d", known->urgency_ppm));
	if (rule->contacts_at_least > 0)
		note(trace, arena_printf(trace->arena, "contacts=%" PRId64, known->contacts));
	return true;
}

static bool amount_reaches(const struct rule *rule, struct money amount)
{
	for (size_t i = 0; i < rule->amount_count; i++)
		if (text_equal(rule->amounts[i].currency, amount.currency) &&
		    amount.minor >= rule->amounts[i].minor)
			return true;
	return false;
}

/* Which amount it was is personal enough: the trace says only that one was large. */
static bool amounts_match(const struct rule *rule, const struct rule_case *known,
                          struct trace *trace)
{
	if (rule->amount_count == 0)
		return true;
	for (size_t i = 0; i < known->amount_count; i++)
		if (amount_reaches(rule, known->amounts[i]))
			return note(trace, arena_printf(trace->arena, "amount in %s",
			                                known->amounts[i].currency));
	return false;
}

void rule_decide(const struct rule_document *document, const struct rule_case *known,
                 struct arena *arena, struct rule_verdict *verdict)
{
	*verdict = (struct rule_verdict){ .rule = NULL };
	for (size_t i = 0; i < document->count; i++) {
		const struct rule *const rule = &document->rules[i];
		struct trace trace = { .arena = arena };

		if (!words_match(rule, known, &trace) || !signals_match(rule, known, &trace) ||
		    !numbers_match(rule, known, &trace) || !amounts_match(rule, known, &trace))
			continue;
		verdict->rule = rule;
		verdict->matched = arena_zero(arena, (trace.count + 1) * sizeof(char *));
		memcpy(verdict->matched, trace.matched, trace.count * sizeof(char *));
		verdict->matched_count = trace.count;
		return;
	}
}

/* Against the taxonomy. */

static bool intents_known(const struct rule *rule, const struct taxonomy *taxonomy, char *reason,
                          size_t reason_size)
{
	const char *const *intent = rule->words[RULE_INTENT];

	for (; intent != NULL && *intent != NULL; intent++) {
		if (taxonomy_find(taxonomy, *intent) != NULL)
			continue;
		snprintf(reason, reason_size, "rule %s: %s has no intent %s", rule->id,
		         taxonomy->name, *intent);
		return false;
	}
	return true;
}

bool rule_document_fits(const struct rule_document *document, const struct taxonomy *taxonomy,
                        char *reason, size_t reason_size)
{
	for (size_t i = 0; i < document->count; i++) {
		const struct rule *const rule = &document->rules[i];

		if (!intents_known(rule, taxonomy, reason, reason_size))
			return false;
		if (document->kind == RULE_ROUTING &&
		    !taxonomy_has_queue(taxonomy, rule->decision)) {
			snprintf(reason, reason_size, "rule %s: %s has no queue %s", rule->id,
			         taxonomy->name, rule->decision);
			return false;
		}
	}
	return true;
}
