#include "common/base/time.h"

#include "common/base/check.h"
#include "common/base/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define US_PER_SECOND INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)
#define DAYS_PER_ERA INT64_C(146097)  /* of 400 years, after which the calendar repeats */
#define DAYS_TO_EPOCH INT64_C(719468) /* from 0000-03-01 to 1970-01-01 */
#define YEAR_MAX 9999                 /* of a date in four digits */
#define MONTH_SIZE 7                  /* "2026-05" */
#define NUMBER_DIGITS_MAX 18          /* of a duration: any such number fits in 64 bits */

static struct instant read_clock(clockid_t clock)
{
	struct timespec now;

	CHECK(clock_gettime(clock, &now) == 0);
	return (struct instant){ (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000 };
}

struct instant time_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

struct instant time_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

struct instant time_add(struct instant start, struct duration span)
{
	int64_t sum;

	if (__builtin_add_overflow(start.us, span.us, &sum))
		return span.us < 0 ? TIME_MIN : TIME_MAX;
	return (struct instant){ sum };
}

struct instant time_sub(struct instant start, struct duration span)
{
	int64_t difference;

	if (__builtin_sub_overflow(start.us, span.us, &difference))
		return span.us < 0 ? TIME_MAX : TIME_MIN;
	return (struct instant){ difference };
}

struct duration time_since(struct instant earlier, struct instant later)
{
	int64_t difference;

	if (__builtin_sub_overflow(later.us, earlier.us, &difference))
		return (struct duration){ earlier.us < 0 ? INT64_MAX : INT64_MIN };
	return (struct duration){ difference };
}

bool time_before(struct instant a, struct instant b)
{
	return a.us < b.us;
}

struct instant time_earlier(struct instant a, struct instant b)
{
	return a.us < b.us ? a : b;
}

struct instant time_later(struct instant a, struct instant b)
{
	return a.us > b.us ? a : b;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
	return a % b + (a % b < 0 ? b : 0);
}

/* Years begin in March here, so that the leap day is the last of its year. */
int64_t date_days(struct date date)
{
	const int64_t year = (int64_t)date.year - (date.month <= 2);
	const int64_t era = floor_div(year, 400);
	const int64_t year_of_era = year - era * 400;
	const int64_t month = (date.month + 9) % 12;
	const int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
	const int64_t day_of_era =
	    year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

struct date date_of_days(int64_t days)
{
	CHECK(days > INT64_MIN / 2 && days < INT64_MAX / 2);

	const int64_t since = days + DAYS_TO_EPOCH;
	const int64_t era = floor_div(since, DAYS_PER_ERA);
	const int64_t day_of_era = since - era * DAYS_PER_ERA;
	const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	                             day_of_era / (DAYS_PER_ERA - 1)) /
	                            365;
	const int64_t day_of_year =
	    day_of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
	const int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
	const int64_t year = era * 400 + year_of_era + (month >= 10);

	CHECK(year >= INT32_MIN && year <= INT32_MAX);
	return (struct date){
		.year = (int32_t)year,
		.month = (int32_t)(month < 10 ? month + 3 : month - 9),
		.day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1),
	};
}

int date_weekday(struct date date)
{
	const int64_t from_monday = date_days(date) + 3; /* 1970-01-01 was a Thursday */

	return (int)floor_mod(from_monday, 7);
}

