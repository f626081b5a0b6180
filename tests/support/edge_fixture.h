/*
 * edge_fixture - an edge with its server on a free port, and a journal that is a list.
 *
 * The journal is a fake on purpose: what it does with a record is chosen by the test.
 */
#ifndef TESTS_SUPPORT_EDGE_FIXTURE_H
#define TESTS_SUPPORT_EDGE_FIXTURE_H

#include "services/ingest/edge.h"

#include "opsmesh/v1/intake.pb-c.h"

#define FIXTURE_PARTITIONS 4
#define FIXTURE_KEY "0123456789abcdef"
#define FIXTURE_POOR_KEY "fedcba9876543210" /* has the scopes csat and actions:assign alone */
#define FIXTURE_STRIPE_SECRET "whsec_second"
#define AUTHORIZED "Authorization: Bearer " FIXTURE_KEY "\r\n"
#define POORLY_AUTHORIZED "Authorization: Bearer " FIXTURE_POOR_KEY "\r\n"

enum journal_mode { JOURNAL_GOOD, JOURNAL_AWAY, JOURNAL_FULL, JOURNAL_FAILS, JOURNAL_HOLDS };

struct kept_record {
	int32_t partition;
	const char *key;     /* NULL: none */
	const char *headers; /* "name=value;" */
	Opsmesh__V1__IntakeEvent *event;
};

/* cmocka's setup and teardown. */
int fixture_start(void **state);
int fixture_start_recorded(void **state);
int fixture_stop(void **state);

struct arena *fixture_arena(void);
struct edge *fixture_edge(void);
int fixture_port(void);
struct edge_journal fixture_journal(void);
void fixture_mode(enum journal_mode wanted);
size_t fixture_count(void);
const struct kept_record *fixture_record(size_t place);
/* The request in a record, which must be one. */
const Opsmesh__V1__RequestReceived *fixture_received(size_t place);
/* Acknowledges the last record after a while, from a thread of its own: the time at which it did. */
void fixture_acknowledge_later(void);
struct instant fixture_acknowledged_at(void); /* waits for it */

/* Answers stay until the next request. */
struct bytes fixture_post_bytes(const char *path, const char *headers, struct bytes body);
struct bytes fixture_post(const char *path, const char *headers, const char *body);
void assert_answer(struct bytes answer, int status, const char *part);
/* The value of a text member of the answer's body; NULL: absent. */
const char *answer_member(struct bytes answer, const char *name);

#endif
