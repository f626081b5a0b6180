/*
 * dispute_watch_test - the document by which programmes are watched.
 */
#include "services/chargeback/watch/watch_policy.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "dispute-watch/standard-1.json"

static void the_document_says_whose_months_and_whose_alerts(void **state)
{
	struct watch_policy policy;

	(void)state;
	policy_fixture_read(arena, &watch_policy_kind, DOCUMENT, &policy);
	assert_string_equal(policy.country, "JP");
	assert_string_equal(policy.region, "");
	assert_string_equal(policy.team, "billing");
	assert_int_equal(policy.settle.us, HOURS(6).us);
	assert_int_equal(policy.judge_wait.us, MINUTES(10).us);
	assert_int_equal(policy.pattern_months, 4);
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "without a country", "\"country\": \"JP\"", "\"land\": \"JP\"", "land: " },
		{ "a region", "\"team\"", "\"region\": \"cemea\", \"team\"", NULL },
		{ "a region that is no word", "\"team\"", "\"region\": 1, \"team\"", "region: " },
		{ "a day that settles after the next", "\"6h\"", "\"24h\"", "settle: " },
		{ "no wait", "\"10m\"", "\"0s\"", "judge_wait: " },
		{ "no month at all", "\"pattern_months\": 4", "\"pattern_months\": 0",
		  "pattern_months: " },
		{ "what it does not know", "\"team\"", "\"color\": \"red\", \"team\"", "color: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &watch_policy_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_document_says_whose_months_and_whose_alerts),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
