#include "services/classifier/signal_document.h"

#include "common/base/text.h"
#include "common/io/calendar_document.h"
#include "services/classifier/signal_book.h"
#include "services/classifier/signal_phrase.h"

#include <stdio.h>
#include <string.h>

/* A phrase that was read, before the book is made. */
struct line {
	const struct signal_group *group;
	const uint32_t *codes;
	size_t count;
	struct line *next;
};

struct compiling {
	struct arena *arena;   /* of the book */
	struct arena *scratch; /* of what is needed until it is made */
	struct line *lines;
	size_t phrases;
	size_t points;
	uint32_t pairs;
};

struct source {
	const char *id;
	int64_t version;
	struct instant effective_from;
	uint32_t languages; /* in which it counts */
	struct line *lines;
	size_t phrases;
	size_t points;
};

static const char *const language_names[] = { "en", "ja", "ko", "zh", NULL };

static uint32_t languages_of(int language)
{
	const uint32_t all = (UINT32_C(1) << LANGUAGES) - 1;
	const uint32_t chinese = UINT32_C(1) << LANGUAGE_ZH_HANS | UINT32_C(1) << LANGUAGE_ZH_HANT;

	if (text_equal(language_names[language], "ja"))
		return all & ~chinese;
	return text_equal(language_names[language], "zh") ? all & ~(UINT32_C(1) << LANGUAGE_JA)
	                                                  : all;
}

/* Phrases. */

static size_t codes_of(const struct prepared *text, uint32_t codes[static SIGNAL_PHRASE_POINTS_MAX])
{
	size_t count = 0;
	size_t point;

	for (size_t at = 0; signal_point_next(text, &at, &point);) {
		if (text->points[point].code == ' ' && (count == 0 || at == text->count))
			continue;
		if (count == SIGNAL_PHRASE_POINTS_MAX)
			return SIGNAL_PHRASE_POINTS_MAX + 1;
		codes[count++] = text->points[point].code;
	}
	return count;
}

/* One phrase without alternatives: NULL, or what is wrong. */
static const char *phrase_add(struct compiling *compiling, const struct signal_group *group,
                              const char *text, size_t size)
{
	uint32_t codes[SIGNAL_PHRASE_POINTS_MAX];
	struct prepared prepared;

	prepared_make(compiling->scratch, text, size, &prepared);
	const size_t count = codes_of(&prepared, codes);
	if (count == 0)
		return "stands for a phrase without a character that counts";
	if (count > SIGNAL_PHRASE_POINTS_MAX)
		return "stands for a phrase of more than 96 characters";
	if (compiling->phrases == SIGNAL_PHRASES_MAX)
		return "is one phrase too many: all documents may have 65536";
	struct line *const line = arena_zero(compiling->scratch, sizeof(*line));
	*line = (struct line){
		.group = group,
		.codes = arena_copy(compiling->scratch, codes, count * sizeof(*codes)),
		.count = count,
		.next = compiling->lines,
	};
	compiling->lines = line;
	compiling->phrases++;
	compiling->points += count;
	return NULL;
}

static const char *phrases_add(struct compiling *compiling, const struct signal_group *group,
                               const char *text)
{
	struct signal_pattern *const pattern = arena_zero(compiling->scratch, sizeof(*pattern));
	const char *wrong = signal_pattern_read(text, pattern);
	struct buffer phrase = { 0 };

	for (size_t i = 0; wrong == NULL && i < pattern->meant; i++) {
		signal_pattern_write(pattern, i, &phrase);
		const char *const copy =
		    arena_text(compiling->scratch, (const char *)phrase.data, phrase.size);
		wrong = phrase_add(compiling, group, copy, phrase.size);
	}
	buffer_finish(&phrase);
	return wrong;
}

