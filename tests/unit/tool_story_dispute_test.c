/*
 * tool_story_dispute_test - facts of cases as sentences of the operator's tool.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/story.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define STAGE(name) OPSMESH__V1__CASE_STAGE__CASE_STAGE_##name
#define STATE(name) OPSMESH__V1__CASE_STATE__CASE_STATE_##name
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct story_line line_of(int fact, void *message, bool revealed)
{
	const struct story story = { .arena = arena, .revealed = revealed };
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	struct told told = { .topic = OPS_DISPUTES, .key = "acme", .message = &event.base };

	event.fact_case = (Opsmesh__V1__DisputeEvent__FactCase)fact;
	event.opened = message; /* all facts share the member's place */
	return story_dispute(&story, &told);
}

static void assert_told(int fact, void *message, const char *text)
{
	assert_string_equal(line_of(fact, message, false).text, text);
}

static Google__Protobuf__Timestamp *stamp(const char *text)
{
	struct instant at = TIME_MIN;

	assert_true(time_parse(text, &at));
	return proto_timestamp(arena, at);
}

static Opsmesh__V1__Money *money(int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = text_mutable("USD");
	return made;
}

static Opsmesh__V1__PersonalText *personal(const char *text)
{
	Opsmesh__V1__PersonalText *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__personal_text__init(made);
	made->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made->text = text_mutable(text);
	return made;
}

static Opsmesh__V1__Actor *actor(const char *principal)
{
	Opsmesh__V1__Actor *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__actor__init(made);
	made->principal = text_mutable(principal);
	made->role = OPSMESH__V1__ROLE__ROLE_AGENT;
	return made;
}

static void a_case_is_told_from_its_beginning_to_its_end(void **state)
{
	Opsmesh__V1__CaseOpened opened = OPSMESH__V1__CASE_OPENED__INIT;
	Opsmesh__V1__CaseMoved moved = OPSMESH__V1__CASE_MOVED__INIT;
	char *problems[] = { text_mutable("amount: is missing or cannot be read") };

	(void)state;
	opened.stage = STAGE(INQUIRY);
	opened.state = STATE(NEEDS_RESPONSE);
	opened.status_verbatim = text_mutable("warning_needs_response");
	opened.reason = text_mutable("fraudulent");
	opened.network = text_mutable("visa");
	opened.network_reason_code = text_mutable("10.4");
	opened.reason_title = text_mutable("Other fraud");
	opened.payment_id = text_mutable("ch_1");
	opened.queue = text_mutable("disputes");
	opened.policy = text_mutable("cases/standard/1");
	opened.problems = problems;
	opened.n_problems = 1;
	assert_told(FACT(OPENED), &opened,
	            "opens the case: inquiry, needs response (\"warning_needs_response\"), an "
	            "unknown amount, fraudulent (visa 10.4, Other fraud); payment ch_1; queue "
	            "disputes; by cases/standard/1; what is wrong with it: amount: is missing or "
	            "cannot be read");
	moved.from_stage = STAGE(INQUIRY);
	moved.from_state = STATE(UNDER_REVIEW);
	moved.stage = STAGE(CHARGEBACK);
	moved.state = STATE(NEEDS_RESPONSE);
	moved.status_verbatim = text_mutable("needs_response");
	moved.why = text_mutable("The inquiry became a chargeback (needs_response).");
	assert_told(FACT(ESCALATED), &moved,
	            "the inquiry becomes a chargeback, which is needs response "
	            "(\"needs_response\") (The inquiry became a chargeback (needs_response))");
	moved.from_stage = STAGE(CHARGEBACK);
	moved.from_state = STATE(LOST);
	moved.state = STATE(PARTIALLY_RECOVERED);
	moved.status_verbatim = text_mutable("lost");
	moved.why = text_mutable("");
	moved.withdrawn = money(12000);
	moved.recovered = money(2000);
	assert_told(FACT(PARTIALLY_RECOVERED), &moved,
	            "the chargeback was lost and is now partially recovered (\"lost\"); 120.00 USD "
	            "taken so far, 20.00 USD came back");
}

