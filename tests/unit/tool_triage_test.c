/*
 * tool_triage_test - what tickets are taken for, as sentences; words of a message only where they may be
 * shown.
 */
#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "tests/support/story_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define DECIDED                                                                            \
	"; priority high by rule charged-twice, version 2 (tier=pro, "                     \
	"intent=duplicate_charge); queue billing by rule by-category, version 2; on-call " \
	"must hear of it at once"
#define SUGGESTED                                                                        \
	"; suggests macro refund_received (intent, lacks 1), playbook refund; by model " \
	"0123456789ab, taxonomy support/1"

static void test_an_answer_is_told_whole_without_a_word_of_the_customers(void **state)
{
	const struct story_line line = scene_tell(scene_of(false), classified_make());

	(void)state;
	assert_string_equal(line.who, "classifier");
	assert_string_equal(
	    line.text,
	    "takes it for duplicate charge (billing), 96.8 % sure (else refund, 2.1 %)" DECIDED
	    "; because of bytes 46 to 71 (48 %), bytes 0 to 12 of the subject (20.6 %); in spite of "
	    "bytes 74 to 78 (5 %); in Japanese and English; heard: negative, asks person; sees: "
	    "amount 12000 JPY, invoice INV-1, email [sealed], card number [sealed]" SUGGESTED);
}

static void test_its_words_are_cut_out_of_the_message_where_they_may_be_shown(void **state)
{
	const struct story_line line = scene_tell(scene_of(true), classified_make());

	(void)state;
	assert_string_equal(
	    line.text,
	    "takes it for duplicate charge (billing), 96.8 % sure (else refund, 2.1 %)" DECIDED
	    "; because of \"返金して ください\" (48 %), \"請求の件\" (20.6 %); in spite of \"card\" "
	    "(5 %); in Japanese and English; heard: negative \"二重に\", asks person \"ください\"; "
	    "sees: amount 12000 JPY, invoice INV-1, email \"5月分\", card number [sealed]" SUGGESTED);
}

