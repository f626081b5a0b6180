/*
 * billing_receivable_test - what an invoice books in each of its states, whatever it was before.
 */
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"

#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Of a moment, without tax; whatever more comes first. */
static const char *invoice(const char *more, const char *status, int total, const char *lines)
{
	const int due = total > 0 ? total : 0;

	return arena_printf(
	    customer_stage.arena,
	    "{%s\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"%s\","
	    "\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":%d,\"total\":%d,"
	    "\"amount_due\":%d,\"amount_paid\":0,\"amount_remaining\":%d,\"lines\":{\"object\":"
	    "\"list\",%s,\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":%d,"
	    "\"currency\":\"jpy\",\"quantity\":1}]}}",
	    more, status, total, total, due, due, lines, total);
}

static int64_t revision;

static void tell(const char *status, int total)
{
	customer_feed("invoice", "in_1", ++revision, status,
	              invoice("", status, total, "\"has_more\":false"));
}

static int start(void **state)
{
	revision = 0;
	return customer_start(state);
}

static void what_is_booked_follows_the_state_that_stands(void **state)
{
	static const struct {
		const char *status;
		int total;
		const char *books;
	} cases[] = {
		{ "draft", 1000, "" },
		{ "open", 1000, "receivable JPY 1000\nrevenue JPY -1000\n" },
		{ "open", 1500, "receivable JPY 1500\nrevenue JPY -1500\n" },
		{ "uncollectible", 1500, "bad_debt JPY 1500\nrevenue JPY -1500\n" },
		{ "uncollectible", 1200, "bad_debt JPY 1200\nrevenue JPY -1200\n" },
		{ "paid", 1200, "receivable JPY 1200\nrevenue JPY -1200\n" },
		{ "void", 1200, "" },
		{ "open", 1200, "receivable JPY 1200\nrevenue JPY -1200\n" },
		{ "draft", 1200, "" },
		{ "open", 0, "" },
		{ "open", -700, "credits JPY -700\nrevenue JPY 700\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tell(cases[i].status, cases[i].total);
		assert_string_equal(ledger_trial(&customer_stage), cases[i].books);
		stage_test_restart(&customer_stage);
		const size_t before = ledger_count(&customer_stage);

		tell(cases[i].status, cases[i].total);
		assert_int_equal(ledger_count(&customer_stage), before);
	}
}

/* Of 1,000 yen 400 were paid, by a charge that is not known yet. */
static void what_is_given_up_is_what_remains(void **state)
{
	(void)state;
	customer_feed(
	    "invoice", "in_1", 1, "uncollectible",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":"
	    "\"uncollectible\",\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":1000,"
	    "\"total\":1000,\"amount_due\":1000,\"amount_paid\":400,\"amount_remaining\":600,"
	    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
	    "\"object\":\"line_item\",\"amount\":1000,\"currency\":\"jpy\",\"quantity\":1}]}}");
	assert_string_equal(ledger_trial(&customer_stage),
	                    "bad_debt JPY 600\nreceivable JPY 400\nrevenue JPY -1000\n");
}

static void what_was_booked_otherwise_is_reversed_and_booked_anew(void **state)
{
	struct entry_row row = { .transaction_id = "reversal/invoice/in_1", .line = 1 };
	struct entry_row next = { .transaction_id = "invoice/in_1/2", .line = 1 };

	(void)state;
	tell("open", 1000);
	tell("open", 1500);
	assert_true(stage_test_row(&customer_stage, &entry_table, &row));
	assert_string_equal(row.reverses, "invoice/in_1");
	assert_int_equal(row.at.us, SECONDS(1777593600).us);
	assert_true(stage_test_row(&customer_stage, &entry_table, &next));
	assert_int_equal(next.minor, 1500);
	assert_int_equal(ledger_count(&customer_stage), 3);
}

/* Between its end and its new life nothing is owed. */
static void what_was_undone_is_not_booked_anew_before_that(void **state)
{
	struct entry_row undone = { .transaction_id = "reversal/invoice/in_1", .line = 1 };
	struct entry_row next = { .transaction_id = "invoice/in_1/2", .line = 1 };

	(void)state;
	tell("open", 1000);
	customer_feed("invoice", "in_1", ++revision, "void",
	              invoice("\"status_transitions\":{\"voided_at\":1777600000},", "void", 1000,
	                      "\"has_more\":false"));
	tell("open", 1000);
	assert_true(stage_test_row(&customer_stage, &entry_table, &undone));
	assert_true(stage_test_row(&customer_stage, &entry_table, &next));
	assert_int_equal(undone.at.us, SECONDS(1777600000).us);
	assert_int_equal(next.at.us, SECONDS(1777600000).us);
}

static void a_cut_one_leaves_what_is_booked(void **state)
{
	(void)state;
	tell("open", 1000);
	customer_feed("invoice", "in_1", ++revision, "open",
	              invoice("", "open", 1500, "\"has_more\":true"));
	assert_string_equal(ledger_trial(&customer_stage),
	                    "receivable JPY 1000\nrevenue JPY -1000\n");
	tell("open", 1500);
	assert_string_equal(ledger_trial(&customer_stage),
	                    "receivable JPY 1500\nrevenue JPY -1500\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(what_is_booked_follows_the_state_that_stands),
		CASE(what_is_given_up_is_what_remains),
		CASE(what_was_booked_otherwise_is_reversed_and_booked_anew),
		CASE(what_was_undone_is_not_booked_anew_before_that),
		CASE(a_cut_one_leaves_what_is_booked),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
