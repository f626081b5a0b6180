/* crash_note_test - an event is blamed when three crashes name it, and nothing else in a note blames any. */
#include "common/flow/crash_note.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct topic topics[] = { { .name = "a.v1" }, { .name = "b.v1" } };
static const struct catalogue catalogue = {
	.topics = topics, .count = 2, .journal = -1, .control = -1, .progress = -1
};

/* blamed: "topic/partition/offset ..." */
static const struct {
	const char *lines;
	const char *blamed;
} cases[] = {
	{ "", "" },
	{ "a.v1 0 7\na.v1 0 7\n", "" },
	{ "a.v1 0 7\na.v1 0 7\na.v1 0 7\n", "0/0/7 " },
	{ "a.v1 0 7\nb.v1 0 7\na.v1 1 7\na.v1 0 8\n", "" },
	{ "a.v1 0 7\nb.v1 3 9\na.v1 0 7\nb.v1 3 9\nb.v1 3 9\na.v1 0 7\n", "1/3/9 0/0/7 " },
	{ "a.v1 0 7\na.v1 0 7\na.v1 0 7\na.v1 0 7\na.v1 0 7\n", "0/0/7 " },
	{ "gone.v1 0 7\ngone.v1 0 7\ngone.v1 0 7\n", "" },
	{ "a.v1 0\na.v1 0\na.v1 0\n", "" },
	{ "a.v1 0 7 8\na.v1 0 7 8\na.v1 0 7 8\n", "" },
	{ "a.v1 -1 7\na.v1 -1 7\na.v1 -1 7\n", "" },
	{ "a.v1 0 -7\na.v1 0 -7\na.v1 0 -7\n", "" },
	{ "\n\n\n 0 7\n\xff\xfe 0 7\n", "" },
	{ "a.v1 0 7\na.v1 0 7\na.v1 0 ", "" },                  /* the last line was cut off */
	{ "v1 0 7\na.v1 0 7\na.v1 0 7\na.v1 0 7\n", "0/0/7 " }, /* the first one was */
};

static void test_notes(void **state)
{
	struct arena *const arena = arena_create(1024);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct known_refusal *refusals;
		const char *text = "";
		const size_t count =
		    crash_note_read(bytes_of(cases[i].lines), &catalogue, arena, &refusals);

		for (size_t k = 0; k < count; k++) {
			text = arena_printf(arena, "%s%d/%d/%lld ", text, refusals[k].topic,
			                    refusals[k].partition, (long long)refusals[k].offset);
			assert_non_null(refusals[k].reason);
		}
		assert_string_equal(text, cases[i].blamed);
	}
	arena_destroy(arena);
}

/* A name as long as a topic may have, and one that is longer than a line may be. */
static void test_long_names(void **state)
{
	struct arena *const arena = arena_create(1024);
	const struct known_refusal *refusals;
	char lines[4096] = "";

	(void)state;
	memset(lines, 'x', 2000);
	assert_true(snprintf(lines + 2000, sizeof(lines) - 2000,
	                     " 0 7\na.v1 0 7\na.v1 0 7\na.v1 0 7\n") > 0);
	assert_int_equal(crash_note_read(bytes_of(lines), &catalogue, arena, &refusals), 1);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "an event that three crashes name is refused, and nothing else is", test_notes,
		  NULL, NULL, NULL },
		{ "a line that is too long is passed over", test_long_names, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
