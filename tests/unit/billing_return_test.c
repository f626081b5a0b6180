/*
 * billing_return_test - what refunds and disputes take from a charge, with its numbers worked out by hand.
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

static struct booking_charged charged(int64_t presented, const char *currency, int64_t settled,
                                      const char *settles)
{
	struct booking_charged made = { .charge = "ch_1",
		                        .presented = { presented, "" },
		                        .settled = { settled, "" } };

	memcpy(made.presented.currency, currency, 4);
	memcpy(made.settled.currency, settles, 4);
	return made;
}

/* Two refunds, 30.00 and 70.00 of 100.00, in one currency; the fee is not given back. */
static void a_partial_refund_takes_its_part(void **state)
{
	struct booking_charged of = charged(10000, "USD", 10000, "USD");
	const struct balance_transaction first = booking_moved("txn_2", -3000, 0, "USD", "");
	const struct balance_transaction second = booking_moved("txn_3", -7000, 0, "USD", "");
	struct booking booking;

	(void)state;
	expect(
	    booking_refund(arena, &booking_known, &of, "re_1", 3000, &first, &booking, &of.taken),
	    &booking, BOOKING_SURE, "refund/txn_2", "refunds +3000 USD, cash_in_transit -3000 USD");
	assert_int_equal(of.taken, 3000);
	expect(
	    booking_refund(arena, &booking_known, &of, "re_2", 7000, &second, &booking, &of.taken),
	    &booking, BOOKING_SURE, "refund/txn_3", "refunds +7000 USD, cash_in_transit -7000 USD");
	assert_int_equal(of.taken, 10000);
}

/*
 * The provider's example: 60.00 USD at 0.88 are 52.80 EUR; refunded at 0.86 they take 51.60 EUR only, so
 * that 1.20 EUR are gained.
 */
static void a_refund_at_a_lower_rate_is_a_gain(void **state)
{
	struct booking_charged of = charged(6000, "USD", 5280, "EUR");
	const struct balance_transaction back = booking_moved("txn_2", -5160, 0, "EUR", "0.86");
	struct booking booking;

	(void)state;
	expect(booking_refund(arena, &booking_known, &of, "re_1", 6000, &back, &booking, &of.taken),
	       &booking, BOOKING_SURE, "refund/txn_2",
	       "refunds +6000 USD, cash_in_transit -5160 EUR, exchange -6000 USD, "
	       "exchange +5280 EUR, fx_gain_loss -120 EUR");
}

/*
 * 10.00 EUR settled as 10.01 USD, refunded in three: 3.33, 3.33, 3.34 EUR. What they take out of exchange
 * is by what was taken so far: 333 -> 333.33 = 333; 666 -> 666.67 = 667, less 333 is 334;
 * 1000 -> 1001, less 667 is 334. Nothing is left: 333 + 334 + 334 = 1001.
 */
static void refunds_in_parts_leave_nothing_in_exchange(void **state)
{
	static const int64_t parts[] = { 333, 333, 334 };
	struct booking_charged of = charged(1000, "EUR", 1001, "USD");
	int64_t left = -1001;
	int64_t moved_back = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		const struct balance_transaction back =
		    booking_moved("txn_2", -parts[i], 0, "USD", "1.0");
		struct booking booking;

		assert_true(booking_refund(arena, &booking_known, &of, "re_1", parts[i], &back,
		                           &booking, &of.taken));
		left += journal_of(&booking.journal, ACCOUNT_EXCHANGE, "USD");
		moved_back += journal_of(&booking.journal, ACCOUNT_FX, "USD");
	}
	assert_int_equal(left, 0);
	assert_int_equal(moved_back, -1);
}

/* 100.00 EUR charged, 107.86 EUR withdrawn (the issuer converted at another day's rate), 15.00 fee. */
static void a_dispute_beyond_its_charge_is_a_loss_by_exchange(void **state)
{
	struct booking_charged of = charged(10000, "EUR", 10000, "EUR");
	const struct balance_transaction out = booking_moved("txn_2", -10786, 1500, "EUR", "");
	const struct balance_transaction back = booking_moved("txn_3", 10786, -1500, "EUR", "");
	struct booking booking;

	(void)state;
	expect(
	    booking_dispute(arena, &booking_known, &of, "dp_1", 10786, &out, &booking, &of.taken),
	    &booking, BOOKING_SURE, "dispute/txn_2",
	    "disputes +10000 EUR, cash_in_transit -12286 EUR, fees +1500 EUR, fx_gain_loss +786 EUR");
	assert_int_equal(of.taken, 10000);
	expect(
	    booking_dispute(arena, &booking_known, &of, "dp_1", 10786, &back, &booking, &of.taken),
	    &booking, BOOKING_SURE, "dispute/txn_3",
	    "disputes -10000 EUR, cash_in_transit +12286 EUR, fees -1500 EUR, fx_gain_loss -786 EUR");
	assert_int_equal(of.taken, 0);
}

