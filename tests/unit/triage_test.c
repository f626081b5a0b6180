/*
 * triage_test - the real stage `triage` in a shard: what it says of customers' messages.
 */
#include "services/classifier/triage.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/report.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/classifier.h"
#include "tests/support/guide_fixture.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHARD 1
#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define AGENT OPSMESH__V1__ROLE__ROLE_AGENT
#define BOT OPSMESH__V1__ROLE__ROLE_BOT
#define FACT(name) OPSMESH__V1__TRIAGE_EVENT__FACT_##name
#define WHY(name) OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_##name
#define PRIORITY(name) OPSMESH__V1__PRIORITY__PRIORITY_##name
#define REFUND_EN "Please refund my last payment, I want my money back."
#define REFUND_JA "先月分の料金を返金してください。"
#define OUTAGE_EN "Is your service down? Nobody in our company can use it, every page gives 503."

static struct stage_test test;
static struct document documents[2];
static const char *ticket;
static int64_t minute;

static int start(void **state)
{
	(void)state;
	documents[0] = (struct document){ .name = GUIDE_NAME, .compiled = guide_fixture() };
	stage_test_init(&test, &opsmesh_catalogue, classifier_stages, SHARD, documents, NULL);
	ticket = stage_test_key(&test, "T");
	minute = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	return 0;
}

/* Feeding. */

static struct instant now(void)
{
	return time_add((struct instant){ DAYS(20000).us }, MINUTES(minute));
}

static void feed(int topic, const ProtobufCMessage *message)
{
	(void)stage_test_feed(
	    &test,
	    &(struct stage_test_event){
		.topic = topic, .key = ticket, .time = now(), .mesh = now(), .message = message });
}

static void feed_ticket(Opsmesh__V1__TicketEvent *event)
{
	minute++;
	event->ticket_id = text_mutable(ticket);
	event->occurred_at = proto_timestamp(test.arena, now());
	feed(OPS_TICKETS, &event->base);
}

static Opsmesh__V1__PersonalText personal(const char *text)
{
	Opsmesh__V1__PersonalText made = OPSMESH__V1__PERSONAL_TEXT__INIT;

	made.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made.text = text_mutable(text);
	return made;
}

static void feed_opened(const char *subject)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	Opsmesh__V1__PersonalText line = personal(subject);

	opened.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened.contact_key = text_mutable("address:1");
	opened.subject = &line;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	feed_ticket(&event);
}

static void feed_message(Opsmesh__V1__Role role, const char *body)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;
	Opsmesh__V1__PersonalText text = personal(body);
	char id[16];

	snprintf(id, sizeof(id), "M%d", (int)minute);
	added.message_id = id;
	added.role = role;
	added.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	added.body = &text;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;
	feed_ticket(&event);
}

static void feed_tier(Opsmesh__V1__Tier tier)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.account_id = text_mutable("acme");
	resolved.tier = tier;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = &resolved;
	feed_ticket(&event);
}

static void feed_priority(Opsmesh__V1__Priority priority)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__PriorityChanged changed = OPSMESH__V1__PRIORITY_CHANGED__INIT;

	changed.to_priority = priority;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED;
	event.priority_changed = &changed;
	feed_ticket(&event);
}

static void feed_correction(const char *id, const char *intent)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__ActionParameter parameter = OPSMESH__V1__ACTION_PARAMETER__INIT;
	Opsmesh__V1__ActionParameter *parameters[] = { &parameter };
	Opsmesh__V1__Actor actor = OPSMESH__V1__ACTOR__INIT;

	minute++;
	actor.principal = text_mutable("mika");
	subject.type = text_mutable("ticket");
	subject.id = text_mutable(ticket);
	parameter.name = text_mutable("intent");
	parameter.value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
	parameter.plain = text_mutable(intent);
	requested.kind = OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT;
	requested.action = text_mutable("correct");
	requested.on = &subject;
	requested.by = &actor;
	requested.parameters = parameters;
	requested.n_parameters = 1;
	event.action_id = text_mutable(id);
	event.occurred_at = proto_timestamp(test.arena, now());
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	feed(OPS_ACTIONS, &event.base);
}

/* Hearing. */

static void fold(void)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, now()), STATUS_OK);
}

/* The next fact on ops.triage.v1; what goes to the stage pattern is passed over. NULL: there is none. */
static const Opsmesh__V1__TriageEvent *listen(void)
{
	const ProtobufCMessage *message;

	while (stage_test_next(&test, &message) != NULL)
		if (message->descriptor == &opsmesh__v1__triage_event__descriptor)
			return (const Opsmesh__V1__TriageEvent *)(const void *)message;
	return NULL;
}

static const Opsmesh__V1__TriageEvent *hear(void)
{
	const Opsmesh__V1__TriageEvent *const event = listen();

	CHECK(event != NULL);
	return event;
}

