/*
 * billing_ticket - the tickets about money that are open on an account, as rows keep them.
 */
#ifndef SERVICES_BILLING_SYNC_BILLING_TICKET_H
#define SERVICES_BILLING_SYNC_BILLING_TICKET_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

#define BILLING_TICKETS_MAX 4096 /* open on one account at a time */

/* A packed BillingTicketList; absent bytes are an empty one. False: it cannot be read. */
bool billing_ticket_read(struct task *task, struct bytes packed,
                         Opsmesh__V1__BillingTicketList *list) MUST_CHECK;
/* In the place where its id belongs; one that is open no longer leaves. False: there is no room. */
bool billing_ticket_put(struct arena *arena, Opsmesh__V1__BillingTicketList *list,
                        const Opsmesh__V1__BillingTicket *ticket) MUST_CHECK;
/* Is it about the invoice? One that names none is about all. */
bool billing_ticket_concerns(const Opsmesh__V1__BillingTicket *ticket, const char *invoice);

#endif
