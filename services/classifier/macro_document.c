/*
 * The document: texts, and the places that they must agree about.
 */
#include "services/classifier/macro.h"

#include "common/base/text.h"
#include "common/io/calendar_document.h"

#include <string.h>

#define PLACE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

#define KIND_NAME(kind, name) name,
const char *const macro_place_kind_names[MACRO_PLACE_KINDS + 1] = { MACRO_PLACE_KINDS_LIST(
    KIND_NAME) NULL };

static bool places_read(struct arena *arena, const struct json_place *document, struct macro *macro,
                        struct json_error *error)
{
	static const char *const fields[] = { "name", "kind", "required", NULL };
	struct json_place list;
	struct macro_place *places;

	if (!json_array_if(document, "places", MACRO_PLACES_MAX, &list, error))
		return false;
	places = arena_zero(arena, (json_count(&list) + 1) * sizeof(*places));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);
		int kind;

		if (!json_only(&item, fields, error) ||
		    !suggest_id_at(arena, &item, "name", &places[i].name, error) ||
		    !json_word_at(&item, "kind", macro_place_kind_names, &kind, error) ||
		    !json_switch_at(&item, "required", &places[i].required, error))
			return false;
		places[i].kind = (enum macro_place_kind)kind;
		for (size_t j = 0; j < i; j++) {
			if (text_equal(places[j].name, places[i].name))
				return json_refuse(&item, "name", error,
				                   "is another place's already");
		}
	}
	macro->places = places;
	macro->place_count = json_count(&list);
	return true;
}

/* The place that is called so; MACRO_PLACES_MAX: none. */
static size_t place_find(const struct macro *macro, const char *name, size_t size)
{
	for (size_t i = 0; i < macro->place_count; i++) {
		if (strlen(macro->places[i].name) == size &&
		    memcmp(macro->places[i].name, name, size) == 0)
			return i;
	}
	return MACRO_PLACES_MAX;
}

/* Adds the places of a text to used, a bit each. A subject cannot be left out: required ones alone. */
static bool places_used(const struct macro *macro, const struct json_place *version,
                        const char *field, const char *text, uint32_t *used,
                        struct json_error *error)
{
	while ((text = strpbrk(text, "{}")) != NULL) {
		const size_t size = strspn(text + 1 + (text[1] == '{'), PLACE_LETTERS);
		size_t place;

		if (text[1] != text[0]) {
			text++;
			continue;
		}
		if (text[0] == '}' || size == 0 || strncmp(text + 2 + size, "}}", 2) != 0)
			return json_refuse(version, field, error,
			                   "{{ and }} must stand around the name of a place");
		place = place_find(macro, text + 2, size);
		if (place == MACRO_PLACES_MAX)
			return json_refuse(version, field, error, "place %.*s is not declared",
			                   (int)(size < SUGGEST_ID_MAX ? size : SUGGEST_ID_MAX),
			                   text + 2);
		if (!macro->places[place].required && text_equal(field, "subject"))
			return json_refuse(version, field, error,
			                   "place %s is optional: a subject holds required ones",
			                   macro->places[place].name);
		*used |= UINT32_C(1) << place;
		text += size + 4;
	}
	return true;
}

static bool language_read(struct arena *arena, const struct json_place *version,
                          const struct macro *macro, struct macro_text *text,
                          struct json_error *error)
{
	static const char *const fields[] = { "subject", "text", NULL };
	uint32_t used = 0;

	if (!json_only(version, fields, error) ||
	    (json_has(version, "subject") &&
	     !suggest_prose_at(arena, version, "subject", MACRO_SUBJECT_MAX, false, &text->subject,
	                       error)) ||
	    !suggest_prose_at(arena, version, "text", MACRO_TEXT_MAX, true, &text->text, error))
		return false;
	if ((text->subject != NULL &&
	     !places_used(macro, version, "subject", text->subject, &used, error)) ||
	    !places_used(macro, version, "text", text->text, &used, error))
		return false;
	for (size_t i = 0; i < macro->place_count; i++) {
		if ((used >> i & 1) == 0)
			return json_refuse(version, NULL, error,
			                   "place %s is declared, but not used",
			                   macro->places[i].name);
	}
	return true;
}

/* A subject in one language and none in another would be an answer that looks half done. */
static bool subjects_agree(const struct json_place *languages, const struct macro *macro,
                           struct json_error *error)
{
	for (int i = 0; i < TONGUES; i++) {
		if ((macro->head.tongues >> i & 1) != 0 &&
		    (macro->texts[i].subject == NULL) != (macro->texts[TONGUE_EN].subject == NULL))
			return json_refuse(languages, tongue_tags[i], error,
			                   "has a subject where English has none, or none");
	}
	return true;
}

static bool languages_read(struct arena *arena, const struct json_place *document,
                           struct macro *macro, struct json_error *error)
{
	struct json_place languages;
	struct json_place version;

	if (!json_object_at(document, "languages", &languages, error) ||
	    !json_only(&languages, tongue_tags, error))
		return false;
	if (!json_has(&languages, "en"))
		return json_refuse(&languages, "en", error, "is missing");
	for (int i = 0; i < TONGUES; i++) {
		if (!json_has(&languages, tongue_tags[i]))
			continue;
		if (!json_object_at(&languages, tongue_tags[i], &version, error) ||
		    !language_read(arena, &version, macro, &macro->texts[i], error))
			return false;
		macro->head.tongues |= UINT32_C(1) << i;
	}
	return subjects_agree(&languages, macro, error);
}

bool macro_parse(struct arena *arena, struct bytes text, struct macro *macro,
                 struct json_error *error)
{
	static const char *const fields[] = { "id",      "version", "effective_from", "title",
		                              "intents", "tiers",   "floor_ppm",      "languages",
		                              "places",  NULL };
	struct macro result = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) ||
	    !suggest_head_read(arena, &top, MACRO_FLOOR_PPM, &result.head, error) ||
	    !places_read(arena, &top, &result, error) ||
	    !languages_read(arena, &top, &result, error))
		return false;
	*macro = result;
	return true;
}
