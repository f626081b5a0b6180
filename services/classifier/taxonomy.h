/*
 * taxonomy - what a message can be about: categories, intents, the queue of each. Versioned documents.
 *
 *   {"id":"support","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "categories":["billing","product","technical","account"],
 *    "queues":["billing","support"], "fallback_queue":"support",
 *    "thresholds":{"intent_ppm":600000,"category_ppm":700000},
 *    "intents":[{"id":"refund","category":"billing","queue":"billing",
 *                "definition":"...","examples":["..."],"passing":false}]}
 *
 * A `passing` intent (thanks, anger, the wish for a person) does not change what a ticket is about that is
 * about something already. Below the thresholds the classifier says that a person must look: `intent_ppm` for an intent, and
 * `category_ppm` for the category alone. Categories are the contract's (triage.proto). The schema is
 * deploy/policies/schema/taxonomy.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_TAXONOMY_H
#define SERVICES_CLASSIFIER_TAXONOMY_H

#include "common/base/arena.h"
#include "common/io/json.h"

#define TAXONOMY_INTENTS_MAX 256
#define TAXONOMY_WORD_MAX 63 /* bytes of an id */

enum category {
	CATEGORY_NONE,
	CATEGORY_BILLING,
	CATEGORY_PRODUCT,
	CATEGORY_TECHNICAL,
	CATEGORY_ACCOUNT,
	CATEGORIES,
};
extern const char *const category_names[]; /* "billing" ... without the first, NULL at the end */
const char *category_name(enum category category); /* "" where there is none */

struct taxonomy_intent {
	const char *id;
	enum category category;
	const char *queue;
	bool passing;
};

struct taxonomy {
	const char *id;
	int64_t version;
	const char *name; /* "support/1" */
	struct instant effective_from;
	const char *const *queues; /* NULL at the end */
	const char *fallback_queue;
	int32_t intent_ppm;
	int32_t category_ppm;
	const struct taxonomy_intent *intents; /* sorted by id */
	size_t count;
};

/* Everything that it gives lives in the arena. */
bool taxonomy_parse(struct arena *arena, struct bytes text, struct taxonomy *taxonomy,
                    struct json_error *error) MUST_CHECK;
/* NULL: the taxonomy has no such intent. */
const struct taxonomy_intent *taxonomy_find(const struct taxonomy *taxonomy, const char *intent);
bool taxonomy_has_queue(const struct taxonomy *taxonomy, const char *queue);

#endif
