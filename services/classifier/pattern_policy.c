#include "services/classifier/pattern_policy.h"

#include "common/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUSTOMERS_MAX 100000
#define HOUR_US INT64_C(3600000000)

/* Reading. */

/* "90s", "15m", "8h", "14d". */
static bool span_read(const struct json_place *place, const char *field, struct duration min,
                      struct duration max, struct duration *span, struct json_error *error)
{
	struct duration read;
	const char *text;

	if (!json_text_at(place, field, PATTERN_ID_MAX, &text, error))
		return false;
	if (!duration_parse(text, &read))
		return json_refuse(place, field, error, "must be a time as 90s, 15m, 2h or 14d");
	if (read.us < min.us || read.us > max.us)
		return json_refuse(place, field, error, "must be between %llds and %llds",
		                   (long long)(min.us / 1000000), (long long)(max.us / 1000000));
	*span = read;
	return true;
}

static bool number_read(const struct json_place *place, const char *field, int32_t min, int32_t max,
                        int32_t *number, struct json_error *error)
{
	int64_t read;

	if (!json_integer_at(place, field, min, max, &read, error))
		return false;
	*number = (int32_t)read;
	return true;
}

static bool words_read(struct arena *arena, const struct json_place *place, const char *field,
                       const char *const **words, struct json_error *error)
{
	struct json_place list;
	const char **read;

	if (!json_array_if(place, field, PATTERN_WORDS_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_text_in(&list, i, PATTERN_ID_MAX, &read[i], error))
			return false;
		read[i] = arena_string(arena, read[i]);
	}
	*words = read;
	return true;
}

static bool window_read(const struct json_place *place, const struct pattern_policy *policy,
                        struct duration *window, struct json_error *error)
{
	if (!span_read(place, "window", MINUTES(5), PATTERN_WINDOW_MAX, window, error))
		return false;
	return window->us % policy->step.us == 0 ||
	       json_refuse(place, "window", error, "must be a multiple of the step");
}

static bool growth_read(const struct json_place *place, struct pattern_policy *policy,
                        struct json_error *error)
{
	static const char *const fields[] = { "ppm", "customers", NULL };
	struct json_place growth;

	return json_object_at(place, "growth", &growth, error) &&
	       json_only(&growth, fields, error) &&
	       number_read(&growth, "ppm", 1000, 100000000, &policy->growth_ppm, error) &&
	       number_read(&growth, "customers", 1, CUSTOMERS_MAX, &policy->growth_customers,
	                   error);
}

static bool burst_read(const struct json_place *place, struct pattern_policy *policy,
                       struct json_error *error)
{
	static const char *const fields[] = { "window",    "min_customers", "cold_customers",
		                              "min_weeks", "factor_ppm",    "extra_customers",
		                              NULL };
	struct json_place burst;

	return json_object_at(place, "burst", &burst, error) && json_only(&burst, fields, error) &&
	       window_read(&burst, policy, &policy->burst.window, error) &&
	       number_read(&burst, "min_customers", 2, CUSTOMERS_MAX, &policy->burst.min_customers,
	                   error) &&
	       number_read(&burst, "cold_customers", 2, CUSTOMERS_MAX,
	                   &policy->burst.cold_customers, error) &&
	       number_read(&burst, "min_weeks", 1, PATTERN_BASELINE_WEEKS, &policy->burst.min_weeks,
	                   error) &&
	       number_read(&burst, "factor_ppm", 1000000, 100000000, &policy->burst.factor_ppm,
	                   error) &&
	       number_read(&burst, "extra_customers", 0, CUSTOMERS_MAX,
	                   &policy->burst.extra_customers, error);
}

static bool error_code_read(const struct json_place *place, struct pattern_policy *policy,
                            struct json_error *error)
{
	static const char *const fields[] = { "window", "customers", NULL };
	struct json_place rule;

	return json_object_at(place, "error_code", &rule, error) &&
	       json_only(&rule, fields, error) &&
	       window_read(&rule, policy, &policy->error_code.window, error) &&
	       number_read(&rule, "customers", 2, CUSTOMERS_MAX, &policy->error_code.customers,
	                   error);
}

static bool near_duplicate_read(const struct json_place *place, struct pattern_policy *policy,
                                struct json_error *error)
{
	static const char *const fields[] = { "window", "customers", "agree_ppm", NULL };
	struct json_place rule;

	return json_object_at(place, "near_duplicate", &rule, error) &&
	       json_only(&rule, fields, error) &&
	       window_read(&rule, policy, &policy->near_duplicate.window, error) &&
	       number_read(&rule, "customers", 2, CUSTOMERS_MAX, &policy->near_duplicate.customers,
	                   error) &&
	       number_read(&rule, "agree_ppm", 1, 1000000, &policy->near_duplicate.agree_ppm,
	                   error);
}

static bool duplicate_read(const struct json_place *place, struct pattern_policy *policy,
                           struct json_error *error)
{
	static const char *const fields[] = { "window", "agree_ppm", NULL };
	struct json_place rule;

	return json_object_at(place, "duplicate", &rule, error) &&
	       json_only(&rule, fields, error) &&
	       span_read(&rule, "window", MINUTES(5), DAYS(7), &policy->duplicate.window, error) &&
	       number_read(&rule, "agree_ppm", 1, 1000000, &policy->duplicate.agree_ppm, error);
}

static bool step_read(const struct json_place *place, struct pattern_policy *policy,
                      struct json_error *error)
{
	if (!span_read(place, "step", MINUTES(5), HOURS(1), &policy->step, error))
		return false;
	return HOUR_US % policy->step.us == 0 ||
	       json_refuse(place, "step", error, "must divide an hour");
}

static bool head_read(struct arena *arena, const struct json_place *place,
                      struct pattern_policy *policy, struct json_error *error)
{
	const char *id;

