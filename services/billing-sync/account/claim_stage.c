#include "services/billing-sync/account/claim.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct claim_row, ticket_id), COLUMN(struct claim_row, account_id),
	COLUMN(struct claim_row, invoices),  COLUMN(struct claim_row, billing),
	COLUMN(struct claim_row, closed),    COLUMN_END,
};
const struct state_table claim_table = {
	.name = "claim", .columns = columns, .key_columns = 1, .row_size = sizeof(struct claim_row)
};

/* One fact at hand. */
struct claim {
	struct task *task;
	struct instant at;
	struct claim_row before;
	struct claim_row row;
};

static enum status open_claim(struct task *task, const char *ticket_id,
                              const Google__Protobuf__Timestamp *occurred_at, struct claim *it)
{
	if (*ticket_id == '\0' || strlen(ticket_id) > CLAIM_ID_MAX)
		return task_fail(task, STATUS_REJECT, "ticket_id: %s",
		                 *ticket_id == '\0' ? "empty" : "too long");
	*it = (struct claim){ .task = task, .before = { .ticket_id = ticket_id } };
	if (!proto_instant(occurred_at, &it->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	(void)task_load(task, &claim_table, &it->before);
	it->row = it->before;
	return STATUS_OK;
}

/* Telling the account. */

static bool is_open(const struct claim_row *row)
{
	return row->billing && !row->closed && row->account_id != NULL;
}

static void fill_invoices(struct arena *arena, const struct claim_row *row,
                          Opsmesh__V1__BillingTicket *ticket)
{
	const char *list = row->invoices;
	const char *id;

	ticket->invoice_ids = arena_alloc(arena, CLAIM_INVOICES_MAX * sizeof(char *));
	while ((id = listed_next(arena, &list)) != NULL)
		ticket->invoice_ids[ticket->n_invoice_ids++] = text_mutable(id);
}

static enum status tell(struct claim *it, const struct claim_row *row, bool open)
{
	Opsmesh__V1__ByAccountEvent event = OPSMESH__V1__BY_ACCOUNT_EVENT__INIT;
	Opsmesh__V1__BillingTicket ticket = OPSMESH__V1__BILLING_TICKET__INIT;

	ticket.ticket_id = text_mutable(row->ticket_id);
	ticket.open = open;
	fill_invoices(it->task->arena, row, &ticket);
	event.account_id = text_mutable(row->account_id);
	event.occurred_at = proto_timestamp(it->task->arena, it->at);
	event.fact_case = OPSMESH__V1__BY_ACCOUNT_EVENT__FACT_BILLING_TICKET;
	event.billing_ticket = &ticket;
	return task_emit(it->task, &(struct emission){ .topic = OPS_BY_ACCOUNT,
	                                               .key = row->account_id,
	                                               .time = it->at,
	                                               .message = &event.base });
}

static enum status settle(struct claim *it)
{
	const bool was = is_open(&it->before);
	const bool now = is_open(&it->row);
	const bool moved = !text_equal(it->before.account_id, it->row.account_id);

	task_save(it->task, &claim_table, &it->row);
	if (was && (!now || moved))
		TRY(tell(it, &it->before, false));
	return now && (!was || moved || !text_equal(it->before.invoices, it->row.invoices))
	           ? tell(it, &it->row, true)
	           : STATUS_OK;
}

/* Of the ticket. */

static bool is_over(Opsmesh__V1__TicketStatus status)
{
	return status == OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED ||
	       status == OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_CLOSED;
}

static enum status open_ticket(struct task *task, struct claim *it)
{
	const Opsmesh__V1__TicketEvent *const event = (const void *)task->message;

	return open_claim(task, event->ticket_id, event->occurred_at, it);
}

static void take_account(struct claim *it, const char *account)
{
	if (*account != '\0' && strlen(account) <= CLAIM_ID_MAX)
		it->row.account_id = account;
}

enum status claim_on_opened(struct task *task, const Opsmesh__V1__TicketOpened *opened)
{
	struct claim it;

	TRY(open_ticket(task, &it));
	take_account(&it, opened->account_id);
	it.row.closed = is_over(opened->status);
	return settle(&it);
}

enum status claim_on_status_changed(struct task *task, const Opsmesh__V1__StatusChanged *changed)
{
	struct claim it;

	TRY(open_ticket(task, &it));
	it.row.closed = is_over(changed->to_status);
	return settle(&it);
}

enum status claim_on_reopened(struct task *task, const Opsmesh__V1__TicketReopened *reopened)
{
	struct claim it;

	TRY(open_ticket(task, &it));
	it.row.closed = is_over(reopened->to_status);
	return settle(&it);
}

enum status claim_on_account_changed(struct task *task, const Opsmesh__V1__AccountChanged *changed)
{
	struct claim it;

	TRY(open_ticket(task, &it));
	take_account(&it, changed->account_id);
	return settle(&it);
}

/* Of what it is about. */

static enum status open_triaged(struct task *task, struct claim *it)
{
	const Opsmesh__V1__TriageEvent *const event = (const void *)task->message;

	return open_claim(task, event->ticket_id, event->occurred_at, it);
}

/* A number that we print on invoices is no id: it names nothing that can be found. */
static void take_reading(struct claim *it, const Opsmesh__V1__Reading *reading)
{
	for (size_t i = 0; reading != NULL && i < reading->n_entities; i++) {
		const Opsmesh__V1__Entity *const entity = reading->entities[i];
		const char *const before = it->row.invoices;

		if (entity->kind == OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_INVOICE &&
		    text_starts(entity->value, "in_") && strlen(entity->value) <= CLAIM_ID_MAX &&
		    strchr(entity->value, '\n') == NULL && !listed_has(before, entity->value) &&
		    listed_count(before) < CLAIM_INVOICES_MAX)
			it->row.invoices = listed_with(it->task->arena, before, entity->value);
	}
}

enum status claim_on_classified(struct task *task, const Opsmesh__V1__TicketClassified *classified)
{
	struct claim it;

	TRY(open_triaged(task, &it));
	it.row.billing = classified->category == OPSMESH__V1__CATEGORY__CATEGORY_BILLING;
	take_reading(&it, classified->reading);
	return settle(&it);
}

enum status claim_on_corrected(struct task *task,
                               const Opsmesh__V1__ClassificationCorrected *corrected)
{
	struct claim it;

	TRY(open_triaged(task, &it));
	it.row.billing = corrected->category == OPSMESH__V1__CATEGORY__CATEGORY_BILLING;
	return settle(&it);
}

enum status claim_on_needs_human(struct task *task, const Opsmesh__V1__NeedsHuman *human)
{
	struct claim it;

	TRY(open_triaged(task, &it));
	take_reading(&it, human->reading);
	return settle(&it);
}

void claim_need_ticket(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__TicketEvent *const event = (const void *)message;

	task_need(task, &claim_table, &(struct claim_row){ .ticket_id = event->ticket_id });
}

void claim_need_triaged(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__TriageEvent *const event = (const void *)message;

	task_need(task, &claim_table, &(struct claim_row){ .ticket_id = event->ticket_id });
}
