/*
 * pdf_join_test - PDFs of others: counted, joined, and refused where nobody can read them.
 */
#include "common/io/pdf_join.h"

#include "common/base/text.h"
#include "common/io/pdf.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/pdf_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FLIPS 300

static struct pdf_fonts *fonts;

static int start(void **state)
{
	char reason[256] = "";

	arena_open(state);
	fonts = pdf_fonts_open(pdf_font_files, reason, sizeof(reason));
	assert_string_equal(reason, "");
	return 0;
}

static int stop(void **state)
{
	pdf_fonts_close(fonts);
	return arena_close(state);
}

/* A letter for each page. */
static struct bytes pdf_of(const char *letters)
{
	const size_t count = strlen(letters);
	struct pdf_block *const blocks = arena_zero(arena, count * sizeof(*blocks));
	struct pdf_file file;

	for (size_t i = 0; i < count; i++) {
		/* More lines than half a page. */
		blocks[i].style = PDF_TEXT;
		blocks[i].text = arena_printf(arena, "%c%.*s", letters[i], i + 1 < count ? 40 : 0,
		                              "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
		                              "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
	}
	const struct pdf_document document = {
		.setting = { PDF_A4, 12, "F" },
		.title = letters,
		.created = { INT64_C(1777629600000000) },
		.blocks = blocks,
		.count = count,
	};

	assert_int_equal(pdf_write(fonts, arena, &document, &file), STATUS_OK);
	assert_int_equal(file.pages, count);
	return file.content;
}

static int32_t pages_of(struct bytes pdf)
{
	const char *reason = "";
	int32_t pages = 0;

	assert_int_equal(pdf_page_count(pdf, &pages, &reason), STATUS_OK);
	return pages;
}

static struct bytes joined_of(const struct bytes *pdfs, size_t count)
{
	const char *reason = "";
	struct bytes joined;
	size_t which;

	assert_int_equal(pdf_join(arena, pdfs, count, &joined, &which, &reason), STATUS_OK);
	return joined;
}

static void pages_stand_in_the_order_of_the_files(void **state)
{
	const struct bytes pdfs[] = { pdf_of("ab"), pdf_of("c"), pdf_of("def") };
	const struct bytes joined = joined_of(pdfs, COUNT_OF(pdfs));

	(void)state;
	assert_int_equal(pages_of(pdfs[2]), 3);
	assert_int_equal(pages_of(joined), 6);
	assert_non_null(memmem(joined.data, joined.size, "%PDF-", 5));
	if (!pdf_fixture_ready())
		skip();
	assert_string_equal(pdf_fixture_text(arena, joined, "F"), "abcdef");
}

static void the_same_files_give_the_same_bytes(void **state)
{
	const struct bytes pdfs[] = { pdf_of("ab"), pdf_of("c") };

	(void)state;
	assert_true(bytes_equal(joined_of(pdfs, 2), joined_of(pdfs, 2)));
	assert_true(joined_of(pdfs, 2).size < pdfs[0].size + pdfs[1].size + 4096);
}

static void what_nobody_can_read_is_refused(void **state)
{
	const struct bytes good = pdf_of("a");
	const struct {
		const char *name;
		struct bytes content;
	} rows[] = {
		{ "nothing", { "", 0 } },
		{ "a text", bytes_of("This is no PDF at all.") },
		{ "a head alone", bytes_of("%PDF-1.4\n") },
		{ "a picture", { "\x89PNG\r\n\x1a\n", 8 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct bytes both[] = { good, rows[i].content };
		const char *reason = NULL;
		struct bytes joined;
		size_t which = 9;
		int32_t pages = 7;

		print_message("%s\n", rows[i].name);
		assert_int_equal(pdf_page_count(rows[i].content, &pages, &reason), STATUS_REJECT);
		assert_int_equal(pages, 7);
		assert_non_null(reason);
		assert_int_equal(pdf_join(arena, both, 2, &joined, &which, &reason), STATUS_REJECT);
		assert_int_equal(which, 1);
	}
}

/* One page is counted, and none is found in what the library writes of it. */
static void what_cannot_be_written_anew_is_refused(void **state)
{
	static const char strange[] = "FD-P%1.4\n"
				      "1 0 obj\n"
				      "<< /Typ /Catalog /Pages 2 0 R >>\n"
				      "endobj\n"
				      "2 0 obj\n"
				      "<<ages /Kids [3 0 R] /Count 1 >>\n"
				      "endobj\n"
				      "3 0 obj\n"
				      "<< /TyParent 0000  n\n"
				      "trailer\n"
				      "<<ize 50 /Root 1 0 R >>\n"
				      "startxre]\n"
				      "257\n"
				      "%%EOF\n";
	const struct bytes pdfs[] = { bytes_of(strange), bytes_of(strange) };
	const char *reason = "";
	struct bytes joined;
	size_t which;

	(void)state;
	assert_int_equal(pages_of(pdfs[0]), 1);
	assert_int_equal(pdf_join(arena, pdfs, 2, &joined, &which, &reason), STATUS_REJECT);
	assert_string_equal(reason, "cannot be joined with the others");
}

/* Whatever is broken of a file: it is refused, or all of its pages are there. */
static void broken_files_are_there_whole_or_refused(void **state)
{
	const struct bytes good = pdf_of("ab");
	struct chance chance;
	size_t refused = 0;

	(void)state;
	chance_seed(&chance, 11);
	for (int i = 0; i < FLIPS; i++) {
		struct arena *const own = arena_create(65536);
		unsigned char *const bent = arena_copy(own, good.data, good.size);
		const size_t size = chance_of(&chance, 300)
		                        ? (size_t)chance_between(&chance, 1, (int)good.size)
		                        : good.size;
		const struct bytes both[] = { good, { bent, size } };
		const char *reason = "";
		struct bytes joined;
		size_t which;

		for (int k = 0; k < 20; k++)
			bent[chance_below(&chance, (int)size)] =
			    (unsigned char)chance_next(&chance);
		if (pdf_join(own, both, 2, &joined, &which, &reason) == STATUS_OK)
			assert_int_equal(pages_of(joined), 2 + pages_of(both[1]));
		else
			refused++;
		arena_destroy(own);
	}
	print_message("%zu of %d refused\n", refused, FLIPS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_stand_in_the_order_of_the_files),
		cmocka_unit_test(the_same_files_give_the_same_bytes),
		cmocka_unit_test(what_nobody_can_read_is_refused),
		cmocka_unit_test(what_cannot_be_written_anew_is_refused),
		cmocka_unit_test(broken_files_are_there_whole_or_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