static const Opsmesh__V1__TicketClassified *hear_classified(void)
{
	const Opsmesh__V1__TriageEvent *const event = hear();

	assert_string_equal(event->ticket_id, ticket);
	assert_int_equal(event->fact_case, FACT(CLASSIFIED));
	return event->classified;
}

static const Opsmesh__V1__NeedsHuman *hear_human(void)
{
	const Opsmesh__V1__TriageEvent *const event = hear();

	assert_int_equal(event->fact_case, FACT(NEEDS_HUMAN));
	return event->needs_human;
}

static struct triage_row row_of(void)
{
	struct triage_row row = { .ticket_id = ticket };

	assert_true(stage_test_row(&test, &triage_table, &row));
	return row;
}

/* Judging. */

static void a_message_is_answered_with_what_it_is_about(void **state)
{
	static const struct {
		const char *body;
		const char *language;
	} cases[] = { { REFUND_EN, "en" }, { REFUND_JA, "ja" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		ticket = stage_test_key(&test, i == 0 ? "E" : "J");
		feed_opened("");
		feed_message(CUSTOMER, cases[i].body);
		fold();
		const Opsmesh__V1__TicketClassified *const it = hear_classified();

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
		assert_null(listen());
	}
}

static void the_subject_line_is_judged_with_the_first_message(void **state)
{
	(void)state;
	feed_opened("Refund for last month");
	feed_message(CUSTOMER, "Please, thank you.");
	fold();
	const Opsmesh__V1__TicketClassified *const it = hear_classified();

	assert_string_equal(it->intent, "refund");
	assert_true(it->reasons[0]->span->in_subject);
	assert_int_equal(row_of().subject.size, 0);
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
		ticket = stage_test_key(&test, "abcd" + i);
		feed_opened("");
		feed_message(CUSTOMER, cases[i].body);
		fold();
		const Opsmesh__V1__NeedsHuman *const it = hear_human();

		assert_int_equal(it->cause, cases[i].reason);
		assert_string_equal(it->intent, "");
		assert_string_equal(it->queue, "support");
		assert_non_null(it->reading);
		assert_true(row_of().needs_human);
		assert_null(listen());
	}
}

static void what_others_write_is_no_question(void **state)
{
	(void)state;
	feed_opened("");
	feed_message(AGENT, REFUND_EN);
	feed_message(BOT, REFUND_EN);
	fold();
	assert_null(listen());
}

static void a_report_goes_to_those_who_look_for_patterns(void **state)
{
	const Opsmesh__V1__ByIntentEvent *report = NULL;
	const ProtobufCMessage *message;

	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, "I can't log in, error AADSTS50011, password reset does not work.");
	fold();
	while (stage_test_next(&test, &message) != NULL)
		if (message->descriptor == &opsmesh__v1__by_intent_event__descriptor)
			report = (const Opsmesh__V1__ByIntentEvent *)(const void *)message;
	CHECK(report != NULL);
	assert_string_equal(report->intent, "login");
	assert_string_equal(report->reported->customer, "address:1");
	assert_true(report->reported->opening);
	assert_int_equal(report->reported->n_tokens, 1);
	assert_string_equal(report->reported->tokens[0], "AADSTS50011");
	assert_int_equal(report->reported->n_sketch, 32);
}

/* What stands. */

static void thanks_do_not_change_what_the_ticket_is_about(void **state)
{
	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, REFUND_EN);
	feed_message(CUSTOMER, "Thank you so much, you are great!");
	fold();
	(void)hear_classified();
	const Opsmesh__V1__TicketClassified *const it = hear_classified();

	assert_string_equal(it->intent, "refund");
	assert_string_equal(it->message_intent, "praise");
}

static void another_tier_asks_the_rules_again(void **state)
{
	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, OUTAGE_EN);
	fold();
	assert_int_equal(hear_classified()->priority, PRIORITY(HIGH));
	feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
	fold();
	const Opsmesh__V1__TicketClassified *const it = hear_classified();

	assert_int_equal(it->priority, PRIORITY(URGENT));
	assert_int_equal(it->n_escalations, 1);
	assert_string_equal(it->escalations[0], "on-call");
	assert_string_equal(it->rules[0]->rule, "outage-enterprise");
	feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
	fold();
	assert_null(listen());
}

static void a_priority_does_not_fall_by_itself(void **state)
{
	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, OUTAGE_EN);
	feed_message(CUSTOMER, "How do I archive a project?");
	fold();
	assert_int_equal(hear_classified()->priority, PRIORITY(HIGH));
	assert_int_equal(hear_classified()->priority, PRIORITY(HIGH));
}

static void a_person_s_priority_stands_against_the_rules(void **state)
{
	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, OUTAGE_EN);
	feed_priority(PRIORITY(LOW));
	feed_message(CUSTOMER, OUTAGE_EN);
	fold();
	assert_int_equal(hear_classified()->priority, PRIORITY(HIGH));
	assert_int_equal(hear_classified()->priority, PRIORITY(LOW));
	assert_int_equal(hear_classified()->priority, PRIORITY(LOW));
}

