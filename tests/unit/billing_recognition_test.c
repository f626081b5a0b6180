/*
 * billing_recognition_test - on which day how much is earned, worked by hand.
 */
#include "services/billing-sync/rule/books_policy.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "common/io/zone.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/bent_document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MONTHS 5 /* that a row of a table spells out */

static struct instant at(const char *text)
{
	struct instant instant = { 0 };

	assert_true(time_parse(text, &instant));
	return instant;
}

static int64_t day(const char *text)
{
	struct date date = { 0 };

	assert_true(date_parse(text, &date));
	return date_days(date);
}

struct spread {
	const char *name;
	enum recognition_mode mode;
	const char *zone; /* NULL: UTC */
	const char *from;
	const char *to;
	int64_t minor;
	size_t count;
	int64_t months[MONTHS];
};

static const struct spread spreads[] = {
	{ "vector 15: a month's 31 dollars by day",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-01-15T00:00:00Z",
	  "2026-02-15T00:00:00Z",
	  3100,
	  2,
	  { 1700, 1400 } },
	{ "vector 16: a quarter's 1000 yen by day",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-01-15T00:00:00Z",
	  "2026-04-15T00:00:00Z",
	  1000,
	  4,
	  { 189, 311, 344, 156 } },
	{ "vector 17: three equal months",
	  RECOGNITION_BY_MONTH,
	  NULL,
	  "2026-01-01T00:00:00Z",
	  "2026-04-01T00:00:00Z",
	  10000,
	  3,
	  { 3334, 3333, 3333 } },
	{ "a credit is the mirror image",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-01-15T00:00:00Z",
	  "2026-04-15T00:00:00Z",
	  -1000,
	  4,
	  { -189, -311, -344, -156 } },
	{ "31 dollars, first and last month prorated",
	  RECOGNITION_BY_MONTH_PRORATED,
	  NULL,
	  "2026-01-15T00:00:00Z",
	  "2026-02-15T00:00:00Z",
	  31,
	  2,
	  { 17, 14 } },
	{ "half a day at both ends, by time",
	  RECOGNITION_BY_TIME,
	  NULL,
	  "2026-06-15T12:00:00Z",
	  "2026-10-13T12:00:00Z",
	  12000,
	  5,
	  { 1550, 3100, 3100, 3000, 1250 } },
	{ "half a day at both ends, by day: the last day is cut off",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-06-15T12:00:00Z",
	  "2026-10-13T12:00:00Z",
	  12000,
	  5,
	  { 1600, 3100, 3100, 3000, 1200 } },
	{ "half a day at both ends, by month: the last month is cut off",
	  RECOGNITION_BY_MONTH,
	  NULL,
	  "2026-06-15T12:00:00Z",
	  "2026-10-13T12:00:00Z",
	  12000,
	  4,
	  { 3000, 3000, 3000, 3000 } },
	{ "half a day at both ends, prorated: those between are the same",
	  RECOGNITION_BY_MONTH_PRORATED,
	  NULL,
	  "2026-06-15T12:00:00Z",
	  "2026-10-13T12:00:00Z",
	  12000,
	  5,
	  { 1550, 3067, 3067, 3066, 1250 } },
	{ "within one day",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-03-31T08:00:00Z",
	  "2026-03-31T09:00:00Z",
	  7,
	  1,
	  { 7 } },
	{ "no time at all, by time",
	  RECOGNITION_BY_TIME,
	  NULL,
	  "2026-03-31T08:00:00Z",
	  "2026-03-31T08:00:00Z",
	  7,
	  1,
	  { 7 } },
	{ "within one month, by month",
	  RECOGNITION_BY_MONTH,
	  NULL,
	  "2026-03-03T08:00:00Z",
	  "2026-03-20T08:00:00Z",
	  5123,
	  1,
	  { 5123 } },
	{ "a February of a leap year",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2028-02-01T00:00:00Z",
	  "2028-03-02T00:00:00Z",
	  3000,
	  2,
	  { 2900, 100 } },
	{ "the books of Tokyo begin the month nine hours early",
	  RECOGNITION_BY_DAY,
	  "Asia/Tokyo",
	  "2026-01-31T15:00:00Z",
	  "2026-03-02T15:00:00Z",
	  3000,
	  2,
	  { 2800, 200 } },
	{ "a dinar's thousandth is given to the earlier month",
	  RECOGNITION_BY_MONTH,
	  NULL,
	  "2026-01-01T00:00:00Z",
	  "2026-03-01T00:00:00Z",
	  5123,
	  2,
	  { 2562, 2561 } },
	{ "nothing stays nothing",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-01-01T00:00:00Z",
	  "2026-03-01T00:00:00Z",
	  0,
	  2,
	  { 0, 0 } },
	{ "the largest amount",
	  RECOGNITION_BY_DAY,
	  NULL,
	  "2026-01-30T00:00:00Z",
	  "2026-02-02T00:00:00Z",
	  INT64_MAX,
	  2,
	  { 6148914691236517205, 3074457345618258602 } },
};

