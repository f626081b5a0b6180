/*
 * arena - memory that lives exactly as long as one unit of work.
 *
 * Allocation never fails (it aborts) and nothing is freed one by one. Memory
 * is aligned for any type and not zeroed, except by arena_zero.
 */
#ifndef COMMON_BASE_ARENA_H
#define COMMON_BASE_ARENA_H

#include "common/base/bytes.h"
#include "common/base/status.h"

#include <stddef.h>

struct arena;

struct arena *arena_create(size_t block_size);
void arena_destroy(struct arena *arena); /* NULL is allowed */
/* Keeps the first block, so that a steady workload stops calling malloc. */
void arena_reset(struct arena *arena);
size_t arena_size(const struct arena *arena); /* bytes held from malloc */

void *arena_alloc(struct arena *arena, size_t size);
void *arena_zero(struct arena *arena, size_t size);
/* Copies of size bytes; arena_text and arena_string end with a NUL that does not count. */
void *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_text(struct arena *arena, const char *text, size_t size);
char *arena_string(struct arena *arena, const char *text);
struct bytes arena_bytes(struct arena *arena, struct bytes bytes);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
