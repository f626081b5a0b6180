#include "services/classifier/suggest_document.h"

#include "common/base/text.h"

#include <string.h>

const char *const tongue_tags[TONGUES + 1] = { "en", "ja", "ko", "zh-Hans", "zh-Hant", NULL };

bool tongue_find(const char *tag, enum tongue *tongue)
{
	for (int i = 0; i < TONGUES; i++) {
		if (text_equal(tongue_tags[i], tag)) {
			*tongue = (enum tongue)i;
			return true;
		}
	}
	return false;
}

static bool id_valid(const char *id)
{
	return id[0] >= 'a' && id[0] <= 'z' &&
	       id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

bool suggest_id_at(struct arena *arena, const struct json_place *place, const char *field,
                   const char **id, struct json_error *error)
{
	const char *text;

	if (!json_text_at(place, field, SUGGEST_ID_MAX, &text, error))
		return false;
	if (!id_valid(text))
		return json_refuse(place, field, error,
		                   "must be small letters, digits and _, a letter first");
	*id = arena_string(arena, text);
	return true;
}

static bool prose_valid(const char *text, bool lines)
{
	for (; *text != '\0'; text++) {
		const unsigned char byte = (unsigned char)*text;

		if ((byte < ' ' && !(lines && byte == '\n')) || byte == 0x7f)
			return false;
	}
	return true;
}

bool suggest_words_if(struct arena *arena, const struct json_place *place, const char *field,
                      size_t max, const char *const **words, struct json_error *error)
{
	struct json_place list;
	const char **kept;

	if (!json_array_if(place, field, max, &list, error))
		return false;
	kept = arena_zero(arena, (json_count(&list) + 1) * sizeof(*kept));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_text_in(&list, i, SUGGEST_ID_MAX, &kept[i], error))
			return false;
		if (!prose_valid(kept[i], false))
			return json_refuse(&item, NULL, error, "holds a control character");
		kept[i] = arena_string(arena, kept[i]);
		for (size_t j = 0; j < i; j++) {
			if (text_equal(kept[j], kept[i]))
				return json_refuse(&item, NULL, error, "is there already");
		}
	}
	*words = kept;
	return true;
}

bool suggest_prose_at(struct arena *arena, const struct json_place *place, const char *field,
                      size_t max_bytes, bool lines, const char **prose, struct json_error *error)
{
	const char *text;

	if (!json_text_at(place, field, max_bytes, &text, error))
		return false;
	if (!prose_valid(text, lines))
		return json_refuse(place, field, error, "holds a control character");
	*prose = arena_string(arena, text);
	return true;
}

bool suggest_texts_at(struct arena *arena, const struct json_place *place, const char *field,
                      size_t max_bytes, uint32_t tongues, const char *texts[static TONGUES],
                      struct json_error *error)
{
	struct json_place object;

	if (!json_object_at(place, field, &object, error) ||
	    !json_only(&object, tongue_tags, error))
		return false;
	for (int i = 0; i < TONGUES; i++) {
		if ((tongues >> i & 1) == 0 && json_has(&object, tongue_tags[i]))
			return json_refuse(&object, tongue_tags[i], error,
			                   "is not among the document's languages");
		if ((tongues >> i & 1) != 0 &&
		    !suggest_prose_at(arena, &object, tongue_tags[i], max_bytes, false, &texts[i],
		                      error))
			return false;
	}
	return true;
}

bool suggest_version_read(struct arena *arena, const struct json_place *place,
                          struct suggest_head *head, struct json_error *error)
{
	return suggest_id_at(arena, place, "id", &head->id, error) &&
	       json_integer_at(place, "version", 1, INT32_MAX, &head->version, error) &&
	       json_instant_at(place, "effective_from", &head->effective_from, error);
}

bool suggest_head_read(struct arena *arena, const struct json_place *place, int32_t floor_ppm,
                       struct suggest_head *head, struct json_error *error)
{
	int64_t floor = floor_ppm;

	if (!suggest_version_read(arena, place, head, error) ||
	    !suggest_prose_at(arena, place, "title", SUGGEST_TITLE_MAX, false, &head->title,
	                      error) ||
	    !suggest_words_if(arena, place, "intents", SUGGEST_INTENTS_MAX, &head->intents,
	                      error) ||
	    !suggest_words_if(arena, place, "tiers", SUGGEST_TIERS_MAX, &head->tiers, error) ||
	    !json_integer_if(place, "floor_ppm", 0, SUGGEST_PPM, &floor, error))
		return false;
	if (head->intents[0] == NULL)
		return json_refuse(place, "intents", error, "must have an intent");
	head->floor_ppm = (int32_t)floor;
	return true;
}
