/*
 * working_time_test - calendars as a service's documents have them together, and when somebody who works by one is reminded.
 */
#include "services/chargeback/life/working_time.h"

#include "common/base/check.h"
#include "common/base/status.h"
#include "common/flow/calendar_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CALENDAR(id, version, from, zone, days, open, close)                    \
	"{\"id\":\"" id "\",\"version\":" version ",\"effective_from\":\"" from \
	"T00:00:00Z\",\"time_zone\":\"" zone "\",\"windows\":[{\"days\":[" days \
	"],\"from\":\"" open "\",\"to\":\"" close "\"}]}"
#define WEEKDAYS "\"mon\",\"tue\",\"wed\",\"thu\",\"fri\""
#define ALL WEEKDAYS ",\"sat\",\"sun\""
#define FILE_OF(name_, text)                                         \
	{                                                            \
		.name = (name_), .body = {(text), sizeof(text) - 1 } \
	}

static const struct document files[] = {
	FILE_OF("calendars/always.json",
	        CALENDAR("always", "1", "1970-01-01", "UTC", ALL, "00:00", "24:00")),
	FILE_OF("calendars/night.json",
	        CALENDAR("night", "1", "1970-01-01", "Europe/London", ALL, "22:00", "06:00")),
	FILE_OF("calendars/tokyo-2.json",
	        CALENDAR("tokyo", "2", "2026-06-01", "Asia/Tokyo", WEEKDAYS, "10:00", "19:00")),
	FILE_OF("calendars/tokyo-1.json",
	        CALENDAR("tokyo", "1", "2026-01-01", "Asia/Tokyo", WEEKDAYS, "09:00", "18:00")),
	FILE_OF("calendars/tokyo-3.json",
	        CALENDAR("tokyo", "3", "2026-09-01", "Asia/Tokyo", WEEKDAYS, "10:00", "19:00")),
	FILE_OF("calendars/brief.json",
	        CALENDAR("brief", "1", "1970-01-01", "UTC", WEEKDAYS, "12:00", "12:30")),
	FILE_OF("sla/another.json", "of another kind"),
};

static struct arena *arena;
static struct calendar_library library;

static int start(void **state)
{
	char reason[256];

	(void)state;
	arena = arena_create(65536);
	CHECK(
	    calendar_library_read(arena, files, COUNT_OF(files), &library, reason, sizeof(reason)));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	calendar_library_finish(&library);
	arena_destroy(arena);
	return 0;
}

static struct instant when(const char *text)
{
	struct instant instant;

	CHECK(time_parse(text, &instant));
	return instant;
}

