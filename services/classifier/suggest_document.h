/*
 * suggest_document - what macros, playbooks and glossaries have in common as documents.
 *
 * A document says which version of what it is, from when on it is in force, and in which languages it is
 * written; English is always among them, since it stands in where the customer's is missing. Of the
 * versions of one id the one that began last is in force. What these functions give lives in the arena.
 */
#ifndef SERVICES_CLASSIFIER_SUGGEST_DOCUMENT_H
#define SERVICES_CLASSIFIER_SUGGEST_DOCUMENT_H

#include "common/base/arena.h"
#include "common/io/json.h"

#define SUGGEST_ID_MAX 64
#define SUGGEST_TITLE_MAX 128  /* one line of an agent's screen */
#define SUGGEST_INTENTS_MAX 16 /* a document for more is a document for none */
#define SUGGEST_TIERS_MAX 16
#define SUGGEST_PPM 1000000

/* The languages that documents are written in; the tags are those that a message's language has. */
enum tongue { TONGUE_EN, TONGUE_JA, TONGUE_KO, TONGUE_ZH_HANS, TONGUE_ZH_HANT, TONGUES };
extern const char *const tongue_tags[TONGUES + 1]; /* ends with NULL */
bool tongue_find(const char *tag, enum tongue *tongue);

struct suggest_head {
	const char *id;
	int64_t version;
	struct instant effective_from;
	const char *title;
	const char *const *intents; /* ends with NULL, as tiers does */
	const char *const *tiers;   /* empty: any */
	int32_t floor_ppm;          /* under this confidence it is not suggested */
	uint32_t tongues;           /* a bit for each language it is written in */
};

/* Its id, version and effective_from, which a glossary has too. */
bool suggest_version_read(struct arena *arena, const struct json_place *place,
                          struct suggest_head *head, struct json_error *error) MUST_CHECK;
/* All of it but the languages. */
bool suggest_head_read(struct arena *arena, const struct json_place *place, int32_t floor_ppm,
                       struct suggest_head *head, struct json_error *error) MUST_CHECK;
/* Lower-case letters, digits and _, a letter first: ids of documents, steps, terms and places. */
bool suggest_id_at(struct arena *arena, const struct json_place *place, const char *field,
                   const char **id, struct json_error *error) MUST_CHECK;
/* Texts, each once, ending with NULL; absent is empty. */
bool suggest_words_if(struct arena *arena, const struct json_place *place, const char *field,
                      size_t max, const char *const **words, struct json_error *error) MUST_CHECK;
/* Lines of printable text, and no control but their ends; of a single line not these either. */
bool suggest_prose_at(struct arena *arena, const struct json_place *place, const char *field,
                      size_t max_bytes, bool lines, const char **prose,
                      struct json_error *error) MUST_CHECK;
/* {"en":"...","ja":"..."} in exactly these languages. */
bool suggest_texts_at(struct arena *arena, const struct json_place *place, const char *field,
                      size_t max_bytes, uint32_t tongues, const char *texts[static TONGUES],
                      struct json_error *error) MUST_CHECK;

#endif
