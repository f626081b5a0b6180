/*
 * bent_document - a valid document with one place replaced, for tables of what a parser refuses.
 */
#ifndef TESTS_SUPPORT_BENT_DOCUMENT_H
#define TESTS_SUPPORT_BENT_DOCUMENT_H

#include "common/base/arena.h"

struct bent_document {
	const char *name; /* the case, a sentence */
	const char *find; /* stands in the document at least once; the first is replaced */
	const char *put;
	const char *want; /* "path: reason"; NULL: it is still valid */
};

/* Lives in the arena. */
const char *document_bend(struct arena *arena, const char *document,
                          const struct bent_document *bent);

#endif