static void money_is_told_with_its_fee_and_where_it_came_from(void **state)
{
	static const struct {
		int fact;
		int64_t fee;
		const char *text;
	} rows[] = {
		{ FACT(FUNDS_WITHDRAWN), 1500,
		  "120.00 USD was taken by transaction txn_1, fee 15.00 USD (billing fact customer/3/9)" },
		{ FACT(FUNDS_REINSTATED), -1500,
		  "120.00 USD came back by transaction txn_1, a fee of 15.00 USD given back (billing "
		  "fact customer/3/9)" },
		{ FACT(FUNDS_REINSTATED), 0,
		  "120.00 USD came back by transaction txn_1 (billing fact customer/3/9)" },
	};
	Opsmesh__V1__CaseFundsMoved funds = OPSMESH__V1__CASE_FUNDS_MOVED__INIT;

	(void)state;
	funds.transaction_id = text_mutable("txn_1");
	funds.billing_id = text_mutable("customer/3/9");
	funds.amount = money(12000);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		funds.fee = money(rows[i].fee);
		assert_told(rows[i].fact, &funds, rows[i].text);
	}
}

static void a_deadline_is_told_with_what_it_is_reckoned_from(void **state)
{
	Opsmesh__V1__DeadlineSet set = OPSMESH__V1__DEADLINE_SET__INIT;
	Opsmesh__V1__DeadlineMissed missed = OPSMESH__V1__DEADLINE_MISSED__INIT;

	(void)state;
	set.stage = STAGE(CHARGEBACK);
	set.due_by = missed.due_by = stamp("2026-05-10T00:00:00Z");
	set.deadline = missed.deadline = stamp("2026-05-09T18:00:00Z");
	set.was = stamp("2026-05-08T18:00:00Z");
	set.buffer_us = HOURS(6).us;
	set.policy = text_mutable("cases/standard/1");
	set.reason = text_mutable("The provider moved due_by.");
	missed.state = text_mutable("no_packet");
	assert_told(
	    FACT(DEADLINE_SET), &set,
	    "the chargeback must be answered by 2026-05-09 18:00: the provider's 2026-05-10 "
	    "00:00 less 6h 00m by cases/standard/1");
	assert_told(FACT(DEADLINE_MOVED), &set,
	            "its deadline moves from 2026-05-08 18:00 to 2026-05-09 18:00: the provider's "
	            "2026-05-10 00:00 less 6h 00m by cases/standard/1 (The provider moved due_by)");
	assert_told(
	    FACT(DEADLINE_WITHDRAWN), &set,
	    "its deadline of 2026-05-08 18:00 is none any more (The provider moved due_by)");
	assert_told(FACT(DEADLINE_MISSED), &missed,
	            "our deadline of 2026-05-09 18:00 was missed (no packet; owner: nobody); the "
	            "provider takes an answer until 2026-05-10 00:00");
}

static void evidence_is_sealed_unless_it_is_revealed(void **state)
{
	Opsmesh__V1__EvidenceItemAdded added = OPSMESH__V1__EVIDENCE_ITEM_ADDED__INIT;
	Opsmesh__V1__EvidenceItem item = OPSMESH__V1__EVIDENCE_ITEM__INIT;
	const char *text;

	(void)state;
	item.item_id = text_mutable("ticket/3/41");
	item.kind = text_mutable("refund_answer");
	item.field = text_mutable("refund_policy");
	item.at = stamp("2026-05-02T10:00:00Z");
	item.weight_ppm = 250000;
	item.source_id = text_mutable("T-1");
	item.text = personal("Sato asked");
	item.translation = personal("佐藤");
	item.translator = text_mutable("taro");
	added.item = &item;
	added.by = actor("hanako");
	added.reason = personal("he called");
	assert_told(
	    FACT(EVIDENCE_ITEM_ADDED), &added,
	    "adds evidence: refund_answer into refund_policy, weight 25 %, 2026-05-02 10:00, "
	    "from ticket/3/41 about T-1: [sealed], translated by taro: [sealed], saying "
	    "[sealed]");
	text = line_of(FACT(EVIDENCE_ITEM_ADDED), &added, true).text;
	assert_non_null(
	    strstr(text, ": \"Sato asked\", translated by taro: \"佐藤\", saying \"he called\""));
	assert_string_equal(line_of(FACT(EVIDENCE_ITEM_ADDED), &added, false).who,
	                    "agent via hanako");
}

#define PROOF "; with compelling evidence: payments ch_2, ch_1, the same: ip, user"

