/*
 * tool_ledger_test - the books as the operator's tool shows them: what is asked for, sums, forms, and what
 * they are true for.
 */
#include "common/base/text.h"
#include "services/opsmesh/ledger_print.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct option options[] = {
	{ "--customer", "C", "" }, { "--at", "T", "" }, { "--period", "P", "" },
	{ "--format", "F", "" },   { .name = NULL },
};
static const struct command command = {
	.name = "ledger", .options = options, .words_min = 1, .words_max = 2
};

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

static bool ask(const char *const *words, struct ledger_ask *made, const char **wrong)
{
	struct tool tool = { .command = &command, .arena = arena };
	char *argv[12];
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = text_mutable(words[argc]);
	return tool_parse(&tool, argc, argv, wrong) && ledger_ask_read(&tool, made, wrong);
}

/* What is asked for. */

static void test_without_a_time_all_is_asked_for(void **state)
{
	struct ledger_ask made;
	const char *wrong = "";

	(void)state;
	assert_true(ask(WORDS("balance"), &made, &wrong));
	assert_int_equal(made.view, LEDGER_BALANCE);
	assert_int_equal(made.format, LEDGER_TABLE);
	assert_string_equal(made.customer, "");
	assert_true(made.from.us == TIME_MIN.us && made.before.us == TIME_MAX.us);
	assert_true(made.at.us == TIME_MIN.us);
}

static void test_a_time_takes_in_what_happened_in_that_instant(void **state)
{
	struct ledger_ask made;
	const char *wrong = "";

	(void)state;
	assert_true(
	    ask(WORDS("statement", "cus_1", "--at", "2026-05-01T09:00:00+09:00", "--format", "csv"),
	        &made, &wrong));
	assert_int_equal(made.view, LEDGER_STATEMENT);
	assert_int_equal(made.format, LEDGER_CSV);
	assert_string_equal(made.customer, "cus_1");
	assert_true(made.at.us == at("2026-05-01T00:00:00Z").us);
	assert_true(made.before.us == made.at.us + 1 && made.from.us == TIME_MIN.us);
}

