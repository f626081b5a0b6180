/*
 * pattern_judge_test - what belongs together among the reports of one intent, and what becomes of it.
 */
#include "tests/support/pattern_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct pattern_fixture fixture;

static int start(void **state)
{
	(void)state;
	pattern_fixture_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pattern_fixture_finish(&fixture);
	return 0;
}

static void move_on(int64_t minutes)
{
	fixture.window.end = time_add(fixture.window.end, MINUTES(minutes));
}

/* Error codes. */

static void japanese_and_english_reports_of_one_code_are_one_pattern(void **state)
{
	(void)state;
	with_token(feed_report(&fixture, 50, "A", "en"), "E1234");
	with_token(feed_report(&fixture, 40, "B", "ja"), "E1234");
	with_token(feed_report(&fixture, 30, "C", "ja"), "E1234");
	with_token(feed_report(&fixture, 20, "D", "ko"), "E1234");
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E1234 -30m customers 4 of 3 tickets 4 "
	                    "told 4\n");
	assert_int_equal(fixture.facts[0].evidence.language_count, 3);
	assert_string_equal(fixture.facts[0].evidence.languages[0], "en");
	assert_string_equal(fixture.facts[0].evidence.languages[1], "ja");
	assert_string_equal(fixture.facts[0].evidence.languages[2], "ko");
	assert_int_equal(fixture.facts[0].evidence.window.us, HOURS(2).us);
	assert_int_equal(fixture.facts[0].evidence.usual.weeks, 0);
	assert_string_equal(fixture.facts[0].tickets[0].customer, "A");
	assert_string_equal(fixture.facts[0].tickets[3].customer, "D");
}

static void two_customers_are_below_the_threshold(void **state)
{
	(void)state;
	with_token(feed_report(&fixture, 50, "A", "en"), "E1234");
	with_token(feed_report(&fixture, 40, "B", "ja"), "E1234");
	assert_string_equal(judged(&fixture), "");
}

static void a_flood_of_one_customer_is_no_pattern(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		struct pattern_report *const made = feed_report(&fixture, i % 50 + 1, "A", "en");

		with_token(made, "E1234");
		with_words(&fixture, made, 1, 0);
	}
	assert_string_equal(judged(&fixture), "");
}

static void customers_that_are_not_known_count_by_ticket(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		with_token(feed_report(&fixture, 30 - i, "", "en"), "E1234");
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E1234 -28m customers 3 of 3 tickets 3 "
	                    "told 3\n");
}

static void an_id_is_no_error_code(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		with_token(feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en"),
		           "ch_1abcdefgh");
	assert_string_equal(judged(&fixture), "");
}

static void a_common_code_is_no_cause(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		with_token(feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en"),
		           "card_declined");
	assert_string_equal(judged(&fixture), "");
}

static void what_lies_before_the_window_does_not_count(void **state)
{
	(void)state;
	with_token(feed_report(&fixture, 121, "A", "en"), "E1234");
	with_token(feed_report(&fixture, 40, "B", "ja"), "E1234");
	with_token(feed_report(&fixture, 30, "C", "ja"), "E1234");
	assert_string_equal(judged(&fixture), "");
	with_token(feed_report(&fixture, 120, "D", "ja"), "E1234");
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E1234 -30m customers 3 of 3 tickets 3 "
	                    "told 3\n");
}

static void of_two_codes_in_the_same_reports_the_wider_one_is_the_cause(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pattern_report *const made =
		    feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en");

		with_token(made, "503");
		if (i < 3)
			with_token(made, "A1");
	}
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code 503 -28m customers 4 of 3 tickets 4 "
	                    "told 4\n");
}

static void of_codes_that_are_as_wide_the_first_by_its_bytes_is_the_cause(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct pattern_report *const made =
		    feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en");

		with_token(made, "E2");
		with_token(made, "E9");
	}
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E2 -28m customers 3 of 3 tickets 3 "
	                    "told 3\n");
}