	if (!json_text_at(place, "id", PATTERN_ID_MAX, &id, error) ||
	    !json_integer_at(place, "version", 1, INT32_MAX, &policy->version, error) ||
	    !json_instant_at(place, "effective_from", &policy->effective_from, error))
		return false;
	policy->id = arena_string(arena, id);
	return true;
}

bool pattern_policy_parse(struct arena *arena, struct bytes text, struct pattern_policy *policy,
                          struct json_error *error)
{
	static const char *const fields[] = { "id",
		                              "version",
		                              "effective_from",
		                              "step",
		                              "settle",
		                              "skip_intents",
		                              "id_prefixes",
		                              "quiet",
		                              "memory",
		                              "growth",
		                              "burst",
		                              "evidence_tickets",
		                              "common_codes",
		                              "error_code",
		                              "duplicate",
		                              "near_duplicate",
		                              NULL };
	struct pattern_policy read = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, PATTERN_POLICY_BYTES, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) || !head_read(arena, &top, &read, error) ||
	    !step_read(&top, &read, error) ||
	    !span_read(&top, "settle", SECONDS(0), HOURS(1), &read.settle, error) ||
	    !words_read(arena, &top, "skip_intents", &read.skip_intents, error) ||
	    !words_read(arena, &top, "id_prefixes", &read.id_prefixes, error) ||
	    !words_read(arena, &top, "common_codes", &read.common_codes, error) ||
	    !number_read(&top, "evidence_tickets", 1, PATTERN_EVIDENCE_MAX, &read.evidence_tickets,
	                 error) ||
	    !span_read(&top, "quiet", MINUTES(5), DAYS(7), &read.quiet, error) ||
	    !span_read(&top, "memory", HOURS(1), DAYS(366), &read.memory, error) ||
	    !growth_read(&top, &read, error) || !burst_read(&top, &read, error) ||
	    !error_code_read(&top, &read, error) || !near_duplicate_read(&top, &read, error) ||
	    !duplicate_read(&top, &read, error))
		return false;
	*policy = read;
	return true;
}

/* The book. */

static int by_effect(const void *a, const void *b)
{
	const struct pattern_policy *const left = a;
	const struct pattern_policy *const right = b;

	return (left->effective_from.us > right->effective_from.us) -
	       (left->effective_from.us < right->effective_from.us);
}

static bool policy_load(struct arena *arena, const struct document *file,
                        struct pattern_policy *policy, char *reason, size_t reason_size)
{
	struct json_error error;
	char text[JSON_ERROR_SIZE];

	if (pattern_policy_parse(arena, file->body, policy, &error))
		return true;
	snprintf(reason, reason_size, "%s: %s", file->name, json_error_text(&error, text));
	return false;
}

static bool book_read(struct arena *arena, const struct document *files, size_t count,
                      struct pattern_book *book, char *reason, size_t reason_size)
{
	struct pattern_policy *const policies = arena_zero(arena, count * sizeof(*policies));

	for (size_t i = 0; i < count; i++) {
		if (!policy_load(arena, &files[i], &policies[i], reason, reason_size))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (by_effect(&policies[k], &policies[i]) != 0)
				continue;
			snprintf(reason, reason_size,
			         "%s: effective_from: is another file's already", files[i].name);
			return false;
		}
	}
	qsort(policies, count, sizeof(*policies), by_effect);
	*book = (struct pattern_book){ policies, count, arena };
	return true;
}

const void *pattern_compile(const struct document *files, size_t count, char *reason,
                            size_t reason_size)
{
	struct arena *const arena = arena_create(16384);
	struct pattern_book *const book = arena_zero(arena, sizeof(*book));

	if (count == 0 || count > PATTERN_POLICIES_MAX)
		snprintf(reason, reason_size, "patterns/: must hold 1 to %d documents",
		         PATTERN_POLICIES_MAX);
	else if (book_read(arena, files, count, book, reason, reason_size))
		return book;
	arena_destroy(arena);
	return NULL;
}

/* Asking. */

const struct pattern_policy *pattern_policy_at(const struct pattern_book *book, struct instant at)
{
	const struct pattern_policy *found = &book->policies[0];

	for (size_t i = 1; i < book->count; i++)
		if (!time_before(at, book->policies[i].effective_from))
			found = &book->policies[i];
	return found;
}

static bool is_among(const char *const *words, const char *text)
{
	for (const char *const *word = words; *word != NULL; word++)
		if (text_equal(*word, text))
			return true;
	return false;
}

bool pattern_policy_skips(const struct pattern_policy *policy, const char *intent)
{
	return is_among(policy->skip_intents, intent);
}

bool pattern_policy_is_id(const struct pattern_policy *policy, const char *token)
{
	for (const char *const *prefix = policy->id_prefixes; *prefix != NULL; prefix++)
		if (text_starts(token, *prefix))
			return true;
	return false;
}

bool pattern_policy_is_code(const struct pattern_policy *policy, const char *token)
{
	return !pattern_policy_is_id(policy, token) && !is_among(policy->common_codes, token);
}

static struct duration longer(struct duration a, struct duration b)
{
	return a.us > b.us ? a : b;
}

struct duration pattern_policy_keeps(const struct pattern_policy *policy)
{
	return longer(longer(HOURS(1), policy->burst.window),
	              longer(policy->error_code.window, policy->near_duplicate.window));
}

struct instant pattern_policy_step_start(const struct pattern_policy *policy, struct instant at)
{
	return (struct instant){ at.us / policy->step.us * policy->step.us };
}

struct instant pattern_policy_step_end(const struct pattern_policy *policy, struct instant at)
{
	return time_add(pattern_policy_step_start(policy, at), policy->step);
}
