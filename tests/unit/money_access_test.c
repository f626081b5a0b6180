/*
 * money_access_test - seats that may be used are a level, and what is paid has an end that is to be renewed.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/money/access.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/observed.h"
#include "tests/support/told_fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACTS_MAX 5

static const Opsmesh__V1__BillingEvent *changed_of(const char *line)
{
	return told_fact(arena, &opsmesh__v1__billing_event__descriptor,
	                 arena_printf(arena,
	                              "account_id=acct_1 customer_id=cus_1 "
	                              "access_changed.subscription_id=sub_1 "
	                              "access_changed.item_id=si_1 "
	                              "access_changed.product_id=prod_1 %s",
	                              line));
}

#define ACCESS(at, move_, seats, until_, why)                             \
	"occurred_at=" at " access_changed.move=ACCESS_MOVE_" move_       \
	" access_changed.quantity=" seats " access_changed.until=" until_ \
	" access_changed.reason=" why
#define SEATS(number, at, units) \
	"entitlement " number " product=prod_1 account=acct_1 at=" at " units=" units "\n"
#define RENEWAL(status, at, began, units)                                                        \
	"renewal next product=prod_1 account=acct_1 status=" status " at=" at " began_at=" began \
	" units=" units

static void access_is_a_level_with_an_end(void **state)
{
	static const struct {
		const char *name;
		const char *facts[FACTS_MAX];
		const char *observed;
	} rows[] = {
		{ "what was granted",
		  { ACCESS("5", "GRANTED", "3", "900", "active") },
		  SEATS("1", "5", "3") RENEWAL("active", "900", "5", "3\n") },
		{ "what was renewed has a later end",
		  { ACCESS("5", "GRANTED", "3", "900", "active"),
		    ACCESS("899", "CHANGED", "3", "1800", "active") },
		  SEATS("1", "5", "3") RENEWAL("active", "1800", "5", "3\n") },
		{ "seats more and fewer",
		  { ACCESS("5", "GRANTED", "3", "900", "trial"),
		    ACCESS("7", "CHANGED", "10", "900", "active"),
		    ACCESS("9", "CHANGED", "8", "900", "grace") },
		  SEATS("1", "5", "3") SEATS("2", "7", "7") SEATS("3", "9", "-2")
		      RENEWAL("grace", "900", "5", "8\n") },
		{ "what was cancelled says so",
		  { ACCESS("5", "GRANTED", "3", "900", "active"),
		    ACCESS("7", "CHANGED", "3", "900", "cancelling") },
		  SEATS("1", "5", "3") RENEWAL("cancelling", "900", "5", "3 cancelled\n") },
		{ "what was withdrawn is nothing, until it is granted again",
		  { ACCESS("5", "GRANTED", "3", "900", "active"),
		    ACCESS("901", "WITHDRAWN", "3", "900", "ended") },
		  SEATS("1", "5", "3") SEATS("2", "901", "-3") },
		{ "granted again it began then",
		  { ACCESS("5", "GRANTED", "3", "900", "active"),
		    ACCESS("901", "WITHDRAWN", "3", "900", "ended"),
		    ACCESS("950", "GRANTED", "2", "1800", "active") },
		  SEATS("1", "5", "3") SEATS("2", "901", "-3") SEATS("3", "950", "2")
		      RENEWAL("active", "1800", "950", "2\n") },
		{ "without an end there is nothing to renew",
		  { "occurred_at=5 access_changed.move=ACCESS_MOVE_GRANTED "
		    "access_changed.quantity=3 access_changed.reason=active" },
		  SEATS("1", "5", "3") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes known = { 0 };

		print_message("%s\n", rows[i].name);
		for (size_t n = 0; n < FACTS_MAX && rows[i].facts[n] != NULL; n++)
			assert_true(subject_access_apply(arena, known, changed_of(rows[i].facts[n]),
			                                 &known));
		assert_string_equal(observed_text(arena, &subject_access, known), rows[i].observed);
	}
}

static void seats_are_right_beyond_the_bound(void **state)
{
	struct bytes known = { 0 };
	struct observations all = { .arena = arena };
	int64_t seats = 0;

	(void)state;
	for (int i = 1; i <= 3 * ACCESS_TURNS_MAX; i++)
		assert_true(subject_access_apply(
		    arena, known,
		    changed_of(arena_printf(arena, ACCESS("%d", "CHANGED", "%d", "9000", "active"),
		                            i, i % 7 + 1)),
		    &known));
	assert_true(subject_access.observe("access/a", known, NULL, &all));
	assert_int_equal(all.count, ACCESS_TURNS_MAX + 1);
	for (size_t i = 0; i < ACCESS_TURNS_MAX; i++)
		seats += all.items[i].numbers[NUMBER_UNITS];
	assert_int_equal(seats, 3 * ACCESS_TURNS_MAX % 7 + 1);
}

static void foreign_bytes_are_no_access(void **state)
{
	struct bytes known = { 0 };
	struct observations all = { .arena = arena };

	(void)state;
	assert_true(subject_access_apply(
	    arena, known, changed_of(ACCESS("5", "GRANTED", "3", "900", "active")), &known));
	for (size_t size = 0; size < known.size; size++)
		assert_false(subject_access.observe("access/a", (struct bytes){ known.data, size },
		                                    NULL, &all));
	assert_string_equal(subject_access_id(arena, changed_of("occurred_at=5")),
	                    "cus_1/sub_1/si_1");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(access_is_a_level_with_an_end),
		CASE(seats_are_right_beyond_the_bound),
		CASE(foreign_bytes_are_no_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
