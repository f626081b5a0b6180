/*
 * pdf_test - a document as a PDF: the same bytes again, its text out of it again, its pages as counted.
 */
#include "common/io/pdf.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/pdf_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FOOT "Dispute dp_1"
#define CREATED INT64_C(1777629600000000) /* 2026-05-01T10:00:00Z */
#define RANDOM_DOCUMENTS 30
#define RANDOM_BLOCKS 40

static struct pdf_fonts *fonts;

static int open_fonts(void **state)
{
	char reason[256] = "";

	arena_open(state);
	fonts = pdf_fonts_open(pdf_font_files, reason, sizeof(reason));
	assert_string_equal(reason, "");
	assert_non_null(fonts);
	return 0;
}

static int close_fonts(void **state)
{
	pdf_fonts_close(fonts);
	return arena_close(state);
}

static const struct pdf_setting a4 = { PDF_A4, 12, FOOT };

static const struct pdf_box box = { 0, 0, PDF_DRAWING_WIDTH, PDF_DRAWING_HEIGHT, 0x123456 };
/* As many as a document of chance may name. */
static struct pdf_drawing drawings[RANDOM_BLOCKS] = { { &box, 1 } };

static struct pdf_file written(const struct pdf_block *blocks, size_t count)
{
	const struct pdf_document document = {
		.setting = a4,
		.title = "Evidence for dispute dp_1",
		.created = { CREATED },
		.blocks = blocks,
		.count = count,
		.drawings = drawings,
		.drawing_count = RANDOM_BLOCKS,
	};
	struct pdf_file file = { 0 };

	assert_int_equal(pdf_write(fonts, arena, &document, &file), STATUS_OK);
	return file;
}

static bool holds(struct bytes content, const char *text)
{
	return memmem(content.data, content.size, text, strlen(text)) != NULL;
}

static const struct pdf_block mixed[] = {
	{ PDF_TITLE, "Evidence for dispute dp_1 不正利用", NULL, 0 },
	{ PDF_CONTENTS, "1. A mail of the customer", NULL, 2 },
	{ PDF_HEADING, "Exhibit 1", NULL, 0 },
	{ PDF_QUOTE, "お世話になっております。\n二重に請求されているようです。ｶﾞｷﾞ ＡＢＣ１２３",
	  "ja", 0 },
	{ PDF_QUOTE, "직불 카드로 결제한 금액을 환불해 주세요.", "ko", 0 },
	{ PDF_QUOTE, "我已经取消了订阅，为什么还扣款？直骨门", "zh-Hans", 0 },
	{ PDF_QUOTE, "我已經取消了訂閱，為什麼還扣款？直骨門", "zh-Hant", 0 },
	{ PDF_TEXT, "The office fixed the difficult flow; naïve façade, Ελλάδα, Россия, 12 €.",
	  "en", 0 },
};

static void the_same_document_gives_the_same_bytes(void **state)
{
	const struct pdf_file first = written(mixed, COUNT_OF(mixed));
	const struct pdf_file second = written(mixed, COUNT_OF(mixed));

	(void)state;
	assert_true(bytes_equal(first.content, second.content));
}

static void fonts_that_are_opened_anew_give_the_same_bytes(void **state)
{
	struct arena *const other = arena_create(65536);
	const struct pdf_file first = written(mixed, COUNT_OF(mixed));
	const struct bytes kept = arena_bytes(other, first.content);

	close_fonts(state);
	open_fonts(state);
	assert_true(bytes_equal(kept, written(mixed, COUNT_OF(mixed)).content));
	arena_destroy(other);
}

/* Other letters, other sizes, so many that what the libraries keep of letters is another. */
static void write_others(void)
{
	for (uint32_t first = 0x4E00; first < 0x9000; first += 0x400) {
		char text[0x100 * 3 + 1] = "";
		struct pdf_document document = { .setting = { PDF_LETTER, 12, FOOT }, .title = "" };
		const struct pdf_block block = { PDF_QUOTE, text, first % 0x800 == 0 ? "ja" : NULL,
			                         0 };
		struct pdf_file file;

		for (uint32_t i = 0; i < 0x100; i++)
			snprintf(text + strlen(text), 4, "%c%c%c", 0xE0 | (first + i) >> 12,
			         0x80 | ((first + i) >> 6 & 0x3F), 0x80 | ((first + i) & 0x3F));
		document.setting.points = (int32_t)(PDF_POINTS_MIN + first / 0x400 % 24);
		document.blocks = &block;
		document.count = 1;
		assert_int_equal(pdf_write(fonts, arena, &document, &file), STATUS_OK);
	}
}

