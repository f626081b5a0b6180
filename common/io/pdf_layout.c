#include "common/io/pdf_layout.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/unicode.h"

#include <string.h>

#define POINT PANGO_SCALE
#define MARGIN (56 * POINT)
#define NUMBER (40 * POINT)
#define GAP (12 * POINT) /* between a figure's text and its drawing */
#define WORD_MAX 500     /* points that break nowhere: the library's time grows with their square */
#define PARAGRAPH_MAX \
	8000 /* points: its numbers overflow at some 170,000, and it breaks no line more */

/* More than the text's size, in points; the space above; how far from the left margin. */
static const struct look {
	int32_t larger;
	int32_t above;
	int32_t indent;
	bool bold;
} looks[PDF_STYLES] = {
	[PDF_TITLE] = { 6, 12 * POINT, 0, true },
	[PDF_HEADING] = { 2, 16 * POINT, 0, true },
	[PDF_TEXT] = { 0, 4 * POINT, 0, false },
	[PDF_QUOTE] = { 0, 4 * POINT, 18 * POINT, false },
	[PDF_CONTENTS] = { 0, 4 * POINT, 0, false },
	[PDF_FIGURE] = { 0, 4 * POINT, 0, false },
};

const char *const pdf_paper_names[] = { "a4", "letter", NULL };

struct pdf_area pdf_area_of(enum pdf_paper paper)
{
	/* 210 by 297 mm, and 8.5 by 11 inches. */
	static const struct pdf_area areas[] = {
		[PDF_A4] = { 609562, 862094, MARGIN, NUMBER },
		[PDF_LETTER] = { 612 * POINT, 792 * POINT, MARGIN, NUMBER },
	};

	return areas[paper];
}

int32_t pdf_indent(enum pdf_style style)
{
	return looks[style].indent;
}

/* What stands at the right of a style's text. */
static int32_t taken_at_right(enum pdf_style style, struct pdf_area area)
{
	if (style == PDF_CONTENTS)
		return area.number;
	return style == PDF_FIGURE ? GAP + PDF_DRAWING_WIDTH : 0;
}

/* Whose shapes of the characters that Chinese, Japanese and Korean share; Japanese where nobody says. */
static const char *family_of(const char *language)
{
	static const struct {
		const char *prefix;
		const char *family;
	} rows[] = {
		{ "zh-Hant", "Noto Sans CJK TC,DejaVu Sans" },
		{ "zh-TW", "Noto Sans CJK TC,DejaVu Sans" },
		{ "zh-HK", "Noto Sans CJK HK,DejaVu Sans" },
		{ "zh", "Noto Sans CJK SC,DejaVu Sans" },
		{ "ko", "Noto Sans CJK KR,DejaVu Sans" },
	};

	for (size_t i = 0; language != NULL && i < COUNT_OF(rows); i++)
		if (text_starts(language, rows[i].prefix))
			return rows[i].family;
	return "Noto Sans CJK JP,DejaVu Sans";
}

