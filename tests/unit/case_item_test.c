/*
 * case_item_test - what people add to a case is bounded, so that what is kept of a case can be read again.
 */
#include "common/base/text.h"
#include "tests/support/gather_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/upload_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define ACTION(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define TOO_LARGE OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE
#define NEXT_DAY "2026-06-02T00:00:00Z"
#define DAY_3 "2026-06-03T00:00:00Z"
#define DAY_4 "2026-06-04T00:00:00Z"
#define EDGE_PARAMETER_MAX 16384 /* bytes of one parameter, as the edge takes it */

static const char *words(size_t size, char letter)
{
	char *const text = arena_alloc(gather_stage.arena, size + 1);

	memset(text, letter, size);
	text[size] = '\0';
	return text;
}

/* Its text and its translation have so many bytes each. */
static void pin(size_t size, char letter)
{
	const char *const parameters[] = { "kind",        "usage",
		                           "text",        words(size, letter),
		                           "translation", words(size, letter),
		                           NULL };

	gather_asked(NEXT_DAY, ACTION(PIN), "kim", parameters);
}

static void translate(const char *at, const char *item, size_t size)
{
	const char *const parameters[] = { "id", item, "translation", words(size, 'y'), NULL };

	gather_asked(at, ACTION(CORRECT), "kim", parameters);
	gather_pass(at);
}

static void assert_refused_as_too_large(const char *field)
{
	const Opsmesh__V1__ActionRefused *const refused =
	    gather_last(FACT(ACTION_REFUSED))->action_refused;

	assert_int_equal(refused->code, TOO_LARGE);
	assert_string_equal(refused->field, field);
	assert_non_null(strstr(refused->reason, "more than 640 KiB together"));
}

/* The shard goes on: what comes next is looked at, and what people do is answered. */
static void assert_lives(void)
{
	gather_message(DAY_3, "m9", OPSMESH__V1__ROLE__ROLE_CUSTOMER, false, "And another thing");
	gather_pass(DAY_4);
	assert_null(gather_kept()->gather_at);
	stage_test_restart(&gather_stage);
	(void)gather_heard();
	gather_put_up("2026-06-05T00:00:00Z");
	assert_non_null(strstr(gather_heard(), "action_"));
}

/* As many and as long as the edge takes them: the first twenty are all the words that there is room for. */
static void what_people_pin_is_refused_where_it_is_more_than_is_kept_of_a_case(void **state)
{
	(void)state;
	gather_begin("general");
	for (int i = 0; i < CASE_ADDED_MAX; i++)
		pin(EDGE_PARAMETER_MAX, 'x');
	gather_pass(NEXT_DAY);
	assert_int_equal(gather_kept()->n_added, 19);
	assert_refused_as_too_large("text");
	pin(100, 'x');
	gather_pass(NEXT_DAY);
	assert_int_equal(gather_kept()->n_added, 20);
	assert_lives();
}

static void what_people_translate_counts_with_what_they_pin(void **state)
{
	(void)state;
	gather_begin("general");
	for (int i = 0; i < 10; i++)
		pin(EDGE_PARAMETER_MAX, 'x');
	gather_pass(NEXT_DAY);
	for (int i = 0; i < CASE_ADDED_MAX; i++)
		translate(NEXT_DAY, arena_printf(gather_stage.arena, "m-%d", i),
		          EDGE_PARAMETER_MAX);
	assert_int_equal(gather_kept()->n_translated, 19);
	assert_refused_as_too_large("translation");
	assert_lives();
}

/* What it takes the place of counts no more. */
static void a_translation_takes_the_place_of_another_though_there_is_no_room_for_both(void **state)
{
	(void)state;
	gather_begin("general");
	for (int i = 0; i < 39; i++)
		translate(NEXT_DAY, arena_printf(gather_stage.arena, "m-%d", i),
		          EDGE_PARAMETER_MAX);
	assert_null(gather_last(FACT(ACTION_REFUSED)));
	translate(DAY_3, "m-39", EDGE_PARAMETER_MAX);
	assert_refused_as_too_large("translation");
	(void)gather_heard();
	translate(DAY_4, "m-38", EDGE_PARAMETER_MAX - 1);
	assert_non_null(strstr(gather_heard(), "action_applied\n"));
	assert_int_equal(strlen(gather_kept()->translated[38]->translation->text),
	                 EDGE_PARAMETER_MAX - 1);
}

/* Of PDFs that nobody has uploaded before, with as many words as the edge takes. */
static void upload(const char *at, int count)
{
	const char *const text = words(EDGE_PARAMETER_MAX, 'x');
	const char *const parameters[] = { "kind", "usage",       "field", "receipt", "text",
		                           text,   "translation", text,    NULL };

	for (int i = 0; i < count; i++)
		gather_uploaded(at, "application/pdf",
		                upload_fixture_pdf(gather_stage.arena,
		                                   arena_printf(gather_stage.arena, "%s-%d", at, i),
		                                   1),
		                4096, parameters);
}

/* What asked for them is kept until they are looked at, and makes room then. */
static void uploads_that_are_looked_at_count_with_what_asked_for_them(void **state)
{
	(void)state;
	gather_stage.context.recorded = false;
	gather_begin("general");
	upload(NEXT_DAY, 12);
	assert_int_equal(stage_test_fold(&gather_stage, STAGE_TEST_ALL,
	                                 instant_of("2026-06-02T01:00:00Z")),
	                 STATUS_OK);
	assert_int_equal(gather_kept()->n_uploads, 9);
	assert_refused_as_too_large("text");
	gather_pass("2026-06-02T12:00:00Z");
	assert_int_equal(gather_kept()->n_uploads, 0);
	assert_int_equal(gather_kept()->n_added, 9);
	pin(EDGE_PARAMETER_MAX, 'x');
	gather_pass(DAY_3);
	assert_int_equal(gather_kept()->n_added, 10);
	assert_lives();
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, gather_start, gather_stop)
	const struct CMUnitTest tests[] = {
		CASE(what_people_pin_is_refused_where_it_is_more_than_is_kept_of_a_case),
		CASE(what_people_translate_counts_with_what_they_pin),
		CASE(a_translation_takes_the_place_of_another_though_there_is_no_room_for_both),
		CASE(uploads_that_are_looked_at_count_with_what_asked_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
