#include "tests/support/alarm_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/action_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHARD 1
#define LISTS 2

void alarm_fixture_start(struct alarm_fixture *fixture, const char *const *texts)
{
	struct arena *const arena = arena_create(65536);
	struct document files[LISTS + ALARM_DOCUMENTS_MAX] = {
		{ .name = "holidays/jp.json",
		  .body = bytes_of(policy_fixture_text(arena, "holidays/jp-2026.json")) },
		{ .name = "holidays/us.json",
		  .body = bytes_of(policy_fixture_text(arena, "holidays/us-2026.json")) },
	};
	size_t count = LISTS;
	char reason[256] = "";

	for (; texts[count - LISTS] != NULL; count++)
		files[count] = (struct document){ .name = "alerts/test.json",
			                          .body = bytes_of(texts[count - LISTS]) };
	memset(fixture, 0, sizeof(*fixture));
	fixture->now = TIME_OLDEST;
	fixture->documents[0] = (struct document){ .name = ALARM_RULES };
	fixture->documents[0].compiled = rule_compile(files, count, reason, sizeof(reason));
	arena_destroy(arena);
	if (fixture->documents[0].compiled == NULL)
		fail_msg("%s", reason);
	fixture->stage = (struct stage){ .name = "watch",
		                         .doc = "Watches KPIs.",
		                         .events = alarm_events,
		                         .tables = alarm_tables,
		                         .timers = alarm_timers,
		                         .emits = alarm_emits };
	stage_test_init(&fixture->test, &opsmesh_catalogue, &fixture->stage, SHARD,
	                fixture->documents, NULL);
}

void alarm_fixture_stop(struct alarm_fixture *fixture)
{
	if (fixture->documents[0].compiled == NULL)
		return;
	stage_test_finish(&fixture->test);
	rule_book_destroy(fixture->documents[0].compiled);
	fixture->documents[0].compiled = NULL;
}

/* Feeding. */

static struct window window_of(const struct alarm_window *window)
{
	struct window_zone *const zone =
	    window_zone_open(window->zone != NULL ? window->zone : "UTC");
	struct window found;

	assert_non_null(zone);
	if (!window_parse(zone, window->label, &found))
		fail_msg("%s is no window", window->label);
	window_zone_close(zone);
	return found;
}

static void figures_fill(const struct alarm_window *window, Opsmesh__V1__KpiFigures *figures)
{
	opsmesh__v1__kpi_figures__init(figures);
	figures->n = window->n;
	figures->hits = window->hits;
	figures->sum = window->sum;
	figures->unit = text_mutable(window->unit != NULL ? window->unit : "ppm");
	if (window->unit != NULL) {
		figures->has_case = OPSMESH__V1__KPI_FIGURES__HAS_VALUE;
		figures->value = window->sum;
	} else if (window->n > 0) {
		figures->has_case = OPSMESH__V1__KPI_FIGURES__HAS_VALUE;
		figures->value = window->hits * 1000000 / window->n;
	}
}

static const char *or_nothing(const char *text)
{
	return text != NULL ? text : "";
}

/* Where the fact lives until it is fed. */
struct fact_room {
	Opsmesh__V1__KpiUpdated updated;
	Opsmesh__V1__KpiSealed sealed;
	Opsmesh__V1__KpiRestated restated;
};

static void fact_set(Opsmesh__V1__KpiEvent *event, const struct alarm_window *window,
                     Opsmesh__V1__KpiFigures *figures, struct fact_room *room)
{
	opsmesh__v1__kpi_updated__init(&room->updated);
	opsmesh__v1__kpi_sealed__init(&room->sealed);
	opsmesh__v1__kpi_restated__init(&room->restated);
	room->updated.figures = room->sealed.figures = room->restated.figures = figures;
	room->restated.revision = window->revision > 0 ? window->revision : 1;
	event->fact_case = window->told == TOLD_OPEN ? OPSMESH__V1__KPI_EVENT__FACT_WINDOW_UPDATED
	                   : window->told == TOLD_SEALED
	                       ? OPSMESH__V1__KPI_EVENT__FACT_WINDOW_SEALED
	                       : OPSMESH__V1__KPI_EVENT__FACT_RESTATED;
	if (window->told == TOLD_OPEN)
		event->window_updated = &room->updated;
	else if (window->told == TOLD_SEALED)
		event->window_sealed = &room->sealed;
	else
		event->restated = &room->restated;
}

