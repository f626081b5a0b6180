/*
 * billing_journal_test - a transaction is zero in every currency, or it is none; the chart.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/ledger/journal.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct journal opened(const char *object)
{
	return journal_open(arena, "charge", object, "ce-1", (struct instant){ 1000000 },
	                    (struct instant){ 2000000 });
}

static void a_transaction_is_zero_in_every_currency_or_it_is_none(void **state)
{
	static const struct {
		const char *name;
		struct money lines[6]; /* ends at an amount of zero */
		enum journal_fault fault;
	} rows[] = {
		{ "two lines", { { 100, "USD" }, { -100, "USD" } }, JOURNAL_SOUND },
		{ "three lines", { { 97, "USD" }, { 3, "USD" }, { -100, "USD" } }, JOURNAL_SOUND },
		{ "two currencies, each zero",
		  { { 100, "EUR" }, { -108, "USD" }, { 108, "USD" }, { -100, "EUR" } },
		  JOURNAL_SOUND },
		{ "two currencies that are zero together only",
		  { { 100, "EUR" }, { -100, "USD" } },
		  JOURNAL_UNEQUAL },
		{ "a unit is missing", { { 100, "USD" }, { -99, "USD" } }, JOURNAL_UNEQUAL },
		{ "one line", { { 100, "USD" } }, JOURNAL_LEGS },
		{ "no line", { { 0, "" } }, JOURNAL_LEGS },
		{ "the largest amounts",
		  { { INT64_MAX, "USD" }, { -INT64_MAX, "USD" } },
		  JOURNAL_SOUND },
		{ "a sum that is zero on the far side of 64 bits",
		  { { INT64_MAX, "USD" },
		    { INT64_MAX, "USD" },
		    { -INT64_MAX, "USD" },
		    { -INT64_MAX, "USD" } },
		  JOURNAL_SOUND },
		{ "a sum that is zero in 64 bits alone",
		  { { INT64_MAX, "USD" }, { INT64_MAX, "USD" }, { 2, "USD" } },
		  JOURNAL_UNEQUAL },
		{ "an amount without an opposite",
		  { { INT64_MIN, "USD" }, { INT64_MAX, "USD" }, { 1, "USD" } },
		  JOURNAL_BEYOND },
		{ "no currency", { { 100, "XAU" }, { -100, "XAU" } }, JOURNAL_CURRENCY },
		{ "small letters", { { 100, "usd" }, { -100, "usd" } }, JOURNAL_CURRENCY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct journal journal = opened("txn_1");

		for (size_t k = 0; k < 6 && rows[i].lines[k].minor != 0; k++)
			journal_add(&journal, ACCOUNT_CASH, "cus_1", "ch_1",
			            rows[i].lines[k].currency, rows[i].lines[k].minor);
		if (journal_seal(&journal) != (rows[i].fault == JOURNAL_SOUND) ||
		    journal.fault != rows[i].fault)
			fail_msg("%s: %s", rows[i].name, journal_fault_text(journal.fault));
	}
}

static void its_names_and_lines_are_bounded(void **state)
{
	struct journal many = opened("txn_1");
	struct journal nameless = opened("");
	struct journal causeless =
	    journal_open(arena, "charge", "txn_1", "", TIME_OLDEST, TIME_OLDEST);
	char *const name = arena_zero(arena, JOURNAL_ID_MAX + 1);
	struct journal named;

	(void)state;
	memset(name, 'x', JOURNAL_ID_MAX);
	named = opened(name);
	for (int i = 0; i <= JOURNAL_LINES_MAX / 2; i++) {
		journal_add(&many, ACCOUNT_CASH, "", "", "USD", 1);
		journal_take(&many, ACCOUNT_CASH, "", "", "USD", 1);
	}
	assert_false(journal_seal(&many));
	assert_int_equal(many.fault, JOURNAL_TOO_LONG);
	assert_int_equal(many.count, JOURNAL_LINES_MAX);
	journal_add(&named, ACCOUNT_CASH, "", "", "USD", 1);
	journal_take(&named, ACCOUNT_FEES, "", "", "USD", 1);
	causeless.count = nameless.count = named.count;
	memcpy(nameless.lines, named.lines, sizeof(named.lines));
	memcpy(causeless.lines, named.lines, sizeof(named.lines));
	assert_false(journal_seal(&named));
	assert_false(journal_seal(&nameless));
	assert_false(journal_seal(&causeless));
	assert_int_equal(causeless.fault, JOURNAL_NAMELESS);
	for (int i = 0; i <= JOURNAL_NAMELESS; i++)
		assert_true(journal_fault_text((enum journal_fault)i)[0] != '\0');
}

