#include "common/flow/cache.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <string.h>

#define ROW_OVERHEAD 112 /* struct, two allocations, a place in the map */

struct change {
	struct cache_row *row;
	struct bytes old; /* owned */
	bool was_changed;
	bool created; /* by this very change: what the store has of it was never asked */
};

struct order {
	struct cache_row **rows; /* by key */
	size_t count;
	size_t capacity;
};

struct cache {
	const struct state_table *const *tables;
	size_t table_count;
	struct order *orders; /* of resident tables */
	struct map rows;
	struct cache_link ends; /* newer: the oldest; older: the newest */
	size_t bytes;
	size_t resident_bytes; /* of them, which may not go */
	size_t bytes_max;      /* of the others */
	struct change *changes;
	size_t change_count;
	size_t change_capacity;
	struct cache_row **changed;
	size_t changed_count;
	size_t changed_capacity;
	struct buffer name;
};

struct cache *cache_create(const struct state_table *const *tables, size_t count, size_t bytes_max)
{
	struct cache *const cache = memory_zero(sizeof(*cache));

	cache->tables = tables;
	cache->table_count = count;
	cache->orders = memory_zero((count + 1) * sizeof(*cache->orders));
	cache->bytes_max = bytes_max;
	cache->ends.newer = cache->ends.older = &cache->ends;
	return cache;
}

/* Of a row whose columns are all in its key. */
static const unsigned char nothing[1];

static void packed_free(struct bytes packed)
{
	if (packed.data != nothing)
		memory_free((void *)(uintptr_t)packed.data);
}

void cache_destroy(struct cache *cache)
{
	void *value;

	if (cache == NULL)
		return;
	for (size_t i = 0; i < cache->change_count; i++)
		packed_free(cache->changes[i].old);
	for (size_t at = 0; map_next(&cache->rows, &at, &value);) {
		packed_free(((struct cache_row *)value)->packed);
		memory_free(value);
	}
	for (size_t i = 0; i < cache->table_count; i++)
		memory_free(cache->orders[i].rows);
	map_finish(&cache->rows);
	buffer_finish(&cache->name);
	memory_free(cache->orders);
	memory_free(cache->changes);
	memory_free(cache->changed);
	memory_free(cache);
}

int cache_table(const struct cache *cache, const struct state_table *table)
{
	for (size_t i = 0; i < cache->table_count; i++)
		if (cache->tables[i] == table)
			return (int)i;
	CHECK(!"a table that the stage does not declare");
	return -1;
}

static void unlink_row(struct cache_link *link)
{
	if (link->newer == NULL)
		return;
	link->newer->older = link->older;
	link->older->newer = link->newer;
	link->newer = link->older = NULL;
}

static void link_newest(struct cache *cache, struct cache_link *link)
{
	link->newer = &cache->ends;
	link->older = cache->ends.older;
	link->older->newer = link;
	cache->ends.older = link;
}

static struct bytes cache_name(struct cache *cache, int table, struct bytes key)
{
	const unsigned char place = (unsigned char)table;

	buffer_clear(&cache->name);
	buffer_add(&cache->name, &place, 1);
	buffer_add(&cache->name, key.data, key.size);
	return (struct bytes){ cache->name.data, cache->name.size };
}

struct cache_row *cache_find(struct cache *cache, int table, struct bytes key)
{
	struct cache_row *const row = map_get(&cache->rows, cache_name(cache, table, key));

	if (row != NULL && row->link.newer != NULL) {
		unlink_row(&row->link);
		link_newest(cache, &row->link);
	}
	return row;
}

