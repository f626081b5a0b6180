/* time_test - the calendar day by day, and every way to write a time that is none. */
#include "common/base/status.h"
#include "common/base/time.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_time_is_read_as_rfc_3339_says(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01t00:00:00z", 0 },
		{ "1970-01-01T00:00:00-00:00", 0 },
		{ "1969-12-31T23:59:59.999999Z", -1 },
		{ "1970-01-01T00:00:00.1Z", 100000 },
		{ "1970-01-01T00:00:00.000001Z", 1 },
		{ "1970-01-01T00:00:00.0000019999999999999999999999Z", 1 },
		{ "1985-04-12T23:20:50.52Z", INT64_C(482196050520000) },
		{ "1996-12-19T16:39:57-08:00", INT64_C(851042397000000) },
		{ "1937-01-01T12:00:27.87+00:20", INT64_C(-1041337172130000) },
		{ "2026-05-01T17:30:00+09:00", INT64_C(1777624200000000) },
		{ "2024-02-29T23:59:59+23:59", INT64_C(1709164859000000) },
		{ "2000-02-29T00:00:00-23:59", INT64_C(951868740000000) },
		{ "9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999) },
		{ "9999-12-31T23:59:59-23:59", INT64_C(253402387139000000) },
		{ "0001-01-01T00:00:00Z", INT64_C(-62135596800000000) },
		{ "0001-01-01T00:00:00+23:59", INT64_C(-62135683140000000) },
	};
	struct instant instant;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (!time_parse(cases[i].text, &instant) || instant.us != cases[i].us)
			fail_msg("%s", cases[i].text);
	}
}

static void what_is_no_time_is_refused_and_changes_nothing(void **state)
{
	static const char *const cases[] = {
		"",
		"now",
		"0",
		"2026-05-01",
		"2026-05-01T",
		"2026-05-01T17:30Z",
		"2026-05-01T17:30:00",
		"2026-05-01 17:30:00Z",
		"2026-05-01T17:30:00 Z",
		" 2026-05-01T17:30:00Z",
		"2026-05-01T17:30:00Z ",
		"2026-05-01T17:30:00ZZ",
		"2026-05-01T17:30:00.Z",
		"2026-05-01T17:30:00,5Z",
		"2026-05-01T17:30:60Z",
		"2016-12-31T23:59:60Z",
		"2026-05-01T24:00:00Z",
		"2026-05-01T17:60:00Z",
		"2026-05-01T17:30:00+24:00",
		"2026-05-01T17:30:00+09:60",
		"2026-05-01T17:30:00+0900",
		"2026-05-01T17:30:00+9:00",
		"2026-05-01T17:30:00+09",
		"2026-05-01T17:30:00−09:00",
		"2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"0000-01-01T00:00:00Z",
		"-001-01-01T00:00:00Z",
		"+2026-05-01T17:30:00Z",
		"12026-05-01T17:30:00Z",
		"26-05-01T17:30:00Z",
		"2026-5-1T17:30:00Z",
		"2026/05/01T17:30:00Z",
		"20260501T173000Z",
		"2026-05-01T1 :30:00Z",
		"２０２６-05-01T17:30:00Z",
	};
	struct instant instant = { 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (time_parse(cases[i], &instant) || instant.us != 42)
			fail_msg("accepted: %s", cases[i]);
	}
}

/* Every prefix of a good text but the whole is refused, and none is read beyond its end. */
static void a_text_cut_anywhere_is_refused(void **state)
{
	static const char whole[] = "2026-05-01T17:30:00.123456+09:00";
	char part[sizeof(whole)];
	struct instant instant;

	(void)state;
	assert_true(time_parse(whole, &instant));
	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		memcpy(part, whole, size);
		part[size] = '\0';
		assert_false(time_parse(part, &instant));
	}
}

