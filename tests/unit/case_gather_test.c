/*
 * case_gather_test - a case gathers at once and when something came; what it says once; packets and what is kept of them.
 */
#include "common/base/text.h"
#include "services/chargeback/packet/packet_text.h"
#include "tests/support/gather_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define AGENT OPSMESH__V1__ROLE__ROLE_AGENT
#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define ACTION(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define NEXT_DAY "2026-06-02T00:00:00Z"
#define DAY_3 "2026-06-03T00:00:00Z"
#define DAY_4 "2026-06-04T00:00:00Z"

static void correct(const char *at, const char *id, const char *decision)
{
	const char *const parameters[] = { "id", id, "decision", decision, NULL };

	gather_asked(at, ACTION(CORRECT), "kim", parameters);
	gather_pass(at);
}

static void a_case_gathers_when_it_begins(void **state)
{
	(void)state;
	gather_begin("general");
	assert_string_equal(gather_heard(), "opened\ndeadline_set\ncollected 5 0 650000\n"
	                                    "gap usage\ngap invoice\nbuilt 5 0\n"
	                                    "recommendation_made\n");
	const Opsmesh__V1__EvidenceCollected *const collected =
	    gather_last(FACT(EVIDENCE_COLLECTED))->evidence_collected;

	assert_string_equal(collected->found_by, "category");
	assert_string_equal(collected->policy,
	                    "reasons/networks/1 evidence/intents/1 shown/checkout/1");
	assert_null(collected->items_found[0]->text);
	const Opsmesh__V1__EvidenceGapIdentified *const gap =
	    gather_last(FACT(EVIDENCE_GAP_IDENTIFIED))->evidence_gap_identified;

	assert_string_equal(gap->kind, "invoice");
	assert_string_equal(gap->field, "uncategorized_file");
	assert_string_equal(gap->supplier, "finance");
	assert_int_equal(gap->weight_ppm, 150000);
	assert_false(gap->required);
	assert_string_equal(
	    gather_last(FACT(PACKET_BUILT))->packet_built->policy,
	    "packet/stripe/1 reasons/networks/1 evidence/intents/1 shown/checkout/1");
}

static void what_is_the_same_is_not_said_again(void **state)
{
	(void)state;
	gather_begin("general");
	(void)gather_heard();
	gather_message(GATHER_WROTE, "m1", CUSTOMER, false, "I use it every day");
	gather_dispute(NEXT_DAY, "needs_response", "general");
	gather_pass(DAY_3);
	assert_string_equal(gather_heard(), "");
}

static void what_comes_together_is_gathered_once_after_a_while(void **state)
{
	(void)state;
	gather_begin("general");
	(void)gather_heard();
	gather_message("2026-06-02T00:00:01Z", "m2", CUSTOMER, false, "Hello");
	gather_message("2026-06-02T00:05:00Z", "m3", CUSTOMER, false, "Hello?");
	gather_pass("2026-06-02T00:10:00Z");
	assert_string_equal(gather_heard(), "");
	gather_pass("2026-06-02T00:10:02Z");
	assert_string_equal(gather_heard(), "collected 7 0 650000\nbuilt 7 0\n");
}

static void a_gap_closes_when_its_evidence_comes_and_opens_when_it_is_kept_out(void **state)
{
	static const char *const pin[] = { "kind", "usage", "text", "500 calls in May", NULL };

	(void)state;
	gather_begin("general");
	(void)gather_heard();
	gather_asked(NEXT_DAY, ACTION(PIN), "kim", pin);
	gather_pass(DAY_3);
	assert_string_equal(gather_heard(), "evidence_item_added\naction_applied\n"
	                                    "collected 6 0 850000\nclosed usage\nbuilt 6 0\n"
	                                    "recommendation_made\n");
	correct(DAY_3, "A-1", "exclude");
	gather_pass(DAY_4);
	assert_string_equal(gather_heard(),
	                    "action_applied\ncollected 5 0 650000\ngap usage\nbuilt 5 0\n"
	                    "recommendation_made\n");
}