/* The place of the first row whose key is not before this one. */
static size_t order_place(const struct order *order, struct bytes key)
{
	size_t low = 0;
	size_t high = order->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (bytes_compare(cache_row_key(order->rows[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void order_add(struct order *order, struct cache_row *row)
{
	const size_t place = order_place(order, cache_row_key(row));

	if (order->count == order->capacity) {
		order->capacity = order->capacity == 0 ? 64 : order->capacity * 2;
		order->rows =
		    memory_resize(order->rows, order->capacity * sizeof(struct cache_row *));
	}
	memmove(order->rows + place + 1, order->rows + place,
	        (order->count - place) * sizeof(struct cache_row *));
	order->rows[place] = row;
	order->count++;
}

static void order_remove(struct order *order, const struct cache_row *row)
{
	const size_t place = order_place(order, cache_row_key(row));

	CHECK(place < order->count && order->rows[place] == row);
	order->count--;
	memmove(order->rows + place, order->rows + place + 1,
	        (order->count - place) * sizeof(struct cache_row *));
}

static struct bytes packed_copy(struct bytes packed)
{
	if (packed.data == NULL)
		return packed;
	if (packed.size == 0)
		return (struct bytes){ nothing, 0 };
	void *const copy = memory_alloc(packed.size + 1);

	memcpy(copy, packed.data, packed.size);
	return (struct bytes){ copy, packed.size };
}

static size_t row_bytes(const struct cache_row *row)
{
	return ROW_OVERHEAD + row->name.size + row->packed.size;
}

static void count_bytes(struct cache *cache, const struct cache_row *row, size_t more, size_t less)
{
	cache->bytes = cache->bytes + more - less;
	if (cache->tables[cache_row_table(row)]->resident)
		cache->resident_bytes = cache->resident_bytes + more - less;
}

static struct cache_row *row_create(struct cache *cache, int table, struct bytes key)
{
	const struct bytes name = cache_name(cache, table, key);
	struct cache_row *const row = memory_zero(sizeof(*row) + name.size);

	memcpy(row->text, name.data, name.size);
	row->name = (struct bytes){ row->text, name.size };
	map_set(&cache->rows, row->name, row);
	if (cache->tables[table]->resident)
		order_add(&cache->orders[table], row);
	else
		link_newest(cache, &row->link);
	count_bytes(cache, row, row_bytes(row), 0);
	return row;
}

static void row_remove(struct cache *cache, struct cache_row *row)
{
	map_remove(&cache->rows, row->name);
	if (cache->tables[cache_row_table(row)]->resident)
		order_remove(&cache->orders[cache_row_table(row)], row);
	unlink_row(&row->link);
	count_bytes(cache, row, 0, row_bytes(row));
	packed_free(row->packed);
	memory_free(row);
}

struct cache_row *cache_put(struct cache *cache, int table, struct bytes key, struct bytes packed)
{
	struct cache_row *row = cache_find(cache, table, key);

	if (row != NULL)
		return row;
	row = row_create(cache, table, key);
	row->packed = packed_copy(packed);
	row->missing = packed.data == NULL;
	count_bytes(cache, row, packed.size, 0);
	return row;
}

static void remember(struct cache *cache, struct cache_row *row, bool created)
{
	if (cache->change_count == cache->change_capacity) {
		cache->change_capacity =
		    cache->change_capacity == 0 ? 64 : cache->change_capacity * 2;
		cache->changes =
		    memory_resize(cache->changes, cache->change_capacity * sizeof(struct change));
	}
	cache->changes[cache->change_count++] =
	    (struct change){ row, row->packed, row->changed, created };
}

static void mark_changed(struct cache *cache, struct cache_row *row)
{
	if (row->changed)
		return;
	if (cache->changed_count == cache->changed_capacity) {
		cache->changed_capacity =
		    cache->changed_capacity == 0 ? 64 : cache->changed_capacity * 2;
		cache->changed = memory_resize(cache->changed, cache->changed_capacity *
		                                                   sizeof(struct cache_row *));
	}
	cache->changed[cache->changed_count++] = row;
	row->changed = true;
}

void cache_change(struct cache *cache, int table, struct bytes key, struct bytes packed)
{
	struct cache_row *row = cache_find(cache, table, key);

	const bool created = row == NULL;

	if (created)
		row = row_create(cache, table, key);
	remember(cache, row, created);
	mark_changed(cache, row);
	count_bytes(cache, row, packed.size, row->packed.size);
	row->packed = packed_copy(packed);
}

void cache_keep(struct cache *cache)
{
	for (size_t i = 0; i < cache->change_count; i++)
		packed_free(cache->changes[i].old);
	cache->change_count = 0;
}

size_t cache_undoable(const struct cache *cache)
{
	return cache->change_count;
}

void cache_undo_to(struct cache *cache, size_t count)
{
	while (cache->change_count > count) {
		const struct change *const change = &cache->changes[--cache->change_count];
		struct cache_row *const row = change->row;

		count_bytes(cache, row, change->old.size, row->packed.size);
		packed_free(row->packed);
		row->packed = change->old;
		if (!change->was_changed) {
			CHECK(cache->changed[cache->changed_count - 1] == row);
			cache->changed_count--;
			row->changed = false;
		}
		if (change->created)
			row_remove(cache, row);
	}
}

void cache_undo(struct cache *cache)
{
	cache_undo_to(cache, 0);
}

size_t cache_changed_count(const struct cache *cache)
{
	return cache->changed_count;
}

const struct cache_row *cache_changed(const struct cache *cache, size_t at)
{
	return cache->changed[at];
}

void cache_settle(struct cache *cache)
{
	for (size_t i = 0; i < cache->changed_count; i++) {
		struct cache_row *const row = cache->changed[i];

		row->changed = false;
		row->missing = row->packed.data == NULL;
		if (row->packed.data == NULL && cache->tables[cache_row_table(row)]->resident)
			row_remove(cache, row);
	}
	cache->changed_count = 0;
	while (cache->bytes - cache->resident_bytes > cache->bytes_max &&
	       cache->ends.newer != &cache->ends)
		row_remove(cache, (struct cache_row *)(void *)cache->ends.newer);
}

static bool begins_with(struct bytes key, struct bytes prefix)
{
	return key.size >= prefix.size && memcmp(key.data, prefix.data, prefix.size) == 0;
}

const struct cache_row *cache_next(const struct cache *cache, int table, struct bytes prefix,
                                   struct bytes after)
{
	const struct order *const order = &cache->orders[table];

	CHECK(cache->tables[table]->resident);
	for (size_t i = order_place(order, after.data == NULL ? prefix : after); i < order->count;
	     i++) {
		const struct cache_row *const row = order->rows[i];

		if (after.data != NULL && bytes_equal(cache_row_key(row), after))
			continue;
		if (!begins_with(cache_row_key(row), prefix))
			return NULL;
		if (row->packed.data != NULL)
			return row;
	}
	return NULL;
}

size_t cache_memory(const struct cache *cache)
{
	return cache->bytes;
}