static void two_causes_are_two_patterns(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		with_token(feed_report(&fixture, 30 - i, customer_name(&fixture, "a", i), "en"),
		           "E2");
	for (int i = 0; i < 4; i++)
		with_token(feed_report(&fixture, 30 - i, customer_name(&fixture, "b", i), "en"),
		           "E1");
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E1 -28m customers 4 of 3 tickets 4 told 4\n"
	                    "found 2 error_code E2 -28m customers 3 of 3 tickets 3 told 3\n");
}

/* Near duplicates. */

static void nearly_the_same_words_of_several_customers_are_a_pattern(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		with_words(&fixture,
		           feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en"), 1,
		           2);
	assert_string_equal(judged(&fixture),
	                    "found 1 near_duplicate -27m customers 4 of 4 tickets 4 told 4\n");
}

static void words_that_differ_in_more_places_are_others(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		with_words(&fixture,
		           feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en"), 1,
		           9);
	assert_string_equal(judged(&fixture), "");
}

static void who_is_like_one_of_a_group_is_of_the_group(void **state)
{
	struct pattern_report *chain[4];

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		chain[i] =
		    feed_report(&fixture, 30 - i, customer_name(&fixture, "c", (int)i), "en");
		with_words(&fixture, chain[i], 1, 0);
		for (uint32_t k = 0; k < i * 6; k++)
			chain[i]->sketch[k] = (uint16_t)(7000 + k);
	}
	assert_false(pattern_sketch_agrees(chain[0]->sketch, 32, chain[2]->sketch, 32, 750000));
	assert_string_equal(judged(&fixture),
	                    "found 1 near_duplicate -27m customers 4 of 4 tickets 4 told 4\n");
}

static void one_report_may_join_two_that_are_not_alike(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		with_words(&fixture,
		           feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en"), 1,
		           0);
	for (uint32_t i = 0; i < 10; i++) {
		fixture.reports[0].sketch[i] = (uint16_t)(7000 + i);
		fixture.reports[1].sketch[31 - i] = (uint16_t)(8000 + i);
	}
	assert_string_equal(judged(&fixture),
	                    "found 1 near_duplicate -27m customers 4 of 4 tickets 4 told 4\n");
}

static void texts_without_a_sketch_are_like_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 7; i++)
		feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "ja");
	assert_string_equal(judged(&fixture), "");
}

static void a_group_is_known_again_by_its_words_though_its_first_reports_are_gone(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		with_words(&fixture,
		           feed_report(&fixture, 30 - i, customer_name(&fixture, "c", i), "en"), 1,
		           2);
	judged(&fixture);
	move_on(180);
	fixture.count = 0;
	for (int i = 0; i < 4; i++)
		with_words(&fixture,
		           feed_report(&fixture, 30 - i, customer_name(&fixture, "d", i), "en"), 1,
		           2);
	assert_string_equal(judged(&fixture),
	                    "grew 1 near_duplicate -28m customers 4 of 4 tickets 4 told "
	                    "4\n");
	assert_int_equal(fixture.window.known_count, 1);
}

/* Bursts. */

static void a_burst_is_held_against_what_the_hour_usually_has(void **state)
{
	(void)state;
	fixture.window.usual = (struct pattern_usual){ .customers_ppm = 2000000, .weeks = 4 };
	for (int i = 0; i < 8; i++)
		feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en");
	assert_string_equal(judged(&fixture), "");
	feed_report(&fixture, 10, "one more", "ja");
	assert_string_equal(judged(&fixture),
	                    "found 1 burst -10m customers 9 of 9 tickets 9 told 9\n");
	assert_int_equal(fixture.facts[0].evidence.usual.customers_ppm, 2000000);
	assert_int_equal(fixture.facts[0].evidence.usual.weeks, 4);
	assert_int_equal(fixture.facts[0].evidence.window.us, HOURS(1).us);
}

