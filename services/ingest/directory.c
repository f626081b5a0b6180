/*
 * directory - contacts meet accounts, each contact key on its own.
 *
 * A key remembers its account and the tickets that were seen with it. Whichever comes first, the contact
 * or the account, the ticket's owner is told when both are there; it takes the strongest key's word.
 */
#include "services/ingest/contact.h"
#include "services/ingest/ingest.h"
#include "services/ingest/lines.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define CONTACT_KEY_MAX 400 /* bytes: a domain has at most 253, a hash 64 */

/* One key at hand. */
struct meeting {
	struct task *task;
	const char *request_id;
	struct instant at;
	struct contact_row row;
};

static enum status open_meeting(struct task *task, struct meeting *meeting)
{
	const Opsmesh__V1__ByContactEvent *const event = (const void *)task->message;

	*meeting = (struct meeting){ .task = task,
		                     .request_id = event->request_id,
		                     .row.contact_key = event->contact_key };
	TRY(task_key(task, "contact_key", event->contact_key, CONTACT_KEY_MAX));
	if (!proto_instant(event->occurred_at, &meeting->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	(void)task_load(task, &contact_table, &meeting->row);
	return STATUS_OK;
}

static enum status tell_ticket(struct meeting *meeting, const char *ticket_id)
{
	const struct contact_row *const row = &meeting->row;
	const struct contact_rule *const rule = contact_rule_of(row->contact_key);
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.account_id = text_mutable(row->account_id);
	resolved.confidence_per_mille = rule->confidence_per_mille;
	resolved.rule = rule->rule;
	resolved.reason = text_mutable(rule->reason);
	resolved.tier = (Opsmesh__V1__Tier)row->tier;
	resolved.tier_verbatim = text_mutable(row->tier_verbatim);
	resolved.region = text_mutable(row->region);
	resolved.time_zone = text_mutable(row->time_zone);
	resolved.account_version = row->account_version;
	resolved.contact_key = text_mutable(row->contact_key);
	event.ticket_id = text_mutable(ticket_id);
	event.occurred_at = proto_timestamp(meeting->task->arena, meeting->at);
	event.request_id = text_mutable(meeting->request_id);
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = &resolved;
	return task_emit(meeting->task, &(struct emission){ .topic = OPS_BY_TICKET,
	                                                    .key = ticket_id,
	                                                    .time = meeting->at,
	                                                    .message = &event.base });
}

/* The newest last; of too many the oldest goes. */
static void remember_ticket(struct meeting *meeting, const char *ticket_id)
{
	struct arena *const arena = meeting->task->arena;
	struct lines tickets = lines_split(arena, meeting->row.tickets, 1);

	if (lines_have(&tickets, ticket_id))
		return;
	tickets.items[tickets.count++] = ticket_id;
	if (tickets.count > CONTACT_TICKETS_MAX)
		tickets = (struct lines){ tickets.items + 1, tickets.count - 1 };
	meeting->row.tickets = lines_join(arena, &tickets);
	task_save(meeting->task, &contact_table, &meeting->row);
}

enum status directory_on_contact_seen(struct task *task, const Opsmesh__V1__ContactSeen *seen)
{
	struct meeting meeting;

	if (*seen->ticket_id == '\0' || strchr(seen->ticket_id, '\n') != NULL)
		return task_fail(task, STATUS_REJECT, "contact_seen.ticket_id: no id");
	TRY(open_meeting(task, &meeting));
	remember_ticket(&meeting, seen->ticket_id);
	return meeting.row.account_id != NULL ? tell_ticket(&meeting, seen->ticket_id) : STATUS_OK;
}

/* An older word of the account that has the key has no effect; another account takes the key over. */
static bool outdated(const struct contact_row *row, const char *account_id, int64_t version)
{
	return text_equal(row->account_id, account_id) && version <= row->account_version;
}

enum status directory_on_account_declared(struct task *task,
                                          const Opsmesh__V1__AccountKeyDeclared *declared)
{
	struct meeting meeting;

	TRY(open_meeting(task, &meeting));
	if (outdated(&meeting.row, declared->account_id, declared->account_version))
		return STATUS_OK;
	const struct lines tickets = lines_split(task->arena, meeting.row.tickets, 0);
	const bool theirs = text_equal(meeting.row.account_id, declared->account_id);

	meeting.row.account_id = declared->account_id;
	meeting.row.tier = (int64_t)declared->tier;
	meeting.row.tier_verbatim = declared->tier_verbatim;
	meeting.row.region = declared->region;
	meeting.row.time_zone = declared->time_zone;
	meeting.row.account_version = declared->account_version;
	task_save(task, &contact_table, &meeting.row);
	/* Tickets that know the account hear of its change as AccountChanged. */
	for (size_t i = 0; i < tickets.count && !theirs; i++)
		TRY(tell_ticket(&meeting, tickets.items[i]));
	return STATUS_OK;
}

/* Tickets keep the account that they were given: it was theirs when they came. */
enum status directory_on_account_withdrawn(struct task *task,
                                           const Opsmesh__V1__AccountKeyWithdrawn *withdrawn)
{
	struct meeting meeting;

	TRY(open_meeting(task, &meeting));
	if (!text_equal(meeting.row.account_id, withdrawn->account_id) ||
	    outdated(&meeting.row, withdrawn->account_id, withdrawn->account_version))
		return STATUS_OK;
	const char *const tickets = meeting.row.tickets;

	meeting.row =
	    (struct contact_row){ .contact_key = meeting.row.contact_key, .tickets = tickets };
	task_save(task, &contact_table, &meeting.row);
	return STATUS_OK;
}

void directory_need(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__ByContactEvent *const by_contact = (const void *)event;

	task_need(task, &contact_table,
	          &(struct contact_row){ .contact_key = by_contact->contact_key });
}
