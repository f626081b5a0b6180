/*
 * policy_head - what every dated policy document begins with, and the book of its versions.
 *
 *   {"id":"networks","version":2,"effective_from":"2026-04-18T00:00:00Z","source":"who says so, as of when",...}
 *
 * A policy's struct begins with its struct policy_head. A book holds the versions of one folder by
 * effective_from; the one in force is the latest that has become effective, before all of them the
 * earliest. Two of one instant are refused.
 */
#ifndef COMMON_FLOW_POLICY_HEAD_H
#define COMMON_FLOW_POLICY_HEAD_H

#include "common/base/arena.h"
#include "common/base/time.h"
#include "common/flow/document.h"
#include "common/io/json.h"

#define POLICY_VERSIONS_MAX 32  /* of one folder, side by side */
#define POLICY_BYTES_MAX 131072 /* a document that people review */
#define POLICY_FIELDS_MAX 12    /* of one kind, besides the head's */
#define POLICY_WORD_MAX 63      /* bytes of an id, a code, a role */
#define POLICY_SOURCE_MAX 255   /* bytes of who says so */

struct policy_head {
	const char *id;
	int64_t version;
	struct instant effective_from;
	const char *source; /* "" where the company itself decides */
};

/* A required text, into the arena. */
bool policy_word_at(struct arena *arena, const struct json_place *object, const char *field,
                    const char **word, struct json_error *error) MUST_CHECK;
/* "90s", "15m", "8h", "14d", within the bounds. */
bool policy_span_at(const struct json_place *object, const char *field, struct duration min,
                    struct duration max, struct duration *span,
                    struct json_error *error) MUST_CHECK;
/* The same where the field is there; else *span is left as it was. */
bool policy_span_if(const struct json_place *object, const char *field, struct duration min,
                    struct duration max, struct duration *span,
                    struct json_error *error) MUST_CHECK;
/* An optional list of words into the arena, ended by NULL; absent: empty. */
bool policy_words_if(struct arena *arena, const struct json_place *object, const char *field,
                     size_t max, const char *const **words, struct json_error *error) MUST_CHECK;
/* A known ISO code, in capitals. */
bool policy_currency_at(const struct json_place *object, const char *field, char currency[static 4],
                        struct json_error *error) MUST_CHECK;

/*
 * Reads what is the kind's own into its struct, which is zero but for the head. What it gives lives in the
 * arena.
 */
typedef bool policy_read_own(struct arena *arena, const struct json_place *top, void *result,
                             struct json_error *error);

struct policy_kind {
	const char *folder;        /* "declines", for what is said of it */
	size_t size;               /* of its struct, which begins with a struct policy_head */
	const char *const *fields; /* its own, at most POLICY_FIELDS_MAX, ended by NULL */
	policy_read_own *read;
};

/* One document, its head ("source" optional) and what is the kind's own; false: *policy is as it was. */
bool policy_parse(const struct policy_kind *kind, struct arena *arena, struct bytes text,
                  void *policy, struct json_error *error) MUST_CHECK;

struct policy_book {
	struct arena *arena; /* in which it was compiled */
	const unsigned char *policies;
	size_t size; /* of one */
	size_t count;
};

/* For a row of service_document: the book for as long as the process lives; NULL: reason says why. */
const struct policy_book *policy_compile(const struct policy_kind *kind,
                                         const struct document *files, size_t count, char *reason,
                                         size_t reason_size);
/* The policy in force. */
const void *policy_at(const struct policy_book *book, struct instant at);

#endif
