#include "common/io/window.h"

#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define DAYS_OF_WEEK 7
#define LABEL_SIZE 48     /* of any years; within four digits 16 and the NUL */
#define DAY_LABEL_SIZE 10 /* "2026-05-01" */

/* Of local days: more than the days that facts of one batch tell of. A power of two. */
#define CACHED_DAYS 64

/* From its first midnight to that of the next day; empty where a zone has left the day out. */
struct day {
	int64_t number; /* days since 1970-01-01 */
	struct instant start;
	struct instant end;
};

struct window_zone {
	struct zone *zone;
	char *name;
	int64_t shift_us; /* from UTC to local time on the day that was asked about last */
	struct day days[CACHED_DAYS];
	struct window spans[CACHED_DAYS][2]; /* its week and its month; end 0: not known yet */
};

const char *const window_kind_names[WINDOW_KINDS + 1] = { "minute", "hour",  "day",
	                                                  "week",   "month", NULL };

enum window_kind window_kind_from(const bool kinds[static WINDOW_KINDS], enum window_kind least)
{
	int kind = (int)least;

	while (kind < WINDOW_KINDS && !kinds[kind])
		kind++;
	if (kind == WINDOW_KINDS)
		for (kind = (int)least; kind > 0 && !kinds[kind];)
			kind--;
	return (enum window_kind)kind;
}

struct window_zone *window_zone_open(const char *name)
{
	struct zone *const found = zone_open(name);
	struct window_zone *zone;

	if (found == NULL)
		return NULL;
	zone = memory_zero(sizeof(*zone));
	zone->zone = found;
	zone->name = memory_string(name);
	for (size_t i = 0; i < CACHED_DAYS; i++)
		zone->days[i].number = INT64_MIN;
	return zone;
}

void window_zone_close(struct window_zone *zone)
{
	if (zone == NULL)
		return;
	zone_close(zone->zone);
	memory_free(zone->name);
	memory_free(zone);
}