static struct journal sale(const char *object, int64_t minor, const char *currency)
{
	struct journal journal = opened(object);

	journal_add(&journal, ACCOUNT_RECEIVABLE, "cus_1", "in_1", currency, minor);
	journal_take(&journal, ACCOUNT_REVENUE, "cus_1", "in_1", currency, minor);
	assert_true(journal_seal(&journal));
	return journal;
}

static void a_reversal_has_the_same_lines_negated_and_names_what_it_reverses(void **state)
{
	const struct journal journal = sale("txn_1", INT64_MAX, "JPY");
	struct journal reversal =
	    journal_reverse(arena, &journal, "ce-2", (struct instant){ 3000000 },
	                    (struct instant){ 4000000 });
	struct journal again;

	(void)state;
	assert_true(journal_seal(&reversal));
	assert_string_equal(reversal.id, "reversal/charge/txn_1");
	assert_string_equal(reversal.reverses, "charge/txn_1");
	assert_string_equal(reversal.cause, "ce-2");
	assert_int_equal(reversal.at.us, 3000000);
	assert_int_equal(reversal.count, journal.count);
	for (size_t i = 0; i < journal.count; i++) {
		assert_int_equal(reversal.lines[i].account, journal.lines[i].account);
		assert_string_equal(reversal.lines[i].customer, "cus_1");
		assert_true(reversal.lines[i].amount.minor == -journal.lines[i].amount.minor);
	}
	again = journal_reverse(arena, &reversal, "ce-3", reversal.at, reversal.booked_at);
	assert_true(journal_seal(&again));
	assert_true(journal_of(&again, ACCOUNT_RECEIVABLE, "JPY") == INT64_MAX);
	assert_int_equal(journal_of(&again, ACCOUNT_RECEIVABLE, "USD"), 0);
}

static void a_row_is_a_line(void **state)
{
	struct journal journal = opened("txn_1");
	struct entry_row rows[JOURNAL_LINES_MAX];

	(void)state;
	journal_add(&journal, ACCOUNT_CASH_IN_TRANSIT, "", "txn_1", "KWD", 5123);
	journal_take(&journal, ACCOUNT_SUSPENSE, "cus_1", "", "KWD", 5123);
	assert_true(journal_seal(&journal));
	journal_rows(&journal, rows);
	assert_string_equal(rows[0].transaction_id, "charge/txn_1");
	assert_int_equal(rows[0].line, 1);
	assert_string_equal(rows[0].account, "cash_in_transit");
	assert_string_equal(rows[0].currency, "KWD");
	assert_int_equal(rows[0].minor, 5123);
	assert_null(rows[0].customer_id);
	assert_string_equal(rows[0].object_id, "txn_1");
	assert_string_equal(rows[0].cause, "ce-1");
	assert_string_equal(rows[0].reason, "charge");
	assert_null(rows[0].reverses);
	assert_int_equal(rows[1].line, 2);
	assert_int_equal(rows[1].minor, -5123);
	assert_string_equal(rows[1].customer_id, "cus_1");
	assert_null(rows[1].object_id);
	assert_int_equal(rows[1].at.us, 1000000);
	assert_int_equal(rows[1].booked_at.us, 2000000);
}

static void what_was_written_is_read_again(void **state)
{
	struct journal journal = opened("txn_1");
	struct entry_row rows[JOURNAL_LINES_MAX];
	struct journal read;

	(void)state;
	journal_add(&journal, ACCOUNT_CASH_IN_TRANSIT, "", "txn_1", "KWD", 5123);
	journal_take(&journal, ACCOUNT_SUSPENSE, "cus_1", "", "KWD", 5123);
	assert_true(journal_seal(&journal));
	journal_rows(&journal, rows);
	assert_true(journal_read(rows, journal.count, &read));
	assert_string_equal(read.id, journal.id);
	assert_string_equal(read.object, "txn_1");
	assert_string_equal(read.reverses, "");
	assert_int_equal(read.count, 2);
	assert_string_equal(read.lines[1].customer, "cus_1");
	assert_int_equal(read.lines[1].amount.minor, -5123);
	assert_false(journal_read(rows, 1, &read));
	assert_false(journal_read(rows, 0, &read));
	rows[1].line = 3;
	assert_false(journal_read(rows, 2, &read));
	rows[1].line = 2;
	rows[1].account = "petty_cash";
	assert_false(journal_read(rows, 2, &read));
	rows[1].account = "suspense";
	rows[1].transaction_id = "charge/txn_2";
	assert_false(journal_read(rows, 2, &read));
}

