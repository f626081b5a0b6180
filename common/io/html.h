/*
 * html - the readable text of a mail that was sent as HTML only.
 *
 * Tolerant: whatever a mail program calls HTML gives its text; nothing is refused. Linear in the
 * size of the input, and without recursion. Blocks become lines, list items "- ", quotations
 * "> ", table cells are apart by a blank, a link's address follows its text in brackets where it
 * says more than the text does, an image is its description in square brackets.
 */
#ifndef COMMON_IO_HTML_H
#define COMMON_IO_HTML_H

#include "common/base/arena.h"

/* html: any bytes, UTF-8 expected. The result is valid UTF-8 of about max bytes at most. */
char *html_text(struct arena *arena, struct bytes html, size_t max);
/* The charset that a meta element in the first bytes names; NULL: none. */
char *html_charset(struct arena *arena, struct bytes html);
/* One reference without its & (amp; #8212; #x2014;) as UTF-8 in out; bytes read, 0: not one. */
size_t html_entity(const char *text, size_t size, char out[static 5]);

#endif
