/*
 * pattern_sketch_test - like texts have like sketches, in every script, and short ones have none.
 */
#include "services/classifier/pattern_report.h"
#include "services/classifier/pattern_sketch.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct made {
	uint16_t places[PATTERN_SKETCH_PLACES];
	size_t count;
};

static struct made sketch_of(const char *text)
{
	struct prepared prepared;
	struct made made = { .count = 0 };

	prepared_make(arena, text, strlen(text), &prepared);
	made.count = pattern_sketch_make(&prepared, made.places);
	return made;
}

static int32_t likeness(const char *a, const char *b)
{
	const struct made left = sketch_of(a);
	const struct made right = sketch_of(b);

	return pattern_sketch_likeness(left.places, left.count, right.places, right.count);
}

static void like_texts_are_like_and_others_are_not(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		int32_t least;
		int32_t most;
	} rows[] = {
		/* letter by letter */
		{ "The export button does nothing since this morning's update.",
		  "The export button does nothing since this morning's update.", 1000000, 1000000 },
		/* case, width, blanks, punctuation */
		{ "The export button does nothing since this morning's update.",
		  "the EXPORT button   does nothing, since this morning's update!!", 800000,
		  1000000 },
		/* the number of one's own invoice */
		{ "Invoice 2026-00417 was charged twice on our company card, see the attachment.",
		  "Invoice 1998-33 was charged twice on our company card, see the attachment.",
		  1000000, 1000000 },
		/* a word more */
		{ "The export button does nothing since this morning's update, please fix it soon.",
		  "The export button does nothing since this morning's update, please fix it.",
		  700000, 1000000 },
		/* the same in Japanese, kana of either kind */
		{ "今朝のアップデート以降、エクスポートボタンを押しても何も起こりません。至急ご対応ください。",
		  "今朝のあっぷでーと以降、エクスポートボタンを押しても何も起こりません。至急ご対応ください!",
		  800000, 1000000 },
		/* another matter */
		{ "The export button does nothing since this morning's update.",
		  "Please send me a copy of the March invoice to our accounting department.", 0,
		  250000 },
		{ "今朝のアップデート以降、エクスポートボタンを押しても何も起こりません。至急ご対応ください。",
		  "三月分の請求書の写しを、弊社経理部までメールでお送りいただけますでしょうか。よろしくお願い申し上げます。",
		  0, 250000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int32_t found = likeness(rows[i].a, rows[i].b);

		if (found < rows[i].least || found > rows[i].most)
			fail_msg("row %zu: %d", i, (int)found);
	}
}

static void a_short_text_has_none(void **state)
{
	(void)state;
	assert_int_equal(sketch_of("").count, 0);
	assert_int_equal(sketch_of("refund please").count, 0);
	assert_int_equal(sketch_of("返金してください").count, 0);
	assert_int_equal(sketch_of("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!").count, 0);
	assert_int_equal(sketch_of("1234567890123456789012345678901234567890").count, 0);
	assert_int_equal(sketch_of("abcdefghijklmnopqrstuvwxyzabcde").count, 0);
	assert_int_equal(sketch_of("abcdefghijklmnopqrstuvwxyzabcdef").count, 32);
}

static void the_function_never_changes(void **state)
{
	const struct made made = sketch_of("The export button does nothing since this morning.");

	(void)state;
	assert_int_equal(made.count, PATTERN_SKETCH_PLACES);
	assert_int_equal(made.places[0], 0xd33);
	assert_int_equal(made.places[31], 0x73f);
}

static void a_wall_of_text_is_bounded(void **state)
{
	char *const wall = arena_alloc(arena, 1 << 20);

	(void)state;
	memset(wall, 'a', (1 << 20) - 1);
	wall[(1 << 20) - 1] = '\0';
	const struct made made = sketch_of(wall);

	assert_int_equal(made.count, PATTERN_SKETCH_PLACES);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(like_texts_are_like_and_others_are_not),
		CASE(a_short_text_has_none),
		CASE(the_function_never_changes),
		CASE(a_wall_of_text_is_bounded),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
