/*
 * calendar_test - business hours: the golden vectors, the document's rules, and a minute walker.
 *
 * The walker knows nothing of spans: a minute is open when it lies between the first at which a zone's
 * clock had reached an opening and the last at which it showed the closing, or had not reached it.
 */
#include "common/io/calendar_document.h"
#include "common/io/zone.h"
#include "tests/support/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD \
	"{\"id\":\"c\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"time_zone\":"
#define WEEKDAYS "\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"]"
#define EVERY_DAY "\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]"
#define TOKYO                                                               \
	HEAD "\"Asia/Tokyo\",\"holidays\":[\"jp\"],\"windows\":[{" WEEKDAYS \
	     ",\"from\":\"09:00\",\"to\":\"18:00\"}]}"
#define TOKYO_LUNCH                                                         \
	HEAD "\"Asia/Tokyo\",\"holidays\":[\"jp\"],\"windows\":[{" WEEKDAYS \
	     ",\"from\":\"09:00\",\"to\":\"12:00\"},{" WEEKDAYS             \
	     ",\"from\":\"13:00\",\"to\":\"18:00\"}]}"
#define NEW_YORK                                            \
	HEAD "\"America/New_York\",\"windows\":[{" WEEKDAYS \
	     ",\"from\":\"09:00\",\"to\":\"17:00\"}]}"
#define NEW_YORK_ALWAYS                                      \
	HEAD "\"America/New_York\",\"windows\":[{" EVERY_DAY \
	     ",\"from\":\"00:00\",\"to\":\"24:00\"}]}"
#define LONDON_NIGHT \
	HEAD "\"Europe/London\",\"windows\":[{" EVERY_DAY ",\"from\":\"22:00\",\"to\":\"06:00\"}]}"
#define JAPAN                                                                               \
	"{\"id\":\"jp\",\"version\":\"2026\",\"days\":[{\"date\":\"2026-05-03\"},"          \
	"{\"date\":\"2026-05-04\",\"name\":\"みどりの日\"},{\"date\":\"2026-05-05\"}," \
	"{\"date\":\"2026-05-06\"},{\"date\":\"2026-09-21\"},{\"date\":\"2026-09-22\"},"    \
	"{\"date\":\"2026-09-23\"}]}"

struct fixture {
	struct arena *arena;
	struct calendar_document document;
};

static bool opened(struct fixture *fixture, const char *text, struct json_error *error)
{
	struct holiday_list list;

	*fixture = (struct fixture){ .arena = arena_create(65536) };
	assert_true(holiday_list_parse(fixture->arena, bytes_of(JAPAN), &list, error));
	return calendar_document_parse(fixture->arena, bytes_of(text), &list, 1, &fixture->document,
	                               error);
}

static struct fixture open_calendar(const char *text)
{
	struct json_error error;
	struct fixture fixture;
	char reason[JSON_ERROR_SIZE];

	if (!opened(&fixture, text, &error))
		fail_msg("%s", json_error_text(&error, reason));
	return fixture;
}

static void close_calendar(struct fixture *fixture)
{
	calendar_document_finish(&fixture->document);
	arena_destroy(fixture->arena);
}

