/*
 * billing_fx_test - rates of days, exact fractions, and where an amount is rounded.
 */
#include "common/base/ratio.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/rule/fx.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const november =
    "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-11-01T00:00:00Z\",\"source\":\"test\","
    "\"base\":\"EUR\",\"days\":["
    "{\"date\":\"2026-11-02\",\"rates\":{\"USD\":\"1.16\",\"JPY\":\"180\",\"KWD\":\"0.355\"}},"
    "{\"date\":\"2026-11-03\",\"rates\":{\"USD\":\"1.17\"}}]}";
static const char *const corrected =
    "{\"id\":\"t\",\"version\":2,\"effective_from\":\"2026-11-20T00:00:00Z\",\"source\":\"test\","
    "\"base\":\"EUR\",\"days\":[{\"date\":\"2026-11-03\",\"rates\":{\"USD\":\"1.18\"}}]}";

static int64_t day(const char *date)
{
	struct date read;

	assert_true(date_parse(date, &read));
	return date_days(read);
}

static const struct policy_book *book_of(const char *first, const char *second)
{
	const struct document files[] = {
		{ .name = "fx/a.json", .body = bytes_of(first) },
		{ .name = "fx/b.json", .body = bytes_of(second != NULL ? second : "") },
	};
	char reason[256] = "";
	const struct policy_book *const book =
	    policy_compile(&fx_kind, files, second != NULL ? 2 : 1, reason, sizeof(reason));

	assert_string_equal(reason, "");
	return book;
}

static void a_rate_is_its_digits(void **state)
{
	static const struct {
		const char *text;
		int64_t numerator;
		int64_t denominator;
	} rows[] = {
		{ "1", 1, 1 },
		{ "1.0786", 5393, 5000 },
		{ "1.16340000", 5817, 5000 },
		{ "180", 180, 1 },
		{ "0.00642", 321, 50000 },
		{ "6.42e-05", 321, 5000000 },
		{ "5E-1", 1, 2 },
		{ "0.1", 1, 10 },
		{ "12345678901234567", INT64_C(12345678901234567), 1 },
	};
	static const char *const bad[] = { "",
		                           "0",
		                           "0.000",
		                           "-1",
		                           "+1",
		                           ".5",
		                           "5.",
		                           "1.2.3",
		                           "1,2",
		                           "1e5",
		                           "1e",
		                           "1e-",
		                           " 1",
		                           "1 ",
		                           "１",
		                           "1e-18",
		                           "0x10",
		                           "nan",
		                           "123456789012345678" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct ratio ratio;

		assert_true(ratio_parse(rows[i].text, &ratio));
		assert_int_equal(ratio.numerator, rows[i].numerator);
		assert_int_equal(ratio.denominator, rows[i].denominator);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct ratio ratio;

		if (ratio_parse(bad[i], &ratio))
			fail_msg("\"%s\" is read", bad[i]);
	}
}

static void a_half_is_rounded_as_the_mode_says(void **state)
{
	static const struct {
		int64_t amount;
		struct ratio ratio;
		int64_t up;
		int64_t even;
	} rows[] = {
		{ 5, { 1, 2 }, 3, 2 },
		{ -5, { 1, 2 }, -3, -2 },
		{ 7, { 1, 2 }, 4, 4 },
		{ 1, { 1, 2 }, 1, 0 },
		{ -1, { 1, 2 }, -1, 0 },
		{ 10, { 1, 3 }, 3, 3 },
		{ 20, { 1, 3 }, 7, 7 },
		{ -20, { 1, 3 }, -7, -7 },
		{ 0, { 7, 3 }, 0, 0 },
		{ INT64_MAX, { 1, 1 }, INT64_MAX, INT64_MAX },
		{ INT64_MIN, { 1, 1 }, INT64_MIN, INT64_MIN },
		{ INT64_MAX, { INT64_MAX - 1, INT64_MAX }, INT64_MAX - 1, INT64_MAX - 1 },
	};
	int64_t result = 77;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_true(ratio_apply(rows[i].amount, rows[i].ratio, ROUNDING_HALF_UP, &result));
		assert_true(result == rows[i].up);
		assert_true(
		    ratio_apply(rows[i].amount, rows[i].ratio, ROUNDING_HALF_EVEN, &result));
		assert_true(result == rows[i].even);
	}
	result = 77;
	assert_false(ratio_apply(INT64_MAX, (struct ratio){ 2, 1 }, ROUNDING_HALF_UP, &result));
	assert_int_equal(result, 77);
}

