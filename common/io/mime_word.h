/*
 * mime_word - encoded words in headers (RFC 2047), as they are written rather than as they should be.
 *
 * Words that follow each other in one charset are one text, so that a character split between them
 * is whole again; raw 8-bit text and raw JIS escapes in between are decoded by what their bytes
 * say.
 */
#ifndef COMMON_IO_MIME_WORD_H
#define COMMON_IO_MIME_WORD_H

#include "common/io/mime_charset.h"

/* What happened on the way, as in struct charset_text: the last that was not CHARSET_DECLARED. */
struct word_notes {
	size_t repaired;
	enum charset_verdict verdict;
};

/* The text of an unstructured header: unfolded, each run of blanks one space, trimmed. */
char *word_decode(struct arena *arena, struct bytes raw, struct word_notes *notes);
/* The same header with every text as encoded words in UTF-8, for a parser of structured headers. */
char *word_recode(struct arena *arena, struct bytes raw, struct word_notes *notes);
/* Base64 as found: what is not of the alphabet is skipped, a missing end is no end. */
void word_unbase64(struct bytes in, struct buffer *out);

#endif
