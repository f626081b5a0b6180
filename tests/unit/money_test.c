/* money_test - ISO 4217 and sums of minor units. */
#include "common/base/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_currency_has_the_minor_units_of_the_standard(void **state)
{
	static const struct {
		const char *code;
		int exponent;
	} cases[] = {
		{ "USD", 2 },
		{ "EUR", 2 },
		{ "JPY", 0 },
		{ "KRW", 0 },
		{ "ISK", 0 },
		{ "UGX", 0 },
		{ "KWD", 3 },
		{ "TND", 3 },
		{ "CLF", 4 },
		{ "UYW", 4 },
		{ "MGA", 2 },
		{ "ZWG", 2 },
		{ "XAU", -1 },
		{ "XX"
		  "X",
		  -1 },
		{ "XTS", -1 },
		{ "usd", -1 },
		{ "US", -1 },
		{ "", -1 },
		{ "USDE", -1 },
		{ "SDE", -1 },
		{ "D E", -1 },
		{ " EU", -1 },
		{ "ABC", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(money_exponent(cases[i].code), cases[i].exponent);
}

static void a_currency_is_read_in_any_case_and_never_guessed(void **state)
{
	static const char *const bad[] = { "",   "us",     "usdx", "xau", "u$d",
		                           "円", "ＵＳＤ", "US ",  " US" };
	char currency[4] = "old";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(money_currency(bad[i], currency));
	assert_string_equal(currency, "old");
	assert_true(money_currency("jPy", currency));
	assert_string_equal(currency, "JPY");
}

static void a_sum_is_exact_or_refused(void **state)
{
	static const struct {
		struct money a;
		struct money b;
		bool fits;
		int64_t minor;
	} cases[] = {
		{ { 1, "USD" }, { 2, "USD" }, true, 3 },
		{ { 1, "USD" }, { -2, "USD" }, true, -1 },
		{ { INT64_MAX, "USD" }, { 0, "USD" }, true, INT64_MAX },
		{ { INT64_MAX, "USD" }, { INT64_MIN, "USD" }, true, -1 },
		{ { INT64_MAX, "USD" }, { 1, "USD" }, false, 0 },
		{ { INT64_MIN, "USD" }, { -1, "USD" }, false, 0 },
		{ { 1, "USD" }, { 1, "EUR" }, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct money sum = { 77, "XYZ" };

		assert_int_equal(money_add(cases[i].a, cases[i].b, &sum), cases[i].fits);
		assert_true(sum.minor == (cases[i].fits ? cases[i].minor : 77));
		assert_string_equal(sum.currency, cases[i].fits ? cases[i].a.currency : "XYZ");
	}
}

static void an_amount_is_written_for_people(void **state)
{
	static const struct {
		struct money money;
		const char *text;
	} cases[] = {
		{ { 123450, "USD" }, "1234.50 USD" },
		{ { 5, "USD" }, "0.05 USD" },
		{ { -5, "USD" }, "-0.05 USD" },
		{ { 0, "USD" }, "0.00 USD" },
		{ { -100, "EUR" }, "-1.00 EUR" },
		{ { 1500, "JPY" }, "1500 JPY" },
		{ { 1001, "KWD" }, "1.001 KWD" },
		{ { 10000, "CLF" }, "1.0000 CLF" },
		{ { INT64_MIN, "USD" }, "-92233720368547758.08 USD" },
		{ { INT64_MIN, "JPY" }, "-9223372036854775808 JPY" },
		{ { 12, "???" }, "12 minor units of ???" },
	};
	struct arena *const arena = arena_create(1024);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(money_format(arena, cases[i].money), cases[i].text);
	arena_destroy(arena);
}

static void an_amount_is_known_by_its_name(void **state)
{
	static const char *const amounts[] = { "amount",   "amount_due", "unit_amount", "total",
		                               "subtotal", "fee",        "net",         "tax",
		                               "balance",  "amounts",    NULL };
	static const char *const others[] = { "unit_amount_decimal",
		                              "amount_decimal",
		                              "total_count",
		                              "created",
		                              "quantity",
		                              "",
		                              NULL };

	(void)state;
	for (size_t i = 0; amounts[i] != NULL; i++)
		assert_true(money_is_amount(amounts[i]));
	for (size_t i = 0; others[i] != NULL; i++)
		assert_false(money_is_amount(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_currency_has_the_minor_units_of_the_standard),
		cmocka_unit_test(a_currency_is_read_in_any_case_and_never_guessed),
		cmocka_unit_test(a_sum_is_exact_or_refused),
		cmocka_unit_test(an_amount_is_written_for_people),
		cmocka_unit_test(an_amount_is_known_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
