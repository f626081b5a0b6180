/*
 * What the stage hears: windows of series that an alert document watches are kept until they are judged.
 */
#include "services/kpi-aggregator/alarm/alarm.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

/* Tables. */

static const struct column pending_columns[] = {
	COLUMN(struct pending_row, series),
	COLUMN(struct pending_row, value),
	COLUMN(struct pending_row, currency),
	COLUMN(struct pending_row, kind),
	COLUMN(struct pending_row, start),
	COLUMN(struct pending_row, first),
	COLUMN_END,
};
const struct state_table alarm_pending_table = { .name = "alarm_pending",
	                                         .columns = pending_columns,
	                                         .key_columns = 5,
	                                         .row_size = sizeof(struct pending_row),
	                                         .resident = true };

static const struct column standing_columns[] = {
	COLUMN(struct standing_row, series),   COLUMN(struct standing_row, value),
	COLUMN(struct standing_row, currency), COLUMN(struct standing_row, kind),
	COLUMN(struct standing_row, rule),     COLUMN(struct standing_row, about),
	COLUMN(struct standing_row, bad),      COLUMN(struct standing_row, excess),
	COLUMN(struct standing_row, severity), COLUMN_END,
};
const struct state_table alarm_standing_table = { .name = "alarm_standing",
	                                          .columns = standing_columns,
	                                          .key_columns = 5,
	                                          .row_size = sizeof(struct standing_row),
	                                          .resident = true };

static const struct column alarm_alert_columns[] = { ALERT_COLUMNS("series"), COLUMN_END };
const struct state_table alarm_alert_table = { .name = "alarm_alert",
	                                       .columns = alarm_alert_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct alert_row) };
const struct alert_kind alarm_alert_kind = { ALERT_OF_KPI, &alarm_alert_table };

/* What is heard. */

/* One window of one value, as an event has it. */
struct heard {
	const Opsmesh__V1__KpiEvent *event;
	const Opsmesh__V1__KpiFigures *figures;
	bool sealed;
	int32_t revision;
	struct instant start;
	struct instant end;
};

static bool is_watched(struct task *task, const Opsmesh__V1__KpiEvent *event)
{
	const struct rule_book *const book = task_document(task, ALARM_RULES);

	for (size_t i = 0; i < book->count; i++)
		if (text_equal(book->rules[i].series, event->series) &&
		    text_equal(window_kind_names[book->rules[i].window], event->window->kind) &&
		    rule_takes_value(&book->rules[i], event->value))
			return true;
	return false;
}

static struct figure_row figure_of_heard(const struct heard *heard)
{
	const Opsmesh__V1__KpiFigures *const figures = heard->figures;

	return (struct figure_row){
		.series = heard->event->series,
		.value = heard->event->value,
		.currency = heard->event->currency,
		.kind = heard->event->window->kind,
		.start = heard->start,
		.end = heard->end,
		.n = figures->n,
		.hits = figures->hits,
		.sum = figures->sum,
		.has_value = figures->has_case == OPSMESH__V1__KPI_FIGURES__HAS_VALUE,
		.figure =
		    figures->has_case == OPSMESH__V1__KPI_FIGURES__HAS_VALUE ? figures->value : 0,
		.sealed = heard->sealed,
		.revision = heard->revision
	};
}

static bool is_same(const struct figure_row *a, const struct figure_row *b)
{
	return a->n == b->n && a->hits == b->hits && a->sum == b->sum && a->figure == b->figure &&
	       a->has_value == b->has_value && a->sealed == b->sealed && a->silent == b->silent &&
	       a->revision == b->revision;
}

/* What is known by now counts more: a sealed window more than an open one, a later revision more than an earlier. */
static bool is_older(const struct figure_row *stored, const struct figure_row *row)
{
	return (stored->sealed && !row->sealed) || stored->revision > row->revision;
}

/* False: it lies before all that is kept. */
static bool know(struct task *task, const struct heard *heard)
{
	struct known_row known = { .series = heard->event->series,
		                   .value = heard->event->value,
		                   .currency = heard->event->currency,
		                   .kind = heard->event->window->kind };

	if (!task_load(task, &alarm_known_table, &known))
		known.since = known.latest = heard->start;
	else if (time_before(heard->start, past_horizon(&known)))
		return false;
	known.zone = heard->event->window->zone;
	known.unit = heard->figures->unit;
	known.since = time_earlier(known.since, heard->start);
	known.heard_until = time_later(known.heard_until, heard->end);
	known.latest_end = time_later(known.latest_end, heard->end);
	known.latest = time_later(known.latest, heard->start);
	task_save(task, &alarm_known_table, &known);
	return true;
}