static void fractions_stay_in_lowest_terms_or_are_refused(void **state)
{
	struct ratio result;

	(void)state;
	assert_true(ratio_multiply(ratio_of(INT64_MAX, 3), ratio_of(3, INT64_MAX), &result));
	assert_true(result.numerator == 1 && result.denominator == 1);
	assert_true(ratio_divide(ratio_of(180, 1), ratio_of(29, 25), &result));
	assert_true(result.numerator == 4500 && result.denominator == 29);
	assert_false(ratio_multiply(ratio_of(INT64_MAX, 1), ratio_of(2, 1), &result));
}

/* A question of what is known in the end. */
static struct fx_question ask(const char *date, const char *from, const char *to)
{
	return (struct fx_question){ day(date), TIME_MAX, from, to };
}

/* By the rate of minor units, a half rounded up. */
static bool convert(const struct policy_book *book, const struct fx_question *question,
                    int64_t minor, int64_t *result, char reason[static FX_REASON_SIZE])
{
	struct ratio rate;

	return fx_rate(book, question, &rate, reason) && fx_minor(question, rate, &rate, reason) &&
	       ratio_apply(minor, rate, ROUNDING_HALF_UP, result);
}

/*
 * 2026-11-02, one euro: 1.16 dollars, 180 yen, 0.355 dinars.
 *   100.00 EUR -> 116.00 USD; 1160 USD cents -> 10.00 EUR
 *   10.00 USD -> 10 / 1.16 * 180 = 1551.72 -> 1552 JPY
 *   1552 JPY -> 1552 / 180 * 1.16 = 10.0018 -> 10.00 USD
 *   5.123 KWD -> 5.123 / 0.355 = 14.43098 -> 14.43 EUR
 *   1 JPY -> 0.355 / 180 = 0.00197 -> 0.002 KWD
 */
static void an_amount_is_converted_by_the_rate_of_its_day(void **state)
{
	static const struct {
		struct money from;
		struct money to;
	} rows[] = {
		{ { 10000, "EUR" }, { 11600, "USD" } }, { { 1160, "USD" }, { 1000, "EUR" } },
		{ { 1000, "USD" }, { 1552, "JPY" } },   { { 1552, "JPY" }, { 1000, "USD" } },
		{ { 5123, "KWD" }, { 1443, "EUR" } },   { { 1, "JPY" }, { 2, "KWD" } },
		{ { -1000, "USD" }, { -1552, "JPY" } }, { { 7, "CHF" }, { 7, "CHF" } },
	};
	const struct policy_book *const book = book_of(november, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct fx_question question =
		    ask("2026-11-02", rows[i].from.currency, rows[i].to.currency);
		char reason[FX_REASON_SIZE] = "";
		int64_t result;

		assert_true(convert(book, &question, rows[i].from.minor, &result, reason));
		assert_int_equal(result, rows[i].to.minor);
	}
	arena_destroy(book->arena);
}

