#include "services/opsmesh/table.h"

#include "common/base/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GAP 2
#define CELL_SIZE 512

/* Ranges of characters that take two places: East Asian Wide of Unicode, in large. */
static const struct {
	uint32_t first;
	uint32_t last;
} wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

/* Valid UTF-8 is promised; of anything else each byte counts. */
static uint32_t next_character(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	const int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0 ? 1 : 0;
	uint32_t character = more == 0 ? *at : *at & (0x3fU >> more);

	at++;
	for (int i = 0; i < more && (*at & 0xc0U) == 0x80; i++)
		character = character << 6 | (*at++ & 0x3fU);
	*text = (const char *)at;
	return character;
}

size_t text_width(const char *text)
{
	size_t width = 0;

	while (*text != '\0') {
		const uint32_t character = next_character(&text);

		width++;
		for (size_t i = 0; character >= wide[0].first && i < COUNT_OF(wide); i++)
			if (character >= wide[i].first && character <= wide[i].last)
				width++;
	}
	return width;
}

void table_init(struct table *table, struct arena *arena, const char *const *titles)
{
	*table = (struct table){ .arena = arena };
	for (; titles[table->columns] != NULL; table->columns++)
		table_add(table, titles[table->columns]);
}

void table_add(struct table *table, const char *text)
{
	if (table->count == table->room) {
		const size_t room = table->room == 0 ? 64 : table->room * 2;
		const char **const cells = arena_alloc(table->arena, room * sizeof(*cells));

		if (table->count > 0)
			memcpy(cells, table->cells, table->count * sizeof(*cells));
		table->cells = cells;
		table->room = room;
	}
	table->cells[table->count++] = text;
}

void table_addf(struct table *table, const char *format, ...)
{
	char text[CELL_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	table_add(table, arena_string(table->arena, text));
}

size_t table_rows(const struct table *table)
{
	return table->count / table->columns - 1;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t widest = 0;

	for (size_t i = column; i < table->count; i += table->columns) {
		const size_t width = text_width(table->cells[i]);

		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Nothing but empty cells from here to the end of the row: no space is written before a line's end. */
static bool ends(const struct table *table, size_t at)
{
	for (; at < table->count && at % table->columns != 0; at++)
		if (table->cells[at][0] != '\0')
			return false;
	return true;
}

static void pad(struct buffer *out, size_t places)
{
	static const char spaces[] = "                                ";
	const size_t most = sizeof(spaces) - 1;

	for (; places > most; places -= most)
		buffer_add(out, spaces, most);
	buffer_add(out, spaces, places);
}

/* How much of it is plain characters, which are shown as they are. */
static size_t plain_run(const char *text)
{
	size_t size = 0;

	while ((unsigned char)text[size] >= ' ' && (unsigned char)text[size] < 0x7f)
		size++;
	return size;
}

/*
 * People's words may hold anything: a line of theirs begins where the cell does, so that none passes for
 * a row, and what a terminal would obey (C0, DEL and C1 controls) is shown as "?".
 */
static void write_cell(struct buffer *out, const char *text, size_t indent)
{
	for (;; text++) {
		const size_t run = plain_run(text);

		buffer_add(out, text, run);
		text += run;
		if (*text == '\0')
			return;
		const unsigned char byte = (unsigned char)text[0];
		const unsigned char next = (unsigned char)text[1];
		const bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;

		if (c1)
			text++;
		buffer_add(out, (byte < ' ' && byte != '\n') || byte == 0x7f || c1 ? "?" : text, 1);
		if (byte == '\n')
			pad(out, indent);
	}
}

void table_write(const struct table *table, struct buffer *out)
{
	size_t *const widths = arena_alloc(table->arena, table->columns * sizeof(*widths));
	size_t indent = 0;

	CHECK(table->count % table->columns == 0);
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i < table->count; i++) {
		const size_t column = i % table->columns;
		const char *const text = table->cells[i];

		indent = column == 0 ? 0 : indent + widths[column - 1] + GAP;
		write_cell(out, text, indent);
		if (column + 1 == table->columns)
			buffer_add(out, "\n", 1);
		else if (!ends(table, i + 1))
			pad(out, widths[column] - text_width(text) + GAP);
	}
}

void table_print(const struct table *table)
{
	struct buffer out = { 0 };

	table_write(table, &out);
	fwrite(out.data, 1, out.size, stdout);
	buffer_finish(&out);
}

const char *time_cell(struct arena *arena, struct instant at, const char *none)
{
	char text[TIME_TEXT_SIZE];

	if (at.us == TIME_MIN.us || at.us == TIME_MAX.us)
		return none;
	at.us -= at.us % SECONDS(1).us;
	return arena_string(arena, time_format(at, text));
}

const char *span_text(struct arena *arena, struct duration span)
{
	const char *const sign = span.us < 0 ? "-" : "";
	const uint64_t us = span.us < 0 ? 0 - (uint64_t)span.us : (uint64_t)span.us;
	const uint64_t seconds = us / 1000000;

	if (seconds >= 86400)
		return arena_printf(arena, "%s%" PRIu64 "d %02" PRIu64 "h", sign, seconds / 86400,
		                    seconds % 86400 / 3600);
	if (seconds >= 3600)
		return arena_printf(arena, "%s%" PRIu64 "h %02" PRIu64 "m", sign, seconds / 3600,
		                    seconds % 3600 / 60);
	if (seconds >= 60)
		return arena_printf(arena, "%s%" PRIu64 "m %02" PRIu64 "s", sign, seconds / 60,
		                    seconds % 60);
	return arena_printf(arena, "%s%" PRIu64 "s", seconds == 0 ? "" : sign, seconds);
}
