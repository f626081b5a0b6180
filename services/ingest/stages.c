/*
 * The tables of ingest's three stages, apart from main.c so that the simulator and the tests of their
 * handlers have them without a broker's or a database's library.
 */
#include "services/ingest/ingest.h"

#include "proto/opsmesh/v1/catalogue.h"

#define INTAKE(ON, member, Fact, need)                                        \
	ON(OPS_INTAKE, Opsmesh__V1__IntakeEvent, member, Opsmesh__V1__##Fact, \
	   conversation_on_##member, need)
#define CONVERSATION(ON)                                                  \
	INTAKE(ON, received, RequestReceived, conversation_need_received) \
	INTAKE(ON, clock_set, ClockSet, NULL)

#define CONTACT(ON, member, Fact)                                                    \
	ON(OPS_BY_CONTACT, Opsmesh__V1__ByContactEvent, member, Opsmesh__V1__##Fact, \
	   directory_on_##member, directory_need)
#define DIRECTORY(ON)                                     \
	CONTACT(ON, contact_seen, ContactSeen)            \
	CONTACT(ON, account_declared, AccountKeyDeclared) \
	CONTACT(ON, account_withdrawn, AccountKeyWithdrawn)

#define REQUEST(ON, member, Fact)                                                  \
	ON(OPS_BY_TICKET, Opsmesh__V1__ByTicketEvent, member, Opsmesh__V1__##Fact, \
	   ticket_on_##member, ticket_need)
#define TICKET(ON)                                         \
	REQUEST(ON, ticket_requested, TicketRequested)     \
	REQUEST(ON, message_received, MessageReceived)     \
	REQUEST(ON, status_requested, StatusRequested)     \
	REQUEST(ON, csat_received, CsatAnswered)           \
	REQUEST(ON, customer_resolved, CustomerResolved)   \
	REQUEST(ON, account_changed, AccountChanged)       \
	REQUEST(ON, request_refused, RequestRefused)       \
	REQUEST(ON, id_conflict, IdConflict)               \
	REQUEST(ON, possible_duplicate, PossibleDuplicate) \
	REQUEST(ON, action_requested, ActionRequested)

STAGE_EVENTS_NEEDING(conversation_events, CONVERSATION);
STAGE_EVENTS_NEEDING(directory_events, DIRECTORY);
STAGE_EVENTS_NEEDING(ticket_events, TICKET);

static const struct state_table *const conversation_tables[] = { &natural_id_table,
	                                                         &intake_chunk_table,
	                                                         &mail_thread_table,
	                                                         &attachment_table,
	                                                         &attachment_part_table,
	                                                         &account_table,
	                                                         NULL };
static const struct state_table *const directory_tables[] = { &contact_table, NULL };
static const struct state_table *const ticket_tables[] = { &ticket_table, &ticket_account_table,
	                                                   &account_ticket_table, NULL };

static const struct stage_timer conversation_timers[] = {
	{ .name = "forget_id", .handle = conversation_forget_id },
	{ .name = "forget_chunks", .handle = conversation_forget_chunks },
	{ .name = NULL },
};

static const int conversation_emits[] = { OPS_CONTROL,   OPS_BY_CONTACT,
	                                  OPS_BY_TICKET, OPS_ACCOUNTS,
	                                  OPS_ACTIONS,   OPS_PROVIDER_EVENTS,
	                                  OPS_USAGE,     -1 };
static const int directory_emits[] = { OPS_BY_TICKET, -1 };
static const int ticket_emits[] = { OPS_TICKETS, -1 };

const struct stage ingest_stages[] = {
	{ .name = "conversation",
	  .doc = "Reads the journal: knows repetitions, decodes, decides which ticket it is about.",
	  .events = conversation_events,
	  .tables = conversation_tables,
	  .timers = conversation_timers,
	  .emits = conversation_emits },
	{ .name = "directory",
	  .doc = "Brings contacts and accounts together.",
	  .events = directory_events,
	  .tables = directory_tables,
	  .emits = directory_emits },
	{ .name = "ticket",
	  .doc = "Owns every ticket, and alone says what happened to it.",
	  .events = ticket_events,
	  .tables = ticket_tables,
	  .emits = ticket_emits,
	  .parks = true },
	{ .name = NULL },
};
