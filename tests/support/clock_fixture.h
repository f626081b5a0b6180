/*
 * clock_fixture - the stage `clock` with documents of its own, and the facts of a ticket as short calls.
 *
 * Tokyo works from 9 to 18 on weekdays but for the holidays of May and September 2026. Rules, in order:
 * urgent (always open; 30 min, 30 min, 4 h), enterprise (Tokyo; 1 h, 2 h, 16 h), gold (always; 1 h),
 * account (always; 2 h; category account), everyone (always; 8 h, 8 h, 40 h). Warnings at 50 %; resolution pauses in pending.
 */
#ifndef TESTS_SUPPORT_CLOCK_FIXTURE_H
#define TESTS_SUPPORT_CLOCK_FIXTURE_H

#include "services/sla-watcher/watcher.h"
#include "tests/support/stage_test.h"

#include "opsmesh/v1/alert.pb-c.h"
#include "opsmesh/v1/sla.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIXTURE_SHARD 2
#define DAY "2026-06-01T"
#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define AGENT OPSMESH__V1__ROLE__ROLE_AGENT
#define PUBLIC OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC
#define PRIVATE OPSMESH__V1__VISIBILITY__VISIBILITY_PRIVATE
#define NORMAL OPSMESH__V1__PRIORITY__PRIORITY_NORMAL
#define URGENT OPSMESH__V1__PRIORITY__PRIORITY_URGENT
#define STATUS(name) OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_##name
#define ACTION(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define ACTIVATED \
	"activated first_reply/1 " DAY "00:00:00Z\nactivated resolution/1 " DAY "00:00:00Z\n"

struct clock_fixture {
	struct stage_test test;
	struct document documents[2];
	const char *ticket;  /* a ticket of the shard */
	struct instant mesh; /* of what is fed next; TIME_MIN: the event's own time */
};

void clock_fixture_init(struct clock_fixture *fixture);
void clock_fixture_finish(struct clock_fixture *fixture);

struct instant when(const char *text);

/* What happened to the fixture's ticket; each is fed, none folded. */
void feed_opened(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Priority priority);
void feed_message(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Role role,
                  Opsmesh__V1__Visibility visibility);
void feed_status(struct clock_fixture *fixture, const char *at, Opsmesh__V1__TicketStatus status);
void feed_reopened(struct clock_fixture *fixture, const char *at);
void feed_priority(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Priority priority);
/* verbatim NULL: the account list has no word of its own. */
void feed_tier(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Tier tier,
               const char *verbatim);
/* What the classifier says of the ticket. */
void feed_triage(struct clock_fixture *fixture, const char *at, Opsmesh__V1__TriageEvent *event);
void feed_ticket(struct clock_fixture *fixture, const char *at, Opsmesh__V1__TicketEvent *event);
/* An action on an alert, or on something else. */
void feed_action(struct clock_fixture *fixture, const char *at, Opsmesh__V1__ActionKind kind,
                 const char *type, const char *id);
const char *alert_id(struct clock_fixture *fixture, const char *rest);

/* Folds all that was fed and moves the frontier there. */
void pass_until(struct clock_fixture *fixture, const char *frontier);
/* The next fact as one line: "breached first_reply/1 2026-05-07T00:30:00Z"; "": there is none. */
const char *hear(struct clock_fixture *fixture, const ProtobufCMessage **message);
/* Exactly these facts, a line each; the message of the last one, NULL: there is none. */
const ProtobufCMessage *expect(struct clock_fixture *fixture, const char *lines);
void assert_instant(const Google__Protobuf__Timestamp *timestamp, const char *text);
const Opsmesh__V1__SlaEvent *sla(const ProtobufCMessage *message);
const Opsmesh__V1__AlertEvent *alert(const ProtobufCMessage *message);

/* Opened at midnight and urgent: the first reply is due at 00:30, with a warning at 00:15. */
void open_urgent(struct clock_fixture *fixture);
/* The same, until 00:40: the breach and its alert were said. */
void breach(struct clock_fixture *fixture);

/* The clock that a fact of ops.sla.v1 carries. */
const Opsmesh__V1__SlaClock *clock_of(const ProtobufCMessage *event);

#endif
