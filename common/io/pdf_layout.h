/*
 * pdf_layout - a PDF's lines and where they stand, for common/io/pdf alone.
 */
#ifndef COMMON_IO_PDF_LAYOUT_H
#define COMMON_IO_PDF_LAYOUT_H

#include "common/io/pdf.h"
#include "common/io/pdf_font_inside.h"

/* Of the page, in 1/1024 of a point. */
struct pdf_area {
	int32_t width;
	int32_t height;
	int32_t margin; /* on all four sides; the foot stands in the lower one */
	int32_t number; /* the column of page numbers in the contents */
};

struct pdf_area pdf_area_of(enum pdf_paper paper);
int32_t pdf_indent(enum pdf_style style);

/* Of a figure's drawing: how far its top is below that of the first line. */
#define PDF_DRAWING_ABOVE (4 * 1024)

/* The caller gives it back with g_object_unref. Adds to *unshown what no font has. */
PangoLayout *pdf_layout(struct pdf_fonts *fonts, struct arena *arena,
                        const struct pdf_setting *setting, const struct pdf_block *block,
                        int32_t *unshown);
struct pdf_lines pdf_layout_lines(struct arena *arena, enum pdf_style style, PangoLayout *layout,
                                  int32_t unshown);

/* Where the next line stands: the page, from 1 (0: there is none yet), and how far below the margin. */
struct pdf_cursor {
	const struct pdf_setting *setting;
	int32_t page;
	int32_t used;
	int32_t beside; /* where the drawing beside the lines ends on this page */
};

/* Before the lines of block i: the space above it, and another page where its first line does not fit. */
void pdf_cursor_block(struct pdf_cursor *cursor, const struct pdf_lines *blocks, size_t count,
                      size_t i);
/* Room for one line; answers its top. */
int32_t pdf_cursor_line(struct pdf_cursor *cursor, int32_t height);

#endif
