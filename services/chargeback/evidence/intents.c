#include "services/chargeback/evidence/intents.h"

#include "common/base/text.h"

#include <string.h>

static const char *const meaning_names[] = { "cancellation_request", "refund_request", "complaint",
	                                     NULL };

static bool is_listed(const struct intent_row *rows, size_t count, const char *intent)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(rows[i].intent, intent))
			return true;
	return false;
}

static bool read_row(struct arena *arena, const struct json_place *place,
                     const struct intent_row *before, size_t count, struct intent_row *row,
                     struct json_error *error)
{
	static const char *const fields[] = { "intent", "meaning", NULL };
	int meaning;

	if (!json_only(place, fields, error) ||
	    !policy_word_at(arena, place, "intent", &row->intent, error) ||
	    !json_word_at(place, "meaning", meaning_names, &meaning, error))
		return false;
	row->meaning = (enum intent_meaning)meaning;
	return !is_listed(before, count, row->intent) ||
	       json_refuse(place, "intent", error, "stands in the list twice");
}

static bool read_own(struct arena *arena, const struct json_place *top, void *result,
                     struct json_error *error)
{
	struct intents *const intents = result;
	struct intent_row *rows;
	struct json_place list;

	if (!json_array_at(top, "intents", INTENTS_MAX, &list, error) ||
	    !policy_words_if(arena, top, "promises", INTENT_PROMISES_MAX, &intents->promises,
	                     error) ||
	    !policy_span_at(top, "duplicate_within", MINUTES(1), DAYS(60),
	                    &intents->duplicate_within, error))
		return false;
	rows = arena_zero(arena, (json_count(&list) + 1) * sizeof(*rows));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!read_row(arena, &place, rows, i, &rows[i], error))
			return false;
	}
	intents->rows = rows;
	intents->count = json_count(&list);
	return true;
}

static const char *const own_fields[] = { "intents", "promises", "duplicate_within", NULL };

const struct policy_kind intents_kind = {
	.folder = INTENTS_POLICY,
	.size = sizeof(struct intents),
	.fields = own_fields,
	.read = read_own,
};

enum intent_meaning intent_means(const struct intents *intents, const char *intent)
{
	for (size_t i = 0; i < intents->count; i++)
		if (text_equal(intents->rows[i].intent, intent))
			return intents->rows[i].meaning;
	return INTENT_NOTHING;
}

bool intent_promises(const struct intents *intents, const char *text)
{
	for (size_t i = 0; intents->promises[i] != NULL; i++)
		if (strcasestr(text, intents->promises[i]) != NULL)
			return true;
	return false;
}
