/*
 * billing_policy_test - the documents of attempts, dunning, refunds and usage: read, refused with their place.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/dunning/attempt.h"
#include "services/billing-sync/dunning/dunning_policy.h"
#include "services/billing-sync/refund/refund_policy.h"
#include "services/billing-sync/usage/usage.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct instant day(const char *text)
{
	struct instant at = { 0 };

	assert_true(time_parse(arena_printf(arena, "%sT00:00:00Z", text), &at));
	return at;
}

static void budgets_of_attempts_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "a budget of none", "\"most\": 20", "\"most\": 0", "budgets[0].most: " },
		{ "more than can be counted", "\"most\": 20", "\"most\": 101",
		  "budgets[0].most: " },
		{ "a window of a year", "\"within\": \"30d\"", "\"within\": \"365d\"",
		  "budgets[0].within: " },
		{ "a window without a unit", "\"within\": \"30d\"", "\"within\": 30",
		  "budgets[0].within: " },
		{ "a category that is none", "[1]", "[0]", "never[0].categories[0]: " },
		{ "a category in quotes", "[1]", "[\"1\"]", "never[0].categories[0]: " },
		{ "advice as a number", "\"03\"", "3", "never[1].advice[0]: " },
		{ "a field nobody knows", "\"same_amount\"", "\"same\"", "budgets[1].same: " },
		{ "without a list", "\"never\"", "\"ever\"", "ever: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &attempt_policy_kind,
	                       policy_fixture_text(arena, "attempts/attempts-2.json"), rows,
	                       COUNT_OF(rows));
}

static void steps_of_dunning_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "no attempts", "\"attempts\": 8", "\"attempts\": 0", "attempts: " },
		{ "more than a row counts", "\"attempts\": 8", "\"attempts\": 65", "attempts: " },
		{ "steps that go back", "\"after\": \"5d\"", "\"after\": \"1d\"",
		  "steps[2].after: must not be before the step above" },
		{ "an unknown deed", "\"do\": \"warn\"", "\"do\": \"sue\"", "steps[3].do: " },
		{ "a time that is none", "\"after\": \"1h\"", "\"after\": \"soon\"",
		  "steps[0].after: " },
		{ "a condition nobody knows", "\"unpaid_for\": \"7d\"", "\"moon\": \"full\"",
		  "steps[3].when.moon: " },
		{ "a negative amount", "\"at_least\": 1000 }, { \"currency\": \"EUR\"",
		  "\"at_least\": -1 }, { \"currency\": \"EUR\"",
		  "steps[4].when.amount_unpaid[0].at_least: " },
		{ "an amount that is not whole", "\"at_least\": 1000", "\"at_least\": 10.5",
		  "steps[4].when.amount_unpaid[0].at_least: " },
		{ "a currency twice", "\"EUR\"", "\"USD\"",
		  "steps[4].when.amount_unpaid[1].currency: stands in the list twice" },
		{ "a currency in small letters", "\"EUR\"", "\"eur\"",
		  "steps[4].when.amount_unpaid[1].currency: " },
		{ "no steps", "\"steps\": [", "\"steps\": [], \"x\": [", "x: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &dunning_policy_kind,
	                       policy_fixture_text(arena, "dunning/standard-1.json"), rows,
	                       COUNT_OF(rows));
}

static void rules_of_refunds_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "an unknown word for inquiries", "\"full\"", "\"half\"", "inquiry: " },
		{ "a role twice", "\"billing\", \"finance\"", "\"finance\", \"finance\"",
		  "roles: has a role twice" },
		{ "no role", "[\"support\", \"billing\", \"finance\"]", "[]",
		  "roles: must have a role" },
		{ "a role that is none", "\"role\": \"support\"", "\"role\": \"king\"",
		  "rules[0].limits[0].role: " },
		{ "limits out of order", "\"role\": \"support\"", "\"role\": \"finance\"",
		  "rules[0].limits[1].role: must be above the role before it" },
		{ "an intent of two rules", "\"cancel\"", "\"tax\"",
		  "rules[1].intents: has one of another rule's" },
		{ "a window of no day", "\"window_days\": 365", "\"window_days\": 0",
		  "rules[0].window_days: " },
		{ "a limit of nothing", "\"up_to\": 20000", "\"up_to\": 0",
		  "rules[0].limits[0].amounts[0].up_to: " },
		{ "a currency that is none", "\"USD\"", "\"XXQ\"",
		  "rules[0].limits[0].amounts[0].currency: " },
		{ "a currency twice", "\"EUR\"", "\"USD\"",
		  "rules[0].limits[0].amounts[1].currency: stands in the list twice" },
	};

	(void)state;
	policy_fixture_refuses(arena, &refund_policy_kind,
	                       policy_fixture_text(arena, "refunds/refunds-1.json"), rows,
	                       COUNT_OF(rows));
}

static void limits_of_two_people_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "an amount of nothing", "\"up_to\": 500000", "\"up_to\": 0",
		  "rules[0].second_approver_above[0].up_to: " },
		{ "a currency twice", "\"EUR\"", "\"USD\"",
		  "rules[0].second_approver_above[1].currency: stands in the list twice" },
		{ "no list", "\"second_approver_above\": [",
		  "\"second_approver_above\": [], \"x\": [", "rules[0].x: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &refund_policy_kind,
	                       policy_fixture_text(arena, "refunds/refunds-2.json"), rows,
	                       COUNT_OF(rows));
}

static void how_long_what_is_taken_back_is_held_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "a time without a unit", "\"24h\"", "24", "withdrawn: " },
		{ "no time", "\"24h\"", "\"0h\"", "withdrawn: " },
		{ "a year", "\"24h\"", "\"365d\"", "withdrawn: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &refund_policy_kind,
	                       policy_fixture_text(arena, "refunds/refunds-3.json"), rows,
	                       COUNT_OF(rows));
}

static void times_of_usage_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "a time without a unit", "\"35d\"", "35", "past: " },
		{ "an hour back alone", "\"35d\"", "\"1h\"", "past: " },
		{ "two days ahead", "\"5m\"", "\"2d\"", "ahead: " },
		{ "remembered no longer than it is taken", "\"36d\"", "\"35d\"",
		  "remember: must be a day more than past" },
	};

	(void)state;
	policy_fixture_refuses(arena, &usage_policy_kind,
	                       policy_fixture_text(arena, "usage/meters-1.json"), rows,
	                       COUNT_OF(rows));
}

/* The book of one document, which must be good. */
static void the_project_s_own_documents_are_read(void **state)
{
	const struct policy_book *const dunning =
	    policy_fixture_book(arena, &dunning_policy_kind, "dunning/standard-1.json");
	const struct policy_book *const refunds =
	    policy_fixture_book(arena, &refund_policy_kind, "refunds/refunds-1.json");
	const struct policy_book *const usage =
	    policy_fixture_book(arena, &usage_policy_kind, "usage/meters-1.json");
	const struct dunning_policy *const steps = policy_at(dunning, day("2026-05-01"));
	const struct refund_policy *const rules = policy_at(refunds, day("2026-05-01"));
	const struct usage_policy *const times = policy_at(usage, day("2026-05-01"));

	(void)state;
	assert_int_equal(steps->attempts, 8);
	assert_int_equal(steps->steps[0].act, DUNNING_REMIND);
	assert_int_equal(steps->steps[steps->step_count - 1].act, DUNNING_CANCEL);
	assert_string_equal(refund_rule_of(rules, "duplicate_charge")->name, "our_mistake");
	assert_null(refund_rule_of(rules, "praise"));
	assert_int_equal(times->past.us, DAYS(35).us);
	assert_int_equal(times->ahead.us, MINUTES(5).us);
	assert_int_equal(times->cancel_within.us, HOURS(24).us);
	assert_int_equal(times->remember.us, DAYS(36).us);
	arena_destroy(dunning->arena);
	arena_destroy(refunds->arena);
	arena_destroy(usage->arena);
}

