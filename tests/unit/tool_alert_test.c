/*
 * tool_alert_test - alerts as the tool reads them from their topic: what stands, in which order, and as Alertmanager takes it.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/alert_list.h"
#include "services/opsmesh/story.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/instant_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__ALERT_EVENT__FACT_##name
#define CRITICAL OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL
#define WARNING OPSMESH__V1__SEVERITY__SEVERITY_WARNING
#define DAY "2026-05-04T"

static struct alert_list list;

static int start(void **state)
{
	(void)arena_open(state);
	list = (struct alert_list){ .arena = arena };
	return 0;
}

static int stop(void **state)
{
	alert_list_finish(&list);
	return arena_close(state);
}

static Opsmesh__V1__AlertEvent event_of(const char *id, const char *at)
{
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;

	event.alert_id = text_mutable(id);
	event.occurred_at = proto_timestamp(arena, instant_of(at));
	return event;
}

/* Said two minutes later. */
static void add(const Opsmesh__V1__AlertEvent *event, const char *at)
{
	alert_list_add(&list, event, time_add(instant_of(at), MINUTES(2)));
}

static void raised_when(const char *id, Opsmesh__V1__Severity severity, const char *at,
                        const char *appended)
{
	Opsmesh__V1__AlertEvent event = event_of(id, at);
	Opsmesh__V1__AlertRaised raised = OPSMESH__V1__ALERT_RAISED__INIT;
	Opsmesh__V1__Evidence evidence = OPSMESH__V1__EVIDENCE__INIT;
	Opsmesh__V1__Evidence *all[] = { &evidence };

	evidence.type = text_mutable("kpi");
	evidence.id = text_mutable("support.csat@1/2026-05-04");
	raised.severity = severity;
	raised.summary = text_mutable("CSAT falls.");
	raised.description = text_mutable("By a tenth.");
	raised.runbook = text_mutable("deploy/runbooks/csat-falling.md");
	raised.team = text_mutable("support");
	raised.rule = text_mutable("csat-falling");
	raised.cause_at = event.occurred_at;
	raised.evidence = all;
	raised.n_evidence = 1;
	event.fact_case = FACT(RAISED);
	event.raised = &raised;
	alert_list_add(&list, &event, instant_of(appended));
}

static void raised(const char *id, Opsmesh__V1__Severity severity, const char *at)
{
	char text[TIME_TEXT_SIZE];

	raised_when(id, severity, at, time_format(time_add(instant_of(at), MINUTES(2)), text));
}

static void resolved(const char *id, const char *at)
{
	Opsmesh__V1__AlertEvent event = event_of(id, at);
	Opsmesh__V1__AlertResolved fact = OPSMESH__V1__ALERT_RESOLVED__INIT;

	fact.reason = text_mutable("It is as it should be.");
	event.fact_case = FACT(RESOLVED);
	event.resolved = &fact;
	add(&event, at);
}

static void acknowledged(const char *id, const char *at)
{
	Opsmesh__V1__AlertEvent event = event_of(id, at);
	Opsmesh__V1__AlertAcknowledged fact = OPSMESH__V1__ALERT_ACKNOWLEDGED__INIT;
	Opsmesh__V1__Actor by = OPSMESH__V1__ACTOR__INIT;

	by.principal = text_mutable("mika");
	fact.by = &by;
	event.fact_case = FACT(ACKNOWLEDGED);
	event.acknowledged = &fact;
	add(&event, at);
}

static void updated(const char *id, Opsmesh__V1__Severity severity, const char *at)
{
	Opsmesh__V1__AlertEvent event = event_of(id, at);
	Opsmesh__V1__AlertUpdated fact = OPSMESH__V1__ALERT_UPDATED__INIT;

	fact.severity = severity;
	fact.summary = text_mutable("CSAT falls deeper.");
	fact.description = text_mutable("By a fifth.");
	event.fact_case = FACT(UPDATED);
	event.updated = &fact;
	add(&event, at);
}

/* "b critical open, a warning open" */
static const char *listed(bool all)
{
	const char *text = "";

	alert_list_sort(&list, all);
	for (size_t i = 0; i < list.count; i++)
		text = arena_printf(arena, "%s%s%s %s %s", text, i > 0 ? ", " : "",
		                    list.sorted[i]->id, alert_told_severity(list.sorted[i]),
		                    alert_told_state(list.sorted[i]));
	return text;
}

static void what_stands_comes_by_severity_and_the_latest_first(void **state)
{
	(void)state;
	raised("a", WARNING, DAY "10:00:00Z");
	raised("b", CRITICAL, DAY "09:00:00Z");
	raised("c", CRITICAL, DAY "11:00:00Z");
	raised("d", CRITICAL, DAY "12:00:00Z");
	resolved("d", DAY "13:00:00Z");
	acknowledged("b", DAY "09:10:00Z");
	assert_string_equal(listed(false),
	                    "c critical open, b critical acknowledged, a warning open");
	assert_string_equal(listed(true), "c critical open, b critical acknowledged, "
	                                  "a warning open, d critical resolved");
}

static void a_record_that_is_read_twice_changes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		raised("a", WARNING, DAY "10:00:00Z");
		updated("a", CRITICAL, DAY "11:00:00Z");
		resolved("a", DAY "12:00:00Z");
	}
	assert_string_equal(listed(false), "");
	assert_string_equal(listed(true), "a critical resolved");
	assert_int_equal(list.sorted[0]->raised_at.us, instant_of(DAY "10:00:00Z").us);
}

static void what_was_never_raised_is_none(void **state)
{
	(void)state;
	resolved("a", DAY "12:00:00Z");
	acknowledged("b", DAY "12:00:00Z");
	assert_string_equal(listed(true), "");
}

