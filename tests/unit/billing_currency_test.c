/*
 * billing_currency_test - what a provider's integers mean, by the document of the tree; and balance
 * transactions as they come.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/ledger/balance_transaction.h"
#include "services/billing-sync/rule/currency.h"
#include "tests/support/policy_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FILE_NAME "deploy/policies/currencies/stripe.json"

static struct arena *arena;
static const char *text;
static struct currency_policy policy; /* of the tree */
static struct currency_policy takes;  /* the same, which takes UGX */

static const char *without_refusal(void)
{
	const char *const from = strstr(text, "      \"refused\"");
	const char *const to = strchr(from, '\n');

	return arena_printf(arena, "%.*s%s", (int)(from - text), text, to + 1);
}

static int start(void **state)
{
	struct json_error error;
	struct bytes content;

	(void)state;
	arena = arena_create(65536);
	assert_true(file_read(arena, FILE_NAME, POLICY_BYTES_MAX, &content));
	text = arena_text(arena, content.data, content.size);
	assert_true(policy_parse(&currency_kind, arena, content, &policy, &error));
	assert_true(
	    policy_parse(&currency_kind, arena, bytes_of(without_refusal()), &takes, &error));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* Vector 18 of the field's reference, and each special case: the standard's units and the provider's. */
static void an_amount_has_the_provider_s_exponent(void **state)
{
	static const struct {
		const struct currency_policy *by;
		struct money money;
		int64_t amount;
	} rows[] = {
		{ &policy, { 5, "ISK" }, 500 },
		{ &takes, { 5, "UGX" }, 500 },
		{ &policy, { 500, "JPY" }, 500 },
		{ &policy, { 5123, "KWD" }, 5123 },
		{ &policy, { 500, "MGA" }, 5 },
		{ &policy, { 1045, "HUF" }, 1045 },
		{ &policy, { 80045, "TWD" }, 80045 },
		{ &policy, { 1099, "USD" }, 1099 },
		{ &policy, { -5, "ISK" }, -500 },
		{ &policy, { 0, "ISK" }, 0 },
		{ &policy, { 1200, "TND" }, 1200 },
		{ &policy, { 10000, "XOF" }, 10000 },
		{ &policy, { CURRENCY_AMOUNT_MAX, "EUR" }, CURRENCY_AMOUNT_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char reason[CURRENCY_REASON_SIZE];
		struct money money;
		int64_t amount;

		assert_true(currency_write(rows[i].by, rows[i].money, &amount, reason));
		assert_int_equal(amount, rows[i].amount);
		assert_true(
		    currency_read(rows[i].by, rows[i].money.currency, amount, &money, reason));
		assert_int_equal(money.minor, rows[i].money.minor);
		assert_string_equal(money.currency, rows[i].money.currency);
	}
}

static void what_cannot_be_said_exactly_is_refused(void **state)
{
	static const struct {
		const char *currency;
		int64_t amount;
		bool reads;
		const char *reason;
	} rows[] = {
		{ "ISK", 550, true, "ISK: the amount is no whole number of units" },
		{ "MGA", 550, false, "MGA: the amount is no whole number of units" },
		{ "MGA", INT64_MAX, true, "MGA: the amount is beyond 64 bits" },
		{ "ISK", INT64_MAX, false, "ISK: the amount is beyond 64 bits" },
		{ "EUR", CURRENCY_AMOUNT_MAX + 1, true, "EUR: the amount has more than 15 digits" },
		{ "EUR", -CURRENCY_AMOUNT_MAX - 1, true,
		  "EUR: the amount has more than 15 digits" },
		{ "MGA", CURRENCY_AMOUNT_MAX / 10, true,
		  "MGA: the amount has more than 15 digits" },
		{ "UGX", 500, true, "UGX is refused: it is listed as zero-decimal" },
		{ "UGX", 5, false, "UGX is refused: it is listed as zero-decimal" },
		{ "XAU", 5, true, "no currency is known by this code" },
		{ "usd", 5, true, "no currency is known by this code" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char reason[CURRENCY_REASON_SIZE] = "";
		struct money money = { rows[i].amount, "" };
		int64_t amount;

		snprintf(money.currency, sizeof(money.currency), "%s", rows[i].currency);
		if (rows[i].reads)
			assert_false(currency_read(&policy, rows[i].currency, rows[i].amount,
			                           &money, reason));
		else
			assert_false(currency_write(&policy, money, &amount, reason));
		if (!text_starts(reason, rows[i].reason))
			fail_msg("%s: %s", rows[i].reason, reason);
	}
}

static void charges_and_payouts_keep_their_steps(void **state)
{
	static const struct {
		const char *currency;
		int64_t amount;
		bool charges;
		int64_t payable;
	} rows[] = {
		{ "KWD", 5120, true, 5120 },   { "KWD", 5123, false, 5123 },
		{ "TND", 1, false, 1 },        { "ISK", 500, true, 500 },
		{ "ISK", 550, false, 550 },    { "HUF", 1045, true, 1000 },
		{ "HUF", 1000, true, 1000 },   { "TWD", 80045, true, 80000 },
		{ "TWD", 80000, true, 80000 }, { "USD", 1, true, 1 },
		{ "JPY", 7, true, 7 },         { "UGX", 500, false, 0 },
		{ "KWD", -5120, true, -5120 }, { "HUF", -1045, true, -1000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(currency_charges(&policy, rows[i].currency, rows[i].amount),
		                 rows[i].charges);
		assert_int_equal(currency_payable(&policy, rows[i].currency, rows[i].amount),
		                 rows[i].payable);
	}
	assert_true(currency_charges(&takes, "UGX", 500));
	assert_false(currency_charges(&takes, "UGX", 550));
}

static void each_rule_says_where_it_is_written(void **state)
{
	(void)state;
	assert_string_equal(policy.head.id, "stripe");
	assert_true(policy.head.source[0] != '\0');
	assert_true(policy.count >= 5);
	for (size_t i = 0; i < policy.count; i++)
		assert_true(text_starts(policy.rules[i].source, "https://docs.stripe.com/"));
}

static void a_document_that_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "no date of effect", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "an unknown currency", "\"BIF\"", "\"BIX\"", "rules[0].currencies[0]: " },
		{ "a currency in small letters", "\"BIF\"", "\"bif\"", "rules[0].currencies[0]: " },
		{ "a currency twice in one rule", "\"BIF\"", "\"CLP\"",
		  "rules[0].currencies: CLP has a rule already" },
		{ "a currency in two rules", "\"BHD\"", "\"JPY\"",
		  "rules[1].currencies: JPY has a rule already" },
		{ "a step of zero", "\"step\": 10", "\"step\": 0", "rules[1].step: " },
		{ "an exponent that none has", "\"exponent\": 3", "\"exponent\": 5",
		  "rules[1].exponent: " },
		{ "a fraction", "\"exponent\": 3", "\"exponent\": 3.0", "rules[1].exponent: " },
		{ "no source", "\"source\": \"https://docs.stripe.com/currencies#zero-decimal\"",
		  "\"refused\": \"no\"", "rules[0].source: is missing" },
		{ "no currency", "[\"ISK\"]", "[]", "rules[2].currencies: must name a currency" },
		{ "a field that nobody knows", "\"payout_step\"", "\"payout\"",
		  "rules[4].payout: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &currency_kind, text, rows, COUNT_OF(rows));
}

/* Balance transactions. */

static const char *const settled =
    "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"amount\":11634,\"fee\":367,\"net\":11267,"
    "\"currency\":\"usd\",\"type\":\"charge\",\"source\":{\"id\":\"ch_1\",\"exchange_rate\":7},"
    "\"exchange_rate\" : 1.16340000,\"created\":1777593600}";

static void a_balance_transaction_keeps_the_digits_of_its_rate(void **state)
{
	struct balance_transaction read;
	struct json_error error;

	(void)state;
	assert_true(balance_transaction_read(arena, bytes_of(settled), &read, &error));
	assert_string_equal(read.id, "txn_1");
	assert_string_equal(read.source, "ch_1");
	assert_string_equal(read.exchange_rate, "1.16340000");
	assert_string_equal(read.currency, "USD");
	assert_int_equal(read.net, 11267);
	assert_true(read.created.us == INT64_C(1777593600000000));
}

static void a_balance_transaction_that_is_wrong_is_refused_with_its_field(void **state)
{
	static const struct bent_document rows[] = {
		{ "a net of its own", "11267", "11268", "net: must be the amount less the fee" },
		{ "an amount beyond 64 bits", "11634,", "9223372036854775808,", "" },
		{ "a fraction of a cent", "\"fee\":367", "\"fee\":367.5", "fee: " },
		{ "an unknown currency", "usd", "usx", "currency: is not a known currency" },
		{ "no id", "\"id\":\"txn_1\",", "", "id: is missing" },
		{ "no type", "\"type\":\"charge\",", "", "type: is missing" },
		{ "no time", ",\"created\":1777593600", "", "created: is missing" },
		{ "a rate below zero", "1.16340000", "-1.1634",
		  "exchange_rate: must be a decimal" },
		{ "a rate of zero", "1.16340000", "0.0", "exchange_rate: must be a decimal" },
		{ "a rate of too many digits", "1.16340000", "1.234567890123456789",
		  "exchange_rate: must be a decimal" },
		{ "a rate whose name is escaped", "\"exchange_rate\" :", "\"exchange\\u005frate\":",
		  "exchange_rate: its name must not be escaped" },
		{ "an amount that is a text", "11634,", "\"11634\",", "amount: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const wrong = document_bend(arena, settled, &rows[i]);
		struct balance_transaction read;
		struct json_error error;
		char line[JSON_ERROR_SIZE];

		assert_false(balance_transaction_read(arena, bytes_of(wrong), &read, &error));
		json_error_text(&error, line);
		if (!text_starts(line, rows[i].want))
			fail_msg("%s: %s", rows[i].name, line);
	}
}

static void a_rate_may_be_absent_null_a_text_or_with_an_exponent(void **state)
{
	static const struct {
		struct bent_document bent;
		const char *rate;
	} rows[] = {
		{ { "null", "1.16340000", "null", NULL }, "" },
		{ { "absent", "\"exchange_rate\" : 1.16340000,", "", NULL }, "" },
		{ { "a text", "1.16340000", "\"1.1634\"", NULL }, "1.1634" },
		{ { "a small one", "1.16340000", "6.42e-05", NULL }, "6.42e-05" },
		{ { "a whole one", "1.16340000", "182", NULL }, "182" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const json = document_bend(arena, settled, &rows[i].bent);
		struct balance_transaction read;
		struct json_error error;

		assert_true(balance_transaction_read(arena, bytes_of(json), &read, &error));
		assert_string_equal(read.exchange_rate, rows[i].rate);
	}
}

static void a_balance_transaction_comes_into_the_standard_s_units(void **state)
{
	char reason[CURRENCY_REASON_SIZE];
	struct balance_transaction isk = {
		.amount = 50000, .fee = 1500, .net = 48500, .currency = "ISK"
	};
	struct balance_transaction part = {
		.amount = 50000, .fee = 1550, .net = 48450, .currency = "ISK"
	};

	(void)state;
	assert_true(balance_transaction_in_money(&policy, &isk, reason));
	assert_int_equal(isk.amount, 500);
	assert_int_equal(isk.fee, 15);
	assert_int_equal(isk.net, 485);
	assert_false(balance_transaction_in_money(&policy, &part, reason));
	assert_int_equal(part.amount, 50000);
}

/* What no whole unit can say is not rounded. */
static void people_read_the_standard_s_units(void **state)
{
	static const struct {
		const struct currency_policy *by;
		const char *currency;
		int64_t amount;
		const char *text;
	} rows[] = {
		{ &policy, "USD", 4900, "49.00 USD" },
		{ &policy, "KWD", -250, "-0.250 KWD" },
		{ &policy, "ISK", 500, "5 ISK" },
		{ &policy, "ISK", 550, "550 of the provider's units of ISK" },
		{ &policy, "MGA", 5, "5.00 MGA" },
		{ &policy, "MGA", INT64_MAX, "9223372036854775807 of the provider's units of MGA" },
		{ &policy, "UGX", 500, "5 UGX" },
		{ NULL, "ISK", 500, "500 ISK" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(currency_text(arena, rows[i].by, rows[i].currency,
		                                  rows[i].amount),
		                    rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_amount_has_the_provider_s_exponent),
		cmocka_unit_test(what_cannot_be_said_exactly_is_refused),
		cmocka_unit_test(people_read_the_standard_s_units),
		cmocka_unit_test(charges_and_payouts_keep_their_steps),
		cmocka_unit_test(each_rule_says_where_it_is_written),
		cmocka_unit_test(a_document_that_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(a_balance_transaction_keeps_the_digits_of_its_rate),
		cmocka_unit_test(a_balance_transaction_that_is_wrong_is_refused_with_its_field),
		cmocka_unit_test(a_rate_may_be_absent_null_a_text_or_with_an_exponent),
		cmocka_unit_test(a_balance_transaction_comes_into_the_standard_s_units),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