static void what_was_written_before_changes_no_byte(void **state)
{
	const struct pdf_block *const half = mixed + COUNT_OF(mixed) / 2;

	close_fonts(state);
	open_fonts(state);
	const struct pdf_file first = written(mixed, COUNT_OF(mixed));
	const struct pdf_file part = written(half, 3);

	write_others();
	assert_true(bytes_equal(part.content, written(half, 3).content));
	assert_true(bytes_equal(first.content, written(mixed, COUNT_OF(mixed)).content));
}

static void the_date_of_creation_is_the_callers(void **state)
{
	const struct pdf_file file = written(mixed, COUNT_OF(mixed));

	(void)state;
	assert_true(holds(file.content, "/CreationDate (20260501100000Z)"));
	assert_false(holds(file.content, "/ModDate"));
	assert_false(holds(file.content, "/ID"));
}

static void pages_are_upright_and_have_no_links(void **state)
{
	static const struct pdf_block block = { PDF_TEXT, "https://shop.example/a", NULL, 0 };
	const struct pdf_file file = written(&block, 1);

	(void)state;
	assert_true(holds(file.content, "/MediaBox [ 0 0 595.275391 841.888672 ]"));
	assert_false(holds(file.content, "/Annots"));
	assert_false(holds(file.content, "/URI"));
}

static void text_of_any_script_comes_out_again(void **state)
{
	struct buffer all = { 0 };

	(void)state;
	if (!pdf_fixture_ready())
		skip();
	for (size_t i = 0; i < COUNT_OF(mixed); i++) {
		buffer_add(&all, mixed[i].text, strlen(mixed[i].text));
		if (mixed[i].style == PDF_CONTENTS)
			buffer_add(&all, "1", 1);
	}
	const char *const wanted =
	    pdf_fixture_squeezed(arena, arena_text(arena, (const char *)all.data, all.size));
	const struct pdf_file file = written(mixed, COUNT_OF(mixed));

	buffer_finish(&all);
	assert_int_equal(file.unshown, 0);
	assert_string_equal(pdf_fixture_text(arena, file.content, FOOT), wanted);
}

static void what_no_font_shows_is_shown_as_what_it_is(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		const char *shown;
		int32_t unshown;
	} rows[] = {
		{ "plain text stays", "a b\tc\nd", "a b\tc\nd", 0 },
		{ "line ends of other systems", "a\r\nb\rc", "a\nb\nc", 0 },
		{ "a control", "a\x07z", "a[U+0007]z", 1 },
		{ "one that is nobody's", "a\xEE\x80\x80z", "a[U+E000]z", 1 },
		{ "not assigned", "a\xCD\xB8z", "a[U+0378]z", 1 },
		{ "a family of three", "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9",
		  "[U+1F468][U+200D][U+1F469]", 3 },
		{ "a direction turned around", "a\xE2\x80\xAEz", "a[U+202E]z", 1 },
		{ "a variation", "\xE2\x9D\xA4\xEF\xB8\x8F", "\xE2\x9D\xA4[U+FE0F]", 1 },
		{ "a letter of no font", "\xE0\xB9\x84", "[U+0E44]", 1 },
		{ "Arabic and Hebrew are there", "\xD9\x85\xD8\xB1 \xD7\xA9\xD7\x9C",
		  "\xD9\x85\xD8\xB1 \xD7\xA9\xD7\x9C", 0 },
	};
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct pdf_block block = { PDF_TEXT, rows[i].text, NULL, 0 };
		int32_t unshown = -1;
		const char *const shown = pdf_shown(fonts, arena, rows[i].text, &unshown);

		if (text_equal(shown, rows[i].shown) && unshown == rows[i].unshown &&
		    written(&block, 1).unshown == rows[i].unshown)
			continue;
		print_error("%s: %s, %d\n", rows[i].name, shown, unshown);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void very_long_words_are_broken_and_nothing_is_lost(void **state)
{
	char word[5001];

	(void)state;
	if (!pdf_fixture_ready())
		skip();
	for (size_t i = 0; i + 1 < sizeof(word); i++)
		word[i] = (char)('a' + i % 26);
	word[sizeof(word) - 1] = '\0';
	const struct pdf_block block = { PDF_QUOTE, word, NULL, 0 };
	const struct pdf_file file = written(&block, 1);

	assert_int_equal(file.pages, 2);
	assert_string_equal(pdf_fixture_text(arena, file.content, FOOT), word);
}

