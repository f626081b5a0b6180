#include "services/chargeback/render/measure.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

/*
 * More points than a page of the smallest letters at 12 points holds (some 7,300). A text of more than so many for each
 * page that is allowed is not laid at all: that would take seconds, and it cannot fit.
 */
#define POINTS_OF_PAGE 10000

/* One item's part of its field's file. */
struct exhibit {
	size_t item;     /* in the packet */
	size_t contents; /* its line in the contents */
	size_t first;    /* the lines of the exhibit itself */
	size_t end;
};

/* A field's file with all its items. */
struct shelf {
	struct pdf_lines *laid;
	size_t cover; /* lines before the contents' first */
	struct exhibit *exhibits;
	size_t count;
};

struct measure {
	struct pdf_setting setting;
	struct shelf *shelves;
	size_t count;
	struct pdf_lines *chosen; /* room for the lines of the largest file */
};

static const enum pdf_style styles[] = {
	[PACKET_TITLE] = PDF_TITLE, [PACKET_HEADING] = PDF_HEADING,   [PACKET_PLAIN] = PDF_TEXT,
	[PACKET_QUOTE] = PDF_QUOTE, [PACKET_CONTENTS] = PDF_CONTENTS,
};

struct pdf_setting measure_setting(const struct packet_limits *limits,
                                   const struct packet_dispute *dispute, struct arena *arena)
{
	static const enum pdf_paper papers[] = {
		[PACKET_A4] = PDF_A4,
		[PACKET_LETTER] = PDF_LETTER,
	};

	return (struct pdf_setting){
		.paper = papers[limits->paper],
		.points = limits->points,
		.foot = arena_printf(arena, "Dispute %s", dispute->id),
	};
}

const struct pdf_block *measure_blocks(struct arena *arena, const struct packet_lines *lines)
{
	struct pdf_block *const blocks = arena_alloc(arena, (lines->count + 1) * sizeof(*blocks));

	for (size_t i = 0; i < lines->count; i++) {
		const struct packet_line *const line = &lines->lines[i];

		blocks[i] = (struct pdf_block){
			.style = styles[line->look],
			.text = line->text,
			.language = line->language,
			.target = line->target,
		};
	}
	return blocks;
}

bool measure_alone(const struct packet_item *item)
{
	return item->file.digest != NULL && item->text[0] == '\0' && item->translation == NULL;
}

/* Which lines are whose: the contents point at the exhibits, which follow in the items' order. */
static void find_exhibits(struct shelf *shelf, const struct packet *packet, const char *field,
                          const struct packet_lines *lines)
{
	size_t line = 0;

	while (line < lines->count && lines->lines[line].look != PACKET_CONTENTS)
		line++;
	shelf->cover = line;
	for (size_t i = 0; i < packet->count; i++) {
		if (!text_equal(packet->items[i].field, field))
			continue;
		if (shelf->count > 0)
			shelf->exhibits[shelf->count - 1].end = lines->lines[line].target;
		shelf->exhibits[shelf->count++] = (struct exhibit){
			.item = i,
			.contents = line,
			.first = lines->lines[line].target,
			.end = lines->count,
		};
		line++;
	}
}

/* A line higher than any page for each page that is allowed, and one more. */
static struct pdf_lines endless(struct arena *arena, const struct packet_limits *limits,
                                enum pdf_style style)
{
	const size_t count = (size_t)limits->pages + 1;
	int32_t *const heights = arena_alloc(arena, count * sizeof(*heights));

	for (size_t i = 0; i < count; i++)
		heights[i] = INT32_MAX / 4;
	return (struct pdf_lines){ .style = style, .heights = heights, .count = count };
}

static void lay(struct pdf_fonts *fonts, struct arena *arena, const struct packet_limits *limits,
                const struct pdf_setting *setting, const struct pdf_block *block,
                struct pdf_lines *lines)
{
	if (packet_characters(block->text) > (int64_t)limits->pages * POINTS_OF_PAGE)
		*lines = endless(arena, limits, block->style);
	else
		pdf_lay(fonts, arena, setting, block, lines);
}

/* What all files are laid with. */
struct laying {
	struct pdf_fonts *fonts;
	struct arena *arena;
	const struct packet_limits *limits;
	const struct packet *packet;
	const struct pdf_setting *setting;
};

/* Answers how many lines the field's file has. */
static size_t fill(struct shelf *shelf, const struct laying *with, const char *field)
{
	struct arena *const arena = with->arena;
	const struct packet_lines lines =
	    packet_field_file(arena, with->limits, with->packet, field);
	const struct pdf_block *const blocks = measure_blocks(arena, &lines);

	shelf->exhibits = arena_alloc(arena, (with->packet->count + 1) * sizeof(*shelf->exhibits));
	find_exhibits(shelf, with->packet, field, &lines);
	if (shelf->count == 0)
		return 0;
	shelf->laid = arena_alloc(arena, lines.count * sizeof(*shelf->laid));
	for (size_t i = 0; i < lines.count; i++)
		lay(with->fonts, arena, with->limits, with->setting, &blocks[i], &shelf->laid[i]);
	return lines.count;
}

struct measure *measure_make(struct pdf_fonts *fonts, struct arena *arena,
                             const struct packet_limits *limits, const struct packet *packet)
{
	struct measure *const measure = arena_zero(arena, sizeof(*measure));
	const struct laying with = { fonts, arena, limits, packet, &measure->setting };
	size_t most = 0;

	measure->setting = measure_setting(limits, &packet->dispute, arena);
	measure->shelves = arena_zero(arena, limits->field_count * sizeof(*measure->shelves));
	for (size_t i = 0; i < limits->field_count; i++) {
		if (limits->fields[i].kind != PACKET_FILE)
			continue;
		const size_t lines =
		    fill(&measure->shelves[measure->count], &with, limits->fields[i].name);

		most = lines > most ? lines : most;
		measure->count++;
	}
	measure->chosen = arena_alloc(arena, (most + 1) * sizeof(*measure->chosen));
	return measure;
}

/* Pages. */

static size_t append(struct measure *it, size_t count, const struct pdf_lines *lines, size_t more)
{
	memcpy(&it->chosen[count], lines, more * sizeof(*lines));
	return count + more;
}

static int32_t shelf_pages(struct measure *it, const struct shelf *shelf,
                           const struct packet *packet, const bool *kept)
{
	size_t items = 0;
	size_t last = 0;
	size_t count = 0;

	for (size_t i = 0; i < shelf->count; i++) {
		if (!kept[shelf->exhibits[i].item])
			continue;
		if (items++ == 0)
			count = append(it, count, shelf->laid, shelf->cover);
		last = shelf->exhibits[i].item;
		count = append(it, count, &shelf->laid[shelf->exhibits[i].contents], 1);
	}
	if (items == 0 || (items == 1 && measure_alone(&packet->items[last])))
		return 0;
	for (size_t i = 0; i < shelf->count; i++) {
		const struct exhibit *const exhibit = &shelf->exhibits[i];

		if (kept[exhibit->item])
			count = append(it, count, &shelf->laid[exhibit->first],
			               exhibit->end - exhibit->first);
	}
	return pdf_count(&it->setting, it->chosen, count, NULL);
}

int32_t measure_pages(void *context, const struct packet *packet, const bool *kept)
{
	struct measure *const it = context;
	int32_t pages = 0;

	for (size_t i = 0; i < it->count; i++)
		pages += shelf_pages(it, &it->shelves[i], packet, kept);
	return pages;
}
