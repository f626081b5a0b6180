/*
 * The tables of the stage `clock`, apart from main.c so that the simulator and the tests of its handlers
 * have them without a broker's or a database's library.
 */
#include "services/sla-watcher/watcher.h"

#include "proto/opsmesh/v1/catalogue.h"

#define TICKET(ON, member, Fact)                                                                  \
	ON(OPS_TICKETS, Opsmesh__V1__TicketEvent, member, Opsmesh__V1__##Fact, clock_on_##member, \
	   clock_need_ticket)
#define TRIAGE(ON, member, Fact)                                                                 \
	ON(OPS_TRIAGE, Opsmesh__V1__TriageEvent, member, Opsmesh__V1__##Fact, clock_on_##member, \
	   clock_need_triaged)
#define EVENTS(ON)                                                                         \
	TICKET(ON, opened, TicketOpened)                                                   \
	TICKET(ON, message_added, MessageAdded)                                            \
	TICKET(ON, status_changed, StatusChanged)                                          \
	TICKET(ON, reopened, TicketReopened)                                               \
	TICKET(ON, priority_changed, PriorityChanged)                                      \
	TICKET(ON, customer_resolved, CustomerResolved)                                    \
	TICKET(ON, account_changed, AccountChanged)                                        \
	TRIAGE(ON, classified, TicketClassified)                                           \
	TRIAGE(ON, needs_human, NeedsHuman)                                                \
	TRIAGE(ON, corrected, ClassificationCorrected)                                     \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested, \
	   clock_on_action_requested, clock_need_alert)

STAGE_EVENTS_NEEDING(events, EVENTS);

static const struct column ticket_columns[] = {
	COLUMN(struct sla_ticket_row, ticket_id), COLUMN(struct sla_ticket_row, status),
	COLUMN(struct sla_ticket_row, tier),      COLUMN(struct sla_ticket_row, priority),
	COLUMN(struct sla_ticket_row, channel),   COLUMN(struct sla_ticket_row, policy),
	COLUMN(struct sla_ticket_row, rule),      COLUMN(struct sla_ticket_row, calendar),
	COLUMN(struct sla_ticket_row, opened_at), COLUMN(struct sla_ticket_row, next_due),
	COLUMN(struct sla_ticket_row, overdue),   COLUMN(struct sla_ticket_row, replies),
	COLUMN(struct sla_ticket_row, body),      COLUMN_END,
};
const struct state_table sla_ticket_table = { .name = "sla_ticket",
	                                      .columns = ticket_columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct sla_ticket_row) };

static const struct state_table *const tables[] = { &sla_ticket_table, &sla_alert_table, NULL };
static const struct stage_timer timers[] = {
	{ .name = WATCH_TIMER, .handle = clock_judge, .need = clock_need_timer },
	{ .name = NULL },
};
static const int emits[] = { OPS_SLA, OPS_ALERTS, -1 };

const struct stage sla_watcher_stages[] = {
	{ .name = "clock",
	  .doc =
	      "Starts, pauses, moves and judges the clocks of each ticket; alerts when one is missed.",
	  .events = events,
	  .tables = tables,
	  .timers = timers,
	  .emits = emits,
	  .parks = true },
	{ .name = NULL },
};