static void a_rate_that_is_missing_is_an_error_that_names_currency_and_day(void **state)
{
	static const struct {
		const char *date;
		const char *from;
		const char *to;
		const char *reason;
	} rows[] = {
		{ "2026-11-04", "USD", "EUR", "USD on 2026-11-04: there is no rate" },
		{ "2026-11-03", "USD", "JPY", "JPY on 2026-11-03: there is no rate" },
		{ "2026-11-03", "JPY", "USD", "JPY on 2026-11-03: there is no rate" },
		{ "2026-11-02", "EUR", "XAU", "XAU on 2026-11-02: there is no rate" },
		{ "2026-11-02", "XAU", "XAU", "XAU on 2026-11-02: no currency is known" },
		{ "1969-12-31", "USD", "EUR", "USD on 1969-12-31: there is no rate" },
	};
	const struct policy_book *const book = book_of(november, NULL);
	char reason[FX_REASON_SIZE] = "";
	int64_t result = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct fx_question question = ask(rows[i].date, rows[i].from, rows[i].to);

		assert_false(convert(book, &question, 100, &result, reason));
		if (!text_starts(reason, rows[i].reason))
			fail_msg("%s: %s", rows[i].reason, reason);
	}
	assert_int_equal(result, 7);
	arena_destroy(book->arena);
}

static void a_document_counts_from_when_it_became_effective_on(void **state)
{
	static const struct {
		const char *date;
		const char *known_at;
		const char *rate;
	} rows[] = {
		{ "2026-11-03", "2026-11-20T00:00:00Z", "59/50" },
		{ "2026-11-03", "2026-11-19T23:59:59Z", "117/100" },
		{ "2026-11-02", "2026-11-20T00:00:00Z", "29/25" },
		{ "2026-11-02", "2026-10-31T23:59:59Z", NULL },
	};
	const struct policy_book *const book = book_of(corrected, november);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fx_question question = ask(rows[i].date, "EUR", "USD");
		char reason[FX_REASON_SIZE];
		struct ratio rate;

		assert_true(time_parse(rows[i].known_at, &question.known_at));
		assert_int_equal(fx_rate(book, &question, &rate, reason), rows[i].rate != NULL);
		if (rows[i].rate != NULL)
			assert_string_equal(arena_printf(arena, "%d/%d", (int)rate.numerator,
			                                 (int)rate.denominator),
			                    rows[i].rate);
	}
	arena_destroy(book->arena);
}

static void a_document_that_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "a rate that is a number", "\"1.16\"", "1.16", "days[0].rates.USD: " },
		{ "a rate of zero", "\"1.16\"", "\"0\"",
		  "days[0].rates.USD: must be a decimal above 0 of at most 17 digits" },
		{ "an unknown currency", "\"USD\"", "\"USX\"",
		  "days[0].rates.USX: must be a currency as USD" },
		{ "the base", "\"USD\"", "\"EUR\"", "days[0].rates.EUR: is the base" },
		{ "a day twice", "2026-11-03", "2026-11-02",
		  "days[1].date: must be after the one before" },
		{ "a day that does not exist", "2026-11-03", "2026-11-31", "days[1].date: " },
		{ "no rates", "{\"USD\":\"1.17\"}", "{}", "days[1].rates: must be 1 to 200" },
		{ "no source", "\"source\":\"test\",", "", "source: is missing" },
		{ "no base", "\"base\":\"EUR\",", "", "base: " },
		{ "no date of effect", "\"effective_from\":\"2026-11-01T00:00:00Z\",", "",
		  "effective_from: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &fx_kind, november, rows, COUNT_OF(rows));
}

static void the_project_s_own_document_is_read(void **state)
{
	struct fx_document document;

	(void)state;
	policy_fixture_read(arena, &fx_kind, "fx/demo-2026.json", &document);
	assert_true(document.count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_its_digits),
		cmocka_unit_test(a_half_is_rounded_as_the_mode_says),
		cmocka_unit_test(fractions_stay_in_lowest_terms_or_are_refused),
		cmocka_unit_test(an_amount_is_converted_by_the_rate_of_its_day),
		cmocka_unit_test(a_rate_that_is_missing_is_an_error_that_names_currency_and_day),
		cmocka_unit_test(a_document_counts_from_when_it_became_effective_on),
		cmocka_unit_test(a_document_that_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(the_project_s_own_document_is_read),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
