#include "services/classifier/quote.h"

#include "common/base/check.h"
#include "services/classifier/quote_line.h"

#include <string.h>

struct reading {
	const char *text;
	struct quote *own;
	size_t from; /* of the part that is open */
	size_t end;
	bool open;
	int tries;    /* of quote_line_kind */
	bool signing; /* behind "-- ": until a quote follows */
};

static void close_part(struct reading *reading)
{
	struct quote *const own = reading->own;

	if (reading->open && own->count < QUOTE_PARTS_MAX)
		own->parts[own->count++] = (struct span){
			.at = (uint32_t)reading->from,
			.size = (uint32_t)(reading->end - reading->from),
		};
	reading->open = false;
}

static void add_line(struct reading *reading, struct quote_line line)
{
	if (reading->signing)
		return;
	if (!reading->open)
		reading->from = (size_t)(line.text - reading->text);
	reading->open = true;
	reading->end = (size_t)(line.text - reading->text) + line.size;
}

static void leave_quote(struct reading *reading)
{
	close_part(reading);
	reading->signing = false;
	reading->own->history = true;
}

static bool quote_is_next(struct reading *reading, size_t size, size_t at)
{
	size_t next = at;

	while (at < size) {
		const enum quote_kind kind =
		    quote_line_kind(reading->text, size, at, &reading->tries, &next);

		if (kind != QUOTE_BLANK)
			return kind == QUOTE_QUOTED;
		at = next;
	}
	return false;
}

/* Answers whether there is more to read: an attribution without marked lines below heads the rest. */
static bool read_line(struct reading *reading, size_t size, size_t *at)
{
	const struct quote_line line = quote_line_at(reading->text, size, *at);
	const enum quote_kind kind = quote_line_kind(reading->text, size, *at, &reading->tries, at);

	switch (kind) {
	case QUOTE_BLANK:
	case QUOTE_DIVIDER: return true;
	case QUOTE_OWN: add_line(reading, line); return true;
	case QUOTE_MOBILE: close_part(reading); return true;
	case QUOTE_SIGNATURE:
		close_part(reading);
		reading->signing = true;
		return true;
	case QUOTE_QUOTED: leave_quote(reading); return true;
	case QUOTE_ATTRIBUTION: leave_quote(reading); return quote_is_next(reading, size, *at);
	case QUOTE_HISTORY:
	default: leave_quote(reading); return false;
	}
}

void quote_own(const char *text, size_t size, struct quote *own)
{
	struct reading reading = { .text = text, .own = own, .tries = QUOTE_TRIES };
	size_t at = 0;

	CHECK(size < UINT32_MAX);
	own->count = 0;
	own->history = false;
	while (at < size && read_line(&reading, size, &at))
		continue;
	close_part(&reading);
}

static void append(struct prepared *all, const struct prepared *part, uint32_t at)
{
	if (all->count > 0 && all->count < PREPARED_POINTS_MAX) {
		const uint32_t end = all->points[all->count - 1].end;

		all->points[all->count++] = (struct prepared_point){ ' ', end, at };
	}
	for (size_t i = 0; i < part->count && all->count < PREPARED_POINTS_MAX; i++) {
		all->points[all->count] = part->points[i];
		all->points[all->count].at += at;
		all->points[all->count].end += at;
		all->count++;
	}
}

void quote_prepare(struct arena *arena, const char *text, size_t size, const struct quote *own,
                   struct prepared *out)
{
	struct prepared parts[QUOTE_PARTS_MAX];
	size_t points = 0;

	*out = (struct prepared){ .text = text, .size = size };
	for (size_t i = 0; i < own->count; i++) {
		prepared_make(arena, text + own->parts[i].at, own->parts[i].size, &parts[i]);
		points += parts[i].count + 1;
	}
	if (points > PREPARED_POINTS_MAX)
		points = PREPARED_POINTS_MAX;
	out->points = arena_alloc(arena, (points + 1) * sizeof(*out->points));
	for (size_t i = 0; i < own->count; i++)
		append(out, &parts[i], own->parts[i].at);
}
