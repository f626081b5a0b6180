/*
 * time - instants and durations as distinct types, in microseconds, UTC.
 *
 * They are structs so that adding two instants, or passing seconds where
 * microseconds are meant, does not compile. Sums saturate.
 */
#ifndef COMMON_BASE_TIME_H
#define COMMON_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct instant {
	int64_t us; /* since 1970-01-01T00:00:00Z, without leap seconds */
};
struct duration {
	int64_t us;
};

#define MILLISECONDS(n) ((struct duration){ INT64_C(1000) * (n) })
#define SECONDS(n) ((struct duration){ INT64_C(1000000) * (n) })
#define MINUTES(n) SECONDS(INT64_C(60) * (n))
#define HOURS(n) MINUTES(INT64_C(60) * (n))
#define DAYS(n) HOURS(INT64_C(24) * (n))
#define TIME_MIN ((struct instant){ INT64_MIN })
#define TIME_MAX ((struct instant){ INT64_MAX })
/* What the mesh accepts from outside: years 1970 to 9999. */
#define TIME_OLDEST ((struct instant){ 0 })
#define TIME_NEWEST ((struct instant){ INT64_C(253402300799999999) })
#define TIME_TEXT_SIZE 40

struct instant time_now(void);       /* the real clock */
struct instant time_monotonic(void); /* for waiting; no relation to UTC */
struct instant time_add(struct instant start, struct duration span);
struct instant time_sub(struct instant start, struct duration span);
struct duration time_since(struct instant earlier, struct instant later);
bool time_before(struct instant a, struct instant b);
struct instant time_earlier(struct instant a, struct instant b);
struct instant time_later(struct instant a, struct instant b);

/* RFC 3339, with any offset or Z, up to 6 digits of fraction (more are cut). The whole text must match. */
bool time_parse(const char *text, struct instant *result);
/* RFC 3339 in UTC: seconds, and 3 or 6 digits where they are not zero. */
const char *time_format(struct instant instant, char text[static TIME_TEXT_SIZE]);
/* The same with an offset of so many seconds east of UTC. */
const char *time_format_offset(struct instant instant, int32_t offset_s,
                               char text[static TIME_TEXT_SIZE]);

/* The proleptic Gregorian calendar: days since 1970-01-01. month 1 to 12, day 1 to 31. */
struct date {
	int32_t year;
	int32_t month;
	int32_t day;
};
int64_t date_days(struct date date);
struct date date_of_days(int64_t days);
int date_weekday(struct date date); /* 0 is Monday */
bool date_valid(struct date date);
bool date_parse(const char *text, struct date *result); /* 2026-05-01 */
/* A day as 2026-05-01 or a month as 2026-05: days from *first to before *end. */
bool date_span(const char *text, int64_t *first, int64_t *end);

/* "250ms", "90s", "15m", "24h", "7d". */
bool duration_parse(const char *text, struct duration *result);

#endif
