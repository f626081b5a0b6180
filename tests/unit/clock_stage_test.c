/*
 * clock_stage_test - the real stage `clock` in a shard: what it says of a ticket's clocks, and when.
 */
#include "tests/support/clock_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

static struct clock_fixture fixture;

static int start(void **state)
{
	(void)state;
	clock_fixture_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	clock_fixture_finish(&fixture);
	return 0;
}

/* Judging. */

static void a_breach_is_said_at_its_due_once_with_its_alert(void **state)
{
	(void)state;
	open_urgent(&fixture);
	pass_until(&fixture, DAY "00:30:00Z");
	(void)expect(&fixture, "warned first_reply/1 " DAY "00:15:00Z\n");
	pass_until(&fixture, DAY "00:30:01Z");
	const Opsmesh__V1__AlertEvent *const event =
	    alert(expect(&fixture, "breached first_reply/1 " DAY "00:30:00Z\nraised alert " DAY
	                           "00:30:00Z\n"));
	const Opsmesh__V1__AlertRaised *const raised = event->raised;

	assert_string_equal(event->alert_id, alert_id(&fixture, "first_reply/1"));
	assert_string_equal(event->cause_id, "clock/2/4");
	assert_int_equal(raised->severity, OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL);
	assert_string_equal(raised->runbook, "deploy/runbooks/sla-breach.md");
	assert_string_equal(raised->rule, "first_reply/1/breached");
	assert_string_equal(raised->team, "always");
	assert_instant(raised->cause_at, DAY "00:30:00Z");
	assert_int_equal(raised->n_evidence, 3);
	assert_string_equal(raised->evidence[0]->id, fixture.ticket);
	assert_string_equal(raised->evidence[1]->id, "clock/2/4");
	assert_string_equal(raised->evidence[2]->id, "support@4");
	pass_until(&fixture, DAY "01:00:00Z");
	(void)expect(&fixture, "");
}

static void a_fact_carries_all_that_decided_it(void **state)
{
	const ProtobufCMessage *message;

	(void)state;
	feed_opened(&fixture, DAY "00:00:00Z", URGENT);
	pass_until(&fixture, DAY "00:00:00Z");
	assert_string_equal(hear(&fixture, &message), "activated first_reply/1 " DAY "00:00:00Z");
	const Opsmesh__V1__SlaClock *const clock = clock_of(message);

	assert_string_equal(sla(message)->ticket_id, fixture.ticket);
	assert_string_equal(sla(message)->cause_id, "ticket/2/1");
	assert_string_equal(clock->policy->id, "support");
	assert_string_equal(clock->policy->version, "4");
	assert_int_equal(strlen(clock->policy->digest), 64);
	assert_string_equal(clock->target_rule, "urgent");
	assert_string_equal(clock->calendar->id, "always");
	assert_int_equal(strlen(clock->calendar->digest), 64);
	assert_int_equal(clock->n_holidays, 0);
	assert_int_equal(clock->target_us, MINUTES(30).us);
	assert_int_equal(clock->elapsed_us, 0);
	assert_int_equal(clock->remaining_us, MINUTES(30).us);
	assert_instant(clock->due, DAY "00:30:00Z");
	assert_instant(clock->started_at, DAY "00:00:00Z");
	assert_instant(clock->detected_at, DAY "00:00:00Z");
	assert_int_equal(clock->state, OPSMESH__V1__SLA_STATE__SLA_STATE_ACTIVE);
	assert_int_equal(clock->priority, URGENT);
	assert_int_equal(clock->tier, OPSMESH__V1__TIER__TIER_UNSPECIFIED);
	assert_string_equal(clock->reason, "Rule urgent matches: priority is urgent.");
	assert_false(clock->retroactive);
}

