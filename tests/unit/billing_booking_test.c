/*
 * billing_booking_test - each rule from a money fact to a transaction, with its numbers worked out by hand.
 */
#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/booking_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void expect(bool done, const struct booking *booking, enum booking_doubt doubt,
                   const char *id, const char *lines)
{
	booking_expect(arena, done, booking, doubt, id, lines);
}

/* Charges. */

/* 100.00 USD, of which 2.9 % and 0.30 are kept: 100.00 - 3.20 = 96.80. */
static void a_charge_clears_by_its_balance_transaction(void **state)
{
	const struct money presented = { 10000, "USD" };
	const struct balance_transaction settled = booking_moved("txn_1", 10000, 320, "USD", "");
	struct booking booking;

	(void)state;
	expect(booking_charge(arena, &booking_known, "ch_1", presented, &booking), &booking,
	       BOOKING_SURE, "charge/ch_1", "clearing +10000 USD, receivable -10000 USD");
	assert_string_equal(booking.journal.lines[1].customer, "cus_1");
	assert_string_equal(booking.journal.lines[1].object, "ch_1");
	expect(booking_settlement(arena, &booking_known, "ch_1", presented, &settled, &booking),
	       &booking, BOOKING_SURE, "settlement/txn_1",
	       "cash_in_transit +9680 USD, fees +320 USD, clearing -10000 USD");
}

/* 100.00 EUR at 1.08 are 108.00 USD, of which 3.43 are kept: 104.57. Each currency is zero by itself. */
static void a_charge_in_another_currency_goes_through_exchange(void **state)
{
	const struct money presented = { 10000, "EUR" };
	const struct balance_transaction settled =
	    booking_moved("txn_1", 10800, 343, "USD", "1.08");
	struct booking booking;

	(void)state;
	expect(booking_settlement(arena, &booking_known, "ch_1", presented, &settled, &booking),
	       &booking, BOOKING_SURE, "settlement/txn_1",
	       "cash_in_transit +10457 USD, fees +343 USD, clearing -10000 EUR, "
	       "exchange +10000 EUR, exchange -10800 USD");
}

/*
 * 12000 JPY at 0.0064 USD a yen are 76.80 USD: 12000 * 0.64 = 7680 cents by minor units as well.
 * 45.500 KWD at 3.25 USD a dinar are 147.875 -> 147.88 USD; by minor units 45500 * 0.325 = 14787.5.
 */
