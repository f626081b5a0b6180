/*
 * listed - ids in one column of a row: a line each, with a line feed after it. NULL is none of them. Pure.
 *
 * No id of the provider's and none of ours has a line feed within it.
 */
#ifndef COMMON_BASE_LISTED_H
#define COMMON_BASE_LISTED_H

#include "common/base/arena.h"

bool listed_has(const char *list, const char *id);
size_t listed_count(const char *list);
/* Behind the others, whether it is among them or not. */
const char *listed_with(struct arena *arena, const char *list, const char *id);
/* NULL: none is left. */
const char *listed_without(struct arena *arena, const char *list, const char *id);
/* The first, which *list then is without; NULL: there is none. */
const char *listed_next(struct arena *arena, const char **list);

#endif
