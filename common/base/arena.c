#include "common/base/arena.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct block {
	struct block *next; /* the one filled before this */
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *newest;
	size_t block_size;
	size_t held;
};

static void push_block(struct arena *arena, size_t size)
{
	CHECK(size <= SIZE_MAX - sizeof(struct block));

	struct block *const block = memory_alloc(sizeof(*block) + size);

	block->next = arena->newest;
	block->size = size;
	block->used = 0;
	arena->newest = block;
	arena->held += sizeof(*block) + size;
}

static void pop_block(struct arena *arena)
{
	struct block *const block = arena->newest;

	arena->newest = block->next;
	arena->held -= sizeof(*block) + block->size;
	memory_free(block);
}

struct arena *arena_create(size_t block_size)
{
	struct arena *const arena = memory_zero(sizeof(*arena));

	CHECK(block_size > 0);
	arena->block_size = block_size;
	push_block(arena, block_size);
	return arena;
}

void arena_destroy(struct arena *arena)
{
	if (arena == NULL)
		return;
	while (arena->newest != NULL)
		pop_block(arena);
	memory_free(arena);
}

void arena_reset(struct arena *arena)
{
	while (arena->newest->next != NULL)
		pop_block(arena);
	arena->newest->used = 0;
}

size_t arena_size(const struct arena *arena)
{
	return arena->held;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);

	CHECK(size <= SIZE_MAX - align);

	const size_t rounded = (size + align - 1) / align * align;

	if (rounded > arena->newest->size - arena->newest->used)
		push_block(arena, rounded > arena->block_size ? rounded : arena->block_size);

	void *const memory = arena->newest->data + arena->newest->used;

	arena->newest->used += rounded;
	return memory;
}

void *arena_zero(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *const copy = arena_alloc(arena, size);

	return size > 0 ? memcpy(copy, data, size) : copy;
}

char *arena_text(struct arena *arena, const char *text, size_t size)
{
	CHECK(size < SIZE_MAX);

	char *const copy = arena_alloc(arena, size + 1);

	if (size > 0)
		memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
	return text != NULL ? arena_text(arena, text, strlen(text)) : NULL;
}

struct bytes arena_bytes(struct arena *arena, struct bytes bytes)
{
	if (bytes.data == NULL)
		return bytes;
	return (struct bytes){ arena_copy(arena, bytes.data, bytes.size), bytes.size };
}

/* Most texts fit into what is left of the block, and are formatted once. */
char *arena_printf(struct arena *arena, const char *format, ...)
{
	struct block *const block = arena->newest;
	char *const spot = (char *)block->data + block->used;
	va_list args;

	va_start(args, format);

	const int length = vsnprintf(spot, block->size - block->used, format, args);

	va_end(args);
	CHECK(length >= 0);

	const size_t size = (size_t)length + 1;
	char *const text = arena_alloc(arena, size);

	if (text == spot)
		return text;
	va_start(args, format);
	(void)vsnprintf(text, size, format, args);
	va_end(args);
	return text;
}
