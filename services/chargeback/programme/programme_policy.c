#include "services/chargeback/programme/programme_policy.h"

#include "common/base/check.h"
#include "common/base/rate.h"
#include "common/base/text.h"

#include <stdio.h>

const char *const programme_counted_names[] = { "fraud_warning", "dispute", "fraud_dispute", NULL };
const char *const programme_exception_names[] = { "inquiry", "prevented", "compelling_warning",
	                                          NULL };
const char *const programme_against_names[] = { "same_month", "month_before", NULL };

#define ANY_COUNTRY "*"
#define MONTH_STARTS_MAX 28 /* every month has it */
#define WORDS_MAX 8
#define CLEAN_MONTHS_MAX 24

static bool set_read(const struct json_place *top, const char *field, const char *const *words,
                     uint32_t *set, struct json_error *error)
{
	struct json_place list;
	uint32_t read = 0;

	if (!json_array_if(top, field, WORDS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		int word;

		if (!json_word_in(&list, i, words, &word, error))
			return false;
		if ((read & UINT32_C(1) << word) != 0)
			return json_refuse(top, field, error, "has a word twice");
		read |= UINT32_C(1) << word;
	}
	*set = read;
	return true;
}

static bool watch_read(const struct json_place *top, struct programme_policy *policy,
                       struct json_error *error)
{
	static const char *const fields[] = { "approaching_ppm", "project_from_ppm", "z_milli",
		                              "clean_months", NULL };
	struct json_place watch;
	int64_t z_milli;

	if (!json_object_at(top, "watch", &watch, error) || !json_only(&watch, fields, error) ||
	    !json_integer_at(&watch, "approaching_ppm", 1, RATE_WHOLE, &policy->approaching_ppm,
	                     error) ||
	    !json_integer_at(&watch, "project_from_ppm", 1, RATE_WHOLE, &policy->project_from_ppm,
	                     error) ||
	    !json_integer_at(&watch, "z_milli", RATE_Z_MILLI_MIN, RATE_Z_MILLI_MAX, &z_milli,
	                     error) ||
	    !json_integer_at(&watch, "clean_months", 1, CLEAN_MONTHS_MAX, &policy->clean_months,
	                     error))
		return false;
	policy->z_milli = (int32_t)z_milli;
	return true;
}

static const struct programme_calendar *calendar_find(const struct programme_policy *policy,
                                                      const char *country)
{
	for (size_t i = 0; i < policy->calendar_count; i++)
		if (text_equal(policy->calendars[i].country, country))
			return &policy->calendars[i];
	return NULL;
}

int64_t programme_month_starts_on(const struct programme_policy *policy, const char *country)
{
	const struct programme_calendar *found = calendar_find(policy, country);

	found = found != NULL ? found : calendar_find(policy, ANY_COUNTRY);
	CHECK(found != NULL);
	return found->month_starts_on;
}

static bool calendars_read(struct arena *arena, const struct json_place *top,
                           struct programme_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "country", "month_starts_on", NULL };
	struct programme_calendar *read;
	struct json_place list;

	if (!json_array_at(top, "calendar", PROGRAMME_CALENDARS_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	policy->calendars = read;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !policy_word_at(arena, &item, "country", &read[i].country, error) ||
		    !json_integer_at(&item, "month_starts_on", 1, MONTH_STARTS_MAX,
		                     &read[i].month_starts_on, error))
			return false;
		if (calendar_find(policy, read[i].country) != NULL)
			return json_refuse(&item, "country", error, "stands in the list twice");
		policy->calendar_count = i + 1;
	}
	return calendar_find(policy, ANY_COUNTRY) != NULL ||
	       json_refuse(top, "calendar", error, "must have that of every other country");
}

static bool amount_read(const struct json_place *item, struct money *amount,
                        struct json_error *error)
{
	static const char *const fields[] = { "currency", "minor", NULL };
	struct json_place place;

	return !json_has(item, "amount") ||
	       (json_object_at(item, "amount", &place, error) && json_only(&place, fields, error) &&
	        policy_currency_at(&place, "currency", amount->currency, error) &&
	        json_integer_at(&place, "minor", 1, PROGRAMME_AMOUNT_MAX, &amount->minor, error));
}

static bool region_read(struct arena *arena, const struct json_place *item, const char *field,
                        const char **region, struct json_error *error)
{
	*region = "";
	return !json_has(item, field) || policy_word_at(arena, item, field, region, error);
}

static bool threshold_read(struct arena *arena, const struct json_place *item,
                           struct programme_threshold *threshold, struct json_error *error)
{
	static const char *const fields[] = { "name",     "region",           "outside",
		                              "count",    "ratio_bp",         "amount",
		                              "payments", "authenticated_bp", NULL };

