/*
 * pattern_stage_test - the real handlers of the stage `pattern` in a shard: what is said of many, and when.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/pattern_mesh.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

/* Patterns. */

static void nothing_is_judged_before_the_step_has_settled(void **state)
{
	(void)state;
	three_report();
	fold_until(DAY "09:06:00Z");
	(void)expect_said("");
	fold_until(DAY "09:06:01Z");
	(void)expect_said("pattern_found 1 " DAY "09:03:00Z\n");
	fold_until(DAY "10:30:00Z");
	(void)expect_said("");
}

static void a_fact_carries_all_that_decided_it(void **state)
{
	(void)state;
	three_report();
	fold_until(DAY "09:07:00Z");
	const Opsmesh__V1__TriageEvent *const event =
	    expect_said("pattern_found 1 " DAY "09:03:00Z\n");
	const Opsmesh__V1__PatternFound *const found = event->pattern_found;
	const Opsmesh__V1__PatternEvidence *const evidence = found->evidence;

	assert_string_equal(event->ticket_id, "");
	assert_string_equal(event->cause_id, "");
	assert_string_equal(found->pattern_id,
	                    arena_printf(mesh.test.arena, "pattern/%s/1", mesh.intent));
	assert_string_equal(found->intent, mesh.intent);
	assert_int_equal(evidence->rule, OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_ERROR_CODE);
	assert_string_equal(evidence->token, "E1234");
	assert_int_equal(evidence->customers, 3);
	assert_int_equal(evidence->tickets, 3);
	assert_int_equal(evidence->threshold, 3);
	assert_int_equal(evidence->window_s, 7200);
	assert_string_equal(evidence->policy, "patterns/1");
	assert_int_equal(evidence->n_languages, 2);
	assert_string_equal(evidence->languages[0], "en");
	assert_string_equal(evidence->languages[1], "ja");
	assert_int_equal(found->n_tickets, 3);
	assert_string_equal(found->tickets[0]->customer, "acme");
	assert_string_equal(found->tickets[2]->ticket_id, "T-0003");
	assert_string_equal(found->tickets[2]->message_id, "M-0003");
	assert_time(found->tickets[2]->occurred_at, DAY "09:03:00Z");
}

static void it_is_found_grows_goes_quiet_and_returns_under_one_id(void **state)
{
	const Opsmesh__V1__TriageEvent *event;

	(void)state;
	three_report();
	fold_until(DAY "09:10:00Z");
	(void)expect_said("pattern_found 1 " DAY "09:03:00Z\n");
	tell_code(DAY "09:20:00Z", "dune", "en");
	tell_code(DAY "09:21:00Z", "echo", "ko");
	fold_until(DAY "09:30:00Z");
	(void)expect_said("");
	tell_code(DAY "09:31:00Z", "fern", "ko");
	fold_until(DAY "09:40:00Z");
	event = expect_said("pattern_grew 1 " DAY "09:31:00Z\n");
	assert_int_equal(event->pattern_grew->customers_ever, 6);
	assert_int_equal(event->pattern_grew->n_added, 3);
	assert_string_equal(event->pattern_grew->added[0]->customer, "dune");
	assert_int_equal(event->pattern_grew->evidence->n_languages, 3);
	fold_until(DAY "11:36:00Z");
	(void)expect_said("");
	fold_until(DAY "11:37:00Z");
	event = expect_said("pattern_quieted 1 " DAY "11:31:00Z\n");
	assert_time(event->pattern_quieted->last_report, DAY "09:31:00Z");
	assert_int_equal(event->pattern_quieted->customers_ever, 6);
	assert_int_equal(event->pattern_quieted->tickets_ever, 6);
	tell_code("2026-05-24T09:00:00Z", "acme", "en");
	fold_until("2026-05-24T09:10:00Z");
	(void)expect_said("");
	tell_code("2026-05-24T09:11:00Z", "gulf", "en");
	tell_code("2026-05-24T09:12:00Z", "hive", "en");
	fold_until("2026-05-24T09:20:00Z");
	event = expect_said("pattern_returned 1 2026-05-24T09:12:00Z\n");
	assert_time(event->pattern_returned->quiet_since, DAY "11:31:00Z");
	assert_int_equal(event->pattern_returned->n_tickets, 3);
	fold_until("2026-05-24T11:30:00Z");
	event = expect_said("pattern_quieted 1 2026-05-24T11:12:00Z\n");
	assert_int_equal(event->pattern_quieted->customers_ever, 8);
	assert_int_equal(event->pattern_quieted->tickets_ever, 9);
}

