#include "services/sla-watcher/policy_document.h"

#include "common/base/text.h"
#include "services/sla-watcher/ticket.h"

#include <string.h>

#define TARGET_MIN_S 15                     /* below it nobody can answer; Zendesk's limit too */
#define TARGET_MAX_S (INT64_C(366) * 86400) /* of calendar time */

/* Rules. */

/* "8h", or whole seconds. */
static bool target_read(const struct json_place *targets, const char *field, int32_t *target_s,
                        struct json_error *error)
{
	const json_t *const value = json_object_get(targets->value, field);
	const char *text = json_string_value(value);
	struct duration span = { 0 };
	int64_t seconds;

	if (text == NULL) {
		if (!json_integer_at(targets, field, TARGET_MIN_S, TARGET_MAX_S, &seconds, error))
			return false;
		*target_s = (int32_t)seconds;
		return true;
	}
	if (text[0] == '\0' || strchr("smh", text[strlen(text) - 1]) == NULL ||
	    strstr(text, "ms") != NULL || !duration_parse(text, &span))
		return json_refuse(targets, field, error,
		                   "must be seconds, or as 90s, 15m or 8h of calendar time");
	seconds = span.us / 1000000;
	if (seconds < TARGET_MIN_S || seconds > TARGET_MAX_S)
		return json_refuse(targets, field, error, "must be between 15s and 8784h");
	*target_s = (int32_t)seconds;
	return true;
}

static bool targets_read(const struct json_place *rule, int32_t target_s[static SLA_METRICS],
                         struct json_error *error)
{
	struct json_place targets;
	bool any = false;

	if (!json_object_at(rule, "targets", &targets, error) ||
	    !json_only(&targets, sla_metric_names, error))
		return false;
	for (int i = 0; i < SLA_METRICS; i++) {
		if (!json_has(&targets, sla_metric_names[i]))
			continue;
		if (!target_read(&targets, sla_metric_names[i], &target_s[i], error))
			return false;
		any = true;
	}
	return any || json_refuse(rule, "targets", error, "must have a target");
}

static bool words_read(struct arena *arena, const struct json_place *match, const char *field,
                       const char *const **result, struct json_error *error)
{
	struct json_place list;
	const char **words;

	if (!json_array_at(match, field, SLA_WORDS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(match, field, error, "must not be empty; leave it out for any");
	words = arena_zero(arena, (json_count(&list) + 1) * sizeof(*words));
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_text_in(&list, i, SLA_TEXT_MAX, &words[i], error))
			return false;
		words[i] = arena_string(arena, words[i]);
	}
	*result = words;
	return true;
}

static bool match_read(struct arena *arena, const struct json_place *place, struct sla_rule *rule,
                       struct json_error *error)
{
	struct json_place match;

	if (!json_has(place, "match"))
		return true;
	if (!json_object_at(place, "match", &match, error) ||
	    !json_only(&match, sla_trait_names, error))
		return false;
	for (int i = 0; i < SLA_TRAITS; i++) {
		if (json_has(&match, sla_trait_names[i]) &&
		    !words_read(arena, &match, sla_trait_names[i], &rule->match[i], error))
			return false;
	}
	return true;
}

/* A promise by a calendar that is never open so long has no due: nobody could keep it, or miss it. */
static bool targets_possible(const struct sla_book *book, const char *calendar,
                             const int32_t *target_s)
{
	struct instant due;
	const char *reason;

	for (size_t i = 0; i < book->calendar_count; i++) {
		const struct sla_calendar *const row = &book->calendars[i];

		if (row->calendar == NULL || !text_equal(row->id, calendar))
			continue;
		for (int metric = 0; metric < SLA_METRICS; metric++)
			if (!calendar_due(row->calendar, row->effective_from,
			                  SECONDS(target_s[metric]), &due, &reason))
				return false;
	}
	return true;
}

