/*
 * kpi_deployed_test - the tree's definitions of metrics: all compile, and stand together.
 */
#include "common/base/text.h"
#include "tests/support/definition_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void all_compile(void **state)
{
	const struct definition_book *const book = definition_fixture_deployed();

	(void)state;
	assert_true(book->count > 60);
	definition_release(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_compile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