static void font_set(PangoLayout *layout, const struct pdf_setting *setting,
                     const struct pdf_block *block)
{
	const struct look *const look = &looks[block->style];
	PangoFontDescription *const font = pango_font_description_new();

	pango_font_description_set_family_static(font, family_of(block->language));
	pango_font_description_set_size(font, (setting->points + look->larger) * POINT);
	pango_font_description_set_weight(font,
	                                  look->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
}

/* A line is broken without a hyphen, which would not be the writer's. */
static void attributes_set(PangoLayout *layout)
{
	PangoAttrList *const attributes = pango_attr_list_new();

	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(layout, attributes);
	pango_attr_list_unref(attributes);
}

/* Points since a line could be broken, and since one was. */
struct run {
	size_t word;
	size_t paragraph;
};

static bool run_is_over(struct run *run, uint32_t code)
{
	const bool breaks = g_unichar_isspace(code) || g_unichar_iswide(code);

	run->word = breaks ? 0 : run->word + 1;
	run->paragraph = code == '\n' ? 0 : run->paragraph + 1;
	return run->word > WORD_MAX || run->paragraph > PARAGRAPH_MAX;
}

/* The text with a line feed where it runs on for too long; no mark is taken from its letter. */
static char *broken(struct arena *arena, const char *text)
{
	const size_t size = strlen(text);
	char *const copy = arena_alloc(arena, size + size / WORD_MAX + 2);
	struct run run = { 0, 0 };
	size_t length = 0;

	for (size_t at = 0; at < size;) {
		const size_t start = at;
		const uint32_t code = unicode_next(text, size, &at);

		if (run_is_over(&run, code) && !g_unichar_ismark(code)) {
			copy[length++] = '\n';
			run = (struct run){ 1, 1 };
		}
		memcpy(copy + length, text + start, at - start);
		length += at - start;
	}
	copy[length] = '\0';
	return copy;
}

PangoLayout *pdf_layout(struct pdf_fonts *fonts, struct arena *arena,
                        const struct pdf_setting *setting, const struct pdf_block *block,
                        int32_t *unshown)
{
	const struct pdf_area area = pdf_area_of(setting->paper);
	PangoLayout *const layout = pango_layout_new(fonts->context);
	int32_t missing;

	CHECK(setting->points >= PDF_POINTS_MIN && setting->points <= PDF_POINTS_MAX);
	font_set(layout, setting, block);
	attributes_set(layout);
	pango_layout_set_width(layout, area.width - 2 * area.margin - pdf_indent(block->style) -
	                                   taken_at_right(block->style, area));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(layout, broken(arena, pdf_shown(fonts, arena, block->text, &missing)),
	                      -1);
	*unshown += missing + pango_layout_get_unknown_glyphs_count(layout);
	return layout;
}

struct pdf_lines pdf_layout_lines(struct arena *arena, enum pdf_style style, PangoLayout *layout,
                                  int32_t unshown)
{
	const int count = pango_layout_get_line_count(layout);
	int32_t *const heights = arena_alloc(arena, (size_t)count * sizeof(*heights));

	for (int i = 0; i < count; i++)
		pango_layout_line_get_height(pango_layout_get_line_readonly(layout, i),
		                             &heights[i]);
	return (struct pdf_lines){ heights, (size_t)count, style, unshown };
}

void pdf_lay(struct pdf_fonts *fonts, struct arena *arena, const struct pdf_setting *setting,
             const struct pdf_block *block, struct pdf_lines *lines)
{
	int32_t unshown = 0;
	PangoLayout *const layout = pdf_layout(fonts, arena, setting, block, &unshown);

	*lines = pdf_layout_lines(arena, block->style, layout, unshown);
	g_object_unref(layout);
}

/* Pages. */

static int32_t body(const struct pdf_setting *setting)
{
	const struct pdf_area area = pdf_area_of(setting->paper);

	return area.height - 2 * area.margin;
}

static void turn(struct pdf_cursor *cursor)
{
	cursor->page++;
	cursor->used = 0;
	cursor->beside = 0;
}

static int32_t drawing_room(enum pdf_style style)
{
	return style == PDF_FIGURE ? PDF_DRAWING_ABOVE + PDF_DRAWING_HEIGHT : 0;
}

/* Of a block's beginning: the space above, and its first line, or what stands beside that. */
static int32_t begin_height(const struct pdf_lines *block)
{
	const int32_t room = drawing_room(block->style);
	const int32_t first = block->heights[0];

	return looks[block->style].above + (first > room ? first : room);
}

void pdf_cursor_block(struct pdf_cursor *cursor, const struct pdf_lines *blocks, size_t count,
                      size_t i)
{
	int32_t need = begin_height(&blocks[i]);

	if (blocks[i].style == PDF_HEADING && i + 1 < count)
		need += begin_height(&blocks[i + 1]);
	if (cursor->used < cursor->beside)
		cursor->used = cursor->beside;
	if (cursor->page == 0 || cursor->used + need > body(cursor->setting))
		turn(cursor);
	if (cursor->used > 0)
		cursor->used += looks[blocks[i].style].above;
	cursor->beside = cursor->used + drawing_room(blocks[i].style);
}

int32_t pdf_cursor_line(struct pdf_cursor *cursor, int32_t height)
{
	if (cursor->used > 0 && cursor->used + height > body(cursor->setting))
		turn(cursor);
	const int32_t top = cursor->used;

	cursor->used += height;
	return top;
}

int32_t pdf_count(const struct pdf_setting *setting, const struct pdf_lines *blocks, size_t count,
                  int32_t *page_of)
{
	struct pdf_cursor cursor = { .setting = setting };

	for (size_t i = 0; i < count; i++) {
		pdf_cursor_block(&cursor, blocks, count, i);
		if (page_of != NULL)
			page_of[i] = cursor.page;
		for (size_t k = 0; k < blocks[i].count; k++)
			pdf_cursor_line(&cursor, blocks[i].heights[k]);
	}
	return cursor.page;
}
