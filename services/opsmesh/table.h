/*
 * table - aligned columns for people.
 *
 * Widths are counted in places of a terminal: a wide character (CJK) takes two.
 */
#ifndef SERVICES_OPSMESH_TABLE_H
#define SERVICES_OPSMESH_TABLE_H

#include "common/base/arena.h"
#include "common/base/time.h"

struct table {
	struct arena *arena;
	size_t columns;
	const char **cells; /* row by row, the titles first */
	size_t count;
	size_t room;
};

/* titles end with NULL. All that is added is borrowed, or made in the arena by table_addf. */
void table_init(struct table *table, struct arena *arena, const char *const *titles);
void table_add(struct table *table, const char *text);
void table_addf(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);
size_t table_rows(const struct table *table); /* without the titles */
void table_write(const struct table *table, struct buffer *out);
void table_print(const struct table *table); /* to standard output */

size_t text_width(const char *text);
/* RFC 3339 in whole seconds, UTC; none for what is no time. */
const char *time_cell(struct arena *arena, struct instant at, const char *none);
/* "2h 05m", "45s", "3d 04h": two units at most; "-" before what is negative. */
const char *span_text(struct arena *arena, struct duration span);

#endif
