/*
 * billing_ticket - the tickets about money that are open, as an account and as its customers keep them.
 *
 * A row each, so that an account may have as many as it has. At a customer a ticket has a row for each invoice
 * that it names, and one without an invoice where it names none: then it is about all that is owed. The row
 * says which account told it: where a ticket goes from one account of a customer to another, the two tell it on
 * ways of their own, and which comes first says nothing. The rows of a shard are in memory.
 */
#ifndef SERVICES_BILLING_SYNC_ACCOUNT_BILLING_TICKET_H
#define SERVICES_BILLING_SYNC_ACCOUNT_BILLING_TICKET_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

struct billing_ticket_row {
	const char *account_id;
	const char *ticket_id;
	const char *invoices; /* that it names, each with a line feed behind it; NULL: none */
};

struct customer_ticket_row {
	const char *customer_id;
	const char *invoice_id; /* "": it is about all */
	const char *ticket_id;
	const char *account_id; /* whose it is; "": not known */
};

extern const struct state_table billing_ticket_table;  /* of the stage `object` */
extern const struct state_table customer_ticket_table; /* of the stage `customer` */

/* Open, or no longer; as often as it is told. */
void billing_ticket_at_account(struct task *task, const char *account,
                               const Opsmesh__V1__BillingTicket *ticket);
void billing_ticket_at_customer(struct task *task, const char *customer,
                                const Opsmesh__V1__BillingTicket *ticket);
/* What the row says, as its customers are told. */
Opsmesh__V1__BillingTicket billing_ticket_of(struct arena *arena,
                                             const struct billing_ticket_row *row, bool open);
/* Is it open at the customer, and about the invoice? */
bool billing_ticket_concerns(struct task *task, const char *customer, const char *invoice,
                             const char *ticket);

#endif