	threshold->authenticated_bp = PROGRAMME_POINTS;
	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "name", &threshold->name, error) ||
	    !region_read(arena, item, "region", &threshold->region, error) ||
	    !region_read(arena, item, "outside", &threshold->outside, error) ||
	    !json_integer_at(item, "count", 1, PROGRAMME_COUNT_MAX, &threshold->count, error) ||
	    !json_integer_at(item, "ratio_bp", 1, PROGRAMME_POINTS, &threshold->ratio_bp, error) ||
	    !amount_read(item, &threshold->amount, error) ||
	    !json_integer_if(item, "payments", 1, PROGRAMME_COUNT_MAX, &threshold->payments,
	                     error) ||
	    !json_integer_if(item, "authenticated_bp", 0, PROGRAMME_POINTS,
	                     &threshold->authenticated_bp, error))
		return false;
	return threshold->region[0] == '\0' || threshold->outside[0] == '\0' ||
	       json_refuse(item, "outside", error, "stands beside region");
}

static bool thresholds_read(struct arena *arena, const struct json_place *top,
                            struct programme_policy *policy, struct json_error *error)
{
	struct programme_threshold *read;
	struct json_place list;

	if (!json_array_at(top, "thresholds", PROGRAMME_THRESHOLDS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(top, "thresholds", error, "must have a threshold");
	read = arena_zero(arena, json_count(&list) * sizeof(*read));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!threshold_read(arena, &item, &read[i], error))
			return false;
	}
	policy->thresholds = read;
	policy->threshold_count = json_count(&list);
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "sources",  "network",    "counts",
	                                       "except",   "against",    "watch",
	                                       "calendar", "thresholds", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct programme_policy *const policy = result;
	int against;

	if (!sources_read(arena, top, &policy->sources, error) ||
	    !policy_word_at(arena, top, "network", &policy->network, error) ||
	    !set_read(top, "counts", programme_counted_names, &policy->counts, error) ||
	    !set_read(top, "except", programme_exception_names, &policy->except, error) ||
	    !json_word_at(top, "against", programme_against_names, &against, error))
		return false;
	if (policy->counts == 0)
		return json_refuse(top, "counts", error, "must have what is counted");
	policy->against = (enum programme_against)against;
	return watch_read(top, policy, error) && calendars_read(arena, top, policy, error) &&
	       thresholds_read(arena, top, policy, error);
}

const struct policy_kind programme_policy_kind = {
	.folder = "programmes",
	.size = sizeof(struct programme_policy),
	.fields = document_fields,
	.read = document_read,
};

/* The books. */

/* The ids of the files, which must all be valid. */
static bool ids_read(struct arena *arena, const struct document *files, size_t count,
                     const char **ids, char *reason, size_t reason_size)
{
	for (size_t i = 0; i < count; i++) {
		struct programme_policy policy;
		struct json_error error;
		char text[JSON_ERROR_SIZE];

		if (!policy_parse(&programme_policy_kind, arena, files[i].body, &policy, &error)) {
			snprintf(reason, reason_size, "%s: %s", files[i].name,
			         json_error_text(&error, text));
			return false;
		}
		ids[i] = policy.head.id;
	}
	return true;
}

static bool is_first(const char *const *ids, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_equal(ids[i], ids[index]))
			return false;
	return true;
}

static const struct policy_book *book_of(const struct document *files, size_t count,
                                         const char *const *ids, const char *id, char *reason,
                                         size_t reason_size)
{
	struct document own[POLICY_VERSIONS_MAX];
	size_t own_count = 0;

	for (size_t i = 0; i < count; i++)
		if (text_equal(ids[i], id))
			own[own_count++] = files[i];
	return policy_compile(&programme_policy_kind, own, own_count, reason, reason_size);
}

static bool books_fill(struct programme_book *book, const struct document *files, size_t count,
                       char *reason, size_t reason_size)
{
	const char *ids[POLICY_VERSIONS_MAX];

	if (count == 0 || count > POLICY_VERSIONS_MAX) {
		snprintf(reason, reason_size, "programmes/: must hold 1 to %d documents",
		         POLICY_VERSIONS_MAX);
		return false;
	}
	if (!ids_read(book->arena, files, count, ids, reason, reason_size))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_first(ids, i))
			continue;
		if (book->count == PROGRAMMES_MAX) {
			snprintf(reason, reason_size, "%s: id: is one programme too many",
			         files[i].name);
			return false;
		}
		book->books[book->count] = book_of(files, count, ids, ids[i], reason, reason_size);
		if (book->books[book->count] == NULL)
			return false;
		book->count++;
	}
	return true;
}

void programme_book_destroy(const struct programme_book *book)
{
	for (size_t i = 0; i < book->count; i++)
		arena_destroy(book->books[i]->arena);
	arena_destroy(book->arena);
}

const struct programme_book *programme_compile(const struct document *files, size_t count,
                                               char *reason, size_t reason_size)
{
	struct arena *const arena = arena_create(16384);
	struct programme_book *const book = arena_zero(arena, sizeof(*book));

	book->arena = arena;
	if (books_fill(book, files, count, reason, reason_size))
		return book;
	programme_book_destroy(book);
	return NULL;
}

const struct programme_policy *programme_at(const struct programme_book *book, size_t index,
                                            struct instant at)
{
	CHECK(index < book->count);
	return policy_at(book->books[index], at);
}