static void the_version_in_force_is_found_by_its_id(void **state)
{
	static const struct {
		const char *at;
		int64_t version;
	} rows[] = {
		{ "2025-01-01T00:00:00Z", 1 }, /* before all of them the earliest */
		{ "2026-01-01T00:00:00Z", 1 }, { "2026-05-31T23:59:59Z", 1 },
		{ "2026-06-01T00:00:00Z", 2 }, { "2026-08-31T00:00:00Z", 2 },
		{ "2026-09-01T00:00:00Z", 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(calendar_library_at(&library, "tokyo", when(rows[i].at))->version,
		                 rows[i].version);
	assert_null(calendar_library_at(&library, "mars", when("2026-01-01T00:00:00Z")));
}

static void what_is_wrong_is_refused_by_its_file(void **state)
{
	static const struct document rows[][2] = {
		{ FILE_OF("calendars/a.json",
		          CALENDAR("a", "1", "2026-01-01", "UTC", ALL, "00:00", "24:00")),
		  FILE_OF("calendars/b.json",
		          CALENDAR("a", "1", "2026-02-01", "UTC", ALL, "00:00", "24:00")) },
		{ FILE_OF("calendars/a.json",
		          CALENDAR("a", "1", "2026-01-01", "UTC", ALL, "00:00", "24:00")),
		  FILE_OF("holidays/c.json", "{}") },
		{ FILE_OF("calendars/a.json",
		          CALENDAR("a", "1", "2026-01-01", "UTC", ALL, "00:00", "24:00")),
		  FILE_OF("calendars/d.json", CALENDAR("d", "1", "2026-01-01", "Mars/Olympus", ALL,
		                                       "00:00", "24:00")) },
	};
	static const char *const reasons[] = {
		"calendars/b.json: version: another file has this version of the calendar",
		"holidays/c.json: id: is missing",
		"calendars/d.json: time_zone: is not a known IANA time zone",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct calendar_library refused;
		char reason[256] = "";

		assert_false(
		    calendar_library_read(arena, rows[i], 2, &refused, reason, sizeof(reason)));
		assert_string_equal(reason, reasons[i]);
	}
}

static void a_reminder_comes_within_working_time_before_it_or_behind_it(void **state)
{
	static const struct {
		const char *calendar;
		const char *at;
		const char *since; /* NULL: nothing bounds it */
		const char *next;
		const char *told;
	} rows[] = {
		{ "always", "2026-05-09T18:00:00Z", NULL, "2026-05-10T18:00:00Z",
		  "2026-05-09T18:00:00Z" },
		{ "tokyo", "2026-05-08T00:00:00Z", NULL, "2026-05-10T00:00:00Z",
		  "2026-05-08T00:00:00Z" }, /* the first instant of a day is one of work */
		{ "tokyo", "2026-05-08T09:00:00Z", NULL, "2026-05-10T00:00:00Z",
		  "2026-05-08T08:00:00Z" }, /* its end is not */
		{ "tokyo", "2026-05-10T12:00:00Z", NULL, "2026-05-11T12:00:00Z",
		  "2026-05-08T08:00:00Z" },
		{ "tokyo", "2026-05-10T12:00:00Z", "2026-05-08T08:45:00Z", "2026-05-11T12:00:00Z",
		  "2026-05-08T08:45:00Z" },
		{ "tokyo", "2026-05-10T12:00:00Z", "2026-05-08T09:00:00Z", "2026-05-11T12:00:00Z",
		  "2026-05-11T00:00:00Z" },
		{ "tokyo", "2026-05-10T12:00:00Z", "2026-05-08T09:00:00Z", "2026-05-11T00:00:00Z",
		  "2026-05-10T12:00:00Z" }, /* the next step comes with the work, or before it */
		{ "brief", "2026-05-09T00:00:00Z", NULL, "2026-05-12T00:00:00Z",
		  "2026-05-08T12:00:00Z" }, /* a day that is shorter than that hour */
		{ "night", "2026-05-09T12:00:00Z", NULL, "2026-05-10T00:00:00Z",
		  "2026-05-09T04:00:00Z" },
		/* The night in which clocks go forward ends an hour earlier in UTC. */
		{ "night", "2026-03-29T12:00:00Z", NULL, "2026-03-30T00:00:00Z",
		  "2026-03-29T04:00:00Z" },
		{ "night", "2026-03-28T12:00:00Z", NULL, "2026-03-29T00:00:00Z",
		  "2026-03-28T05:00:00Z" },
		/* A span that runs over the end of a year in UTC comes in two parts. */
		{ "night", "2027-01-01T12:00:00Z", NULL, "2027-01-02T00:00:00Z",
		  "2027-01-01T05:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct instant at = when(rows[i].at);
		struct calendar *const calendar =
		    calendar_library_at(&library, rows[i].calendar, at)->calendar;
		const struct instant since = rows[i].since != NULL ? when(rows[i].since) : TIME_MIN;
		char told[TIME_TEXT_SIZE];

		assert_string_equal(
		    time_format(working_time(calendar, at, since, when(rows[i].next)), told),
		    rows[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_in_force_is_found_by_its_id),
		cmocka_unit_test(what_is_wrong_is_refused_by_its_file),
		cmocka_unit_test(a_reminder_comes_within_working_time_before_it_or_behind_it),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
