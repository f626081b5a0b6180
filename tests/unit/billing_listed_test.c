/*
 * billing_listed_test - ids in one column, a line each.
 */
#include "common/base/listed.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* An id that begins or ends as another does is another. */
static void an_id_is_among_them_or_not(void **state)
{
	static const char list[] = "dp_11\nin_1\ndp_1\n";

	(void)state;
	assert_true(listed_has(list, "dp_11"));
	assert_true(listed_has(list, "dp_1"));
	assert_false(listed_has(list, "p_1"));
	assert_false(listed_has(list, "dp_"));
	assert_false(listed_has(list, ""));
	assert_false(listed_has(NULL, "dp_1"));
	assert_int_equal(listed_count(list), 3);
	assert_int_equal(listed_count(NULL), 0);
}

static void one_more_comes_last(void **state)
{
	(void)state;
	assert_string_equal(listed_with(arena, NULL, "a"), "a\n");
	assert_string_equal(listed_with(arena, "b\n", "a"), "b\na\n");
}

static void one_goes_and_the_others_stay_as_they_stand(void **state)
{
	(void)state;
	assert_string_equal(listed_without(arena, "a\nb\na\nc\n", "a"), "b\nc\n");
	assert_string_equal(listed_without(arena, "a\n", "b"), "a\n");
	assert_null(listed_without(arena, "a\n", "a"));
	assert_null(listed_without(arena, NULL, "a"));
}

static void they_are_told_one_after_the_other(void **state)
{
	const char *list = "a\nbc\n";

	(void)state;
	assert_string_equal(listed_next(arena, &list), "a");
	assert_string_equal(listed_next(arena, &list), "bc");
	assert_null(listed_next(arena, &list));
	list = NULL;
	assert_null(listed_next(arena, &list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_among_them_or_not),
		cmocka_unit_test(one_more_comes_last),
		cmocka_unit_test(one_goes_and_the_others_stay_as_they_stand),
		cmocka_unit_test(they_are_told_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