const char *window_zone_name(const struct window_zone *zone)
{
	return zone->name;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static size_t slot_of(int64_t number)
{
	return (uint64_t)number % CACHED_DAYS;
}

static struct instant midnight(const struct window_zone *zone, int64_t number)
{
	return zone_instant(zone->zone, date_of_days(number), 0, CALENDAR_OPENING);
}

static const struct day *day_numbered(struct window_zone *zone, int64_t number)
{
	struct day *const day = &zone->days[slot_of(number)];

	if (day->number != number) {
		*day = (struct day){ number, midnight(zone, number), midnight(zone, number + 1) };
		memset(zone->spans[slot_of(number)], 0, sizeof(zone->spans[0]));
	}
	return day;
}

/*
 * The day whose span holds the instant. Not what a clock on the wall shows: one that is put back over midnight shows the old
 * date again, on the new day.
 */
static const struct day *day_holding(struct window_zone *zone, struct instant at)
{
	const int64_t us = at.us < TIME_OLDEST.us   ? TIME_OLDEST.us
	                   : at.us > TIME_NEWEST.us ? TIME_NEWEST.us
	                                            : at.us;
	const struct day *day = day_numbered(zone, floor_div(us + zone->shift_us, DAY_US));

	while (us < day->start.us)
		day = day_numbered(zone, day->number - 1);
	while (us >= day->end.us)
		day = day_numbered(zone, day->number + 1);
	zone->shift_us = day->number * DAY_US - day->start.us;
	return day;
}

/* Of the parts of so many us that are counted from the day's beginning; the last may be shorter. */
static struct window part_of(const struct day *day, enum window_kind kind, int64_t part,
                             struct instant at)
{
	const struct instant start = { at.us - (at.us - day->start.us) % part };

	return (struct window){ kind, start,
		                time_earlier((struct instant){ start.us + part }, day->end) };
}

static int64_t month_start(struct date date, int32_t later)
{
	const int32_t month = date.month - 1 + later;

	return date_days((struct date){ date.year + month / 12, month % 12 + 1, 1 });
}

static struct window days_between(const struct window_zone *zone, enum window_kind kind,
                                  int64_t first, int64_t end)
{
	return (struct window){ kind, midnight(zone, first), midnight(zone, end) };
}

static struct window span_of(struct window_zone *zone, enum window_kind kind, const struct day *day)
{
	struct window *const span = &zone->spans[slot_of(day->number)][kind == WINDOW_MONTH];
	const struct date date = date_of_days(day->number);
	const int64_t monday = day->number - date_weekday(date);

	if (span->end.us == 0)
		*span = kind == WINDOW_MONTH
		            ? days_between(zone, kind, month_start(date, 0), month_start(date, 1))
		            : days_between(zone, kind, monday, monday + DAYS_OF_WEEK);
	return *span;
}

struct window window_at(struct window_zone *zone, enum window_kind kind, struct instant at)
{
	const struct day *const day = day_holding(zone, at);
	const struct instant within =
	    time_earlier(time_later(at, day->start), (struct instant){ day->end.us - 1 });

	switch (kind) {
	case WINDOW_MINUTE: return part_of(day, kind, MINUTE_US, within);
	case WINDOW_HOUR: return part_of(day, kind, HOUR_US, within);
	case WINDOW_WEEK:
	case WINDOW_MONTH: return span_of(zone, kind, day);
	case WINDOW_DAY:
	case WINDOW_KINDS:
	default: return (struct window){ kind, day->start, day->end };
	}
}

struct window window_next(struct window_zone *zone, const struct window *window)
{
	return window_at(zone, window->kind, window->end);
}

/* A week belongs to the year in which its Thursday lies, and is the first if it holds the first Thursday. */
static void put_week(int64_t monday, char text[static LABEL_SIZE])
{
	const int64_t thursday = monday + 3;
	const int32_t year = date_of_days(thursday).year;
	const int64_t week = (thursday - date_days((struct date){ year, 1, 1 })) / DAYS_OF_WEEK + 1;

	(void)snprintf(text, LABEL_SIZE, "%04" PRId32 "-W%02" PRId64, year, week);
}

static void put_label(struct window_zone *zone, const struct window *window,
                      char text[static LABEL_SIZE])
{
	const struct day *const day = day_holding(zone, window->start);
	const struct date date = date_of_days(day->number);
	const int64_t minutes = (window->start.us - day->start.us) / MINUTE_US;
	int used;

	if (window->kind == WINDOW_WEEK) {
		put_week(day->number - date_weekday(date), text);
		return;
	}
	used = snprintf(text, LABEL_SIZE, "%04" PRId32 "-%02" PRId32, date.year, date.month);
	if (window->kind == WINDOW_MONTH)
		return;
	used += snprintf(text + used, LABEL_SIZE - (size_t)used, "-%02" PRId32, date.day);
	if (window->kind == WINDOW_DAY)
		return;
	used += snprintf(text + used, LABEL_SIZE - (size_t)used, "T%02" PRId64, minutes / 60);
	if (window->kind == WINDOW_MINUTE)
		(void)snprintf(text + used, LABEL_SIZE - (size_t)used, ":%02" PRId64, minutes % 60);
}

const char *window_label(struct arena *arena, struct window_zone *zone, const struct window *window)
{
	char text[LABEL_SIZE];

	put_label(zone, window, text);
	return arena_string(arena, text);
}

/* By how long its label is. */
static bool kind_of(const char *label, enum window_kind *kind)
{
	switch (strlen(label)) {
	case sizeof("2026-05-01T14:07") - 1: *kind = WINDOW_MINUTE; return true;
	case sizeof("2026-05-01T14") - 1: *kind = WINDOW_HOUR; return true;
	case DAY_LABEL_SIZE: *kind = WINDOW_DAY; return true;
	case sizeof("2026-W18") - 1: *kind = WINDOW_WEEK; return true;
	case sizeof("2026-05") - 1: *kind = WINDOW_MONTH; return true;
	default: return false;
	}
}

/* Two digits; anything else makes a number that gives no such label. */
static int64_t pair_at(const char *text)
{
	return (text[0] - '0') * INT64_C(10) + (text[1] - '0');
}

/* The first day that a label names, or may name: the caller compares the label of what comes of it. */
static bool first_day(const char *label, enum window_kind kind, int64_t *number)
{
	char text[DAY_LABEL_SIZE + 1] = "0000-01-01";
	struct date date;

	memcpy(text, label, kind == WINDOW_WEEK ? 4 : kind == WINDOW_MONTH ? 7 : DAY_LABEL_SIZE);
	if (!date_parse(text, &date))
		return false;
	*number = date_days(date);
	if (kind != WINDOW_WEEK)
		return true;
	date.day = 4; /* always in the first week */
	*number = date_days(date) - date_weekday(date) +
	          DAYS_OF_WEEK * (pair_at(label + sizeof("2026-W") - 1) - 1);
	return true;
}

bool window_parse(struct window_zone *zone, const char *label, struct window *window)
{
	char again[LABEL_SIZE];
	enum window_kind kind;
	struct window found;
	struct instant at;
	int64_t number;

	if (!kind_of(label, &kind) || !first_day(label, kind, &number))
		return false;
	at = midnight(zone, number);
	if (kind == WINDOW_HOUR || kind == WINDOW_MINUTE)
		at.us += pair_at(label + sizeof("2026-05-01T") - 1) * HOUR_US;
	if (kind == WINDOW_MINUTE)
		at.us += pair_at(label + sizeof("2026-05-01T14:") - 1) * MINUTE_US;
	found = window_at(zone, kind, at);
	put_label(zone, &found, again);
	if (!text_equal(label, again))
		return false;
	*window = found;
	return true;
}
