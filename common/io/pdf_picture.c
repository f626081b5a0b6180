#include "common/io/pdf_picture.h"

#include "common/base/text.h"
#include "common/io/pdf_layout.h"

#include <cairo/cairo-pdf.h>
#include <string.h>

#define PNG_HEAD 24  /* signature, length, "IHDR", width, height */
#define JPEG_FRAME 9 /* marker, length, bits, height, width */

struct size {
	uint32_t width;
	uint32_t height;
};

static bool png_size(struct bytes picture, struct size *size)
{
	static const char signature[] = "\x89PNG\r\n\x1a\n";
	const unsigned char *const data = picture.data;

	if (picture.size < PNG_HEAD || memcmp(data, signature, 8) != 0 ||
	    memcmp(data + 12, "IHDR", 4) != 0)
		return false;
	*size = (struct size){ bytes_u32(data + 16), bytes_u32(data + 20) };
	return true;
}

static uint32_t u16(const unsigned char *data)
{
	return (uint32_t)data[0] << 8 | data[1];
}

/* Where a frame begins: C0 to CF but for tables and what is reserved. */
static bool is_frame(unsigned char marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
	       marker != 0xCC;
}

/* From its frame on: a scan begins, and the picture ends. One that was cut off while it was sent has no end. */
static bool jpeg_is_whole(const unsigned char *frame, size_t left)
{
	const unsigned char *const scan = memmem(frame, left, "\xFF\xDA", 2);

	return scan != NULL && memmem(scan, left - (size_t)(scan - frame), "\xFF\xD9", 2) != NULL;
}

static bool jpeg_size(struct bytes picture, struct size *size)
{
	const unsigned char *const data = picture.data;

	if (picture.size < 4 || data[0] != 0xFF || data[1] != 0xD8)
		return false;
	for (size_t at = 2; at + JPEG_FRAME <= picture.size;) {
		if (data[at] != 0xFF)
			return false;
		if (data[at + 1] == 0xFF) {
			at++;
		} else if (is_frame(data[at + 1])) {
			*size = (struct size){ u16(data + at + 7), u16(data + at + 5) };
			return jpeg_is_whole(data + at, picture.size - at);
		} else {
			at += 2 + u16(data + at + 2);
		}
	}
	return false;
}

static bool bounded(struct size size)
{
	return size.width >= 1 && size.height >= 1 && size.width <= PDF_PICTURE_SIDE_MAX &&
	       size.height <= PDF_PICTURE_SIDE_MAX &&
	       (uint64_t)size.width * size.height <= PDF_PICTURE_AREA_MAX;
}

/* What the library reads a PNG from. */
static cairo_status_t give(void *closure, unsigned char *data, unsigned int size)
{
	struct bytes *const rest = closure;

	if (rest->size < size)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(data, rest->data, size);
	rest->data = (const unsigned char *)rest->data + size;
	rest->size -= size;
	return CAIRO_STATUS_SUCCESS;
}

/* The pixels of a JPEG are never asked for: the library takes its bytes instead. */
static cairo_surface_t *surface_of(bool jpeg, struct bytes picture, struct size size)
{
	cairo_surface_t *surface;

	if (!jpeg)
		return cairo_image_surface_create_from_png_stream(give, &picture);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)size.width, (int)size.height);
	cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_JPEG,
	                            (const unsigned char *)picture.data, picture.size, NULL, NULL);
	return surface;
}

static cairo_status_t take(void *closure, const unsigned char *data, unsigned int size)
{
	buffer_add(closure, data, size);
	return CAIRO_STATUS_SUCCESS;
}

/* In the upper left of the margins, as large as it is or as they allow. */
static void place(cairo_t *cairo, cairo_surface_t *picture, struct size size, struct pdf_area area)
{
	const double margin = pango_units_to_double(area.margin);
	const double across = pango_units_to_double(area.width) - 2 * margin;
	const double down = pango_units_to_double(area.height) - 2 * margin;
	double scale = 1.0;

	if (size.width * scale > across)
		scale = across / size.width;
	if (size.height * scale > down)
		scale = down / size.height;
	cairo_translate(cairo, margin, margin);
	cairo_scale(cairo, scale, scale);
	cairo_set_source_surface(cairo, picture, 0, 0);
	cairo_paint(cairo);
}

static cairo_status_t draw(cairo_surface_t *picture, struct size size, struct pdf_area area,
                           struct instant created, struct buffer *out)
{
	cairo_surface_t *const page =
	    cairo_pdf_surface_create_for_stream(take, out, pango_units_to_double(area.width),
	                                        pango_units_to_double(area.height));
	cairo_t *const cairo = cairo_create(page);
	char text[TIME_TEXT_SIZE];

	created.us -= created.us % 1000000;
	cairo_pdf_surface_set_metadata(page, CAIRO_PDF_METADATA_CREATE_DATE,
	                               time_format(created, text));
	place(cairo, picture, size, area);
	cairo_show_page(cairo);
	cairo_surface_finish(page);
	const cairo_status_t first = cairo_status(cairo);
	const cairo_status_t status =
	    first == CAIRO_STATUS_SUCCESS ? cairo_surface_status(page) : first;
	cairo_destroy(cairo);
	cairo_surface_destroy(page);
	return status;
}

/* A JPEG that the library does not like is drawn from pixels that were never set: a black page. */
static bool taken_over(const struct buffer *out)
{
	static const char filter[] = "/DCTDecode";

	return memmem(out->data, out->size, filter, sizeof(filter) - 1) != NULL;
}

static bool picture_draw(const struct pdf_picture *picture, bool jpeg, struct size size,
                         struct buffer *out)
{
	cairo_surface_t *const surface = surface_of(jpeg, picture->content, size);
	const bool drawn = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS &&
	                   draw(surface, size, pdf_area_of(picture->paper), picture->created,
	                        out) == CAIRO_STATUS_SUCCESS;

	cairo_surface_destroy(surface);
	return drawn && (!jpeg || taken_over(out));
}

enum status pdf_picture(struct arena *arena, const struct pdf_picture *picture, struct bytes *pdf,
                        const char **reason)
{
	const bool jpeg = text_equal(picture->media_type, "image/jpeg");
	const bool png = text_equal(picture->media_type, "image/png");
	struct buffer out = { 0 };
	struct size size;

	*reason = "is not the picture that its type says";
	if (jpeg ? !jpeg_size(picture->content, &size) : !png || !png_size(picture->content, &size))
		return STATUS_REJECT;
	*reason = "is a picture of too many pixels";
	if (!bounded(size))
		return STATUS_REJECT;
	*reason = "is a picture that cannot be read";
	const bool drawn = picture_draw(picture, jpeg, size, &out);

	if (drawn)
		*pdf = arena_bytes(arena, (struct bytes){ out.data, out.size });
	buffer_finish(&out);
	return drawn ? STATUS_OK : STATUS_REJECT;
}
