/*
 * A number, told for people.
 */
#include "services/kpi-aggregator/explain/answer.h"

#include "common/base/text.h"

#include <string.h>

static void put(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

/* Ids and words are another's: what a terminal would obey is shown as "?". */
static const char *plain(struct arena *arena, const char *text)
{
	char *const copy = arena_string(arena, text);

	for (char *at = copy; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return copy;
}

static void put_head(const struct answer *answer, struct buffer *out)
{
	const struct recount_ask *const ask = &answer->recount->ask;
	const struct definition *const definition = ask->definition;
	struct arena *const arena = answer->arena;
	char start[TIME_TEXT_SIZE];
	char end[TIME_TEXT_SIZE];

	put(out, arena_printf(arena, "%s (%s), %s", definition->title, definition->key,
	                      window_label(arena, definition->zone, &ask->window)));
	if (ask->dimension >= 0)
		put(out, arena_printf(arena, ", %s \"%s\"", vocabulary_words[ask->dimension].name,
		                      plain(arena, ask->value)));
	put(out,
	    arena_printf(arena, "\n%s\nFrom %s to before %s (%s).\n", definition->says,
	                 time_format(ask->window.start, start), time_format(ask->window.end, end),
	                 window_zone_name(definition->zone)));
}

static const char *verdict_of(const struct answer_figure *figure)
{
	if (answer_agrees(figure))
		return "They agree.";
	return figure->waits ? "They differ: something came since, which is said on the hour."
	                     : "They differ.";
}

static void put_figures(const struct answer *answer, struct buffer *out)
{
	for (const struct answer_figure *it = answer->figures; it != NULL; it = it->next)
		put(out, arena_printf(answer->arena, "\n%s%sSaid (%s): %s\nCounted again: %s\n%s\n",
		                      it->currency, *it->currency == '\0' ? "" : ": ", it->state,
		                      *it->said == '\0' ? "nothing yet" : it->said, it->again,
		                      verdict_of(it)));
	if (answer->figures == NULL)
		put(out, "\nNothing was said of it, and nothing is counted in it.\n");
}

static void put_lines(const struct answer *answer, bool in, struct buffer *out)
{
	struct arena *const arena = answer->arena;
	char at[TIME_TEXT_SIZE];

	for (const struct recount_line *line = answer->recount->lines; line != NULL;
	     line = line->next)
		if (line->in == in)
			put(out,
			    arena_printf(
				arena, "  %s  %s %s  %s  %s%s%s\n", plain(arena, line->subject),
				line->kind, plain(arena, line->number),
				line->at.us == TIME_MIN.us ? "-" : time_format(line->at, at),
				line->how, *line->currency == '\0' ? "" : " ", line->currency));
}

void answer_text(const struct answer *answer, struct buffer *out)
{
	put_head(answer, out);
	put_figures(answer, out);
	put(out, arena_printf(answer->arena, "\nIn it (%zu):\n", answer->recount->in_count));
	put_lines(answer, true, out);
	put(out, arena_printf(answer->arena, "\nNot in it, though in the window (%zu):\n",
	                      answer->recount->out_count));
	put_lines(answer, false, out);
}
