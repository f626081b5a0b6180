/*
 * clock_alert_test - the real stage `clock`: alerts on breaches, and what people ask of them.
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

/* Alerts. */

static void an_alert_is_resolved_once_by_the_reply(void **state)
{
	(void)state;
	breach(&fixture);
	feed_message(&fixture, DAY "00:45:00Z", AGENT, PUBLIC);
	feed_message(&fixture, DAY "00:50:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "01:00:00Z");
	const Opsmesh__V1__AlertEvent *const event =
	    alert(expect(&fixture, "fulfilled first_reply/1 " DAY "00:45:00Z\nresolved alert " DAY
	                           "00:45:00Z\n"));

	assert_string_equal(event->resolved->reason, "It has happened, late.");
}

static void an_alert_is_resolved_when_the_ticket_is_solved(void **state)
{
	(void)state;
	breach(&fixture);
	feed_status(&fixture, DAY "00:45:00Z", STATUS(SOLVED));
	pass_until(&fixture, DAY "01:00:00Z");
	(void)expect(&fixture,
	             "cancelled first_reply/1 " DAY "00:45:00Z\nresolved alert " DAY "00:45:00Z\n"
	             "fulfilled resolution/1 " DAY "00:45:00Z\n");
	feed_reopened(&fixture, DAY "02:00:00Z");
	pass_until(&fixture, DAY "02:00:00Z");
	(void)expect(&fixture, "activated first_reply/2 " DAY
	                       "02:00:00Z\nactivated resolution/2 " DAY "02:00:00Z\n");
}

static void a_late_message_corrects(void **state)
{
	(void)state;
	breach(&fixture);
	fixture.mesh = when(DAY "00:50:00Z");
	feed_message(&fixture, DAY "00:20:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "00:51:00Z");
	const ProtobufCMessage *message;

	assert_string_equal(hear(&fixture, &message), "corrected first_reply/1 " DAY "00:20:00Z");
	const Opsmesh__V1__SlaCorrected *const corrected = sla(message)->corrected;

	assert_string_equal(corrected->corrected_id, "clock/2/4");
	assert_int_equal(corrected->clock->state, OPSMESH__V1__SLA_STATE__SLA_STATE_FULFILLED);
	assert_int_equal(corrected->before->state, OPSMESH__V1__SLA_STATE__SLA_STATE_BREACHED);
	assert_int_equal(corrected->clock->elapsed_us, MINUTES(20).us);
	assert_int_equal(corrected->before->elapsed_us, MINUTES(30).us);
	(void)expect(&fixture, "resolved alert " DAY "00:30:00Z\n");
}

static void a_breach_that_is_withdrawn_and_comes_again_has_an_alert_of_its_own(void **state)
{
	(void)state;
	breach(&fixture);
	fixture.mesh = when(DAY "00:50:00Z");
	feed_priority(&fixture, DAY "00:20:00Z", NORMAL);
	fixture.mesh = TIME_MIN;
	pass_until(&fixture, DAY "07:00:00Z");
	(void)expect(&fixture,
	             "corrected first_reply/1 " DAY "00:20:00Z\nresolved alert " DAY "00:30:00Z\n"
	             "retargeted resolution/1 " DAY "00:20:00Z\nwarned first_reply/1 " DAY
	             "04:00:00Z\n");
	pass_until(&fixture, DAY "09:00:00Z");
	const Opsmesh__V1__AlertEvent *const event =
	    alert(expect(&fixture, "breached first_reply/1 " DAY "08:00:00Z\nraised alert " DAY
	                           "08:00:00Z\n"));

	assert_string_equal(event->alert_id, alert_id(&fixture, "first_reply/1/2"));
	assert_int_equal(event->raised->severity, OPSMESH__V1__SEVERITY__SEVERITY_WARNING);
}

/* Actions. */

static void an_alert_is_acknowledged(void **state)
{
	struct sla_alert_row row = { .alert.alert_id = alert_id(&fixture, "first_reply/1") };

	(void)state;
	breach(&fixture);
	feed_action(&fixture, DAY "00:41:00Z", ACTION(ACKNOWLEDGE), "alert", row.alert.alert_id);
	pass_until(&fixture, DAY "00:41:00Z");
	const Opsmesh__V1__AlertEvent *const event =
	    alert(expect(&fixture, "acknowledged alert " DAY "00:41:00Z\naction_applied alert " DAY
	                           "00:41:00Z\n"));

	assert_string_equal(event->action_applied->action_id, "A-" DAY "00:41:00Z");
	assert_string_equal(event->action_applied->by->principal, "mika");
	assert_true(stage_test_row(&fixture.test, &sla_alert_table, &row));
	assert_string_equal(row.alert.state, "acknowledged");
	assert_string_equal(row.alert.acknowledged_by, "mika");
	assert_string_equal(row.breach_id, "clock/2/4");
	feed_message(&fixture, DAY "00:45:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "01:00:00Z");
	(void)expect(&fixture,
	             "fulfilled first_reply/1 " DAY "00:45:00Z\nresolved alert " DAY "00:45:00Z\n");
}

static void expect_refusal(Opsmesh__V1__RefusalCode code)
{
	pass_until(&fixture, DAY "00:46:00Z");
	const ProtobufCMessage *const message =
	    expect(&fixture, "action_refused alert " DAY "00:46:00Z\n");

	assert_int_equal(alert(message)->action_refused->code, code);
	assert_true(alert(message)->action_refused->reason[0] != '\0');
}

static void what_cannot_be_done_to_an_alert_is_refused_with_a_reason(void **state)
{
	static const char *const malformed[] = { "",
		                                 "alert",
		                                 "alert/sla/",
		                                 "alert/sla//first_reply/1",
		                                 "alert/sla/T/first_reply",
		                                 "alert/other/T/first_reply/1",
		                                 "alert/sla/T/a/1/" };

	(void)state;
	breach(&fixture);
	for (size_t i = 0; i < COUNT_OF(malformed); i++) {
		feed_action(&fixture, DAY "00:46:00Z", ACTION(ACKNOWLEDGE), "alert", malformed[i]);
		expect_refusal(CODE(INVALID));
	}
	feed_action(&fixture, DAY "00:46:00Z", ACTION(ACKNOWLEDGE), "alert",
	            alert_id(&fixture, "next_reply/1"));
	expect_refusal(CODE(UNKNOWN_SUBJECT));
	feed_action(&fixture, DAY "00:46:00Z", ACTION(CLOSE), "alert",
	            alert_id(&fixture, "first_reply/1"));
	expect_refusal(CODE(UNSUPPORTED));
	feed_action(&fixture, DAY "00:46:00Z", (Opsmesh__V1__ActionKind)77, "alert",
	            alert_id(&fixture, "first_reply/1"));
	expect_refusal(CODE(UNSUPPORTED));
}

static void an_alert_is_acknowledged_once_and_while_it_stands(void **state)
{
	const char *const id = alert_id(&fixture, "first_reply/1");

	(void)state;
	breach(&fixture);
	feed_action(&fixture, DAY "00:41:00Z", ACTION(ACKNOWLEDGE), "alert", id);
	pass_until(&fixture, DAY "00:42:00Z");
	(void)expect(&fixture, "acknowledged alert " DAY "00:41:00Z\naction_applied alert " DAY
	                       "00:41:00Z\n");
	feed_action(&fixture, DAY "00:46:00Z", ACTION(ACKNOWLEDGE), "alert", id);
	expect_refusal(CODE(NO_CHANGE));
	feed_message(&fixture, DAY "00:45:00Z", AGENT, PUBLIC);
	pass_until(&fixture, DAY "00:46:00Z");
	(void)expect(&fixture,
	             "fulfilled first_reply/1 " DAY "00:45:00Z\nresolved alert " DAY "00:45:00Z\n");
	feed_action(&fixture, DAY "00:46:00Z", ACTION(ACKNOWLEDGE), "alert", id);
	expect_refusal(CODE(ILLEGAL_MOVE));
}

static void what_is_asked_of_others_is_skipped(void **state)
{
	(void)state;
	feed_action(&fixture, DAY "00:00:00Z", ACTION(ASSIGN), "ticket", fixture.ticket);
	pass_until(&fixture, DAY "00:01:00Z");
	(void)expect(&fixture, "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_alert_is_resolved_once_by_the_reply),
		CASE(an_alert_is_resolved_when_the_ticket_is_solved),
		CASE(a_late_message_corrects),
		CASE(a_breach_that_is_withdrawn_and_comes_again_has_an_alert_of_its_own),
		CASE(an_alert_is_acknowledged),
		CASE(what_cannot_be_done_to_an_alert_is_refused_with_a_reason),
		CASE(an_alert_is_acknowledged_once_and_while_it_stands),
		CASE(what_is_asked_of_others_is_skipped),
	};

	return cmocka_run_group_tests_name("clock_alert", tests, NULL, NULL);
}
