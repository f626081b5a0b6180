#include "services/opsmesh/chance_document.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/file.h"

#include <string.h>

#define DOCUMENT_BYTES_MAX (128UL * 1024)
#define WORD_MAX_BYTES 63
#define NAMES_MAX 8
#define CATEGORIES_MAX 32
#define VERSIONS_MAX 32
#define COMPELLING "compelling" /* the level of what earlier payments prove */

/* What cells are made of. */
struct chance_parts {
	const char *bands[NAMES_MAX + 1]; /* ended by NULL */
	int64_t rates[NAMES_MAX];
	const char *levels[NAMES_MAX + 1];
	size_t level_count;
	int compelling; /* a place in bands; -1: the document says nothing of it */
};

static bool read_bands(struct arena *arena, const struct json_place *top,
                       struct chance_parts *parts, struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(top, "bands", NAMES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_text_at(&item, "name", WORD_MAX_BYTES, &parts->bands[i], error) ||
		    !json_integer_at(&item, "rate_ppm", 0, RATE_WHOLE, &parts->rates[i], error))
			return false;
		parts->bands[i] = arena_string(arena, parts->bands[i]);
	}
	return true;
}

static bool read_levels(struct arena *arena, const struct json_place *top,
                        struct chance_parts *parts, struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(top, "levels", NAMES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_text_at(&item, "name", WORD_MAX_BYTES, &parts->levels[i], error))
			return false;
		parts->levels[i] = arena_string(arena, parts->levels[i]);
	}
	parts->level_count = json_count(&list);
	return true;
}

static bool read_compelling(const struct json_place *top, struct chance_parts *parts,
                            struct json_error *error)
{
	struct json_place compelling;

	parts->compelling = -1;
	return !json_has(top, COMPELLING) ||
	       (json_object_at(top, COMPELLING, &compelling, error) &&
	        json_word_at(&compelling, "band", parts->bands, &parts->compelling, error));
}

static void add_cell(struct arena *arena, struct chance_document *document, const char *category,
                     const char *level, int64_t prior_ppm)
{
	CHECK(document->count < CHANCE_CELLS_MAX);
	document->cells[document->count++] = (struct chance_cell){
		.name = arena_printf(arena, "%s/%s", category, level),
		.category = category,
		.level = level,
		.prior_ppm = prior_ppm,
	};
}

/* A better band stands: bands begin with the best. */
static bool read_category(struct arena *arena, const struct json_place *item,
                          const struct chance_parts *parts, struct chance_document *document,
                          struct json_error *error)
{
	const int compelling = parts->compelling;
	const char *category;
	struct json_place list;

	if (!json_text_at(item, "category", WORD_MAX_BYTES, &category, error) ||
	    !json_array_at(item, "bands", NAMES_MAX, &list, error))
		return false;
	if (json_count(&list) != parts->level_count)
		return json_refuse(item, "bands", error, "must have one for each level");
	category = arena_string(arena, category);
	for (size_t i = 0; i < parts->level_count; i++) {
		int band;

		if (!json_word_in(&list, i, parts->bands, &band, error))
			return false;
		add_cell(arena, document, category, parts->levels[i], parts->rates[band]);
	}
	if (compelling >= 0) {
		const int64_t least = parts->rates[compelling];
		const int64_t full =
		    document->cells[document->count - parts->level_count].prior_ppm;

		add_cell(arena, document, category, COMPELLING, full > least ? full : least);
	}
	return true;
}

static bool read_categories(struct arena *arena, const struct json_place *top,
                            const struct chance_parts *parts, struct chance_document *document,
                            struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(top, "categories", CATEGORIES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!read_category(arena, &item, parts, document, error))
			return false;
	}
	return true;
}

/* Our outcomes. */

static struct chance_cell *find(struct chance_document *document, const char *category,
                                const char *level)
{
	for (size_t i = 0; i < document->count; i++)
		if (text_equal(document->cells[i].category, category) &&
		    text_equal(document->cells[i].level, level))
			return &document->cells[i];
	return NULL;
}

static bool read_outcome(const struct json_place *item, struct chance_document *document,
                         struct json_error *error)
{
	const char *category;
	const char *level;
	struct chance_cell *cell;

