#include "services/chargeback/source/source.h"

#include "common/base/text.h"

static bool source_read(struct arena *arena, const struct json_place *item, struct source *source,
                        struct json_error *error)
{
	static const char *const fields[] = { "about", "says", "as_of", "verified", NULL };
	const char *says;

	source->verified = true;
	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "about", &source->about, error) ||
	    !json_text_at(item, "says", SOURCE_SAYS_MAX, &says, error) ||
	    !json_date_at(item, "as_of", &source->as_of, error) ||
	    !json_switch_if(item, "verified", &source->verified, error))
		return false;
	source->says = arena_string(arena, says);
	return true;
}

bool sources_read(struct arena *arena, const struct json_place *top, struct sources *sources,
                  struct json_error *error)
{
	struct source *items;
	struct json_place list;

	if (!json_array_at(top, "sources", SOURCES_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(top, "sources", error, "must have a source");
	items = arena_zero(arena, json_count(&list) * sizeof(*items));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);
		const struct sources before = { items, i };

		if (!source_read(arena, &item, &items[i], error))
			return false;
		if (source_about(&before, items[i].about) != NULL)
			return json_refuse(&item, "about", error, "stands in the list twice");
	}
	*sources = (struct sources){ items, json_count(&list) };
	return true;
}

const struct source *source_about(const struct sources *sources, const char *about)
{
	for (size_t i = 0; i < sources->count; i++)
		if (text_equal(sources->items[i].about, about))
			return &sources->items[i];
	return NULL;
}
