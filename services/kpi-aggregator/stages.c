/*
 * The tables of the stages, apart from main.c so that the simulator and the tests of their handlers have
 * them without a broker's or a database's library.
 */
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/alarm/alarm.h"
#include "services/kpi-aggregator/alarm/rule.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "services/kpi-aggregator/partial/partial_money.h"
#include "services/kpi-aggregator/partial/partial_ticket.h"
#include "services/kpi-aggregator/series/series.h"

const struct service_document kpi_documents[] = {
	{ .name = DEFINITIONS,
	  .path = "holidays/ calendars/ metrics/",
	  .doc =
	      "What each metric is: population, formula, windows; with the calendars by which spans are measured.",
	  .compile = definition_compile },
	{ .name = ALARM_RULES,
	  .path = ALARM_PATHS,
	  .doc = "When a figure is an alert, how grave, whose, and where it says what to do.",
	  .compile = rule_compile },
	{ .name = NULL },
};

/* partial */

#define PARTIAL_EVENTS(ON)         \
	PARTIAL_ACCOUNT_EVENTS(ON) \
	PARTIAL_TICKET_EVENTS(ON)  \
	PARTIAL_TRIAGE_EVENTS(ON)  \
	PARTIAL_PATTERN_EVENTS(ON) \
	PARTIAL_SLA_EVENTS(ON)     \
	PARTIAL_MONEY_EVENTS(ON)   \
	PARTIAL_MOVED_EVENTS(ON) PARTIAL_DISPUTE_EVENTS(ON) PARTIAL_PROGRAMME_EVENTS(ON)

STAGE_EVENTS_NEEDING(partial_events, PARTIAL_EVENTS);
static const struct state_table *const partial_tables[] = {
	&subject_table,      &open_subject_table, &untold_subject_table,  &observation_table,
	&partial_cell_table, &snapshot_table,     &definition_seen_table, NULL
};
static const struct stage_timer partial_timers[] = {
	{ .name = PARTIAL_TIMER_TELL, .handle = partial_tell, .need = partial_need_tell },
	{ .name = PARTIAL_TIMER_SNAPSHOT, .handle = partial_snapshot },
	{ .name = NULL },
};
static const int partial_emits[] = { OPS_BY_METRIC, -1 };

/* series */

static void need_told(struct task *task, const ProtobufCMessage *message)
{
	series_need_told(task, ((const Opsmesh__V1__PartialEvent *)(const void *)message)->told);
}

static enum status on_told(struct task *task, const ProtobufCMessage *message)
{
	return series_on_told(task,
	                      ((const Opsmesh__V1__PartialEvent *)(const void *)message)->told);
}

static const struct stage_event series_events[] = {
	{ .topic = OPS_BY_METRIC, .fact = "told", .handle = on_told, .need = need_told },
	{ .topic = -1 },
};
static const struct state_table *const series_tables[] = { &kpi_cell_table,       &kpi_open_table,
	                                                   &kpi_changed_table,    &kpi_series_table,
	                                                   &kpi_window_table,     &kpi_level_table,
	                                                   &kpi_definition_table, NULL };
static const struct stage_timer series_timers[] = {
	{ .name = SERIES_TIMER_SAY, .handle = series_say, .need = series_need_say },
	{ .name = SERIES_TIMER_SEAL, .handle = series_seal, .need = series_need_seal },
	{ .name = NULL },
};
static const int series_emits[] = { OPS_KPI, -1 };

const struct stage kpi_stages[] = {
	{ .name = "partial",
	  .doc =
	      "Makes observations of what is known and tells what they add to the sums of windows.",
	  .events = partial_events,
	  .tables = partial_tables,
	  .timers = partial_timers,
	  .emits = partial_emits },
	{ .name = "series",
	  .doc = "Merges what all shards told; seals each window once, restates it with a reason.",
	  .events = series_events,
	  .tables = series_tables,
	  .timers = series_timers,
	  .emits = series_emits },
	{ .name = "watch",
	  .doc = "Raises and resolves alerts by what documents say of figures.",
	  .events = alarm_events,
	  .tables = alarm_tables,
	  .timers = alarm_timers,
	  .emits = alarm_emits },
	{ .name = NULL },
};
