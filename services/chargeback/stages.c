/*
 * The tables of the stages, apart from main.c so that the simulator and the tests of their handlers have
 * them without a broker's or a database's library.
 */
#include "services/chargeback/answer/answer.h"
#include "services/chargeback/cases/case.h"
#include "services/chargeback/cases/case_before.h"
#include "services/chargeback/cases/case_render.h"
#include "services/chargeback/cases/case_upload.h"
#include "services/chargeback/chargeback.h"
#include "services/chargeback/index/index.h"
#include "services/chargeback/monitor/monitor.h"
#include "services/chargeback/tally/tally.h"

#include "proto/opsmesh/v1/catalogue.h"

/* Each a book of its versions. */
#define COMPILES(name, kind)                                                              \
	static const void *name(const struct document *files, size_t count, char *reason, \
	                        size_t reason_size)                                       \
	{                                                                                 \
		return policy_compile(&(kind), files, count, reason, reason_size);        \
	}
COMPILES(reasons_compile, reason_policy_kind)
COMPILES(intents_compile, intents_kind)
COMPILES(shown_compile, shown_kind)
COMPILES(limits_compile, packet_limits_kind)
COMPILES(economics_compile, economics_policy_kind)
COMPILES(warnings_compile, warning_policy_kind)
COMPILES(compelling_compile, compelling_policy_kind)
#undef COMPILES

const struct service_document chargeback_documents[] = {
	{ .name = CASE_POLICY,
	  .path = "holidays/ calendars/ cases/",
	  .doc =
	      "By when cases must be answered, who is told before and in whose working time, how often they are swept.",
	  .compile = case_policy_compile },
	{ .name = CASE_REASONS,
	  .path = "reasons/",
	  .doc = "What a dispute is about, by network and code, and which evidence wins it.",
	  .compile = reasons_compile },
	{ .name = INTENTS_POLICY,
	  .path = "evidence/",
	  .doc = "What a message of a customer's is for a dispute, by its triaged intent.",
	  .compile = intents_compile },
	{ .name = SHOWN_POLICY,
	  .path = "shown/",
	  .doc = "What customers are shown when they buy, and since when.",
	  .compile = shown_compile },
	{ .name = CASE_LIMITS,
	  .path = "packet/",
	  .doc = "What the provider takes as evidence of one dispute: fields, lengths, pages.",
	  .compile = limits_compile },
	{ .name = MONITOR_PROGRAMMES,
	  .path = "programmes/",
	  .doc = "What the networks' monitoring programmes count, and their thresholds.",
	  .compile = monitor_programmes_compile },
	{ .name = MONITOR_PATTERNS,
	  .path = "dispute-patterns/",
	  .doc = "From where on more disputes than elsewhere are told, and the releases.",
	  .compile = monitor_patterns_compile },
	{ .name = WATCH_POLICY,
	  .path = "dispute-watch/",
	  .doc = "Of which country our account is, and when programmes and patterns are judged.",
	  .compile = watch_policy_compile },
	{ .name = CASE_ECONOMICS,
	  .path = "economics/",
	  .doc = "What contesting is worth: chances, fees by country, effort.",
	  .compile = economics_compile },
	{ .name = CASE_WARNINGS,
	  .path = "warnings/",
	  .doc = "Which early fraud warnings are refunded, and when one came to nothing.",
	  .compile = warnings_compile },
	{ .name = CASE_COMPELLING,
	  .path = "compelling/",
	  .doc = "When earlier payments of a card prove a disputed one (Visa's).",
	  .compile = compelling_compile },
	{ .name = NULL },
};

/* index: of each topic every fact, because it is brought as it was said. */

static const struct stage_event index_events[] = {
	{ .topic = OPS_TICKETS, .handle = index_on_ticket, .need = index_need_ticket },
	{ .topic = OPS_TRIAGE, .handle = index_on_triage, .need = index_need_triage },
	{ .topic = OPS_BILLING, .handle = index_on_billing, .need = index_need_billing },
	{ .topic = -1 },
};
static const struct state_table *const index_tables[] = {
	&index_subject_table, &index_fact_table,  &index_dispute_table, &tally_payment_table,
	&tally_link_table,    &tally_event_table, &tally_waiting_table, NULL
};
static const struct stage_timer index_timers[] = {
	{ .name = TALLY_TIMER, .handle = tally_tell },
	{ .name = NULL },
};
static const int index_emits[] = { OPS_MATERIAL, OPS_BY_PROGRAMME, -1 };

