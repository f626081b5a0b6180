/*
 * pattern_late_test - the stage `pattern` and what comes late, twice from one customer, or malformed.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/pattern_mesh.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct pattern_book changing;
static struct arena *book_arena;

static int start(void **state)
{
	(void)state;
	pattern_mesh_start(NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pattern_mesh_stop();
	return 0;
}

/* Late. */

static void a_report_behind_its_step_counts_in_the_one_that_is_open(void **state)
{
	(void)state;
	tell_code(DAY "09:00:00Z", "acme", "en");
	tell_code(DAY "09:01:00Z", "bolt", "en");
	fold_until(DAY "09:32:00Z");
	mesh.mesh = DAY "09:32:00Z";
	tell_code(DAY "09:02:00Z", "coda", "ja");
	fold_until(DAY "09:36:00Z");
	(void)expect_said("");
	fold_until(DAY "09:36:01Z");
	(void)expect_said("pattern_found 1 " DAY "09:02:00Z\n");
}

static void a_report_behind_every_window_is_counted_and_no_more(void **state)
{
	struct pattern_intent_row row = { .intent = mesh.intent };

	(void)state;
	tell_code(DAY "09:00:00Z", "acme", "en");
	tell_code(DAY "09:01:00Z", "bolt", "en");
	fold_until(DAY "13:00:00Z");
	mesh.mesh = DAY "13:00:00Z";
	tell_code(DAY "09:02:00Z", "coda", "ja");
	fold_until(DAY "14:00:00Z");
	(void)expect_said("");
	assert_true(stage_test_row(&mesh.test, &pattern_intent_table, &row));
	assert_int_equal(row.late, 1);
	assert_int_equal(row.since.us, time_of(DAY "09:00:00Z").us);
}

static void a_clock_that_runs_ahead_counts_when_its_report_came(void **state)
{
	(void)state;
	tell_code(DAY "09:00:00Z", "acme", "en");
	tell_code(DAY "09:01:00Z", "bolt", "en");
	mesh.mesh = DAY "09:02:00Z";
	tell_code("2030-01-01T00:00:00Z", "coda", "ja");
	fold_until(DAY "09:10:00Z");
	(void)expect_said("pattern_found 1 " DAY "09:02:00Z\n");
}

static void steps_that_no_window_reaches_are_gone(void **state)
{
	struct pattern_step_row row = { .intent = mesh.intent,
		                        .start_s = time_of(DAY "09:00:00Z").us / 1000000 };

	(void)state;
	three_report();
	fold_until(DAY "09:30:00Z");
	assert_true(stage_test_row(&mesh.test, &pattern_step_table, &row));
	assert_int_equal(row.reports, 3);
	assert_int_equal(row.overflow, 0);
	fold_until(DAY "13:00:00Z");
	row.intent = mesh.intent;
	assert_false(stage_test_row(&mesh.test, &pattern_step_table, &row));
}

/* Documents. */

/* The project's thresholds, and from 10:00 on others: longer steps and settling, four customers. */
static const struct pattern_book *book_that_changes(void)
{
	struct document files[2] = { { .name = "patterns/a.json" }, { .name = "patterns/b.json" } };
	struct pattern_policy *policies;
	const struct pattern_book *book;
	char reason[256];

	assert_true(file_read(mesh.test.arena, "deploy/policies/patterns/patterns-1.json",
	                      PATTERN_POLICY_BYTES, &files[0].body));
	book = pattern_compile(files, 1, reason, sizeof(reason));
	assert_non_null(book);
	policies = arena_zero(mesh.test.arena, 2 * sizeof(*policies));
	policies[0] = book->policies[0];
	policies[1] = book->policies[0];
	policies[1].version = 2;
	policies[1].effective_from = time_of(DAY "10:00:00Z");
	policies[1].step = MINUTES(10);
	policies[1].settle = MINUTES(2);
	policies[1].quiet = HOURS(1);
	policies[1].memory = HOURS(24);
	policies[1].error_code.customers = 4;
	book_arena = book->arena;
	changing = (struct pattern_book){ .policies = policies, .count = 2 };
	return &changing;
}

static void another_document_takes_over_what_the_one_before_it_knew(void **state)
{
	(void)state;
	mesh.documents[0].compiled = book_that_changes();
	three_report();
	tell(&(struct told){ .at = DAY "09:57:00Z", .customer = "acme", .token = "E77" });
	tell(&(struct told){ .at = DAY "09:58:00Z", .customer = "bolt", .token = "E77" });
	fold_until(DAY "09:58:00Z");
	tell(&(struct told){ .at = DAY "10:04:00Z", .customer = "coda", .token = "E77" });
	fold_until(DAY "10:04:00Z");
	tell(&(struct told){ .at = DAY "10:06:00Z", .customer = "dune", .token = "E77" });
	fold_until(DAY "10:12:00Z");
	(void)expect_said("pattern_found 1 " DAY "09:03:00Z\n");
	fold_until(DAY "10:30:00Z");
	(void)expect_said("pattern_found 2 " DAY "10:06:00Z\n");
	fold_until(DAY "12:00:00Z");
	(void)expect_said("pattern_quieted 1 " DAY "10:03:00Z\npattern_quieted 2 " DAY
	                  "11:06:00Z\n");
	fold_until("2026-05-23T12:00:00Z");
	assert_false(
	    stage_test_row(&mesh.test, &pattern_known_table,
	                   &(struct pattern_known_row){ .intent = mesh.intent, .number = 2 }));
	arena_destroy(book_arena);
}

