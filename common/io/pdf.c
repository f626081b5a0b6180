#include "common/io/pdf.h"

#include "common/base/check.h"
#include "common/io/pdf_layout.h"

#include <cairo/cairo-pdf.h>
#include <stdio.h>

#define FOOT_SIZE 32 /* "Page 2147483647 of 2147483647" */

/* One document that is being written. */
struct writing {
	struct pdf_fonts *fonts;
	struct arena *arena;
	const struct pdf_document *document;
	struct pdf_area area;
	cairo_t *cairo;
	struct pdf_lines *lines; /* of each block */
	int32_t *page_of;
	int32_t pages;
	int32_t unshown;
};

/* In 1/1024 of a point, as pango counts. */
static void move_to(struct writing *it, int32_t x, int32_t y)
{
	cairo_move_to(it->cairo, pango_units_to_double(x), pango_units_to_double(y));
}

static void show_line(struct writing *it, PangoLayoutLine *line, int32_t left, int32_t width,
                      int32_t top)
{
	PangoRectangle logical;

	pango_layout_line_get_extents(line, NULL, &logical);
	if (pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL)
		left += width - logical.width;
	move_to(it, left, it->area.margin + top - logical.y);
	pango_cairo_show_layout_line(it->cairo, line);
}

/* At the right margin: top is below the upper margin. */
static void show_number(struct writing *it, const char *text, int32_t top)
{
	const struct pdf_block block = { .style = PDF_TEXT, .text = text };
	PangoLayout *const layout =
	    pdf_layout(it->fonts, it->arena, &it->document->setting, &block, &it->unshown);
	PangoLayoutLine *const line = pango_layout_get_line_readonly(layout, 0);
	PangoRectangle logical;

	pango_layout_line_get_extents(line, NULL, &logical);
	show_line(it, line, it->area.width - it->area.margin - logical.width, logical.width, top);
	g_object_unref(layout);
}

/* In the middle of the lower margin: whose file it is at the left, the page at the right. */
static void show_foot(struct writing *it, int32_t page)
{
	const struct pdf_setting *const setting = &it->document->setting;
	const struct pdf_block block = { .style = PDF_TEXT, .text = setting->foot };
	const int32_t top = it->area.height - 2 * it->area.margin + it->area.margin / 3;
	PangoLayout *const layout = pdf_layout(it->fonts, it->arena, setting, &block, &it->unshown);
	char text[FOOT_SIZE];

	show_line(it, pango_layout_get_line_readonly(layout, 0), it->area.margin,
	          pango_layout_get_width(layout), top);
	g_object_unref(layout);
	snprintf(text, sizeof(text), "Page %d of %d", page, it->pages);
	show_number(it, text, top);
}

static void turn_to(struct writing *it, int32_t *shown, int32_t page)
{
	for (; *shown < page; ++*shown) {
		if (*shown > 0)
			cairo_show_page(it->cairo);
		show_foot(it, *shown + 1);
	}
}

static void set_colour(cairo_t *cairo, uint32_t rgb)
{
	cairo_set_source_rgb(cairo, (rgb >> 16 & 0xFF) / 255.0, (rgb >> 8 & 0xFF) / 255.0,
	                     (rgb & 0xFF) / 255.0);
}

static void add_rectangle(cairo_t *cairo, int32_t x, int32_t y, int32_t width, int32_t height)
{
	cairo_rectangle(cairo, pango_units_to_double(x), pango_units_to_double(y),
	                pango_units_to_double(width), pango_units_to_double(height));
}

/* At the right margin; top is that of the line beside it. */
static void show_drawing(struct writing *it, const struct pdf_drawing *drawing, int32_t top)
{
	const int32_t left = it->area.width - it->area.margin - PDF_DRAWING_WIDTH;

	cairo_save(it->cairo);
	cairo_translate(it->cairo, pango_units_to_double(left),
	                pango_units_to_double(it->area.margin + top + PDF_DRAWING_ABOVE));
	add_rectangle(it->cairo, 0, 0, PDF_DRAWING_WIDTH, PDF_DRAWING_HEIGHT);
	cairo_clip(it->cairo);
	for (size_t i = 0; i < drawing->count; i++) {
		const struct pdf_box *const box = &drawing->boxes[i];

		set_colour(it->cairo, box->rgb);
		add_rectangle(it->cairo, box->x, box->y, box->width, box->height);
		cairo_fill(it->cairo);
	}
	cairo_restore(it->cairo);
}