static void what_was_forgotten_comes_back_as_another_one(void **state)
{
	(void)state;
	three_report();
	fold_until(DAY "12:00:00Z");
	(void)expect_said("pattern_found 1 " DAY "09:03:00Z\npattern_quieted 1 " DAY "11:03:00Z\n");
	fold_until("2026-06-06T00:00:00Z");
	(void)expect_said("");
	assert_false(
	    stage_test_row(&mesh.test, &pattern_known_table,
	                   &(struct pattern_known_row){ .intent = mesh.intent, .number = 1 }));
	tell_code("2026-06-06T09:00:00Z", "acme", "en");
	tell_code("2026-06-06T09:01:00Z", "bolt", "ja");
	tell_code("2026-06-06T09:03:00Z", "coda", "ja");
	fold_until("2026-06-06T09:10:00Z");
	(void)expect_said("pattern_found 2 2026-06-06T09:03:00Z\n");
}

static void like_words_in_two_steps_are_one_pattern(void **state)
{
	(void)state;
	tell(&(struct told){ .at = DAY "09:04:59Z", .customer = "acme", .words = 3 });
	tell(&(struct told){ .at = DAY "09:05:00Z", .customer = "bolt", .words = 3 });
	tell(&(struct told){ .at = DAY "09:30:00Z", .customer = "coda", .words = 3 });
	tell(&(struct told){ .at = DAY "09:31:00Z", .customer = "dune", .words = 3 });
	fold_until(DAY "10:00:00Z");
	const Opsmesh__V1__TriageEvent *const event =
	    expect_said("pattern_found 1 " DAY "09:31:00Z\n");

	assert_int_equal(event->pattern_found->evidence->rule,
	                 OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_NEAR_DUPLICATE);
	assert_string_equal(event->pattern_found->evidence->token, "");
}

static void a_flood_of_one_customer_is_no_pattern(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		tell(&(struct told){ .at = DAY "09:01:00Z",
		                     .customer = "acme",
		                     .token = "E1",
		                     .words = 5,
		                     .ticket = "T-flood" });
	fold_until(DAY "10:00:00Z");
	(void)expect_said("");
}

static const char *at_minute(const char *day, int hour, int minute)
{
	return arena_printf(mesh.test.arena, "%sT%02d:%02d:00Z", day, hour, minute);
}

/* So many customers within the hour, one each minute from a quarter past on. */
static void tell_hour(const char *day, int hour, int customers)
{
	for (int i = 0; i < customers; i++)
		tell(&(struct told){ .at = at_minute(day, hour, 15 + i),
		                     .customer = arena_printf(mesh.test.arena, "c-%d", i) });
}

static void a_burst_is_more_than_this_hour_of_the_week_usually_has(void **state)
{
	static const char *const fridays[] = { "2026-05-01", "2026-05-08", "2026-05-15" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fridays); i++) {
		tell_hour(fridays[i], 9, 4);
		fold_until(at_minute(fridays[i], 12, 0));
	}
	(void)expect_said("");
	tell_hour("2026-05-22", 9, 14);
	fold_until(DAY "12:00:00Z");
	(void)expect_said("");
	tell_hour("2026-05-22", 13, 14);
	fold_until(DAY "14:10:00Z");
	const Opsmesh__V1__TriageEvent *event = expect_said("pattern_found 1 " DAY "13:22:00Z\n");

	assert_int_equal(event->pattern_found->evidence->rule,
	                 OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_BURST);
	assert_int_equal(event->pattern_found->evidence->baseline_ppm, 0);
	assert_int_equal(event->pattern_found->evidence->baseline_weeks, 3);
	assert_int_equal(event->pattern_found->evidence->threshold, 8);
	tell_hour("2026-05-29", 9, 23);
	fold_until("2026-05-29T10:10:00Z");
	event = expect_said("pattern_quieted 1 " DAY "15:28:00Z\n"
	                    "pattern_returned 1 2026-05-29T09:37:00Z\n");
	assert_int_equal(event->pattern_returned->evidence->baseline_ppm, 6500000);
	assert_int_equal(event->pattern_returned->evidence->baseline_weeks, 4);
	assert_int_equal(event->pattern_returned->evidence->threshold, 23);
}

