/*
 * triage_test - the real stage `triage` in a shard: what it says of customers' messages.
 */
#include "common/base/check.h"
#include "opsmesh/v1/report.pb-c.h"
#include "tests/support/guide_fixture.h"
#include "tests/support/triage_fixture.h"

#include <string.h>

/* Judging. */

static void a_message_is_answered_with_what_it_is_about(void **state)
{
	static const struct {
		const char *body;
		const char *language;
	} cases[] = { { REFUND_EN, "en" }, { REFUND_JA, "ja" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		triage_ticket = stage_test_key(&triage_stage, i == 0 ? "E" : "J");
		triage_feed_opened("");
		triage_feed_message(CUSTOMER, cases[i].body);
		triage_fold();
		const Opsmesh__V1__TicketClassified *const it = triage_hear_classified();

		assert_string_equal(it->intent, "refund");
		assert_string_equal(it->message_intent, "refund");
		assert_int_equal(it->category, OPSMESH__V1__CATEGORY__CATEGORY_BILLING);
		assert_string_equal(it->queue, "billing");
		assert_string_equal(it->reading->language, cases[i].language);
		assert_string_equal(it->taxonomy, "support/1");
		assert_int_equal(strlen(it->model_version), 64);
		assert_true(it->confidence_ppm > 0 && it->confidence_ppm <= 1000000);
		assert_true(it->n_reasons > 0);
		assert_false(it->pinned);
		for (size_t k = 0; k < it->n_reasons; k++)
			assert_true(it->reasons[k]->span->at + it->reasons[k]->span->size <=
			            strlen(cases[i].body));
		assert_true(it->n_rules > 0);
		assert_string_equal(it->rules[0]->document, "priority");
		assert_null(triage_listen());
	}
}

static void the_subject_line_is_judged_with_the_first_message(void **state)
{
	(void)state;
	triage_feed_opened("Refund for last month");
	triage_feed_message(CUSTOMER, "Please, thank you.");
	triage_fold();
	const Opsmesh__V1__TicketClassified *const it = triage_hear_classified();

	assert_string_equal(it->intent, "refund");
	assert_true(it->reasons[0]->span->in_subject);
	assert_int_equal(triage_row_of().subject.size, 0);
}

static void what_cannot_be_judged_needs_a_person(void **state)
{
	static const struct {
		const char *body;
		Opsmesh__V1__NeedsHumanCause reason;
	} cases[] = {
		{ "", WHY(NO_TEXT) },
		{ "😀😀😀", WHY(NO_TEXT) },
		{ "> " REFUND_EN "\n> more\n", WHY(NO_TEXT) },
		{ "Bonjour, je voudrais savoir comment changer la langue de mon compte, merci.",
		  WHY(LANGUAGE) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		triage_ticket = stage_test_key(&triage_stage, "abcd" + i);
		triage_feed_opened("");
		triage_feed_message(CUSTOMER, cases[i].body);
		triage_fold();
		const Opsmesh__V1__NeedsHuman *const it = triage_hear_human();

		assert_int_equal(it->cause, cases[i].reason);
		assert_string_equal(it->intent, "");
		assert_string_equal(it->queue, "support");
		assert_non_null(it->reading);
		assert_true(triage_row_of().needs_human);
		assert_null(triage_listen());
	}
}

/* The model has six intents, and what is written here is none of them. */
static void below_the_threshold_nothing_is_guessed(void **state)
{
	const struct taxonomy *const taxonomy = guide_fixture()->taxonomy;

	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER,
	                    "Our tractor stood in the rain behind the old barn all winter.");
	triage_fold();
	const Opsmesh__V1__NeedsHuman *const it = triage_hear_human();

	assert_int_equal(it->cause, WHY(LOW_CONFIDENCE));
	assert_string_equal(it->intent, "");
	assert_true(it->confidence_ppm > 0 && it->confidence_ppm < taxonomy->intent_ppm);
	assert_int_equal(it->threshold_ppm, taxonomy->intent_ppm);
	assert_string_equal(it->model_version, guide_fixture()->model_digest);
	assert_null(triage_listen());
}

static void what_others_write_is_no_question(void **state)
{
	(void)state;
	triage_feed_opened("");
	triage_feed_message(AGENT, REFUND_EN);
	triage_feed_message(BOT, REFUND_EN);
	triage_fold();
	assert_null(triage_listen());
}

static void a_report_goes_to_those_who_look_for_patterns(void **state)
{
	const Opsmesh__V1__ByIntentEvent *report = NULL;
	const ProtobufCMessage *message;

	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER,
	                    "I can't log in, error AADSTS50011, password reset does not work.");
	triage_fold();
	while (stage_test_next(&triage_stage, &message) != NULL)
		if (message->descriptor == &opsmesh__v1__by_intent_event__descriptor)
			report = (const Opsmesh__V1__ByIntentEvent *)(const void *)message;
	CHECK(report != NULL);
	assert_string_equal(report->intent, "login");
	assert_string_equal(report->reported->customer, "address:1");
	assert_true(report->reported->opening);
	assert_int_equal(report->reported->n_tokens, 1);
	assert_string_equal(report->reported->tokens[0], "AADSTS50011");
	assert_int_equal(report->reported->n_sketch, 8);
}

