/*
 * pdf - a document of headings, texts and quotes as a PDF, over cairo and pango.
 *
 * Upright pages, black on white, nothing smaller than PDF_POINTS_MIN, the page's number on each. No
 * links, no pictures; colours only in the drawings of rectangles that a document brings. The text can be taken out again, of any
 * script that the fonts have.
 *
 * What is promised: the same document, fonts and versions of the libraries give the same bytes. No
 * clock and no chance goes in: the date of creation is the caller's. Another machine with other versions
 * may break lines elsewhere. pdf_lay and pdf_count say how many pages there will be without writing
 * any, from the same lines that pdf_write places.
 */
#ifndef COMMON_IO_PDF_H
#define COMMON_IO_PDF_H

#include "common/base/arena.h"
#include "common/base/time.h"
#include "common/io/pdf_font.h"

#define PDF_POINTS_MIN 12 /* the provider's smallest that a bank may be sent */

enum pdf_paper { PDF_A4, PDF_LETTER };
extern const char *const pdf_paper_names[]; /* "a4", "letter", NULL */

enum pdf_style {
	PDF_TITLE,
	PDF_HEADING, /* stays with the first line of what follows */
	PDF_TEXT,
	PDF_QUOTE,    /* indented */
	PDF_CONTENTS, /* a line of the contents: the page of its target stands at the right */
	PDF_FIGURE,   /* a text with a drawing at its right; what follows stands below both */
	PDF_STYLES,
};

/* All borrowed. */
struct pdf_block {
	enum pdf_style style;
	const char *text; /* valid UTF-8; line feeds break lines; what cannot be shown: pdf_shown */
	const char *language; /* BCP 47, for the shape of Chinese characters; NULL: not known */
	size_t
	    target; /* PDF_CONTENTS: the block, PDF_FIGURE: the drawing, by its place in the list */
};

/* The room of a drawing, in 1/1024 of a point. */
#define PDF_DRAWING_WIDTH 122880 /* 120 points */
#define PDF_DRAWING_HEIGHT 24576 /* 24 points */

/* Filled. In 1/1024 of a point from the drawing's upper left corner; what leaves its room is cut off. */
struct pdf_box {
	int32_t x;
	int32_t y;
	int32_t width;
	int32_t height;
	uint32_t rgb; /* 0xRRGGBB */
};

struct pdf_drawing {
	const struct pdf_box *boxes; /* the later over the earlier */
	size_t count;
};

struct pdf_setting {
	enum pdf_paper paper;
	int32_t points;   /* of texts; PDF_POINTS_MIN or more, PDF_POINTS_MAX at most */
	const char *foot; /* stands before the page's number; valid UTF-8 */
};

#define PDF_POINTS_MAX 36

/* One block broken into lines: how high each is, in 1/1024 of a point. Lives in the arena. */
struct pdf_lines {
	const int32_t *heights;
	size_t count;
	enum pdf_style style;
	int32_t unshown; /* points that no font has */
};

void pdf_lay(struct pdf_fonts *fonts, struct arena *arena, const struct pdf_setting *setting,
             const struct pdf_block *block, struct pdf_lines *lines);
/* Pages of the blocks one after the other; page_of (may be NULL): where each begins, from 1. 0 of none. */
int32_t pdf_count(const struct pdf_setting *setting, const struct pdf_lines *blocks, size_t count,
                  int32_t *page_of);

struct pdf_document {
	struct pdf_setting setting;
	const char *title;      /* of the file; valid UTF-8 */
	struct instant created; /* what it calls its creation */
	const struct pdf_block *blocks;
	size_t count;                       /* at least 1 */
	const struct pdf_drawing *drawings; /* those that figures name; NULL: there are none */
	size_t drawing_count;
};

struct pdf_file {
	struct bytes content; /* in the arena */
	int32_t pages;
	int32_t unshown;        /* points shown as "[U+1F600]" */
	const int32_t *page_of; /* of each block, the page on which it begins */
};

/* REJECT: the library refused to write; *file is as it was. */
enum status pdf_write(struct pdf_fonts *fonts, struct arena *arena,
                      const struct pdf_document *document, struct pdf_file *file) MUST_CHECK;

#endif
