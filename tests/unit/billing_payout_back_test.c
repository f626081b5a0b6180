/*
 * billing_payout_back_test - a payout that came back differs from nothing any more.
 */
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/payout_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* 1,045 forints and 45 fillér: of these nothing is paid out. */
#define PART "{\"amount\":104545,\"currency\":\"huf\"}"

static void what_was_no_whole_unit_is_no_case_once_it_came_back(void **state)
{
	(void)state;
	payout_feed("payout", customer_key, 1, "paid", PART);
	assert_string_not_equal(case_said("payout_differs"), "");
	payout_feed("payout", customer_key, 2, "failed", PART);
	assert_string_equal(case_said("payout_differs"), "healed payout_differs po_2/amount\n");
	assert_string_equal(case_said("payout_differs"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_no_whole_unit_is_no_case_once_it_came_back,
		                                payout_start, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
