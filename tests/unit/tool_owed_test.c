/*
 * tool_owed_test - what a transaction changes of what is owed is one line of a statement, or none.
 */
#include "services/opsmesh/ledger_owed.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	struct ledger_ask ask;
	struct reach reach;
	struct ledger_print print;
	struct ledger_owed owed;
	struct ledger_seal seal;
};

static struct scene *scene_begin(void)
{
	struct scene *const scene = arena_zero(arena, sizeof(*scene));

	scene->ask = (struct ledger_ask){ .view = LEDGER_STATEMENT,
		                          .format = LEDGER_TABLE,
		                          .customer = "cus_1",
		                          .from = TIME_MIN,
		                          .before = TIME_MAX,
		                          .at = TIME_MIN,
		                          .period = "" };
	scene->reach = reach_make(NULL, 0, TIME_MIN);
	scene->seal = (struct ledger_seal){ .period = "" };
	ledger_print_begin(&scene->print, arena, &scene->ask, &scene->reach, &scene->seal, NULL);
	ledger_owed_begin(&scene->owed, &scene->print);
	return scene;
}

/* Its texts are gone when it has been told, as a row's are. */
static void add(struct scene *scene, const char *transaction, const char *account,
                const char *currency, int64_t minor)
{
	char texts[3][32];

	snprintf(texts[0], sizeof(texts[0]), "%s", transaction);
	snprintf(texts[1], sizeof(texts[1]), "%s", account);
	snprintf(texts[2], sizeof(texts[2]), "%s", currency);
	ledger_owed_line(&scene->owed, &(struct ledger_line){ .at = { 0 },
	                                                      .booked_at = { 0 },
	                                                      .transaction = texts[0],
	                                                      .account = texts[1],
	                                                      .currency = texts[2],
	                                                      .minor = minor,
	                                                      .customer = "cus_1",
	                                                      .object = "in_1",
	                                                      .reason = "test",
	                                                      .reverses = "",
	                                                      .cause = "object/0/1" });
	memset(texts, 'x', sizeof(texts));
}

static void test_lines_of_one_transaction_are_summed_or_cancel(void **state)
{
	static const struct {
		const char *transaction;
		const char *account;
		const char *currency;
		int64_t minor;
	} lines[] = {
		{ "invoice/in_1", "receivable", "JPY", 700 },
		{ "invoice/in_1", "receivable", "JPY", 50 },
		{ "invoice/in_1", "credits", "JPY", -50 },
		{ "invoice/in_2", "credits", "JPY", -1 },
		{ "invoice/in_2", "credits", "USD", -2 },
		{ "applied/ch_1/in_1", "receivable", "JPY", 700 },
		{ "applied/ch_1/in_1", "receivable", "JPY", -700 },
		{ "charge/ch_1", "receivable", "JPY", -700 },
	};
	struct scene *const scene = scene_begin();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		add(scene, lines[i].transaction, lines[i].account, lines[i].currency,
		    lines[i].minor);
	ledger_owed_end(&scene->owed);
	assert_int_equal(scene->print.rows, 5);
	assert_null(scene->print.wrong);
	ledger_print_end(&scene->print);
	assert_string_equal(ledger_verdict(&scene->print), "cus_1 owes -1 JPY, -0.02 USD.");
	ledger_print_finish(&scene->print);
}

static void test_what_is_used_and_not_billed_is_said_beside_what_is_owed(void **state)
{
	struct scene *const scene = scene_begin();

	(void)state;
	ledger_print_unbilled(&scene->print, "USD", 1250);
	ledger_print_unbilled(&scene->print, "EUR", 100);
	ledger_print_unbilled(&scene->print, "EUR", -100);
	assert_string_equal(ledger_verdict(&scene->print),
	                    "cus_1 owes nothing; used and not billed yet: 12.50 USD.");
	add(scene, "invoice/in_1", "receivable", "USD", 700);
	ledger_owed_end(&scene->owed);
	ledger_print_end(&scene->print);
	assert_string_equal(ledger_verdict(&scene->print),
	                    "cus_1 owes 7.00 USD; used and not billed yet: 12.50 USD.");
	ledger_print_unbilled(&scene->print, "USD", INT64_MAX);
	assert_non_null(scene->print.wrong);
	ledger_print_finish(&scene->print);
}

/* Its payment alone would look like credit. */
static void test_what_is_billed_and_not_booked_is_said_beside_what_is_owed(void **state)
{
	struct scene *const scene = scene_begin();

	(void)state;
	ledger_print_unbooked(&scene->print, "in_1", "USD", 9000);
	assert_string_equal(ledger_verdict(&scene->print),
	                    "cus_1 owes nothing; billed and not booked, its lines are cut: in_1 "
	                    "90.00 USD.");
	add(scene, "charge/ch_1", "receivable", "USD", -9000);
	ledger_owed_end(&scene->owed);
	ledger_print_unbooked(&scene->print, "in_2", "JPY", -50);
	ledger_print_end(&scene->print);
	assert_string_equal(ledger_verdict(&scene->print),
	                    "cus_1 owes -90.00 USD; billed and not booked, its lines are cut: "
	                    "in_1 90.00 USD, in_2 -50 JPY.");
	ledger_print_finish(&scene->print);
}

static void test_a_transaction_beyond_64_bits_is_said(void **state)
{
	struct scene *const scene = scene_begin();

	(void)state;
	add(scene, "invoice/in_1", "receivable", "JPY", INT64_MAX);
	add(scene, "invoice/in_1", "receivable", "JPY", 1);
	ledger_owed_end(&scene->owed);
	assert_string_equal(scene->print.wrong, "a transaction is beyond 64 bits");
	assert_int_equal(scene->print.rows, 0);
	ledger_print_finish(&scene->print);
}

/* Cells, which are written in runs. */

static void test_what_a_terminal_would_obey_is_shown_as_a_question_mark(void **state)
{
	static const char *const titles[] = { "A", "B", NULL };
	struct buffer out = { 0 };
	struct table table;

	(void)state;
	table_init(&table, arena, titles);
	table_add(&table, "a\x1b[m\xc2\x9b"
	                  "b\x7f");
	table_add(&table, "plain");
	table_add(&table, "\xe6\x97\xa5\nx");
	table_add(&table, "");
	table_add(&table, "0123456789012345678901234567890123456789");
	table_add(&table, "z");
	table_write(&table, &out);
	buffer_add(&out, "", 1);
	assert_string_equal((const char *)out.data,
	                    "A                                         B\n"
	                    "a?[m?b?                                   plain\n"
	                    "\xe6\x97\xa5\nx\n"
	                    "0123456789012345678901234567890123456789  z\n");
	buffer_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_one_transaction_are_summed_or_cancel),
		cmocka_unit_test(test_what_is_used_and_not_billed_is_said_beside_what_is_owed),
		cmocka_unit_test(test_what_is_billed_and_not_booked_is_said_beside_what_is_owed),
		cmocka_unit_test(test_a_transaction_beyond_64_bits_is_said),
		cmocka_unit_test(test_what_a_terminal_would_obey_is_shown_as_a_question_mark),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
