/*
 * tool_seal_test - a period of the books as the operator's tool shows it: what a close has sealed, and what came
 * later for its days.
 */
#include "services/opsmesh/ledger_print.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

struct scene {
	struct ledger_ask ask;
	struct reach reach;
	struct ledger_seal seal;
	struct chart_numbers chart;
	struct ledger_print print;
};

/* The first of May, closed by cut 3. */
static struct ledger_print *scene_begin(enum ledger_view view, enum ledger_format format)
{
	struct scene *const scene = arena_zero(arena, sizeof(*scene));
	const char *wrong;

	scene->ask = (struct ledger_ask){ .view = view,
		                          .format = format,
		                          .customer = "",
		                          .from = at("2026-05-01T00:00:00Z"),
		                          .before = at("2026-05-02T00:00:00Z"),
		                          .at = at("2026-05-02T00:00:00Z"),
		                          .period = "2026-05-01" };
	scene->seal = (struct ledger_seal){ .period = "2026-05-01",
		                            .closed = true,
		                            .cut = 3,
		                            .before = at("2026-05-02T00:00:00Z"),
		                            .digest = "ab12",
		                            .closed_to = at("2026-05-03T00:00:00Z") };
	scene->reach = reach_make(NULL, 0, TIME_MIN);
	assert_true(chart_numbers_read(arena, "deploy/policies", &scene->chart, &wrong));
	ledger_print_begin(&scene->print, arena, &scene->ask, &scene->reach, &scene->seal,
	                   &scene->chart);
	return &scene->print;
}

static void add(struct ledger_print *print, enum ledger_part part, int64_t line,
                const char *account, int64_t minor)
{
	const struct ledger_line made = {
		.at = at("2026-05-01T10:00:00Z"),
		.booked_at = at("2026-05-01T10:00:01Z"),
		.transaction = "invoice/in_1",
		.line = line,
		.account = account,
		.currency = "USD",
		.minor = minor,
		.customer = "cus_1",
		.object = "in_1",
		.reason = "invoice",
		.reverses = "",
		.cause = "object/0/1",
		.part = part,
		.belongs_at = at("2026-05-02T00:00:00Z"),
	};

	ledger_print_line(print, &made);
}

static const char *scene_end(struct ledger_print *print)
{
	const char *text;

	ledger_print_end(print);
	text = arena_text(arena, (const char *)print->out.data, print->out.size);
	ledger_print_finish(print);
	return text;
}

static void test_what_was_booked_after_the_seal_stands_apart(void **state)
{
	struct ledger_print *const print = scene_begin(LEDGER_BALANCE, LEDGER_TABLE);
	static const struct ledger_sum sums[] = {
		{ "JPY", "receivable", 500, 0, LEDGER_SEALED },
		{ "JPY", "revenue", 0, 500, LEDGER_SEALED },
		{ "JPY", "receivable", 0, 20, LEDGER_CORRECTION },
		{ "JPY", "revenue", 20, 0, LEDGER_CORRECTION },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sums); i++)
		ledger_print_sum(print, &sums[i]);
	assert_string_equal(
	    scene_end(print),
	    "CURRENCY  ACCOUNT                    DEBIT                CREDIT               BALANCE\n"
	    "JPY       receivable                   500                     0                   500\n"
	    "JPY       revenue                        0                   500                  -500\n"
	    "JPY       (sum)                        500                   500                     0\n"
	    "\n"
	    "Corrections of its days, which belong to the period that was open when they were "
	    "booked:\n"
	    "\n"
	    "CURRENCY  ACCOUNT                    DEBIT                CREDIT               BALANCE\n"
	    "JPY       receivable                     0                    20                   -20\n"
	    "JPY       revenue                       20                     0                    20\n"
	    "JPY       (sum)                         20                    20                     0\n"
	    "\n"
	    "Every currency sums to zero.\n"
	    "2026-05-01 is closed by cut 3 at 2026-05-02T00:00:00Z, sealed ab12.\n"
	    "No shard has a mesh time yet.\n");
}

static void test_corrections_go_there_with_the_period_they_belong_to(void **state)
{
	struct ledger_print *const sealed = scene_begin(LEDGER_JOURNAL, LEDGER_NETSUITE);
	struct ledger_print *const open = scene_begin(LEDGER_JOURNAL, LEDGER_NETSUITE);
	const char *const titles = "External ID,Date,Currency,Account,Debit,Credit,Memo,Name\r\n";

	(void)state;
	add(sealed, LEDGER_CORRECTION, 1, "cash", 1);
	add(sealed, LEDGER_CORRECTION, 2, "revenue", -1);
	assert_string_equal(scene_end(sealed), titles);
	add(open, LEDGER_OPEN, 1, "cash", 1);
	add(open, LEDGER_OPEN, 2, "revenue", -1);
	assert_string_equal(
	    scene_end(open),
	    arena_printf(arena,
	                 "%sinvoice/in_1/USD,2026-05-02,USD,1010,0.01,,invoice in_1,cus_1\r\n"
	                 "invoice/in_1/USD,2026-05-02,USD,4000,,0.01,invoice in_1,cus_1\r\n",
	                 titles));
}

static void test_a_period_that_is_not_closed_says_so(void **state)
{
	struct ledger_seal seal = { .period = "2026-05", .closed_to = TIME_MIN };

	(void)state;
	assert_string_equal(ledger_seal_sentence(arena, &seal),
	                    "2026-05 is not closed; no period is.\n");
	assert_int_equal(ledger_seal_part(&seal), LEDGER_OPEN);
	seal.closed_to = at("2026-05-01T00:00:00Z");
	assert_string_equal(
	    ledger_seal_sentence(arena, &seal),
	    "2026-05 is not closed; the books are closed to 2026-05-01T00:00:00Z.\n");
	seal.period = "";
	assert_string_equal(ledger_seal_sentence(arena, &seal), "");
	assert_int_equal(ledger_seal_part(&seal), LEDGER_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_booked_after_the_seal_stands_apart),
		cmocka_unit_test(test_corrections_go_there_with_the_period_they_belong_to),
		cmocka_unit_test(test_a_period_that_is_not_closed_says_so),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
