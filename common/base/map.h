/*
 * map - from a run of bytes to a pointer. Open addressing, keys not owned.
 *
 * The map keeps pointers to keys that live inside the values; so a value
 * must outlive its entry, and its key must not change. The order of
 * iteration says nothing and differs between runs of another history: never
 * let it reach an output.
 */
#ifndef COMMON_BASE_MAP_H
#define COMMON_BASE_MAP_H

#include "common/base/bytes.h"

struct map_entry;

/* Zero-initialised is empty and valid; finish frees the table, not the values. */
struct map {
	struct map_entry *entries;
	size_t count;
	size_t capacity;
	size_t used; /* with the places of removed entries */
};

void *map_get(const struct map *map, struct bytes key);        /* NULL: absent */
void *map_set(struct map *map, struct bytes key, void *value); /* the old value or NULL */
void *map_remove(struct map *map, struct bytes key);           /* the old value or NULL */
/* for (size_t at = 0; map_next(&map, &at, &value);) */
bool map_next(const struct map *map, size_t *at, void **value);
void map_clear(struct map *map);
void map_finish(struct map *map);

#endif
