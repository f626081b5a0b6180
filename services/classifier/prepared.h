/*
 * prepared - a message's text in the one form that everything here judges, with the way back.
 *
 * Each point is a code point after NFKC, case folding, width folding and kana folding (katakana to
 * hiragana; the long-vowel mark stays; curved quotes are straight), and knows which bytes of the original it came from. Letters
 * that were written as several points (half-width kana and its voice mark, a letter and its accent)
 * are one point over all their bytes; one that stands for several (a ligature) is several points of
 * one range. Zero-width characters, soft hyphens, marks of direction, variation selectors and
 * controls are left out, so that they hide nothing; a run of blanks is one U+0020.
 *
 * Time and memory are linear in the text and bounded: what lies behind the first
 * PREPARED_POINTS_MAX points is not judged.
 */
#ifndef SERVICES_CLASSIFIER_PREPARED_H
#define SERVICES_CLASSIFIER_PREPARED_H

#include "common/base/arena.h"

#include <stdint.h>

#define PREPARED_POINTS_MAX 16384 /* some ten pages: who has not said it by then is asked again */

struct prepared_point {
	uint32_t code;
	uint32_t at; /* bytes at..end-1 of the original */
	uint32_t end;
};

struct prepared {
	const char *text; /* borrowed */
	size_t size;
	struct prepared_point *points;
	size_t count;
};

/* A part of the original: what reasons and entities point with, instead of copies. */
struct span {
	uint32_t at; /* bytes from the start */
	uint32_t size;
};

/*
 * Of size bytes of UTF-8, below 4 GiB; the points live in the arena. A byte that belongs to no
 * character becomes U+FFFD, so that text which slipped through a check is judged all the same.
 */
void prepared_make(struct arena *arena, const char *text, size_t size, struct prepared *out);
/* The bytes of points first..last-1; of none, an empty span where first would be. */
struct span prepared_span(const struct prepared *prepared, size_t first, size_t last);

#endif