static void a_packet_is_told_with_what_was_left_out_and_who_released_it(void **state)
{
	Opsmesh__V1__PacketBuilt built = OPSMESH__V1__PACKET_BUILT__INIT;
	Opsmesh__V1__PacketDropped dropped = OPSMESH__V1__PACKET_DROPPED__INIT;
	Opsmesh__V1__PacketDropped *list[] = { &dropped };
	Opsmesh__V1__PacketStaged staged = OPSMESH__V1__PACKET_STAGED__INIT;
	Opsmesh__V1__SubmissionRequested asked = OPSMESH__V1__SUBMISSION_REQUESTED__INIT;

	(void)state;
	built.digest = staged.digest = asked.digest = text_mutable(DIGEST);
	built.items = 2;
	built.characters = 900;
	built.dropped = list;
	built.n_dropped = 1;
	dropped.item_id = text_mutable("ticket/3/41");
	dropped.field = text_mutable("customer_communication");
	dropped.limit = text_mutable("file_bytes");
	assert_told(FACT(PACKET_BUILT), &built,
	            "puts the packet 0123456789ab together: 2 items, 900 characters; left out: "
	            "ticket/3/41 of customer_communication (file bytes)");
	staged.by = actor("hanako");
	staged.prepared_by = text_mutable("taro");
	assert_told(FACT(PACKET_STAGED), &staged, "puts up the packet " DIGEST);
	assert_told(FACT(PACKET_APPROVED), &staged,
	            "approves the packet " DIGEST " that taro had put up");
	staged.by = NULL;
	assert_told(FACT(PACKET_WITHDRAWN), &staged,
	            "the packet 0123456789ab is put up no more: it is another by now");
	asked.stage = STAGE(CHARGEBACK);
	asked.request_id = text_mutable("submission/acme/dp_1/chargeback");
	asked.prepared_by = text_mutable("taro");
	asked.approved_by = actor("hanako");
	asked.due_by = stamp("2026-05-10T00:00:00Z");
	asked.lease_until = stamp("2026-05-02T04:00:00Z");
	asked.late = true;
	assert_told(
	    FACT(SUBMISSION_REQUESTED), &asked,
	    "asks to send the packet 0123456789ab, once for the chargeback "
	    "(submission/acme/dp_1/chargeback): put up by taro, approved by agent via hanako; "
	    "to arrive by 2026-05-10 00:00, to be seen by 2026-05-02 04:00; it is late and "
	    "may not count");
}

static void what_a_packet_proves_and_what_answering_costs_is_told(void **state)
{
	char *payments[] = { text_mutable("ch_2"), text_mutable("ch_1") };
	char *matching[] = { text_mutable("ip"), text_mutable("user") };
	Opsmesh__V1__CompellingJudged proof = OPSMESH__V1__COMPELLING_JUDGED__INIT;
	Opsmesh__V1__ComplianceFee fee = OPSMESH__V1__COMPLIANCE_FEE__INIT;
	Opsmesh__V1__PacketStaged staged = OPSMESH__V1__PACKET_STAGED__INIT;
	Opsmesh__V1__SubmissionRequested asked = OPSMESH__V1__SUBMISSION_REQUESTED__INIT;

	(void)state;
	proof.payment_ids = payments;
	proof.n_payment_ids = COUNT_OF(payments);
	proof.matching = matching;
	proof.n_matching = COUNT_OF(matching);
	fee.acknowledged_by = actor("hanako");
	fee.policy = text_mutable("packet/stripe/1");
	staged.digest = asked.digest = text_mutable(DIGEST);
	staged.by = asked.approved_by = actor("hanako");
	staged.prepared_by = asked.prepared_by = text_mutable("taro");
	staged.compelling = asked.compelling = &proof;
	asked.compliance_fee = &fee;
	asked.stage = STAGE(CHARGEBACK);
	assert_told(FACT(PACKET_STAGED), &staged, "puts up the packet " DIGEST PROOF);
	assert_told(FACT(PACKET_APPROVED), &staged,
	            "approves the packet " DIGEST " that taro had put up" PROOF);
	assert_told(
	    FACT(SUBMISSION_REQUESTED), &asked,
	    "asks to send the packet 0123456789ab, once for the chargeback (): put up by taro, "
	    "approved by agent via hanako; to arrive by never, to be seen by never" PROOF
	    "; the network takes a fee that is not known for it, which agent via hanako "
	    "acknowledged, by packet/stripe/1");
}