static struct instant when(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

static void expect_time(struct instant got, const char *want)
{
	char text[TIME_TEXT_SIZE];

	if (got.us != when(want).us)
		fail_msg("%s, but should be %s", time_format(got, text), want);
}

static void expect_due(const char *calendar, const char *at, struct duration target,
                       const char *want)
{
	struct fixture fixture = open_calendar(calendar);
	const char *reason;
	struct instant due;
	struct duration elapsed;

	assert_true(calendar_due(fixture.document.calendar, when(at), target, &due, &reason));
	expect_time(due, want);
	assert_true(calendar_elapsed(fixture.document.calendar, when(at), due, &elapsed, &reason));
	assert_int_equal(elapsed.us, target.us);
	close_calendar(&fixture);
}

static void expect_elapsed(const char *calendar, const char *from, const char *to,
                           struct duration want)
{
	struct fixture fixture = open_calendar(calendar);
	const char *reason;
	struct duration elapsed;

	assert_true(
	    calendar_elapsed(fixture.document.calendar, when(from), when(to), &elapsed, &reason));
	assert_int_equal(elapsed.us, want.us);
	close_calendar(&fixture);
}

static void vector_1_golden_week_and_its_substitute_are_closed(void **state)
{
	(void)state;
	expect_due(TOKYO, "2026-05-01T17:30:00+09:00", HOURS(1), "2026-05-07T09:30:00+09:00");
}

static void vector_2_a_day_between_two_holidays_is_one(void **state)
{
	(void)state;
	expect_due(TOKYO, "2026-09-18T17:00:00+09:00", HOURS(2), "2026-09-24T10:00:00+09:00");
}

static void vector_3_lunch_does_not_count(void **state)
{
	(void)state;
	expect_due(TOKYO_LUNCH, "2026-06-01T11:30:00+09:00", HOURS(1), "2026-06-01T13:30:00+09:00");
}

static void vector_4_a_weekend_on_which_clocks_change(void **state)
{
	(void)state;
	expect_due(NEW_YORK, "2026-03-06T16:00:00-05:00", HOURS(2), "2026-03-09T10:00:00-04:00");
}

static void vector_5_a_day_of_24_hours_across_the_change(void **state)
{
	(void)state;
	expect_due(NEW_YORK_ALWAYS, "2026-03-07T12:00:00-05:00", HOURS(24),
	           "2026-03-08T13:00:00-04:00");
}

static void vector_6_a_day_is_24_office_hours(void **state)
{
	(void)state;
	expect_due(NEW_YORK, "2026-06-05T16:55:00-04:00", HOURS(24), "2026-06-10T16:55:00-04:00");
}

static void vector_7_friday_afternoon_goes_on_on_monday(void **state)
{
	(void)state;
	expect_due(NEW_YORK, "2026-06-05T16:30:00-04:00", HOURS(1), "2026-06-08T09:30:00-04:00");
}

static void vector_8_a_night_shift_is_7_9_or_8_hours(void **state)
{
	(void)state;
	expect_elapsed(LONDON_NIGHT, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", HOURS(7));
	expect_elapsed(LONDON_NIGHT, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", HOURS(9));
	expect_elapsed(LONDON_NIGHT, "2026-06-24T12:00:00Z", "2026-06-25T12:00:00Z", HOURS(8));
}

static void a_target_used_up_at_the_closing_is_due_then(void **state)
{
	(void)state;
	expect_due(NEW_YORK, "2026-06-05T16:00:00-04:00", HOURS(1), "2026-06-05T17:00:00-04:00");
	expect_due(NEW_YORK, "2026-06-05T17:00:00-04:00", SECONDS(0), "2026-06-05T17:00:00-04:00");
	expect_due(NEW_YORK, "2026-06-05T17:00:00-04:00", (struct duration){ 1 },
	           "2026-06-08T09:00:00.000001-04:00");
}

static void an_override_replaces_the_day_also_a_holiday(void **state)
{
	static const char calendar[] =
	    HEAD "\"Asia/Tokyo\",\"holidays\":[\"jp\"],\"windows\":[{" WEEKDAYS
		 ",\"from\":\"09:00\",\"to\":\"18:00\"}],\"overrides\":["
		 "{\"date\":\"2026-05-04\",\"windows\":[{\"from\":\"10:00\",\"to\":\"11:00\"}]},"
		 "{\"date\":\"2026-05-07\",\"windows\":[],\"reason\":\"moving house\"}]}";

	(void)state;
	expect_due(calendar, "2026-05-01T17:30:00+09:00", HOURS(1), "2026-05-04T10:30:00+09:00");
	expect_due(calendar, "2026-05-04T10:30:00+09:00", HOURS(1), "2026-05-08T09:30:00+09:00");
}

static void windows_that_overlap_count_once(void **state)
{
	static const char calendar[] = HEAD
	    "\"Asia/Tokyo\",\"windows\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"12:00\"},"
	    "{\"days\":[\"mon\"],\"from\":\"11:00\",\"to\":\"13:00\"},"
	    "{\"days\":[\"sun\"],\"from\":\"23:00\",\"to\":\"10:00\"}]}";

	(void)state;
	expect_elapsed(calendar, "2026-06-07T12:00:00+09:00", "2026-06-09T00:00:00+09:00",
	               HOURS(14));
}

static void edges_in_a_skipped_or_repeated_hour(void **state)
{
	static const char skipped[] = HEAD
	    "\"Europe/London\",\"windows\":[{\"days\":[\"sun\"],\"from\":\"01:30\",\"to\":\"04:00\"}]}";
	static const char inside[] = HEAD
	    "\"Europe/London\",\"windows\":[{\"days\":[\"sun\"],\"from\":\"01:15\",\"to\":\"01:45\"}]}";

	(void)state;
	expect_elapsed(skipped, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", HOURS(2));
	expect_elapsed(skipped, "2026-10-25T00:00:00Z", "2026-10-26T00:00:00Z", MINUTES(210));
	expect_elapsed(inside, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", SECONDS(0));
	expect_elapsed(inside, "2026-10-25T00:00:00Z", "2026-10-26T00:00:00Z", MINUTES(90));
}

static void a_day_that_a_zone_skipped_has_no_hours(void **state)
{
	static const char samoa[] = HEAD "\"Pacific/Apia\",\"windows\":[{" EVERY_DAY
					 ",\"from\":\"00:00\",\"to\":\"24:00\"}]}";

	(void)state;
	expect_elapsed(samoa, "2011-12-29T00:00:00-10:00", "2012-01-01T00:00:00+14:00", HOURS(48));
}

static void what_is_wrong_with_a_document_is_named(void **state)
{
	static const char window[] =
	    ",\"windows\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"18:00\"}]";
	static const struct {
		const char *rest;
		const char *want;
	} rows[] = {
		{ "\"Asia/Tokyo\",\"windows\":[]}", "windows: has no windows: it is never open" },
		{ "\"Asia/Tokyo\",\"windows\":[],\"overrides\":[{\"date\":\"2026-01-01\",\"windows\":[]}]}",
		  "windows: has no windows: it is never open" },
		{ "\"Asia/Tokyo\"}", "windows: is missing" },
		{ "\"Asia/Tokio\"%s}", "time_zone: is not a known IANA time zone" },
		{ "\"../Asia/Tokyo\"%s}", "time_zone: is not a known IANA time zone" },
		{ "\"+09:00\"%s}", "time_zone: is not a known IANA time zone" },
		{ "\"JST-9\"%s}", "time_zone: is not a known IANA time zone" },
		{ "\"America\"%s}", "time_zone: is not a known IANA time zone" },
		{ "\"Asia/Tokyo\"%s,\"color\":1}", "color: is not known" },
		{ "\"Asia/Tokyo\"%s,\"holidays\":[\"jp\",\"de\"]}",
		  "holidays[1]: no holiday list of this id was given" },
		{ "\"Asia/Tokyo\",\"windows\":[{\"days\":[\"mo\"],\"from\":\"09:00\",\"to\":\"18:00\"}]}",
		  "windows[0].days[0]: must be one of: mon tue wed thu fri sat sun" },
		{ "\"Asia/Tokyo\",\"windows\":[{\"days\":[\"mon\"],\"from\":\"24:00\",\"to\":\"18:00\"}]}",
		  "windows[0].from: must be a time of day, as 09:00" },
		{ "\"Asia/Tokyo\",\"windows\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"24:01\"}]}",
		  "windows[0].to: must be a time of day, as 09:00" },
		{ "\"Asia/Tokyo\",\"windows\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"09:00\"}]}",
		  "windows[0].to: is the same as from; a whole day is 00:00 to 24:00" },
		{ "\"Asia/Tokyo\"%s,\"overrides\":[{\"date\":\"2026-02-29\",\"windows\":[]}]}",
		  "overrides[0].date: must be a date, as 2026-05-01" },
		{ "\"Asia/Tokyo\"%s,\"overrides\":[{\"date\":\"2026-02-28\",\"windows\":[]},"
		  "{\"date\":\"2026-02-28\",\"windows\":[]}]}",
		  "overrides[1].date: has an override already" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const hole = strstr(rows[i].rest, "%s");
		const size_t before =
		    hole != NULL ? (size_t)(hole - rows[i].rest) : strlen(rows[i].rest);
		struct fixture fixture;
		struct json_error error;
		char document[1024];
		char text[JSON_ERROR_SIZE];

		snprintf(document, sizeof(document), HEAD "%.*s%s%s", (int)before, rows[i].rest,
		         hole != NULL ? window : "", hole != NULL ? hole + 2 : "");
		assert_false(opened(&fixture, document, &error));
		assert_string_equal(json_error_text(&error, text), rows[i].want);
		arena_destroy(fixture.arena);
	}
}

static void a_question_beyond_the_horizon_has_a_reason(void **state)
{
	struct fixture fixture = open_calendar(
	    HEAD "\"Asia/Tokyo\",\"windows\":[],\"overrides\":[{\"date\":\"2026-01-01\","
		 "\"windows\":[{\"from\":\"09:00\",\"to\":\"10:00\"}]}]}");
	struct calendar *const calendar = fixture.document.calendar;
	struct duration elapsed;
	struct instant due;
	const char *reason;

	(void)state;
	assert_false(calendar_due(calendar, when("2026-01-01T00:00:00Z"), HOURS(2), &due, &reason));
	assert_non_null(strstr(reason, "open time before"));
	assert_false(calendar_due(calendar, when("2200-01-01T00:00:00Z"), HOURS(2), &due, &reason));
	assert_non_null(strstr(reason, "lies outside"));
	assert_false(calendar_due(calendar, when("2026-01-01T00:00:00Z"),
	                          (struct duration){ INT64_MAX }, &due, &reason));
	assert_false(calendar_elapsed(calendar, when("2026-01-02T00:00:00Z"),
	                              when("2026-01-01T00:00:00Z"), &elapsed, &reason));
	assert_string_equal(reason, "it ends before it begins");
	close_calendar(&fixture);
}

static void far_years_follow_the_zone_s_last_rule(void **state)
{
	(void)state;
	expect_due(NEW_YORK, "2099-07-01T08:00:00-04:00", HOURS(1), "2099-07-01T10:00:00-04:00");
	expect_due(NEW_YORK, "2099-12-01T08:00:00-05:00", HOURS(1), "2099-12-01T10:00:00-05:00");
}

/* The walker. */

#define WALK_DAYS 9
#define WALK_MINUTES 12960 /* of nine days */

static struct chance luck;

/* Wall clocks in minutes, for each minute of the walk. */
struct walk {
	int64_t start; /* minutes since 1970 */
	int64_t local[WALK_MINUTES];
	bool open[WALK_MINUTES];
};

static void walk_window(struct walk *walk, int64_t from, int64_t to)
{
	size_t opening = 0;
	size_t closing = WALK_MINUTES;

	while (opening < WALK_MINUTES && walk->local[opening] < from)
		opening++;
	while (closing > 0 && walk->local[closing - 1] > to)
		closing--;
	if (closing > 0 && walk->local[closing - 1] == to)
		closing--;
	for (size_t i = opening; i < closing; i++)
		walk->open[i] = true;
}

struct random_window {
	int day;
	int from;
	int to;
};

static void walk_make(struct walk *walk, const struct zone *zone, const char *from,
                      const struct random_window *windows, size_t count)
{
	walk->start = when(from).us / 60000000;
	memset(walk->open, 0, sizeof(walk->open));
	for (int64_t i = 0; i < WALK_MINUTES; i++) {
		const struct instant at = { (walk->start + i) * 60000000 };

		walk->local[i] = walk->start + i + zone_offset(zone, at) / 60;
	}
	for (int64_t date = walk->start / 1440 - 2; date < walk->start / 1440 + WALK_DAYS + 2;
	     date++) {
		for (size_t i = 0; i < count; i++) {
			const int64_t midnight = date * 1440;
			const int night = windows[i].to < windows[i].from ? 1440 : 0;

			if (windows[i].day == date_weekday(date_of_days(date)))
				walk_window(walk, midnight + windows[i].from,
				            midnight + windows[i].to + night);
		}
	}
}

static int64_t walk_elapsed(const struct walk *walk, size_t from, size_t to)
{
	int64_t minutes = 0;

	for (size_t i = from; i < to; i++)
		minutes += walk->open[i] ? 1 : 0;
	return minutes;
}

static void random_calendar(struct random_window *windows, size_t count, const char *zone,
                            char *text, size_t size)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	size_t used = (size_t)snprintf(text, size, HEAD "\"%s\",\"windows\":[", zone);

	for (size_t i = 0; i < count; i++) {
		windows[i].day = i == 0 ? 6 : chance_below(&luck, 7);
		windows[i].from =
		    i == 0 ? chance_below(&luck, 12) * 15 : chance_below(&luck, 96) * 15;
		do
			windows[i].to =
			    i == 0 ? chance_below(&luck, 16) * 15 : chance_below(&luck, 97) * 15;
		while (windows[i].to == windows[i].from);
		used += (size_t)snprintf(
		    text + used, size - used,
		    "%s{\"days\":[\"%s\"],\"from\":\"%02d:%02d\",\"to\":\"%02d:%02d\"}",
		    i > 0 ? "," : "", days[windows[i].day], windows[i].from / 60,
		    windows[i].from % 60, windows[i].to / 60, windows[i].to % 60);
	}
	snprintf(text + used, size - used, "]}");
}

static struct instant walk_instant(const struct walk *walk, size_t minute)
{
	return (struct instant){ (walk->start + (int64_t)minute) * 60000000 };
}

/* Two days at either end are left out: windows that reach out of the walk are not whole there. */
static void walk_ask(const struct walk *walk, struct calendar *calendar)
{
	const size_t a = 2880 + (size_t)chance_below(&luck, WALK_MINUTES - 5760);
	const size_t b = a + (size_t)chance_below(&luck, (int)(WALK_MINUTES - 2880 - a));
	const size_t c = b + (size_t)chance_below(&luck, (int)(WALK_MINUTES - 2880 - b));
	const struct instant at = walk_instant(walk, a);
	struct duration first;
	struct duration second;
	struct duration both;
	struct instant due;
	const char *reason;

	assert_true(calendar_elapsed(calendar, at, walk_instant(walk, b), &first, &reason));
	assert_true(calendar_elapsed(calendar, walk_instant(walk, b), walk_instant(walk, c),
	                             &second, &reason));
	assert_true(calendar_elapsed(calendar, at, walk_instant(walk, c), &both, &reason));
	assert_int_equal(first.us, walk_elapsed(walk, a, b) * 60000000);
	assert_int_equal(first.us + second.us, both.us);
	assert_true(calendar_due(calendar, at, first, &due, &reason));
	assert_true(due.us <= walk_instant(walk, b).us);
	assert_true(calendar_elapsed(calendar, at, due, &second, &reason));
	assert_int_equal(second.us, first.us);
}

static void random_calendars_agree_with_a_minute_walker(void **state)
{
	static const struct {
		const char *zone;
		const char *from;
	} places[] = {
		{ "Europe/London", "2026-03-25T00:00:00Z" },
		{ "Europe/London", "2026-10-21T00:00:00Z" },
		{ "America/New_York", "2026-03-04T00:00:00Z" },
		{ "America/New_York", "2045-11-01T00:00:00Z" },
		{ "Australia/Lord_Howe", "2026-04-01T00:00:00Z" },
		{ "Australia/Lord_Howe", "2026-09-30T00:00:00Z" },
		{ "America/Santiago", "2026-04-01T00:00:00Z" },
		{ "Asia/Beirut", "2026-03-25T00:00:00Z" },
		{ "Asia/Pyongyang", "2015-08-11T00:00:00Z" },
		{ "Pacific/Apia", "2011-12-26T00:00:00Z" },
		{ "Asia/Tokyo", "2026-12-28T00:00:00Z" },
		{ "Asia/Kathmandu", "2026-12-28T00:00:00Z" },
	};
	static struct walk walk;

	(void)state;
	chance_seed(&luck, 20260501);
	for (size_t i = 0; i < 3 * COUNT_OF(places); i++) {
		const char *const zone = places[i % COUNT_OF(places)].zone;
		struct random_window windows[12];
		const size_t count = 1 + (size_t)chance_below(&luck, COUNT_OF(windows));
		struct fixture fixture;
		char text[2048];

		random_calendar(windows, count, zone, text, sizeof(text));
		fixture = open_calendar(text);
		walk_make(&walk, fixture.document.zone, places[i % COUNT_OF(places)].from, windows,
		          count);
		for (size_t ask = 0; ask < 50; ask++)
			walk_ask(&walk, fixture.document.calendar);
		close_calendar(&fixture);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(vector_1_golden_week_and_its_substitute_are_closed),
		cmocka_unit_test(vector_2_a_day_between_two_holidays_is_one),
		cmocka_unit_test(vector_3_lunch_does_not_count),
		cmocka_unit_test(vector_4_a_weekend_on_which_clocks_change),
		cmocka_unit_test(vector_5_a_day_of_24_hours_across_the_change),
		cmocka_unit_test(vector_6_a_day_is_24_office_hours),
		cmocka_unit_test(vector_7_friday_afternoon_goes_on_on_monday),
		cmocka_unit_test(vector_8_a_night_shift_is_7_9_or_8_hours),
		cmocka_unit_test(a_target_used_up_at_the_closing_is_due_then),
		cmocka_unit_test(an_override_replaces_the_day_also_a_holiday),
		cmocka_unit_test(windows_that_overlap_count_once),
		cmocka_unit_test(edges_in_a_skipped_or_repeated_hour),
		cmocka_unit_test(a_day_that_a_zone_skipped_has_no_hours),
		cmocka_unit_test(what_is_wrong_with_a_document_is_named),
		cmocka_unit_test(a_question_beyond_the_horizon_has_a_reason),
		cmocka_unit_test(far_years_follow_the_zone_s_last_rule),
		cmocka_unit_test(random_calendars_agree_with_a_minute_walker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