static void show_block(struct writing *it, struct pdf_cursor *cursor, int32_t *shown, size_t i)
{
	const struct pdf_block *const block = &it->document->blocks[i];
	int32_t unshown = 0; /* counted when it was laid */
	PangoLayout *const layout =
	    pdf_layout(it->fonts, it->arena, &it->document->setting, block, &unshown);
	char number[FOOT_SIZE];

	pdf_cursor_block(cursor, it->lines, it->document->count, i);
	for (size_t k = 0; k < it->lines[i].count; k++) {
		const int32_t top = pdf_cursor_line(cursor, it->lines[i].heights[k]);

		turn_to(it, shown, cursor->page);
		if (block->style == PDF_FIGURE && k == 0)
			show_drawing(it, &it->document->drawings[block->target], top);
		show_line(it, pango_layout_get_line_readonly(layout, (int)k),
		          it->area.margin + pdf_indent(block->style),
		          pango_layout_get_width(layout), top);
		if (block->style != PDF_CONTENTS || k + 1 < it->lines[i].count)
			continue;
		snprintf(number, sizeof(number), "%d", it->page_of[block->target]);
		show_number(it, number, top);
	}
	g_object_unref(layout);
}

static void lay_all(struct writing *it)
{
	const struct pdf_document *const document = it->document;

	it->lines = arena_alloc(it->arena, document->count * sizeof(*it->lines));
	it->page_of = arena_alloc(it->arena, document->count * sizeof(*it->page_of));
	for (size_t i = 0; i < document->count; i++) {
		CHECK(document->blocks[i].style != PDF_CONTENTS ||
		      document->blocks[i].target < document->count);
		CHECK(document->blocks[i].style != PDF_FIGURE ||
		      document->blocks[i].target < document->drawing_count);
		pdf_lay(it->fonts, it->arena, &document->setting, &document->blocks[i],
		        &it->lines[i]);
		it->unshown += it->lines[i].unshown;
	}
	it->pages = pdf_count(&document->setting, it->lines, document->count, it->page_of);
}

static cairo_status_t take(void *closure, const unsigned char *data, unsigned int size)
{
	buffer_add(closure, data, size);
	return CAIRO_STATUS_SUCCESS;
}

/* Without a date of its own the library asks the clock. */
static void describe(cairo_surface_t *surface, const struct pdf_document *document)
{
	/* Whole seconds: the library reads no fraction. */
	const struct instant second = { document->created.us - document->created.us % 1000000 };
	char created[TIME_TEXT_SIZE];

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, document->title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
	                               time_format(second, created));
}

static cairo_status_t draw(struct writing *it, struct buffer *out)
{
	cairo_surface_t *const surface =
	    cairo_pdf_surface_create_for_stream(take, out, pango_units_to_double(it->area.width),
	                                        pango_units_to_double(it->area.height));
	struct pdf_cursor cursor = { .setting = &it->document->setting };
	int32_t shown = 0;

	describe(surface, it->document);
	it->cairo = cairo_create(surface);
	for (size_t i = 0; i < it->document->count; i++)
		show_block(it, &cursor, &shown, i);
	cairo_surface_finish(surface);
	const cairo_status_t first = cairo_status(it->cairo);
	const cairo_status_t status =
	    first == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : first;
	cairo_destroy(it->cairo);
	cairo_surface_destroy(surface);
	return status;
}

enum status pdf_write(struct pdf_fonts *fonts, struct arena *arena,
                      const struct pdf_document *document, struct pdf_file *file)
{
	struct writing it = {
		.fonts = fonts,
		.arena = arena,
		.document = document,
		.area = pdf_area_of(document->setting.paper),
	};
	struct buffer out = { 0 };
	enum status status = STATUS_REJECT;

	CHECK(document->count > 0);
	lay_all(&it);
	if (draw(&it, &out) == CAIRO_STATUS_SUCCESS) {
		*file = (struct pdf_file){
			.content = arena_bytes(arena, (struct bytes){ out.data, out.size }),
			.pages = it.pages,
			.unshown = it.unshown,
			.page_of = it.page_of,
		};
		status = STATUS_OK;
	}
	buffer_finish(&out);
	return status;
}
