#include "services/billing-sync/account/billing_ticket.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "services/billing-sync/account/claim.h"

#define ALL "" /* instead of an invoice */

static const struct column account_columns[] = {
	COLUMN(struct billing_ticket_row, account_id),
	COLUMN(struct billing_ticket_row, ticket_id),
	COLUMN(struct billing_ticket_row, invoices),
	COLUMN_END,
};
const struct state_table billing_ticket_table = { .name = "billing_ticket",
	                                          .columns = account_columns,
	                                          .key_columns = 2,
	                                          .row_size = sizeof(struct billing_ticket_row),
	                                          .resident = true };

static const struct column customer_columns[] = {
	COLUMN(struct customer_ticket_row, customer_id),
	COLUMN(struct customer_ticket_row, invoice_id),
	COLUMN(struct customer_ticket_row, ticket_id),
	COLUMN(struct customer_ticket_row, account_id),
	COLUMN_END,
};
const struct state_table customer_ticket_table = { .name = "customer_ticket",
	                                           .columns = customer_columns,
	                                           .key_columns = 4,
	                                           .row_size = sizeof(struct customer_ticket_row),
	                                           .resident = true };

/* At the account. */

static const char *invoices_of(struct arena *arena, const Opsmesh__V1__BillingTicket *ticket)
{
	const char *list = NULL;

	for (size_t i = 0; i < ticket->n_invoice_ids; i++)
		list = listed_with(arena, list, ticket->invoice_ids[i]);
	return list;
}

void billing_ticket_at_account(struct task *task, const char *account,
                               const Opsmesh__V1__BillingTicket *ticket)
{
	const struct billing_ticket_row row = { .account_id = account,
		                                .ticket_id = ticket->ticket_id,
		                                .invoices = invoices_of(task->arena, ticket) };

	if (ticket->open)
		task_save(task, &billing_ticket_table, &row);
	else
		task_remove(task, &billing_ticket_table, &row);
}

Opsmesh__V1__BillingTicket billing_ticket_of(struct arena *arena,
                                             const struct billing_ticket_row *row, bool open)
{
	Opsmesh__V1__BillingTicket ticket = OPSMESH__V1__BILLING_TICKET__INIT;
	const char *list = row->invoices;
	const char *id;

	ticket.ticket_id = text_mutable(row->ticket_id);
	ticket.open = open;
	ticket.invoice_ids = arena_alloc(arena, CLAIM_INVOICES_MAX * sizeof(char *));
	while (ticket.n_invoice_ids < CLAIM_INVOICES_MAX &&
	       (id = listed_next(arena, &list)) != NULL)
		ticket.invoice_ids[ticket.n_invoice_ids++] = text_mutable(id);
	return ticket;
}

/* At the customer. */

static void remove_row(struct task *task, struct customer_ticket_row row)
{
	if (task_load(task, &customer_ticket_table, &row))
		task_remove(task, &customer_ticket_table, &row);
}

/* A row whose account is not known goes with the first word of any. */
static void let_go(struct task *task, struct customer_ticket_row row)
{
	remove_row(task, row);
	row.account_id = "";
	remove_row(task, row);
}

void billing_ticket_at_customer(struct task *task, const char *customer,
                                const Opsmesh__V1__BillingTicket *ticket)
{
	struct customer_ticket_row row = { .customer_id = customer,
		                           .invoice_id = ALL,
		                           .ticket_id = ticket->ticket_id,
		                           .account_id = ticket->account_id };

	let_go(task, row);
	if (ticket->open && ticket->n_invoice_ids == 0)
		task_save(task, &customer_ticket_table, &row);
	for (size_t i = 0; i < ticket->n_invoice_ids; i++) {
		row.invoice_id = ticket->invoice_ids[i];
		let_go(task, row);
		if (ticket->open)
			task_save(task, &customer_ticket_table, &row);
	}
}

static bool is_there(struct task *task, const struct customer_ticket_row *row)
{
	struct customer_ticket_row found;
	struct task_cursor cursor;

	task_scan(task, &customer_ticket_table, row, 3, &cursor);
	return task_next(task, &cursor, &found);
}

bool billing_ticket_concerns(struct task *task, const char *customer, const char *invoice,
                             const char *ticket)
{
	return is_there(task, &(struct customer_ticket_row){ .customer_id = customer,
	                                                     .invoice_id = ALL,
	                                                     .ticket_id = ticket }) ||
	       is_there(task, &(struct customer_ticket_row){ .customer_id = customer,
	                                                     .invoice_id = invoice,
	                                                     .ticket_id = ticket });
}
