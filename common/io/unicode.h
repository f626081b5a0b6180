/*
 * unicode - forms of a text for comparing, searching and classifying, over GLib.
 *
 * Never for the evidence copy: what people wrote is kept as they wrote it. Input is valid UTF-8
 * without NUL (text_valid); results are too, and live in the arena.
 */
#ifndef COMMON_IO_UNICODE_H
#define COMMON_IO_UNICODE_H

#include "common/base/arena.h"

/* NFKC: full-width letters and digits become narrow, half-width kana wide with their voice marks. */
char *unicode_nfkc(struct arena *arena, const char *text);
/* NFKC without case: what a search compares. Folding twice changes nothing. */
char *unicode_fold(struct arena *arena, const char *text);

#endif
