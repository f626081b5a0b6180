#include "common/base/memory.h"

#include "common/base/check.h"
#include "common/base/status.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define KEEP (4 * 1024 * 1024) /* bytes free at the end of a heap that stay with us */
#define MAP_FROM (256 * 1024)  /* bytes; a block from here on is mapped by itself */

/*
 * Measured over a daemon that folds 500-byte events. Fast bins are merged whenever a block of 64 KiB is
 * freed, which costs a fifth of its CPU; giving memory back only to fault it in again costs a tenth. What
 * is fetched from the log is mapped: between small blocks that live longer it would leave holes of 70 MiB.
 * An allocator that takes none of it, such as a sanitizer's, works all the same.
 */
void memory_tune(void)
{
	static const struct {
		int name;
		int value;
	} settings[] = { { M_MXFAST, 0 },
		         { M_TRIM_THRESHOLD, KEEP },
		         { M_MMAP_THRESHOLD, MAP_FROM } };

	for (size_t i = 0; i < COUNT_OF(settings); i++)
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): before threads */
		(void)mallopt(settings[i].name, settings[i].value);
}

/* Never asks for nothing: malloc(0) may answer NULL, which here means out of memory. */
static size_t at_least_one(size_t size)
{
	return size > 0 ? size : 1;
}

void *memory_alloc(size_t size)
{
	void *const block = malloc(at_least_one(size));

	CHECK(block != NULL);
	return block;
}

void *memory_zero(size_t size)
{
	void *const block = calloc(1, at_least_one(size));

	CHECK(block != NULL);
	return block;
}

void *memory_resize(void *old, size_t size)
{
	void *const block = realloc(old, at_least_one(size));

	CHECK(block != NULL);
	return block;
}

char *memory_string(const char *text)
{
	if (text == NULL)
		return NULL;

	char *const copy = strdup(text);

	CHECK(copy != NULL);
	return copy;
}

void memory_free(void *block)
{
	free(block);
}