static bool list_read(struct compiling *compiling, const struct json_place *place,
                      const struct signal_group *group, struct json_error *error)
{
	for (size_t i = 0; i < json_count(place); i++) {
		const struct json_place item = json_item(place, i);
		const char *text;

		if (!json_text_in(place, i, SIGNAL_LINE_MAX, &text, error))
			return false;
		const char *const wrong = phrases_add(compiling, group, text);
		if (wrong != NULL)
			return json_refuse(&item, NULL, error, "%s", wrong);
	}
	return true;
}

static bool phrases_read(struct compiling *compiling, const struct json_place *place,
                         const char *field, const struct signal_group *group,
                         struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(place, field, SIGNAL_LINES_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(place, field, error, "must have a phrase");
	return list_read(compiling, &list, group, error);
}

/* Pairs: each part is a group of its own, and the second knows what both mean. */

static bool pair_read(struct compiling *compiling, const struct json_place *place,
                      const struct signal_group *group, struct json_error *error)
{
	static const char *const fields[] = { "first", "then", "reach", NULL };
	struct signal_group *const parts = arena_zero(compiling->arena, 2 * sizeof(*parts));
	int64_t reach;

	if (!json_only(place, fields, error) ||
	    !json_integer_at(place, "reach", 0, SIGNAL_REACH_MAX, &reach, error))
		return false;
	parts[0] = parts[1] = *group;
	parts[0].use = SIGNAL_USE_FIRST;
	parts[1].use = SIGNAL_USE_THEN;
	parts[0].pair = parts[1].pair = ++compiling->pairs;
	parts[1].reach = (uint32_t)reach;
	return phrases_read(compiling, place, "first", &parts[0], error) &&
	       phrases_read(compiling, place, "then", &parts[1], error);
}

static bool pairs_read(struct compiling *compiling, const struct json_place *place,
                       const struct signal_group *group, struct json_error *error)
{
	struct json_place list;

	if (!json_array_if(place, "pairs", SIGNAL_PAIRS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place pair = json_item(&list, i);

		if (!pair_read(compiling, &pair, group, error))
			return false;
	}
	return true;
}

/* Groups. */

static bool negated_read(const struct json_place *place, struct signal_group *group,
                         struct json_error *error)
{
	const char *word = "void";

	if (!json_text_if(place, "negated", SIGNAL_ID_MAX, &word, error))
		return false;
	if (text_equal(word, "void") || text_equal(word, "stands")) {
		group->negated =
		    text_equal(word, "void") ? SIGNAL_NEGATED_VOID : SIGNAL_NEGATED_STANDS;
		return true;
	}
	for (int kind = 0; kind < SIGNALS; kind++) {
		if (!text_equal(word, signal_kind_names[kind]))
			continue;
		group->negated = SIGNAL_NEGATED_KIND;
		group->negated_kind = (enum signal_kind)kind;
		return true;
	}
	return json_refuse(place, "negated", error, "must be void, stands or a kind of signal");
}

static bool body_read(struct compiling *compiling, const struct json_place *place,
                      const struct signal_group *group, struct json_error *error)
{
	if (!json_has(place, "phrases") && !json_has(place, "pairs"))
		return json_refuse(place, "phrases", error, "is missing, and there are no pairs");
	return (!json_has(place, "phrases") ||
	        phrases_read(compiling, place, "phrases", group, error)) &&
	       pairs_read(compiling, place, group, error);
}

static bool signal_read(struct compiling *compiling, const struct json_place *place,
                        uint32_t languages, struct json_error *error)
{
	static const char *const fields[] = { "id",      "kind",  "weight_ppm", "negated",
		                              "phrases", "pairs", NULL };
	struct signal_group *const group = arena_zero(compiling->arena, sizeof(*group));
	const char *id;
	int64_t weight;
	int kind;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "id", SIGNAL_ID_MAX, &id, error) ||
	    !json_word_at(place, "kind", signal_kind_names, &kind, error) ||
	    !json_integer_at(place, "weight_ppm", 1, SIGNAL_WEIGHT_MAX, &weight, error) ||
	    !negated_read(place, group, error))
		return false;
	group->id = arena_string(compiling->arena, id);
	group->use = SIGNAL_USE_HIT;
	group->kind = (enum signal_kind)kind;
	group->weight_ppm = (int32_t)weight;
	group->languages = languages;
	return body_read(compiling, place, group, error);
}

