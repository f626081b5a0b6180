/*
 * pdf_picture - a JPEG or PNG as a PDF of one upright page, over cairo.
 *
 * Input is hostile: sides and area are bounded before anything is decoded. A JPEG is taken over byte for byte,
 * never decoded: it has to have a frame, a scan and an end; what else is broken inside it shows only in a viewer, and a note of a camera that it was
 * held sideways is not read. The picture is made smaller where it is larger than the page, never larger.
 */
#ifndef COMMON_IO_PDF_PICTURE_H
#define COMMON_IO_PDF_PICTURE_H

#include "common/io/pdf.h"

#define PDF_PICTURE_SIDE_MAX 20000    /* pixels */
#define PDF_PICTURE_AREA_MAX 50000000 /* pixels; a decoded PNG has four bytes for each */

/* All borrowed. */
struct pdf_picture {
	const char *media_type; /* "image/jpeg" or "image/png" */
	struct bytes content;
	enum pdf_paper paper;
	struct instant created; /* what the PDF calls its creation */
};

/* REJECT: *reason says why, in words of ours. */
enum status pdf_picture(struct arena *arena, const struct pdf_picture *picture, struct bytes *pdf,
                        const char **reason) MUST_CHECK;

#endif