static void a_young_baseline_asks_for_more(void **state)
{
	(void)state;
	fixture.window.usual = (struct pattern_usual){ .customers_ppm = 0, .weeks = 1 };
	for (int i = 0; i < 11; i++)
		feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en");
	assert_string_equal(judged(&fixture), "");
	feed_report(&fixture, 10, "one more", "ja");
	assert_string_equal(judged(&fixture),
	                    "found 1 burst -10m customers 12 of 12 tickets 12 told 10\n");
}

static void reports_that_were_not_kept_count_as_tickets(void **state)
{
	(void)state;
	fixture.window.overflow = 500;
	for (int i = 0; i < 12; i++)
		feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en");
	assert_string_equal(judged(&fixture),
	                    "found 1 burst -39m customers 12 of 12 tickets 512 told 10\n");
}

static void one_cause_is_one_pattern_the_most_specific(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		struct pattern_report *const made =
		    feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en");

		with_token(made, "E1234");
		with_words(&fixture, made, 1, 0);
	}
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E1234 -48m customers 12 of 3 tickets 12 "
	                    "told 10\n");
}

static void a_customer_of_a_pattern_is_no_customer_of_the_burst(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		with_token(feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en"),
		           "E1234");
		feed_report(&fixture, 40 - i, customer_name(&fixture, "c", i), "en");
	}
	for (int i = 0; i < 11; i++)
		feed_report(&fixture, 50 - i, customer_name(&fixture, "d", i), "en");
	assert_string_equal(judged(&fixture),
	                    "found 1 error_code E1234 -48m customers 12 of 3 tickets 12 "
	                    "told 10\n");
	feed_report(&fixture, 5, "d-11", "en");
	assert_string_equal(judged(&fixture),
	                    "found 2 burst -5m customers 12 of 12 tickets 12 told 10\n");
}

/* Life. */

static void it_grows_by_steps_and_not_with_every_report(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		with_token(feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en"),
		           "E1");
	judged(&fixture);
	with_token(feed_report(&fixture, 30, "d", "en"), "E1");
	with_token(feed_report(&fixture, 29, "c-0", "en"), "E1");
	with_token(feed_report(&fixture, 28, "e", "en"), "E1");
	assert_string_equal(judged(&fixture), "");
	with_token(feed_report(&fixture, 20, "f", "ja"), "E1");
	with_token(feed_report(&fixture, 19, "g", "ja"), "E1");
	assert_string_equal(judged(&fixture),
	                    "grew 1 error_code E1 -20m customers 7 of 3 tickets 8 told "
	                    "5\n");
	assert_string_equal(fixture.facts[0].tickets[0].customer, "d");
	assert_string_equal(fixture.facts[0].tickets[1].customer, "c-0");
	assert_string_equal(fixture.facts[0].tickets[4].customer, "g");
	assert_int_equal(fixture.facts[0].known->customers.count, 7);
	assert_string_equal(judged(&fixture), "");
}

static void of_many_customers_growth_is_a_share(void **state)
{
	struct pattern_known known = { .told = 100 };

	(void)state;
	assert_int_equal(pattern_known_next_growth(&fixture.policy, &known), 150);
	known.told = 3;
	assert_int_equal(pattern_known_next_growth(&fixture.policy, &known), 6);
}

static void a_report_keeps_a_pattern_awake(void **state)
{
	struct pattern_report *again;

	(void)state;
	for (int i = 0; i < 3; i++)
		with_token(feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en"),
		           "E1");
	judged(&fixture);
	assert_int_equal(fixture.window.known[0].last_report.us,
	                 time_sub(fixture.window.end, MINUTES(48)).us);
	fixture.window.known[0].changed = false;
	assert_string_equal(judged(&fixture), "");
	assert_false(fixture.window.known[0].changed);
	again = feed_report(&fixture, 10, "c-0", "en");
	again->ticket_id = fixture.reports[0].ticket_id;
	with_token(again, "E1");
	assert_string_equal(judged(&fixture), "");
	assert_true(fixture.window.known[0].changed);
	assert_int_equal(fixture.window.known[0].last_report.us,
	                 time_sub(fixture.window.end, MINUTES(10)).us);
}

