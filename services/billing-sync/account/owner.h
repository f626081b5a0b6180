/*
 * owner - which account a customer of the provider belongs to, as accounts declare it.
 *
 * Accounts are keyed by their own id, customers by theirs: a declaration is taken apart here and sent to
 * each customer that it names, and to each that it no longer names. Tickets about money are sent on to all
 * of an account's customers, and to those that it names later while they are open.
 */
#ifndef SERVICES_BILLING_SYNC_ACCOUNT_OWNER_H
#define SERVICES_BILLING_SYNC_ACCOUNT_OWNER_H

#include "common/flow/task.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"

#define OWNER_ID_MAX 200         /* bytes of an id that comes in a fact; ingest's limit is lower */
#define OWNER_CUSTOMERS_MAX 1000 /* of one account; ingest refuses more */

/* What an account declared last. */
struct owner_row {
	const char *account_id;
	const char *customers; /* ids of the provider, sorted, with a line feed behind each */
	const char *agreed;    /* likewise: those with whom something was agreed */
};

extern const struct state_table owner_table;

enum status owner_on_declared(struct task *task, const Opsmesh__V1__AccountDeclared *declared);
enum status owner_on_ticket(struct task *task, const Opsmesh__V1__BillingTicket *ticket);
void owner_need_ticket(struct task *task, const ProtobufCMessage *event);
void owner_need_declared(struct task *task, const ProtobufCMessage *event);

#endif
