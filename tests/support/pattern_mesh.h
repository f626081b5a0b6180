/*
 * pattern_mesh - the real handlers of the stage `pattern` in a shard, fed and heard in one line each.
 *
 * There is one mesh at a time. What is fed goes under its intent with its own time as mesh time, unless
 * another is set; what was said is read as lines "pattern_found 1 2026-05-22T09:03:00Z": of a pattern its
 * number, of a suspected duplicate the ticket.
 */
#ifndef TESTS_SUPPORT_PATTERN_MESH_H
#define TESTS_SUPPORT_PATTERN_MESH_H

#include "opsmesh/v1/triage.pb-c.h"
#include "services/classifier/pattern.h"
#include "tests/support/stage_test.h"

#define DAY "2026-05-22T" /* a Friday */

struct pattern_mesh {
	struct stage_test test;
	struct document documents[2];
	const char *intent;
	const char *mesh;   /* of what is fed; NULL: its own time */
	int message_number; /* of the last one: "M-0001" of ticket "T-0001" */
};

extern struct pattern_mesh mesh;

/* intent: NULL for one of the mesh's choice. */
void pattern_mesh_start(const char *intent);
void pattern_mesh_stop(void);

struct told {
	const char *at;
	const char *customer;
	const char *language; /* NULL: "en" */
	const char *token;    /* NULL: none */
	uint64_t words;       /* 0: no sketch; else the same sketch for the same number */
	const char *ticket;   /* NULL: one of its own, which this message opens */
	Opsmesh__V1__Channel channel;
};
void tell_under(const char *intent, const struct told *told);
void tell(const struct told *told);
void tell_code(const char *at, const char *customer, const char *language); /* token E1234 */
/* Customers acme, bolt, coda at 09:00, 09:01 and 09:03 of the day. */
void three_report(void);
/* Folds what was fed; it must go well. */
void fold_until(const char *frontier);

struct instant time_of(const char *text);
/* All that was said since, and the last of it; NULL: nothing. */
const char *said_since(const Opsmesh__V1__TriageEvent **last);
/* The same, held against lines. */
const Opsmesh__V1__TriageEvent *expect_said(const char *lines);
void assert_time(const Google__Protobuf__Timestamp *timestamp, const char *text);

#endif