static void test_a_period_is_a_month_or_a_day_of_utc(void **state)
{
	static const struct {
		const char *text;
		const char *from;
		const char *before;
	} rows[] = {
		{ "2026-05", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z" },
		{ "2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z" },
		{ "2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z" },
		{ "2024-02-28", "2024-02-28T00:00:00Z", "2024-02-29T00:00:00Z" },
		{ "2026-12-31", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct ledger_ask made;
		const char *wrong = "";

		assert_true(ask(WORDS("journal", "--period", rows[i].text), &made, &wrong));
		assert_true(made.from.us == at(rows[i].from).us);
		assert_true(made.before.us == at(rows[i].before).us);
		assert_true(made.at.us == made.before.us);
	}
}

static void test_what_makes_no_sense_is_refused_with_a_sentence(void **state)
{
	static const struct {
		const char *words[8];
		const char *wrong;
	} rows[] = {
		{ { "sum" }, "one of balance" },
		{ { "statement" }, "a statement is of a customer" },
		{ { "statement", "" }, "an argument is empty" },
		{ { "statement", "\xff" }, "that is no customer's id" },
		{ { "statement", "a", "--customer", "b" }, "the customer stands there twice" },
		{ { "balance", "--at", "2026-05-01T00:00:00Z", "--period", "2026-05" },
		  "--at and --period" },
		{ { "balance", "--at", "2026-05-01" }, "--at wants" },
		{ { "balance", "--period", "2026-13" }, "--period wants" },
		{ { "balance", "--period", "2026-5" }, "--period wants" },
		{ { "balance", "--period", "2026-05-32" }, "--period wants" },
		{ { "balance", "--period", "2026-02-29" }, "--period wants" },
		{ { "balance", "--period", "" }, "--period wants" },
		{ { "balance", "--format", "pdf" }, "--format: one of" },
		{ { "balance", "--format", "netsuite" }, "netsuite takes over the balance" },
		{ { "statement", "a", "--format", "netsuite" }, "netsuite takes whole" },
		{ { "balance", "a", "--format", "netsuite", "--period", "2026-05" },
		  "netsuite takes whole" },
		{ { "recurring", "a" }, "recurring revenue is shown of all customers" },
		{ { "recurring", "--format", "netsuite" }, "netsuite takes whole" },
		{ { "balance", "--frob" }, "--frob is not" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct ledger_ask made;
		const char *wrong = "";

		assert_false(ask(rows[i].words, &made, &wrong));
		assert_true(text_starts(wrong, rows[i].wrong));
	}
}

/* What they are true for. */

static struct reach reach_of(const char *asked)
{
	struct reach_shard *const shards = arena_zero(arena, 3 * sizeof(*shards));

	shards[0] = (struct reach_shard){ "customer", 0, at("2026-05-03T00:00:00Z") };
	shards[1] = (struct reach_shard){ "payout", 1, at("2026-05-02T00:00:00Z") };
	shards[2] = (struct reach_shard){ "customer", 2, TIME_MIN };
	return reach_make(shards, 3, asked[0] == '\0' ? TIME_MIN : at(asked));
}

static void test_figures_name_the_shards_that_are_behind(void **state)
{
	static const struct {
		const char *asked;
		const char *behind;
		const char *sentence;
	} rows[] = {
		{ "", "customer/2",
		  "True for 2026-05-02T00:00:00Z but for 1 of 3 shards that have not passed it: "
		  "customer/2 (none yet)." },
		{ "2026-05-02T00:00:01Z", "payout/1 customer/2",
		  "True for 2026-05-02T00:00:01Z but for 2 of 3 shards that have not passed it: "
		  "payout/1 (2026-05-02T00:00:00Z), customer/2 (none yet)." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct reach reach = reach_of(rows[i].asked);

		assert_string_equal(reach_behind(arena, &reach), rows[i].behind);
		assert_string_equal(reach_sentence(arena, &reach), rows[i].sentence);
	}
}

static void test_figures_that_all_shards_have_passed_say_so(void **state)
{
	const struct reach_shard shards[] = { { "customer", 0, at("2026-05-03T00:00:00Z") },
		                              { "payout", 1, at("2026-05-02T00:00:00Z") } };
	struct reach reach = reach_make(shards, 2, TIME_MIN);

	(void)state;
	assert_string_equal(reach_sentence(arena, &reach),
	                    "True for 2026-05-02T00:00:00Z, which all 2 shards have passed.");
	assert_string_equal(reach_behind(arena, &reach), "");
	reach = reach_make(NULL, 0, TIME_MIN);
	assert_string_equal(reach_sentence(arena, &reach), "No shard has a mesh time yet.");
	assert_string_equal(reach_time(arena, &reach), "");
}

/* Forms. */

struct scene {
	struct ledger_ask ask;
	struct reach reach;
	struct ledger_seal seal;
	struct chart_numbers chart;
	struct ledger_print print;
};

static struct scene *scene_begin(const char *const *words)
{
	struct scene *const scene = arena_zero(arena, sizeof(*scene));
	const char *wrong = "";

	assert_true(ask(words, &scene->ask, &wrong));
	assert_true(chart_numbers_read(arena, "deploy/policies", &scene->chart, &wrong));
	scene->reach = reach_of("2026-05-02T00:00:00Z");
	scene->seal = (struct ledger_seal){ .period = "", .digest = "", .closed_to = TIME_MIN };
	ledger_print_begin(&scene->print, arena, &scene->ask, &scene->reach, &scene->seal,
	                   &scene->chart);
	return scene;
}

static void add(struct scene *scene, const char *transaction, int64_t line, const char *account,
                const char *currency, int64_t minor)
{
	const struct ledger_line made = {
		.at = at("2026-05-01T10:00:00Z"),
		.booked_at = at("2026-05-01T10:00:01Z"),
		.transaction = transaction,
		.line = line,
		.account = account,
		.currency = currency,
		.minor = minor,
		.customer = "cus_1",
		.object = "in_1",
		.reason = "invoice",
		.reverses = "",
		.cause = "object/0/1",
		.belongs_at = at("2026-05-02T00:00:00Z"),
	};

	ledger_print_line(&scene->print, &made);
}

static const char *scene_end(struct scene *scene)
{
	const char *text;

	ledger_print_end(&scene->print);
	text = arena_text(arena, (const char *)scene->print.out.data, scene->print.out.size);
	ledger_print_finish(&scene->print);
	return text;
}

static void test_a_trial_balance_has_a_sum_for_each_currency(void **state)
{
	struct scene *const scene = scene_begin(WORDS("balance"));

	(void)state;
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "JPY", "receivable", 500, 0, LEDGER_ALL });
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "JPY", "revenue", 0, 500, LEDGER_ALL });
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "cash", 700, 200, LEDGER_ALL });
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "revenue", 0, 500, LEDGER_ALL });
	assert_string_equal(
	    scene_end(scene),
	    "CURRENCY  ACCOUNT                    DEBIT                CREDIT               BALANCE\n"
	    "JPY       receivable                   500                     0                   500\n"
	    "JPY       revenue                        0                   500                  -500\n"
	    "JPY       (sum)                        500                   500                     0\n"
	    "USD       cash                        7.00                  2.00                  5.00\n"
	    "USD       revenue                     0.00                  5.00                 -5.00\n"
	    "USD       (sum)                       7.00                  7.00                  0.00\n"
	    "\n"
	    "Every currency sums to zero.\n"
	    "True for 2026-05-02T00:00:00Z but for 1 of 3 shards that have not passed it: "
	    "customer/2 (none yet).\n");
	assert_true(ledger_balances(&scene->print));
}

