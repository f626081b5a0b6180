/*
 * quote_text - a line of a mail, and how it is compared with the words that mail programs write.
 *
 * Words are a list that bars part, "wrote|schrieb". Letters of ASCII are compared without case: the
 * lists are in lower case.
 */
#ifndef SERVICES_CLASSIFIER_QUOTE_TEXT_H
#define SERVICES_CLASSIFIER_QUOTE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A line without its end and the blanks around it, borrowed from the text. */
struct quote_line {
	const char *text;
	size_t size;
	size_t next; /* where the following line begins, in bytes of the whole text */
	bool last;   /* nothing follows */
};

/* The line that begins at byte at, below size. */
struct quote_line quote_line_at(const char *text, size_t size, size_t at);
/* What stands behind the first bytes of it, and the first bytes alone. */
struct quote_line quote_line_after(struct quote_line line, size_t bytes);
struct quote_line quote_line_head(struct quote_line line, size_t bytes);

bool quote_line_starts(struct quote_line line, const char *words);
bool quote_line_ends(struct quote_line line, const char *words);
bool quote_line_holds(struct quote_line line, const char *words);
size_t quote_line_met(struct quote_line line,
                      const char *words); /* bytes of what it starts with; 0 */

#endif
