#include "tests/support/memory_blob.h"

struct blob {
	const char *digest;
	struct bytes bytes;
};

static bool is_away(const struct memory_blobs *blobs)
{
	return blobs->away > 0 && chance_of(blobs->chance, blobs->away);
}

static enum status put(void *context, const char *digest, struct bytes bytes)
{
	struct memory_blobs *const blobs = context;

	if (is_away(blobs))
		return STATUS_RETRY;
	if (map_get(&blobs->by_digest, bytes_of(digest)) != NULL)
		return STATUS_OK;
	struct blob *const blob = arena_alloc(blobs->arena, sizeof(*blob));

	*blob =
	    (struct blob){ arena_string(blobs->arena, digest), arena_bytes(blobs->arena, bytes) };
	map_set(&blobs->by_digest, bytes_of(blob->digest), blob);
	return STATUS_OK;
}

static enum status get(void *context, const char *digest, struct arena *arena, struct bytes *bytes)
{
	const struct memory_blobs *const blobs = context;
	const struct blob *blob;

	if (is_away(blobs))
		return STATUS_RETRY;
	blob = map_get(&blobs->by_digest, bytes_of(digest));
	*bytes = blob == NULL ? (struct bytes){ 0 } : arena_bytes(arena, blob->bytes);
	return STATUS_OK;
}

void memory_blobs_init(struct memory_blobs *blobs, struct chance *chance)
{
	*blobs = (struct memory_blobs){ .door = { blobs, put, get }, .chance = chance };
	blobs->arena = arena_create((size_t)64 * 1024);
}

void memory_blobs_finish(struct memory_blobs *blobs)
{
	map_finish(&blobs->by_digest);
	arena_destroy(blobs->arena);
}
