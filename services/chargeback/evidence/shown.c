#include "services/chargeback/evidence/shown.h"

#include "common/base/text.h"

#include <string.h>
#include <strings.h>

const char *const shown_kind_names[] = { "refund_policy", "cancellation_policy", "terms", NULL };

/* By whole parts: "fil" is not "fi". How much of it is the same; 0: it is another language. */
static size_t same_of(const char *language, const char *own)
{
	const size_t size = strlen(own);
	const bool same = strncasecmp(language, own, size) == 0 &&
	                  (language[size] == '\0' || language[size] == '-');

	return same ? size : 0;
}

const struct shown_text *shown_text_of(const struct shown_policy *policy, enum shown_kind kind,
                                       const char *language)
{
	const struct shown_text *found = NULL;
	size_t most = 0;

	for (size_t i = 0; i < policy->count; i++) {
		const struct shown_text *const text = &policy->texts[i];
		const size_t same = text->kind == kind ? same_of(language, text->language) : 0;

		if (same > most) {
			most = same;
			found = text;
		}
	}
	return found;
}

static bool read_text(struct arena *arena, const struct json_place *place,
                      const struct shown_policy *before, struct shown_text *shown,
                      struct json_error *error)
{
	static const char *const fields[] = { "kind", "language", "text", NULL };
	const char *text;
	int kind;

	if (!json_only(place, fields, error) ||
	    !json_word_at(place, "kind", shown_kind_names, &kind, error) ||
	    !policy_word_at(arena, place, "language", &shown->language, error) ||
	    !json_text_at(place, "text", SHOWN_TEXT_MAX, &text, error))
		return false;
	shown->kind = (enum shown_kind)kind;
	shown->text = arena_string(arena, text);
	for (size_t i = 0; i < before->count; i++)
		if (before->texts[i].kind == shown->kind &&
		    text_equal(before->texts[i].language, shown->language))
			return json_refuse(place, "language", error, "stands in the list twice");
	return true;
}

static bool banks_can_read(const struct shown_policy *policy, const struct json_place *list,
                           struct json_error *error)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct json_place place = json_item(list, i);

		if (shown_text_of(policy, policy->texts[i].kind, SHOWN_FOR_BANKS) == NULL)
			return json_refuse(&place, "kind", error, "has no text in English");
	}
	return true;
}

static bool read_own(struct arena *arena, const struct json_place *top, void *result,
                     struct json_error *error)
{
	struct shown_policy *const policy = result;
	struct shown_text *texts;
	struct json_place list;

	if (!json_array_at(top, "shown", SHOWN_MAX, &list, error))
		return false;
	texts = arena_zero(arena, (json_count(&list) + 1) * sizeof(*texts));
	policy->texts = texts;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!read_text(arena, &place, policy, &texts[i], error))
			return false;
		policy->count = i + 1;
	}
	return banks_can_read(policy, &list, error);
}

static const char *const own_fields[] = { "shown", NULL };

const struct policy_kind shown_kind = {
	.folder = SHOWN_POLICY,
	.size = sizeof(struct shown_policy),
	.fields = own_fields,
	.read = read_own,
};

/* A book gives its earliest version for what was before all: that one was not shown yet. */
const struct shown_policy *shown_at(const struct policy_book *book, struct instant at)
{
	const struct shown_policy *const policy = policy_at(book, at);

	return time_before(at, policy->head.effective_from) ? NULL : policy;
}