static void the_rules_of_the_day_are_those_of_its_version(void **state)
{
	const struct document files[] = {
		{ .name = "attempts/attempts-2.json",
		  .body = bytes_of(policy_fixture_text(arena, "attempts/attempts-2.json")) },
		{ .name = "attempts/attempts-1.json",
		  .body = bytes_of(policy_fixture_text(arena, "attempts/attempts-1.json")) },
	};
	const struct policy_book *const book =
	    policy_compile(&attempt_policy_kind, files, 2, NULL, 0);
	const struct instant change = day("2026-04-18");
	const struct attempt_policy *policy;

	(void)state;
	assert_non_null(book);
	policy = policy_at(book, time_sub(change, SECONDS(1)));
	assert_int_equal(policy->budgets[0].most, 15);
	policy = policy_at(book, change);
	assert_int_equal(policy->budgets[0].most, 20);
	arena_destroy(book->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budgets_of_attempts_are_refused_with_their_place),
		cmocka_unit_test(steps_of_dunning_are_refused_with_their_place),
		cmocka_unit_test(rules_of_refunds_are_refused_with_their_place),
		cmocka_unit_test(limits_of_two_people_are_refused_with_their_place),
		cmocka_unit_test(how_long_what_is_taken_back_is_held_is_refused_with_its_place),
		cmocka_unit_test(times_of_usage_are_refused_with_their_place),
		cmocka_unit_test(the_project_s_own_documents_are_read),
		cmocka_unit_test(the_rules_of_the_day_are_those_of_its_version),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