static void a_time_is_written_with_no_more_digits_than_it_needs(void **state)
{
	static const struct {
		int64_t us;
		int32_t offset_s;
		const char *utc;
		const char *local;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00" },
		{ -1, 3600, "1969-12-31T23:59:59.999999Z", "1970-01-01T00:59:59.999999+01:00" },
		{ 500000, -3600, "1970-01-01T00:00:00.500Z", "1969-12-31T23:00:00.500-01:00" },
		{ 1, 19800, "1970-01-01T00:00:00.000001Z", "1970-01-01T05:30:00.000001+05:30" },
		{ INT64_C(1777624200000000), 32400, "2026-05-01T08:30:00Z",
		  "2026-05-01T17:30:00+09:00" },
		{ 0, -12600, "1970-01-01T00:00:00Z", "1969-12-31T20:30:00-03:30" },
		{ INT64_MAX, 86399, "294247-01-10T04:00:54.775807Z",
		  "294247-01-11T03:59:54.775807+23:59" },
		{ INT64_MIN, -86399, "-290308-12-21T19:59:05.224192Z",
		  "-290308-12-20T20:00:05.224192-23:59" },
	};
	char text[TIME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct instant at = { cases[i].us };

		assert_string_equal(time_format(at, text), cases[i].utc);
		assert_string_equal(time_format_offset(at, cases[i].offset_s, text),
		                    cases[i].local);
	}
}

/* Local mean time has seconds that RFC 3339 cannot write: the text still names the instant. */
static void an_offset_with_seconds_still_names_the_same_instant(void **state)
{
	const struct instant at = { INT64_C(-3000000000000000) };
	char text[TIME_TEXT_SIZE];
	struct instant back;

	(void)state;
	assert_true(time_parse(time_format_offset(at, 33539, text), &back));
	assert_true(back.us == at.us);
	assert_true(time_parse(time_format_offset(at, -33539, text), &back));
	assert_true(back.us == at.us);
}

static void what_is_written_is_read_back(void **state)
{
	char text[TIME_TEXT_SIZE];
	struct instant back;

	(void)state;
	for (int64_t us = -INT64_C(62135596800000000); us < INT64_C(253402300800000000);
	     us += INT64_C(31415926535897)) {
		assert_true(time_parse(time_format((struct instant){ us }, text), &back));
		assert_true(back.us == us);
	}
}

static void every_day_of_ten_thousand_years_follows_the_one_before(void **state)
{
	const int64_t first = date_days((struct date){ 1, 1, 1 });
	const int64_t last = date_days((struct date){ 9999, 12, 31 });
	int weekday = 0; /* 0001-01-01 was a Monday */

	(void)state;
	assert_int_equal(first, -719162);
	assert_int_equal(last, 2932896);
	for (int64_t day = first; day <= last; day++) {
		const struct date date = date_of_days(day);

		if (!date_valid(date) || date_days(date) != day || date_weekday(date) != weekday)
			fail_msg("%d-%d-%d", date.year, date.month, date.day);
		weekday = (weekday + 1) % 7;
	}
}

static void dates_before_the_first_year_are_days_too(void **state)
{
	(void)state;
	for (int64_t day = -1000000; day < -719162; day++)
		assert_true(date_days(date_of_days(day)) == day);
	assert_int_equal(date_days((struct date){ 0, 3, 1 }), -719468);
	assert_int_equal(date_weekday((struct date){ 0, 12, 31 }), 6);
}

static void a_date_is_four_two_and_two_digits(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-5-1",
		"2026-05-1",
		"2026-05-011",
		"2026-05-01T",
		" 2026-05-01",
		"2026-02-29",
		"2026-06-31",
		"0000-01-01",
		"2026-13-01",
		"2026-05-00",
		"20260501",
		"2026-05-0x",
		"２０２６-05-01",
	};
	struct date date = { 1, 2, 3 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(date_parse(bad[i], &date));
	assert_int_equal(date.year, 1);
	assert_true(date_parse("2024-02-29", &date));
	assert_int_equal(date.year, 2024);
	assert_int_equal(date.month, 2);
	assert_int_equal(date.day, 29);
	assert_false(date_valid((struct date){ 10000, 1, 1 }));
	assert_false(date_valid((struct date){ 2026, 1, -1 }));
}