static void what_hurts_or_is_kept_out_is_never_sent(void **state)
{
	(void)state;
	gather_message(GATHER_WROTE, "m2", CUSTOMER, false, "Give me my money back");
	gather_judged(GATHER_WROTE, "m2", "refund");
	gather_begin("general");
	assert_non_null(strstr(gather_heard(), "collected 5 1 650000\n"));
	assert_non_null(strstr(gather_standing(), "> Give me my money back\n"));
	assert_non_null(strstr(gather_standing(), "Withheld: it speaks for the customer"));
	assert_non_null(strstr(gather_standing(), "> I use it every day\n"));
	correct(NEXT_DAY, "m1", "exclude");
	gather_pass(DAY_3);
	assert_null(strstr(gather_standing(), "I use it every day"));
	correct(DAY_3, "m2", "exclude");
	gather_pass(DAY_4);
	assert_non_null(strstr(gather_standing(), "> Give me my money back\n"));
	gather_put_up(DAY_4);
	gather_approved(DAY_4, gather_kept()->packet);
	const Opsmesh__V1__SubmissionRequested *const asked =
	    gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested;

	for (size_t i = 0; i < asked->n_fields; i++) {
		if (asked->fields[i]->text == NULL)
			continue;
		assert_null(strstr(asked->fields[i]->text->text, "money back"));
		assert_null(strstr(asked->fields[i]->text->text, "every day"));
	}
}

static void notes_among_us_and_tickets_that_left_are_in_no_packet(void **state)
{
	(void)state;
	gather_message(GATHER_WROTE, "m2", AGENT, true, "He is right, but");
	gather_begin("general");
	assert_null(strstr(gather_standing(), "He is right"));
	assert_non_null(strstr(gather_standing(), "I use it every day"));
	gather_left(NEXT_DAY);
	gather_pass(DAY_3);
	assert_null(strstr(gather_standing(), "I use it every day"));
}

static const Opsmesh__V1__SubmissionField *field(const Opsmesh__V1__SubmissionRequested *asked,
                                                 const char *name)
{
	for (size_t i = 0; i < asked->n_fields; i++)
		if (strcmp(asked->fields[i]->field, name) == 0)
			return asked->fields[i];
	fail_msg("%s: nothing is in it", name);
	return NULL;
}

/* The file is there under its digest, and is a PDF. */
static bool is_kept(const char *digest)
{
	struct bytes content;

	return effect_blob_get(&gather_stage.blobs.door, digest, gather_stage.arena, &content) ==
	           STATUS_OK &&
	       content.size > 4 && memcmp(content.data, "%PDF", 4) == 0;
}

static void a_packet_that_was_put_up_stays_as_it_was(void **state)
{
	(void)state;
	gather_begin("general");
	const char *const digest = arena_string(gather_stage.arena, gather_kept()->packet);
	const char *const text = gather_standing();

	gather_put_up(NEXT_DAY);
	(void)gather_heard();
	gather_message(NEXT_DAY, "m2", CUSTOMER, false, "And another thing");
	gather_pass(DAY_3);
	assert_string_equal(gather_heard(), "collected 6 0 650000\n");
	assert_string_equal(gather_kept()->packet, digest);
	assert_string_equal(gather_standing(), text);
	stage_test_restart(&gather_stage);
	gather_approved(DAY_4, digest);
	const Opsmesh__V1__SubmissionRequested *const asked =
	    gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested;

	assert_string_equal(asked->digest, digest);
	assert_string_equal(gather_packet_text(digest), text);
	assert_int_equal(asked->n_fields, 4);
	assert_string_equal(field(asked, "cancellation_policy_disclosure")->file_digest, "");
	assert_non_null(
	    strstr(field(asked, "uncategorized_text")->text->text, "Payments that succeeded: 1"));
	assert_null(field(asked, "customer_communication")->text);
	assert_true(is_kept(field(asked, "customer_communication")->file_digest));
	assert_true(is_kept(field(asked, "receipt")->file_digest));
	assert_int_equal(field(asked, "receipt")->file_bytes, gather_kept()->files[1]->bytes);
	assert_true(asked->submit);
}

