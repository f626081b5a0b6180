/*
 * unicode_test - forms for comparing: width, case, composition.
 */
#include "common/io/unicode.h"

#include "common/base/text.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct form {
	const char *text;
	const char *nfkc;
	const char *fold;
};

static const struct form forms[] = {
	{ "ＡＢＣ１２３", "ABC123", "abc123" },
	{ "ｶﾞｽﾞ", "ガズ", "ガズ" },
	{ "㈱①№", "(株)1No", "(株)1no" },
	{ "e\u0301", "é", "é" },
	{ "Straße", "Straße", "strasse" },
	{ "～\u301C", "~\u301C", "~\u301C" },
	{ "", "", "" },
};

static struct arena *arena;

static void width_and_case_are_folded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		assert_string_equal(unicode_nfkc(arena, forms[i].text), forms[i].nfkc);
		assert_string_equal(unicode_fold(arena, forms[i].text), forms[i].fold);
	}
}

static void folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const char *const once = unicode_fold(arena, forms[i].text);
		assert_string_equal(unicode_fold(arena, once), once);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_and_case_are_folded),
		cmocka_unit_test(folding_twice_changes_nothing),
	};

	arena = arena_create(4096);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
