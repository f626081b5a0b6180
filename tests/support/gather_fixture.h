/*
 * gather_fixture - the stage `case` of chargeback with all its documents, fed with what the stage index brings of one account.
 */
#ifndef TESTS_SUPPORT_GATHER_FIXTURE_H
#define TESTS_SUPPORT_GATHER_FIXTURE_H

#include "services/chargeback/cases/case.h"
#include "tests/support/stage_test.h"

#define GATHER_DISPUTE "dp_1"
#define GATHER_PAID "2026-05-10T09:00:00Z" /* as gather_begin has it, as the two below */
#define GATHER_WROTE "2026-05-20T09:00:00Z"
#define GATHER_BEGAN "2026-06-01T00:00:00Z"

extern struct stage_test gather_stage;
extern const char *gather_home; /* an account of the shard */

int gather_start(void **state);
int gather_stop(void **state);

/* What is brought; the id of a fact is given, and a message has it too. */
void gather_payment(const char *at, const char *fact_id); /* ch_1 */
void gather_payment_of(const char *at, const char *fact_id, const char *payment);
void gather_message(const char *at, const char *fact_id, Opsmesh__V1__Role role, bool private,
                    const char *text);
void gather_judged(const char *at, const char *message_id, const char *intent);
void gather_left(const char *at);
void gather_dispute(const char *at, const char *status, const char *reason); /* dp_1 of ch_1 */
/* Of what the disputes from here on are over, in cents: 12000 before it is called. */
void gather_disputed(int64_t minor);
void gather_dispute_of(const char *at, const char *dispute, const char *payment,
                       const char *status);
/* Of disputes told from now on, until gather_stop; none before. */
void gather_network(const char *network, const char *code);
/* An action on the case; parameters are pairs of a name and a value, ended by NULL. */
void gather_asked(const char *at, Opsmesh__V1__ActionKind kind, const char *by,
                  const char *const *parameters);
/* A pin that brings this file, as ingest says it, in parts of so many bytes; parameters as above. The bytes are borrowed. */
void gather_uploaded(const char *at, const char *media_type, struct bytes content, size_t part,
                     const char *const *parameters);
/* What is in force from now on in place of a document, until gather_stop. */
void gather_document(const char *name, const void *compiled);
/* What most cases begin with: ch_1 was paid, the customer wrote m1, and a day ago dp_1 came. It is folded. */
void gather_begin(const char *reason);
/* By kim; folded as of then. */
void gather_put_up(const char *at);
/* By lee, likewise. */
void gather_approved(const char *at, const char *digest);
/* Folds all, and moves the frontier there; packets are rendered on the way. */
void gather_pass(const char *frontier);
/*
 * What was said of evidence and packets since it was asked last, a line each: "collected 3 1 400000" (items that may be sent,
 * that hurt, completeness), "gap usage", "closed usage", "built 3 1" (items, dropped), "refused nothing", and of others
 * their names: "packet_staged". Rendered packets and sweeps are left out.
 */
const char *gather_heard(void);
/* The last fact of this kind that was said; NULL: none was. */
const Opsmesh__V1__DisputeEvent *gather_last(Opsmesh__V1__DisputeEvent__FactCase fact);
/* The committed case, and what is kept of it. */
const Opsmesh__V1__CaseKept *gather_kept(void);
/* The canonical text of the packet that stands; NULL: none does. */
const char *gather_standing(void);
/* The canonical text of a packet that is kept; NULL: it is not. */
const char *gather_packet_text(const char *digest);

#endif
