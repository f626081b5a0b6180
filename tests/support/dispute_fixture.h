/*
 * dispute_fixture - chargeback's stages `index` and `case` behind one another, fed with what billing, tickets and people say.
 *
 * What is fed goes through the index at once, and from there to the stage `case`, where it waits until dispute_pass. Timers fire
 * there. Gathering is none of this fixture's: a case to which people added is taken as gathered, and a packet comes by dispute_packet.
 */
#ifndef TESTS_SUPPORT_DISPUTE_FIXTURE_H
#define TESTS_SUPPORT_DISPUTE_FIXTURE_H

#include "services/chargeback/cases/case.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DISPUTE "dp_1"
#define DISPUTE_SHARD 2
#define ACT(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name

extern struct stage_test dispute_index;
extern struct stage_test dispute_stage;
extern const char *dispute_account;  /* of the shard, as the two below */
extern const char *dispute_customer; /* its customer */
extern const char *dispute_charge;   /* a charge of which nobody knows the customer */

int dispute_start(void **state);
/* The queue works in Tokyo from 9 to 18 on weekdays but for the holidays of May, ken in London. */
int dispute_start_working(void **state);
int dispute_stop(void **state);
/* A crash of both stages, and what is folded is not folded again. */
void dispute_restart(void);

struct instant dispute_time(const char *text);
/* Mesh time never goes back: what is older comes late. */
struct instant dispute_newest(void);

/* What billing says. NULL and 0 where a member is not given mean what stands behind it. */
struct told_dispute {
	const char *id;      /* dp_1 */
	const char *status;  /* needs_response */
	const char *due;     /* none */
	const char *created; /* none */
	const char *payment; /* ch_1 */
	const char *reason;  /* none, as are network and code */
	const char *network;
	const char *code;
	int64_t amount; /* 10000; below zero: none at all */
	bool zero;      /* the amount is */
	int64_t submissions;
	bool unanswerable;
	bool homeless;        /* of a customer without an account */
	const char *customer; /* dispute_customer */
};
void dispute_told(const char *at, const struct told_dispute *told);
/* minor in USD, below zero: it came back. */
void dispute_funds(const char *at, const char *transaction, int64_t minor);
void dispute_funds_in(const char *at, const char *transaction, int64_t minor, const char *currency);
void dispute_warned(const char *at, const char *id, bool actionable);
void dispute_billing(const char *at, const char *key, Opsmesh__V1__BillingEvent *event);
void dispute_ticket(const char *at, Opsmesh__V1__TicketEvent *event);

/* What people ask for; parameters are name, value, ... ended by NULL. */
struct told_action {
	Opsmesh__V1__ActionKind kind;
	const char *type; /* case */
	const char *id;   /* of the fixture's dispute */
	const char *by;   /* NULL: nobody */
	const char *behalf;
	const char *reason;
	const char *const *parameters;
	const char *action; /* "asked" */
	const char *scope;  /* actions:* */
};
void dispute_asked(const char *at, const struct told_action *asked);
/* approve or close by a principal, with a decision and perhaps a digest; what accept needs is there. */
void dispute_approved(const char *at, const char *by, const char *decision, const char *digest);
void dispute_closed(const char *at, const char *by, const char *decision);
/* The packet of the dispute is another now; one of which the digest begins with "unrendered" is no file yet. */
void dispute_packet(const char *at, const char *digest);
/* So many open cases of the shard, named in order; those of a number that remainder divides lack all. */
void dispute_crowd(const char *at, int count, int remainder);

/* What the home's dossier has, a line each: "message ticket/2/1", the kind and the fact. */
const char *dispute_dossier(const char *home);
/* Folds all that was fed and moves the frontier there. */
void dispute_pass(const char *frontier);
void dispute_pass_at(struct instant frontier);
/* What was said since it was asked last but for sweeps, a line each; of deadlines, alerts and reminders with their time. */
const char *dispute_heard(void);
void dispute_expect(const char *lines);
/* How many facts were ever said whose line begins so. */
size_t dispute_count(const char *beginning);
/* The committed case of that home and dispute; NULL: dispute_account, dp_1. */
struct case_row dispute_row(const char *home, const char *dispute);

#endif