/* case */

static enum status on_requested(struct task *task, const ProtobufCMessage *message)
{
	return case_on_action(task,
	                      ((const Opsmesh__V1__ActionEvent *)(const void *)message)->requested);
}

static const struct stage_event case_events[] = {
	{ .topic = OPS_ACTIONS,
	  .fact = "requested",
	  .handle = on_requested,
	  .need = case_need_action },
	{ .topic = OPS_ACTIONS, .fact = "file_part_brought", .handle = case_on_part },
	{ .topic = OPS_MATERIAL, .handle = case_on_material, .need = case_need_material },
	{ .topic = OPS_CASE_RESULTS, .handle = case_on_result, .need = case_need_result },
	{ .topic = -1 },
};
static const struct state_table *const case_tables[] = { &dossier_table,
	                                                 &dossier_page_table,
	                                                 &dispute_case_table,
	                                                 &open_case_table,
	                                                 &sweep_table,
	                                                 &case_alert_table,
	                                                 &case_packet_table,
	                                                 &payment_mark_table,
	                                                 &compelling_card_table,
	                                                 &case_calibration_table,
	                                                 NULL };
static const struct stage_timer case_timers[] = {
	{ .name = CASE_TIMER_JUDGE, .handle = case_judge, .need = case_need_judge },
	{ .name = CASE_TIMER_GATHER, .handle = case_gather, .need = case_need_judge },
	{ .name = CASE_TIMER_SWEEP, .handle = case_sweep },
	{ .name = NULL },
};
static const int case_emits[] = { OPS_DISPUTES, OPS_ALERTS, OPS_BY_DISPUTE, -1 };

/* answer */

static const struct stage_event answer_events[] = {
	{ .topic = OPS_BY_DISPUTE, .handle = answer_on_asked, .need = answer_need },
	{ .topic = -1 },
};
static const struct state_table *const answer_tables[] = { &answer_table, NULL };
static const int answer_emits[] = { OPS_DISPUTES, -1 };

/* programme */

#define PROGRAMME_EVENTS(ON)                                                               \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested, \
	   monitor_on_requested)                                                           \
	ON(OPS_BY_PROGRAMME, Opsmesh__V1__TallyEvent, counted, Opsmesh__V1__TallyCounted,  \
	   monitor_on_counted)

STAGE_EVENTS(programme_events, PROGRAMME_EVENTS);
static const struct state_table *const programme_tables[] = {
	&programme_sum_table,   &watched_table,         &threshold_table,
	&dispute_pattern_table, &programme_alert_table, NULL
};
static const struct stage_timer programme_timers[] = {
	{ .name = MONITOR_TIMER_JUDGE, .handle = monitor_judge },
	{ .name = MONITOR_TIMER_DAY, .handle = monitor_day },
	{ .name = NULL },
};
static const int programme_emits[] = { OPS_DISPUTES, OPS_ALERTS, -1 };

const struct stage chargeback_stages[] = {
	{ .name = "index",
	  .doc = "Brings tickets, triage and billing under the account that they belong to.",
	  .events = index_events,
	  .tables = index_tables,
	  .timers = index_timers,
	  .emits = index_emits },
	{ .name = "case",
	  .doc = "Disputes, inquiries and fraud warnings as cases: deadlines, evidence, release.",
	  .events = case_events,
	  .tables = case_tables,
	  .timers = case_timers,
	  .effects = case_effects,
	  .results = OPS_CASE_RESULTS,
	  .emits = case_emits },
	{ .name = "programme",
	  .doc = "Sums what all shards count: the networks' monitoring programmes, and patterns.",
	  .events = programme_events,
	  .tables = programme_tables,
	  .timers = programme_timers,
	  .emits = programme_emits },
	{ .name = "answer",
	  .doc = "One answer for each stage of a dispute, whichever of its cases asks.",
	  .events = answer_events,
	  .tables = answer_tables,
	  .emits = answer_emits },
	{ .name = NULL },
};
