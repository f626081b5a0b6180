/*
 * glossary - product terms, the same in every language.
 *
 *   {"id":"product","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "terms":[{"id":"workspace","en":"workspace","ja":"ワークスペース",    English and Japanese; ko,
 *              "avoid":{"ja":["作業場"],"en":["work space"]}}]}           zh-Hans and zh-Hant if known
 *
 * A text that says a word to be avoided breaks the glossary, and so does a translation that has not the
 * term's form where the English has the English form. English words are whole ones, with or without an
 * s or es, in any case; other languages have no blanks to go by, so there a word is a run of bytes. A
 * word within a longer form of any term is that term's: ユーザ in ユーザー is not said, nor is invoice in
 * qualified invoice. The schema is deploy/policies/schema/glossary.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_GLOSSARY_H
#define SERVICES_CLASSIFIER_GLOSSARY_H

#include "services/classifier/suggest_document.h"

#define GLOSSARY_TERMS_MAX 512 /* more than people keep in mind */
#define GLOSSARY_AVOID_MAX 16  /* of one term in one language */
#define GLOSSARY_WORD_MAX 64

struct glossary_term {
	const char *id;
	const char *forms[TONGUES];        /* NULL: it has none */
	const char *const *avoid[TONGUES]; /* each ends with NULL */
};

struct glossary {
	struct suggest_head head; /* without title, intents and tiers */
	const struct glossary_term *terms;
	size_t count;
};

/* What breaks the glossary in a text. */
struct glossary_fault {
	const struct glossary_term *term;
	const char *said; /* the word to be avoided; NULL: the term's form is missing */
};

/* Everything that it gives lives in the arena. */
bool glossary_parse(struct arena *arena, struct bytes text, struct glossary *glossary,
                    struct json_error *error) MUST_CHECK;
/* english is the same text in English, or NULL where it is not to be compared. False: the first fault. */
bool glossary_kept(const struct glossary *glossary, enum tongue tongue, const char *text,
                   const char *english, struct glossary_fault *fault) MUST_CHECK;

#endif