static void a_quiet_one_returns_with_as_many_customers_as_found_it(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		with_token(feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en"),
		           "E1");
	judged(&fixture);
	move_on(300);
	fixture.window.known[0].quiet = true;
	fixture.window.known[0].quiet_since = time_sub(fixture.window.end, MINUTES(200));
	with_token(feed_report(&fixture, 30, "c-0", "en"), "E1");
	with_token(feed_report(&fixture, 29, "d", "en"), "E1");
	assert_string_equal(judged(&fixture), "");
	with_token(feed_report(&fixture, 20, "e", "en"), "E1");
	assert_string_equal(judged(&fixture),
	                    "returned 1 error_code E1 -20m customers 3 of 3 tickets 3 "
	                    "told 3\n");
	assert_int_equal(fixture.facts[0].quiet_since.us,
	                 time_sub(fixture.window.end, MINUTES(200)).us);
	assert_false(fixture.window.known[0].quiet);
	assert_int_equal(fixture.window.known[0].customers.count, 5);
}

static void a_quiet_pattern_keeps_its_reports_from_being_another_one(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pattern_report *const made =
		    feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en");

		with_token(made, "E1");
		with_words(&fixture, made, 1, 0);
	}
	judged(&fixture);
	fixture.window.known[0].quiet = true;
	fixture.window.known[0].quiet_since = fixture.window.end;
	assert_string_equal(judged(&fixture), "");
	assert_int_equal(fixture.window.known_count, 1);
}

static void a_full_memory_finds_nothing_new(void **state)
{
	(void)state;
	for (int i = 0; i < PATTERN_KNOWN_MAX; i++) {
		fixture.window.known[i] =
		    pattern_known_new(fixture.arena, i + 1, PATTERN_ERROR_CODE, "other");
		fixture.window.known[i].found_at = fixture.window.end;
		fixture.window.known[i].last_report = fixture.window.end;
	}
	fixture.window.known_count = PATTERN_KNOWN_MAX;
	fixture.window.numbers = PATTERN_KNOWN_MAX;
	for (int i = 0; i < 12; i++) {
		with_token(feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en"),
		           "E1");
		with_words(&fixture, &fixture.reports[i], 1, 0);
	}
	assert_string_equal(judged(&fixture), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(japanese_and_english_reports_of_one_code_are_one_pattern),
		CASE(two_customers_are_below_the_threshold),
		CASE(a_flood_of_one_customer_is_no_pattern),
		CASE(customers_that_are_not_known_count_by_ticket),
		CASE(an_id_is_no_error_code),
		CASE(a_common_code_is_no_cause),
		CASE(what_lies_before_the_window_does_not_count),
		CASE(of_two_codes_in_the_same_reports_the_wider_one_is_the_cause),
		CASE(of_codes_that_are_as_wide_the_first_by_its_bytes_is_the_cause),
		CASE(two_causes_are_two_patterns),
		CASE(nearly_the_same_words_of_several_customers_are_a_pattern),
		CASE(words_that_differ_in_more_places_are_others),
		CASE(who_is_like_one_of_a_group_is_of_the_group),
		CASE(one_report_may_join_two_that_are_not_alike),
		CASE(texts_without_a_sketch_are_like_nothing),
		CASE(a_group_is_known_again_by_its_words_though_its_first_reports_are_gone),
		CASE(a_burst_is_held_against_what_the_hour_usually_has),
		CASE(a_young_baseline_asks_for_more),
		CASE(reports_that_were_not_kept_count_as_tickets),
		CASE(one_cause_is_one_pattern_the_most_specific),
		CASE(a_customer_of_a_pattern_is_no_customer_of_the_burst),
		CASE(it_grows_by_steps_and_not_with_every_report),
		CASE(of_many_customers_growth_is_a_share),
		CASE(a_report_keeps_a_pattern_awake),
		CASE(a_quiet_one_returns_with_as_many_customers_as_found_it),
		CASE(a_quiet_pattern_keeps_its_reports_from_being_another_one),
		CASE(a_full_memory_finds_nothing_new),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
