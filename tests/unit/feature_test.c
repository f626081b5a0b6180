/*
 * feature_test - which texts look alike to the model, and that the work is linear in the text.
 */
#include "services/classifier/feature.h"
#include "services/classifier/feature_script.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEBIBYTE ((size_t)1 << 20)

static struct features features_of(const char *text, size_t size, struct prepared *prepared)
{
	struct features features;

	prepared_make(arena, text, size, prepared);
	features_find(arena, prepared, &features);
	return features;
}

static int compare(const void *a, const void *b)
{
	const uint32_t first = ((const struct feature *)a)->hash;
	const uint32_t second = ((const struct feature *)b)->hash;

	return (first > second) - (first < second);
}

static bool alike(const char *a, const char *b)
{
	struct prepared prepared;
	struct features first = features_of(a, strlen(a), &prepared);
	struct features second = features_of(b, strlen(b), &prepared);

	if (first.count != second.count)
		return false;
	qsort(first.items, first.count, sizeof(*first.items), compare);
	qsort(second.items, second.count, sizeof(*second.items), compare);
	for (size_t i = 0; i < first.count; i++)
		if (first.items[i].hash != second.items[i].hash)
			return false;
	return true;
}

struct likeness {
	const char *name;
	const char *a;
	const char *b;
	bool alike;
};

static const struct likeness likenesses[] = {
	{ "case and width say nothing", "Refund please", "ＲＥＦＵＮＤ　ｐｌｅａｓｅ", true },
	{ "half-width kana are kana", "ｷｬﾝｾﾙしたい", "キャンセルしたい", true },
	{ "zero-width characters hide nothing",
	  "re\xE2\x80\x8B"
	  "fund",
	  "refund", true },
	{ "an apostrophe forgotten is no other word", "don't charge", "dont charge", true },
	{ "amounts are not vocabulary", "charged 4711.50", "charged 9,999.99", true },
	{ "ids are not vocabulary", "see in_1MtHbELkdIwHu7ix", "see in_9QxAb2ZZ0kdIwH1", true },
	{ "a base64 wall is not vocabulary", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8x9",
	  "bXkgbmFtZSBpcyBub2JvZHkgYW5kIEkgYW0gaGVyZQ8", true },
	{ "what a server answered is", "error 503", "error 429", false },
	{ "a question is not a statement", "cancelled", "cancelled?", false },
	{ "word order counts", "card the", "the card", false },
	{ "Han differ by one character", "返金", "入金", false },
	{ "kana and their order count", "できない", "ないでき", false },
	{ "Hangul words count", "환불 요청", "결제 요청", false },
	{ "marks between words say nothing", "hello, world", "hello world", true },
};

static void likeness_is_as_people_see_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(likenesses); i++) {
		print_message("  %s\n", likenesses[i].name);
		assert_int_equal(alike(likenesses[i].a, likenesses[i].b), likenesses[i].alike);
	}
}

struct wall {
	const char *name;
	const char *brick;
	size_t size; /* of the whole wall, in bytes */
	size_t most; /* features */
};

#define ALL_POINTS ((size_t)FEATURES_PER_POINT * PREPARED_POINTS_MAX)

static const struct wall walls[] = {
	{ "no text, no features", "", 0, 0 },
	{ "1 MiB of one letter is one long word", "a", MEBIBYTE, 1 },
	{ "a base64 wall is one id", "aGVsbG8x", MEBIBYTE, 1 },
	{ "zero-width characters are nothing", "\xE2\x80\x8B", MEBIBYTE, 0 },
	{ "1 MiB of blanks is nothing", " ", MEBIBYTE, 0 },
	{ "100,000 emoji are two features each", "😀", 400000, 2 * PREPARED_POINTS_MAX },
	{ "one kana without end", "あ", MEBIBYTE, ALL_POINTS },
	{ "Han without end", "金", MEBIBYTE, ALL_POINTS },
	{ "Han one by one", "金 ", MEBIBYTE, ALL_POINTS },
	{ "Hangul one by one", "환 ", MEBIBYTE, ALL_POINTS },
	{ "letters one by one", "a ", MEBIBYTE, ALL_POINTS },
	{ "scripts that alternate", "a金1あ!", MEBIBYTE, ALL_POINTS },
	{ "digits without end are one number", "1", MEBIBYTE, 20 },
};

static void work_is_linear(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(walls); i++) {
		const size_t brick = strlen(walls[i].brick);
		char *const text = arena_alloc(arena, walls[i].size + 1);
		size_t size = 0;
		for (; brick > 0 && size + brick <= walls[i].size; size += brick)
			memcpy(text + size, walls[i].brick, brick);
		struct prepared prepared;
		const struct features features = features_of(text, size, &prepared);
		print_message("  %s\n", walls[i].name);
		assert_in_range(features.count, 0, walls[i].most);
		for (size_t k = 0; k < features.count; k++)
			assert_true(features.items[k].first < features.items[k].last &&
			            features.items[k].last <= prepared.count);
	}
}

struct writing {
	uint32_t code;
	enum script script;
};

static const struct writing writings[] = {
	{ 'a', SCRIPT_LETTER },    { '7', SCRIPT_DIGIT },         { ' ', SCRIPT_NONE },
	{ '!', SCRIPT_SYMBOL },    { 0xE9, SCRIPT_LETTER },       { 0x439, SCRIPT_LETTER },
	{ 0x20AC, SCRIPT_SYMBOL }, { 0x3042, SCRIPT_KANA },       { 0x30FC, SCRIPT_KANA },
	{ 0x3001, SCRIPT_NONE },   { 0x3005, SCRIPT_HAN },        { 0x91D1, SCRIPT_HAN },
	{ 0xD658, SCRIPT_LETTER }, { 0xE01, SCRIPT_OTHER_DENSE }, { 0x1F600, SCRIPT_SYMBOL },
	{ 0x20000, SCRIPT_HAN },   { 0x10FFFF, SCRIPT_NONE },     { 0xFFFD, SCRIPT_NONE },
};

static void scripts_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(writings); i++)
		assert_int_equal(script_of(writings[i].code), writings[i].script);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(likeness_is_as_people_see_it),
		cmocka_unit_test(work_is_linear),
		cmocka_unit_test(scripts_are_told),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
