/*
 * dispute_watch_test - the document by which programmes are watched, and whose an alert is that somebody acknowledges.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/chargeback.h"
#include "services/chargeback/watch/watch_policy.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "dispute-watch/standard-1.json"
#define STAGE_CASE 1 /* of chargeback_stages */

static void the_document_says_whose_months_and_whose_alerts(void **state)
{
	struct watch_policy policy;

	(void)state;
	policy_fixture_read(arena, &watch_policy_kind, DOCUMENT, &policy);
	assert_string_equal(policy.country, "JP");
	assert_string_equal(policy.region, "");
	assert_string_equal(policy.team, "billing");
	assert_int_equal(policy.settle.us, HOURS(6).us);
	assert_int_equal(policy.judge_wait.us, MINUTES(10).us);
	assert_int_equal(policy.pattern_months, 4);
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "without a country", "\"country\": \"JP\"", "\"land\": \"JP\"", "land: " },
		{ "a region", "\"team\"", "\"region\": \"cemea\", \"team\"", NULL },
		{ "a region that is no word", "\"team\"", "\"region\": 1, \"team\"", "region: " },
		{ "a day that settles after the next", "\"6h\"", "\"24h\"", "settle: " },
		{ "no wait", "\"10m\"", "\"0s\"", "judge_wait: " },
		{ "no month at all", "\"pattern_months\": 4", "\"pattern_months\": 0",
		  "pattern_months: " },
		{ "what it does not know", "\"team\"", "\"color\": \"red\", \"team\"", "color: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &watch_policy_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

/* How many facts the stage case answers with. */
static size_t answers(const char *alert_id)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject on = OPSMESH__V1__ACTION_SUBJECT__INIT;
	const struct instant at = time_add(TIME_OLDEST, DAYS(20000));
	static struct stage_test test;
	size_t count;

	stage_test_init(&test, &opsmesh_catalogue, &chargeback_stages[STAGE_CASE], 0, NULL, NULL);
	on.type = text_mutable("alert");
	on.id = text_mutable(alert_id);
	requested.on = &on;
	requested.kind = OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE;
	event.action_id = text_mutable("A-1");
	event.routing_key = text_mutable("acme");
	event.occurred_at = proto_timestamp(test.arena, at);
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	(void)stage_test_feed(&test, &(struct stage_test_event){ .topic = OPS_ACTIONS,
	                                                         .key = "acme",
	                                                         .time = at,
	                                                         .mesh = at,
	                                                         .message = &event.base });
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at), STATUS_OK);
	count = stage_test_fact_count(&test);
	stage_test_finish(&test);
	return count;
}

static void an_alert_of_a_programme_is_not_the_cases_to_answer(void **state)
{
	(void)state;
	assert_int_equal(answers("alert/chargeback/acme/dp_1/deadline_missed"), 1);
	assert_int_equal(answers("alert/chargeback/programmes:visa/visa-vamp/excessive/crossed"),
	                 0);
	assert_int_equal(answers("alert/sla/T-1/first_reply/1/breached"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_document_says_whose_months_and_whose_alerts),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
		cmocka_unit_test(an_alert_of_a_programme_is_not_the_cases_to_answer),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