/* Corrections. */

static void a_correction_stands_and_is_kept_to_learn_from(void **state)
{
	struct correction_row row = { .action_id = "A1" };

	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, REFUND_EN);
	feed_correction("A1", "duplicate_charge");
	feed_message(CUSTOMER, REFUND_EN);
	fold();
	(void)hear_classified();
	const Opsmesh__V1__TriageEvent *event = hear();

	assert_int_equal(event->fact_case, FACT(CORRECTED));
	assert_string_equal(event->corrected->from_intent, "refund");
	assert_string_equal(event->corrected->to_intent, "duplicate_charge");
	assert_string_equal(event->corrected->by->principal, "mika");
	assert_int_equal(event->corrected->priority, PRIORITY(HIGH));
	event = hear();
	assert_int_equal(event->fact_case, FACT(ACTION_APPLIED));
	assert_string_equal(event->action_applied->action_id, "A1");
	const Opsmesh__V1__TicketClassified *const later = hear_classified();

	assert_true(later->pinned);
	assert_string_equal(later->intent, "duplicate_charge");
	assert_string_equal(later->message_intent, "refund");
	assert_true(stage_test_row(&test, &correction_table, &row));
	assert_string_equal(row.intent, "duplicate_charge");
	assert_true(row.body.size > strlen(REFUND_EN));
}

static void a_correction_that_cannot_be_is_refused_with_the_field(void **state)
{
	const Opsmesh__V1__TriageEvent *event;

	(void)state;
	feed_correction("A0", "refund");
	feed_opened("");
	feed_message(CUSTOMER, REFUND_EN);
	feed_correction("A1", "dance");
	feed_correction("A2", "refund");
	feed_correction("A3", "refund");
	fold();
	event = hear();
	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_string_equal(event->action_refused->field, "on.id");
	(void)hear_classified();
	event = hear();
	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_string_equal(event->action_refused->field, "intent");
	assert_int_equal(hear()->fact_case, FACT(CORRECTED));
	assert_int_equal(hear()->fact_case, FACT(ACTION_APPLIED));
	event = hear();
	assert_int_equal(event->action_refused->code,
	                 OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE);
	assert_null(listen());
}

/* A program that answers. */

static void a_customer_whom_the_program_does_not_help_gets_a_person(void **state)
{
	(void)state;
	feed_opened("");
	feed_message(CUSTOMER, REFUND_EN);
	feed_message(BOT, "Refunds take five days. Anything else?");
	feed_message(CUSTOMER,
	             "That is not what I asked. Let me talk to a human, I want my refund.");
	fold();
	(void)hear_classified();
	const Opsmesh__V1__TriageEvent *event = hear();

	if (event->fact_case == FACT(CLASSIFIED))
		event = hear();
	assert_int_equal(event->fact_case, FACT(NEEDS_HUMAN));
	assert_int_equal(event->needs_human->cause, WHY(AI_FELL_SHORT));
	assert_string_equal(event->needs_human->intent, "refund");
	assert_true(event->needs_human->n_why > 0);
	assert_null(event->needs_human->reading);
}

/* Cuts. */

static size_t say_all(bool one_by_one)
{
	feed_opened("Refund");
	feed_message(CUSTOMER, REFUND_EN);
	feed_tier(OPSMESH__V1__TIER__TIER_ENTERPRISE);
	feed_message(BOT, "Hello");
	feed_message(CUSTOMER, OUTAGE_EN);
	feed_correction("A1", "login");
	feed_message(CUSTOMER, REFUND_JA);
	for (size_t i = 0; one_by_one && i < 6; i++) {
		assert_int_equal(stage_test_fold(&test, 1, TIME_OLDEST), STATUS_OK);
		stage_test_restart(&test);
	}
	fold();
	return stage_test_fact_count(&test);
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
		whole[i] = arena_bytes(kept, stage_test_fact(&test, i)->message);
	(void)stop(NULL);
	(void)start(NULL);
	assert_int_equal(say_all(true), count);
	for (size_t i = 0; i < count; i++)
		assert_true(bytes_equal(whole[i], stage_test_fact(&test, i)->message));
	arena_destroy(kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_answered_with_what_it_is_about),
		TEST(the_subject_line_is_judged_with_the_first_message),
		TEST(what_cannot_be_judged_needs_a_person),
		TEST(what_others_write_is_no_question),
		TEST(a_report_goes_to_those_who_look_for_patterns),
		TEST(thanks_do_not_change_what_the_ticket_is_about),
		TEST(another_tier_asks_the_rules_again),
		TEST(a_priority_does_not_fall_by_itself),
		TEST(a_person_s_priority_stands_against_the_rules),
		TEST(a_correction_stands_and_is_kept_to_learn_from),
		TEST(a_correction_that_cannot_be_is_refused_with_the_field),
		TEST(a_customer_whom_the_program_does_not_help_gets_a_person),
		TEST(another_cut_says_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
