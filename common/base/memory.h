/*
 * memory - malloc that does not fail: out of memory aborts here.
 */
#ifndef COMMON_BASE_MEMORY_H
#define COMMON_BASE_MEMORY_H

#include <stddef.h>

/*
 * Tells malloc what a daemon is like: many small blocks that live for a batch, and memory that is wanted
 * again at once. To be called before the first thread.
 */
void memory_tune(void);

void *memory_alloc(size_t size);
void *memory_zero(size_t size);
void *memory_resize(void *old, size_t size);
char *memory_string(const char *text); /* a copy; NULL stays NULL */
void memory_free(void *block);         /* NULL is allowed */

#endif