static void a_yen_and_a_dinar_are_charged_by_their_own_units(void **state)
{
	static const struct {
		struct money presented;
		int64_t settled;
		const char *rate;
		enum booking_doubt doubt;
		const char *lines;
	} rows[] = {
		{ { 12000, "JPY" },
		  7680,
		  "0.0064",
		  BOOKING_SURE,
		  "cash_in_transit +7580 USD, fees +100 USD, clearing -12000 JPY, "
		  "exchange +12000 JPY, exchange -7680 USD" },
		{ { 12000, "JPY" },
		  7680,
		  "0.64",
		  BOOKING_SURE,
		  "cash_in_transit +7580 USD, fees +100 USD, clearing -12000 JPY, "
		  "exchange +12000 JPY, exchange -7680 USD" },
		{ { 45500, "KWD" },
		  14788,
		  "3.25",
		  BOOKING_SURE,
		  "cash_in_transit +14688 USD, fees +100 USD, clearing -45500 KWD, "
		  "exchange +45500 KWD, exchange -14788 USD" },
		{ { 45500, "KWD" },
		  14788,
		  "0.325",
		  BOOKING_SURE,
		  "cash_in_transit +14688 USD, fees +100 USD, clearing -45500 KWD, "
		  "exchange +45500 KWD, exchange -14788 USD" },
		{ { 0, "JPY" },
		  7680,
		  "0.0064",
		  BOOKING_SURE,
		  "cash_in_transit +7580 USD, fees +100 USD, exchange -7680 USD" },
		{ { 45500, "KWD" },
		  14788,
		  "3.35",
		  BOOKING_RATE,
		  "cash_in_transit +14688 USD, fees +100 USD, clearing -45500 KWD, "
		  "exchange +45500 KWD, exchange -14788 USD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct balance_transaction settled =
		    booking_moved("txn_1", rows[i].settled, 100, "USD", rows[i].rate);
		struct booking booking;

		expect(booking_settlement(arena, &booking_known, "ch_1", rows[i].presented,
		                          &settled, &booking),
		       &booking, rows[i].doubt, "settlement/txn_1", rows[i].lines);
	}
}

/* Charged 100.00, settled 99.00: the unit that nobody can explain is in suspense, not lost. */
static void a_balance_transaction_with_another_amount_is_in_doubt(void **state)
{
	const struct balance_transaction settled = booking_moved("txn_1", 9900, 320, "USD", "");
	struct booking booking;

	(void)state;
	expect(booking_settlement(arena, &booking_known, "ch_1", (struct money){ 10000, "USD" },
	                          &settled, &booking),
	       &booking, BOOKING_AMOUNT, "settlement/txn_1",
	       "cash_in_transit +9580 USD, fees +320 USD, clearing -10000 USD, suspense +100 USD");
	assert_int_equal(booking.unexplained.minor, 100);
	assert_string_equal(booking.unexplained.currency, "USD");
}

static void a_payment_moves_from_the_charge_to_its_invoice(void **state)
{
	struct booking booking;

	(void)state;
	expect(booking_applied(arena, &booking_known, "ch_1", "in_1", (struct money){ 4000, "USD" },
	                       &booking),
	       &booking, BOOKING_SURE, "applied/ch_1/in_1",
	       "receivable +4000 USD, receivable -4000 USD");
	assert_string_equal(booking.journal.lines[0].object, "ch_1");
	assert_string_equal(booking.journal.lines[1].object, "in_1");
	expect(booking_outside(arena, &booking_known, "in_1", (struct money){ 4000, "USD" },
	                       &booking),
	       &booking, BOOKING_SURE, "outside/in_1", "cash +4000 USD, receivable -4000 USD");
}

/* The provider's balance. */

static void fees_and_payouts_move_the_provider_s_balance(void **state)
{
	const struct balance_transaction fee = booking_moved("txn_9", -250, 0, "USD", "");
	const struct balance_transaction taxed = booking_moved("txn_8", -250, 25, "USD", "");
	struct booking booking;

	(void)state;
	expect(booking_fee(arena, &booking_nobody, &fee, &booking), &booking, BOOKING_SURE,
	       "fee/txn_9", "cash_in_transit -250 USD, fees +250 USD");
	expect(booking_fee(arena, &booking_nobody, &taxed, &booking), &booking, BOOKING_SURE,
	       "fee/txn_8", "cash_in_transit -275 USD, fees +25 USD, fees +250 USD");
	expect(booking_payout(arena, &booking_nobody, "po_1", (struct money){ 100000, "HUF" },
	                      &booking),
	       &booking, BOOKING_SURE, "payout/po_1",
	       "cash +100000 HUF, cash_in_transit -100000 HUF");
}

static void what_cannot_be_placed_goes_to_suspense_and_out_by_reversal(void **state)
{
	const struct balance_transaction strange = booking_moved("txn_7", 5000, 175, "USD", "");
	struct booking booking;
	struct journal out;

	(void)state;
	expect(booking_held(arena, &booking_nobody, &strange, &booking), &booking, BOOKING_SURE,
	       "held/txn_7", "cash_in_transit +4825 USD, fees +175 USD, suspense -5000 USD");
	out = journal_reverse(arena, &booking.journal, "ce-2", booking_known.at,
	                      booking_known.booked_at);
	assert_true(journal_seal(&out));
	assert_int_equal(journal_of(&out, ACCOUNT_SUSPENSE, "USD"), 5000);
}

/* Invoices. */

/*
 * Finalised at day 10: a line for days 10 to 40 is deferred, one for days 0 to 10 is earned, one of a moment
 * is earned, a credit for days 10 to 20 takes from what is deferred. Net 100.00 + 20.00 + 5.00 - 30.00 =
 * 95.00, tax 10.00 + 2.00 + 0.50 - 3.00 = 9.50, together 104.50.
 */
static void an_invoice_is_receivable_against_what_its_lines_are_for(void **state)
{
	const struct instant day10 = { DAYS(10).us };
	const struct booking_fact finalised = { "ce-1", "cus_1", day10, day10 };
	const struct booking_line lines[] = {
		{ 10000, 1000, day10, { DAYS(40).us } },
		{ 2000, 200, { 0 }, day10 },
		{ 500, 50, day10, day10 },
		{ -3000, -300, day10, { DAYS(20).us } },
	};
	const struct booking_invoice invoice = { "in_1", "USD", 10450, lines, COUNT_OF(lines) };
	const struct booking_invoice cut = { "in_1", "USD", 12650, lines, COUNT_OF(lines) };
	const struct booking_invoice credit = { "in_2", "USD", -3300, &lines[3], 1 };
	const struct booking_invoice nothing = { "in_3", "USD", 0, NULL, 0 };
	struct booking booking;

	(void)state;
	expect(booking_invoice(arena, &finalised, &invoice, &booking), &booking, BOOKING_SURE,
	       "invoice/in_1",
	       "receivable +10450 USD, revenue -2500 USD, deferred_revenue -7000 USD, "
	       "tax_payable -950 USD");
	expect(booking_invoice(arena, &finalised, &cut, &booking), &booking, BOOKING_AMOUNT,
	       "invoice/in_1",
	       "receivable +12650 USD, revenue -2500 USD, deferred_revenue -7000 USD, "
	       "tax_payable -950 USD, suspense -2200 USD");
	expect(booking_invoice(arena, &finalised, &credit, &booking), &booking, BOOKING_SURE,
	       "invoice/in_2",
	       "credits -3300 USD, deferred_revenue +3000 USD, tax_payable +300 USD");
	expect(booking_invoice(arena, &finalised, &nothing, &booking), &booking, BOOKING_SURE,
	       "invoice/in_3", "");
}

/* Of 110.00 with 10.00 tax, 60.00 were not yet earned: 40.00 are contra revenue. */
static void a_credit_note_gives_back_tax_and_what_was_not_earned(void **state)
{
	static const struct {
		struct booking_credit_note note;
		enum booking_doubt doubt;
		const char *lines;
	} rows[] = {
		{ { "cn_1", "in_1", "USD", 11000, 1000, 6000, 11000, 0, 0, 0 },
		  BOOKING_SURE,
		  "refunds +4000 USD, deferred_revenue +6000 USD, tax_payable +1000 USD, "
		  "receivable -11000 USD" },
		{ { "cn_1", "in_1", "USD", 11000, 1000, 6000, 0, 11000, 0, 0 },
		  BOOKING_SURE,
		  "refunds +4000 USD, deferred_revenue +6000 USD, tax_payable +1000 USD, "
		  "refunds -11000 USD" },
		{ { "cn_1", "in_1", "USD", 11000, 1000, 6000, 5000, 0, 4000, 2000 },
		  BOOKING_SURE,
		  "refunds +4000 USD, deferred_revenue +6000 USD, tax_payable +1000 USD, "
		  "receivable -5000 USD, credits -4000 USD, cash -2000 USD" },
		{ { "cn_1", "in_1", "USD", 11000, 1000, 6000, 5000, 0, 4000, 0 },
		  BOOKING_AMOUNT,
		  "refunds +4000 USD, deferred_revenue +6000 USD, tax_payable +1000 USD, "
		  "receivable -5000 USD, credits -4000 USD, suspense -2000 USD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct booking booking;

		expect(booking_credit_note(arena, &booking_known, &rows[i].note, &booking),
		       &booking, rows[i].doubt, "credit_note/cn_1", rows[i].lines);
	}
}

static void a_customer_s_balance_is_given_and_used(void **state)
{
	struct booking booking;

	(void)state;
	expect(booking_balance(arena, &booking_known, "cbtxn_1", "", (struct money){ -500, "USD" },
	                       &booking),
	       &booking, BOOKING_SURE, "balance/cbtxn_1", "credits -500 USD, refunds +500 USD");
	expect(booking_balance(arena, &booking_known, "cbtxn_2", "in_1",
	                       (struct money){ 500, "USD" }, &booking),
	       &booking, BOOKING_SURE, "balance/cbtxn_2", "credits +500 USD, receivable -500 USD");
	assert_string_equal(booking.journal.lines[1].object, "in_1");
}

static void what_was_deferred_is_earned_or_cleared(void **state)
{
	struct booking booking;

	(void)state;
	expect(booking_recognised(arena, &booking_known, "il_1/2026-05",
	                          (struct money){ 1700, "USD" }, &booking),
	       &booking, BOOKING_SURE, "recognised/il_1/2026-05",
	       "deferred_revenue +1700 USD, revenue -1700 USD");
	expect(booking_cleared(arena, &booking_known, "il_1/re_1", ACCOUNT_REFUNDS,
	                       (struct money){ 1400, "USD" }, &booking),
	       &booking, BOOKING_SURE, "cleared/il_1/re_1",
	       "deferred_revenue +1400 USD, refunds -1400 USD");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_charge_clears_by_its_balance_transaction),
		cmocka_unit_test(a_charge_in_another_currency_goes_through_exchange),
		cmocka_unit_test(a_yen_and_a_dinar_are_charged_by_their_own_units),
		cmocka_unit_test(a_balance_transaction_with_another_amount_is_in_doubt),
		cmocka_unit_test(a_payment_moves_from_the_charge_to_its_invoice),
		cmocka_unit_test(fees_and_payouts_move_the_provider_s_balance),
		cmocka_unit_test(what_cannot_be_placed_goes_to_suspense_and_out_by_reversal),
		cmocka_unit_test(an_invoice_is_receivable_against_what_its_lines_are_for),
		cmocka_unit_test(a_credit_note_gives_back_tax_and_what_was_not_earned),
		cmocka_unit_test(a_customer_s_balance_is_given_and_used),
		cmocka_unit_test(what_was_deferred_is_earned_or_cleared),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