	if (!json_text_at(item, "category", WORD_MAX_BYTES, &category, error) ||
	    !json_text_at(item, "level", WORD_MAX_BYTES, &level, error))
		return false;
	cell = find(document, category, level);
	if (cell == NULL)
		return json_refuse(item, NULL, error, "is no cell of the document");
	return json_integer_at(item, "answered", 1, RATE_COUNT_MAX - RATE_WEIGHT_MAX,
	                       &cell->answered, error) &&
	       json_integer_at(item, "won", 0, cell->answered, &cell->won, error);
}

static bool read_outcomes(const struct json_place *top, struct chance_document *document,
                          struct json_error *error)
{
	struct json_place outcomes;
	struct json_place list;

	document->until = TIME_MIN;
	if (!json_has(top, "outcomes"))
		return true;
	if (!json_object_at(top, "outcomes", &outcomes, error) ||
	    !json_instant_at(&outcomes, "until", &document->until, error) ||
	    !json_array_at(&outcomes, "cells", CHANCE_CELLS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!read_outcome(&item, document, error))
			return false;
	}
	return true;
}

/* The document. */

static bool read_head(struct arena *arena, const struct json_place *top,
                      struct chance_document *document, struct json_error *error)
{
	struct json_place belief;
	int64_t z_milli;

	if (!json_text_at(top, "id", WORD_MAX_BYTES, &document->id, error) ||
	    !json_integer_at(top, "version", 1, INT32_MAX, &document->version, error) ||
	    !json_instant_at(top, "effective_from", &document->effective_from, error) ||
	    !json_object_at(top, "belief", &belief, error) ||
	    !json_integer_at(&belief, "z_milli", RATE_Z_MILLI_MIN, RATE_Z_MILLI_MAX, &z_milli,
	                     error) ||
	    !json_integer_at(&belief, "prior_weight", 1, RATE_WEIGHT_MAX, &document->prior_weight,
	                     error))
		return false;
	document->id = arena_string(arena, document->id);
	document->z_milli = (int32_t)z_milli;
	return true;
}

bool chance_document_parse(struct arena *arena, struct bytes text, struct chance_document *document,
                           struct json_error *error)
{
	struct chance_document *const read = arena_zero(arena, sizeof(*read));
	struct chance_parts parts = { .compelling = -1 };
	AUTO_JSON json = NULL;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &json, error))
		return false;
	const struct json_place top = json_top(json);

	read->text = text;
	if (!read_head(arena, &top, read, error) || !read_bands(arena, &top, &parts, error) ||
	    !read_levels(arena, &top, &parts, error) || !read_compelling(&top, &parts, error) ||
	    !read_categories(arena, &top, &parts, read, error) || !read_outcomes(&top, read, error))
		return false;
	*document = *read;
	return true;
}

/* What the file says, where it is of a later version than what was read before. */
static bool read_file(struct arena *arena, const char *path, struct chance_document *latest,
                      const char **wrong)
{
	struct chance_document *const read = arena_zero(arena, sizeof(*read));
	char reason[JSON_ERROR_SIZE];
	struct json_error error;
	struct bytes text;

	if (!file_read(arena, path, DOCUMENT_BYTES_MAX, &text)) {
		*wrong = arena_printf(arena, "%s cannot be read", path);
		return false;
	}
	if (!chance_document_parse(arena, text, read, &error)) {
		*wrong = arena_printf(arena, "%s: %s", path, json_error_text(&error, reason));
		return false;
	}
	if (read->version > latest->version)
		*latest = *read;
	return true;
}

bool chance_document_read(struct arena *arena, const char *folder, struct chance_document *document,
                          const char **wrong)
{
	const char *const place = arena_printf(arena, "%s/economics/", folder);
	const char *paths[VERSIONS_MAX];
	size_t count = 0;

	document->version = 0;
	if (!file_list(arena, place, ".json", VERSIONS_MAX, paths, &count) || count == 0) {
		*wrong = arena_printf(arena, "%s cannot be read", place);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (!read_file(arena, paths[i], document, wrong))
			return false;
	return true;
}

const struct chance_cell *chance_document_cell(const struct chance_document *document,
                                               const char *name)
{
	for (size_t i = 0; i < document->count; i++)
		if (text_equal(document->cells[i].name, name))
			return &document->cells[i];
	return NULL;
}

struct rate chance_document_rate(const struct chance_document *document,
                                 const struct chance_cell *cell, int64_t won, int64_t answered)
{
	const struct rate_prior prior = { cell->prior_ppm, document->prior_weight };
	struct rate rate;
	const bool share = rate_after(prior, won, answered, document->z_milli, &rate);

	CHECK(share);
	return rate;
}