static void a_reply_at_exactly_the_due_is_met(void **state)
{
	(void)state;
	open_urgent(&fixture);
	feed_message(&fixture, DAY "00:30:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "00:30:00Z");
	(void)expect(&fixture, "warned first_reply/1 " DAY "00:15:00Z\n");
	pass_until(&fixture, DAY "00:31:00Z");
	const Opsmesh__V1__SlaEvent *const event =
	    sla(expect(&fixture, "fulfilled first_reply/1 " DAY "00:30:00Z\n"));

	assert_true(event->fulfilled->met);
	assert_string_equal(event->fulfilled->message_id, "M-" DAY "00:30:00Z");
	assert_string_equal(event->cause_id, "");
}

static void a_reply_that_arrives_while_the_frontier_is_behind_is_judged_by_its_time(void **state)
{
	(void)state;
	open_urgent(&fixture);
	fixture.mesh = when(DAY "00:50:00Z");
	feed_message(&fixture, DAY "00:20:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "00:10:00Z");
	(void)expect(&fixture, "");
	pass_until(&fixture, DAY "01:00:00Z");
	(void)expect(&fixture, "warned first_reply/1 " DAY "00:15:00Z\nfulfilled first_reply/1 " DAY
	                       "00:20:00Z\n");
}

static void only_a_public_message_of_a_person_of_ours_is_a_reply(void **state)
{
	(void)state;
	open_urgent(&fixture);
	feed_message(&fixture, DAY "00:01:00Z", AGENT, PRIVATE);
	feed_message(&fixture, DAY "00:02:00Z", OPSMESH__V1__ROLE__ROLE_BOT, PUBLIC);
	feed_message(&fixture, DAY "00:03:00Z", OPSMESH__V1__ROLE__ROLE_SYSTEM, PUBLIC);
	feed_message(&fixture, DAY "00:04:00Z", OPSMESH__V1__ROLE__ROLE_UNSPECIFIED, PUBLIC);
	pass_until(&fixture, DAY "00:31:00Z");
	(void)expect(&fixture,
	             "warned first_reply/1 " DAY "00:15:00Z\n"
	             "breached first_reply/1 " DAY "00:30:00Z\nraised alert " DAY "00:30:00Z\n");
}

/* Calendars. */

static void japanese_holidays_of_may_are_no_time(void **state)
{
	const ProtobufCMessage *message;

	(void)state;
	feed_opened(&fixture, "2026-05-01T17:30:00+09:00", NORMAL);
	feed_tier(&fixture, "2026-05-01T17:30:00+09:00", OPSMESH__V1__TIER__TIER_ENTERPRISE, NULL);
	pass_until(&fixture, "2026-05-01T17:30:00+09:00");
	hear(&fixture, NULL);
	hear(&fixture, NULL);
	assert_string_equal(hear(&fixture, &message),
	                    "retargeted first_reply/1 2026-05-01T08:30:00Z");
	const Opsmesh__V1__SlaEvent *const event = sla(message);
	const Opsmesh__V1__SlaClock *const clock = event->retargeted->clock;

	assert_instant(clock->due, "2026-05-07T09:30:00+09:00");
	assert_int_equal(clock->n_holidays, 1);
	assert_string_equal(clock->holidays[0]->id, "jp");
	assert_string_equal(clock->holidays[0]->version, "2026");
	assert_int_equal(clock->tier, OPSMESH__V1__TIER__TIER_ENTERPRISE);
	assert_int_equal(event->retargeted->previous_target_us, HOURS(8).us);
	assert_string_equal(event->retargeted->previous_calendar->id, "always");
	hear(&fixture, NULL);
	pass_until(&fixture, "2026-05-07T09:30:01+09:00");
	(void)expect(
	    &fixture,
	    "warned first_reply/1 2026-05-01T09:00:00Z\n"
	    "breached first_reply/1 2026-05-07T00:30:00Z\nraised alert 2026-05-07T00:30:00Z\n");
}

static void the_citizens_holiday_of_september_is_no_time(void **state)
{
	const ProtobufCMessage *message;

	(void)state;
	feed_opened(&fixture, "2026-09-18T16:00:00+09:00", NORMAL);
	feed_tier(&fixture, "2026-09-18T16:00:00+09:00", OPSMESH__V1__TIER__TIER_ENTERPRISE, NULL);
	feed_message(&fixture, "2026-09-18T16:10:00+09:00", AGENT, PUBLIC);
	feed_message(&fixture, "2026-09-18T17:00:00+09:00", CUSTOMER, PUBLIC);
	pass_until(&fixture, "2026-09-18T17:00:00+09:00");
	for (int i = 0; i < 5; i++)
		hear(&fixture, NULL);
	assert_string_equal(hear(&fixture, &message),
	                    "activated next_reply/1 2026-09-18T08:00:00Z");
	assert_instant(clock_of(message)->due, "2026-09-24T10:00:00+09:00");
}

static void resolution_pauses_while_the_customer_is_to_act(void **state)
{
	(void)state;
	open_urgent(&fixture);
	feed_message(&fixture, DAY "00:05:00Z", AGENT, PUBLIC);
	feed_status(&fixture, DAY "01:00:00Z", STATUS(PENDING));
	feed_status(&fixture, DAY "03:00:00Z", STATUS(OPEN));
	pass_until(&fixture, DAY "06:00:01Z");
	(void)expect(&fixture,
	             "fulfilled first_reply/1 " DAY "00:05:00Z\npaused resolution/1 " DAY
	             "01:00:00Z\n"
	             "resumed resolution/1 " DAY "03:00:00Z\nwarned resolution/1 " DAY "04:00:00Z\n"
	             "breached resolution/1 " DAY "06:00:00Z\nraised alert " DAY "06:00:00Z\n");
}

/* Targets. */

static void a_change_of_priority_retargets(void **state)
{
	(void)state;
	feed_opened(&fixture, DAY "00:00:00Z", NORMAL);
	feed_priority(&fixture, DAY "00:10:00Z", URGENT);
	pass_until(&fixture, DAY "00:31:00Z");
	(void)expect(&fixture, ACTIVATED "retargeted first_reply/1 " DAY "00:10:00Z\n"
	                                 "retargeted resolution/1 " DAY "00:10:00Z\n"
	                                 "warned first_reply/1 " DAY "00:15:00Z\n"
	                                 "breached first_reply/1 " DAY
	                                 "00:30:00Z\nraised alert " DAY "00:30:00Z\n");
}

/* The first reply of category account is due after 2 h, of an urgent ticket after 30 min. */
static void what_the_classifier_says_retargets(void **state)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__TicketClassified classified = OPSMESH__V1__TICKET_CLASSIFIED__INIT;

	(void)state;
	classified.category = OPSMESH__V1__CATEGORY__CATEGORY_ACCOUNT;
	classified.priority = NORMAL;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	event.classified = &classified;
	feed_opened(&fixture, DAY "00:00:00Z", NORMAL);
	feed_triage(&fixture, DAY "00:00:00Z", &event);
	pass_until(&fixture, DAY "00:00:01Z");
	const ProtobufCMessage *const message =
	    expect(&fixture, ACTIVATED "retargeted first_reply/1 " DAY "00:00:00Z\n"
	                               "retargeted resolution/1 " DAY "00:00:00Z\n");

	assert_string_equal(clock_of(message)->target_rule, "account");
	assert_instant(clock_of(message)->due, "2026-06-02T16:00:00Z");
}

static void a_ticket_for_a_person_keeps_its_category_and_takes_the_priority(void **state)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__NeedsHuman human = OPSMESH__V1__NEEDS_HUMAN__INIT;

	(void)state;
	human.priority = URGENT;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN;
	event.needs_human = &human;
	feed_opened(&fixture, DAY "00:00:00Z", NORMAL);
	feed_triage(&fixture, DAY "00:00:00Z", &event);
	pass_until(&fixture, DAY "00:00:01Z");
	const ProtobufCMessage *const message =
	    expect(&fixture, ACTIVATED "retargeted first_reply/1 " DAY "00:00:00Z\n"
	                               "retargeted resolution/1 " DAY "00:00:00Z\n");

	assert_string_equal(clock_of(message)->target_rule, "urgent");
}

