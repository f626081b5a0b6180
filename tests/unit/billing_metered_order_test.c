/*
 * billing_metered_order_test - what one metered item has in the ledger, whatever order its facts come in.
 */
#include "tests/support/ledger_fixture.h"
#include "tests/support/metered_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MAY METERED_MAY
#define JUNE METERED_JUNE
#define DAY METERED_DAY
#define HOUR METERED_HOUR
#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name

/* Everything that happens to one item, in any order; what is corrected comes with its correction. */

static void step(size_t number, int64_t heard, bool june_known)
{
	switch (number) {
	case 0:
		metered_feed("subscription", "sub_1", 1, "active", MAY, heard, june_known,
		             METERED_STATE_OF_MAY);
		break;
	case 1:
		metered_feed("subscription", "sub_1", 2, "active", JUNE, heard, false,
		             METERED_STATE_OF_JUNE);
		break;
	case 2:
		metered_bill("open", 1, heard,
		             METERED_INVOICE("open", "35", METERED_LINE("il_1", "35")));
		break;
	case 3:
		metered_used("u-1", 10, MAY + 9 * DAY, heard);
		metered_report(KIND(CORRECTION), "u-2", "u-1", -3, MAY + 15 * DAY, heard);
		break;
	case 4: metered_used("u-3", 7, JUNE - HOUR, heard); break;
	default: metered_used("u-4", 4, JUNE + HOUR / 2, heard); break;
	}
}

#define STEPS 6

static void any_order_of_its_facts_ends_in_the_same_books(void **state)
{
	size_t order[STEPS] = { 0, 1, 2, 3, 4, 5 };
	size_t orders = 0;

	(void)state;
	do {
		bool june_known = false;

		for (size_t i = 0; i < STEPS; i++) {
			step(order[i], JUNE + (int64_t)(i + 1) * 4 * HOUR, june_known);
			june_known = june_known || order[i] == 1;
		}
		metered_pass(JUNE + 3 * DAY);
		/* 10 are 25, 7 are 18, 14 are 35; 4 after the end of May are 10. */
		assert_string_equal(metered_days_of(ACCOUNT_UNBILLED),
		                    "10:+25 16:-7 31:+17 32:-25 ");
		assert_string_equal(
		    ledger_trial(&metered_stage),
		    "receivable USD 35\nrevenue USD -45\nunbilled_receivable USD 10\n");
		orders++;
		metered_stop(NULL);
		metered_start(NULL);
	} while (order_next(order, STEPS));
	assert_int_equal(orders, 720);
}

/* Nothing but the older state tells of May. */
static void a_state_that_is_heard_after_a_newer_one_tells_of_its_period(void **state)
{
	(void)state;
	metered_feed("subscription", "sub_1", 2, "active", JUNE, JUNE + HOUR, false,
	             METERED_STATE_OF_JUNE);
	metered_used("u-1", 10, MAY + 9 * DAY, JUNE + 2 * HOUR);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
	metered_feed("subscription", "sub_1", 1, "active", MAY, JUNE + 3 * HOUR, true,
	             METERED_STATE_OF_MAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "10:+25 ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_state_that_is_heard_after_a_newer_one_tells_of_its_period, metered_start,
		    metered_stop),
		cmocka_unit_test_setup_teardown(any_order_of_its_facts_ends_in_the_same_books,
		                                metered_start, metered_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
