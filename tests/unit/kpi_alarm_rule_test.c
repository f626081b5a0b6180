/*
 * kpi_alarm_rule_test - alert documents: those of the tree, their versions, and what is refused of them.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/alarm/rule.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/deployed.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define REASON_SIZE 256

static const char unlike[] =
    "{\"id\":\"few\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"metric\":\"a.b@1\","
    "\"dimension\":\"queue\",\"values\":[\"x\"],\"window\":\"hour\",\"sealed\":true,"
    "\"judge\":{\"by\":\"unlike\",\"of\":\"n\",\"way\":\"below\",\"weeks\":6,\"weeks_min\":3,"
    "\"minimum_usual\":20,\"deviations_milli\":4000,\"effect_ppm\":500000,\"firsts\":\"like\"},"
    "\"resolve\":{\"windows\":1},\"severity\":\"warning\",\"team\":\"t\","
    "\"runbook\":\"deploy/runbooks/a.md\",\"says\":{\"summary\":\"s {figure}\",\"description\":\"d\"}}";
static const char threshold[] =
    "{\"id\":\"low\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"metric\":\"a.b@1\","
    "\"window\":\"day\",\"sealed\":false,"
    "\"judge\":{\"by\":\"threshold\",\"of\":\"value\",\"below\":80,\"minimum_n\":5},"
    "\"resolve\":{\"windows\":1,\"margin\":85},\"severity\":\"warning\",\"team\":\"t\","
    "\"runbook\":\"deploy/runbooks/a.md\",\"says\":{\"summary\":\"s\",\"description\":\"d\"}}";
static const char budget[] =
    "{\"id\":\"burn\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"metric\":\"a.b@1\","
    "\"window\":\"hour\",\"sealed\":true,"
    "\"judge\":{\"by\":\"budget\",\"of\":\"rest\",\"target_ppm\":990000,\"burn\":["
    "{\"long\":6,\"short\":1,\"milli\":6000,\"severity\":\"critical\"},"
    "{\"long\":24,\"short\":2,\"milli\":3000,\"severity\":\"warning\"}]},"
    "\"resolve\":{\"windows\":1},\"severity\":\"warning\",\"team\":\"t\","
    "\"runbook\":\"deploy/runbooks/a.md\",\"says\":{\"summary\":\"s\",\"description\":\"d\"}}";

static void what_is_no_alert_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a runbook", "\"runbook\":\"deploy/runbooks/a.md\",", "", "runbook: " },
		{ "a runbook elsewhere", "deploy/runbooks/a.md", "a.md",
		  "runbook: must be a file as deploy/runbooks/csat.md" },
		{ "a metric without version", "a.b@1", "a.b",
		  "metric: must name a version as support.csat@1" },
		{ "names that are long together", "\"a.b@1\",\"dimension\":\"queue\"",
		  "\"a.234567890.234567890.234567890.234567890.234567890.2345@1\","
		  "\"dimension\":\"a234567890123456789012345678901234567890123456789\"",
		  "id: is too long beside metric and dimension: 110 bytes" },
		{ "names that fit", "\"a.b@1\",\"dimension\":\"queue\"",
		  "\"a.234567890.234567890.234567890.234567890.234567890.2345@1\","
		  "\"dimension\":\"a23456789012345678901234567890123456789012345678\"",
		  NULL },
		{ "a metric with a slash", "a.b@1", "a/b@1", "metric: " },
		{ "values of no dimension", "\"dimension\":\"queue\",", "",
		  "values: are of a dimension, and none is named" },
		{ "minutes", "\"hour\"", "\"minute\"", "window: must be an hour or longer" },
		{ "an unknown window", "\"hour\"", "\"year\"", "window: " },
		{ "an unknown way to judge", "\"unlike\"", "\"feeling\"", "judge.by: " },
		{ "more weeks wanted than looked at", "\"weeks_min\":3", "\"weeks_min\":7",
		  "judge.weeks_min: " },
		{ "more weeks than are kept", "\"weeks\":6", "\"weeks\":9", "judge.weeks: " },
		{ "no deviations of a count", "\"deviations_milli\":4000,", "",
		  "judge.deviations_milli: must be there, but of a share, which has an interval" },
		{ "deviations of a share", "\"of\":\"n\"", "\"of\":\"share\"",
		  "judge.deviations_milli: " },
		{ "a quiet night", "\"minimum_usual\":20,", "", "judge.minimum_usual: " },
		{ "nothing of firsts", ",\"firsts\":\"like\"", "", "judge.firsts: " },
		{ "what grows while its window is open", "\"sealed\":true", "\"sealed\":false",
		  "judge: " },
		{ "a word in braces that is unknown", "{figure}", "{mood}",
		  "says.summary: has a word in braces that is unknown" },
		{ "a margin of what is usual", "\"windows\":1}", "\"windows\":1,\"margin\":3}",
		  "resolve.margin: is of thresholds" },
		{ "an unknown field", "\"team\"", "\"teem\"", "teem: " },
		{ "an unknown severity", "\"warning\"", "\"loud\"", "severity: " },
		{ "all values", ",\"values\":[\"x\"]", "", NULL },
	};

	(void)state;
	policy_fixture_refuses(arena, &alarm_rule_kind, unlike, rows, COUNT_OF(rows));
}

static void a_threshold_has_one_side_and_a_margin_on_the_other(void **state)
{
	static const struct bent_document rows[] = {
		{ "both sides", "\"below\":80", "\"below\":80,\"above\":90",
		  "judge: must have one of above and below" },
		{ "no side", "\"below\":80,", "", "judge: must have one of above and below" },
		{ "a margin that is bad", "\"margin\":85", "\"margin\":79",
		  "resolve.margin: must not be beyond what the alert is raised by" },
		{ "a margin at the bound", "\"margin\":85", "\"margin\":80", NULL },
		{ "a margin above a bound above", "\"below\":80", "\"above\":80",
		  "resolve.margin: must not be beyond what the alert is raised by" },
		{ "an open window of whoever comes first", ",\"minimum_n\":5", "",
		  "judge: must have a minimum_n, as windows are judged while open" },
		{ "weeks", "\"minimum_n\":5", "\"weeks\":5", "judge.weeks: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &alarm_rule_kind, threshold, rows, COUNT_OF(rows));
}

static void a_budget_has_pairs_of_spans_the_gravest_first(void **state)
{
	static const struct bent_document rows[] = {
		{ "what is bad is neither", "\"rest\"", "\"n\"",
		  "judge.of: must be hits or rest, whichever is bad" },
		{ "nothing may be bad", "990000", "1000000", "judge.target_ppm: " },
		{ "the shorter is longer", "\"short\":1", "\"short\":7", "judge.burn[0].short: " },
		{ "the second is graver", "\"milli\":6000,\"severity\":\"critical\"",
		  "\"milli\":6000,\"severity\":\"info\"",
		  "judge.burn[1].severity: must not be graver than the one above" },
		{ "a span that is not kept", "\"long\":24", "\"long\":169",
		  "judge.burn[1].long: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &alarm_rule_kind, budget, rows, COUNT_OF(rows));
}

static const struct rule_book *compile(struct document *files, size_t count, char *reason)
{
	return rule_compile(files, count, reason, REASON_SIZE);
}

static const char *bent(const char *find, const char *put)
{
	const struct bent_document row = { .find = find, .put = put };

	return document_bend(arena, unlike, &row);
}

static void the_latest_version_that_is_effective_is_in_force(void **state)
{
	const struct bent_document next = { .find = "2026-01-01", .put = "2026-06-01" };
	struct document files[] = {
		{ .name = "alerts/few-2.json",
		  .body = bytes_of(
		      document_bend(arena, bent("\"version\":1", "\"version\":2"), &next)) },
		{ .name = "alerts/few-1.json", .body = bytes_of(unlike) },
		{ .name = "alerts/low-1.json", .body = bytes_of(threshold) },
	};
	char reason[REASON_SIZE];
	const struct rule_book *const book = compile(files, COUNT_OF(files), reason);

	(void)state;
	assert_non_null(book);
	assert_int_equal(book->count, 3);
	assert_int_equal(book->rules[0].head.version, 1);
	assert_string_equal(book->rules[0].series, "a.b@1:queue");
	assert_true(rule_in_force(book, &book->rules[0], instant_of("2025-01-01T00:00:00Z")));
	assert_true(rule_in_force(book, &book->rules[0], instant_of("2026-05-31T23:59:59Z")));
	assert_false(rule_in_force(book, &book->rules[1], instant_of("2026-05-31T23:59:59Z")));
	assert_false(rule_in_force(book, &book->rules[0], instant_of("2026-06-01T00:00:00Z")));
	assert_true(rule_in_force(book, &book->rules[1], instant_of("2026-06-01T00:00:00Z")));
	assert_true(rule_in_force(book, &book->rules[2], instant_of("2026-06-01T00:00:00Z")));
	assert_true(rule_takes_value(&book->rules[0], "x"));
	assert_false(rule_takes_value(&book->rules[0], ""));
	assert_true(rule_takes_value(&book->rules[2], ""));
	rule_book_destroy(book);
}

static void a_book_is_refused_with_the_file_and_why(void **state)
{
	const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ unlike, "alerts/second.json: version: another file has this version, or its "
		          "effective_from" },
		{ bent("\"version\":1", "\"version\":2"),
		  "alerts/second.json: version: another file has this version, or its "
		  "effective_from" },
		{ bent("\"firsts\":\"like\"", "\"firsts\":\"like\",\"holidays\":[\"moon\"]"),
		  "alerts/second.json: version: another file has this version, or its "
		  "effective_from" },
		{ bent("\"id\":\"few\"", "\"id\":\"fewer\",\"color\":1"),
		  "alerts/second.json: color: is not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct document files[] = {
			{ .name = "alerts/first.json", .body = bytes_of(unlike) },
			{ .name = "alerts/second.json", .body = bytes_of(rows[i].text) },
		};
		char reason[REASON_SIZE] = "";

		assert_null(compile(files, COUNT_OF(files), reason));
		assert_string_equal(reason, rows[i].want);
	}
}

static void holidays_are_those_of_all_years_of_a_list(void **state)
{
	struct document files[] = {
		{ .name = "holidays/jp-2026.json",
		  .body = bytes_of(policy_fixture_text(arena, "holidays/jp-2026.json")) },
		{ .name = "holidays/jp-2027.json",
		  .body = bytes_of(policy_fixture_text(arena, "holidays/jp-2027.json")) },
		{ .name = "alerts/first.json",
		  .body = bytes_of(
		      bent("\"firsts\":\"like\"", "\"firsts\":\"like\",\"holidays\":[\"jp\"]")) },
	};
	char reason[REASON_SIZE] = "";
	const struct rule_book *const book = compile(files, COUNT_OF(files), reason);

	(void)state;
	assert_non_null(book);
	assert_true(rule_is_holiday(&book->rules[0], date_days((struct date){ 2026, 1, 1 })));
	assert_true(rule_is_holiday(&book->rules[0], date_days((struct date){ 2027, 1, 1 })));
	assert_false(rule_is_holiday(&book->rules[0], date_days((struct date){ 2026, 1, 6 })));
	rule_book_destroy(book);
	assert_null(compile(files + 2, 1, reason));
	assert_string_equal(reason, "alerts/first.json: judge.holidays: there is no such list");
}

static void every_document_of_the_tree_compiles(void **state)
{
	static const struct service_document kinds[] = {
		{ .name = ALARM_RULES, .path = ALARM_PATHS, .compile = rule_compile },
		{ .name = NULL },
	};
	struct document all[DEPLOYED_MAX];
	const struct rule_book *book;

	(void)state;
	deployed_documents(kinds, all);
	book = all[0].compiled;
	assert_true(book->count > 20);
	rule_book_destroy(book);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_no_alert_is_refused_with_its_place),
		CASE(a_threshold_has_one_side_and_a_margin_on_the_other),
		CASE(a_budget_has_pairs_of_spans_the_gravest_first),
		CASE(the_latest_version_that_is_effective_is_in_force),
		CASE(a_book_is_refused_with_the_file_and_why),
		CASE(holidays_are_those_of_all_years_of_a_list),
		CASE(every_document_of_the_tree_compiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
