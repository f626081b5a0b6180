/*
 * csv - lines of comma-separated values by RFC 4180, which a spreadsheet opens and cannot be commanded by.
 *
 * A cell of text that begins as a formula does (=, +, -, @, a tab, a line's end) gets an apostrophe in front:
 * ids and words of a provider are another's, and whoever opens the file runs what they say. Lines end with
 * CR LF.
 */
#ifndef SERVICES_OPSMESH_CSV_H
#define SERVICES_OPSMESH_CSV_H

#include "common/base/bytes.h"

struct csv {
	struct buffer *out;
	bool begun; /* the line has a cell */
};

void csv_text(struct csv *csv, const char *text); /* anyone's words */
/* A cell that we made and that holds no comma: a number, a time. Nothing is put in front. */
void csv_plain(struct csv *csv, const char *text);
void csv_line(struct csv *csv); /* ends it */
/* A whole line of titles; they end with NULL. */
void csv_titles(struct csv *csv, const char *const *titles);

#endif
