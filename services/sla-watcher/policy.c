#include "services/sla-watcher/policy.h"

#include "common/base/text.h"

#include <string.h>

const char *const sla_metric_names[] = { "first_reply", "next_reply", "resolution", NULL };
const char *const sla_status_names[] = { "new",    "open",   "pending", "on_hold",
	                                 "solved", "closed", NULL };
const char *const sla_trait_names[] = { "tier", "priority", "category", "channel", NULL };

const struct sla_policy *sla_policy_at(const struct sla_book *book, struct instant at)
{
	const struct sla_policy *best = NULL;

	for (size_t i = 0; i < book->policy_count; i++) {
		const struct sla_policy *const policy = &book->policies[i];

		if (!time_before(at, policy->effective_from) &&
		    (best == NULL || time_before(best->effective_from, policy->effective_from)))
			best = policy;
	}
	return best;
}

const struct sla_policy *sla_policy_find(const struct sla_book *book, const char *id,
                                         int64_t version)
{
	for (size_t i = 0; i < book->policy_count; i++) {
		if (book->policies[i].version == version && text_equal(book->policies[i].id, id))
			return &book->policies[i];
	}
	return NULL;
}

/* The version in force; before the first of them takes effect, that one. */
const struct sla_calendar *sla_calendar_at(const struct sla_book *book, const char *id,
                                           struct instant at)
{
	const struct sla_calendar *best = NULL;

	for (size_t i = 0; i < book->calendar_count; i++) {
		const struct sla_calendar *const row = &book->calendars[i];
		bool better;

		if (!text_equal(row->id, id))
			continue;
		if (best == NULL)
			better = true;
		else if (time_before(at, best->effective_from))
			better = time_before(row->effective_from, best->effective_from);
		else
			better = !time_before(at, row->effective_from) &&
			         time_before(best->effective_from, row->effective_from);
		best = better ? row : best;
	}
	return best;
}

const struct sla_calendar *sla_calendar_find(const struct sla_book *book, const char *id,
                                             int64_t version)
{
	for (size_t i = 0; i < book->calendar_count; i++) {
		if (book->calendars[i].version == version && text_equal(book->calendars[i].id, id))
			return &book->calendars[i];
	}
	return NULL;
}

static bool any_of(const char *const *words, const char *word)
{
	for (; *words != NULL; words++) {
		if (text_equal(*words, word))
			return true;
	}
	return false;
}

static void say(struct buffer *trace, const char *text)
{
	if (trace != NULL)
		buffer_add(trace, text, strlen(text));
}

/* The first trait by which a rule does not match; SLA_TRAITS: it matches. */
static int mismatch(const struct sla_rule *rule, const char *const traits[static SLA_TRAITS])
{
	int trait = 0;

	while (trait < SLA_TRAITS &&
	       (rule->match[trait] == NULL || any_of(rule->match[trait], traits[trait])))
		trait++;
	return trait;
}

static void explain_match(struct buffer *trace, const struct sla_rule *rule,
                          const char *const traits[static SLA_TRAITS])
{
	const char *between = " matches: ";

	for (int trait = 0; trait < SLA_TRAITS; trait++) {
		if (rule->match[trait] == NULL)
			continue;
		say(trace, between);
		say(trace, sla_trait_names[trait]);
		say(trace, " is ");
		say(trace, traits[trait]);
		between = ", ";
	}
	say(trace, text_equal(between, ", ") ? ".\n" : " matches everything.\n");
}

static void explain_mismatch(struct buffer *trace, int trait, const char *value)
{
	say(trace, " does not match: ");
	say(trace, sla_trait_names[trait]);
	say(trace, value[0] != '\0' ? " is " : " is not known");
	say(trace, value);
	say(trace, ".\n");
}

const struct sla_rule *sla_match(const struct sla_policy *policy,
                                 const char *const traits[static SLA_TRAITS], struct buffer *trace)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct sla_rule *const rule = &policy->rules[i];
		const int trait = mismatch(rule, traits);

		say(trace, "Rule ");
		say(trace, rule->id);
		if (trait == SLA_TRAITS) {
			explain_match(trace, rule, traits);
			return rule;
		}
		explain_mismatch(trace, trait, traits[trait]);
	}
	say(trace, "No rule matches.\n");
	return NULL;
}
