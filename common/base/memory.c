#include "common/base/memory.h"

#include "common/base/check.h"

#include <stdlib.h>
#include <string.h>

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
