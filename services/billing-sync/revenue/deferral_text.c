/*
 * What a plan earns when, for who looks at the books without this daemon.
 */
#include "services/billing-sync/revenue/deferral.h"

#include "common/base/text.h"

#include <string.h>

#define TEXT_MAX ((size_t)64 * 1024) /* who has more lines than this tells is not shown them */

static void add_text(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

static void add_line(struct arena *arena, struct buffer *out, const struct deferral_line *line)
{
	const struct recognition *const schedule = &line->schedule;

	add_text(out, arena_printf(arena, "%lld", (long long)schedule->booked_day));
	for (size_t i = 0; i < schedule->count; i++)
		add_text(out, arena_printf(arena, ",%lld+%d=%lld",
		                           (long long)schedule->parts[i].first_day,
		                           (int)schedule->parts[i].days,
		                           (long long)schedule->parts[i].minor));
	add_text(out, arena_printf(arena, " %s\n", line->line));
}

const char *deferral_text(struct arena *arena, const struct deferral *deferral)
{
	struct buffer out = { 0 };
	const char *text = NULL;

	for (size_t i = 0; i < deferral->count && out.size <= TEXT_MAX; i++)
		if (strchr(deferral->lines[i].line, '\n') == NULL)
			add_line(arena, &out, &deferral->lines[i]);
	if (out.size > 0 && out.size <= TEXT_MAX)
		text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}
