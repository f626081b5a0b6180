#include "common/base/map.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/memory.h"

#define CAPACITY_FIRST 16 /* a power of two, as every capacity is */

struct map_entry {
	struct bytes key;
	uint64_t hash;
	void *value; /* NULL: never used; &removed: the search goes on behind it */
};

static char removed;

static bool live(const struct map_entry *entry)
{
	return entry->value != NULL && entry->value != &removed;
}

/* The entry of the key, or NULL. Ends, because a quarter of the table has never been used. */
static struct map_entry *find(const struct map *map, struct bytes key, uint64_t hash)
{
	if (map->count == 0)
		return NULL;
	for (size_t at = hash & (map->capacity - 1);; at = (at + 1) & (map->capacity - 1)) {
		struct map_entry *const entry = &map->entries[at];

		if (entry->value == NULL)
			return NULL;
		if (live(entry) && entry->hash == hash && bytes_equal(entry->key, key))
			return entry;
	}
}

/* The first place free for a key that is not in the table. */
static struct map_entry *find_place(const struct map *map, uint64_t hash)
{
	size_t at = hash & (map->capacity - 1);

	while (live(&map->entries[at]))
		at = (at + 1) & (map->capacity - 1);
	return &map->entries[at];
}

/* Leaves the places of removed entries behind; doubles when the live ones need it. */
static void rehash(struct map *map)
{
	struct map fresh = { .count = map->count, .used = map->count };

	fresh.capacity = map->capacity > 0 ? map->capacity : CAPACITY_FIRST;
	if (map->count >= fresh.capacity / 2) {
		CHECK(fresh.capacity <= SIZE_MAX / 2 / sizeof(*fresh.entries));
		fresh.capacity *= 2;
	}
	fresh.entries = memory_zero(fresh.capacity * sizeof(*fresh.entries));
	for (size_t i = 0; i < map->capacity; i++) {
		const struct map_entry *const entry = &map->entries[i];

		if (live(entry))
			*find_place(&fresh, entry->hash) = *entry;
	}
	memory_free(map->entries);
	*map = fresh;
}

void *map_get(const struct map *map, struct bytes key)
{
	const struct map_entry *const entry = find(map, key, hash_bytes(key.data, key.size));

	return entry != NULL ? entry->value : NULL;
}

static void insert(struct map *map, struct bytes key, uint64_t hash, void *value)
{
	if (map->used >= map->capacity / 4 * 3)
		rehash(map);

	struct map_entry *const place = find_place(map, hash);

	map->used += place->value == NULL;
	map->count++;
	*place = (struct map_entry){ key, hash, value };
}

void *map_set(struct map *map, struct bytes key, void *value)
{
	CHECK(value != NULL);

	const uint64_t hash = hash_bytes(key.data, key.size);
	struct map_entry *const entry = find(map, key, hash);

	if (entry == NULL) {
		insert(map, key, hash, value);
		return NULL;
	}

	void *const old = entry->value;

	/* The old key dies with the old value. */
	entry->key = key;
	entry->value = value;
	return old;
}

void *map_remove(struct map *map, struct bytes key)
{
	struct map_entry *const entry = find(map, key, hash_bytes(key.data, key.size));

	if (entry == NULL)
		return NULL;

	void *const old = entry->value;

	*entry = (struct map_entry){ .value = &removed };
	map->count--;
	return old;
}

bool map_next(const struct map *map, size_t *at, void **value)
{
	while (*at < map->capacity) {
		const struct map_entry *const entry = &map->entries[(*at)++];

		if (live(entry)) {
			*value = entry->value;
			return true;
		}
	}
	return false;
}

void map_clear(struct map *map)
{
	for (size_t i = 0; i < map->capacity; i++)
		map->entries[i] = (struct map_entry){ 0 };
	map->count = 0;
	map->used = 0;
}

void map_finish(struct map *map)
{
	memory_free(map->entries);
	*map = (struct map){ 0 };
}