static void test_books_that_do_not_balance_are_said_to(void **state)
{
	struct scene *const scene = scene_begin(WORDS("balance", "--format", "csv"));

	(void)state;
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "JPY", "receivable", 500, 0, LEDGER_ALL });
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "revenue", 0, 500, LEDGER_ALL });
	assert_string_equal(
	    scene_end(scene),
	    "currency,account,debit,credit,balance,debit_minor,credit_minor,balance_minor,state,true_for,"
	    "shards_behind\r\n"
	    "JPY,receivable,500,0,500,500,0,500,,2026-05-02T00:00:00Z,customer/2\r\n"
	    "USD,revenue,0.00,5.00,-5.00,0,500,-500,,2026-05-02T00:00:00Z,customer/2\r\n");
	assert_false(ledger_balances(&scene->print));
	assert_string_equal(ledger_verdict(&scene->print),
	                    "It does not sum to zero: 500 JPY, -5.00 USD.");
}

static void test_one_customers_lines_need_not_be_zero(void **state)
{
	struct scene *const scene = scene_begin(WORDS("balance", "cus_1"));

	(void)state;
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "receivable", 500, 0, LEDGER_ALL });
	(void)scene_end(scene);
	assert_true(ledger_balances(&scene->print));
	assert_string_equal(
	    ledger_verdict(&scene->print),
	    "What cus_1's lines come to: 5.00 USD; what is earned is booked under no customer "
	    "and still stands in deferred_revenue here.");
}

