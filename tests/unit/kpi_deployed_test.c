/*
 * kpi_deployed_test - the tree's definitions of metrics: all compile, each figure that support, finance and customer success ask for is
 * there, and each counts whom it says it counts.
 */
#include "common/base/text.h"
#include "tests/support/definition_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct definition_book *book;

static int start(void **state)
{
	(void)state;
	book = definition_fixture_deployed();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	definition_release(book);
	return 0;
}

static const struct definition *find(const char *key)
{
	const struct definition *const it = definition_by_key(book, key);

	if (it == NULL)
		fail_msg("%s is not there", key);
	return it;
}

static bool has_dimension(const struct definition *it, int word)
{
	for (size_t i = 0; i < it->dimension_count; i++)
		if (it->dimensions[i] == word)
			return true;
	return false;
}

static void what_is_asked_for_is_there(void **state)
{
	static const char *const keys[] = {
		"support.first_reply@1",
		"support.first_reply_elapsed@1",
		"support.next_reply@1",
		"support.first_resolution@1",
		"support.full_resolution@1",
		"support.attainment@1",
		"support.attainment_agents@1",
		"support.csat@1",
		"support.csat_responses@1",
		"support.resolution_cohort@1",
		"support.resolution_flow@1",
		"support.one_touch@1",
		"support.reopened@1",
		"support.escalated@1",
		"support.backlog@1",
		"support.backlog@2",
		"support.backlog_age@1",
		"support.backlog_waiting@1",
		"support.backlog_untouched@1",
		"support.backlog_within_promises@1",
		"support.days_to_clear@1",
		"support.unanswered@1",
		"support.abstention@1",
		"support.corrections@1",
		"support.confidence@1",
		"support.assistance_resolution@1",
		"support.assistance_handover@1",
		"billing.authorisation_raw@1",
		"billing.authorisation_network@1",
		"billing.authorisation_first_try@1",
		"billing.authorisation_acceptance@1",
		"billing.payments_failed@1",
		"billing.recovered@1",
		"billing.refunds@1",
		"billing.credits_amount@1",
		"billing.disputes@1",
		"billing.dispute_wins@1",
		"billing.monitoring_ratio@1",
		"billing.unexplained_amount@1",
		"billing.duplicate_charges@1",
		"billing.duplicate_charges_amount@1",
		"billing.webhooks_stale@1",
		"billing.meter_reports@1",
		"billing.mrr@1",
		"billing.mrr_moved@1",
		"billing.net_retention@1",
		"billing.gross_retention@1",
		"billing.seats@1",
		"billing.usage@1",
		"value.tickets_per_100_customers@1",
		"value.deflection@1",
		"value.saved_disputes@1",
		"value.account_usage@1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		find(keys[i]);
}

static void each_figure_of_tickets_is_cut_ten_ways(void **state)
{
	static const int words[] = { WORD_CHANNEL,  WORD_TIER,   WORD_REGION, WORD_LANGUAGE,
		                     WORD_CATEGORY, WORD_INTENT, WORD_QUEUE,  WORD_AGENT,
		                     WORD_TEAM,     WORD_PRODUCT };

	(void)state;
	for (size_t i = 0; i < book->count; i++) {
		const struct definition *const it = &book->definitions[i];

		if (!text_equal(it->area, "support") || it->parts[0].kind == OBSERVATION_JUDGEMENT)
			continue;
		for (size_t k = 0; k < COUNT_OF(words); k++)
			if (!has_dimension(it, words[k]))
				fail_msg("%s is not cut by %s", it->key,
				         vocabulary_words[words[k]].name);
	}
}

/* A program's word is no answer, and what we began is no request. */
static void replies_are_of_tickets_that_customers_began(void **state)
{
	static const char *const keys[] = { "support.first_reply@1", "support.first_reply_mean@1",
		                            "support.first_reply_elapsed@1" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct definition *const it = find(keys[i]);
		struct observation ticket = observation_of(OBSERVATION_TICKET, "1");

		ticket.times[TIME_ASKED_AT] = (struct instant){ 0 };
		ticket.times[TIME_REPLIED_AT] = (struct instant){ 1 };
		assert_false(definition_part_takes(&it->parts[0], &ticket));
		observation_mark(&ticket, MARK_BY_CUSTOMER, true);
		assert_true(definition_part_takes(&it->parts[0], &ticket));
		ticket.times[TIME_REPLIED_AT] = TIME_MIN;
		observation_mark(&ticket, MARK_BOT_REPLIED, true);
		assert_false(definition_part_takes(&it->parts[0], &ticket));
		assert_string_equal(it->asides[it->parts[2].aside], "unanswered");
		assert_true(definition_part_takes(&it->parts[2], &ticket));
	}
}

/* Solved and reopened, it waits again; a solution in place of a reply is an end of its own. */
static void who_waits_is_not_who_was_solved_without_a_reply(void **state)
{
	static const struct {
		const char *key;
		int waits; /* the part of those who wait */
		int over;  /* of those who were solved */
	} rows[] = { { "support.first_reply@1", 2, 3 },
		     { "support.first_reply_mean@1", 2, 3 },
		     { "support.first_reply_elapsed@1", 2, 3 },
		     { "support.unanswered@1", 0, 1 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct definition *const it = find(rows[i].key);
		struct observation ticket = observation_of(OBSERVATION_TICKET, "1");

		ticket.times[TIME_ASKED_AT] = (struct instant){ 0 };
		observation_mark(&ticket, MARK_BY_CUSTOMER, true);
		observation_mark(&ticket, MARK_SOLVED, true);
		for (int cancelled = 0; cancelled <= 1; cancelled++) {
			observation_mark(&ticket, MARK_CANCELLED, cancelled == 1);
			assert_int_equal(definition_part_takes(&it->parts[rows[i].waits], &ticket),
			                 cancelled == 0);
			assert_int_equal(definition_part_takes(&it->parts[rows[i].over], &ticket),
			                 cancelled == 1);
		}
	}
}

/* Which of the four rates takes an attempt into its denominator. */
static void the_four_rates_divide_by_what_they_are_named_for(void **state)
{
	static const char *const keys[] = { "billing.authorisation_raw",
		                            "billing.authorisation_network",
		                            "billing.authorisation_first_try",
		                            "billing.authorisation_acceptance" };
	static const struct {
		bool decided;
		bool sent;
		bool first;
		bool last;
		bool counts[COUNT_OF(keys)];
	} rows[] = {
		{ true, true, true, true, { true, true, true, true } },
		{ true, true, true, false, { true, true, true, false } },
		{ true, false, true, false, { true, false, true, false } },
		{ true, true, false, false, { true, true, false, false } },
		{ true, false, false, true, { true, false, false, true } },
		{ false, true, true, true, { false, false, false, false } },
	};

	(void)state;
	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		const struct definition *const by_number = definition_find(book, keys[k], 1);
		char name[64];

		snprintf(name, sizeof(name), "%s_value", keys[k]);
		const struct definition *const by_value = definition_find(book, name, 1);

		assert_non_null(by_number);
		assert_non_null(by_value);
		assert_false(by_number->amounts);
		assert_true(by_value->amounts);
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			struct observation it = observation_of(OBSERVATION_PAYMENT, "1");

			it.times[TIME_AT] = (struct instant){ 0 };
			observation_mark(&it, MARK_DECIDED, rows[i].decided);
			observation_mark(&it, MARK_SENT, rows[i].sent);
			observation_mark(&it, MARK_FIRST, rows[i].first);
			observation_mark(&it, MARK_LAST, rows[i].last);
			assert_int_equal(definition_part_takes(&by_number->parts[0], &it),
			                 rows[i].counts[k]);
			assert_int_equal(definition_part_takes(&by_value->parts[0], &it),
			                 rows[i].counts[k]);
			assert_false(definition_part_takes(&by_number->parts[1], &it));
			observation_mark(&it, MARK_SUCCEEDED, true);
			assert_int_equal(definition_part_takes(&by_number->parts[1], &it),
			                 rows[i].counts[k]);
		}
	}
}