static void the_text_that_is_kept_has_the_digest_that_was_approved(void **state)
{
	char digest[DIGEST_TEXT_SIZE];

	(void)state;
	gather_begin("general");
	packet_digest(gather_standing(), digest);
	assert_string_equal(gather_kept()->packet, digest);
}

static void another_packet_takes_the_place_of_one_that_nobody_put_up(void **state)
{
	(void)state;
	gather_begin("general");
	const char *const first = arena_string(gather_stage.arena, gather_kept()->packet);

	gather_message(NEXT_DAY, "m2", CUSTOMER, false, "And another thing");
	gather_pass(DAY_3);
	assert_string_not_equal(gather_kept()->packet, first);
	assert_null(gather_packet_text(first));
	const char *const second = arena_string(gather_stage.arena, gather_kept()->packet);

	gather_put_up(DAY_3);
	correct(DAY_4, "m2", "exclude");
	gather_pass("2026-06-05T00:00:00Z");
	assert_string_equal(gather_kept()->packet, first);
	assert_non_null(gather_packet_text(second));
}

/* An effect has one answer for ever: the packet before the last is another wish. */
static void a_packet_that_stands_again_is_rendered_again(void **state)
{
	(void)state;
	gather_begin("general");
	const char *const first = arena_string(gather_stage.arena, gather_kept()->packet);

	correct(NEXT_DAY, "m1", "exclude");
	gather_pass(DAY_3);
	assert_string_not_equal(gather_kept()->packet, first);
	correct(DAY_3, "m1", "include");
	gather_pass(DAY_4);
	assert_string_equal(gather_kept()->packet, first);
	assert_string_not_equal(gather_kept()->pdf, "");
	gather_put_up(DAY_4);
	gather_approved(DAY_4, first);
	assert_non_null(gather_last(FACT(SUBMISSION_REQUESTED)));
}

static void what_came_while_it_was_put_up_is_in_when_it_is_taken_back(void **state)
{
	static const char *const unstage[] = { "decision", "unstage", NULL };

	(void)state;
	gather_begin("general");
	gather_put_up(NEXT_DAY);
	gather_message(NEXT_DAY, "m2", CUSTOMER, false, "And another thing");
	gather_pass(DAY_3);
	(void)gather_heard();
	gather_asked(DAY_3, ACTION(CLOSE), "kim", unstage);
	gather_pass(DAY_4);
	assert_string_equal(gather_heard(), "packet_withdrawn\naction_applied\nbuilt 6 0\n");
	assert_non_null(strstr(gather_standing(), "And another thing"));
}

/* A verdict that comes late makes a request of a message that nobody answered. */
static void what_speaks_against_us_by_now_is_put_up_no_more(void **state)
{
	(void)state;
	gather_begin("general");
	gather_message(GATHER_WROTE, "m2", CUSTOMER, false, "Where is it");
	gather_pass(DAY_3);
	const char *const first = arena_string(gather_stage.arena, gather_kept()->packet);

	gather_put_up(DAY_3);
	gather_judged(DAY_3, "m1", "how_to");
	gather_pass(DAY_4);
	assert_string_equal(gather_kept()->staged, first);
	(void)gather_heard();
	gather_judged(DAY_4, "m2", "refund");
	gather_pass("2026-06-05T00:00:00Z");
	assert_string_equal(gather_heard(), "collected 5 1 650000\npacket_withdrawn\nbuilt 5 0\n");
	gather_approved("2026-06-05T00:00:00Z", first);
	assert_null(gather_last(FACT(SUBMISSION_REQUESTED)));
}

