#include "services/classifier/glossary.h"

#include "common/base/text.h"
#include "common/io/calendar_document.h"

#include <string.h>
#include <strings.h>

/* Looking for words. */

static bool letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

/* The bytes of the word that begins here, its plural ending among them; 0: another. */
static size_t english_match(const char *text, const char *at, const char *word)
{
	size_t size = strlen(word);

	if ((at > text && letter(at[-1]) && letter(word[0])) || strncasecmp(at, word, size) != 0)
		return 0;
	if (letter(at[size]) && strncasecmp(at + size, "es", 2) == 0 && !letter(at[size + 2]))
		return size + 2;
	if ((at[size] == 's' || at[size] == 'S') && !letter(at[size + 1]))
		return size + 1;
	return letter(at[size]) && letter(word[size - 1]) ? 0 : size;
}

/* The next place of a word at or behind `at`; NULL: none. */
static const char *word_find(enum tongue tongue, const char *text, const char *at, const char *word,
                             size_t *size)
{
	if (tongue != TONGUE_EN) {
		*size = strlen(word);
		return strstr(at, word);
	}
	for (; *at != '\0'; at++) {
		*size = english_match(text, at, word);
		if (*size > 0)
			return at;
	}
	return NULL;
}

/* Whether a longer form of any term holds all of size bytes at `at`: they are that term's, then. */
static bool covered(const struct glossary *glossary, enum tongue tongue, const char *text,
                    const char *at, size_t size)
{
	for (size_t i = 0; i < glossary->count; i++) {
		const char *const form = glossary->terms[i].forms[tongue];
		const char *found = text;
		size_t found_size;

		while (form != NULL &&
		       (found = word_find(tongue, text, found, form, &found_size)) != NULL &&
		       found <= at) {
			if (found_size > size && found + found_size >= at + size)
				return true;
			found++;
		}
	}
	return false;
}

static bool word_said(const struct glossary *glossary, enum tongue tongue, const char *text,
                      const char *word)
{
	const char *at = text;
	size_t size;

	while ((at = word_find(tongue, text, at, word, &size)) != NULL) {
		if (!covered(glossary, tongue, text, at, size))
			return true;
		at++;
	}
	return false;
}

/* The English says the term, and this text has not its form, not even within another's. */
static bool form_lacking(const struct glossary *glossary, const struct glossary_term *term,
                         enum tongue tongue, const char *text, const char *english)
{
	const char *const form = term->forms[tongue];
	size_t size;

	return english != NULL && form != NULL &&
	       word_said(glossary, TONGUE_EN, english, term->forms[TONGUE_EN]) &&
	       word_find(tongue, text, text, form, &size) == NULL;
}

static bool term_kept(const struct glossary *glossary, const struct glossary_term *term,
                      enum tongue tongue, const char *text, const char *english,
                      struct glossary_fault *fault)
{
	for (const char *const *word = term->avoid[tongue]; *word != NULL; word++) {
		if (word_said(glossary, tongue, text, *word)) {
			*fault = (struct glossary_fault){ term, *word };
			return false;
		}
	}
	if (form_lacking(glossary, term, tongue, text, english)) {
		*fault = (struct glossary_fault){ term, NULL };
		return false;
	}
	return true;
}

bool glossary_kept(const struct glossary *glossary, enum tongue tongue, const char *text,
                   const char *english, struct glossary_fault *fault)
{
	for (size_t i = 0; i < glossary->count; i++) {
		if (!term_kept(glossary, &glossary->terms[i], tongue, text, english, fault))
			return false;
	}
	return true;
}

/* The document. */

static bool avoid_read(struct arena *arena, const struct json_place *place,
                       struct glossary_term *term, struct json_error *error)
{
	static const char *const none[] = { NULL };
	struct json_place avoid;