static void test_a_span_that_does_not_fit_the_message_is_told_by_its_place(void **state)
{
	static const struct {
		uint32_t at;
		uint32_t size;
		const char *text;
	} rows[] = {
		{ 2, 3, "bytes 2 to 5 (" }, /* begins inside of a character */
		{ 1, 2, "bytes 1 to 3 (" }, /* ends inside of one */
		{ 1000, 3, "bytes 1000 to 1003 (" }, { 1, UINT32_MAX, "bytes 1 to 4294967296 (" },
		{ 0, 0, "bytes 0 to 0 (" },          { 0, 1, "\"5\" (" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		Opsmesh__V1__TriageEvent *const event = classified_make();

		event->classified->reasons[0] =
		    reason_make(span_make(rows[i].at, rows[i].size, false), 900000);
		assert_non_null(strstr(scene_tell(scene_of(true), event).text, rows[i].text));
	}
}

static void test_a_message_that_the_story_does_not_have_gives_no_words(void **state)
{
	const char *const text = scene_tell(scene_make(true), classified_make()).text;

	(void)state;
	assert_non_null(strstr(text, "because of bytes 46 to 71 (48 %)"));
	assert_null(strstr(text, "card \""));
}

static void test_words_that_are_sealed_for_ever_are_not_shown(void **state)
{
	struct scene *const scene = scene_of(true);
	const void *const message = scene->facts.list[1].message;
	const Opsmesh__V1__TicketEvent *const said = message;

	(void)state;
	said->message_added->body->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_SEALED;
	said->message_added->body->sealed = (ProtobufCBinaryData){ 0, NULL };
	assert_non_null(
	    strstr(scene_tell(scene, classified_make()).text, "because of bytes 46 to 71"));
}

static void test_how_sure_it_is_of_what(void **state)
{
	static const struct {
		const char *intent;
		const char *message_intent;
		bool pinned;
		const char *text;
	} rows[] = {
		{ "refund", "refund", false,
		  "takes it for refund (billing), 96.8 % sure (else refund, 2.1 %); priority" },
		{ "", "", false, "takes it for a billing matter, 88 % sure; priority" },
		{ "refund", "praise", false,
		  "takes it for refund (billing); this message alone is praise, 96.8 % sure" },
		{ "refund", "praise", true,
		  "keeps it as refund (billing), as a person said; this message alone is praise, "
		  "96.8 % sure" },
		{ "refund", "", true, "keeps it as refund (billing), as a person said; priority" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		Opsmesh__V1__TriageEvent *const event = classified_make();
		const char *text;

		event->classified->intent = text_mutable(rows[i].intent);
		event->classified->message_intent = text_mutable(rows[i].message_intent);
		event->classified->category_confidence_ppm = 880000;
		event->classified->pinned = rows[i].pinned;
		text = scene_tell(scene_of(false), event).text;
		assert_true(text_starts(text, rows[i].text));
	}
}

static void test_rules_asked_again_tell_what_is_new_alone(void **state)
{
	struct scene *const scene = scene_of(false);
	Opsmesh__V1__TriageEvent *const again = classified_make();
	Opsmesh__V1__TriageEvent *const same = classified_make();
	Opsmesh__V1__TriageEvent *const other = classified_make();

	(void)state;
	again->classified->priority = OPSMESH__V1__PRIORITY__PRIORITY_URGENT;
	again->classified->rules = rules_make("enterprise", "by-category");
	same->classified->priority = OPSMESH__V1__PRIORITY__PRIORITY_URGENT;
	other->classified->message_id = text_mutable("m2");
	(void)scene_tell(scene, classified_make());
	assert_string_equal(scene_tell(scene, again).text,
	                    "asks the rules again; priority now urgent (before high) by rule "
	                    "enterprise, version 2 (tier=pro, intent=duplicate_charge)");
	assert_string_equal(scene_tell(scene, same).text,
	                    "asks the rules again; they say the same");
	assert_true(text_starts(scene_tell(scene, other).text, "takes it for duplicate charge"));
}

static void test_why_a_person_must_look(void **state)
{
	static const struct {
		Opsmesh__V1__NeedsHumanCause cause;
		const char *text;
	} rows[] = {
		{ OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_LOW_CONFIDENCE,
		  "wants a person to look: the best guess is 43.1 % sure, where 45 % are asked "
		  "for; priority normal; queue support; by model 0123456789ab, taxonomy support/1" },
		{ OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_NO_TEXT,
		  "wants a person to look: there is nothing of the customer's to read; priority" },
		{ OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_LANGUAGE,
		  "wants a person to look: the model was not trained for the language; priority" },
		{ OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_AI_FELL_SHORT,
		  "wants a person to look: a program's answers fell short: the customer asks for "
		  "a person, the customer asks again; priority" },
		{ OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_UNSPECIFIED,
		  "wants a person to look: it does not say why; priority" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_true(
		    text_starts(scene_tell(scene_of(false), needs_human_make(rows[i].cause)).text,
		                rows[i].text));
}

static void test_a_correction_is_the_persons_word(void **state)
{
	const struct story_line line =
	    scene_tell(scene_of(false), corrected_make("duplicate_charge"));

	(void)state;
	assert_string_equal(line.who, "agent via hanako");
	assert_string_equal(
	    line.text, "says that it is refund (billing), not duplicate charge (action a1); "
		       "priority normal; queue billing; corrected model 0123456789ab, taxonomy "
		       "support/1");
	assert_true(text_starts(scene_tell(scene_of(false), corrected_make("")).text,
	                        "says that it is refund (billing), where nothing was known"));
}

/* What many have in common. */

#define EVIDENCE                                                                              \
	"(burst: 12 within 1 h where 2.1 are usual; threshold 9; by patterns/1; in English, " \
	"Japanese)"

static void test_a_pattern_is_told_with_what_it_rests_on(void **state)
{
	Opsmesh__V1__TriageEvent *const event = event_make();
	Opsmesh__V1__PatternFound found = OPSMESH__V1__PATTERN_FOUND__INIT;
	Opsmesh__V1__PatternGrew grew = OPSMESH__V1__PATTERN_GREW__INIT;

	(void)state;
	found.pattern_id = text_mutable("pattern/duplicate_charge/1");
	found.evidence = evidence_make();
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_FOUND;
	event->pattern_found = &found;
	assert_string_equal(scene_tell(scene_of(false), event).text,
	                    "finds it one of 12 customers of pattern/duplicate_charge/1 " EVIDENCE);
	grew.pattern_id = found.pattern_id;
	grew.evidence = evidence_make();
	grew.evidence->rule = OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_ERROR_CODE;
	grew.evidence->token = text_mutable("E-42");
	grew.customers_ever = 20;
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_GREW;
	event->pattern_grew = &grew;
	assert_true(text_starts(scene_tell(scene_of(false), event).text,
	                        "finds it one of 20 customers, so far, of "
	                        "pattern/duplicate_charge/1 (error code E-42: 12 within 1 h"));
}

static void test_a_pattern_goes_quiet_and_comes_back(void **state)
{
	Opsmesh__V1__TriageEvent *const event = event_make();
	Opsmesh__V1__PatternQuieted quieted = OPSMESH__V1__PATTERN_QUIETED__INIT;
	Opsmesh__V1__PatternReturned returned = OPSMESH__V1__PATTERN_RETURNED__INIT;

	(void)state;
	quieted.pattern_id = text_mutable("pattern/refund/1");
	quieted.last_report = stamp_make();
	quieted.customers_ever = 20;
	quieted.tickets_ever = 22;
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_QUIETED;
	event->pattern_quieted = &quieted;
	assert_string_equal(scene_tell(scene_of(false), event).text,
	                    "has heard no more of pattern/refund/1 since 2026-05-01 00:00: 20 "
	                    "customers with 22 tickets in all");
	returned.pattern_id = text_mutable("pattern/refund/1");
	returned.quiet_since = stamp_make();
	returned.evidence = evidence_make();
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_RETURNED;
	event->pattern_returned = &returned;
	assert_string_equal(
	    scene_tell(scene_of(false), event).text,
	    "finds that pattern/refund/1, quiet since 2026-05-01 00:00, is back with "
	    "12 customers " EVIDENCE);
}

static void test_a_duplicate_is_told_from_either_side(void **state)
{
	static const struct {
		const char *ticket;
		const char *text;
	} rows[] = {
		{ "t1", "suspects that ticket t0 of the same customer" },
		{ "t0", "suspects that ticket t1 of the same customer" },
		{ NULL, "suspects that t1 beside t0 of the same customer" },
	};
	Opsmesh__V1__TriageEvent *const event = event_make();
	Opsmesh__V1__DuplicateSuspected fact = OPSMESH__V1__DUPLICATE_SUSPECTED__INIT;

	(void)state;
	fact.ticket_id = text_mutable("t1");
	fact.other_ticket_id = text_mutable("t0");
	fact.intent = text_mutable("duplicate_charge");
	fact.similarity_ppm = 820000;
	fact.other_channel = true;
	fact.shared = two_words("INV-1", "INV-2");
	fact.n_shared = 2;
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_DUPLICATE_SUSPECTED;
	event->duplicate_suspected = &fact;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scene *const scene = scene_of(false);
		const char *text;

		scene->story.ticket = rows[i].ticket;
		text = scene_tell(scene, event).text;
		assert_true(text_starts(text, rows[i].text));
		assert_non_null(strstr(text, ", by another channel, is about the same (duplicate "
		                             "charge): 82 % of the words, and both name INV-1, "
		                             "INV-2"));
	}
}

/* Where the ticket stands. */

static const char *standing(struct scene *scene)
{
	const struct triage_now now = story_triage_now(&scene->facts);

	return arena_printf(scene->story.arena, "%s\n%s",
	                    story_standing(&scene->story, &scene->facts),
	                    story_triage_standing(&scene->story, &now));
}

#define OPEN(priority) "It is open, priority " priority ", of nobody that we know, with nobody."
#define VERSIONS "; by model 0123456789ab, taxonomy support/1."

static void test_where_a_ticket_stands_is_what_triage_says_last(void **state)
{
	struct scene *const scene = scene_of(false);
	Opsmesh__V1__TriageEvent *const again =
	    needs_human_make(OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_NO_TEXT);

	(void)state;
	assert_string_equal(standing(scene), OPEN("unknown") "\n");
	(void)scene_tell(scene, classified_make());
	assert_string_equal(standing(scene),
	                    OPEN("high") "\nIt is taken for duplicate charge (billing), 96.8 % "
	                                 "sure; queue billing" VERSIONS);
	again->needs_human->message_id = text_mutable("m2");
	(void)scene_tell(scene, again);
	assert_string_equal(standing(scene),
	                    OPEN("normal") "\nIt is taken for duplicate charge (billing), 96.8 % "
	                                   "sure; queue support" VERSIONS
	                                   "\nA person must look: there is nothing of the "
	                                   "customer's to read.");
	(void)scene_tell(scene, corrected_make("duplicate_charge"));
	assert_string_equal(standing(scene), OPEN("normal") "\nA person said that it is refund "
	                                                    "(billing); queue billing" VERSIONS);
}

static void test_a_ticket_of_which_nothing_is_sure_says_so(void **state)
{
	struct scene *const scene = scene_of(false);

	(void)state;
	(void)scene_tell(scene,
	                 needs_human_make(
			     OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_LOW_CONFIDENCE));
	assert_string_equal(standing(scene),
	                    OPEN("normal") "\nWhat it is about is not known; queue support" VERSIONS
	                                   "\nA person must look: the best guess is 43.1 % sure, "
	                                   "where 45 % are asked for.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_is_told_whole_without_a_word_of_the_customers),
		cmocka_unit_test(test_its_words_are_cut_out_of_the_message_where_they_may_be_shown),
		cmocka_unit_test(test_a_span_that_does_not_fit_the_message_is_told_by_its_place),
		cmocka_unit_test(test_a_message_that_the_story_does_not_have_gives_no_words),
		cmocka_unit_test(test_words_that_are_sealed_for_ever_are_not_shown),
		cmocka_unit_test(test_how_sure_it_is_of_what),
		cmocka_unit_test(test_rules_asked_again_tell_what_is_new_alone),
		cmocka_unit_test(test_why_a_person_must_look),
		cmocka_unit_test(test_a_correction_is_the_persons_word),
		cmocka_unit_test(test_a_pattern_is_told_with_what_it_rests_on),
		cmocka_unit_test(test_a_pattern_goes_quiet_and_comes_back),
		cmocka_unit_test(test_a_duplicate_is_told_from_either_side),
		cmocka_unit_test(test_where_a_ticket_stands_is_what_triage_says_last),
		cmocka_unit_test(test_a_ticket_of_which_nothing_is_sure_says_so),
	};
	int failed;

	scene_open();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scene_close();
	return failed;
}