static void an_update_is_what_is_shown(void **state)
{
	(void)state;
	raised("a", WARNING, DAY "10:00:00Z");
	updated("a", CRITICAL, DAY "11:00:00Z");
	assert_string_equal(listed(false), "a critical open");
	assert_string_equal(list.sorted[0]->summary, "CSAT falls deeper.");
	assert_string_equal(list.sorted[0]->runbook, "deploy/runbooks/csat-falling.md");
}

static const char *printed(json_t *rows)
{
	char *const text = json_dumps(rows, JSON_COMPACT | JSON_SORT_KEYS);
	const char *const copy = arena_string(arena, text);

	free(text);
	json_decref(rows);
	return copy;
}

static void alertmanager_gets_labels_annotations_and_times(void **state)
{
	(void)state;
	raised("alert/kpi/s@1/csat-falling/-/w", CRITICAL, DAY "10:00:00Z");
	alert_list_sort(&list, false);
	assert_string_equal(
	    printed(alert_list_alertmanager(&list)),
	    "[{\"annotations\":{\"description\":\"By a tenth.\","
	    "\"runbook_url\":\"deploy/runbooks/csat-falling.md\",\"summary\":\"CSAT falls.\"},"
	    "\"labels\":{\"alert_id\":\"alert/kpi/s@1/csat-falling/-/w\","
	    "\"alertname\":\"csat-falling\",\"severity\":\"critical\",\"team\":\"support\"},"
	    "\"startsAt\":\"2026-05-04T10:00:00Z\"}]");
}

/* The row of Alertmanager for one alert, and a text of it. */
static const char *of_alertmanager(const char *group, const char *field)
{
	AUTO_JSON rows = NULL;
	const json_t *row;
	const char *text;

	alert_list_sort(&list, true);
	rows = alert_list_alertmanager(&list);
	row = json_array_get(rows, 0);
	text = json_string_value(
	    json_object_get(group == NULL ? row : json_object_get(row, group), field));
	return text == NULL ? "none" : arena_string(arena, text);
}

static void what_is_historic_is_marked_and_pages_nobody(void **state)
{
	(void)state;
	raised_when("a", CRITICAL, DAY "10:00:00Z", DAY "11:00:01Z");
	assert_string_equal(of_alertmanager("labels", "severity"), "info");
	assert_string_equal(of_alertmanager("labels", "historic"), "true");
	assert_string_equal(of_alertmanager("annotations", "severity_then"), "critical");
}

static void what_was_said_within_an_hour_is_not_historic(void **state)
{
	(void)state;
	raised_when("a", CRITICAL, DAY "10:00:00Z", DAY "11:00:00Z");
	assert_string_equal(of_alertmanager("labels", "severity"), "critical");
	assert_string_equal(of_alertmanager("labels", "historic"), "none");
}

static void what_somebody_has_or_is_over_ends(void **state)
{
	(void)state;
	raised("a", CRITICAL, DAY "10:00:00Z");
	assert_string_equal(of_alertmanager(NULL, "endsAt"), "none");
	acknowledged("a", DAY "10:30:00Z");
	assert_string_equal(of_alertmanager(NULL, "endsAt"), "2026-05-04T10:30:00Z");
	assert_string_equal(of_alertmanager("annotations", "acknowledged_by"), "mika");
	resolved("a", DAY "12:00:00Z");
	assert_string_equal(of_alertmanager(NULL, "endsAt"), "2026-05-04T10:30:00Z");
	assert_string_equal(of_alertmanager("annotations", "resolved_because"),
	                    "It is as it should be.");
}

static void what_is_resolved_and_nobody_had_ends_then(void **state)
{
	(void)state;
	raised("a", CRITICAL, DAY "10:00:00Z");
	resolved("a", DAY "12:00:00Z");
	assert_string_equal(of_alertmanager(NULL, "endsAt"), "2026-05-04T12:00:00Z");
}

static void programs_get_all_that_is_known(void **state)
{
	const char *text;

	(void)state;
	raised("a", WARNING, DAY "10:00:00Z");
	alert_list_sort(&list, false);
	text = printed(alert_list_json(&list));
	assert_non_null(strstr(text, "\"state\":\"open\""));
	assert_non_null(strstr(text, "\"resolved_at\":null"));
	assert_non_null(strstr(text, "\"historic\":false"));
	assert_non_null(strstr(text, "\"id\":\"support.csat@1/2026-05-04\""));
}

static void an_update_is_told_as_a_sentence(void **state)
{
	const struct story story = { .arena = arena };
	Opsmesh__V1__AlertUpdated fact = OPSMESH__V1__ALERT_UPDATED__INIT;
	Opsmesh__V1__AlertEvent event = event_of("alert/kpi/s@1/r/-/w", DAY "10:00:00Z");
	const struct told told = { .topic = OPS_ALERTS, .message = &event.base };

	(void)state;
	fact.severity = CRITICAL;
	fact.summary = text_mutable("CSAT falls deeper.");
	event.fact_case = FACT(UPDATED);
	event.updated = &fact;
	assert_string_equal(story_alert(&story, &told).text,
	                    "updates the critical alert alert/kpi/s@1/r/-/w: CSAT falls deeper.");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_stands_comes_by_severity_and_the_latest_first),
		CASE(a_record_that_is_read_twice_changes_nothing),
		CASE(what_was_never_raised_is_none),
		CASE(an_update_is_what_is_shown),
		CASE(alertmanager_gets_labels_annotations_and_times),
		CASE(what_is_historic_is_marked_and_pages_nobody),
		CASE(what_was_said_within_an_hour_is_not_historic),
		CASE(what_somebody_has_or_is_over_ends),
		CASE(what_is_resolved_and_nobody_had_ends_then),
		CASE(programs_get_all_that_is_known),
		CASE(an_update_is_told_as_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
