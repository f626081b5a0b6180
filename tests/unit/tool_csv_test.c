/*
 * tool_csv_test - what the operator's tool writes for spreadsheets: quoted by RFC 4180, and no formula.
 */
#include "common/base/text.h"
#include "services/opsmesh/chart_number.h"
#include "services/opsmesh/csv.h"
#include "services/opsmesh/running.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What a line of one cell is, its end included. */
static const char *cell(const char *text)
{
	struct buffer out = { 0 };
	struct csv csv = { .out = &out };
	const char *made;

	csv_text(&csv, text);
	csv_line(&csv);
	made = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return made;
}

static void test_text_is_quoted_where_it_must_be(void **state)
{
	static const struct {
		const char *text;
		const char *cell;
	} rows[] = {
		{ "", "\r\n" },
		{ "plain", "plain\r\n" },
		{ "a,b", "\"a,b\"\r\n" },
		{ "say \"no\"", "\"say \"\"no\"\"\"\r\n" },
		{ "one\ntwo", "\"one\ntwo\"\r\n" },
		{ "one\r\ntwo", "\"one\r\ntwo\"\r\n" },
		{ "請求, 五月", "\"請求, 五月\"\r\n" },
		{ "\"", "\"\"\"\"\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(cell(rows[i].text), rows[i].cell);
}

static void test_what_would_be_a_formula_is_text(void **state)
{
	static const struct {
		const char *text;
		const char *cell;
	} rows[] = {
		{ "=1+1", "'=1+1\r\n" },
		{ "+49 30 1", "'+49 30 1\r\n" },
		{ "-2+3", "'-2+3\r\n" },
		{ "@SUM(A1)", "'@SUM(A1)\r\n" },
		{ "\t=1", "'\t=1\r\n" },
		{ "\r=1", "\"'\r=1\"\r\n" },
		{ "=HYPERLINK(\"http://x\",\"y\")",
		  "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n" },
		{ "a=1", "a=1\r\n" },
		{ "'=1", "'=1\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(cell(rows[i].text), rows[i].cell);
}

static void test_our_own_numbers_stay_numbers(void **state)
{
	struct buffer out = { 0 };
	struct csv csv = { .out = &out };

	(void)state;
	csv_titles(&csv, (const char *const[]){ "name", "amount", NULL });
	csv_text(&csv, "-x");
	csv_plain(&csv, "-12.00");
	csv_line(&csv);
	csv_plain(&csv, "");
	csv_text(&csv, "");
	csv_line(&csv);
	assert_string_equal(arena_text(arena, (const char *)out.data, out.size),
	                    "name,amount\r\n'-x,-12.00\r\n,\r\n");
	buffer_finish(&out);
}

static void test_amounts_are_written_by_the_minor_units_of_their_currency(void **state)
{
	static const struct {
		const char *currency;
		int64_t minor;
		const char *text;
	} rows[] = {
		{ "USD", 12345, "123.45" },
		{ "USD", -5, "-0.05" },
		{ "JPY", 12000, "12000" },
		{ "KWD", 1234, "1.234" },
		{ "USD", INT64_MAX, "92233720368547758.07" },
		{ "USD", INT64_MIN, "-92233720368547758.08" },
		{ "ZZZ", 5, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(decimal_text(arena, rows[i].currency, rows[i].minor),
		                    rows[i].text);
}

static void test_sums_grow_by_currency_and_do_not_wrap(void **state)
{
	struct running *const sums = arena_zero(arena, sizeof(*sums));
	int64_t now = 0;

	(void)state;
	assert_true(running_add(sums, "EUR", 500, &now) && now == 500);
	assert_true(running_add(sums, "JPY", 7, &now) && now == 7);
	assert_true(running_add(sums, "USD", 1, &now) && running_add(sums, "USD", -1, &now));
	assert_true(running_add(sums, "EUR", -700, &now) && now == -200);
	assert_string_equal(running_text(arena, sums), "-2.00 EUR, 7 JPY");
	assert_false(running_add(sums, "JPY", INT64_MAX, &now));
	assert_false(running_add(sums, "LONG", 1, &now));
}

static void test_no_more_currencies_than_there_are(void **state)
{
	struct running *const sums = arena_zero(arena, sizeof(*sums));
	int64_t now;

	(void)state;
	for (int i = 0; i < RUNNING_MAX; i++) {
		const char code[] = { (char)('A' + i / 26), (char)('A' + i % 26), 'X', '\0' };

		assert_true(running_add(sums, code, 1, &now));
	}
	assert_false(running_add(sums, "ZZZ", 1, &now));
	assert_true(running_add(sums, "AAX", 1, &now) && now == 2);
}

static bool parse(const char *text, struct chart_numbers *chart, const char **wrong)
{
	struct json_error error;
	char reason[JSON_ERROR_SIZE];

	if (chart_numbers_parse(arena, bytes_of(text), chart, &error))
		return true;
	*wrong = arena_string(arena, json_error_text(&error, reason));
	return false;
}

static void test_accounts_have_the_numbers_of_the_chart(void **state)
{
	struct chart_numbers *const chart = arena_zero(arena, sizeof(*chart));
	const char *wrong = "";

	(void)state;
	assert_true(chart_numbers_read(arena, "deploy/policies", chart, &wrong));
	assert_string_equal(chart_number(chart, "receivable"), "1200");
	assert_string_equal(chart_number(chart, "unbilled_receivable"), "1205");
	assert_string_equal(chart_number(chart, "fx_gain_loss"), "7100");
	assert_null(chart_number(chart, "pocket"));
	assert_false(chart_numbers_read(arena, "deploy/nowhere", chart, &wrong));
	assert_string_equal(wrong, "deploy/nowhere/chart/ cannot be read");
}

static void test_a_chart_that_is_none_is_refused_by_place(void **state)
{
	static const struct {
		const char *text;
		const char *place;
	} rows[] = {
		{ "[]", "" },
		{ "{}", "accounts" },
		{ "{\"accounts\":[{\"account\":\"cash\"}]}", "accounts[0].number" },
		{ "{\"accounts\":[{\"number\":\"1\",\"account\":7}]}", "accounts[0].account" },
		{ "{\"accounts\":[{\"account\":\"cash\",\"number\":\"1\"},"
		  "{\"account\":\"cash\",\"number\":\"2\"}]}",
		  "accounts[1].account" },
	};
	struct chart_numbers *const chart = arena_zero(arena, sizeof(*chart));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *wrong = "";

		assert_false(parse(rows[i].text, chart, &wrong));
		assert_true(text_starts(wrong, rows[i].place));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_quoted_where_it_must_be),
		cmocka_unit_test(test_what_would_be_a_formula_is_text),
		cmocka_unit_test(test_our_own_numbers_stay_numbers),
		cmocka_unit_test(test_amounts_are_written_by_the_minor_units_of_their_currency),
		cmocka_unit_test(test_sums_grow_by_currency_and_do_not_wrap),
		cmocka_unit_test(test_no_more_currencies_than_there_are),
		cmocka_unit_test(test_accounts_have_the_numbers_of_the_chart),
		cmocka_unit_test(test_a_chart_that_is_none_is_refused_by_place),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
