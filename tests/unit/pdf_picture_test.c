/*
 * pdf_picture_test - pictures as PDFs: one page, a JPEG's own bytes in it, and what is refused.
 */
#include "common/io/pdf_picture.h"

#include "common/base/text.h"
#include "common/io/pdf_join.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/picture_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FLIPS 1000

static const struct instant created = { INT64_C(1777629600000000) };

static enum status made(const char *type, struct bytes picture, struct bytes *pdf)
{
	const char *reason = NULL;
	const enum status status =
	    pdf_picture(arena, &(struct pdf_picture){ type, picture, PDF_A4, created }, pdf,
	                &reason);

	assert_non_null(reason);
	return status;
}

static void a_picture_is_one_page(void **state)
{
	static const char *const types[] = { "image/jpeg", "image/png" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		const struct bytes picture = picture_fixture(arena, types[i]);
		const char *reason = "";
		struct bytes pdf;
		struct bytes again;
		int32_t pages = 0;

		assert_int_equal(made(types[i], picture, &pdf), STATUS_OK);
		assert_int_equal(made(types[i], picture, &again), STATUS_OK);
		assert_true(bytes_equal(pdf, again));
		assert_int_equal(pdf_page_count(pdf, &pages, &reason), STATUS_OK);
		assert_int_equal(pages, 1);
		assert_non_null(memmem(pdf.data, pdf.size, "(20260501100000Z)", 17));
	}
}

static void a_jpeg_is_taken_over_byte_for_byte(void **state)
{
	const struct bytes picture = picture_fixture(arena, "image/jpeg");
	struct bytes pdf;

	(void)state;
	assert_int_equal(made("image/jpeg", picture, &pdf), STATUS_OK);
	assert_non_null(memmem(pdf.data, pdf.size, picture.data, picture.size));
}

/*
 * The picture with these bytes in place of those at `at`. Width and height of the PNG stand from byte 16
 * on, height, width and colours of the JPEG from 76 on.
 */
static struct bytes bent(const char *type, size_t at, const char *put, size_t size)
{
	const struct bytes whole = picture_fixture(arena, type);
	char *const copy = arena_copy(arena, whole.data, whole.size);

	memcpy(copy + at, put, size);
	return (struct bytes){ copy, whole.size };
}

static void what_is_no_picture_is_refused(void **state)
{
	const struct bytes png = picture_fixture(arena, "image/png");
	const struct bytes jpeg = picture_fixture(arena, "image/jpeg");
	const struct {
		const char *name;
		const char *type;
		struct bytes content;
	} rows[] = {
		{ "nothing", "image/png", { "", 0 } },
		{ "a PNG that is called a JPEG", "image/jpeg", png },
		{ "a JPEG that is called a PNG", "image/png", jpeg },
		{ "a type of no picture", "application/pdf", png },
		{ "half a PNG", "image/png", { png.data, png.size / 2 } },
		{ "the head of a PNG", "image/png", { png.data, 24 } },
		{ "the head of a JPEG", "image/jpeg", { jpeg.data, 20 } },
		{ "a PNG of 2^31 columns", "image/png", bent("image/png", 16, "\x80\0\0\0", 4) },
		{ "a PNG without columns", "image/png", bent("image/png", 16, "\0\0\0\0", 4) },
		{ "a JPEG of 20,000 by 20,000", "image/jpeg",
		  bent("image/jpeg", 76, "\x4E\x20\x4E\x20", 4) },
		{ "a JPEG of two colours", "image/jpeg", bent("image/jpeg", 80, "\2", 1) },
		{ "a PNG of 20,001 columns", "image/png",
		  bent("image/png", 16, "\0\0\x4E\x21", 4) },
	};
	struct bytes pdf;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		assert_int_equal(made(rows[i].type, rows[i].content, &pdf), STATUS_REJECT);
	}
}

static void broken_pictures_are_taken_or_refused(void **state)
{
	static const char *const types[] = { "image/jpeg", "image/png" };
	struct chance chance;

	(void)state;
	chance_seed(&chance, 3);
	for (int i = 0; i < FLIPS; i++) {
		const char *const type = types[i % 2];
		const struct bytes whole = picture_fixture(arena, type);
		unsigned char *const copy = arena_copy(arena, whole.data, whole.size);
		const size_t size = (size_t)chance_between(&chance, 1, (int)whole.size);
		struct bytes pdf;

		for (int k = 0; k < 3; k++)
			copy[chance_below(&chance, (int)size)] =
			    (unsigned char)chance_next(&chance);
		const enum status status = made(type, (struct bytes){ copy, size }, &pdf);

		assert_true(status == STATUS_OK || status == STATUS_REJECT);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_is_one_page),
		cmocka_unit_test(a_jpeg_is_taken_over_byte_for_byte),
		cmocka_unit_test(what_is_no_picture_is_refused),
		cmocka_unit_test(broken_pictures_are_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
