/*
 * pattern_duplicate_test - which tickets of one customer are about the same.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/classifier/pattern_duplicate.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static struct pattern_policy policy;
static struct pattern_tickets tickets;
static struct pattern_tickets again;
static struct pattern_duplicate found[PATTERN_TICKETS_MAX];
static struct instant noon;

static int start(void **state)
{
	struct bytes text;
	struct json_error error;

	(void)state;
	arena = arena_create(65536);
	assert_true(file_read(arena, "deploy/policies/patterns/patterns-1.json",
	                      PATTERN_POLICY_BYTES, &text));
	assert_true(pattern_policy_parse(arena, text, &policy, &error));
	assert_true(time_parse("2026-05-22T12:00:00Z", &noon));
	tickets.count = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* words: tickets whose numbers are near have like words, a tenth of the places to a step. */
static struct pattern_ticket ticket(int64_t minute, const char *id, const char *token,
                                    uint32_t words)
{
	struct pattern_ticket made = {
		.report = { .at = time_add(noon, MINUTES(minute)),
		            .ticket_id = id,
		            .message_id = arena_printf(arena, "M-%s", id),
		            .customer = "",
		            .language = "" },
		.channel = 2,
	};

	if (token != NULL)
		made.report.tokens[made.report.token_count++] = token;
	made.report.place_count = words > 0 ? 10 : 0;
	for (uint32_t i = 0; i < made.report.place_count; i++)
		made.report.sketch[i] = (uint16_t)(i < words ? 900 + i : i);
	return made;
}

static bool add(int64_t minute, const char *id, const char *token, uint32_t words)
{
	const struct pattern_ticket made = ticket(minute, id, token, words);

	return pattern_tickets_add(&policy, &tickets, &made);
}

/* Pairs that are said when everything before so many minutes behind noon is judged. */
static const char *judged(int64_t minute)
{
	const size_t count =
	    pattern_tickets_judge(&policy, &tickets, time_add(noon, MINUTES(minute)), found);
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s of %s at %d sharing %zu;", text,
		                    found[i].later->report.ticket_id,
		                    found[i].earlier->report.ticket_id, (int)found[i].likeness_ppm,
		                    found[i].shared_count);
	return text;
}

static void like_words_of_one_customer_are_suspected_once(void **state)
{
	(void)state;
	assert_true(add(0, "T-1", NULL, 1));
	assert_true(add(30, "T-2", NULL, 5));
	assert_string_equal(judged(60), "T-2 of T-1 at 600000 sharing 0;");
	assert_string_equal(judged(120), "");
}

static void words_that_differ_more_are_another_matter(void **state)
{
	(void)state;
	add(0, "T-1", NULL, 1);
	add(30, "T-2", NULL, 6);
	assert_string_equal(judged(60), "");
}

static void a_shared_id_is_enough(void **state)
{
	(void)state;
	add(0, "T-1", "in_1abc", 0);
	add(30, "T-2", "in_1abc", 0);
	add(40, "T-3", "in_2abc", 0);
	assert_string_equal(judged(60), "T-2 of T-1 at 0 sharing 1;");
	assert_string_equal(found[0].shared[0], "in_1abc");
}

static void a_shared_error_code_alone_is_not(void **state)
{
	(void)state;
	add(0, "T-1", "E1234", 0);
	add(30, "T-2", "E1234", 0);
	assert_string_equal(judged(60), "");
}

static void a_shared_error_code_is_told_beside_like_words(void **state)
{
	(void)state;
	add(0, "T-1", "E1234", 1);
	add(30, "T-2", "E1234", 1);
	assert_string_equal(judged(60), "T-2 of T-1 at 1000000 sharing 1;");
}

static void the_later_one_is_held_against_the_earliest_match(void **state)
{
	(void)state;
	add(20, "T-3", NULL, 1);
	add(10, "T-2", NULL, 1);
	add(0, "T-1", NULL, 1);
	assert_string_equal(judged(60),
	                    "T-2 of T-1 at 1000000 sharing 0;T-3 of T-1 at 1000000 sharing 0;");
}

