/*
 * case_packet_test - what a case's packet says on its cover and keeps for its files, and that what was chosen by a reckoning is
 * rendered: for the network at hand, and of whatever people write.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/gather_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define NEXT_DAY "2026-06-02T00:00:00Z"
#define DUE "2026-06-20T00:00:00Z"

static void begin(void)
{
	gather_payment(GATHER_PAID, "p1");
	gather_dispute(GATHER_BEGAN, "needs_response", "general");
	gather_pass(NEXT_DAY);
}

/* So many times, of one sentence each; judged as this, unless it is NULL. */
static void write_judged(const char *sentence, int messages, int times, const char *intent)
{
	struct arena *const arena = gather_stage.arena;
	const size_t size = strlen(sentence);
	char *const text = arena_alloc(arena, size * (size_t)times + 1);

	for (int i = 0; i < times; i++)
		memcpy(text + size * (size_t)i, sentence, size);
	text[size * (size_t)times] = '\0';
	for (int i = 0; i < messages; i++) {
		const char *const id = arena_printf(arena, "long-%02d", i);

		gather_message(GATHER_WROTE, id, CUSTOMER, false, text);
		if (intent != NULL)
			gather_judged(GATHER_WROTE, id, intent);
	}
}

static void write_much(const char *sentence, int messages, int times)
{
	write_judged(sentence, messages, times, NULL);
}

static int64_t pages_rendered(void)
{
	const Opsmesh__V1__DisputeEvent *const event = gather_last(FACT(PACKET_RENDERED));
	int64_t pages = 0;

	if (event == NULL)
		return 0;
	for (size_t i = 0; i < event->packet_rendered->n_files; i++)
		pages += event->packet_rendered->files[i]->pages;
	return pages;
}

static void a_cover_says_what_the_dispute_is_about(void **state)
{
	const char *text;

	(void)state;
	gather_network("mastercard", "4853");
	begin();
	text = gather_standing();
	assert_non_null(strstr(text, "\nEvidence for dispute " GATHER_DISPUTE "\n"));
	assert_non_null(
	    strstr(text, arena_printf(gather_stage.arena,
	                              "\nCase: case/%s/" GATHER_DISPUTE "\nAccount: %s\n",
	                              gather_home, gather_home)));
	assert_non_null(strstr(text, "\nTo be answered by (UTC): " DUE
	                             "\nCharge: ch_1\nAmount: 120.00 USD\nNetwork: mastercard\n"
	                             "Reason: general\nReason code of the network: 4853\n"
	                             "Charged (UTC): " GATHER_PAID "\nDisputed (UTC): " GATHER_BEGAN
	                             "\n"));
}

static void assert_time(const Google__Protobuf__Timestamp *stamp, const char *text)
{
	struct instant at;
	struct instant wanted;

	assert_true(proto_instant(stamp, &at) && time_parse(text, &wanted));
	assert_int_equal(at.us, wanted.us);
}

/* Files are made of what is kept, by whoever owns the shard then. */
static void what_is_kept_of_a_packet_is_all_that_its_files_say(void **state)
{
	struct case_packet_row row = { .home = gather_home, .dispute_id = GATHER_DISPUTE };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	(void)state;
	gather_network("mastercard", "4853");
	begin();
	row.digest = gather_kept()->packet;
	assert_true(stage_test_row(&gather_stage, &case_packet_table, &row));
	assert_true(proto_unpack(gather_stage.arena, &opsmesh__v1__packet_kept__descriptor,
	                         row.content, &message, reason));
	const Opsmesh__V1__PacketKept *const kept = (const void *)message;

	assert_string_equal(kept->dispute_id, GATHER_DISPUTE);
	assert_string_equal(kept->payment_id, "ch_1");
	assert_string_equal(kept->network, "mastercard");
	assert_string_equal(kept->reason, "general");
	assert_string_equal(kept->network_reason_code, "4853");
	assert_string_equal(kept->amount, "120.00 USD");
	assert_time(kept->charged_at, GATHER_PAID);
	assert_time(kept->opened_at, GATHER_BEGAN);
	assert_time(kept->due_by, DUE);
}

static void mastercard_is_sent_no_more_than_nineteen_pages(void **state)
{
	(void)state;
	gather_network("mastercard", "4853");
	write_much("We have used it since January. ", 30, 200);
	begin();
	assert_true(gather_last(FACT(PACKET_BUILT))->packet_built->n_dropped > 0);
	assert_in_range(pages_rendered(), 5, 19);
}

/* Whatever no font can show takes the place of its number, and is said. */
static void what_no_font_can_show_is_reckoned_rendered_and_said(void **state)
{
	static const char *const sentences[] = { "ฉันต้องการเงินคืน ", "मुझे पैसे वापस चाहिए। ",
		                                 "\x1b[31m\x01\x02\x7f", "\u202e\u200b😀 " };

	for (size_t i = 0; i < COUNT_OF(sentences); i++) {
		assert_int_equal(gather_stop(state), 0);
		assert_int_equal(gather_start(state), 0);
		write_much(sentences[i], 20, 150);
		begin();
		assert_non_null(gather_last(FACT(PACKET_BUILT)));
		assert_null(gather_last(FACT(PACKET_REFUSED)));
		assert_in_range(pages_rendered(), 10, 49);
		assert_true(gather_last(FACT(PACKET_RENDERED))->packet_rendered->unshown > 1000);
	}
}

static size_t times_of(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
		count++;
	return count;
}

