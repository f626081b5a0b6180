/*
 * conversation_fixture - the stage `conversation`, fed with journalled requests as the edge writes them.
 *
 * What it says is told as lines, "<topic without ops. and .v1> <fact> <key>". Our own people write from
 * ours.example; at free.example strangers share a domain.
 */
#ifndef TESTS_SUPPORT_CONVERSATION_FIXTURE_H
#define TESTS_SUPPORT_CONVERSATION_FIXTURE_H

#include "services/ingest/ingest.h"
#include "tests/support/stage_test.h"

#include "opsmesh/v1/control.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIXTURE_SHARD 1
#define FIXTURE_TICKET "01975c2e-7c00-7abc-8def-0123456789ab"
#define FIXTURE_START "2026-06-01T12:00:00Z"
#define ROUTE(name) OPSMESH__V1__ROUTE__ROUTE_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name

struct conversation_fixture {
	struct stage_test test;
	struct ingest_config config;
	struct document documents[2];
	struct instant at; /* when the next request is received */
};

/* A request of the journal; what is NULL or 0 is absent. */
struct journalled {
	Opsmesh__V1__Route route;
	const char *id;        /* NULL: "R" */
	const char *key;       /* NULL: the id */
	const char *ticket_id; /* that the 202 answered */
	const char *source;    /* of the natural id, with natural */
	const char *natural;
	const char *parameter; /* of the path or the query */
	const char *value;
	const char *body;
	size_t body_size; /* 0: of the text */
	size_t chunk;     /* this part, from 0, of */
	size_t chunks;    /* so many; 0: the body is whole */
};

void conversation_init(struct conversation_fixture *fixture);
void conversation_finish(struct conversation_fixture *fixture);

/* Fed and folded. Time moves on by a second. */
void conversation_journal(struct conversation_fixture *fixture, const struct journalled *request);
/* Fold with the frontier there, so that timers due before it fire. */
void conversation_pass(struct conversation_fixture *fixture, struct duration span);

/* Exactly these facts, a line each; the message of the last one. */
const ProtobufCMessage *conversation_expect(struct conversation_fixture *fixture,
                                            const char *lines);
/* The next fact as a line without its end; "": there is none. */
const char *conversation_hear(struct conversation_fixture *fixture,
                              const ProtobufCMessage **message);

static inline const Opsmesh__V1__ByTicketEvent *by_ticket(const ProtobufCMessage *message)
{
	assert_ptr_equal(message->descriptor, &opsmesh__v1__by_ticket_event__descriptor);
	return (const void *)message;
}

/* "": absent. */
static inline const char *personal(const Opsmesh__V1__PersonalText *text)
{
	return text == NULL ? "" : text->text;
}

#endif