/* What stands. */

static void thanks_do_not_change_what_the_ticket_is_about(void **state)
{
	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, REFUND_EN);
	triage_feed_message(CUSTOMER, "Thank you so much, you are great!");
	triage_fold();
	(void)triage_hear_classified();
	const Opsmesh__V1__TicketClassified *const it = triage_hear_classified();

	assert_string_equal(it->intent, "refund");
	assert_string_equal(it->message_intent, "praise");
}

static void another_tier_asks_the_rules_again(void **state)
{
	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, OUTAGE_EN);
	triage_fold();
	assert_int_equal(triage_hear_classified()->priority, PRIORITY(HIGH));
	triage_feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
	triage_fold();
	const Opsmesh__V1__TicketClassified *const it = triage_hear_classified();

	assert_int_equal(it->priority, PRIORITY(URGENT));
	assert_int_equal(it->n_escalations, 1);
	assert_string_equal(it->escalations[0], "on-call");
	assert_string_equal(it->rules[0]->rule, "outage-enterprise");
	triage_feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
	triage_fold();
	assert_null(triage_listen());
}

static void a_priority_does_not_fall_by_itself(void **state)
{
	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, OUTAGE_EN);
	triage_feed_message(CUSTOMER, "How do I archive a project?");
	triage_fold();
	assert_int_equal(triage_hear_classified()->priority, PRIORITY(HIGH));
	assert_int_equal(triage_hear_classified()->priority, PRIORITY(HIGH));
}

static void a_person_s_priority_stands_against_the_rules(void **state)
{
	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, OUTAGE_EN);
	triage_feed_priority(PRIORITY(LOW));
	triage_feed_message(CUSTOMER, OUTAGE_EN);
	triage_fold();
	assert_int_equal(triage_hear_classified()->priority, PRIORITY(HIGH));
	assert_int_equal(triage_hear_classified()->priority, PRIORITY(LOW));
	assert_int_equal(triage_hear_classified()->priority, PRIORITY(LOW));
}

/* Corrections. */

static void a_correction_stands_and_is_kept_to_learn_from(void **state)
{
	struct correction_row row = { .action_id = "A1" };

	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, REFUND_EN);
	triage_feed_correction("A1", "duplicate_charge");
	triage_feed_message(CUSTOMER, REFUND_EN);
	triage_fold();
	(void)triage_hear_classified();
	const Opsmesh__V1__TriageEvent *event = triage_hear();

	assert_int_equal(event->fact_case, FACT(CORRECTED));
	assert_string_equal(event->corrected->from_intent, "refund");
	assert_string_equal(event->corrected->to_intent, "duplicate_charge");
	assert_string_equal(event->corrected->by->principal, "mika");
	assert_int_equal(event->corrected->priority, PRIORITY(HIGH));
	event = triage_hear();
	assert_int_equal(event->fact_case, FACT(ACTION_APPLIED));
	assert_string_equal(event->action_applied->action_id, "A1");
	const Opsmesh__V1__TicketClassified *const later = triage_hear_classified();

	assert_true(later->pinned);
	assert_string_equal(later->intent, "duplicate_charge");
	assert_string_equal(later->message_intent, "refund");
	assert_true(stage_test_row(&triage_stage, &correction_table, &row));
	assert_string_equal(row.intent, "duplicate_charge");
	assert_true(row.body.size > strlen(REFUND_EN));
}

static void what_is_said_again_after_a_correction_is_the_person_s_word(void **state)
{
	static const char *const bodies[] = { REFUND_EN, "😀" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		triage_ticket = stage_test_key(&triage_stage, i == 0 ? "C" : "D");
		triage_feed_opened("");
		triage_feed_message(CUSTOMER, bodies[i]);
		triage_feed_correction(i == 0 ? "A1" : "A2", "outage");
		triage_fold();
		while (triage_listen() != NULL)
			;
		triage_feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
		triage_fold();
		const Opsmesh__V1__TicketClassified *const it = triage_hear_classified();

		assert_string_equal(it->intent, "outage");
		assert_true(it->pinned);
		assert_int_equal(it->priority, PRIORITY(URGENT));
		assert_null(triage_listen());
	}
}