static void feed(struct alarm_fixture *fixture, const struct alarm_window *told,
                 struct instant mesh)
{
	struct arena *const arena = fixture->test.arena;
	const struct window window = window_of(told);
	Opsmesh__V1__KpiEvent event = OPSMESH__V1__KPI_EVENT__INIT;
	Opsmesh__V1__KpiWindow span = OPSMESH__V1__KPI_WINDOW__INIT;
	Opsmesh__V1__KpiFigures figures;
	struct fact_room room;

	figures_fill(told, &figures);
	event.series = text_mutable(told->series != NULL ? told->series : ALARM_SERIES);
	event.value = text_mutable(or_nothing(told->value));
	event.currency = text_mutable(or_nothing(told->currency));
	event.window = &span;
	span.kind = text_mutable(window_kind_names[window.kind]);
	span.start = proto_timestamp(arena, window.start);
	span.end = proto_timestamp(arena, window.end);
	span.zone = text_mutable(told->zone != NULL ? told->zone : "UTC");
	span.label = text_mutable(told->label);
	fact_set(&event, told, &figures, &room);
	assert_true(
	    stage_test_feed(&fixture->test, &(struct stage_test_event){ .topic = OPS_KPI,
	                                                                .key = event.series,
	                                                                .time = window.end,
	                                                                .mesh = mesh,
	                                                                .message = &event.base }));
}

void alarm_feed(struct alarm_fixture *fixture, const struct alarm_window *window, const char *mesh)
{
	feed(fixture, window, instant_of(mesh));
}

void alarm_tell(struct alarm_fixture *fixture, const struct alarm_window *window)
{
	const struct instant at =
	    time_later(time_add(window_of(window).end, MINUTES(30)), fixture->now);

	feed(fixture, window, at);
	fixture->now = time_add(at, MINUTES(29));
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, fixture->now), STATUS_OK);
}

void alarm_pass(struct alarm_fixture *fixture, const char *until)
{
	fixture->now = instant_of(until);
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, fixture->now), STATUS_OK);
}

void alarm_acknowledge(struct alarm_fixture *fixture, const char *about, const char *at)
{
	action_ask(&fixture->test, ALARM_SERIES, instant_of(at),
	           &(struct asked_action){
		       .type = "alert",
		       .id = arena_printf(fixture->test.arena, "alert/kpi/" ALARM_SERIES "/%s",
	                                  about),
		       .kind = OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE });
}

/* Reading. */

static const char *about_of(const char *alert_id)
{
	for (int slashes = 0; slashes < 3; alert_id++)
		slashes += *alert_id == '/' ? 1 : 0;
	return alert_id;
}

const char *alarm_lines(struct alarm_fixture *fixture)
{
	struct arena *const arena = fixture->test.arena;
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	while ((fact = stage_test_next(&fixture->test, &message)) != NULL) {
		const Opsmesh__V1__AlertEvent *const event = (const void *)message;
		const ProtobufCMessage *inner;
		char time[TIME_TEXT_SIZE];
		const char *name;

		assert_int_equal(fact->topic, OPS_ALERTS);
		assert_true(text_starts(event->alert_id, "alert/kpi/"));
		assert_true(proto_fact(message, &name, &inner));
		text = arena_printf(arena, "%s%s %s at %s\n", text, name, about_of(event->alert_id),
		                    time_format(fact->time, time));
	}
	return text;
}

const Opsmesh__V1__AlertEvent *alarm_next(struct alarm_fixture *fixture)
{
	const ProtobufCMessage *message;

	return stage_test_next(&fixture->test, &message) == NULL ? NULL : (const void *)message;
}