/*
 * 100.00 EUR at 1.08 had brought 108.00 USD. Withdrawn as 107.86 EUR at 1.10: 118.65 USD, so that
 * 118.65 - 108.00 = 10.65 are lost. It is lost, then won late: reinstated at 1.12 as 120.80 USD; the charge
 * stands again at 108.00, and 12.80 are gained. Fee 15.00 out, and 0 back.
 */
static void a_dispute_that_is_won_late_comes_back_at_its_own_rate(void **state)
{
	struct booking_charged of = charged(10000, "EUR", 10800, "USD");
	const struct balance_transaction out = booking_moved("txn_2", -11865, 1500, "USD", "1.10");
	const struct balance_transaction back = booking_moved("txn_3", 12080, 0, "USD", "1.12");
	struct booking booking;

	(void)state;
	expect(booking_dispute(arena, &booking_known, &of, "dp_1", 10786, &out, &booking,
	                       &of.taken),
	       &booking, BOOKING_SURE, "dispute/txn_2",
	       "disputes +10000 EUR, cash_in_transit -13365 USD, fees +1500 USD, "
	       "exchange -10000 EUR, exchange +10800 USD, fx_gain_loss +1065 USD");
	expect(booking_dispute(arena, &booking_known, &of, "dp_1", 10786, &back, &booking,
	                       &of.taken),
	       &booking, BOOKING_SURE, "dispute/txn_3",
	       "disputes -10000 EUR, cash_in_transit +12080 USD, exchange +10000 EUR, "
	       "exchange -10800 USD, fx_gain_loss -1280 USD");
	assert_int_equal(of.taken, 0);
}

/* A charge of 100.00, of which 30.00 were refunded, disputed in full and lost: 30.00 come back in part. */
static void a_dispute_of_a_partly_refunded_charge_may_come_back_in_part(void **state)
{
	struct booking_charged of = charged(10000, "USD", 10000, "USD");
	const struct balance_transaction refund = booking_moved("txn_2", -3000, 0, "USD", "");
	const struct balance_transaction out = booking_moved("txn_3", -10000, 1500, "USD", "");
	const struct balance_transaction back = booking_moved("txn_4", 3000, 0, "USD", "");
	struct booking booking;

	(void)state;
	assert_true(
	    booking_refund(arena, &booking_known, &of, "re_1", 3000, &refund, &booking, &of.taken));
	expect(booking_dispute(arena, &booking_known, &of, "dp_1", 10000, &out, &booking,
	                       &of.taken),
	       &booking, BOOKING_SURE, "dispute/txn_3",
	       "disputes +10000 USD, cash_in_transit -11500 USD, fees +1500 USD");
	assert_int_equal(of.taken, 13000);
	expect(booking_dispute(arena, &booking_known, &of, "dp_1", 3000, &back, &booking,
	                       &of.taken),
	       &booking, BOOKING_SURE, "dispute/txn_4",
	       "disputes -3000 USD, cash_in_transit +3000 USD");
	assert_int_equal(of.taken, 10000);
}

#define SUMS ((size_t)ACCOUNT_COUNT * 2)
#define PICKS ((size_t)5 * 5 * 5 * 5 * 5) /* of five out of five, repetitions among them */

struct return_of {
	bool disputed;
	int64_t amount;
	int64_t moved;
};

