/*
 * lines - a list of texts in one column, a line each.
 */
#ifndef SERVICES_INGEST_LINES_H
#define SERVICES_INGEST_LINES_H

#include "common/base/arena.h"

struct lines {
	const char **items;
	size_t count;
};

/* NULL and "" are no line. There is room for `room` more. */
struct lines lines_split(struct arena *arena, const char *text, size_t room);
/* NULL for no line. */
const char *lines_join(struct arena *arena, const struct lines *lines);
/* Texts without a line feed, by bytes. */
void lines_sort(struct lines *lines);
bool lines_have(const struct lines *lines, const char *text);

#endif
