/*
 * ticket_account - whose ticket it is, and what becomes of it when that account changes.
 *
 * The directory knows an account by a contact key, every partition knows it from its declaration; whichever
 * heard of the newer version is believed.
 */
#include "services/ingest/contact.h"
#include "services/ingest/desk.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

#define NAMED ((int64_t)OPSMESH__V1__RESOLUTION_RULE__RESOLUTION_RULE_NAMED)
#define ACCOUNT_ID_MAX 400 /* bytes of an id that comes in a fact */

static enum status check_account(struct task *task, const char *account_id)
{
	const size_t size = strlen(account_id);

	if (size == 0 || size > ACCOUNT_ID_MAX)
		return task_fail(task, STATUS_REJECT, "account_id: %s",
		                 size == 0 ? "empty" : "too long");
	return STATUS_OK;
}

static void join_account(struct desk *desk, const char *account_id)
{
	const char *const before = desk->row.account_id;
	const char *const ticket_id = desk->row.ticket_id;

	if (text_equal(before, account_id))
		return;
	if (before != NULL)
		task_remove(desk->task, &account_ticket_table,
		            &(struct account_ticket_row){ before, ticket_id });
	task_save(desk->task, &account_ticket_table,
	          &(struct account_ticket_row){ account_id, ticket_id });
	desk->row.account_id = account_id;
}

/* What this partition was told of the account, where that is newer. */
static void take_newest(struct desk *desk, Opsmesh__V1__CustomerResolved *resolved)
{
	struct ticket_account_row row = { .account_id = resolved->account_id };

	if (!task_load(desk->task, &ticket_account_table, &row) ||
	    row.version <= resolved->account_version)
		return;
	resolved->tier = (Opsmesh__V1__Tier)row.tier;
	resolved->tier_verbatim = text_mutable(row.tier_verbatim);
	resolved->region = text_mutable(row.region);
	resolved->time_zone = text_mutable(row.time_zone);
	resolved->account_version = row.version;
}

/* Rules are numbered by their strength; UNSPECIFIED is the weakest. */
static bool weaker(int64_t rule, int64_t than)
{
	return than != 0 && (rule == 0 || rule > than);
}

static bool known_already(const struct ticket_row *row,
                          const Opsmesh__V1__CustomerResolved *resolved)
{
	return text_equal(row->account_id, resolved->account_id) &&
	       row->account_rule == (int64_t)resolved->rule &&
	       row->account_version >= resolved->account_version;
}

/* Only a request has an actor: what a rule found out nobody did. */
static enum status say_resolved(struct desk *desk, Opsmesh__V1__CustomerResolved *resolved)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__Actor *const actor = desk->actor;

	if ((int64_t)resolved->rule != NAMED)
		desk->actor = NULL;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = resolved;
	TRY(desk_say(desk, &event));
	desk->actor = actor;
	return STATUS_OK;
}

enum status desk_resolve(struct desk *desk, const Opsmesh__V1__CustomerResolved *resolved)
{
	Opsmesh__V1__CustomerResolved said = *resolved;

	if (desk_closed(desk) ||
	    (desk->row.account_id != NULL && weaker((int64_t)said.rule, desk->row.account_rule)))
		return STATUS_OK;
	take_newest(desk, &said);
	if (known_already(&desk->row, &said))
		return STATUS_OK;
	join_account(desk, said.account_id);
	desk->row.account_rule = (int64_t)said.rule;
	desk->row.account_version = said.account_version;
	desk->row.tier = (int64_t)said.tier;
	return say_resolved(desk, &said);
}

enum status desk_resolve_named(struct desk *desk, const char *account_id)
{
	const struct contact_rule *const named = contact_rule_named();
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	TRY(check_account(desk->task, account_id));
	resolved.account_id = text_mutable(account_id);
	resolved.confidence_per_mille = named->confidence_per_mille;
	resolved.rule = named->rule;
	resolved.reason = text_mutable(named->reason);
	return desk_resolve(desk, &resolved);
}

enum status desk_resolve_as(struct desk *desk, const struct ticket_row *before)
{
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	if (before->account_id == NULL)
		return STATUS_OK;
	resolved.account_id = text_mutable(before->account_id);
	resolved.confidence_per_mille = contact_rule_named()->confidence_per_mille;
	resolved.rule = (Opsmesh__V1__ResolutionRule)before->account_rule;
	resolved.reason = text_mutable("The ticket before was the account's.");
	resolved.tier = (Opsmesh__V1__Tier)before->tier;
	return desk_resolve(desk, &resolved);
}

/* What the directory and the account list say. */

/* Before the ticket is opened the strongest word is kept for it. */
static enum status keep_early(struct desk *desk, const Opsmesh__V1__CustomerResolved *resolved)
{
	if (desk->row.early.data != NULL && weaker((int64_t)resolved->rule, desk->row.account_rule))
		return STATUS_OK;
	desk->row.account_rule = (int64_t)resolved->rule;
	desk->row.early = proto_pack(desk->task->arena, &resolved->base);
	desk_save(desk);
	return STATUS_OK;
}

enum status ticket_on_customer_resolved(struct task *task,
                                        const Opsmesh__V1__CustomerResolved *resolved)
{
	struct desk desk;

	TRY(desk_open_request(&desk, task));
	TRY(check_account(task, resolved->account_id));
	if (!desk.row.opened)
		return keep_early(&desk, resolved);
	TRY(desk_resolve(&desk, resolved));
	if (desk.changed)
		desk_save(&desk);
	return STATUS_OK;
}

static enum status tell_ticket(struct desk *desk, const Opsmesh__V1__AccountChanged *changed)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__AccountChanged said = *changed;

	if (!desk->row.opened || desk->row.account_version >= changed->account_version)
		return STATUS_OK;
	desk->row.account_version = changed->account_version;
	desk->row.tier = (int64_t)changed->tier;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_ACCOUNT_CHANGED;
	event.account_changed = &said;
	TRY(desk_say(desk, &event));
	desk_save(desk);
	return STATUS_OK;
}

static enum status tell_tickets(struct desk *desk, const Opsmesh__V1__AccountChanged *changed)
{
	struct account_ticket_row row = { .account_id = changed->account_id };
	struct task_cursor cursor;

	task_scan(desk->task, &account_ticket_table, &row, 1, &cursor);
	while (task_next(desk->task, &cursor, &row)) {
		TRY(desk_turn(desk, row.ticket_id));
		TRY(tell_ticket(desk, changed));
	}
	return STATUS_OK;
}

/* Comes to every partition: each keeps the account, and tells the open tickets that it has of it. */
enum status ticket_on_account_changed(struct task *task, const Opsmesh__V1__AccountChanged *changed)
{
	const Opsmesh__V1__ByTicketEvent *const event = (const void *)task->message;
	struct ticket_account_row row = { .account_id = changed->account_id };
	struct desk desk = { .task = task, .actor = event->actor, .request_id = event->request_id };

	TRY(check_account(task, changed->account_id));
	if (!proto_instant(event->occurred_at, &desk.at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	if (task_load(task, &ticket_account_table, &row) && row.version >= changed->account_version)
		return STATUS_OK;
	row.tier = (int64_t)changed->tier;
	row.tier_verbatim = changed->tier_verbatim;
	row.region = changed->region;
	row.time_zone = changed->time_zone;
	row.version = changed->account_version;
	task_save(task, &ticket_account_table, &row);
	return tell_tickets(&desk, changed);
}