static void nothing_to_send_is_refused_once(void **state)
{
	(void)state;
	gather_dispute(GATHER_BEGAN, "needs_response", "product_not_received");
	gather_pass(NEXT_DAY);
	assert_non_null(strstr(gather_heard(), "refused nothing\n"));
	assert_string_equal(gather_kept()->packet, "");
	gather_dispute(NEXT_DAY, "needs_response", "product_unacceptable");
	gather_pass(DAY_3);
	assert_null(strstr(gather_heard(), "refused"));
	gather_message(DAY_3, "m1", CUSTOMER, false, "I use it every day");
	gather_pass(DAY_4);
	assert_non_null(strstr(gather_heard(), "built 2 0\n"));
}

static void only_a_case_that_waits_for_an_answer_gathers(void **state)
{
	(void)state;
	gather_dispute(GATHER_BEGAN, "under_review", "general");
	gather_message(NEXT_DAY, "m1", CUSTOMER, false, "Hello");
	gather_pass(DAY_3);
	assert_string_equal(gather_heard(), "opened\n");
}

static void an_inquiry_that_became_a_chargeback_has_a_packet_of_its_own(void **state)
{
	(void)state;
	gather_payment(GATHER_PAID, "p1");
	gather_dispute(GATHER_BEGAN, "warning_needs_response", "general");
	gather_pass(NEXT_DAY);
	(void)gather_heard();
	gather_dispute(NEXT_DAY, "needs_response", "general");
	gather_pass(DAY_3);
	const char *const heard = gather_heard();

	assert_non_null(strstr(heard, "escalated\n"));
	assert_non_null(strstr(heard, "collected 4 0 400000\n"));
	assert_non_null(strstr(heard, "gap customer_communication\n"));
	assert_non_null(strstr(heard, "built 4 0\n"));
}

static void that_a_chargeback_has_no_packet_is_said_though_its_inquiry_had_none(void **state)
{
	(void)state;
	gather_dispute(GATHER_BEGAN, "warning_needs_response", "product_not_received");
	gather_pass(NEXT_DAY);
	assert_non_null(strstr(gather_heard(), "refused nothing\n"));
	gather_dispute(NEXT_DAY, "needs_response", "product_not_received");
	gather_pass(DAY_3);
	assert_non_null(strstr(gather_heard(), "refused nothing\n"));
}

static void a_payment_that_was_disputed_once_is_no_evidence(void **state)
{
	(void)state;
	gather_payment_of("2026-03-10T09:00:00Z", "p2", "ch_2");
	gather_payment_of("2026-04-10T09:00:00Z", "p3", "ch_3");
	gather_dispute_of("2026-04-20T09:00:00Z", "dp_2", "ch_2", "won");
	gather_begin("fraudulent");
	assert_non_null(strstr(gather_standing(), "Payment ch_3 of 120.00 USD"));
	assert_null(strstr(gather_standing(), "Payment ch_2 of 120.00 USD"));
}

static void more_than_the_provider_takes_is_left_out_and_said(void **state)
{
	char *const text = arena_alloc(gather_stage.arena, 12001);

	(void)state;
	memset(text, 'x', 12000);
	text[12000] = '\0';
	for (int i = 0; i < 30; i++)
		gather_message(GATHER_WROTE, arena_printf(gather_stage.arena, "long-%02d", i),
		               CUSTOMER, false, text);
	gather_begin("general");
	const Opsmesh__V1__PacketBuilt *const built = gather_last(FACT(PACKET_BUILT))->packet_built;

	assert_int_equal(built->items + (int64_t)built->n_dropped, 35);
	assert_true(built->n_dropped > 0);
	assert_string_equal(built->dropped[0]->limit, "pages_together");
}

static bool has_page(int64_t number)
{
	struct dossier_page_row row = { .home = gather_home, .number = number };

	return stage_test_row(&gather_stage, &dossier_page_table, &row);
}

