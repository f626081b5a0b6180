#include "common/base/listed.h"

#include "common/base/text.h"

#include <string.h>

bool listed_has(const char *list, const char *id)
{
	const size_t size = strlen(id);

	for (const char *at = list; at != NULL && *at != '\0'; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") == size && memcmp(at, id, size) == 0)
			return true;
	return false;
}

size_t listed_count(const char *list)
{
	size_t count = 0;

	for (const char *at = list; at != NULL && *at != '\0'; at++)
		count += *at == '\n';
	return count;
}

const char *listed_with(struct arena *arena, const char *list, const char *id)
{
	return arena_printf(arena, "%s%s\n", list != NULL ? list : "", id);
}

const char *listed_next(struct arena *arena, const char **list)
{
	const char *const at = *list;

	if (at == NULL || *at == '\0')
		return NULL;
	const size_t size = strcspn(at, "\n");

	*list = at + size + (at[size] == '\n');
	return arena_text(arena, at, size);
}

const char *listed_without(struct arena *arena, const char *list, const char *id)
{
	const char *rest = NULL;
	const char *one;

	if (!listed_has(list, id))
		return list;
	while ((one = listed_next(arena, &list)) != NULL)
		if (!text_equal(one, id))
			rest = listed_with(arena, rest, one);
	return rest;
}