static void a_correction_that_cannot_be_is_refused_with_the_field(void **state)
{
	const Opsmesh__V1__TriageEvent *event;

	(void)state;
	triage_feed_correction("A0", "refund");
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, REFUND_EN);
	triage_feed_correction("A1", "dance");
	triage_feed_correction("A2", "refund");
	triage_feed_correction("A3", "refund");
	triage_fold();
	event = triage_hear();
	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_string_equal(event->action_refused->field, "on.id");
	(void)triage_hear_classified();
	event = triage_hear();
	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_string_equal(event->action_refused->field, "intent");
	assert_int_equal(triage_hear()->fact_case, FACT(CORRECTED));
	assert_int_equal(triage_hear()->fact_case, FACT(ACTION_APPLIED));
	event = triage_hear();
	assert_int_equal(event->action_refused->code,
	                 OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE);
	assert_null(triage_listen());
}

/* A program that answers. */

static void a_customer_whom_the_program_does_not_help_gets_a_person(void **state)
{
	(void)state;
	triage_feed_opened("");
	triage_feed_message(CUSTOMER, REFUND_EN);
	triage_feed_message(BOT, "Refunds take five days. Anything else?");
	triage_feed_message(CUSTOMER,
	                    "That is not what I asked. Let me talk to a human, I want my refund.");
	triage_fold();
	(void)triage_hear_classified();
	const Opsmesh__V1__TriageEvent *event = triage_hear();

	if (event->fact_case == FACT(CLASSIFIED))
		event = triage_hear();
	assert_int_equal(event->fact_case, FACT(NEEDS_HUMAN));
	assert_int_equal(event->needs_human->cause, WHY(AI_FELL_SHORT));
	assert_string_equal(event->needs_human->intent, "refund");
	assert_true(event->needs_human->n_why > 0);
	assert_null(event->needs_human->reading);
}

/* Cuts. */

static size_t say_all(bool one_by_one)
{
	triage_feed_opened("Refund");
	triage_feed_message(CUSTOMER, REFUND_EN);
	triage_feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
	triage_feed_message(BOT, "Hello");
	triage_feed_message(CUSTOMER, OUTAGE_EN);
	triage_feed_correction("A1", "login");
	triage_feed_message(CUSTOMER, REFUND_JA);
	for (size_t i = 0; one_by_one && i < 6; i++) {
		assert_int_equal(stage_test_fold(&triage_stage, 1, TIME_OLDEST), STATUS_OK);
		stage_test_restart(&triage_stage);
	}
	triage_fold();
	return stage_test_fact_count(&triage_stage);
}

static void another_cut_says_the_same_bytes(void **state)
{
	struct bytes whole[32];
	size_t count;

	(void)state;
	count = say_all(false);
	assert_true(count > 5 && count <= COUNT_OF(whole));
	struct arena *const kept = arena_create(65536);

	for (size_t i = 0; i < count; i++)
		whole[i] = arena_bytes(kept, stage_test_fact(&triage_stage, i)->message);
	(void)triage_fixture_stop(NULL);
	(void)triage_fixture_start(NULL);
	assert_int_equal(say_all(true), count);
	for (size_t i = 0; i < count; i++)
		assert_true(bytes_equal(whole[i], stage_test_fact(&triage_stage, i)->message));
	arena_destroy(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_answered_with_what_it_is_about),
		TEST(the_subject_line_is_judged_with_the_first_message),
		TEST(what_cannot_be_judged_needs_a_person),
		TEST(below_the_threshold_nothing_is_guessed),
		TEST(what_others_write_is_no_question),
		TEST(a_report_goes_to_those_who_look_for_patterns),
		TEST(thanks_do_not_change_what_the_ticket_is_about),
		TEST(another_tier_asks_the_rules_again),
		TEST(a_priority_does_not_fall_by_itself),
		TEST(a_person_s_priority_stands_against_the_rules),
		TEST(a_correction_stands_and_is_kept_to_learn_from),
		TEST(what_is_said_again_after_a_correction_is_the_person_s_word),
		TEST(a_correction_that_cannot_be_is_refused_with_the_field),
		TEST(a_customer_whom_the_program_does_not_help_gets_a_person),
		TEST(another_cut_says_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
