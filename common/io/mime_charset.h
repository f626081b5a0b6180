/*
 * mime_charset - bytes of a declared, missing, unknown or wrong charset become UTF-8.
 *
 * Knows the charsets that mail is written in, by every name in use, and no others: a label never
 * reaches the C library's loader. Japanese is a first-class case: JIS escapes are found where
 * nothing or something else is declared (all their bytes are ASCII, so that a check for valid
 * UTF-8 passes), and the vendors' characters of rows 13 and 89 to 92 are known in all three
 * encodings.
 */
#ifndef COMMON_IO_MIME_CHARSET_H
#define COMMON_IO_MIME_CHARSET_H

#include "common/base/arena.h"

enum charset_verdict {
	CHARSET_DECLARED, /* decoded as declared */
	CHARSET_MISSING,  /* none declared, and the bytes were not plain ASCII */
	CHARSET_STRANGE,  /* declared, but not one that is known */
	CHARSET_DENIED,   /* declared, but the bytes are of another */
};

struct charset_text {
	char *text;          /* valid UTF-8 without NUL, in the arena */
	size_t repaired;     /* places where U+FFFD stands for what was there */
	const char *charset; /* what it was decoded as: a constant */
	enum charset_verdict verdict;
};

/* declared: any spelling; NULL or "": none. Never fails. */
struct charset_text charset_decode(struct arena *arena, struct bytes bytes, const char *declared);

#endif
