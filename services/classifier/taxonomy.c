#include "services/classifier/taxonomy.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define QUEUES_MAX 64
#define DEFINITION_MAX 1000
#define EXAMPLES_MAX 16
#define PPM 1000000

const char *const category_names[] = { "billing", "product", "technical", "account", NULL };

const char *category_name(enum category category)
{
	return category > CATEGORY_NONE && category < CATEGORIES ? category_names[category - 1]
	                                                         : "";
}

/* The contract knows these and no others: the list is in the document for its readers. */
static bool categories_read(const struct json_place *top, struct json_error *error)
{
	struct json_place list;
	int word;

	if (!json_array_at(top, "categories", CATEGORIES - 1, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++)
		if (!json_word_in(&list, i, category_names, &word, error))
			return false;
	return json_count(&list) == CATEGORIES - 1 ||
	       json_refuse(top, "categories", error, "must be the four of the contract");
}

static bool queues_read(struct arena *arena, const struct json_place *top,
                        struct taxonomy *taxonomy, struct json_error *error)
{
	struct json_place list;
	const char **queues;
	const char *word;

	if (!json_array_at(top, "queues", QUEUES_MAX, &list, error))
		return false;
	queues = arena_zero(arena, (json_count(&list) + 1) * sizeof(*queues));
	taxonomy->queues = queues;
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_text_in(&list, i, TAXONOMY_WORD_MAX, &word, error))
			return false;
		queues[i] = arena_string(arena, word);
	}
	if (!json_text_at(top, "fallback_queue", TAXONOMY_WORD_MAX, &word, error))
		return false;
	taxonomy->fallback_queue = arena_string(arena, word);
	return taxonomy_has_queue(taxonomy, word) ||
	       json_refuse(top, "fallback_queue", error, "is none of the queues");
}

static bool thresholds_read(const struct json_place *top, struct taxonomy *taxonomy,
                            struct json_error *error)
{
	static const char *const fields[] = { "intent_ppm", "category_ppm", NULL };
	struct json_place place;
	int64_t intent;
	int64_t category;

	if (!json_object_at(top, "thresholds", &place, error) ||
	    !json_only(&place, fields, error) ||
	    !json_integer_at(&place, "intent_ppm", 0, PPM, &intent, error) ||
	    !json_integer_at(&place, "category_ppm", 0, PPM, &category, error))
		return false;
	taxonomy->intent_ppm = (int32_t)intent;
	taxonomy->category_ppm = (int32_t)category;
	return true;
}

/* Definitions and examples are for people; they are checked, and not kept. */
static bool words_of_people(const struct json_place *place, struct json_error *error)
{
	struct json_place examples;
	const char *text;

	if (!json_text_at(place, "definition", DEFINITION_MAX, &text, error) ||
	    !json_array_at(place, "examples", EXAMPLES_MAX, &examples, error))
		return false;
	for (size_t i = 0; i < json_count(&examples); i++)
		if (!json_text_in(&examples, i, DEFINITION_MAX, &text, error))
			return false;
	return json_count(&examples) > 0 ||
	       json_refuse(place, "examples", error, "must not be empty");
}

static bool intent_read(struct arena *arena, const struct json_place *place,
                        const struct taxonomy *taxonomy, struct taxonomy_intent *intent,
                        struct json_error *error)
{
	static const char *const fields[] = { "id",       "category", "queue", "definition",
		                              "examples", "passing",  NULL };
	bool passing = false;
	const char *id;
	const char *queue;
	int category;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "id", TAXONOMY_WORD_MAX, &id, error) ||
	    !json_word_at(place, "category", category_names, &category, error) ||
	    !json_text_at(place, "queue", TAXONOMY_WORD_MAX, &queue, error) ||
	    !json_switch_if(place, "passing", &passing, error) || !words_of_people(place, error))
		return false;
	if (!taxonomy_has_queue(taxonomy, queue))
		return json_refuse(place, "queue", error, "is none of the queues");
	*intent = (struct taxonomy_intent){ .id = arena_string(arena, id),
		                            .category = (enum category)(category + 1),
		                            .queue = arena_string(arena, queue),
		                            .passing = passing };
	return true;
}

static int compare_intents(const void *left, const void *right)
{
	const struct taxonomy_intent *const a = left;
	const struct taxonomy_intent *const b = right;

	return strcmp(a->id, b->id);
}

static bool intents_read(struct arena *arena, const struct json_place *top,
                         struct taxonomy *taxonomy, struct json_error *error)
{
	struct taxonomy_intent *intents;
	struct json_place list;

	if (!json_array_at(top, "intents", TAXONOMY_INTENTS_MAX, &list, error))
		return false;
	intents = arena_zero(arena, (json_count(&list) + 1) * sizeof(*intents));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!intent_read(arena, &place, taxonomy, &intents[i], error))
			return false;
		for (size_t j = 0; j < i; j++)
			if (text_equal(intents[j].id, intents[i].id))
				return json_refuse(&place, "id", error,
				                   "another intent has this id");
	}
	taxonomy->count = json_count(&list);
	qsort(intents, taxonomy->count, sizeof(*intents), compare_intents);
	taxonomy->intents = intents;
	return taxonomy->count > 0 || json_refuse(top, "intents", error, "must not be empty");
}

static bool read_all(struct arena *arena, const struct json_place *top, struct taxonomy *taxonomy,
                     struct json_error *error)
{
	static const char *const fields[] = { "id",      "version",        "effective_from",
		                              "queues",  "categories",     "thresholds",
		                              "intents", "fallback_queue", NULL };
	const char *id;

	if (!json_only(top, fields, error) ||
	    !json_text_at(top, "id", TAXONOMY_WORD_MAX, &id, error) ||
	    !json_integer_at(top, "version", 1, INT32_MAX, &taxonomy->version, error) ||
	    !json_instant_at(top, "effective_from", &taxonomy->effective_from, error) ||
	    !categories_read(top, error) || !queues_read(arena, top, taxonomy, error) ||
	    !thresholds_read(top, taxonomy, error) || !intents_read(arena, top, taxonomy, error))
		return false;
	taxonomy->id = arena_string(arena, id);
	taxonomy->name = arena_printf(arena, "%s/%lld", id, (long long)taxonomy->version);
	return true;
}

bool taxonomy_parse(struct arena *arena, struct bytes text, struct taxonomy *taxonomy,
                    struct json_error *error)
{
	AUTO_JSON document = NULL;

	*taxonomy = (struct taxonomy){ .count = 0 };
	if (!json_parse(text, text.size, &document, error))
		return false;
	const struct json_place top = json_top(document);

	return read_all(arena, &top, taxonomy, error);
}

const struct taxonomy_intent *taxonomy_find(const struct taxonomy *taxonomy, const char *intent)
{
	const struct taxonomy_intent wanted = { .id = intent };

	return bsearch(&wanted, taxonomy->intents, taxonomy->count, sizeof(wanted),
	               compare_intents);
}

bool taxonomy_has_queue(const struct taxonomy *taxonomy, const char *queue)
{
	for (const char *const *at = taxonomy->queues; *at != NULL; at++)
		if (text_equal(*at, queue))
			return true;
	return false;
}