static void what_is_not_over_yet_waits(void **state)
{
	(void)state;
	add(0, "T-1", NULL, 1);
	add(7, "T-2", NULL, 1);
	assert_int_equal(pattern_tickets_due(&policy, &tickets).us, time_add(noon, MINUTES(6)).us);
	assert_string_equal(judged(5), "");
	assert_int_equal(pattern_tickets_due(&policy, &tickets).us, time_add(noon, MINUTES(11)).us);
	assert_string_equal(judged(10), "T-2 of T-1 at 1000000 sharing 0;");
	assert_int_equal(pattern_tickets_due(&policy, &tickets).us,
	                 time_add(noon, MINUTES(24 * 60 + 11)).us);
}

static void a_day_apart_is_no_duplicate(void **state)
{
	(void)state;
	add(0, "T-1", NULL, 1);
	add(24 * 60 + 1, "T-2", NULL, 1);
	assert_string_equal(judged(24 * 60 + 5), "");
	add(24 * 60 + 5, "T-3", NULL, 1);
	pattern_tickets_expire(&policy, &tickets, time_add(noon, MINUTES(24 * 60 + 5)));
	assert_int_equal(tickets.count, 2);
	assert_string_equal(judged(24 * 60 + 10), "T-3 of T-2 at 1000000 sharing 0;");
}

static void a_ticket_is_there_once(void **state)
{
	(void)state;
	assert_true(add(0, "T-1", NULL, 1));
	assert_false(add(3, "T-1", NULL, 1));
	assert_int_equal(tickets.count, 1);
}

static void of_one_step_the_earliest_four_are_kept_in_any_order(void **state)
{
	static const int orders[][6] = { { 0, 1, 2, 3, 4, 5 },
		                         { 5, 4, 3, 2, 1, 0 },
		                         { 3, 5, 0, 4, 1, 2 },
		                         { 2, 1, 5, 0, 3, 4 } };
	static const char *const ids[] = { "T-a", "T-b", "T-c", "T-d", "T-e", "T-f" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		tickets.count = 0;
		for (size_t k = 0; k < 6; k++)
			(void)add(0, ids[orders[i][k]], NULL, 1);
		assert_int_equal(tickets.count, PATTERN_TICKETS_STEP);
		assert_string_equal(judged(5), "T-b of T-a at 1000000 sharing 0;T-c of T-a at "
		                               "1000000 sharing 0;T-d of T-a at 1000000 sharing "
		                               "0;");
	}
}

static void a_full_list_lets_the_earliest_judged_one_go(void **state)
{
	(void)state;
	for (int i = 0; i < PATTERN_TICKETS_MAX; i++)
		assert_true(add(INT64_C(5) * i, arena_printf(arena, "T-%02d", i), NULL, 1));
	assert_false(add(600, "T-no-room", NULL, 1));
	judged(60);
	assert_true(add(600, "T-room", NULL, 1));
	assert_int_equal(tickets.count, PATTERN_TICKETS_MAX);
	assert_string_equal(tickets.tickets[0].report.ticket_id, "T-01");
}

static void they_come_back_from_their_bytes(void **state)
{
	struct buffer out = { 0 };

	(void)state;
	add(0, "T-1", "in_1", 1);
	judged(5);
	add(7, "T-2", NULL, 0);
	pattern_tickets_encode(&tickets, &out);
	assert_true(pattern_tickets_decode(arena, (struct bytes){ out.data, out.size }, &again));
	assert_int_equal(again.count, 2);
	assert_true(again.tickets[0].judged);
	assert_false(again.tickets[1].judged);
	assert_int_equal(again.tickets[1].channel, 2);
	assert_string_equal(again.tickets[0].report.tokens[0], "in_1");
	for (size_t size = 0; size < out.size; size++)
		assert_false(
		    pattern_tickets_decode(arena, (struct bytes){ out.data, size }, &again));
	buffer_finish(&out);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(like_words_of_one_customer_are_suspected_once),
		CASE(words_that_differ_more_are_another_matter),
		CASE(a_shared_id_is_enough),
		CASE(a_shared_error_code_alone_is_not),
		CASE(a_shared_error_code_is_told_beside_like_words),
		CASE(the_later_one_is_held_against_the_earliest_match),
		CASE(what_is_not_over_yet_waits),
		CASE(a_day_apart_is_no_duplicate),
		CASE(a_ticket_is_there_once),
		CASE(of_one_step_the_earliest_four_are_kept_in_any_order),
		CASE(a_full_list_lets_the_earliest_judged_one_go),
		CASE(they_come_back_from_their_bytes),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