static void test_a_statement_says_what_is_owed_by_then(void **state)
{
	struct scene *const scene =
	    scene_begin(WORDS("statement", "cus_1", "--period", "2026-05", "--format", "csv"));
	const struct ledger_line before = { .at = TIME_MIN,
		                            .booked_at = TIME_MIN,
		                            .transaction = "",
		                            .account = "",
		                            .currency = "USD",
		                            .minor = 100,
		                            .customer = "cus_1",
		                            .object = "",
		                            .reason = "",
		                            .reverses = "",
		                            .cause = "" };

	(void)state;
	ledger_print_line(&scene->print, &before);
	add(scene, "invoice/in_1", 1, "receivable", "USD", 12000);
	add(scene, "invoice/in_1", 2, "credits", "JPY", -30);
	add(scene, "charge/ch_1", 2, "receivable", "USD", -12100);
	assert_string_equal(
	    scene_end(scene),
	    "customer_id,at,booked_at,transaction,line,account,object_id,reason,reverses,cause,"
	    "currency,amount,owes,amount_minor,owes_minor,true_for,shards_behind\r\n"
	    "cus_1,2026-05-01T00:00:00Z,,,0,,,(before),,,USD,1.00,1.00,100,100,"
	    "2026-05-02T00:00:00Z,customer/2\r\n"
	    "cus_1,2026-05-01T10:00:00Z,2026-05-01T10:00:01Z,invoice/in_1,1,receivable,in_1,invoice,"
	    ",object/0/1,USD,120.00,121.00,12000,12100,2026-05-02T00:00:00Z,customer/2\r\n"
	    "cus_1,2026-05-01T10:00:00Z,2026-05-01T10:00:01Z,invoice/in_1,2,credits,in_1,invoice,"
	    ",object/0/1,JPY,-30,-30,-30,-30,2026-05-02T00:00:00Z,customer/2\r\n"
	    "cus_1,2026-05-01T10:00:00Z,2026-05-01T10:00:01Z,charge/ch_1,2,receivable,in_1,invoice,"
	    ",object/0/1,USD,-121.00,0.00,-12100,0,2026-05-02T00:00:00Z,customer/2\r\n");
	assert_string_equal(ledger_verdict(&scene->print), "cus_1 owes -30 JPY.");
}

static void test_a_journal_entry_there_has_one_currency(void **state)
{
	struct scene *const scene = scene_begin(WORDS("journal", "--format", "netsuite"));

	(void)state;
	add(scene, "charge/ch_1", 1, "exchange", "EUR", 10000);
	add(scene, "charge/ch_1", 2, "clearing", "EUR", -10000);
	add(scene, "charge/ch_1", 3, "cash_in_transit", "KWD", 3500);
	add(scene, "charge/ch_1", 4, "exchange", "KWD", -3500);
	assert_string_equal(scene_end(scene),
	                    "External ID,Date,Currency,Account,Debit,Credit,Memo,Name\r\n"
	                    "charge/ch_1/EUR,2026-05-02,EUR,1090,100.00,,invoice in_1,cus_1\r\n"
	                    "charge/ch_1/EUR,2026-05-02,EUR,1210,,100.00,invoice in_1,cus_1\r\n"
	                    "charge/ch_1/KWD,2026-05-02,KWD,1020,3.500,,invoice in_1,cus_1\r\n"
	                    "charge/ch_1/KWD,2026-05-02,KWD,1090,,3.500,invoice in_1,cus_1\r\n");
	assert_true(ledger_balances(&scene->print));
}

static void test_a_balance_goes_there_as_the_period_it_is_of(void **state)
{
	struct scene *const scene =
	    scene_begin(WORDS("balance", "--period", "2026-05", "--format", "netsuite"));

	(void)state;
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "cash", 700, 200, LEDGER_ALL });
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "fees", 200, 200, LEDGER_ALL });
	ledger_print_sum(&scene->print,
	                 &(struct ledger_sum){ "USD", "revenue", 0, 500, LEDGER_ALL });
	assert_string_equal(scene_end(scene),
	                    "External ID,Date,Currency,Account,Debit,Credit,Memo,Name\r\n"
	                    "balance/2026-05/USD,2026-05-31,USD,1010,5.00,,balance 2026-05,\r\n"
	                    "balance/2026-05/USD,2026-05-31,USD,4000,,5.00,balance 2026-05,\r\n");
	assert_true(ledger_balances(&scene->print));
}