/* Of texts that run on without an end the library would take seconds, or break no line at all. */
static void texts_that_run_on_are_broken_all_the_same(void **state)
{
	static const struct {
		const char *name;
		const char *letter;
		size_t count;
		size_t lines; /* at least */
	} rows[] = {
		{ "200,000 letters", "x", 200000, 2000 },
		{ "200,000 characters", "\xE5\x8F\x96", 200000, 5000 },
		{ "200,000 letters in words", "word ", 40000, 1000 },
		{ "a letter with 20,000 marks", "\xCC\x81", 20000, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t size = strlen(rows[i].letter);
		char *const text = arena_alloc(arena, rows[i].count * size + 1);
		const struct pdf_block block = { PDF_QUOTE, text, NULL, 0 };
		struct pdf_lines lines;

		for (size_t k = 0; k < rows[i].count; k++)
			memcpy(text + k * size, rows[i].letter, size);
		text[rows[i].count * size] = '\0';
		pdf_lay(fonts, arena, &a4, &block, &lines);
		print_message("%s: %zu lines\n", rows[i].name, lines.count);
		assert_true(lines.count >= rows[i].lines);
	}
}

/* Pages are counted in the lines that are written. */

static const char *random_text(struct chance *chance)
{
	static const char *const words[] = { "refund ", "二重請求",
		                             "결제 ",   "取消",
		                             "\n",      "a-very-long-word-without-an-end ",
		                             "x " };
	const int count = chance_between(chance, 0, 120);

	return chance_text(chance, arena, words, COUNT_OF(words), count);
}

static size_t random_blocks(struct chance *chance, struct pdf_block *blocks)
{
	const size_t count = (size_t)chance_between(chance, 1, RANDOM_BLOCKS);

	for (size_t i = 0; i < count; i++)
		blocks[i] = (struct pdf_block){
			.style = (enum pdf_style)chance_below(chance, PDF_STYLES),
			.text = random_text(chance),
			.target = (size_t)chance_below(chance, (int)count),
		};
	return count;
}

static size_t pages_in(struct bytes content)
{
	static const char mark[] = "/Type /Page %";
	const char *const end = (const char *)content.data + content.size;
	size_t count = 0;

	for (const char *at = content.data;
	     (at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1)) != NULL; at++)
		count++;
	return count;
}

static void the_pages_that_are_counted_are_those_that_are_written(void **state)
{
	struct pdf_block blocks[RANDOM_BLOCKS];
	struct pdf_lines lines[RANDOM_BLOCKS];
	int32_t page_of[RANDOM_BLOCKS];
	struct chance chance;

	(void)state;
	chance_seed(&chance, 6);
	for (int round = 0; round < RANDOM_DOCUMENTS; round++) {
		const size_t count = random_blocks(&chance, blocks);
		const struct pdf_file file = written(blocks, count);

		for (size_t i = 0; i < count; i++)
			pdf_lay(fonts, arena, &a4, &blocks[i], &lines[i]);
		const int32_t pages = pdf_count(&a4, lines, count, page_of);

		assert_int_equal(file.pages, pages);
		assert_int_equal(pages_in(file.content), pages);
		assert_memory_equal(file.page_of, page_of, count * sizeof(*page_of));
		assert_true(pdf_count(&a4, lines, count - 1, NULL) <= pages);
	}
	assert_int_equal(pdf_count(&a4, lines, 0, NULL), 0);
}