/* The next instant of mesh time at which series are judged. */
static struct instant next_judging(struct instant now)
{
	const int64_t every = ALARM_JUDGE_EVERY.us;

	return (struct instant){ (now.us / every + 1) * every };
}

static void keep(struct task *task, const struct heard *heard)
{
	const struct figure_row row = figure_of_heard(heard);
	struct figure_row stored = row;
	struct pending_row pending = { .series = row.series,
		                       .value = row.value,
		                       .currency = row.currency,
		                       .kind = row.kind,
		                       .start = row.start };
	const bool is_there = task_load(task, &alarm_figure_table, &stored);

	if (is_there && (is_older(&stored, &row) || is_same(&stored, &row)))
		return;
	if (!know(task, heard))
		return;
	task_save(task, &alarm_figure_table, &row);
	if (task_load(task, &alarm_pending_table, &pending))
		return;
	pending.first = !is_there;
	task_save(task, &alarm_pending_table, &pending);
	task_timer_set(task, ALARM_TIMER_JUDGE, row.series, next_judging(task->now));
}

static enum status hear(struct task *task, const Opsmesh__V1__KpiFigures *figures, bool sealed,
                        int32_t revision)
{
	const Opsmesh__V1__KpiEvent *const event = (const void *)task->message;
	struct heard heard = {
		.event = event, .figures = figures, .sealed = sealed, .revision = revision
	};

	if (event->window == NULL || figures == NULL ||
	    !proto_instant(event->window->start, &heard.start) ||
	    !proto_instant(event->window->end, &heard.end) || !time_before(heard.start, heard.end))
		return task_fail(task, STATUS_REJECT, "series %s: no window or no figures",
		                 event->series);
	if (is_watched(task, event))
		keep(task, &heard);
	return STATUS_OK;
}

enum status alarm_on_window_updated(struct task *task, const Opsmesh__V1__KpiUpdated *updated)
{
	return hear(task, updated->figures, false, 0);
}

enum status alarm_on_window_sealed(struct task *task, const Opsmesh__V1__KpiSealed *sealed)
{
	return hear(task, sealed->figures, true, 0);
}

enum status alarm_on_restated(struct task *task, const Opsmesh__V1__KpiRestated *restated)
{
	return hear(task, restated->figures, true, restated->revision);
}

enum status alarm_on_requested(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	return alert_on_action(task, &alarm_alert_kind, requested);
}

static void need_alert(struct task *task, const ProtobufCMessage *event)
{
	alert_need(task, &alarm_alert_kind,
	           ((const Opsmesh__V1__ActionEvent *)(const void *)event)->requested);
}

static void need_figure(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__KpiEvent *const event = (const void *)message;
	struct figure_row row = { .series = event->series,
		                  .value = event->value,
		                  .currency = event->currency };

	if (event->window == NULL || !is_watched(task, event) ||
	    !proto_instant(event->window->start, &row.start))
		return;
	row.kind = event->window->kind;
	task_need(task, &alarm_figure_table, &row);
}

/* The stage. */

#define KPI(ON, member, Fact)                                                              \
	ON(OPS_KPI, Opsmesh__V1__KpiEvent, member, Opsmesh__V1__##Fact, alarm_on_##member, \
	   need_figure)
#define EVENTS(ON)                                                                         \
	KPI(ON, window_updated, KpiUpdated)                                                \
	KPI(ON, window_sealed, KpiSealed)                                                  \
	KPI(ON, restated, KpiRestated)                                                     \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested, \
	   alarm_on_requested, need_alert)

EVENTS(STAGE_NEEDING_THUNK_)
const struct stage_event alarm_events[] = { EVENTS(STAGE_NEEDING_ROW_){ .topic = -1 } };

const struct state_table *const alarm_tables[] = { &alarm_known_table,   &alarm_figure_table,
	                                           &alarm_pending_table, &alarm_standing_table,
	                                           &alarm_alert_table,   NULL };
const struct stage_timer alarm_timers[] = {
	{ .name = ALARM_TIMER_JUDGE, .handle = alarm_judge, .need = alarm_need_judge },
	{ .name = NULL },
};
const int alarm_emits[] = { OPS_ALERTS, -1 };
