/*
 * calendar - business hours as instants, and the two questions asked of them.
 *
 * Rules in local time are turned once into sorted, disjoint, half-open spans of UTC instants with
 * prefix sums, a UTC year at a time and on first use. So `due` and `elapsed` are binary searches over
 * the same spans, and each undoes the other: elapsed(at, due(at, target)) == target. Nothing here
 * loops without bound: the horizon is the years CALENDAR_FIRST_YEAR to CALENDAR_LAST_YEAR, and a
 * question that leaves it is answered with a reason. One thread uses a calendar.
 */
#ifndef COMMON_BASE_CALENDAR_H
#define COMMON_BASE_CALENDAR_H

#include "common/base/arena.h"
#include "common/base/time.h"

#include <stdbool.h>

#define CALENDAR_FIRST_YEAR 1970 /* as far back as the mesh accepts times */
#define CALENDAR_LAST_YEAR 2199  /* no contract runs longer; a hopeless question ends there */
#define CALENDAR_WINDOWS_MAX 24  /* on one day: one an hour */

/* A window in seconds of local time after the midnight that begins its date; to_s is past 86400 when
 * it ends on the next date. from_s is below 86400, to_s above from_s and at most 172800. */
struct calendar_window {
	int32_t from_s;
	int32_t to_s;
};

/* The windows that begin on a date; none: closed. */
struct calendar_day {
	const struct calendar_window *windows;
	size_t count;
};

/* A date that does not follow its weekday: a holiday or an override. */
struct calendar_special {
	int64_t date; /* date_days */
	struct calendar_day day;
};

enum calendar_edge { CALENDAR_OPENING, CALENDAR_CLOSING };

/*
 * The instant of a local time, in seconds after the midnight of a date (0 to 172800). One that does
 * not exist is the first valid instant after it; of one that exists twice an opening is the first and
 * a closing the last.
 */
typedef struct instant calendar_zone(void *zone, struct date date, int32_t second,
                                     enum calendar_edge edge);

struct calendar_rules {
	struct calendar_day week[7];             /* 0 is Monday */
	const struct calendar_special *specials; /* ascending by date, no date twice */
	size_t special_count;
	calendar_zone *instant;
	void *zone;
};

struct calendar_span {
	struct instant open;
	struct instant close; /* not part of it */
};

struct calendar;

/* Lives in the arena; what the rules point to is borrowed for as long. */
struct calendar *calendar_create(struct arena *arena, const struct calendar_rules *rules);

/* The first instant by which target has passed in open time since at; at itself for a target of 0. */
bool calendar_due(struct calendar *calendar, struct instant at, struct duration target,
                  struct instant *due, const char **reason) MUST_CHECK;
/* Open time in [from, to). */
bool calendar_elapsed(struct calendar *calendar, struct instant from, struct instant to,
                      struct duration *elapsed, const char **reason) MUST_CHECK;
/* The first span that closes after at; one that runs over the end of a UTC year comes in two parts.
 * False: none is left before the horizon. */
bool calendar_span(struct calendar *calendar, struct instant at, struct calendar_span *span);

#endif