static void a_span_is_a_month_or_a_day(void **state)
{
	static const struct {
		const char *text;
		int64_t first;
		int64_t end; /* 0: it is none */
	} rows[] = {
		{ "2026-01", 20454, 20485 },
		{ "2026-01-31", 20484, 20485 },
		{ "2025-12", 20423, 20454 },
		{ "2026-02", 20485, 20513 },
		{ "2028-02", 21215, 21215 + 29 },
		{ "9999-12", 2932866, 2932897 },
		{ "2026-13", 0, 0 },
		{ "2026-1", 0, 0 },
		{ "2026-02-29", 0, 0 },
		{ "", 0, 0 },
		{ "2026-01-01T", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t first = 0;
		int64_t end = 0;

		assert_true(date_span(rows[i].text, &first, &end) == (rows[i].end != 0));
		assert_int_equal(first, rows[i].first);
		assert_int_equal(end, rows[i].end);
	}
}

static void sums_stop_at_the_ends(void **state)
{
	const struct duration most = { INT64_MAX };
	const struct duration least = { INT64_MIN };

	(void)state;
	assert_true(time_add(TIME_MAX, SECONDS(1)).us == INT64_MAX);
	assert_true(time_add(TIME_MIN, SECONDS(-1)).us == INT64_MIN);
	assert_true(time_sub(TIME_MIN, SECONDS(1)).us == INT64_MIN);
	assert_true(time_sub(TIME_MAX, SECONDS(-1)).us == INT64_MAX);
	assert_true(time_sub((struct instant){ 0 }, least).us == INT64_MAX);
	assert_true(time_add((struct instant){ -1 }, least).us == INT64_MIN);
	assert_true(time_since(TIME_MIN, TIME_MAX).us == most.us);
	assert_true(time_since(TIME_MAX, TIME_MIN).us == least.us);
	assert_true(time_since((struct instant){ 1 }, (struct instant){ 4 }).us == 3);
	assert_true(time_add((struct instant){ 5 }, MILLISECONDS(2)).us == 2005);
	assert_true(DAYS(1).us == INT64_C(86400000000));
}

static void instants_are_ordered(void **state)
{
	const struct instant a = { 1 };
	const struct instant b = { 2 };

	(void)state;
	assert_true(time_before(a, b));
	assert_false(time_before(b, a));
	assert_false(time_before(a, a));
	assert_true(time_earlier(b, a).us == 1);
	assert_true(time_later(a, b).us == 2);
}

static void the_clocks_go_forward(void **state)
{
	const struct instant before = time_monotonic();

	(void)state;
	assert_false(time_before(time_monotonic(), before));
	assert_true(time_before((struct instant){ INT64_C(1700000000000000) }, time_now()));
	assert_true(time_before(time_now(), TIME_NEWEST));
}

static void a_duration_is_a_number_and_a_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{ "0s", 0 },
		{ "250ms", 250000 },
		{ "90s", 90000000 },
		{ "15m", INT64_C(900000000) },
		{ "24h", INT64_C(86400000000) },
		{ "7d", INT64_C(604800000000) },
		{ "007d", INT64_C(604800000000) },
		{ "106751991d", INT64_C(9223372022400000000) },
		{ "106751992d", -1 },
		{ "999999999999999999ms", -1 },
		{ "99999999999999999999s", -1 },
		{ "", -1 },
		{ "s", -1 },
		{ "5", -1 },
		{ "5 s", -1 },
		{ "5S", -1 },
		{ "-5s", -1 },
		{ "+5s", -1 },
		{ "1.5h", -1 },
		{ "1h30m", -1 },
		{ "5s ", -1 },
		{ " 5s", -1 },
		{ "5us", -1 },
		{ "0x5s", -1 },
		{ "5秒", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct duration span = { -1 };

		assert_int_equal(duration_parse(cases[i].text, &span), cases[i].us >= 0);
		assert_true(span.us == cases[i].us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_read_as_rfc_3339_says),
		cmocka_unit_test(what_is_no_time_is_refused_and_changes_nothing),
		cmocka_unit_test(a_text_cut_anywhere_is_refused),
		cmocka_unit_test(a_time_is_written_with_no_more_digits_than_it_needs),
		cmocka_unit_test(an_offset_with_seconds_still_names_the_same_instant),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(every_day_of_ten_thousand_years_follows_the_one_before),
		cmocka_unit_test(dates_before_the_first_year_are_days_too),
		cmocka_unit_test(a_date_is_four_two_and_two_digits),
		cmocka_unit_test(a_span_is_a_month_or_a_day),
		cmocka_unit_test(sums_stop_at_the_ends),
		cmocka_unit_test(instants_are_ordered),
		cmocka_unit_test(the_clocks_go_forward),
		cmocka_unit_test(a_duration_is_a_number_and_a_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