static int spread_differs(const struct spread *row, const struct recognition *schedule)
{
	int wrong = schedule->count != row->count;

	for (size_t i = 0; i < row->count && i < schedule->count; i++)
		wrong += schedule->parts[i].minor != row->months[i];
	if (wrong == 0)
		return 0;
	print_error("%s: %zu months:", row->name, schedule->count);
	for (size_t i = 0; i < schedule->count; i++)
		print_error(" %" PRId64, schedule->parts[i].minor);
	print_error("\n");
	return 1;
}

static void months_have_their_share(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(spreads); i++) {
		const struct spread *const row = &spreads[i];
		struct zone *const zone = row->zone == NULL ? NULL : zone_open(row->zone);
		const struct recognition_order order = { row->minor, at(row->from), at(row->to),
			                                 row->mode,
			                                 recognition_day(zone, at(row->from)) };
		struct recognition schedule;
		const char *reason;

		assert_true(recognition_make(arena, &order, zone, &schedule, &reason));
		wrong += spread_differs(row, &schedule);
		zone_close(zone);
	}
	assert_int_equal(wrong, 0);
}

static void days_within_a_month_differ_by_one_at_most(void **state)
{
	const struct recognition_order order = { 1000, at("2026-01-15T00:00:00Z"),
		                                 at("2026-04-15T00:00:00Z"), RECOGNITION_BY_DAY,
		                                 day("2026-01-15") };
	struct recognition schedule;
	const char *reason;

	(void)state;
	assert_true(recognition_make(arena, &order, NULL, &schedule, &reason));
	/* 189 over 17 days: 11 each and 2 days one more. */
	assert_int_equal(recognition_on(&schedule, day("2026-01-14")), 0);
	assert_int_equal(recognition_on(&schedule, day("2026-01-15")), 12);
	assert_int_equal(recognition_on(&schedule, day("2026-01-16")), 12);
	assert_int_equal(recognition_on(&schedule, day("2026-01-17")), 11);
	assert_int_equal(recognition_before(&schedule, day("2026-02-01")), 189);
	assert_int_equal(recognition_deferred(&schedule, day("2026-02-01")), 811);
	assert_int_equal(recognition_before(&schedule, day("2026-05-01")), 1000);
	assert_int_equal(recognition_on(&schedule, day("2026-04-15")), 0);
}

static void what_began_before_it_was_booked_catches_up(void **state)
{
	struct recognition_order order = { 3100, at("2026-01-15T00:00:00Z"),
		                           at("2026-02-15T00:00:00Z"), RECOGNITION_BY_DAY,
		                           day("2026-01-20") };
	struct recognition schedule;
	const char *reason;

	(void)state;
	assert_true(recognition_make(arena, &order, NULL, &schedule, &reason));
	/* On the 20th: 15 to 20 January are six days of 100. */
	assert_int_equal(recognition_before(&schedule, day("2026-01-20")), 0);
	assert_int_equal(recognition_on(&schedule, day("2026-01-19")), 0);
	assert_int_equal(recognition_on(&schedule, day("2026-01-20")), 600);
	assert_int_equal(recognition_on(&schedule, day("2026-01-21")), 100);
	order.booked_day = day("2026-03-01");
	assert_true(recognition_make(arena, &order, NULL, &schedule, &reason));
	assert_int_equal(recognition_on(&schedule, day("2026-03-01")), 3100);
	assert_int_equal(recognition_deferred(&schedule, day("2026-03-01")), 3100);
	assert_int_equal(recognition_deferred(&schedule, day("2026-03-02")), 0);
}

