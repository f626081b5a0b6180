/*
 * window - spans of local time that are counted together: minutes, hours, days, weeks, months of a zone.
 *
 * A day runs from one local midnight to the next, so that it has 23 or 25 hours when clocks change; hours and minutes are counted
 * from its beginning in real time, so that they never overlap and none is missing. Where midnight does not exist, the day begins at
 * the first instant after it. A week begins on Monday (ISO 8601), a month on its first.
 *
 * Every minute lies in one hour, every hour in one day, every day in one week and in one month: what is counted by the finest is
 * enough for the others.
 */
#ifndef COMMON_IO_WINDOW_H
#define COMMON_IO_WINDOW_H

#include "common/base/arena.h"
#include "common/base/time.h"

enum window_kind {
	WINDOW_MINUTE,
	WINDOW_HOUR,
	WINDOW_DAY,
	WINDOW_WEEK,
	WINDOW_MONTH,
	WINDOW_KINDS,
};
/* The shortest of these kinds that is at least so long; where there is none, the longest. One of them has to be there. */
enum window_kind window_kind_from(const bool kinds[static WINDOW_KINDS], enum window_kind least);

extern const char *const window_kind_names[WINDOW_KINDS + 1]; /* ended by NULL */

struct window {
	enum window_kind kind;
	struct instant start;
	struct instant end; /* not included */
};

struct window_zone;

/* NULL: no zone of that name. It lives until it is closed; one thread uses it. */
struct window_zone *window_zone_open(const char *name);
void window_zone_close(struct window_zone *zone);
const char *window_zone_name(const struct window_zone *zone);

/* The window of a kind in which an instant lies; of one that the mesh does not accept (TIME_OLDEST, TIME_NEWEST) the nearest. */
struct window window_at(struct window_zone *zone, enum window_kind kind, struct instant at);
/* The one behind it. */
struct window window_next(struct window_zone *zone, const struct window *window);
/* "2026-05-01T14:07", "2026-05-01T14" (hours since the day began), "2026-05-01", "2026-W18", "2026-05". */
const char *window_label(struct arena *arena, struct window_zone *zone,
                         const struct window *window);
/* The reverse of it. False: it is none of a kind's, or of a day that the zone has left out. */
bool window_parse(struct window_zone *zone, const char *label, struct window *window) MUST_CHECK;

#endif
