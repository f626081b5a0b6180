/*
 * dispute_pattern_test - where more payments are disputed than elsewhere, and where too few are to say.
 */
#include "services/chargeback/pattern/dispute_pattern.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "dispute-patterns/standard-1.json"
#define RELEASES                                                                   \
	"\"releases\": [{ \"name\": \"one\", \"at\": \"2026-04-01T00:00:00Z\" }, " \
	"{ \"name\": \"two\", \"at\": \"2026-05-01T00:00:00Z\" }]"

static struct dispute_pattern_policy read_document(const char *text)
{
	struct dispute_pattern_policy policy;
	struct json_error error;

	assert_true(policy_parse(&dispute_pattern_kind, arena, bytes_of(text), &policy, &error));
	return policy;
}

static void more_than_elsewhere_stands_out(void **state)
{
	static const struct {
		const char *name;
		int64_t disputes;
		int64_t payments;
		int64_t other_disputes;
		int64_t other_payments;
		bool told;
	} rows[] = {
		{ "five times as many of a thousand", 50, 1000, 100, 10000, true },
		{ "as many as elsewhere", 10, 1000, 100, 10000, false },
		{ "more, but it may be chance", 15, 1000, 100, 10000, false },
		{ "the same excess of ten times as many is not chance", 150, 10000, 1000, 100000,
		  true },
		{ "too few disputes to say", 4, 50, 1, 10000, false },
		{ "just enough of them", 5, 50, 1, 10000, true },
		{ "too few payments to say", 20, 49, 1, 10000, false },
		{ "too few elsewhere to compare with", 20, 100, 0, 49, false },
		{ "just enough elsewhere", 20, 100, 0, 50, true },
		{ "nothing elsewhere was disputed", 20, 100, 0, 1000, true },
		{ "more disputes than payments", 60, 50, 1, 10000, true },
		{ "fewer than elsewhere", 5, 1000, 1000, 10000, false },
	};
	const struct dispute_pattern_policy policy =
	    read_document(policy_fixture_text(arena, DOCUMENT));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct dispute_cell cells[] = {
			{ DISPUTE_BY_COUNTRY, "JP", 0, 0 },
			{ DISPUTE_BY_COUNTRY, "BR", rows[i].disputes, rows[i].payments },
			{ DISPUTE_BY_COUNTRY, "US", rows[i].other_disputes,
			  rows[i].other_payments },
		};
		struct dispute_pattern found[4];
		size_t count;

		print_message("%s\n", rows[i].name);
		count = dispute_pattern_find(&policy, cells, COUNT_OF(cells), found, 4);
		if (!rows[i].told) {
			for (size_t k = 0; k < count; k++)
				assert_string_not_equal(found[k].cell.value, "BR");
			continue;
		}
		assert_int_equal(count, 1);
		assert_string_equal(found[0].cell.value, "BR");
		assert_int_equal(found[0].other_disputes, rows[i].other_disputes);
		assert_int_equal(found[0].other_payments, rows[i].other_payments);
		assert_true(found[0].interval.low_ppm > found[0].other_ppm);
	}
}

static void a_pattern_says_its_counts_and_its_interval(void **state)
{
	static const struct dispute_cell cells[] = {
		{ DISPUTE_BY_PRODUCT, "seats", 15, 100 },
		{ DISPUTE_BY_PRODUCT, "usage", 20, 3000 },
		{ DISPUTE_BY_CARD, "visa/credit/JP", 20, 1600 },
		{ DISPUTE_BY_CARD, "visa/debit/JP", 15, 1500 },
	};
	static const struct dispute_cell whole[] = {
		{ DISPUTE_BY_RELEASE, "two", 50, 500 },
		{ DISPUTE_BY_RELEASE, "one", 10, 1000 },
	};
	const struct dispute_pattern_policy policy =
	    read_document(policy_fixture_text(arena, DOCUMENT));
	struct dispute_pattern found[4];

	(void)state;
	assert_int_equal(dispute_pattern_find(&policy, cells, COUNT_OF(cells), found, 4), 1);
	assert_int_equal(found[0].cell.dimension, DISPUTE_BY_PRODUCT);
	assert_string_equal(found[0].cell.value, "seats");
	assert_int_equal(found[0].share_ppm, 150000);
	assert_int_equal(found[0].interval.low_ppm, 80082);
	assert_int_equal(found[0].interval.high_ppm, 263478);
	assert_int_equal(found[0].other_ppm, 6667);
	assert_int_equal(dispute_pattern_find(&policy, cells, COUNT_OF(cells), found, 0), 0);
	assert_int_equal(dispute_pattern_find(&policy, whole, COUNT_OF(whole), found, 4), 1);
	assert_int_equal(found[0].other_ppm, 10000);
}

static void a_payment_belongs_to_the_release_of_its_day(void **state)
{
	static const struct {
		const char *at;
		const char *name;
	} rows[] = {
		{ "2026-03-31T23:59:59Z", "" },    { "2026-04-01T00:00:00Z", "one" },
		{ "2026-04-30T23:59:59Z", "one" }, { "2026-05-01T00:00:00Z", "two" },
		{ "2030-01-01T00:00:00Z", "two" },
	};
	const struct bent_document bent = { .find = "\"releases\": []", .put = RELEASES };
	const struct dispute_pattern_policy policy =
	    read_document(document_bend(arena, policy_fixture_text(arena, DOCUMENT), &bent));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct instant at = { 0 };

		assert_true(time_parse(rows[i].at, &at));
		assert_string_equal(dispute_pattern_release(&policy, at), rows[i].name);
	}
	assert_string_equal(dispute_pattern_card(arena, "visa", "credit", "JP"), "visa/credit/JP");
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "from no dispute on", "\"disputes\": 5", "\"disputes\": 0",
		  "minimum.disputes: " },
		{ "a payment that is not whole", "\"payments\": 50", "\"payments\": 0.5",
		  "minimum.payments: " },
		{ "an interval too narrow to be one", "\"z_milli\": 2576", "\"z_milli\": 1",
		  "z_milli: " },
		{ "releases of one instant", "\"releases\": []",
		  "\"releases\": [{ \"name\": \"one\", \"at\": \"2026-04-01T00:00:00Z\" }, "
		  "{ \"name\": \"two\", \"at\": \"2026-04-01T00:00:00Z\" }]",
		  "releases[1].at: must be after the one before it" },
		{ "a release without a day", "\"releases\": []",
		  "\"releases\": [{ \"name\": \"one\" }]", "releases[0].at: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &dispute_pattern_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_than_elsewhere_stands_out),
		cmocka_unit_test(a_pattern_says_its_counts_and_its_interval),
		cmocka_unit_test(a_payment_belongs_to_the_release_of_its_day),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