static bool negator_read(struct compiling *compiling, const struct json_place *place,
                         uint32_t languages, struct json_error *error)
{
	static const char *const fields[] = { "side", "reach", "phrases", NULL };
	static const char *const sides[] = { "before", "after", NULL };
	struct signal_group *const group = arena_zero(compiling->arena, sizeof(*group));
	int64_t reach;
	int side;

	if (!json_only(place, fields, error) || !json_word_at(place, "side", sides, &side, error) ||
	    !json_integer_at(place, "reach", 0, SIGNAL_REACH_MAX, &reach, error))
		return false;
	*group = (struct signal_group){
		.id = "negators",
		.use = side == 0 ? SIGNAL_USE_BEFORE : SIGNAL_USE_AFTER,
		.reach = (uint32_t)reach,
		.languages = languages,
	};
	return phrases_read(compiling, place, "phrases", group, error);
}

static bool groups_read(struct compiling *compiling, const struct json_place *top,
                        uint32_t languages, struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(top, "signals", SIGNAL_GROUPS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!signal_read(compiling, &place, languages, error))
			return false;
		for (size_t j = 0; j < i; j++) {
			const struct json_place other = json_item(&list, j);

			if (json_equal(json_object_get(other.value, "id"),
			               json_object_get(place.value, "id")))
				return json_refuse(&place, "id", error,
				                   "is another signal's already");
		}
	}
	return json_count(&list) > 0 || json_refuse(top, "signals", error, "must not be empty");
}

static bool negators_read(struct compiling *compiling, const struct json_place *top,
                          uint32_t languages, struct json_error *error)
{
	struct json_place list;

	if (!json_array_if(top, "negators", SIGNAL_GROUPS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!negator_read(compiling, &place, languages, error))
			return false;
	}
	return true;
}

static bool exceptions_read(struct compiling *compiling, const struct json_place *top,
                            uint32_t languages, struct json_error *error)
{
	static const char *const fields[] = { "phrases", "pairs", NULL };
	struct signal_group *const group = arena_zero(compiling->arena, sizeof(*group));
	struct json_place place;

	*group = (struct signal_group){ .id = "exceptions",
		                        .use = SIGNAL_USE_EXCEPTION,
		                        .excepts = true,
		                        .languages = languages };
	return !json_has(top, "exceptions") ||
	       (json_object_at(top, "exceptions", &place, error) &&
	        json_only(&place, fields, error) && body_read(compiling, &place, group, error));
}

static bool breaks_read(struct compiling *compiling, const struct json_place *top,
                        uint32_t languages, struct json_error *error)
{
	struct signal_group *const group = arena_zero(compiling->arena, sizeof(*group));
	struct json_place list;

	*group = (struct signal_group){ .id = "breaks",
		                        .use = SIGNAL_USE_BREAK,
		                        .languages = languages };
	return json_array_if(top, "breaks", SIGNAL_LINES_MAX, &list, error) &&
	       list_read(compiling, &list, group, error);
}

/* Documents. */

static bool source_read(struct compiling *compiling, const struct json_place *top,
                        struct source *source, struct json_error *error)
{
	static const char *const fields[] = { "id",       "version", "effective_from",
		                              "language", "signals", "exceptions",
		                              "negators", "breaks",  NULL };
	const char *id;
	int language;

	if (!json_only(top, fields, error) || !json_text_at(top, "id", SIGNAL_ID_MAX, &id, error) ||
	    !json_integer_at(top, "version", 1, INT32_MAX, &source->version, error) ||
	    !json_instant_at(top, "effective_from", &source->effective_from, error) ||
	    !json_word_at(top, "language", language_names, &language, error))
		return false;
	source->id = arena_string(compiling->scratch, id);
	const uint32_t languages = languages_of(language);
	return groups_read(compiling, top, languages, error) &&
	       negators_read(compiling, top, languages, error) &&
	       exceptions_read(compiling, top, languages, error) &&
	       breaks_read(compiling, top, languages, error);
}

