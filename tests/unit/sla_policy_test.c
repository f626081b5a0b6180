/*
 * sla_policy_test - which rule a ticket meets and why, and what is refused in a policy.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/sla-watcher/policy_document.h"
#include "tests/support/sla_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define POLICIES "deploy/policies/"

static void a_match_is_explained(void **state)
{
	const char *const traits[SLA_TRAITS] = { "enterprise", "normal", "", "email" };
	struct buffer trace = { 0 };

	(void)state;
	assert_string_equal(sla_match(&sla_fixture_policy, traits, &trace)->id, "enterprise");
	buffer_add(&trace, "", 1);
	assert_string_equal((const char *)trace.data,
	                    "Rule urgent does not match: priority is normal.\n"
	                    "Rule short does not match: priority is normal.\n"
	                    "Rule enterprise matches: tier is enterprise.\n");
	buffer_finish(&trace);
}

static void what_is_wrong_with_a_policy_is_named(void **state)
{
	static const struct {
		const char *rules;
		const char *want;
	} rows[] = {
		{ "[]", "rules: must have a rule" },
		{ "[{\"id\":\"a\",\"calendar\":\"mars\",\"targets\":{\"resolution\":60}}]",
		  "rules[0].calendar: no calendar has this id" },
		{ "[{\"id\":\"a\",\"calendar\":\"always\",\"targets\":{\"resolution\":\"1d\"}}]",
		  "rules[0].targets.resolution: must be seconds, or as 90s, 15m or 8h of calendar time" },
		{ "[{\"id\":\"a\",\"calendar\":\"always\",\"targets\":{\"resolution\":14}}]",
		  "rules[0].targets.resolution: must be between 15 and 31622400" },
		{ "[{\"id\":\"a\",\"calendar\":\"always\",\"targets\":{}}]",
		  "rules[0].targets: must have a target" },
		{ "[{\"id\":\"a\",\"match\":{\"mood\":[\"bad\"]},\"calendar\":\"always\"}]",
		  "rules[0].match.mood: is not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[512];
		char reason[JSON_ERROR_SIZE];
		struct json_error error;
		struct sla_policy result;

		snprintf(text, sizeof(text),
		         "{\"id\":\"p\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
		         "\"rules\":%s}",
		         rows[i].rules);
		assert_false(sla_policy_parse(arena, bytes_of(text), sla_fixture_calendars,
		                              SLA_FIXTURE_CALENDARS, &result, &error));
		assert_string_equal(json_error_text(&error, reason), rows[i].want);
	}
}

/* The files of a folder, added to documents under the names by which they are compiled. */
static void add_folder(const char *folder, struct document *into, size_t *count)
{
	const char *const whole = arena_printf(arena, POLICIES "%s", folder);
	const char *paths[SLA_DOCUMENTS_MAX];
	size_t found;

	assert_true(file_list(arena, whole, ".json", SLA_DOCUMENTS_MAX, paths, &found));
	for (size_t i = 0; i < found; i++, ++*count) {
		into[*count].name = paths[i] + strlen(POLICIES);
		assert_true(file_read(arena, paths[i], DOCUMENT_BYTES_MAX, &into[*count].body));
	}
}

static void the_documents_of_the_tree_are_valid(void **state)
{
	static const char *const folders[] = { "holidays", "calendars", "sla" };
	struct document *const tree = arena_zero(arena, 3 * SLA_DOCUMENTS_MAX * sizeof(*tree));
	struct sla_library library;
	char error[SLA_BOOK_ERROR_SIZE];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		add_folder(folders[i], tree, &count);
	if (!sla_library_compile(arena, tree, count, &library, error))
		fail_msg("%s", error);
	assert_int_equal(library.book.policy_count, 1);
	assert_true(library.book.calendar_count >= 4);
	sla_library_finish(&library);
	tree[0].name = "team.json";
	assert_false(sla_library_compile(arena, tree, count, &library, error));
	assert_string_equal(error, "team.json: neither of holidays, calendars nor sla");
}

/* Several versions of one calendar and of the policy. */
static void a_version_is_in_force_from_its_date_on(void **state)
{
	const struct sla_calendar two[] = {
		{ .id = "a", .version = 1, .effective_from = { 100 } },
		{ .id = "a", .version = 2, .effective_from = { 200 } },
	};
	const struct sla_policy policies[] = {
		{ .id = "p", .version = 1, .effective_from = { 100 } },
		{ .id = "p", .version = 2, .effective_from = { 200 } },
	};
	const struct sla_book versions = { policies, 2, two, 2 };

	(void)state;
	assert_null(sla_policy_at(&versions, (struct instant){ 99 }));
	assert_int_equal(sla_policy_at(&versions, (struct instant){ 199 })->version, 1);
	assert_int_equal(sla_policy_at(&versions, (struct instant){ 200 })->version, 2);
	assert_int_equal(sla_calendar_at(&versions, "a", (struct instant){ 99 })->version, 1);
	assert_int_equal(sla_calendar_at(&versions, "a", (struct instant){ 200 })->version, 2);
	assert_null(sla_calendar_at(&versions, "b", (struct instant){ 200 }));
	assert_int_equal(sla_calendar_find(&versions, "a", 1)->version, 1);
	assert_null(sla_policy_find(&versions, "p", 3));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_match_is_explained),
		cmocka_unit_test(what_is_wrong_with_a_policy_is_named),
		cmocka_unit_test(a_version_is_in_force_from_its_date_on),
		cmocka_unit_test(the_documents_of_the_tree_are_valid),
	};

	return cmocka_run_group_tests(tests, sla_fixture_open, sla_fixture_close);
}
