#include "services/ingest/lines.h"

#include <stdlib.h>
#include <string.h>

static size_t count_lines(const char *text)
{
	size_t count = *text != '\0';

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

struct lines lines_split(struct arena *arena, const char *text, size_t room)
{
	if (text == NULL)
		text = "";
	struct lines lines = { .items = arena_alloc(arena, (count_lines(text) + room + 1) *
		                                               sizeof(char *)) };

	while (*text != '\0') {
		const size_t size = strcspn(text, "\n");

		lines.items[lines.count++] = arena_text(arena, text, size);
		text += size + (text[size] == '\n');
	}
	return lines;
}

const char *lines_join(struct arena *arena, const struct lines *lines)
{
	struct buffer joined = { 0 };

	if (lines->count == 0)
		return NULL;
	for (size_t i = 0; i < lines->count; i++) {
		buffer_add(&joined, "\n", i != 0);
		buffer_add(&joined, lines->items[i], strlen(lines->items[i]));
	}
	const char *const text = arena_text(arena, (const char *)joined.data, joined.size);

	buffer_finish(&joined);
	return text;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void lines_sort(struct lines *lines)
{
	if (lines->count > 1)
		qsort(lines->items, lines->count, sizeof(*lines->items), by_text);
}

bool lines_have(const struct lines *lines, const char *text)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->items[i], text) == 0)
			return true;
	return false;
}