static void test_what_cannot_be_shown_ends_it(void **state)
{
	static const struct {
		const char *account;
		const char *currency;
		int64_t minor;
		const char *wrong;
	} rows[] = {
		{ "pocket", "USD", 1, "pocket: the chart has no such account" },
		{ "cash", "ZZZ", 1, "ZZZ: no currency of ISO 4217" },
		{ "cash", "USD", INT64_MAX,
		  "a sum is beyond 64 bits, or there are too many currencies" },
		{ "cash", "USD", INT64_MIN,
		  "a sum is beyond 64 bits, or there are too many currencies" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scene *const scene = scene_begin(WORDS("journal", "--format", "netsuite"));

		add(scene, "charge/ch_1", 1, "cash", "USD", 1);
		add(scene, "charge/ch_1", 2, rows[i].account, rows[i].currency, rows[i].minor);
		assert_string_equal(scene->print.wrong, rows[i].wrong);
		add(scene, "charge/ch_1", 3, "cash", "USD", 1);
		assert_string_equal(
		    scene_end(scene),
		    "External ID,Date,Currency,Account,Debit,Credit,Memo,Name\r\n"
		    "charge/ch_1/USD,2026-05-02,USD,1010,0.01,,invoice in_1,cus_1\r\n");
	}
}

static void test_nothing_booked_is_a_healthy_answer(void **state)
{
	struct scene *const table = scene_begin(WORDS("journal"));
	struct scene *const csv = scene_begin(WORDS("journal", "--format", "csv"));

	(void)state;
	assert_true(text_starts(scene_end(table), "Nothing is booked.\nTrue for 2026-05-02"));
	assert_true(text_starts(scene_end(csv), "customer_id,at,"));
	assert_string_equal(ledger_verdict(&csv->print), "Nothing is booked.");
	assert_true(ledger_balances(&csv->print));
}

/* However many rows there are, a page of them is held. */
static void test_a_long_journal_is_shown_in_pages(void **state)
{
	struct scene *const scene = scene_begin(WORDS("journal"));
	const size_t before = arena_size(scene->print.page);
	size_t titles = 0;

	(void)state;
	for (int64_t i = 0; i < 5000; i++)
		add(scene, "invoice/in_1", 1 + i % 2, "receivable", "USD", i % 2 == 0 ? 5 : -5);
	assert_true(arena_size(scene->print.page) < before + 1024UL * 1024);
	for (const char *text = scene_end(scene); (text = strstr(text, "TRANSACTION")) != NULL;
	     text++)
		titles++;
	assert_int_equal(titles, 10);
	assert_int_equal(scene->print.rows, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_time_all_is_asked_for),
		cmocka_unit_test(test_a_time_takes_in_what_happened_in_that_instant),
		cmocka_unit_test(test_a_period_is_a_month_or_a_day_of_utc),
		cmocka_unit_test(test_what_makes_no_sense_is_refused_with_a_sentence),
		cmocka_unit_test(test_figures_name_the_shards_that_are_behind),
		cmocka_unit_test(test_figures_that_all_shards_have_passed_say_so),
		cmocka_unit_test(test_a_trial_balance_has_a_sum_for_each_currency),
		cmocka_unit_test(test_books_that_do_not_balance_are_said_to),
		cmocka_unit_test(test_one_customers_lines_need_not_be_zero),
		cmocka_unit_test(test_a_statement_says_what_is_owed_by_then),
		cmocka_unit_test(test_a_journal_entry_there_has_one_currency),
		cmocka_unit_test(test_a_balance_goes_there_as_the_period_it_is_of),
		cmocka_unit_test(test_what_cannot_be_shown_ends_it),
		cmocka_unit_test(test_nothing_booked_is_a_healthy_answer),
		cmocka_unit_test(test_a_long_journal_is_shown_in_pages),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