struct reversal {
	const char *name;
	const char *day;
	const char *reason; /* NULL: it is taken */
	int64_t minor;
	int64_t cleared;
	int64_t contra;
	int64_t next_day; /* recognised on the day of the reversal, afterwards */
};

/* 31.00 from 15 January, 1.00 a day; booked on the 15th. */
static const struct reversal reversals[] = {
	{ "a full refund on the first day clears all", "2026-01-15", NULL, 3100, 3100, 0, 0 },
	{ "a full refund in the middle: earned is contra", "2026-01-25", NULL, 3100, 2100, 1000,
	  0 },
	{ "a part clears the deferred first", "2026-01-25", NULL, 1050, 1050, 0, 50 },
	{ "a refund when all is earned is contra", "2026-03-01", NULL, 500, 0, 500, 0 },
	{ "a refund before the booking clears", "2026-01-10", NULL, 100, 100, 0, 0 },
	{ "more than was billed", "2026-01-25",
	  "minor: is more than was billed and not yet reversed", 3101, 0, 0, 0 },
	{ "a negative refund", "2026-01-25", "minor: has not the sign of what was billed", -1, 0, 0,
	  0 },
	{ "a refund of nothing", "2026-01-25", "minor: has not the sign of what was billed", 0, 0,
	  0, 0 },
};

static void reversals_clear_the_deferred_first(void **state)
{
	const struct recognition_order order = { 3100, at("2026-01-15T00:00:00Z"),
		                                 at("2026-02-15T00:00:00Z"), RECOGNITION_BY_DAY,
		                                 day("2026-01-15") };
	struct recognition schedule;
	const char *reason;

	(void)state;
	assert_true(recognition_make(arena, &order, NULL, &schedule, &reason));
	for (size_t i = 0; i < COUNT_OF(reversals); i++) {
		const struct reversal *const row = &reversals[i];
		const int64_t on = day(row->day);
		struct recognition_reversal got;

		print_message("%s\n", row->name);
		if (!recognition_reverse(arena, &schedule, on, row->minor, &got, &reason)) {
			assert_non_null(row->reason);
			assert_string_equal(reason, row->reason);
			continue;
		}
		assert_null(row->reason);
		assert_int_equal(got.cleared, row->cleared);
		assert_int_equal(got.contra, row->contra);
		assert_int_equal(got.after.minor, 3100 - row->cleared);
		assert_int_equal(recognition_on(&got.after, on), row->next_day);
		assert_int_equal(recognition_before(&got.after, on),
		                 recognition_before(&schedule, on));
		assert_int_equal(recognition_before(&got.after, day("2027-01-01")),
		                 3100 - row->cleared);
	}
}

static void what_was_earned_is_reversed_once(void **state)
{
	const struct recognition_order order = { 3100, at("2026-01-15T00:00:00Z"),
		                                 at("2026-02-15T00:00:00Z"), RECOGNITION_BY_DAY,
		                                 day("2026-01-15") };
	struct recognition schedule;
	struct recognition_reversal first;
	struct recognition_reversal second;
	const char *reason;

	(void)state;
	assert_true(recognition_make(arena, &order, NULL, &schedule, &reason));
	assert_true(
	    recognition_reverse(arena, &schedule, day("2026-01-25"), 2600, &first, &reason));
	assert_int_equal(first.contra, 500);
	assert_false(
	    recognition_reverse(arena, &first.after, day("2026-01-26"), 501, &second, &reason));
	assert_string_equal(reason, "minor: is more than was billed and not yet reversed");
	assert_true(
	    recognition_reverse(arena, &first.after, day("2026-01-26"), 500, &second, &reason));
	assert_int_equal(second.contra, 500);
	assert_int_equal(second.after.contra, 1000);
}

static void what_cannot_be_ordered_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *reason;
		int64_t minor;
		int64_t from;
		int64_t to;
	} rows[] = {
		{ "minor: is beyond what can be reversed", INT64_MIN, 0, 10 },
		{ "period: ends before it begins", 1, 10, 9 },
		{ "period: is not between the years 1970 and 9999", 1, -1, 9 },
		{ "period: is not between the years 1970 and 9999", 1, 0, INT64_MAX },
		{ "period: is longer than ten years", 1, 0, INT64_C(86400000000) * 4000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct recognition_order order = {
			rows[i].minor, { rows[i].from }, { rows[i].to }, RECOGNITION_BY_DAY, 0
		};
		struct recognition schedule;
		const char *reason;

		assert_false(recognition_make(arena, &order, NULL, &schedule, &reason));
		assert_string_equal(reason, rows[i].reason);
	}
}