static void a_correction_by_a_person_retargets_too(void **state)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__ClassificationCorrected corrected =
	    OPSMESH__V1__CLASSIFICATION_CORRECTED__INIT;

	(void)state;
	corrected.category = OPSMESH__V1__CATEGORY__CATEGORY_ACCOUNT;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED;
	event.corrected = &corrected;
	feed_opened(&fixture, DAY "00:00:00Z", NORMAL);
	feed_triage(&fixture, DAY "00:20:00Z", &event);
	pass_until(&fixture, DAY "00:20:01Z");
	(void)expect(&fixture, ACTIVATED "retargeted first_reply/1 " DAY "00:20:00Z\n"
	                                 "retargeted resolution/1 " DAY "00:20:00Z\n");
}

static void a_target_cut_below_what_was_used_breaches_in_retrospect_and_pages_nobody(void **state)
{
	(void)state;
	feed_opened(&fixture, DAY "00:00:00Z", NORMAL);
	feed_priority(&fixture, DAY "01:00:00Z", URGENT);
	pass_until(&fixture, DAY "01:00:01Z");
	const Opsmesh__V1__AlertEvent *const event =
	    alert(expect(&fixture, ACTIVATED "retargeted first_reply/1 " DAY "01:00:00Z\n"
	                                     "retargeted resolution/1 " DAY "01:00:00Z\n"
	                                     "breached first_reply/1 " DAY
	                                     "00:30:00Z\nraised alert " DAY "00:30:00Z\n"));

	assert_int_equal(event->raised->severity, OPSMESH__V1__SEVERITY__SEVERITY_INFO);
}

