/*
 * json - the one JSON parser of the project, over jansson, and typed access that names what is wrong.
 *
 * Input is hostile: a document has a byte limit, valid UTF-8, no NUL (not as \u0000 either), no
 * repeated key and at most JSON_DEPTH_MAX levels; the depth is checked before anything recurses.
 * Every getter answers false with a path ("windows[0].from") and a reason that holds nothing of the
 * values, which may be personal. Numbers are integers only: there is no getter for a real.
 */
#ifndef COMMON_IO_JSON_H
#define COMMON_IO_JSON_H

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/time.h"

#include <jansson.h>

#define JSON_DEPTH_MAX 32 /* jansson's dump, equal and copy recurse without a limit of their own */
#define JSON_PATH_SIZE 128
#define JSON_REASON_SIZE 128
#define JSON_ERROR_SIZE (JSON_PATH_SIZE + JSON_REASON_SIZE + 2)

struct json_error {
	char path[JSON_PATH_SIZE]; /* empty: the document as a whole */
	char reason[JSON_REASON_SIZE];
};

/* "path: reason", or the reason alone. */
const char *json_error_text(const struct json_error *error, char text[static JSON_ERROR_SIZE]);

/* Any value may stand at the top. The caller owns the result (AUTO_JSON). */
bool json_parse(struct bytes text, size_t max_bytes, json_t **result,
                struct json_error *error) MUST_CHECK;

/*
 * The same for a document that only one event needs, many times cheaper to make: it lies in a piece of the thread's
 * own memory, which is used anew when no such document is left. Nothing may be added to it, and none of its values
 * outlives it or goes to another thread.
 */
bool json_parse_brief(struct bytes text, size_t max_bytes, json_t **result,
                      struct json_error *error) MUST_CHECK;

/*
 * For every dump: a decimal of up to 15 digits comes back as it was written. Without it 0.86 is written as
 * 0.85999999999999999, since a real number is floating point in jansson.
 */
#define JSON_DIGITS JSON_REAL_PRECISION(15)

/* A value as text of its own, its fields in their order, without space. */
struct arena;
struct bytes json_compact(struct arena *arena, const json_t *value);
/* The same with fields in the order of their bytes, so that one meaning has one text. */
struct bytes json_canonical(struct arena *arena, const json_t *value);

void json_release(json_t **value);
#define AUTO_JSON __attribute__((cleanup(json_release))) json_t *

/*
 * A value and how it was reached, so that an error can say where it is. Places live on the caller's
 * stack and borrow the one above, the field's name and the value.
 */
struct json_place {
	json_t *value;
	const struct json_place *above; /* NULL: the document */
	const char *field;              /* in an object above; NULL in an array */
	size_t index;                   /* in an array above */
};

struct json_place json_top(json_t *document);
/* Fills the error for a field of place, or for place itself when field is NULL. Answers false. */
bool json_refuse(const struct json_place *place, const char *field, struct json_error *error,
                 const char *format, ...) PRINTF_LIKE(4, 5);

/* An object with no other fields than these (the list ends with NULL). */
bool json_only(const struct json_place *object, const char *const *fields,
               struct json_error *error) MUST_CHECK;
/* Present and not null. */
bool json_has(const struct json_place *object, const char *field);

/*
 * Required fields of an object. Texts are borrowed from the document, not empty, and at most
 * max_bytes long.
 */
bool json_text_at(const struct json_place *object, const char *field, size_t max_bytes,
                  const char **result, struct json_error *error) MUST_CHECK;
bool json_integer_at(const struct json_place *object, const char *field, int64_t min, int64_t max,
                     int64_t *result, struct json_error *error) MUST_CHECK;
bool json_switch_at(const struct json_place *object, const char *field, bool *result,
                    struct json_error *error) MUST_CHECK;
/* RFC 3339 with an offset, from TIME_OLDEST to TIME_NEWEST. */
bool json_instant_at(const struct json_place *object, const char *field, struct instant *result,
                     struct json_error *error) MUST_CHECK;
bool json_date_at(const struct json_place *object, const char *field, struct date *result,
                  struct json_error *error) MUST_CHECK;
/* The place of one of the words in the list, which ends with NULL. */
bool json_word_at(const struct json_place *object, const char *field, const char *const *words,
                  int *result, struct json_error *error) MUST_CHECK;
bool json_object_at(const struct json_place *object, const char *field, struct json_place *result,
                    struct json_error *error) MUST_CHECK;
bool json_array_at(const struct json_place *object, const char *field, size_t max_items,
                   struct json_place *result, struct json_error *error) MUST_CHECK;

/* The same for fields that may be absent or null: *result is left as it was. A text may be empty. */
bool json_text_if(const struct json_place *object, const char *field, size_t max_bytes,
                  const char **result, struct json_error *error) MUST_CHECK;
bool json_integer_if(const struct json_place *object, const char *field, int64_t min, int64_t max,
                     int64_t *result, struct json_error *error) MUST_CHECK;
bool json_switch_if(const struct json_place *object, const char *field, bool *result,
                    struct json_error *error) MUST_CHECK;
bool json_instant_if(const struct json_place *object, const char *field, struct instant *result,
                     struct json_error *error) MUST_CHECK;
/* An absent array has no items. */
bool json_array_if(const struct json_place *object, const char *field, size_t max_items,
                   struct json_place *result, struct json_error *error) MUST_CHECK;

/* Items of an array that a getter above gave: index below json_count. */
size_t json_count(const struct json_place *array);
struct json_place json_item(const struct json_place *array, size_t index);
bool json_text_in(const struct json_place *array, size_t index, size_t max_bytes,
                  const char **result, struct json_error *error) MUST_CHECK;
bool json_word_in(const struct json_place *array, size_t index, const char *const *words,
                  int *result, struct json_error *error) MUST_CHECK;

#endif
