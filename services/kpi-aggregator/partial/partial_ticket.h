/*
 * partial_ticket - what the stage partial hears about tickets: their facts, the classifier's and the clocks'; and which are of a pattern.
 */
#ifndef SERVICES_KPI_AGGREGATOR_PARTIAL_PARTIAL_TICKET_H
#define SERVICES_KPI_AGGREGATOR_PARTIAL_PARTIAL_TICKET_H

#include "common/flow/task.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"

#define PARTIAL_TICKET_ID_MAX 200 /* bytes of an id that comes in a fact; ours have 36 */

/* Rows of STAGE_EVENTS_NEEDING. */
#define PARTIAL_TICKET_ROW(ON, member, Fact)                                   \
	ON(OPS_TICKETS, Opsmesh__V1__TicketEvent, member, Opsmesh__V1__##Fact, \
	   partial_on_ticket_##member, partial_need_ticket)
#define PARTIAL_TRIAGE_ROW(ON, member, Fact)                                  \
	ON(OPS_TRIAGE, Opsmesh__V1__TriageEvent, member, Opsmesh__V1__##Fact, \
	   partial_on_triage_##member, partial_need_triaged)
#define PARTIAL_PATTERN_ROW(ON, member, Fact)                                                      \
	ON(OPS_TRIAGE, Opsmesh__V1__TriageEvent, member, Opsmesh__V1__##Fact, partial_on_##member, \
	   NULL)
#define PARTIAL_SLA_ROW(ON, member, Fact)                                                        \
	ON(OPS_SLA, Opsmesh__V1__SlaEvent, member, Opsmesh__V1__##Fact, partial_on_sla_##member, \
	   partial_need_promised)

#define PARTIAL_TICKET_EVENTS(ON)                                   \
	PARTIAL_TICKET_ROW(ON, opened, TicketOpened)                \
	PARTIAL_TICKET_ROW(ON, message_added, MessageAdded)         \
	PARTIAL_TICKET_ROW(ON, status_changed, StatusChanged)       \
	PARTIAL_TICKET_ROW(ON, reopened, TicketReopened)            \
	PARTIAL_TICKET_ROW(ON, assigned, TicketAssigned)            \
	PARTIAL_TICKET_ROW(ON, customer_resolved, CustomerResolved) \
	PARTIAL_TICKET_ROW(ON, tagged, TicketTagged)                \
	PARTIAL_TICKET_ROW(ON, csat_answered, CsatAnswered)
#define PARTIAL_TRIAGE_EVENTS(ON)                            \
	PARTIAL_TRIAGE_ROW(ON, classified, TicketClassified) \
	PARTIAL_TRIAGE_ROW(ON, needs_human, NeedsHuman)      \
	PARTIAL_TRIAGE_ROW(ON, corrected, ClassificationCorrected)
#define PARTIAL_PATTERN_EVENTS(ON)                           \
	PARTIAL_PATTERN_ROW(ON, pattern_found, PatternFound) \
	PARTIAL_PATTERN_ROW(ON, pattern_grew, PatternGrew)   \
	PARTIAL_PATTERN_ROW(ON, pattern_returned, PatternReturned)
#define PARTIAL_SLA_EVENTS(ON)                         \
	PARTIAL_SLA_ROW(ON, activated, SlaActivated)   \
	PARTIAL_SLA_ROW(ON, paused, SlaPaused)         \
	PARTIAL_SLA_ROW(ON, resumed, SlaResumed)       \
	PARTIAL_SLA_ROW(ON, retargeted, SlaRetargeted) \
	PARTIAL_SLA_ROW(ON, breached, SlaBreached)     \
	PARTIAL_SLA_ROW(ON, fulfilled, SlaFulfilled)   \
	PARTIAL_SLA_ROW(ON, cancelled, SlaCancelled)   \
	PARTIAL_SLA_ROW(ON, corrected, SlaCorrected)

#define PARTIAL_TICKET_HANDLER(topic, Type, member, Fact, handler, need) \
	enum status handler(struct task *task, const Fact *fact);
PARTIAL_TICKET_EVENTS(PARTIAL_TICKET_HANDLER)
PARTIAL_TRIAGE_EVENTS(PARTIAL_TICKET_HANDLER)
PARTIAL_PATTERN_EVENTS(PARTIAL_TICKET_HANDLER)
PARTIAL_SLA_EVENTS(PARTIAL_TICKET_HANDLER)
#undef PARTIAL_TICKET_HANDLER

void partial_need_ticket(struct task *task, const ProtobufCMessage *event);
void partial_need_triaged(struct task *task, const ProtobufCMessage *event);
void partial_need_promised(struct task *task, const ProtobufCMessage *event);

#endif