/* 60 of 16 KiB: in full they would be more than a record. */
static void however_much_is_withheld_there_is_a_packet(void **state)
{
	const char *text;

	(void)state;
	write_judged("It broke again. ", 60, 1024, "complaint");
	begin();
	text = gather_standing();
	assert_non_null(text);
	assert_in_range(strlen(text), 60000, 200000);
	assert_int_equal(times_of(text, "Withheld: it speaks for the customer"), 60);
	assert_int_equal(times_of(text, "\nSource: long-"), 60);
	assert_int_equal(times_of(text, "\nShortened, because much is withheld: 1638 of 16384 "
	                                "bytes are shown\n"),
	                 60);
	assert_string_not_equal(gather_kept()->pdf, "");
}

static void pin(const char *field, const char *text)
{
	const char *const parameters[] = { "kind", "usage", "field", field, "text", text, NULL };

	gather_asked(NEXT_DAY, OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "kim", parameters);
}

/* Into each field of texts but one, in sentences. */
static void pin_much(const char *sentence, int times)
{
	static const char *const fields[] = { "product_description",
		                              "access_activity_log",
		                              "cancellation_policy_disclosure",
		                              "cancellation_rebuttal",
		                              "duplicate_charge_explanation",
		                              "refund_policy_disclosure",
		                              "refund_refusal_explanation" };
	const char *text = "";

	for (int i = 0; i < times; i++)
		text = arena_printf(gather_stage.arena, "%s%s", text, sentence);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		pin(fields[i], text);
}

/* Of three bytes each; the text that people read says once more what is sent. */
static void a_packet_near_all_characters_of_the_provider_is_rendered(void **state)
{
	(void)state;
	begin();
	pin_much("毎日使っています。", 2100);
	gather_pass("2026-06-03T00:00:00Z");
	assert_in_range(gather_last(FACT(PACKET_BUILT))->packet_built->characters, 125000, 150000);
	assert_string_not_equal(gather_kept()->packet, "");
	assert_string_not_equal(gather_kept()->pdf, "");
}

/* Of four bytes each: more than is kept as one. Nothing stops for it, and fewer make a packet again. */
static void a_packet_that_is_larger_than_a_record_is_refused(void **state)
{
	(void)state;
	begin();
	pin_much("😀😀😀😀😀😀😀😀😀", 2100);
	gather_pass("2026-06-03T00:00:00Z");
	assert_non_null(gather_last(FACT(PACKET_REFUSED)));
	assert_string_equal(gather_last(FACT(PACKET_REFUSED))->packet_refused->limit, "record");
	assert_non_null(strstr(gather_last(FACT(PACKET_REFUSED))->packet_refused->reason,
	                       "keep some items out"));
	assert_string_equal(gather_kept()->packet, "");
}

static const char *refusal(void)
{
	return gather_last(FACT(ACTION_REFUSED))->action_refused->reason;
}

static void what_could_not_be_rendered_says_so_and_is_rendered_again(void **state)
{
	(void)state;
	gather_stage.blobs.away = 1000;
	begin();
	assert_string_equal(gather_kept()->pdf, "");
	assert_string_not_equal(gather_kept()->packet, "");
	assert_non_null(strstr(gather_kept()->print_failed, "the file cannot be kept now"));
	gather_stage.blobs.away = 0;
	gather_put_up("2026-06-03T00:00:00Z");
	assert_non_null(strstr(refusal(), "The packet could not be rendered (the file cannot be"));
	assert_non_null(strstr(refusal(), "It is rendered again."));
	assert_string_not_equal(gather_kept()->pdf, "");
	assert_string_equal(gather_kept()->print_failed, "");
	gather_put_up("2026-06-04T00:00:00Z");
	assert_non_null(gather_last(FACT(PACKET_STAGED)));
}

/* The last alert that was raised by this rule. */
static const char *description_of(const char *rule)
{
	const char *description = "";

	for (size_t i = 0; i < stage_test_fact_count(&gather_stage); i++) {
		const struct fact *const fact = stage_test_fact(&gather_stage, i);

		if (fact->topic != OPS_ALERTS)
			continue;
		const Opsmesh__V1__AlertEvent *const event =
		    (const void *)stage_test_message(&gather_stage, fact);

		if (event->fact_case == OPSMESH__V1__ALERT_EVENT__FACT_RAISED &&
		    text_equal(event->raised->rule, rule))
			description = event->raised->description;
	}
	return description;
}

/* Whether anybody has decided is no matter then: it cannot be put up. */
static void a_deadline_that_passes_says_that_its_packet_could_not_be_rendered(void **state)
{
	(void)state;
	gather_stage.blobs.away = 1000;
	begin();
	gather_pass(DUE);
	assert_string_equal(gather_last(FACT(DEADLINE_MISSED))->deadline_missed->state,
	                    "not_rendered");
	assert_non_null(
	    strstr(description_of("deadline_missed"), "Nothing was approved (not_rendered)."));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, gather_start, gather_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_cover_says_what_the_dispute_is_about),
		CASE(what_is_kept_of_a_packet_is_all_that_its_files_say),
		CASE(mastercard_is_sent_no_more_than_nineteen_pages),
		CASE(what_no_font_can_show_is_reckoned_rendered_and_said),
		CASE(however_much_is_withheld_there_is_a_packet),
		CASE(a_packet_near_all_characters_of_the_provider_is_rendered),
		CASE(a_packet_that_is_larger_than_a_record_is_refused),
		CASE(a_deadline_that_passes_says_that_its_packet_could_not_be_rendered),
		CASE(what_could_not_be_rendered_says_so_and_is_rendered_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
