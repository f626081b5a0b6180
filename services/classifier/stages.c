/*
 * The tables of the stages `triage` and `pattern`, apart from main.c so that the simulator and the tests of
 * their handlers have them without a broker's or a database's library.
 */
#include "services/classifier/classifier.h"

#include "opsmesh/v1/report.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/pattern.h"
#include "services/classifier/triage.h"

/* triage */

#define TICKET(ON, member, Fact)                                                                   \
	ON(OPS_TICKETS, Opsmesh__V1__TicketEvent, member, Opsmesh__V1__##Fact, triage_on_##member, \
	   triage_need_ticket)
#define TRIAGE_EVENTS(ON)                                                                  \
	TICKET(ON, opened, TicketOpened)                                                   \
	TICKET(ON, message_added, MessageAdded)                                            \
	TICKET(ON, priority_changed, PriorityChanged)                                      \
	TICKET(ON, customer_resolved, CustomerResolved)                                    \
	TICKET(ON, account_changed, AccountChanged)                                        \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested, \
	   triage_on_action_requested, triage_need_action)

STAGE_EVENTS_NEEDING(triage_events, TRIAGE_EVENTS);

static const struct column triage_columns[] = {
	COLUMN(struct triage_row, ticket_id),
	COLUMN(struct triage_row, account_id),
	COLUMN(struct triage_row, customer),
	COLUMN(struct triage_row, tier),
	COLUMN(struct triage_row, region),
	COLUMN(struct triage_row, channel),
	COLUMN(struct triage_row, asked),
	COLUMN(struct triage_row, fixed),
	COLUMN(struct triage_row, category),
	COLUMN(struct triage_row, intent),
	COLUMN(struct triage_row, priority),
	COLUMN(struct triage_row, queue),
	COLUMN(struct triage_row, language),
	COLUMN(struct triage_row, message_id),
	COLUMN(struct triage_row, pinned),
	COLUMN(struct triage_row, needs_human),
	COLUMN(struct triage_row, confidence_ppm),
	COLUMN(struct triage_row, contacts),
	COLUMN(struct triage_row, opened_at),
	COLUMN(struct triage_row, judged_at),
	COLUMN(struct triage_row, subject),
	COLUMN(struct triage_row, said),
	COLUMN(struct triage_row, kept),
	COLUMN(struct triage_row, memory),
	COLUMN_END,
};
const struct state_table triage_table = { .name = "triage",
	                                  .columns = triage_columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct triage_row) };

static const struct column correction_columns[] = {
	COLUMN(struct correction_row, action_id),  COLUMN(struct correction_row, ticket_id),
	COLUMN(struct correction_row, message_id), COLUMN(struct correction_row, from_intent),
	COLUMN(struct correction_row, intent),     COLUMN(struct correction_row, language),
	COLUMN(struct correction_row, model),      COLUMN(struct correction_row, corrected_at),
	COLUMN(struct correction_row, body),       COLUMN_END,
};
const struct state_table correction_table = { .name = "correction",
	                                      .columns = correction_columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct correction_row) };

static const struct state_table *const triage_tables[] = { &triage_table, &correction_table, NULL };
static const int triage_emits[] = { OPS_BY_INTENT, OPS_TRIAGE, -1 };

/* pattern */

#define PATTERN_EVENTS(ON)                                                                    \
	ON(OPS_BY_INTENT, Opsmesh__V1__ByIntentEvent, reported, Opsmesh__V1__TroubleReported, \
	   pattern_on_reported, pattern_need_reported)

STAGE_EVENTS_NEEDING(pattern_events, PATTERN_EVENTS);

static const struct state_table *const pattern_tables[] = {
	&pattern_intent_table, &pattern_step_table,     &pattern_bag_table,
	&pattern_known_table,  &pattern_customer_table, NULL
};
static const struct stage_timer pattern_timers[] = {
	{ .name = PATTERN_TIMER_JUDGE, .handle = pattern_judge },
	{ .name = PATTERN_TIMER_LIFE, .handle = pattern_life },
	{ .name = PATTERN_TIMER_CLEAN, .handle = pattern_clean },
	{ .name = PATTERN_TIMER_DUPLICATES,
	  .handle = pattern_judge_duplicates,
	  .need = pattern_need_duplicates },
	{ .name = NULL },
};
static const int pattern_emits[] = { OPS_TRIAGE, -1 };

const struct stage classifier_stages[] = {
	{ .name = "triage",
	  .doc = "Judges every message of a customer, and answers what the ticket is about.",
	  .events = triage_events,
	  .tables = triage_tables,
	  .emits = triage_emits,
	  .parks = true },
	{ .name = "pattern",
	  .doc = "Finds what several customers report alike, and tickets that are one.",
	  .events = pattern_events,
	  .tables = pattern_tables,
	  .timers = pattern_timers,
	  .emits = pattern_emits },
	{ .name = NULL },
};