static int32_t month_days(int32_t year, int32_t month)
{
	static const int32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

bool date_valid(struct date date)
{
	return date.year >= 1 && date.year <= YEAR_MAX && date.month >= 1 && date.month <= 12 &&
	       date.day >= 1 && date.day <= month_days(date.year, date.month);
}

/* The parts of the parser answer whether the text went on as they need, and step over it. */
static bool take_digits(const char **at, int count, int32_t *number)
{
	int32_t value = 0;

	for (int i = 0; i < count; i++) {
		if ((*at)[i] < '0' || (*at)[i] > '9')
			return false;
		value = value * 10 + ((*at)[i] - '0');
	}
	*at += count;
	*number = value;
	return true;
}

static bool take_any(const char **at, const char *set)
{
	if (**at == '\0' || strchr(set, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

static bool take_date(const char **at, struct date *date)
{
	return take_digits(at, 4, &date->year) && take_any(at, "-") &&
	       take_digits(at, 2, &date->month) && take_any(at, "-") &&
	       take_digits(at, 2, &date->day) && date_valid(*date);
}

/* "09:30" as seconds; an hour of 24 is none. */
static bool take_clock(const char **at, int64_t *seconds)
{
	int32_t hour;
	int32_t minute;

	if (!take_digits(at, 2, &hour) || !take_any(at, ":") || !take_digits(at, 2, &minute))
		return false;
	*seconds = (hour * INT64_C(60) + minute) * 60;
	return hour < 24 && minute < 60;
}

/* "" or ".25" as microseconds, what is finer cut off. */
static bool take_fraction(const char **at, int64_t *us)
{
	*us = 0;
	if (!take_any(at, "."))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (int64_t unit = US_PER_SECOND / 10; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*us += unit * (**at - '0');
	return true;
}

static bool take_offset(const char **at, int64_t *seconds)
{
	*seconds = 0;
	if (take_any(at, "Zz"))
		return true;

	const bool west = **at == '-';

	if (!take_any(at, "+-") || !take_clock(at, seconds))
		return false;
	if (west)
		*seconds = -*seconds;
	return true;
}

bool time_parse(const char *text, struct instant *result)
{
	const char *at = text;
	struct date date;
	int64_t minutes;
	int32_t second;
	int64_t us;
	int64_t offset;

	if (!take_date(&at, &date) || !take_any(&at, "Tt") || !take_clock(&at, &minutes) ||
	    !take_any(&at, ":") || !take_digits(&at, 2, &second) || second > 59 ||
	    !take_fraction(&at, &us) || !take_offset(&at, &offset) || *at != '\0')
		return false;
	result->us =
	    (date_days(date) * SECONDS_PER_DAY + minutes + second - offset) * US_PER_SECOND + us;
	return true;
}

bool date_parse(const char *text, struct date *result)
{
	const char *at = text;
	struct date date;

	if (!take_date(&at, &date) || *at != '\0')
		return false;
	*result = date;
	return true;
}

bool date_span(const char *text, int64_t *first, int64_t *end)
{
	char day[MONTH_SIZE + sizeof("-01")];
	struct date date;

	if (date_parse(text, &date)) {
		*first = date_days(date);
		*end = *first + 1;
		return true;
	}
	if (strlen(text) != MONTH_SIZE)
		return false;
	snprintf(day, sizeof(day), "%s-01", text);
	if (!date_parse(day, &date))
		return false;
	*first = date_days(date);
	*end = *first + month_days(date.year, date.month);
	return true;
}

/* Every event that is said carries two times: printf would be a tenth of what it costs. */
static int put_digits(char *at, int count, int64_t number)
{
	for (int i = count - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	return count;
}

/* A year outside of four digits is none that the mesh accepts, and stays readable. */
static int format_date(struct date date, char text[static TIME_TEXT_SIZE])
{
	if (date.year < 0 || date.year > YEAR_MAX)
		return snprintf(text, TIME_TEXT_SIZE, "%04" PRId32 "-%02" PRId32 "-%02" PRId32,
		                date.year, date.month, date.day);
	put_digits(text, 4, date.year);
	text[4] = '-';
	put_digits(text + 5, 2, date.month);
	text[7] = '-';
	put_digits(text + 8, 2, date.day);
	return 10;
}

/* Without a zone; answers the length. */
static int format_local(int64_t seconds, int64_t us, char text[static TIME_TEXT_SIZE])
{
	const int64_t of_day = floor_mod(seconds, SECONDS_PER_DAY);
	const int64_t parts[] = { of_day / 3600, of_day / 60 % 60, of_day % 60 };
	int length = format_date(date_of_days(floor_div(seconds, SECONDS_PER_DAY)), text);

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		text[length++] = i == 0 ? 'T' : ':';
		length += put_digits(text + length, 2, parts[i]);
	}
	if (us == 0)
		return length;
	text[length++] = '.';
	return length + (us % 1000 != 0 ? put_digits(text + length, 6, us)
	                                : put_digits(text + length, 3, us / 1000));
}

const char *time_format(struct instant instant, char text[static TIME_TEXT_SIZE])
{
	const int64_t seconds = floor_div(instant.us, US_PER_SECOND);
	const int length = format_local(seconds, floor_mod(instant.us, US_PER_SECOND), text);

	text[length] = 'Z';
	text[length + 1] = '\0';
	return text;
}

const char *time_format_offset(struct instant instant, int32_t offset_s,
                               char text[static TIME_TEXT_SIZE])
{
	const int32_t minutes = offset_s / 60;
	const int32_t size = minutes < 0 ? -minutes : minutes;

	CHECK(size < 24 * 60);

	const int64_t seconds = floor_div(instant.us, US_PER_SECOND);
	const int length = format_local(seconds + minutes * INT64_C(60),
	                                floor_mod(instant.us, US_PER_SECOND), text);

	(void)snprintf(text + length, TIME_TEXT_SIZE - (size_t)length, "%c%02" PRId32 ":%02" PRId32,
	               minutes < 0 ? '-' : '+', size / 60, size % 60);
	return text;
}

bool duration_parse(const char *text, struct duration *result)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {
		{ "ms", INT64_C(1000) },
		{ "s", US_PER_SECOND },
		{ "m", US_PER_SECOND * 60 },
		{ "h", US_PER_SECOND * 3600 },
		{ "d", US_PER_SECOND * SECONDS_PER_DAY },
	};
	const size_t digits = strspn(text, "0123456789");
	int64_t number = 0;
	int64_t us;

	if (digits == 0 || digits > NUMBER_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (strcmp(text + digits, units[i].name) != 0)
			continue;
		if (__builtin_mul_overflow(number, units[i].us, &us))
			return false;
		result->us = us;
		return true;
	}
	return false;
}