/* What was cancelled is in no score; what was retroactive is in the contract's alone. */
static void promises_count_in_the_score_that_is_said(void **state)
{
	static const struct {
		enum observation_mark outcome;
		bool retroactive;
		bool contract;
		bool agents;
	} rows[] = {
		{ MARK_MET, false, true, true },        { MARK_BREACHED, false, true, true },
		{ MARK_BREACHED, true, true, false },   { MARK_CANCELLED, false, false, false },
		{ MARK_CANCELLED, true, false, false }, { MARK_OPEN, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct observation it = observation_of(OBSERVATION_PROMISE, "1");
		const bool decided =
		    rows[i].outcome == MARK_MET || rows[i].outcome == MARK_BREACHED;

		it.words[WORD_PROMISE] = "first_reply";
		it.times[TIME_BEGAN_AT] = (struct instant){ 0 };
		it.times[TIME_AT] = rows[i].outcome == MARK_OPEN ? TIME_MIN : (struct instant){ 1 };
		observation_mark(&it, rows[i].outcome, true);
		observation_mark(&it, MARK_RETROACTIVE, rows[i].retroactive);
		observation_mark(&it, MARK_AGENTS, decided && !rows[i].retroactive);
		assert_int_equal(definition_part_takes(&find("support.attainment@1")->parts[0],
		                                       &it),
		                 rows[i].contract);
		assert_int_equal(
		    definition_part_takes(&find("support.attainment_first_reply@1")->parts[0], &it),
		    rows[i].contract);
		assert_false(
		    definition_part_takes(&find("support.attainment_resolution@1")->parts[0], &it));
		assert_int_equal(
		    definition_part_takes(&find("support.attainment_agents@1")->parts[0], &it),
		    rows[i].agents);
	}
}

static void the_backlog_has_a_midnight_for_each_version(void **state)
{
	(void)state;
	assert_string_equal(window_zone_name(find("support.backlog@1")->zone), "UTC");
	assert_string_equal(window_zone_name(find("support.backlog@2")->zone), "America/New_York");
	assert_int_equal(book->snapshot_zone_count, 2);
}

static void what_is_said_is_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < book->count; i++) {
		const struct definition *const it = &book->definitions[i];

		if (!text_ends(it->says, ".") || strlen(it->says) < 20)
			fail_msg("%s says \"%s\"", it->key, it->says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_is_there),
		cmocka_unit_test(each_figure_of_tickets_is_cut_ten_ways),
		cmocka_unit_test(replies_are_of_tickets_that_customers_began),
		cmocka_unit_test(who_waits_is_not_who_was_solved_without_a_reply),
		cmocka_unit_test(the_four_rates_divide_by_what_they_are_named_for),
		cmocka_unit_test(promises_count_in_the_score_that_is_said),
		cmocka_unit_test(the_backlog_has_a_midnight_for_each_version),
		cmocka_unit_test(what_is_said_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
