#include "services/billing-sync/discrepancy/discrepancy_policy.h"

#include "common/base/text.h"

#include <stdio.h>

#define AGE_MAX DAYS(366)

static bool age_read(const struct json_place *list, size_t index, struct discrepancy_rule *rule,
                     struct json_error *error)
{
	const struct json_place place = json_item(list, index);
	struct duration *const age = &rule->ages[index];
	const char *text;

	if (!json_text_in(list, index, POLICY_WORD_MAX, &text, error))
		return false;
	if (!duration_parse(text, age) || age->us <= 0 || age->us > AGE_MAX.us)
		return json_refuse(&place, NULL, error, "must be a time up to 366d, as 12h or 3d");
	if (index > 0 && age->us <= rule->ages[index - 1].us)
		return json_refuse(&place, NULL, error, "must be more than the one before");
	return true;
}

static bool ages_read(const struct json_place *row, struct discrepancy_rule *rule,
                      struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(row, "escalate", DISCREPANCY_AGES_MAX, &list, error))
		return false;
	rule->age_count = json_count(&list);
	for (size_t i = 0; i < rule->age_count; i++)
		if (!age_read(&list, i, rule, error))
			return false;
	return true;
}

static const char *const severities[] = { "low", "normal", "high", "urgent", NULL };

/* By severity. */
struct quiet_times {
	struct duration of[DISCREPANCY_URGENT + 1];
};

static bool quiet_read(const struct json_place *top, struct quiet_times *quiet,
                       struct json_error *error)
{
	struct json_place place;

	*quiet = (struct quiet_times){ 0 };
	if (!json_has(top, "quiet"))
		return true;
	if (!json_object_at(top, "quiet", &place, error) || !json_only(&place, severities, error))
		return false;
	for (size_t i = 0; severities[i] != NULL; i++) {
		struct duration *const time = &quiet->of[DISCREPANCY_LOW + i];
		const char *text;

		if (!json_has(&place, severities[i]))
			continue;
		if (!json_text_at(&place, severities[i], POLICY_WORD_MAX, &text, error))
			return false;
		if (!duration_parse(text, time) || time->us <= 0 || time->us > AGE_MAX.us)
			return json_refuse(&place, severities[i], error,
			                   "must be a time up to 366d, as 12h or 3d");
	}
	return true;
}

static bool rule_read(struct arena *arena, const struct json_place *row,
                      struct discrepancy_rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "cause",    "severity",    "queue",
		                              "escalate", "explainable", NULL };
	int severity;

	if (!json_only(row, fields, error) ||
	    !policy_word_at(arena, row, "cause", &rule->cause, error) ||
	    !json_word_at(row, "severity", severities, &severity, error) ||
	    !policy_word_at(arena, row, "queue", &rule->queue, error) ||
	    !ages_read(row, rule, error) ||
	    !json_switch_at(row, "explainable", &rule->explainable, error))
		return false;
	rule->severity = (enum discrepancy_severity)(DISCREPANCY_LOW + severity);
	return true;
}

static const struct discrepancy_rule *find(const struct discrepancy_policy *policy,
                                           const char *cause)
{
	for (size_t i = 0; i < policy->count; i++)
		if (text_equal(policy->rules[i].cause, cause))
			return &policy->rules[i];
	return NULL;
}

static bool rules_read(struct arena *arena, const struct json_place *top,
                       struct discrepancy_policy *policy, struct json_error *error)
{
	struct quiet_times quiet;
	struct json_place list;
	struct discrepancy_rule *read;

	if (!quiet_read(top, &quiet, error) ||
	    !json_array_at(top, "causes", DISCREPANCY_CAUSES_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	policy->rules = read;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place row = json_item(&list, i);

		if (!rule_read(arena, &row, &read[i], error))
			return false;
		if (find(policy, read[i].cause) != NULL)
			return json_refuse(&row, "cause", error, "is another row's already");
		read[i].quiet = quiet.of[read[i].severity];
		policy->count++;
	}
	return find(policy, "other") != NULL ||
	       json_refuse(top, "causes", error, "must hold \"other\"");
}

/* Besides those of the head. */
static const char *const document_fields[] = { "quiet", "causes", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct discrepancy_policy *const policy = result;

	if (!rules_read(arena, top, policy, error))
		return false;
	return true;
}

const struct policy_kind discrepancy_policy_kind = {
	.folder = "discrepancies",
	.size = sizeof(struct discrepancy_policy),
	.fields = document_fields,
	.read = document_read,
};

const struct discrepancy_rule *discrepancy_rule_of(const struct discrepancy_policy *policy,
                                                   const char *cause)
{
	const struct discrepancy_rule *const rule = find(policy, cause);

	return rule != NULL ? rule : find(policy, "other");
}
