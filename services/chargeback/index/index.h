/*
 * index - the stage that brings tickets, triage and billing under the account that they belong to.
 *
 * A fact comes under the key of its ticket, customer or charge; cases live under their account. So each subject (a ticket,
 * a customer) has a home: the account once it is known, of a customer without one the customer itself. What came
 * before a ticket's account was known, or before it became another's, is kept and sent on when it is. A dispute keeps the
 * home that it had first: its case, and with it the one answer that it may have, never moves.
 *
 * What has no customer yet (billing's object_unplaced) is at home under its charge, else under itself, until more is known:
 * then that case ends, and another begins under the charge or the account.
 */
#ifndef SERVICES_CHARGEBACK_INDEX_INDEX_H
#define SERVICES_CHARGEBACK_INDEX_INDEX_H

#include "common/flow/task.h"
#include "opsmesh/v1/material.pb-c.h"

#define INDEX_ID_MAX 255 /* bytes of an id that is a key */
#define INDEX_KEPT_MAX \
	512 /* facts of one subject: the newest; a ticket has some ten, a customer a few a month */

/* A ticket or customer. */
struct index_subject_row {
	const char *subject; /* "ticket/T-1", "customer/cus_9" */
	const char *home;    /* NULL: not known */
	const char *former;  /* its home before, where cases of it may have stayed; NULL: none */
	int64_t facts;       /* that ever came: the next one's number */
};

/* What came of it: the newest, in a ring. */
struct index_fact_row {
	const char *subject;
	int64_t place;     /* its number modulo INDEX_KEPT_MAX */
	struct bytes fact; /* MaterialEvent, packed, without a home */
};

/* Where a dispute's or warning's case is. */
struct index_dispute_row {
	const char *dispute_id;
	const char *home;
};

extern const struct state_table index_subject_table;
extern const struct state_table index_fact_table;
extern const struct state_table index_dispute_table;

/* Each of a whole message: which facts are material is a table of index_stage.c. */
enum status index_on_ticket(struct task *task, const ProtobufCMessage *message);
enum status index_on_triage(struct task *task, const ProtobufCMessage *message);
enum status index_on_billing(struct task *task, const ProtobufCMessage *message);
void index_need_ticket(struct task *task, const ProtobufCMessage *message);
void index_need_triage(struct task *task, const ProtobufCMessage *message);
void index_need_billing(struct task *task, const ProtobufCMessage *message);

#endif
