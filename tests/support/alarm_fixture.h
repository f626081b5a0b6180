/*
 * alarm_fixture - the stage that watches KPIs, with documents of the test's own, told of windows and asked what it said.
 */
#ifndef TESTS_SUPPORT_ALARM_FIXTURE_H
#define TESTS_SUPPORT_ALARM_FIXTURE_H

#include "services/kpi-aggregator/alarm/alarm.h"
#include "tests/support/stage_test.h"

#define ALARM_SERIES "support.csat@1"
#define ALARM_DOCUMENTS_MAX 4

/* How a document begins and ends, and one: below 80 % it is raised, at 85 % resolved. */
#define ALARM_HEAD(id, from)                                          \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"" from \
	"\",\"metric\":\"" ALARM_SERIES "\","
#define ALARM_TAIL                                                                               \
	"\"severity\":\"warning\",\"team\":\"support\",\"runbook\":\"deploy/runbooks/csat.md\"," \
	"\"says\":{\"summary\":\"CSAT of {value} is {figure}.\",\"description\":\"{hits} of {n} in {window}.\"}}"
#define ALARM_OLD "2020-01-01T00:00:00Z"
#define ALARM_LOW                                                                               \
	ALARM_HEAD("low", ALARM_OLD)                                                            \
	"\"window\":\"hour\",\"sealed\":true,\"judge\":{\"by\":\"threshold\",\"of\":\"value\"," \
	"\"below\":800000,\"minimum_n\":20},\"resolve\":{\"windows\":1,\"margin\":850000}," ALARM_TAIL

struct alarm_fixture {
	struct stage_test test;
	struct document documents[2];
	struct stage stage;
	struct instant now;
};

/* How a window stands that is told. */
enum alarm_told { TOLD_OPEN, TOLD_SEALED, TOLD_RESTATED };

/* hits of n in one window; its value is their share. */
struct alarm_window {
	const char *label; /* "2026-05-01T10"; its kind follows from it */
	int64_t n;
	int64_t hits;
	enum alarm_told told;
	const char *value;    /* NULL: "" */
	const char *currency; /* NULL: "" */
	const char *zone;     /* NULL: UTC */
	const char *series;   /* NULL: ALARM_SERIES */
	const char *unit;     /* NULL: ppm; of others the value is the sum */
	int64_t sum;
	int32_t revision; /* of a restated one; 0: 1 */
};

/* The documents' texts, ended by NULL, and the lists of holidays of the tree. */
void alarm_fixture_start(struct alarm_fixture *fixture, const char *const *texts);
void alarm_fixture_stop(struct alarm_fixture *fixture); /* once more does nothing */

/* Told when the writer had come so far; not folded yet. */
void alarm_feed(struct alarm_fixture *fixture, const struct alarm_window *window, const char *mesh);
/* Told half an hour after its end or later, and folded with the timers of half an hour more. */
void alarm_tell(struct alarm_fixture *fixture, const struct alarm_window *window);
/* Folds everything; time goes on. */
void alarm_pass(struct alarm_fixture *fixture, const char *until);
void alarm_acknowledge(struct alarm_fixture *fixture, const char *about, const char *at);

/* What was said since it was asked last, a line each: "raised low/-/2026-05-01T10 at 2026-05-01T11:00:00Z". */
const char *alarm_lines(struct alarm_fixture *fixture);
/* The next fact that was said, or NULL. */
const Opsmesh__V1__AlertEvent *alarm_next(struct alarm_fixture *fixture);

#endif