static void a_word_of_the_account_list_may_be_a_tier(void **state)
{
	const ProtobufCMessage *message = NULL;

	(void)state;
	feed_opened(&fixture, DAY "00:00:00Z", NORMAL);
	feed_tier(&fixture, DAY "00:00:00Z", OPSMESH__V1__TIER__TIER_UNSPECIFIED, "Gold");
	pass_until(&fixture, DAY "00:00:00Z");
	for (int i = 0; i < 3; i++)
		hear(&fixture, &message);
	assert_string_equal(clock_of(message)->target_rule, "gold");
	assert_string_equal(clock_of(message)->reason, "Rule gold matches: tier is gold.");
}

/* Odd input. */

static void what_was_said_before_has_no_effect(void **state)
{
	const struct stage_test_event again = { .topic = OPS_TICKETS,
		                                .sequence = 1,
		                                .key = fixture.ticket,
		                                .time = when(DAY "00:00:00Z"),
		                                .mesh = when(DAY "00:00:00Z"),
		                                .value = bytes_of("not even read") };

	(void)state;
	open_urgent(&fixture);
	assert_false(stage_test_feed(&fixture.test, &again));
	feed_opened(&fixture, DAY "00:01:00Z", NORMAL);
	feed_status(&fixture, DAY "00:02:00Z", STATUS(NEW));
	feed_priority(&fixture, DAY "00:03:00Z", URGENT);
	feed_message(&fixture, DAY "00:04:00Z", CUSTOMER, PUBLIC);
	pass_until(&fixture, DAY "00:05:00Z");
	(void)expect(&fixture, "");
}

static void a_fact_before_the_ticket_was_opened_has_no_effect(void **state)
{
	(void)state;
	feed_message(&fixture, DAY "00:00:00Z", AGENT, PUBLIC);
	feed_status(&fixture, DAY "00:00:00Z", STATUS(SOLVED));
	pass_until(&fixture, DAY "00:05:00Z");
	(void)expect(&fixture, "");
}