static void book_all(const struct return_of *returns, const size_t *order, size_t count,
                     int64_t sums[static SUMS])
{
	struct booking_charged of = charged(1000, "EUR", 1001, "USD");

	memset(sums, 0, SUMS * sizeof(*sums));
	for (size_t i = 0; i < count; i++) {
		const struct return_of *const one = &returns[order[i]];
		const struct balance_transaction moved =
		    booking_moved("txn_1", one->moved, 0, "USD", "");
		struct booking booking;

		assert_true((one->disputed ? booking_dispute : booking_refund)(
		    arena, &booking_known, &of, "x_1", one->amount, &moved, &booking, &of.taken));
		for (int k = 0; k < ACCOUNT_COUNT; k++) {
			sums[k] += journal_of(&booking.journal, (enum account)k, "EUR");
			sums[ACCOUNT_COUNT + k] +=
			    journal_of(&booking.journal, (enum account)k, "USD");
		}
	}
}

/* All 120 orders of two refunds, a withdrawal, a failed refund and a reinstatement. */
static void the_order_of_returns_makes_no_difference_to_any_account(void **state)
{
	static const struct return_of returns[] = { { false, 333, -340 },
		                                    { false, 334, -331 },
		                                    { true, 1000, -1100 },
		                                    { false, 333, 335 },
		                                    { true, 1000, 1050 } };
	int64_t want[SUMS];
	int64_t sums[SUMS];
	size_t orders = 0;

	(void)state;
	book_all(returns, (const size_t[]){ 0, 1, 2, 3, 4 }, 5, want);
	for (size_t at = 0; at < PICKS; at++) {
		const size_t order[] = { at % 5, at / 5 % 5, at / 25 % 5, at / 125 % 5, at / 625 };
		unsigned seen = 0;

		for (size_t i = 0; i < 5; i++)
			seen |= 1U << order[i];
		if (seen != 31)
			continue;
		orders++;
		book_all(returns, order, 5, sums);
		assert_memory_equal(sums, want, sizeof(sums));
	}
	assert_int_equal(orders, 120);
}

static void a_return_that_does_not_add_up_is_in_doubt(void **state)
{
	struct booking_charged of = charged(10000, "USD", 10000, "USD");
	struct booking_charged abroad = charged(10000, "EUR", 10800, "USD");
	const struct balance_transaction less = booking_moved("txn_2", -2900, 0, "USD", "");
	const struct balance_transaction failed = booking_moved("txn_3", 3000, 0, "USD", "");
	const struct balance_transaction rate = booking_moved("txn_4", -10800, 0, "USD", "1.5");
	const struct balance_transaction third = booking_moved("txn_5", -9400, 0, "GBP", "0.94");
	struct booking booking;

	(void)state;
	expect(booking_refund(arena, &booking_known, &of, "re_1", 3000, &less, &booking, &of.taken),
	       &booking, BOOKING_AMOUNT, "refund/txn_2",
	       "refunds +3000 USD, cash_in_transit -2900 USD, suspense -100 USD");
	expect(
	    booking_refund(arena, &booking_known, &of, "re_1", 3000, &failed, &booking, &of.taken),
	    &booking, BOOKING_SURE, "refund/txn_3", "refunds -3000 USD, cash_in_transit +3000 USD");
	assert_int_equal(of.taken, 0);
	expect(booking_refund(arena, &booking_known, &abroad, "re_1", 10000, &rate, &booking,
	                      &of.taken),
	       &booking, BOOKING_RATE, "refund/txn_4",
	       "refunds +10000 EUR, cash_in_transit -10800 USD, exchange -10000 EUR, "
	       "exchange +10800 USD");
	expect(booking_refund(arena, &booking_known, &abroad, "re_1", 10000, &third, &booking,
	                      &of.taken),
	       &booking, BOOKING_AMOUNT, "refund/txn_5",
	       "refunds +10000 EUR, cash_in_transit -9400 GBP, exchange -10000 EUR, "
	       "suspense +9400 GBP");
}

