#include "services/kpi-aggregator/subject/subject.h"

#include "common/base/text.h"

#include <string.h>

#define FIRST_CAPACITY 16
#define CUT_MARK "..."

static const char *bounded(struct arena *arena, const char *text)
{
	const struct bytes whole = bytes_of(text);
	size_t size;

	if (whole.size <= SUBJECT_TEXT_MAX)
		return text;
	size = text_fit(whole, SUBJECT_TEXT_MAX - strlen(CUT_MARK));
	return arena_printf(arena, "%.*s" CUT_MARK, (int)size, text);
}

void observations_add(struct observations *all, const struct observation *it)
{
	if (all->count == SUBJECT_OBSERVATIONS_MAX) {
		all->left_out++;
		return;
	}
	if (all->count == all->capacity) {
		const size_t capacity = all->capacity > 0 ? 2 * all->capacity : FIRST_CAPACITY;
		struct observation *const items =
		    arena_alloc(all->arena, capacity * sizeof(struct observation));

		if (all->count > 0)
			memcpy(items, all->items, all->count * sizeof(struct observation));
		all->items = items;
		all->capacity = capacity;
	}
	all->items[all->count] = *it;
	all->items[all->count].number = bounded(all->arena, it->number);
	for (int i = 0; i < OBSERVATION_WORDS; i++)
		all->items[all->count].words[i] = bounded(all->arena, it->words[i]);
	all->count++;
}