static void a_roll_forward_that_does_not_balance_says_by_how_much(void **state)
{
	const struct recognition_roll good = { "JPY", 1000, 500, 300, 200, 1000 };
	const struct recognition_roll bad = { "KWD", 1000, 500, 300, 200, 999 };
	const struct recognition_roll vast = { "USD", INT64_MAX, INT64_MAX, 0, 0, 0 };

	(void)state;
	assert_int_equal(recognition_gap(&good), 0);
	assert_int_equal(recognition_gap(&bad), 1);
	assert_int_equal(recognition_gap(&vast), INT64_MAX);
}

/* The zone of the document comes first; what is wrong with it second. */
static const struct bent_document bent[] = {
	{ "the books of Tokyo, by month", "\"UTC\"", "\"Asia/Tokyo\"", NULL },
	{ "a zone that is none", "\"UTC\"", "\"Mars/Base\"",
	  "time_zone: is not the name of a time zone" },
	{ "a mode that nobody knows", "\"day\"", "\"week\"",
	  "recognition: must be one of: day time month month_prorated" },
	{ "no effective date", "\"effective_from\": \"1970-01-01T00:00:00Z\",", "",
	  "effective_from: is missing" },
	{ "a word that nobody knows", "\"recognition\"", "\"recognise\"",
	  "recognise: is not known" },
};

static void books_have_a_zone_and_a_mode(void **state)
{
	struct bytes text;
	int wrong = 0;

	(void)state;
	assert_true(file_read(arena, "deploy/policies/books/standard-1.json", 65536, &text));
	const char *const good = arena_text(arena, text.data, text.size);
	for (size_t i = 0; i < COUNT_OF(bent); i++) {
		struct books_policy policy = { .zone = NULL };
		struct json_error error = { .path = "" };
		char reason[JSON_ERROR_SIZE];
		const bool taken =
		    policy_parse(&books_policy_kind, arena,
		                 bytes_of(document_bend(arena, good, &bent[i])), &policy, &error);

		if (taken ? bent[i].want == NULL && policy.zone != NULL
		          : text_equal(json_error_text(&error, reason), bent[i].want)) {
			books_policy_finish(&policy);
			continue;
		}
		print_error("%s: %s\n", bent[i].name,
		            taken ? "is taken" : json_error_text(&error, reason));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_day_of_the_books_begins_at_their_midnight(void **state)
{
	struct zone *const tokyo = zone_open("Asia/Tokyo");
	struct zone *const london = zone_open("Europe/London");

	(void)state;
	assert_int_equal(recognition_midnight(NULL, day("2026-02-01")).us,
	                 at("2026-02-01T00:00:00Z").us);
	assert_int_equal(recognition_midnight(tokyo, day("2026-02-01")).us,
	                 at("2026-01-31T15:00:00Z").us);
	for (int64_t on = day("2026-03-20"); on < day("2026-11-10"); on++) {
		const struct instant begins = recognition_midnight(london, on);

		assert_int_equal(recognition_day(london, begins), on);
		assert_int_equal(recognition_day(london, (struct instant){ begins.us - 1 }),
		                 on - 1);
	}
	zone_close(tokyo);
	zone_close(london);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_have_their_share),
		cmocka_unit_test(books_have_a_zone_and_a_mode),
		cmocka_unit_test(a_day_of_the_books_begins_at_their_midnight),
		cmocka_unit_test(days_within_a_month_differ_by_one_at_most),
		cmocka_unit_test(what_began_before_it_was_booked_catches_up),
		cmocka_unit_test(reversals_clear_the_deferred_first),
		cmocka_unit_test(what_was_earned_is_reversed_once),
		cmocka_unit_test(what_cannot_be_ordered_is_refused_with_a_reason),
		cmocka_unit_test(a_roll_forward_that_does_not_balance_says_by_how_much),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
