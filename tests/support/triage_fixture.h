/*
 * triage_fixture - the stage `triage` with the documents of guide_fixture, and what happens to a ticket as
 * short calls. A minute passes with each of them.
 */
#ifndef TESTS_SUPPORT_TRIAGE_FIXTURE_H
#define TESTS_SUPPORT_TRIAGE_FIXTURE_H

#include "common/base/text.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "services/classifier/triage.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define AGENT OPSMESH__V1__ROLE__ROLE_AGENT
#define BOT OPSMESH__V1__ROLE__ROLE_BOT
#define FACT(name) OPSMESH__V1__TRIAGE_EVENT__FACT_##name
#define WHY(name) OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_##name
#define PRIORITY(name) OPSMESH__V1__PRIORITY__PRIORITY_##name
#define REFUND_EN "Please refund my last payment, I want my money back."
#define REFUND_JA "先月分の料金を返金してください。"
#define OUTAGE_EN "Is your service down? Nobody in our company can use it, every page gives 503."

extern struct stage_test triage_stage;
extern const char *triage_ticket; /* the one at hand; of the shard */

/* Around each triage_stage; state is not looked at. */
int triage_fixture_start(void **state);
int triage_fixture_stop(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, triage_fixture_start, triage_fixture_stop)

void triage_feed_opened(const char *subject);
void triage_feed_message(Opsmesh__V1__Role role, const char *body);
void triage_feed_tier(Opsmesh__V1__Tier tier);
void triage_feed_priority(Opsmesh__V1__Priority priority);
void triage_feed_correction(const char *id, const char *intent);

/* Everything that was fed. */
void triage_fold(void);
/* The next fact on ops.triage.v1; what goes to the stage pattern is passed over. NULL: there is none. */
const Opsmesh__V1__TriageEvent *triage_listen(void);
const Opsmesh__V1__TriageEvent *triage_hear(void); /* there is one */
const Opsmesh__V1__TicketClassified *triage_hear_classified(void);
const Opsmesh__V1__NeedsHuman *triage_hear_human(void);
struct triage_row triage_row_of(void); /* of the ticket at hand */

#endif