static void unknown_numbers_count_as_open_normal_and_not_known(void **state)
{
	const ProtobufCMessage *message = NULL;

	(void)state;
	feed_opened(&fixture, DAY "00:00:00Z", (Opsmesh__V1__Priority)42);
	feed_message(&fixture, DAY "00:01:00Z", (Opsmesh__V1__Role)42, PUBLIC);
	feed_message(&fixture, DAY "00:01:00Z", AGENT, (Opsmesh__V1__Visibility)42);
	feed_tier(&fixture, DAY "00:02:00Z", (Opsmesh__V1__Tier)42, "");
	feed_status(&fixture, DAY "00:03:00Z", (Opsmesh__V1__TicketStatus)42);
	feed_status(&fixture, DAY "00:04:00Z", (Opsmesh__V1__TicketStatus)-1);
	pass_until(&fixture, DAY "00:05:00Z");
	assert_string_equal(hear(&fixture, &message), "activated first_reply/1 " DAY "00:00:00Z");
	assert_int_equal(clock_of(message)->priority, NORMAL);
	(void)expect(&fixture, "activated resolution/1 " DAY "00:00:00Z\n");
	struct sla_ticket_row row = { .ticket_id = fixture.ticket };

	assert_true(stage_test_row(&fixture.test, &sla_ticket_table, &row));
	assert_string_equal(row.status, "open");
	assert_string_equal(row.priority, "normal");
	assert_null(row.tier);
}

static void a_fact_without_its_time_is_refused_and_later_ones_wait_behind_it(void **state)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__StatusChanged changed = OPSMESH__V1__STATUS_CHANGED__INIT;

	(void)state;
	open_urgent(&fixture);
	event.ticket_id = text_mutable(fixture.ticket);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	event.status_changed = &changed;
	(void)stage_test_feed(&fixture.test,
	                      &(struct stage_test_event){ .topic = OPS_TICKETS,
	                                                  .key = fixture.ticket,
	                                                  .time = when(DAY "00:01:00Z"),
	                                                  .mesh = when(DAY "00:01:00Z"),
	                                                  .message = &event.base });
	feed_message(&fixture, DAY "00:02:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "00:10:00Z");
	assert_int_equal(stage_test_fact_count(&fixture.test), 3);
	assert_true(stage_test_fact(&fixture.test, 2)->dead_letter);
}

static void a_ticket_of_another_partition_is_refused(void **state)
{
	(void)state;
	fixture.ticket = "not ours";
	feed_opened(&fixture, DAY "00:00:00Z", URGENT);
	fixture.ticket = "";
	feed_opened(&fixture, DAY "00:00:00Z", URGENT);
	pass_until(&fixture, DAY "00:00:00Z");
	assert_int_equal(stage_test_fact_count(&fixture.test), 2);
	assert_true(stage_test_fact(&fixture.test, 0)->dead_letter);
	assert_true(stage_test_fact(&fixture.test, 1)->dead_letter);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_breach_is_said_at_its_due_once_with_its_alert),
		CASE(a_fact_carries_all_that_decided_it),
		CASE(a_reply_at_exactly_the_due_is_met),
		CASE(a_reply_that_arrives_while_the_frontier_is_behind_is_judged_by_its_time),
		CASE(only_a_public_message_of_a_person_of_ours_is_a_reply),
		CASE(japanese_holidays_of_may_are_no_time),
		CASE(the_citizens_holiday_of_september_is_no_time),
		CASE(resolution_pauses_while_the_customer_is_to_act),
		CASE(a_change_of_priority_retargets),
		CASE(what_the_classifier_says_retargets),
		CASE(a_ticket_for_a_person_keeps_its_category_and_takes_the_priority),
		CASE(a_correction_by_a_person_retargets_too),
		CASE(a_target_cut_below_what_was_used_breaches_in_retrospect_and_pages_nobody),
		CASE(a_word_of_the_account_list_may_be_a_tier),
		CASE(what_was_said_before_has_no_effect),
		CASE(a_fact_before_the_ticket_was_opened_has_no_effect),
		CASE(unknown_numbers_count_as_open_normal_and_not_known),
		CASE(a_fact_without_its_time_is_refused_and_later_ones_wait_behind_it),
		CASE(a_ticket_of_another_partition_is_refused),
	};

	return cmocka_run_group_tests_name("clock_stage", tests, NULL, NULL);
}
