/*
 * claim - which tickets are about money, on whose account, and whether they are open.
 *
 * A ticket is one when the last word about its category is billing, a model's or a person's. Invoices that
 * its messages name by the provider's ids are its own; one that names none is about all that the account
 * owes. Tickets and triage come on two topics, each in its order; what is known at the end is the same.
 */
#ifndef SERVICES_BILLING_SYNC_ACCOUNT_CLAIM_H
#define SERVICES_BILLING_SYNC_ACCOUNT_CLAIM_H

#include "common/flow/task.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"

#define CLAIM_INVOICES_MAX 16 /* that one ticket names; more are left out */
#define CLAIM_ID_MAX 255      /* bytes of an id */

struct claim_row {
	const char *ticket_id;
	const char *account_id; /* NULL: not known */
	const char *invoices;   /* ids, each with a line feed behind it, as they came; NULL: none */
	bool billing;
	bool closed;
};

extern const struct state_table claim_table;

enum status claim_on_opened(struct task *task, const Opsmesh__V1__TicketOpened *opened);
enum status claim_on_status_changed(struct task *task, const Opsmesh__V1__StatusChanged *changed);
enum status claim_on_reopened(struct task *task, const Opsmesh__V1__TicketReopened *reopened);
enum status claim_on_account_changed(struct task *task, const Opsmesh__V1__AccountChanged *changed);
enum status claim_on_classified(struct task *task, const Opsmesh__V1__TicketClassified *classified);
enum status claim_on_corrected(struct task *task,
                               const Opsmesh__V1__ClassificationCorrected *corrected);
enum status claim_on_needs_human(struct task *task, const Opsmesh__V1__NeedsHuman *human);
void claim_need_ticket(struct task *task, const ProtobufCMessage *message);
void claim_need_triaged(struct task *task, const ProtobufCMessage *message);

#endif