static bool refuse(char error[static SIGNAL_ERROR_SIZE], const char *name, const char *reason)
{
	snprintf(error, SIGNAL_ERROR_SIZE, "%s: %s", name, reason);
	return false;
}

static bool source_parse(struct compiling *compiling, const struct document *document,
                         struct source *source, char error[static SIGNAL_ERROR_SIZE])
{
	AUTO_JSON parsed = NULL;
	struct json_error cause;
	char text[JSON_ERROR_SIZE];

	compiling->lines = NULL;
	compiling->phrases = 0;
	compiling->points = 0;
	if (!json_parse(document->body, DOCUMENT_BYTES_MAX, &parsed, &cause))
		return refuse(error, document->name, json_error_text(&cause, text));
	const struct json_place top = json_top(parsed);
	if (!source_read(compiling, &top, source, &cause))
		return refuse(error, document->name, json_error_text(&cause, text));
	source->lines = compiling->lines;
	source->phrases = compiling->phrases;
	source->points = compiling->points;
	return true;
}

/* The last to begin of its id, and not in the future. */
static bool in_force(const struct source *sources, size_t count, const struct source *source,
                     struct instant at)
{
	if (time_before(at, source->effective_from))
		return false;
	for (size_t i = 0; i < count; i++)
		if (text_equal(sources[i].id, source->id) &&
		    time_before(source->effective_from, sources[i].effective_from) &&
		    !time_before(at, sources[i].effective_from))
			return false;
	return true;
}

static bool sources_parse(struct compiling *compiling, const struct document *documents,
                          size_t count, struct source *sources,
                          char error[static SIGNAL_ERROR_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		if (!source_parse(compiling, &documents[i], &sources[i], error))
			return false;
		for (size_t j = 0; j < i; j++)
			if (text_equal(sources[j].id, sources[i].id) &&
			    (sources[j].version == sources[i].version ||
			     sources[j].effective_from.us == sources[i].effective_from.us))
				return refuse(
				    error, documents[i].name,
				    "another file has this version or effective_from of it");
	}
	return true;
}

static bool book_make(struct compiling *compiling, const struct source *sources, size_t count,
                      struct instant at, const struct signal_book **result,
                      char error[static SIGNAL_ERROR_SIZE])
{
	size_t phrases = 0;
	size_t points = 0;

	for (size_t i = 0; i < count; i++) {
		phrases += in_force(sources, count, &sources[i], at) ? sources[i].phrases : 0;
		points += sources[i].points;
	}
	if (phrases == 0)
		return refuse(error, "signals", "no document is in force");
	if (phrases > SIGNAL_PHRASES_MAX)
		return refuse(error, "signals", "all documents have more than 65536 phrases");
	struct signal_making *const making = signal_making_new(compiling->scratch, phrases, points);
	for (size_t i = 0; i < count; i++) {
		if (!in_force(sources, count, &sources[i], at))
			continue;
		for (const struct line *line = sources[i].lines; line != NULL; line = line->next)
			signal_making_add(making, line->group, line->codes, line->count);
	}
	*result = signal_book_finish(making, compiling->arena);
	return true;
}

bool signal_book_compile(struct arena *arena, const struct document *documents, size_t count,
                         struct instant at, const struct signal_book **book,
                         char error[static SIGNAL_ERROR_SIZE])
{
	struct source sources[SIGNAL_DOCUMENTS_MAX] = { 0 };

	if (count > SIGNAL_DOCUMENTS_MAX)
		return refuse(error, "signals", "there are more than 64 documents");
	struct arena *const scratch = arena_create(65536);
	struct compiling compiling = { .arena = arena, .scratch = scratch };
	const bool compiled = sources_parse(&compiling, documents, count, sources, error) &&
	                      book_make(&compiling, sources, count, at, book, error);

	arena_destroy(scratch);
	return compiled;
}
