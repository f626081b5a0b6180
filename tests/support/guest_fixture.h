/*
 * guest_fixture - a dispute of which nobody knows the customer at first: its case under the charge, the one under the account, and
 * behind both the stage `answer`.
 *
 * It stands on dispute_fixture. What the cases ask for waits until guest_pass.
 */
#ifndef TESTS_SUPPORT_GUEST_FIXTURE_H
#define TESTS_SUPPORT_GUEST_FIXTURE_H

#include "tests/support/dispute_fixture.h"

#define GUEST_DUE "2026-05-12T23:59:59Z"

extern struct stage_test guest_answer; /* the stage `answer`, shard of the dispute */

int guest_start(void **state);
int guest_stop(void **state);
/* A crash of all three stages. */
void guest_restart(void);

/* What billing says of it while its customer is not known, and when it is. */
void guest_told(const char *at, const char *status, bool charge_known);
/* Of another dispute, by its charge; "": it names none, and comes under its own key. */
void guest_told_of(const char *at, const char *dispute, const char *charge);
void guest_placed(const char *at);
void guest_placed_of(const char *at, const char *dispute);

/* What people ask of the case of a home: dispute_charge or dispute_account. */
void guest_asked(const char *at, const char *home, const char *by, const char *decision,
                 const char *digest);
void guest_closed(const char *at, const char *home, const char *by, const char *decision);
void guest_packet(const char *at, const char *home, const char *digest);
/* A packet is put up by mika and approved by ken. */
void guest_released(const char *at, const char *home, const char *digest);

/* Folds all, the stage `answer` at last. */
void guest_pass(const char *frontier);
/* How many lines of the stage `answer` begin so. */
size_t guest_count(const char *beginning);
/* How many answers the cases asked for. */
size_t guest_asked_count(void);

#endif
