#include "common/io/zone.h"

#include "common/base/memory.h"

#include <glib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define DAY_S INT64_C(86400)
/* Offsets are within 26 hours of UTC: where a local time can be, if it were UTC. */
#define REACH_S (INT64_C(26) * 3600)
/* Most changes are further apart than this: how far ahead a steady offset is looked for. */
#define STRIDE_S (90 * DAY_S)

/* The offset is known not to change from the second steady_from to steady_to. */
struct zone {
	GTimeZone *zone;
	int64_t steady_from;
	int64_t steady_to;
	int32_t steady_offset;
};

/*
 * GLib also takes paths, offsets and POSIX rules, and complains aloud about other files of tzdata,
 * which begin in lower case as no place does.
 */
static bool name_valid(const char *name)
{
	const bool placed = strchr(name, '/') != NULL;

	if (!g_ascii_isupper(name[0]) || strstr(name, "//") != NULL)
		return false;
	for (const char *at = name; *at != '\0'; at++) {
		const bool digit = placed && (g_ascii_isdigit(*at) || *at == '+');

		if (!g_ascii_isalpha(*at) && !digit && strchr("_-/", *at) == NULL)
			return false;
	}
	return true;
}

struct zone *zone_open(const char *name)
{
	GTimeZone *const found = name_valid(name) ? g_time_zone_new_identifier(name) : NULL;
	struct zone *zone;

	if (found == NULL)
		return NULL;
	zone = memory_zero(sizeof(*zone));
	zone->zone = found;
	return zone;
}

void zone_close(struct zone *zone)
{
	if (zone == NULL)
		return;
	g_time_zone_unref(zone->zone);
	memory_free(zone);
}

static int interval_at(const struct zone *zone, int64_t second)
{
	return g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, second);
}

static int32_t offset_of(const struct zone *zone, int interval)
{
	return g_time_zone_get_offset(zone->zone, interval);
}

int32_t zone_offset(const struct zone *zone, struct instant at)
{
	const int64_t second = at.us / SECOND_US - (at.us % SECOND_US < 0 ? 1 : 0);

	return offset_of(zone, interval_at(zone, second));
}

/* Whether one offset holds wherever this local time can be; most are answered from memory. */
static bool steady(struct zone *zone, int64_t local)
{
	const int64_t from = local - REACH_S;
	int64_t to = local + STRIDE_S;
	int interval;

	if (from >= zone->steady_from && local + REACH_S <= zone->steady_to)
		return true;
	interval = interval_at(zone, from);
	if (interval_at(zone, to) != interval)
		to = local + REACH_S;
	if (interval_at(zone, to) != interval)
		return false;
	zone->steady_from = from;
	zone->steady_to = to;
	zone->steady_offset = offset_of(zone, interval);
	return true;
}

/* The first second of an interval, which lies in (before, at]. */
static int64_t interval_start(const struct zone *zone, int interval, int64_t before, int64_t at)
{
	while (at - before > 1) {
		const int64_t middle = before + (at - before) / 2;

		if (interval_at(zone, middle) < interval)
			before = middle;
		else
			at = middle;
	}
	return at;
}

/*
 * Near a change of offset. Every interval within reach says where the local time would be; where the
 * interval that holds there has the same offset, it is. Nowhere: the local time was skipped, and the
 * first valid instant is the start of the interval that would place it before its own start.
 */
static int64_t second_of(const struct zone *zone, int64_t local, enum calendar_edge edge)
{
	const int last = interval_at(zone, local + REACH_S);
	int64_t found = 0;
	int64_t skipped = 0;
	bool exists = false;

	for (int interval = interval_at(zone, local - REACH_S); interval <= last; interval++) {
		const int64_t second = local - offset_of(zone, interval);
		const int holds = interval_at(zone, second);

		if (offset_of(zone, holds) == offset_of(zone, interval)) {
			if (!exists || (edge == CALENDAR_CLOSING) == (second > found))
				found = second;
			exists = true;
		} else if (holds < interval) {
			skipped = interval_start(zone, interval, second, local + REACH_S);
		}
	}
	return exists ? found : skipped;
}

struct instant zone_instant(void *zone, struct date date, int32_t second, enum calendar_edge edge)
{
	struct zone *const self = zone;
	const int64_t local = date_days(date) * DAY_S + second;

	if (steady(self, local))
		return (struct instant){ (local - self->steady_offset) * SECOND_US };
	return (struct instant){ second_of(self, local, edge) * SECOND_US };
}
