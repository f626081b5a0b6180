/*
 * provider_chain - from what the payment provider sends to a case, through the real stages: ingest's `conversation`, billing-sync's `object`,
 * `source`, `charge` and `customer`, chargeback's `index` and `case`, each in all its shards and by the documents of the tree.
 *
 * A fact goes to every stage that reads its topic, to the shard of its key. All that was sent is through, and has had its
 * consequences, when a function below returns. Requests come a second apart.
 */
#ifndef TESTS_SUPPORT_PROVIDER_CHAIN_H
#define TESTS_SUPPORT_PROVIDER_CHAIN_H

#include "opsmesh/v1/dispute.pb-c.h"
#include "services/chargeback/cases/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CHAIN_BEGIN "2026-05-01T09:00:00Z" /* before the first request */

int chain_start(void **state);
int chain_stop(void **state);
struct arena *chain_arena(void);
struct instant chain_now(void);
/* A document of chargeback, by its name there. */
const void *chain_document(const char *name);

/* POST /v1/accounts, /v1/webhooks/stripe, and /v1/stripe/objects with one object or a list of them, as the edge journals it. */
void chain_account(const char *body);
void chain_webhook(const char *body);
void chain_upload(const char *body);
/* Nothing comes for so long; timers fire. */
void chain_wait(struct duration span);

/* What was ever said of a case of this dispute or warning, in order; NULL: no more of it. Behind `after`; NULL: the first. */
const Opsmesh__V1__DisputeEvent *chain_next(const char *dispute_id,
                                            const Opsmesh__V1__DisputeEvent *after);
/* The first of a kind; NULL: there is none. */
const Opsmesh__V1__DisputeEvent *chain_find(const char *dispute_id,
                                            Opsmesh__V1__DisputeEvent__FactCase fact);
/* The lines of dispute_line.h of what was said of its life, its deadlines and its money; evidence and what follows from it is left out. */
const char *chain_story(const char *dispute_id);
/*
 * What could not be taken over, since it was asked last, a line each: "request_refused in_1 field: reason",
 * "object_refused dispute/dp_1 field: reason", "dead ..." for what a stage gave up.
 */
const char *chain_refused(void);
/* The committed case of that home. */
struct case_row chain_case(const char *home, const char *dispute_id);

#endif
