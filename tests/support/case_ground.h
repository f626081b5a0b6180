/*
 * case_ground - a shard of chargeback's stage `case` with its documents as they are deployed, fed by hand, and what came of
 * it written into the schemas of a database as the daemons would have it there.
 *
 * What billing and people say lies in the schemas billing and ingest, as the streams customer/0 and conversation/0.
 */
#ifndef TESTS_SUPPORT_CASE_GROUND_H
#define TESTS_SUPPORT_CASE_GROUND_H

#include "common/io/db.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "opsmesh/v1/material.pb-c.h"

#define GROUND_CUSTOMER "cus_1"

void ground_open(void);
void ground_close(void);
struct arena *ground_arena(void);
const char *ground_home(void); /* the account of the shard */
struct instant ground_time(const char *text);
Google__Protobuf__Timestamp *ground_stamp(const char *text); /* NULL for NULL */
Opsmesh__V1__Money *ground_money(int64_t minor, const char *currency);

/* What billing says from now on is of nobody that is known: under a charge of the shard. False: of the customer again. */
const char *ground_unplaced(bool unplaced);
/* Each is fed at a time that does not go back, and said by its stage first. */
void ground_billing(const char *at, Opsmesh__V1__BillingEvent *event);
void ground_action(const char *at, const char *id, Opsmesh__V1__ActionRequested *requested);
/* A file of one part, on its way before the action that names it. */
Opsmesh__V1__ActionFile *ground_file(const char *at, const char *media_type, struct bytes content);
void ground_pass(const char *frontier); /* folds all that was fed; timers fire */
/* What the stage does not say by itself here: a fact of a case, said behind its own. */
void ground_say(const char *at, const char *dispute_id, Opsmesh__V1__DisputeEvent *event);

/* What a case keeps beside all that the stage has it keep: one message lies behind the other, and the later counts. */
void ground_keep(const char *dispute_id, const Opsmesh__V1__CaseKept *more);

/* Writes all of it; the schemas chargeback, billing and ingest are there and empty. */
enum status ground_write(const char *uri) MUST_CHECK;

#endif
