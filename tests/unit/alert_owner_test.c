/*
 * alert_owner_test - whose an alert is, by its id: of all stages that raise alerts exactly one answers what is asked.
 */
#include "common/flow/alert.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/chargeback.h"
#include "services/kpi-aggregator/alarm/alarm.h"
#include "services/sla-watcher/watcher.h"
#include "tests/support/action_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ACKNOWLEDGE OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name

static const struct {
	const char *id;
	enum alert_owner owner;
	Opsmesh__V1__RefusalCode code;
} ids[] = {
	{ "alert/sla/T/first_reply/1", ALERT_OF_CLOCK, CODE(UNKNOWN_SUBJECT) },
	{ "alert/sla/T/first_reply/1/2", ALERT_OF_CLOCK, CODE(UNKNOWN_SUBJECT) },
	{ "alert/sla/programmes:visa/first_reply/1", ALERT_OF_CLOCK, CODE(UNKNOWN_SUBJECT) },
	{ "alert/sla/T/first_reply", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/sla/", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/chargeback/acme/dp_1/deadline_missed", ALERT_OF_CASE, CODE(UNKNOWN_SUBJECT) },
	{ "alert/chargeback/a/slash/dp_1/deadline_missed/2", ALERT_OF_CASE, CODE(UNKNOWN_SUBJECT) },
	{ "alert/chargeback/programmes/dp_1/deadline_missed", ALERT_OF_CASE,
	  CODE(UNKNOWN_SUBJECT) },
	{ "alert/chargeback/", ALERT_OF_CASE, CODE(UNKNOWN_SUBJECT) },
	{ "alert/chargeback/programmes:visa/visa-vamp/excessive/crossed", ALERT_OF_PROGRAMME,
	  CODE(UNKNOWN_SUBJECT) },
	{ "alert/chargeback/programmes:", ALERT_OF_PROGRAMME, CODE(UNKNOWN_SUBJECT) },
	{ "alert/kpi/support.csat@1/csat-falling/-/2026-05-01", ALERT_OF_KPI,
	  CODE(UNKNOWN_SUBJECT) },
	{ "alert/kpi/support.csat@1:queue/csat-falling/billing/2026-05-01/2", ALERT_OF_KPI,
	  CODE(UNKNOWN_SUBJECT) },
	/* Nobody's. */
	{ "", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/sla", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/chargeback", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/chargebacks/acme/dp_1/deadline_missed", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "alert/nobody/T/first_reply/1", ALERT_OF_CLOCK, CODE(INVALID) },
	{ "chargeback/acme/dp_1/deadline_missed", ALERT_OF_CLOCK, CODE(INVALID) },
};

static void an_id_says_whose_the_alert_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		if (alert_owner_of(ids[i].id) != ids[i].owner)
			fail_msg("\"%s\" is another's", ids[i].id);
}

/* How the stage refuses it; 0: it says nothing. */
static Opsmesh__V1__RefusalCode refusal(const struct stage *stage, const char *id)
{
	Opsmesh__V1__RefusalCode code = CODE(UNSPECIFIED);
	const ProtobufCMessage *message;
	static struct stage_test test;

	stage_test_init(&test, &opsmesh_catalogue, stage, 0, NULL, NULL);
	action_ask(&test, stage_test_key(&test, "T-"), time_add(TIME_OLDEST, DAYS(20000)),
	           &(struct asked_action){ .type = "alert", .id = id, .kind = ACKNOWLEDGE });
	if (stage_test_next(&test, &message) != NULL) {
		code =
		    ((const Opsmesh__V1__AlertEvent *)(const void *)message)->action_refused->code;
		assert_null(stage_test_next(&test, NULL));
	}
	stage_test_finish(&test);
	return code;
}

static const struct stage watch = { .name = "watch",
	                            .doc = "Watches KPIs.",
	                            .events = alarm_events,
	                            .tables = alarm_tables,
	                            .timers = alarm_timers,
	                            .emits = alarm_emits };

static const struct stage *const stages[ALERT_OWNERS] = {
	[ALERT_OF_CLOCK] = &sla_watcher_stages[0],
	[ALERT_OF_CASE] = &chargeback_stages[1],
	[ALERT_OF_PROGRAMME] = &chargeback_stages[2],
	[ALERT_OF_KPI] = &watch,
};

static void what_is_asked_of_an_alert_is_answered_by_its_owner_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		for (int owner = 0; owner < ALERT_OWNERS; owner++) {
			const Opsmesh__V1__RefusalCode want =
			    owner == (int)ids[i].owner ? ids[i].code : CODE(UNSPECIFIED);

			if (refusal(stages[owner], ids[i].id) != want)
				fail_msg("%s answers \"%s\"", stages[owner]->name, ids[i].id);
		}
}

static void every_stage_that_raises_alerts_is_an_owner(void **state)
{
	const char *const *const writers = opsmesh_catalogue.topics[OPS_ALERTS].writers;

	(void)state;
	for (int owner = 0; owner < ALERT_OWNERS; owner++) {
		assert_non_null(writers[owner]);
		assert_string_equal(writers[owner], stages[owner]->name);
	}
	assert_null(writers[ALERT_OWNERS]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_says_whose_the_alert_is),
		cmocka_unit_test(what_is_asked_of_an_alert_is_answered_by_its_owner_alone),
		cmocka_unit_test(every_stage_that_raises_alerts_is_an_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