static bool rule_read(struct arena *arena, const struct json_place *place,
                      const struct sla_book *book, struct sla_rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "id", "match", "calendar", "targets", NULL };
	const char *calendar;
	const char *id;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "id", SLA_TEXT_MAX, &id, error) ||
	    !match_read(arena, place, rule, error) ||
	    !json_text_at(place, "calendar", SLA_TEXT_MAX, &calendar, error) ||
	    !targets_read(place, rule->target_s, error))
		return false;
	if (sla_calendar_at(book, calendar, TIME_OLDEST) == NULL)
		return json_refuse(place, "calendar", error, "no calendar has this id");
	if (!targets_possible(book, calendar, rule->target_s))
		return json_refuse(place, "calendar", error,
		                   "is never open for as long as the targets allow");
	rule->id = arena_string(arena, id);
	rule->calendar = arena_string(arena, calendar);
	return true;
}

static bool rules_read(struct arena *arena, const struct json_place *document,
                       const struct sla_book *book, struct sla_policy *policy,
                       struct json_error *error)
{
	struct json_place list;
	struct sla_rule *rules;

	if (!json_array_at(document, "rules", SLA_RULES_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(document, "rules", error, "must have a rule");
	rules = arena_zero(arena, json_count(&list) * sizeof(*rules));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!rule_read(arena, &item, book, &rules[i], error))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (text_equal(rules[j].id, rules[i].id))
				return json_refuse(&item, "id", error, "is another rule's already");
		}
	}
	policy->rules = rules;
	policy->rule_count = json_count(&list);
	return true;
}

/* Policies. */

static bool warnings_read(const struct json_place *document, struct sla_policy *policy,
                          struct json_error *error)
{
	struct json_place list;
	int64_t before = 0;

	if (!json_array_if(document, "warn_percent", SLA_WARN_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);
		const int64_t percent = json_integer_value(item.value);

		if (!json_is_integer(item.value) || percent <= before || percent > 99)
			return json_refuse(
			    &item, NULL, error,
			    "must be a whole number from 1 to 99, above the one before");
		policy->warn_percent[policy->warn_count++] = (uint8_t)percent;
		before = percent;
	}
	return true;
}

static bool pauses_read(const struct json_place *document, struct sla_policy *policy,
                        struct json_error *error)
{
	static const char *const open_statuses[] = { "new", "open", "pending", "on_hold", NULL };
	struct json_place list;
	int status;

	policy->pauses[SLA_STATUS_PENDING] = !json_has(document, "pause_in");
	if (!json_array_if(document, "pause_in", SLA_STATUSES, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_word_in(&list, i, open_statuses, &status, error))
			return false;
		policy->pauses[status] = true;
	}
	return true;
}

static bool policy_read(struct arena *arena, const struct json_place *place,
                        const struct sla_book *book, struct sla_policy *policy,
                        struct json_error *error)
{
	static const char *const fields[] = {
		"id", "version", "effective_from", "warn_percent", "pause_in", "rules", NULL
	};
	const char *id;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "id", SLA_TEXT_MAX, &id, error) ||
	    !json_integer_at(place, "version", 1, INT32_MAX, &policy->version, error) ||
	    !json_instant_at(place, "effective_from", &policy->effective_from, error) ||
	    !warnings_read(place, policy, error) || !pauses_read(place, policy, error) ||
	    !rules_read(arena, place, book, policy, error))
		return false;
	policy->id = arena_string(arena, id);
	return true;
}

bool sla_policy_parse(struct arena *arena, struct bytes text, const struct sla_calendar *calendars,
                      size_t count, struct sla_policy *policy, struct json_error *error)
{
	const struct sla_book book = { .calendars = calendars, .calendar_count = count };
	struct sla_policy result = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;
	uint8_t digest[DIGEST_SIZE];

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!policy_read(arena, &top, &book, &result, error))
		return false;
	digest_sha256(text, digest);
	result.digest = arena_copy(arena, digest, sizeof(digest));
	*policy = result;
	return true;
}