static void a_burst_does_not_make_the_next_one_usual(void **state)
{
	static const char *const fridays[] = { "2026-05-08", "2026-05-15" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fridays); i++) {
		tell_hour(fridays[i], 9, 1);
		fold_until(at_minute(fridays[i], 12, 0));
	}
	tell_hour("2026-05-22", 9, 30);
	fold_until(DAY "12:00:00Z");
	(void)expect_said("pattern_found 1 " DAY "09:22:00Z\n"
	                  "pattern_grew 1 " DAY "09:29:00Z\n"
	                  "pattern_grew 1 " DAY "09:37:00Z\n"
	                  "pattern_quieted 1 " DAY "11:44:00Z\n");
	tell_hour("2026-05-29", 9, 14);
	fold_until("2026-05-29T10:10:00Z");
	const Opsmesh__V1__TriageEvent *const event =
	    expect_said("pattern_returned 1 2026-05-29T09:27:00Z\n");

	assert_int_equal(event->pattern_returned->evidence->baseline_ppm, 3333333);
	assert_int_equal(event->pattern_returned->evidence->threshold, 13);
}

static void what_lies_ahead_waits_for_its_own_step(void **state)
{
	(void)state;
	mesh.mesh = DAY "09:00:00Z";
	tell_code(DAY "09:00:00Z", "acme", "en");
	tell_code(DAY "09:01:00Z", "bolt", "en");
	tell_code(DAY "09:12:00Z", "coda", "en");
	tell_code(DAY "09:21:00Z", "dune", "en");
	tell_code(DAY "09:22:00Z", "echo", "en");
	tell_code(DAY "09:23:00Z", "fern", "en");
	fold_until(DAY "09:00:00Z");
	fold_until(DAY "09:16:00Z");
	(void)expect_said("");
	fold_until(DAY "09:16:01Z");
	const Opsmesh__V1__TriageEvent *const event =
	    expect_said("pattern_found 1 " DAY "09:12:00Z\n");

	assert_int_equal(event->pattern_found->evidence->customers, 3);
	fold_until(DAY "10:00:00Z");
	(void)expect_said("pattern_grew 1 " DAY "09:23:00Z\n");
}

/* So many codes, each by three customers of its own, twenty in a step. */
static void tell_codes(int first, int count)
{
	for (int i = first; i < first + count; i++)
		for (int k = 0; k < 3; k++)
			tell(&(struct told){
			    .at = at_minute("2026-05-22", 9 + i / 240, i / 20 % 12 * 5),
			    .customer = arena_printf(mesh.test.arena, "c-%d-%d", i, k),
			    .token = arena_printf(mesh.test.arena, "E%04d", i) });
}

static void in_a_full_memory_the_one_that_is_quiet_for_longest_is_forgotten(void **state)
{
	const Opsmesh__V1__TriageEvent *last;
	struct instant due;

	(void)state;
	tell_codes(0, PATTERN_KNOWN_MAX);
	fold_until(DAY "15:00:00Z");
	(void)said_since(&last);
	assert_int_equal(stage_test_fact_count(&mesh.test), 2 * PATTERN_KNOWN_MAX);
	tell_code(DAY "16:00:00Z", "acme", "en");
	tell_code(DAY "16:00:00Z", "bolt", "en");
	tell_code(DAY "16:00:00Z", "coda", "en");
	fold_until(DAY "16:10:00Z");
	(void)expect_said("pattern_found 257 " DAY "16:00:00Z\n");
	for (int i = 1; i <= 257; i++) {
		struct pattern_known_row row = { .intent = mesh.intent, .number = i };

		assert_int_equal(stage_test_row(&mesh.test, &pattern_known_table, &row), i > 16);
		assert_int_equal(
		    stage_test_timer(&mesh.test, PATTERN_TIMER_LIFE,
		                     arena_printf(mesh.test.arena, "%s/%d", mesh.intent, i), &due),
		    i > 16);
	}
}

static void spam_is_nobody_s_pattern(void **state)
{
	struct pattern_step_row row = { .start_s = time_of(DAY "09:00:00Z").us / 1000000 };

	(void)stop(state);
	pattern_mesh_start("spam");
	three_report();
	fold_until(DAY "10:00:00Z");
	(void)expect_said("");
	row.intent = mesh.intent;
	assert_false(stage_test_row(&mesh.test, &pattern_step_table, &row));
}

