/*
 * pattern_policy_test - the thresholds of patterns as a document: what is read, what is refused and why.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/classifier/pattern_policy.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FILE_NAME "patterns/patterns-1.json"

static struct arena *arena;
static const char *text;

static int start(void **state)
{
	struct bytes content;

	(void)state;
	arena = arena_create(65536);
	assert_true(file_read(arena, "deploy/policies/" FILE_NAME, PATTERN_POLICY_BYTES, &content));
	text = arena_text(arena, content.data, content.size);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static const char *replaced(const char *from, const char *to)
{
	const char *const at = strstr(text, from);

	assert_non_null(at);
	return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void the_project_s_own_document_is_read(void **state)
{
	struct pattern_policy policy;
	struct json_error error;

	(void)state;
	assert_true(pattern_policy_parse(arena, bytes_of(text), &policy, &error));
	assert_string_equal(policy.id, "patterns");
	assert_int_equal(policy.version, 1);
	assert_int_equal(policy.step.us, MINUTES(5).us);
	assert_int_equal(policy.settle.us, MINUTES(1).us);
	assert_int_equal(policy.burst.factor_ppm, 3000000);
	assert_int_equal(policy.error_code.customers, 3);
	assert_int_equal(policy.near_duplicate.agree_ppm, 650000);
	assert_int_equal(policy.duplicate.window.us, HOURS(24).us);
	assert_int_equal(pattern_policy_keeps(&policy).us, HOURS(2).us);
	assert_true(pattern_policy_skips(&policy, "spam"));
	assert_false(pattern_policy_skips(&policy, "refund"));
	assert_true(pattern_policy_is_id(&policy, "ch_3MqLiJ2eZvKYlo2C"));
	assert_false(pattern_policy_is_id(&policy, "E1234"));
	assert_true(pattern_policy_is_code(&policy, "E1234"));
	assert_false(pattern_policy_is_code(&policy, "card_declined"));
	assert_false(pattern_policy_is_id(&policy, "card_declined"));
	assert_false(pattern_policy_is_code(&policy, "ch_3MqLiJ2eZvKYlo2C"));
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *error;
	} rows[] = {
		{ "\"step\": \"5m\"", "\"step\": \"7m\"", "step: must divide an hour" },
		{ "\"step\": \"5m\"", "\"step\": \"1m\"", "step: must be between 300s and 3600s" },
		{ "\"step\": \"5m\"", "\"step\": 300", "step: " },
		{ "\"settle\": \"1m\"", "\"settle\": \"soon\"",
		  "settle: must be a time as 90s, 15m, 2h or 14d" },
		{ "\"window\": \"1h\"", "\"window\": \"63m\"",
		  "burst.window: must be a multiple of the step" },
		{ "\"window\": \"1h\"", "\"window\": \"7h\"",
		  "burst.window: must be between 300s and 21600s" },
		{ "\"min_customers\": 8", "\"min_customers\": 1", "burst.min_customers: " },
		{ "\"factor_ppm\": 3000000", "\"factor_ppm\": 2.5", "burst.factor_ppm: " },
		{ "\"min_weeks\": 2", "\"min_weeks\": 9", "burst.min_weeks: " },
		{ "\"agree_ppm\": 650000", "\"agree_ppm\": 1000001", "near_duplicate.agree_ppm: " },
		{ "\"evidence_tickets\": 10", "\"evidence_tickets\": 51", "evidence_tickets: " },
		{ "\"version\": 1", "\"version\": 0", "version: " },
		{ "\"version\": 1", "\"version\": 1, \"colour\": 1", "colour: " },
		{ "\"error_code\"", "\"error_codes\"", "error_codes: " },
		{ "\"spam\"", "7", "skip_intents[0]: " },
	};
	struct pattern_policy policy;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const wrong = replaced(rows[i].from, rows[i].to);
		struct json_error error;
		char line[JSON_ERROR_SIZE];

		assert_false(pattern_policy_parse(arena, bytes_of(wrong), &policy, &error));
		json_error_text(&error, line);
		if (!text_starts(line, rows[i].error))
			fail_msg("%s: %s", rows[i].to, line);
	}
}

static void a_list_that_is_left_out_is_empty(void **state)
{
	const char *const skips =
	    "\"skip_intents\": [\"spam\", \"praise\", \"out_of_scope\", \"email_preferences\"],";
	struct pattern_policy policy;
	struct json_error error;

	(void)state;
	assert_true(pattern_policy_parse(arena, bytes_of(replaced(skips, "")), &policy, &error));
	assert_false(pattern_policy_skips(&policy, "spam"));
}

static void the_latest_document_that_is_effective_is_in_force(void **state)
{
	const char *const next = replaced("2020-01-01T00:00:00Z\"", "2026-06-01T00:00:00Z\"");
	const struct document files[] = {
		{ .name = "patterns/b.json", .body = bytes_of(next) },
		{ .name = "patterns/a.json", .body = bytes_of(text) },
	};
	const struct pattern_book *const book = pattern_compile(files, 2, NULL, 0);
	const struct instant before = { 0 };
	struct instant change;

	(void)state;
	assert_non_null(book);
	assert_true(time_parse("2026-06-01T00:00:00Z", &change));
	assert_ptr_equal(pattern_policy_at(book, before), &book->policies[0]);
	assert_ptr_equal(pattern_policy_at(book, time_sub(change, SECONDS(1))), &book->policies[0]);
	assert_ptr_equal(pattern_policy_at(book, change), &book->policies[1]);
	arena_destroy(book->arena);
}

static void a_folder_names_the_file_that_is_wrong(void **state)
{
	const struct document twice[] = {
		{ .name = "patterns/a.json", .body = bytes_of(text) },
		{ .name = "patterns/b.json", .body = bytes_of(text) },
	};
	const struct document broken = { .name = "patterns/c.json", .body = bytes_of("{") };
	char reason[256];

	(void)state;
	assert_null(pattern_compile(twice, 2, reason, sizeof(reason)));
	assert_string_equal(reason, "patterns/b.json: effective_from: is another file's already");
	assert_null(pattern_compile(&broken, 1, reason, sizeof(reason)));
	assert_true(text_starts(reason, "patterns/c.json: "));
	assert_null(pattern_compile(NULL, 0, reason, sizeof(reason)));
	assert_string_equal(reason, "patterns/: must hold 1 to 16 documents");
}

static void a_step_s_end_is_behind_every_instant_of_it(void **state)
{
	struct pattern_policy policy;
	struct json_error error;

	(void)state;
	assert_true(pattern_policy_parse(arena, bytes_of(text), &policy, &error));
	assert_int_equal(pattern_policy_step_end(&policy, (struct instant){ 0 }).us, MINUTES(5).us);
	assert_int_equal(pattern_policy_step_end(&policy, (struct instant){ MINUTES(5).us - 1 }).us,
	                 MINUTES(5).us);
	assert_int_equal(pattern_policy_step_end(&policy, (struct instant){ MINUTES(5).us }).us,
	                 MINUTES(10).us);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(the_project_s_own_document_is_read),
		CASE(what_is_wrong_is_refused_with_its_place),
		CASE(a_list_that_is_left_out_is_empty),
		CASE(the_latest_document_that_is_effective_is_in_force),
		CASE(a_folder_names_the_file_that_is_wrong),
		CASE(a_step_s_end_is_behind_every_instant_of_it),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
