/*
 * cache - the rows of a shard in memory: what the store holds, and what this batch changed.
 *
 * Resident tables are here whole and in key order. Of the others the rows used last stay, absent ones
 * included, as long as they fit; a changed row stays until its batch has ended.
 */
#ifndef COMMON_FLOW_CACHE_H
#define COMMON_FLOW_CACHE_H

#include "common/base/map.h"
#include "common/flow/state.h"

struct cache_link {
	struct cache_link *newer;
	struct cache_link *older;
};

struct cache_row {
	struct cache_link link; /* first; newer is NULL: not in the list of those that may go */
	struct bytes name;      /* the table's place (one byte), then the packed key */
	struct bytes packed; /* its columns behind the key; owned; absent: there is no such row */
	bool changed;
	bool missing; /* the store is known to have no such row; false: it has, or was not asked */
	unsigned char text[];
};

struct cache;

struct cache *cache_create(const struct state_table *const *tables, size_t count, size_t bytes_max);
void cache_destroy(struct cache *cache);
int cache_table(const struct cache *cache, const struct state_table *table); /* its place */

/* NULL: not in memory; of a resident table: no such row. */
struct cache_row *cache_find(struct cache *cache, int table, struct bytes key);
/* From the store; a row that is in memory already is left alone. */
struct cache_row *cache_put(struct cache *cache, int table, struct bytes key, struct bytes packed);
/* packed is copied; absent removes. Until cache_keep or cache_undo the change can be undone. */
void cache_change(struct cache *cache, int table, struct bytes key, struct bytes packed);
void cache_keep(struct cache *cache); /* the changes since the last call stand */
/* They never were; of cache_undo_to those since it was asked how many there are. */
void cache_undo(struct cache *cache);
size_t cache_undoable(const struct cache *cache);
void cache_undo_to(struct cache *cache, size_t count);

/* Rows changed since the last cache_settle. */
size_t cache_changed_count(const struct cache *cache);
const struct cache_row *cache_changed(const struct cache *cache, size_t at);
static inline int cache_row_table(const struct cache_row *row)
{
	return row->text[0];
}
static inline struct bytes cache_row_key(const struct cache_row *row)
{
	return (struct bytes){ row->text + 1, row->name.size - 1 };
}
/* The changes are in the store: forget that they were changes, and let go what does not fit. */
void cache_settle(struct cache *cache);

/* Resident tables: the first row that is there, begins with prefix and sorts after `after` (or absent). */
const struct cache_row *cache_next(const struct cache *cache, int table, struct bytes prefix,
                                   struct bytes after);
size_t cache_memory(const struct cache *cache);

#endif