static void what_another_case_asked_for_first_is_named(void **state)
{
	Opsmesh__V1__AnswerWithheld withheld = OPSMESH__V1__ANSWER_WITHHELD__INIT;

	(void)state;
	withheld.stage = STAGE(CHARGEBACK);
	withheld.request_id = text_mutable("submission/acme/dp_1/chargeback");
	withheld.first_case_id = text_mutable("case/ch_1/dp_1");
	withheld.first_digest = text_mutable(DIGEST);
	withheld.first_at = stamp("2026-05-02T04:00:00Z");
	assert_told(FACT(ANSWER_WITHHELD), &withheld,
	            "does not ask for it (submission/acme/dp_1/chargeback): case/ch_1/dp_1 has "
	            "asked before, 2026-05-02 04:00, to send the packet 0123456789ab, and the "
	            "chargeback is answered once");
	withheld.first_digest = text_mutable("");
	assert_told(FACT(ANSWER_WITHHELD), &withheld,
	            "does not ask for it (submission/acme/dp_1/chargeback): case/ch_1/dp_1 has "
	            "asked before, 2026-05-02 04:00, to give it up, and the chargeback is "
	            "answered once");
}

static void a_recommendation_is_told_with_all_that_it_was_reckoned_from(void **state)
{
	Opsmesh__V1__RecommendationMade made = OPSMESH__V1__RECOMMENDATION_MADE__INIT;

	(void)state;
	made.stage = STAGE(CHARGEBACK);
	made.recommendation = text_mutable("contest");
	made.sentence = text_mutable("It is worth it.");
	made.expected = money(3400);
	made.win_ppm = 452000;
	made.win_low_ppm = 310000;
	made.win_high_ppm = 600000;
	made.amount = money(12000);
	made.counter_fee = money(1500);
	made.effort = money(500);
	made.cell = text_mutable("general/full");
	made.own_count = 12;
	made.own_won = 5;
	made.band = text_mutable("strong");
	made.country = text_mutable("US");
	made.rule = text_mutable("worth");
	made.counts_in_ratio = true;
	made.policy = text_mutable("economics/1");
	assert_told(
	    FACT(RECOMMENDATION_MADE), &made,
	    "recommends to contest the chargeback (It is worth it): contesting is worth 34.00 "
	    "USD, chance of winning 45.2 % (31 % to 60 %; cell general/full with 12 outcomes of ours, 5 won) of 120.00 USD, fee for answering "
	    "15.00 USD, effort 5.00 USD, evidence strong, fees of US; it counts in the "
	    "monitoring programmes whatever is done; rule worth by economics/1");
	made.counts_in_ratio = false;
	made.ratio = text_mutable("at_risk");
	assert_non_null(strstr(line_of(FACT(RECOMMENDATION_MADE), &made, false).text,
	                       "US; if it does not convince, it will count in the monitoring "
	                       "programmes; rule"));
	made.ratio = text_mutable("avoided");
	assert_non_null(strstr(line_of(FACT(RECOMMENDATION_MADE), &made, false).text,
	                       "US; so it never counts in the monitoring programmes; rule"));
}

/* Each fact of the contract has a sentence, but for the answers to actions, which story_answer tells. */
static void every_fact_of_a_case_has_a_sentence(void **state)
{
	const ProtobufCMessageDescriptor *const type = &opsmesh__v1__dispute_event__descriptor;

	(void)state;
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *const field = &type->fields[i];
		const ProtobufCMessageDescriptor *const fact = field->descriptor;
		ProtobufCMessage *message;

		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
		    text_starts(field->name, "action_"))
			continue;
		message = arena_zero(arena, fact->sizeof_message);
		fact->message_init(message);
		if (line_of((int)field->id, message, false).text == NULL)
			fail_msg("%s has no sentence", field->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_is_told_from_its_beginning_to_its_end),
		cmocka_unit_test(money_is_told_with_its_fee_and_where_it_came_from),
		cmocka_unit_test(a_deadline_is_told_with_what_it_is_reckoned_from),
		cmocka_unit_test(evidence_is_sealed_unless_it_is_revealed),
		cmocka_unit_test(a_packet_is_told_with_what_was_left_out_and_who_released_it),
		cmocka_unit_test(what_a_packet_proves_and_what_answering_costs_is_told),
		cmocka_unit_test(what_another_case_asked_for_first_is_named),
		cmocka_unit_test(a_recommendation_is_told_with_all_that_it_was_reckoned_from),
		cmocka_unit_test(every_fact_of_a_case_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
