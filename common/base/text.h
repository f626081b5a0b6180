/*
 * text - UTF-8, as strict as the Unicode standard (table 3-7): no surrogates, no overlong forms.
 */
#ifndef COMMON_BASE_TEXT_H
#define COMMON_BASE_TEXT_H

#include "common/base/arena.h"

#include <stdbool.h>

bool text_valid(struct bytes text); /* UTF-8 without NUL */
/* A valid copy: each maximal bad part becomes U+FFFD, each NUL too. repaired counts them (may be NULL). */
char *text_repair(struct arena *arena, struct bytes text, size_t *repaired);
size_t text_fit(struct bytes text,
                size_t max);                   /* most bytes not over max that end at a character */
bool text_equal(const char *a, const char *b); /* NULL equals NULL only */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_among(const char *const *words, const char *text); /* words end with NULL */
/* Whole text, decimal, no space; false when it is not a number or out of bounds. */
bool text_number(const char *text, int64_t min, int64_t max, int64_t *result);
/* Base64 (RFC 4648 section 4, padded) and lower-case hex; NUL-terminated. */
char *text_base64(struct arena *arena, struct bytes data);
bool text_unbase64(struct arena *arena, const char *text, struct bytes *data);
char *text_hex(struct arena *arena, struct bytes data);
bool text_unhex(struct arena *arena, const char *text, struct bytes *data);
/* Inside of a JSON string: quotes not included. Input must be valid UTF-8. */
void text_json(struct buffer *out, const char *text);
/* For libraries that ask for a char * and only read it. */
static inline char *text_mutable(const char *text)
{
	return (char *)(uintptr_t)text;
}

#endif