/* Two such messages fill a page. */
static void a_dossier_without_an_end_keeps_its_newest_pages(void **state)
{
	char *const text = arena_alloc(gather_stage.arena, 9001);

	(void)state;
	memset(text, 'x', 9000);
	text[9000] = '\0';
	for (int i = 0; i < 2 * DOSSIER_PAGES_MAX; i++)
		gather_message(GATHER_WROTE, arena_printf(gather_stage.arena, "long-%03d", i),
		               CUSTOMER, false, text);
	gather_pass(GATHER_WROTE);
	assert_true(has_page(0) && has_page(DOSSIER_PAGES_MAX - 1));
	gather_message(GATHER_WROTE, "last", CUSTOMER, false, "The last one");
	gather_pass(GATHER_WROTE);
	assert_false(has_page(0));
	assert_true(has_page(1) && has_page(DOSSIER_PAGES_MAX));
	gather_begin("subscription_canceled");
	assert_int_equal(gather_last(FACT(EVIDENCE_COLLECTED))->evidence_collected->items, 259);
	assert_non_null(strstr(gather_heard(), "gap cancellation_request\n"));
}

static void pin(const char *at, const char *kind, const char *text)
{
	const char *const parameters[] = { "kind", kind, "text", text, NULL };

	gather_asked(at, ACTION(PIN), "kim", parameters);
}

/* A lighter one of the kind may be left out; the weightiest of none may. */
static void of_each_required_kind_the_weightiest_is_in_or_there_is_no_packet(void **state)
{
	char *const text = arena_alloc(gather_stage.arena, 20002);

	(void)state;
	memset(text, 'x', 20001);
	text[20001] = '\0';
	gather_judged(GATHER_WROTE, "m1", "outage");
	gather_begin("subscription_canceled");
	(void)gather_heard();
	pin(NEXT_DAY, "policy_shown", "What the checkout showed.");
	pin(NEXT_DAY, "policy_shown", text);
	gather_pass(DAY_3);
	const Opsmesh__V1__PacketBuilt *const built = gather_last(FACT(PACKET_BUILT))->packet_built;

	assert_int_equal(built->n_dropped, 1);
	assert_string_equal(built->dropped[0]->limit, "characters_each");
	assert_string_equal(built->dropped[0]->field, "cancellation_policy_disclosure");
	assert_int_equal(built->stage, OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK);
	assert_non_null(strstr(gather_standing(), "Time (UTC): " GATHER_WROTE "; channel: email"));
	(void)gather_heard();
	correct(DAY_3, "A-1", "exclude");
	gather_pass(DAY_4);
	assert_non_null(strstr(gather_heard(), "refused characters_each\n"));
	assert_string_equal(gather_kept()->packet, "");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, gather_start, gather_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_case_gathers_when_it_begins),
		CASE(what_is_the_same_is_not_said_again),
		CASE(what_comes_together_is_gathered_once_after_a_while),
		CASE(a_gap_closes_when_its_evidence_comes_and_opens_when_it_is_kept_out),
		CASE(what_hurts_or_is_kept_out_is_never_sent),
		CASE(notes_among_us_and_tickets_that_left_are_in_no_packet),
		CASE(a_packet_that_was_put_up_stays_as_it_was),
		CASE(the_text_that_is_kept_has_the_digest_that_was_approved),
		CASE(another_packet_takes_the_place_of_one_that_nobody_put_up),
		CASE(a_packet_that_stands_again_is_rendered_again),
		CASE(what_came_while_it_was_put_up_is_in_when_it_is_taken_back),
		CASE(what_speaks_against_us_by_now_is_put_up_no_more),
		CASE(nothing_to_send_is_refused_once),
		CASE(only_a_case_that_waits_for_an_answer_gathers),
		CASE(an_inquiry_that_became_a_chargeback_has_a_packet_of_its_own),
		CASE(that_a_chargeback_has_no_packet_is_said_though_its_inquiry_had_none),
		CASE(a_payment_that_was_disputed_once_is_no_evidence),
		CASE(a_dossier_without_an_end_keeps_its_newest_pages),
		CASE(of_each_required_kind_the_weightiest_is_in_or_there_is_no_packet),
		CASE(more_than_the_provider_takes_is_left_out_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