/* The chart. */

static void the_project_s_own_chart_has_every_account_of_the_rules(void **state)
{
	struct json_error error;
	struct chart chart;
	enum account account;

	(void)state;
	assert_true(policy_parse(&chart_kind, arena,
	                         bytes_of(policy_fixture_text(arena, "chart/accounts-2.json")),
	                         &chart, &error));
	for (int i = 0; i < ACCOUNT_COUNT; i++) {
		assert_true(chart_find(chart_name((enum account)i), &account));
		assert_int_equal(account, i);
		assert_true(chart.accounts[i].sentence[0] != '\0');
	}
	assert_false(chart_find("petty_cash", &account));
	assert_true(chart_type_debits(chart.accounts[ACCOUNT_REFUNDS].type));
	assert_false(chart_type_debits(chart.accounts[ACCOUNT_REVENUE].type));
	assert_int_equal(chart.accounts[ACCOUNT_DISPUTES].type, ACCOUNT_TYPE_CONTRA_INCOME);
}

static void a_chart_that_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "an account that no rule has", "\"receivable\"", "\"petty_cash\"",
		  "accounts[0].account: " },
		{ "an account twice", "\"account\": \"clearing\"", "\"account\": \"receivable\"",
		  "accounts[1].account: is there twice" },
		{ "another type", "\"contra_income\"", "\"expense\"",
		  "accounts[10].type: must be contra_income, as the rules book it" },
		{ "the other side", "\"debit\"", "\"credit\"",
		  "accounts[0].side: is not that of its type" },
		{ "a number twice", "\"1210\"", "\"1200\"",
		  "accounts: receivable and clearing have the same number" },
		{ "no sentence", "\"sentence\": \"What customers", "\"words\": \"What customers",
		  "accounts[0].words: " },
		{ "no date of effect", "\"effective_from\"", "\"from\"", "from: " },
	};
	const char *const text = policy_fixture_text(arena, "chart/accounts.json");

	(void)state;
	policy_fixture_refuses(arena, &chart_kind, text, rows, COUNT_OF(rows));
}

static void only_the_first_chart_may_lack_what_came_after_it(void **state)
{
	const char *const first = policy_fixture_text(arena, "chart/accounts.json");
	const char *const version = strstr(first, "\"version\": 1");
	const char *const later =
	    arena_printf(arena, "%.*s\"version\": 2%s", (int)(version - first), first,
	                 version + strlen("\"version\": 1"));
	struct json_error error;
	struct chart chart;

	(void)state;
	assert_true(policy_parse(&chart_kind, arena, bytes_of(first), &chart, &error));
	assert_false(policy_parse(&chart_kind, arena, bytes_of(later), &chart, &error));
	assert_string_equal(error.reason, "must have the account unbilled_receivable");
}

static void a_chart_without_an_account_is_refused(void **state)
{
	const char *const text = policy_fixture_text(arena, "chart/accounts.json");
	const char *const last = strstr(text, ",\n    {\n      \"account\": \"fx_gain_loss\"");
	const char *const wrong = arena_printf(arena, "%.*s]}", (int)(last - text), text);
	struct json_error error;
	struct chart chart;

	(void)state;
	assert_false(policy_parse(&chart_kind, arena, bytes_of(wrong), &chart, &error));
	assert_string_equal(error.reason, "must have the account fx_gain_loss");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_is_zero_in_every_currency_or_it_is_none),
		cmocka_unit_test(its_names_and_lines_are_bounded),
		cmocka_unit_test(a_reversal_has_the_same_lines_negated_and_names_what_it_reverses),
		cmocka_unit_test(a_row_is_a_line),
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(the_project_s_own_chart_has_every_account_of_the_rules),
		cmocka_unit_test(a_chart_that_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(only_the_first_chart_may_lack_what_came_after_it),
		cmocka_unit_test(a_chart_without_an_account_is_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