static void intents_do_not_meet(void **state)
{
	const char *const other = stage_test_key(&mesh.test, "outage");

	(void)state;
	tell_code(DAY "09:00:00Z", "acme", "en");
	tell_code(DAY "09:01:00Z", "bolt", "en");
	tell_under(other,
	           &(struct told){ .at = DAY "09:02:00Z", .customer = "coda", .token = "E1234" });
	fold_until(DAY "10:00:00Z");
	(void)expect_said("");
}

/* Order and crashes. */

static const struct told mixed[] = {
	{ .at = DAY "09:00:30Z", .customer = "acme", .token = "E1234" },
	{ .at = DAY "09:01:00Z", .customer = "bolt", .language = "ja", .token = "E1234" },
	{ .at = DAY "09:01:00Z", .customer = "acme", .words = 7 },
	{ .at = DAY "09:07:00Z", .customer = "coda", .language = "ja", .token = "E1234" },
	{ .at = DAY "09:12:00Z", .customer = "acme", .words = 7 },
	{ .at = DAY "09:13:00Z", .customer = "dune", .token = "E77" },
};

/* All of them at one mesh time, then time passes. */
static const char *said_in_order(const size_t order[static COUNT_OF(mixed)], bool crash)
{
	const Opsmesh__V1__TriageEvent *event;

	mesh.mesh = DAY "09:00:00Z";
	for (size_t i = 0; i < COUNT_OF(mixed); i++) {
		mesh.message_number = (int)order[i];
		tell(&mixed[order[i]]);
		if (crash && i == 2) {
			fold_until(DAY "09:00:00Z");
			stage_test_restart(&mesh.test);
		}
	}
	fold_until(DAY "09:00:00Z");
	fold_until(DAY "12:00:00Z");
	return said_since(&event);
}

static const char expected[] = "pattern_found 1 " DAY "09:07:00Z\n"
			       "duplicate_suspected T-0005 " DAY "09:12:00Z\n"
			       "pattern_quieted 1 " DAY "11:07:00Z\n";

static void swap(size_t *a, size_t *b)
{
	const size_t moved = *a;

	*a = *b;
	*b = moved;
}

static size_t orders_tried;

static void try_orders(size_t count, size_t order[static COUNT_OF(mixed)])
{
	if (count == 1) {
		(void)stop(NULL);
		(void)start(NULL);
		assert_string_equal(said_in_order(order, orders_tried % 7 == 0), expected);
		orders_tried++;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		try_orders(count - 1, order);
		swap(&order[count % 2 == 0 ? i : 0], &order[count - 1]);
	}
}

static void every_order_of_six_reports_says_the_same(void **state)
{
	size_t order[COUNT_OF(mixed)] = { 0, 1, 2, 3, 4, 5 };

	(void)state;
	orders_tried = 0;
	try_orders(COUNT_OF(mixed), order);
	assert_int_equal(orders_tried, 720);
}

static void a_crash_after_any_fold_changes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		static const char *const customers[] = { "acme", "bolt", "coda" };

		tell_code(arena_printf(mesh.test.arena, DAY "09:%02d:00Z", i * 6), customers[i],
		          "en");
		fold_until(arena_printf(mesh.test.arena, DAY "09:%02d:00Z", i * 6));
		stage_test_restart(&mesh.test);
	}
	fold_until(DAY "09:30:00Z");
	stage_test_restart(&mesh.test);
	fold_until(DAY "12:00:00Z");
	(void)expect_said("pattern_found 1 " DAY "09:12:00Z\npattern_quieted 1 " DAY "11:12:00Z\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(nothing_is_judged_before_the_step_has_settled),
		CASE(a_fact_carries_all_that_decided_it),
		CASE(it_is_found_grows_goes_quiet_and_returns_under_one_id),
		CASE(what_was_forgotten_comes_back_as_another_one),
		CASE(like_words_in_two_steps_are_one_pattern),
		CASE(a_flood_of_one_customer_is_no_pattern),
		CASE(a_burst_is_more_than_this_hour_of_the_week_usually_has),
		CASE(a_burst_does_not_make_the_next_one_usual),
		CASE(what_lies_ahead_waits_for_its_own_step),
		CASE(in_a_full_memory_the_one_that_is_quiet_for_longest_is_forgotten),
		CASE(spam_is_nobody_s_pattern),
		CASE(intents_do_not_meet),
		CASE(every_order_of_six_reports_says_the_same),
		CASE(a_crash_after_any_fold_changes_nothing),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