	for (int i = 0; i < TONGUES; i++)
		term->avoid[i] = none;
	if (!json_has(place, "avoid"))
		return true;
	if (!json_object_at(place, "avoid", &avoid, error) ||
	    !json_only(&avoid, tongue_tags, error))
		return false;
	for (int i = 0; i < TONGUES; i++) {
		if (!suggest_words_if(arena, &avoid, tongue_tags[i], GLOSSARY_AVOID_MAX,
		                      &term->avoid[i], error))
			return false;
	}
	return true;
}

static bool term_read(struct arena *arena, const struct json_place *place,
                      struct glossary_term *term, struct json_error *error)
{
	static const char *const fields[] = { "id",      "en",      "ja",    "ko",
		                              "zh-Hans", "zh-Hant", "avoid", NULL };

	if (!json_only(place, fields, error) ||
	    !suggest_id_at(arena, place, "id", &term->id, error))
		return false;
	for (int i = 0; i < TONGUES; i++) {
		const bool needed = i == TONGUE_EN || i == TONGUE_JA;

		if ((needed || json_has(place, tongue_tags[i])) &&
		    !suggest_prose_at(arena, place, tongue_tags[i], GLOSSARY_WORD_MAX, false,
		                      &term->forms[i], error))
			return false;
	}
	return avoid_read(arena, place, term, error);
}

/* Ids and English forms differ: one English word with two translations could not be kept. */
static bool term_new(const struct json_place *place, const struct glossary_term *terms,
                     size_t count, struct json_error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (text_equal(terms[i].id, terms[count].id))
			return json_refuse(place, "id", error, "is another term's already");
		if (strcasecmp(terms[i].forms[TONGUE_EN], terms[count].forms[TONGUE_EN]) == 0)
			return json_refuse(place, "en", error, "is another term's already");
	}
	return true;
}

static bool word_is_form(const struct glossary *glossary, enum tongue tongue, const char *word)
{
	for (size_t i = 0; i < glossary->count; i++) {
		const char *const form = glossary->terms[i].forms[tongue];

		if (form != NULL && strcasecmp(form, word) == 0)
			return true;
	}
	return false;
}

/* No word is to be used and to be avoided. */
static bool avoid_agrees(const struct json_place *item, const struct glossary *glossary,
                         const struct glossary_term *term, enum tongue tongue,
                         struct json_error *error)
{
	for (const char *const *word = term->avoid[tongue]; *word != NULL; word++) {
		if (word_is_form(glossary, tongue, *word))
			return json_refuse(item, "avoid", error,
			                   "%s: a term's form is to be avoided",
			                   tongue_tags[tongue]);
	}
	return true;
}

static bool terms_agree(const struct json_place *list, const struct glossary *glossary,
                        struct json_error *error)
{
	for (size_t i = 0; i < glossary->count; i++) {
		const struct json_place item = json_item(list, i);

		for (int tongue = 0; tongue < TONGUES; tongue++) {
			if (!avoid_agrees(&item, glossary, &glossary->terms[i], (enum tongue)tongue,
			                  error))
				return false;
		}
	}
	return true;
}

static bool terms_read(struct arena *arena, const struct json_place *document,
                       struct glossary *glossary, struct json_error *error)
{
	struct json_place list;
	struct glossary_term *terms;

	if (!json_array_at(document, "terms", GLOSSARY_TERMS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(document, "terms", error, "must have a term");
	terms = arena_zero(arena, json_count(&list) * sizeof(*terms));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!term_read(arena, &item, &terms[i], error) || !term_new(&item, terms, i, error))
			return false;
	}
	glossary->terms = terms;
	glossary->count = json_count(&list);
	return terms_agree(&list, glossary, error);
}

bool glossary_parse(struct arena *arena, struct bytes text, struct glossary *glossary,
                    struct json_error *error)
{
	static const char *const fields[] = { "id", "version", "effective_from", "terms", NULL };
	struct glossary result = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) ||
	    !suggest_version_read(arena, &top, &result.head, error) ||
	    !terms_read(arena, &top, &result, error))
		return false;
	*glossary = result;
	return true;
}
