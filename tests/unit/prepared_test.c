/*
 * prepared_test - folding that knows the way back, and hostile text in bounded time.
 */
#include "common/base/arena.h"
#include "services/classifier/prepared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define POINTS_MAX 24
#define MEBIBYTE ((size_t)1 << 20)

static int begin(void **state)
{
	*state = arena_create(4096);
	return 0;
}

static int end(void **state)
{
	arena_destroy(*state);
	return 0;
}

struct folding {
	const char *name;
	const char *text;
	struct prepared_point points[POINTS_MAX]; /* ends with a code of 0 */
};

static const struct folding foldings[] = {
	{ "empty text has no points", "", { { 0, 0, 0 } } },
	{ "case is folded", "aB", { { 'a', 0, 1 }, { 'b', 1, 2 } } },
	{ "full width becomes narrow", "Ａ１", { { 'a', 0, 3 }, { '1', 3, 6 } } },
	{ "katakana becomes hiragana", "カヴ", { { 0x304B, 0, 3 }, { 0x3094, 3, 6 } } },
	{ "the long-vowel mark stays", "カー", { { 0x304B, 0, 3 }, { 0x30FC, 3, 6 } } },
	{ "half-width kana and its voice mark are one point",
	  "ﾊﾞｽ",
	  { { 0x3070, 0, 6 }, { 0x3059, 6, 9 } } },
	{ "a semi-voiced mark too", "ﾊﾟ", { { 0x3071, 0, 6 } } },
	{ "a letter and its accent are one point",
	  "e\xCC\x81x",
	  { { 0xE9, 0, 3 }, { 'x', 3, 4 } } },
	{ "jamo become a syllable", "\xE1\x84\x92\xE1\x85\xAA\xE1\x86\xAB", { { 0xD658, 0, 9 } } },
	{ "a ligature is several points of one range",
	  "oﬃ",
	  { { 'o', 0, 1 }, { 'f', 1, 4 }, { 'f', 1, 4 }, { 'i', 1, 4 } } },
	{ "a sharp s is two", "ß", { { 's', 0, 2 }, { 's', 0, 2 } } },
	{ "a square word is its letters", "㌔", { { 0x304D, 0, 3 }, { 0x308D, 0, 3 } } },
	{ "a circled digit is a digit", "①", { { '1', 0, 3 } } },
	{ "blanks are one space",
	  "a \t\r\n\xE3\x80\x80"
	  "b",
	  { { 'a', 0, 1 }, { ' ', 1, 8 }, { 'b', 8, 9 } } },
	{ "zero-width characters hide nothing",
	  "re\xE2\x80\x8B"
	  "f\xC2\xAD"
	  "u",
	  { { 'r', 0, 1 }, { 'e', 1, 2 }, { 'f', 5, 6 }, { 'u', 8, 9 } } },
	{ "a zero-width character between kana and its mark hides nothing",
	  "ﾊ\xE2\x80\x8Bﾞ",
	  { { 0x3070, 0, 9 } } },
	{ "marks of direction are left out",
	  "\xE2\x80\xAE"
	  "a\xE2\x80\xAC\xE2\x81\xA6"
	  "b",
	  { { 'a', 3, 4 }, { 'b', 10, 11 } } },
	{ "an emoji's selector is left out",
	  "☎\xEF\xB8\x8F!",
	  { { 0x260E, 0, 3 }, { '!', 6, 7 } } },
	{ "controls are left out",
	  "a\x01\x7F"
	  "b",
	  { { 'a', 0, 1 }, { 'b', 3, 4 } } },
	{ "what is no character is replaced byte by byte",
	  "a\xFF\xC0"
	  "b",
	  { { 'a', 0, 1 }, { 0xFFFD, 1, 2 }, { 0xFFFD, 2, 3 }, { 'b', 3, 4 } } },
	{ "a character cut off is replaced", "\xE3\x81", { { 0xFFFD, 0, 1 }, { 0xFFFD, 1, 2 } } },
	{ "a curved apostrophe is a straight one", "’", { { 0x27, 0, 3 } } },
	{ "Han and Hangul stay", "返환", { { 0x8FD4, 0, 3 }, { 0xD658, 3, 6 } } },
	{ "capital letters that only the normal form shows are folded",
	  "Ⓐ㎏",
	  { { 'a', 0, 3 }, { 'k', 3, 6 }, { 'g', 3, 6 } } },
};

static void folded(void **state)
{
	struct prepared prepared;

	for (size_t i = 0; i < COUNT_OF(foldings); i++) {
		const struct folding *const it = &foldings[i];
		prepared_make(*state, it->text, strlen(it->text), &prepared);
		size_t count = 0;
		while (it->points[count].code != 0)
			count++;
		print_message("  %s\n", it->name);
		assert_int_equal(prepared.count, count);
		for (size_t k = 0; k < count; k++) {
			assert_int_equal(prepared.points[k].code, it->points[k].code);
			assert_int_equal(prepared.points[k].at, it->points[k].at);
			assert_int_equal(prepared.points[k].end, it->points[k].end);
		}
	}
}

struct wall {
	const char *name;
	const char *brick;
	size_t bricks;
	size_t count; /* points that come of it */
};

static const struct wall walls[] = {
	{ "1 MiB of one letter", "a", MEBIBYTE, PREPARED_POINTS_MAX },
	{ "100,000 emoji", "😀", 100000, PREPARED_POINTS_MAX },
	{ "1 MiB of blanks is one", " ", MEBIBYTE, 1 },
	{ "zero-width characters are nothing", "\xE2\x80\x8B", 300000, 0 },
	{ "right-to-left marks are nothing", "\xE2\x80\x8F", 300000, 0 },
	{ "accents without end", "\xCC\x81", 500000, PREPARED_POINTS_MAX },
	{ "ligatures that grow sixfold", "\xEF\xB7\xBA", 300000, PREPARED_POINTS_MAX },
	{ "bytes that are no text", "\xFF", MEBIBYTE, PREPARED_POINTS_MAX },
};

static void bounded(void **state)
{
	struct prepared prepared;

	for (size_t i = 0; i < COUNT_OF(walls); i++) {
		const size_t brick = strlen(walls[i].brick);
		char *const text = arena_alloc(*state, brick * walls[i].bricks);
		for (size_t k = 0; k < walls[i].bricks; k++)
			memcpy(text + k * brick, walls[i].brick, brick);
		print_message("  %s\n", walls[i].name);
		prepared_make(*state, text, brick * walls[i].bricks, &prepared);
		assert_int_equal(prepared.count, walls[i].count);
		for (size_t k = 1; k < prepared.count; k++)
			assert_true(prepared.points[k].at >= prepared.points[k - 1].at &&
			            prepared.points[k].end <= prepared.size);
	}
}

static void spanned(void **state)
{
	const char *const text = "ab ﾊﾞ\xE2\x80\x8B"
				 "c";
	struct prepared prepared;

	prepared_make(*state, text, strlen(text), &prepared);
	assert_int_equal(prepared.count, 5);
	const struct span all = prepared_span(&prepared, 0, 5);
	assert_int_equal(all.at, 0);
	assert_int_equal(all.size, strlen(text));
	const struct span kana = prepared_span(&prepared, 3, 4);
	assert_int_equal(kana.at, 3);
	assert_int_equal(kana.size, 6);
	const struct span none = prepared_span(&prepared, 5, 5);
	assert_int_equal(none.at, strlen(text));
	assert_int_equal(none.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(folded, begin, end),
		cmocka_unit_test_setup_teardown(bounded, begin, end),
		cmocka_unit_test_setup_teardown(spanned, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