/* The body of an A4 page is 747,406 high: seven lines of 100,000. */
static void a_page_holds_what_fits_and_a_heading_stays_with_its_first_line(void **state)
{
	static const int32_t even[] = { 100000, 100000, 100000, 100000,
		                        100000, 100000, 100000, 100000 };
	static const int32_t heading[] = { 60000 };
	static const int32_t low[] = { 66926 };
	static const int32_t high[] = { 66927 };
	const struct {
		const char *name;
		struct pdf_lines blocks[3];
		size_t count;
		int32_t pages;
		int32_t on; /* the page of the block before the last, or of the only one */
	} rows[] = {
		{ "seven lines", { { even, 7, PDF_TEXT, 0 } }, 1, 1, 1 },
		{ "eight lines", { { even, 8, PDF_TEXT, 0 } }, 1, 2, 1 },
		{ "a heading with its line",
		  { { even, 6, PDF_TEXT, 0 },
		    { heading, 1, PDF_HEADING, 0 },
		    { low, 1, PDF_TEXT, 0 } },
		  3,
		  1,
		  1 },
		{ "a heading whose line does not fit",
		  { { even, 6, PDF_TEXT, 0 },
		    { heading, 1, PDF_HEADING, 0 },
		    { high, 1, PDF_TEXT, 0 } },
		  3,
		  2,
		  2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int32_t page_of[3] = { 0 };

		print_message("%s\n", rows[i].name);
		assert_int_equal(pdf_count(&a4, rows[i].blocks, rows[i].count, page_of),
		                 rows[i].pages);
		assert_int_equal(page_of[rows[i].count > 1 ? 1 : 0], rows[i].on);
	}
}

/* A figure's text begins at 56 points, its drawing is 120 wide and 24 high, at the right margin. */
static void a_drawing_stands_beside_its_text(void **state)
{
	static const struct pdf_block blocks[] = { { PDF_FIGURE, "12", NULL, 0 },
		                                   { PDF_TEXT, "below", NULL, 0 } };
	static const struct {
		size_t x;
		size_t y;
		uint32_t rgb;
	} rows[] = {
		{ 421, 63, 0x123456 }, { 537, 63, 0x123456 }, { 480, 81, 0x123456 },
		{ 417, 70, 0xFFFFFF }, { 541, 70, 0xFFFFFF }, { 480, 57, 0xFFFFFF },
		{ 480, 86, 0xFFFFFF },
	};

	(void)state;
	if (!pdf_fixture_ready())
		skip();
	const struct pdf_file file = written(blocks, COUNT_OF(blocks));

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(pdf_fixture_colour(arena, file.content, rows[i].x, rows[i].y),
		                 rows[i].rgb);
}

/* A drawing wants 28,672, which is more than a line of 10,000; above a text are 4,096. */
static void what_follows_a_figure_stands_below_its_drawing(void **state)
{
	static const int32_t line[] = { 10000 };
	static const int32_t fits[] = { 747406 - 28672 - 4096 };
	static const int32_t over[] = { 747406 - 28672 - 4095 };
	static const int32_t nearly[] = { 747406 - 28671 - 4096 };
	const struct {
		const char *name;
		struct pdf_lines blocks[2];
		int32_t pages;
	} rows[] = {
		{ "room for both", { { line, 1, PDF_FIGURE, 0 }, { fits, 1, PDF_TEXT, 0 } }, 1 },
		{ "no room below", { { line, 1, PDF_FIGURE, 0 }, { over, 1, PDF_TEXT, 0 } }, 2 },
		{ "room at the end", { { fits, 1, PDF_TEXT, 0 }, { line, 1, PDF_FIGURE, 0 } }, 1 },
		{ "no room at the end",
		  { { nearly, 1, PDF_TEXT, 0 }, { line, 1, PDF_FIGURE, 0 } },
		  2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		assert_int_equal(pdf_count(&a4, rows[i].blocks, 2, NULL), rows[i].pages);
	}
}

static void a_font_that_is_not_there_is_named(void **state)
{
	static const char *const files[] = { "/nowhere/font.ttf", NULL };
	char reason[256] = "";

	(void)state;
	assert_null(pdf_fonts_open(files, reason, sizeof(reason)));
	assert_string_equal(reason, "/nowhere/font.ttf: is no font that can be read");
	pdf_fonts_close(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_document_gives_the_same_bytes),
		cmocka_unit_test(fonts_that_are_opened_anew_give_the_same_bytes),
		cmocka_unit_test(what_was_written_before_changes_no_byte),
		cmocka_unit_test(the_date_of_creation_is_the_callers),
		cmocka_unit_test(pages_are_upright_and_have_no_links),
		cmocka_unit_test(text_of_any_script_comes_out_again),
		cmocka_unit_test(what_no_font_shows_is_shown_as_what_it_is),
		cmocka_unit_test(very_long_words_are_broken_and_nothing_is_lost),
		cmocka_unit_test(texts_that_run_on_are_broken_all_the_same),
		cmocka_unit_test(the_pages_that_are_counted_are_those_that_are_written),
		cmocka_unit_test(a_page_holds_what_fits_and_a_heading_stays_with_its_first_line),
		cmocka_unit_test(a_drawing_stands_beside_its_text),
		cmocka_unit_test(what_follows_a_figure_stands_below_its_drawing),
		cmocka_unit_test(a_font_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