/* Duplicates. */

static void two_tickets_of_one_customer_by_two_ways_are_suspected(void **state)
{
	(void)state;
	tell(&(struct told){ .at = DAY "09:00:00Z",
	                     .customer = "acme",
	                     .token = "in_12345",
	                     .channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL });
	tell(&(struct told){ .at = DAY "11:00:00Z",
	                     .customer = "acme",
	                     .token = "in_12345",
	                     .channel = OPSMESH__V1__CHANNEL__CHANNEL_CHAT });
	fold_until(DAY "11:06:00Z");
	(void)expect_said("");
	fold_until(DAY "11:07:00Z");
	const Opsmesh__V1__TriageEvent *const event =
	    expect_said("duplicate_suspected T-0002 " DAY "11:00:00Z\n");
	const Opsmesh__V1__DuplicateSuspected *const suspected = event->duplicate_suspected;

	assert_string_equal(event->ticket_id, "T-0002");
	assert_string_equal(suspected->ticket_id, "T-0002");
	assert_string_equal(suspected->other_ticket_id, "T-0001");
	assert_string_equal(suspected->intent, mesh.intent);
	assert_string_equal(suspected->customer, "acme");
	assert_int_equal(suspected->similarity_ppm, 0);
	assert_int_equal(suspected->n_shared, 1);
	assert_string_equal(suspected->shared[0], "in_12345");
	assert_true(suspected->other_channel);
	fold_until("2026-05-23T12:00:00Z");
	(void)expect_said("");
	assert_false(stage_test_row(&mesh.test, &pattern_customer_table,
	                            &(struct pattern_customer_row){ .intent = mesh.intent,
	                                                            .customer = "acme" }));
}

static void like_words_of_one_customer_by_one_way_are_suspected(void **state)
{
	(void)state;
	tell(&(struct told){ .at = DAY "09:00:00Z", .customer = "a/b", .words = 4 });
	tell(&(struct told){ .at = DAY "09:01:00Z", .customer = "a/b", .words = 4 });
	fold_until(DAY "09:07:00Z");
	const Opsmesh__V1__TriageEvent *const event =
	    expect_said("duplicate_suspected T-0002 " DAY "09:01:00Z\n");

	assert_int_equal(event->duplicate_suspected->similarity_ppm, 1000000);
	assert_false(event->duplicate_suspected->other_channel);
}

static void who_is_not_known_has_no_duplicates(void **state)
{
	(void)state;
	tell(&(struct told){ .at = DAY "09:00:00Z", .customer = "", .words = 4 });
	tell(&(struct told){ .at = DAY "09:01:00Z", .customer = "", .words = 4 });
	fold_until(DAY "10:00:00Z");
	(void)expect_said("");
}

static void only_tickets_that_are_opened_are_duplicates(void **state)
{
	(void)state;
	tell(&(struct told){ .at = DAY "09:00:00Z", .customer = "acme", .words = 4 });
	tell(&(struct told){
	    .at = DAY "09:01:00Z", .customer = "acme", .words = 4, .ticket = "T-0001" });
	tell(&(struct told){
	    .at = DAY "09:02:00Z", .customer = "acme", .words = 4, .ticket = "T-before" });
	fold_until(DAY "10:00:00Z");
	(void)expect_said("");
}

/* Odd input. */

static void what_is_out_of_its_bounds_is_refused(void **state)
{
	char *const longest = arena_zero(mesh.test.arena, PATTERN_TEXT_MAX + 2);
	const size_t before = stage_test_fact_count(&mesh.test);

	(void)state;
	memset(longest, 'x', PATTERN_TEXT_MAX + 1);
	tell(&(struct told){ .at = DAY "09:00:00Z", .customer = longest });
	tell(&(struct told){ .at = DAY "09:00:00Z", .customer = "acme", .ticket = "" });
	tell_under(stage_test_key(&mesh.test, "a/b"),
	           &(struct told){ .at = DAY "09:00:00Z", .customer = "acme" });
	fold_until(DAY "10:00:00Z");
	assert_int_equal(stage_test_fact_count(&mesh.test), before + 3);
	for (size_t i = before; i < before + 3; i++)
		assert_int_not_equal(stage_test_fact(&mesh.test, i)->topic, OPS_TRIAGE);
}

static void a_token_that_is_too_long_is_none(void **state)
{
	char *const longest = arena_zero(mesh.test.arena, PATTERN_TEXT_MAX + 2);

	(void)state;
	memset(longest, 'x', PATTERN_TEXT_MAX + 1);
	for (int i = 0; i < 4; i++)
		tell(&(struct told){ .at = DAY "09:00:00Z",
		                     .customer = arena_printf(mesh.test.arena, "c-%d", i),
		                     .token = longest });
	fold_until(DAY "10:00:00Z");
	(void)expect_said("");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_report_behind_its_step_counts_in_the_one_that_is_open),
		CASE(a_report_behind_every_window_is_counted_and_no_more),
		CASE(a_clock_that_runs_ahead_counts_when_its_report_came),
		CASE(steps_that_no_window_reaches_are_gone),
		CASE(another_document_takes_over_what_the_one_before_it_knew),
		CASE(two_tickets_of_one_customer_by_two_ways_are_suspected),
		CASE(like_words_of_one_customer_by_one_way_are_suspected),
		CASE(who_is_not_known_has_no_duplicates),
		CASE(only_tickets_that_are_opened_are_duplicates),
		CASE(what_is_out_of_its_bounds_is_refused),
		CASE(a_token_that_is_too_long_is_none),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
