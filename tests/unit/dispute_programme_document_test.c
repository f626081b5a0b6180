/*
 * dispute_programme_document_test - the documents of monitoring programmes: their months, their versions, what is refused.
 */
#include "tests/support/arena_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/policy_fixture.h"
#include "tests/support/programme_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_time(struct instant got, const char *want)
{
	char text[TIME_TEXT_SIZE];

	assert_string_equal(time_format(got, text), want);
}

static void a_programme_has_its_own_calendar(void **state)
{
	static const struct {
		const char *document;
		const char *country;
		const char *at;
		const char *start;
		const char *end;
		const char *payments_start;
		const char *payments_end;
	} rows[] = {
		{ PROGRAMME_VAMP, "JP", "2026-05-31T23:59:59Z", "2026-05-01T00:00:00Z",
		  "2026-06-01T00:00:00Z", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z" },
		{ PROGRAMME_VAMP, "JP", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z",
		  "2026-07-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z" },
		{ PROGRAMME_VAMP, "US", "2026-06-04T23:59:59Z", "2026-05-05T00:00:00Z",
		  "2026-06-05T00:00:00Z", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z" },
		{ PROGRAMME_VAMP, "US", "2026-01-04T12:00:00Z", "2025-12-05T00:00:00Z",
		  "2026-01-05T00:00:00Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z" },
		{ PROGRAMME_ECM, "JP", "2026-01-15T12:00:00Z", "2026-01-01T00:00:00Z",
		  "2026-02-01T00:00:00Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z" },
		{ PROGRAMME_ECM, "US", "2028-03-01T00:00:00Z", "2028-02-05T00:00:00Z",
		  "2028-03-05T00:00:00Z", "2028-01-01T00:00:00Z", "2028-02-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct programme_policy policy = programme_document(rows[i].document);
		const struct programme_period got =
		    programme_period_at(&policy, rows[i].country, instant_of(rows[i].at));

		print_message("%s in %s\n", rows[i].at, rows[i].country);
		assert_time(got.start, rows[i].start);
		assert_time(got.end, rows[i].end);
		assert_time(got.payments_start, rows[i].payments_start);
		assert_time(got.payments_end, rows[i].payments_end);
	}
}

static struct document file_of(const char *name, const char *find, const char *put)
{
	const struct bent_document bent = { .find = find, .put = put };
	const char *text = policy_fixture_text(arena, name);

	text = find != NULL ? document_bend(arena, text, &bent) : text;
	return (struct document){ .name = name, .body = bytes_of(text) };
}

static void each_programme_has_versions_of_its_own(void **state)
{
	const struct document files[] = {
		file_of(PROGRAMME_VAMP, NULL, NULL),
		file_of(PROGRAMME_ECM, NULL, NULL),
		file_of("programmes/visa-vamp-1.json", NULL, NULL),
		file_of(PROGRAMME_EFM, NULL, NULL),
	};
	const struct instant change = instant_of("2026-04-01T00:00:00Z");
	const struct programme_book *const book =
	    programme_compile(files, COUNT_OF(files), NULL, 0);

	(void)state;
	assert_non_null(book);
	assert_int_equal(book->count, 3);
	assert_string_equal(programme_at(book, 0, change)->head.id, "visa-vamp");
	assert_string_equal(programme_at(book, 1, change)->head.id, "mastercard-ecm");
	assert_string_equal(programme_at(book, 2, change)->head.id, "mastercard-efm");
	assert_int_equal(programme_at(book, 0, change)->thresholds[1].ratio_bp, 150);
	assert_int_equal(
	    programme_at(book, 0, time_sub(change, SECONDS(1)))->thresholds[1].ratio_bp, 220);
	programme_book_destroy(book);
}

static void a_folder_with_a_bad_document_is_refused(void **state)
{
	const struct document twice[] = {
		file_of("programmes/visa-vamp-1.json", NULL, NULL),
		file_of(PROGRAMME_VAMP, "2026-04-01", "2025-06-01"),
	};
	const struct document bad = file_of("programmes/visa-vamp-1.json", "\"visa\",", "7,");
	char reason[256] = "";

	(void)state;
	assert_null(programme_compile(twice, 2, reason, sizeof(reason)));
	assert_string_equal(reason,
	                    "programmes/visa-vamp-2.json: effective_from: is another file's "
	                    "already");
	assert_null(programme_compile(&bad, 1, reason, sizeof(reason)));
	assert_string_equal(reason, "programmes/visa-vamp-1.json: network: must be a text");
	assert_null(programme_compile(NULL, 0, reason, sizeof(reason)));
	assert_string_equal(reason, "programmes/: must hold 1 to 32 documents");
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "nothing is counted", "[\"fraud_warning\", \"dispute\"]", "[]",
		  "counts: must have what is counted" },
		{ "what nobody counts", "\"fraud_warning\"", "\"complaint\"", "counts[0]: " },
		{ "counted twice", "[\"fraud_warning\",", "[\"dispute\",",
		  "counts: has a word twice" },
		{ "an exception that is none", "\"inquiry\"", "\"luck\"", "except[0]: " },
		{ "against nothing", "\"same_month\"", "\"always\"", "against: " },
		{ "approached from nothing on", "\"approaching_ppm\": 750000",
		  "\"approaching_ppm\": 0", "watch.approaching_ppm: " },
		{ "an interval of nothing", "\"z_milli\": 1960", "\"z_milli\": 0",
		  "watch.z_milli: " },
		{ "what nobody watches", "\"z_milli\": 1960", "\"z_milli\": 1960, \"luck\": 1",
		  "watch.luck: " },
		{ "a day that February does not have", "\"month_starts_on\": 5",
		  "\"month_starts_on\": 29", "calendar[1].month_starts_on: " },
		{ "a country twice", "\"country\": \"US\"", "\"country\": \"*\"",
		  "calendar[1].country: stands in the list twice" },
		{ "without every other country", "\"country\": \"*\"", "\"country\": \"JP\"",
		  "calendar: must have that of every other country" },
		{ "a ratio above a whole", "\"ratio_bp\": 50", "\"ratio_bp\": 10001",
		  "thresholds[0].ratio_bp: " },
		{ "a count of none", "\"count\": 5,", "\"count\": 0,", "thresholds[0].count: " },
		{ "within and without", "\"outside\": \"cemea\"",
		  "\"outside\": \"cemea\", \"region\": \"lac\"",
		  "thresholds[1].outside: stands beside region" },
		{ "an amount in no currency", "\"USD\"", "\"XXQ\"",
		  "thresholds[2].amount.currency: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &programme_policy_kind,
	                       policy_fixture_text(arena, PROGRAMME_VAMP), rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_programme_has_its_own_calendar),
		cmocka_unit_test(each_programme_has_versions_of_its_own),
		cmocka_unit_test(a_folder_with_a_bad_document_is_refused),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
