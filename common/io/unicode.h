/*
 * unicode - forms of a text for comparing, searching and classifying, over GLib.
 *
 * Never for the evidence copy: what people wrote is kept as they wrote it. Input is valid UTF-8
 * without NUL (text_valid); results are too, and live in the arena. What works on single points says
 * itself what it takes.
 */
#ifndef COMMON_IO_UNICODE_H
#define COMMON_IO_UNICODE_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define UNICODE_FOLDED_MAX 64 /* points; what one stands for is at most 18 */

/* NFKC: full-width letters and digits become narrow, half-width kana wide with their voice marks. */
char *unicode_nfkc(struct arena *arena, const char *text);
/* NFKC without case: what a search compares. Folding twice changes nothing. */
char *unicode_fold(struct arena *arena, const char *text);

/* The point at *at (below size), which moves behind it; U+FFFD over one byte where there is none. */
uint32_t unicode_next(const char *text, size_t size, size_t *at);
/*
 * Whether the point can become one with what stands before it under NFKC: marks, vowels and finals
 * of Hangul, the half-width voice marks.
 */
bool unicode_joins(uint32_t code);
/* As unicode_fold, of a few points: the first max of the result, and how many there are. */
size_t unicode_fold_points(const uint32_t *codes, size_t count, uint32_t *folded, size_t max);

#endif