static void amounts_beyond_64_bits_are_refused(void **state)
{
	struct booking_charged of = charged(INT64_MAX, "USD", INT64_MAX, "USD");
	struct booking_charged abroad = charged(1, "EUR", INT64_MAX, "USD");
	struct booking_charged unsettled = charged(100, "EUR", 0, "USD");
	const struct balance_transaction out = booking_moved("txn_2", -1, 0, "USD", "");
	const struct balance_transaction back = booking_moved("txn_2", INT64_MIN + 1, 0, "USD", "");
	const struct booking_line lines[] = { { INT64_MAX, 1, { 0 }, { 0 } },
		                              { 1, 1, { 0 }, { 0 } } };
	const struct booking_invoice invoice = { "in_1", "USD", 5, lines, 2 };
	struct booking booking;

	(void)state;
	of.taken = 1;
	assert_false(booking_refund(arena, &booking_known, &of, "re_1", INT64_MAX, &out, &booking,
	                            &of.taken));
	assert_int_equal(booking.journal.fault, JOURNAL_BEYOND);
	assert_int_equal(of.taken, 1);
	assert_false(booking_refund(arena, &booking_known, &abroad, "re_1", 3, &back, &booking,
	                            &abroad.taken));
	assert_false(booking_refund(arena, &booking_known, &unsettled, "re_1", 3, &out, &booking,
	                            &unsettled.taken));
	assert_false(booking_invoice(arena, &booking_known, &invoice, &booking));
	assert_int_equal(booking.journal.fault, JOURNAL_BEYOND);
	assert_false(booking_charge(arena, &booking_known, "ch_1",
	                            (struct money){ INT64_MIN, "USD" }, &booking));
	assert_false(
	    booking_charge(arena, &booking_known, "ch_1", (struct money){ 5, "XAU" }, &booking));
	assert_int_equal(booking.journal.fault, JOURNAL_CURRENCY);
}

/* Of a charge of 100.00 EUR, or of 12,000 JPY; what is said is the dispute's amount before or after this. */
static const struct {
	const char *name;
	const char *presented;
	int64_t whole;
	int64_t settled; /* in USD */
	int64_t said;
	int64_t moved;
	const char *currency;
	const char *rate;
	int64_t part; /* -1: nobody can say */
} parts[] = {
	{ "one currency: by its amount", "USD", 10000, 10000, 6000, -10000, "USD", "", 10000 },
	{ "as it is said", "EUR", 10000, 10786, 6000, -6600, "USD", "1.1", 6000 },
	{ "the whole, though less is said now", "EUR", 10000, 10786, 6000, -11000, "USD", "1.1",
	  10000 },
	{ "the rest of it", "EUR", 10000, 10786, 6000, 4400, "USD", "1.1", 4000 },
	{ "neither: by the rate", "EUR", 10000, 10786, 6000, -8800, "USD", "1.1", 8000 },
	{ "beyond the charge", "EUR", 10000, 10786, 10500, -11550, "USD", "1.1", 10500 },
	{ "a rate of few digits", "EUR", 10000, 10786, 9999, -11038, "USD", "1.1038", 9999 },
	{ "no rate: by the charge's own", "EUR", 10000, 10800, 6000, -5400, "USD", "", 5000 },
	{ "a rate between whole units", "JPY", 12000, 7680, 9000, -3840, "USD", "0.0064", 6000 },
	{ "a rate between minor units", "JPY", 12000, 7680, 9000, -3840, "USD", "0.64", 6000 },
	{ "a third currency without a rate", "EUR", 10000, 10800, 6000, -500, "GBP", "", -1 },
};

static void a_transaction_of_a_dispute_says_its_part_of_the_charge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		const struct booking_charged of =
		    charged(parts[i].whole, parts[i].presented, parts[i].settled, "USD");
		const struct balance_transaction moved =
		    booking_moved("txn_2", parts[i].moved, 0, parts[i].currency, parts[i].rate);
		int64_t part;

		if (!booking_disputed_part(&of, parts[i].said, &moved, &part))
			part = -1;
		if (part != parts[i].part)
			fail_msg("%s: %lld", parts[i].name, (long long)part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partial_refund_takes_its_part),
		cmocka_unit_test(a_refund_at_a_lower_rate_is_a_gain),
		cmocka_unit_test(refunds_in_parts_leave_nothing_in_exchange),
		cmocka_unit_test(a_dispute_beyond_its_charge_is_a_loss_by_exchange),
		cmocka_unit_test(a_dispute_that_is_won_late_comes_back_at_its_own_rate),
		cmocka_unit_test(a_dispute_of_a_partly_refunded_charge_may_come_back_in_part),
		cmocka_unit_test(the_order_of_returns_makes_no_difference_to_any_account),
		cmocka_unit_test(a_return_that_does_not_add_up_is_in_doubt),
		cmocka_unit_test(a_transaction_of_a_dispute_says_its_part_of_the_charge),
		cmocka_unit_test(amounts_beyond_64_bits_are_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
