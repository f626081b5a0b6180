/*
 * billing_ledger_test - random histories of money: every currency stays zero, and no unit is lost.
 *
 * Beside the ledger a few plain sums are kept (what the provider's balance must be, what it kept, what was
 * charged, what the bank has); in the end, and in any order of the facts, the ledger says the same.
 */
#include "common/base/ratio.h"
#include "common/base/text.h"
#include "tests/support/booking_fixture.h"
#include "tests/support/chance.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SEEDS 60
#define CHARGES 40
#define ROWS_MAX 20000
#define CURRENCIES 4

static const char *const currencies[CURRENCIES] = { "USD", "EUR", "JPY", "KWD" };

/* What must be, by currency. */
struct truth {
	int64_t balance[CURRENCIES]; /* of the provider */
	int64_t bank[CURRENCIES];
	int64_t kept[CURRENCIES];     /* fees */
	int64_t taken[CURRENCIES];    /* from charges, in their own currency */
	int64_t credited[CURRENCIES]; /* to customers by charges */
	int64_t billed[CURRENCIES];
};

struct run {
	struct arena *arena;
	struct chance chance;
	struct truth truth;
	struct entry_row rows[ROWS_MAX];
	size_t count;
	int facts;
};

static size_t place(const char *currency)
{
	for (size_t i = 0; i < CURRENCIES; i++)
		if (text_equal(currencies[i], currency))
			return i;
	fail();
	return 0;
}

/* The journal is kept in the arena, because the rows borrow from it. */
static void book(struct run *run, bool done, const struct booking *booking)
{
	struct journal *const kept =
	    arena_copy(run->arena, &booking->journal, sizeof(booking->journal));

	if (!done)
		fail_msg("%s: %s", kept->id, journal_fault_text(kept->fault));
	assert_true(run->count + kept->count <= ROWS_MAX);
	for (size_t i = 0; i < kept->count; i++) {
		int64_t sum;

		assert_true(journal_sum(kept, kept->lines[i].amount.currency, &sum));
		assert_int_equal(sum, 0);
	}
	journal_rows(kept, run->rows + run->count);
	run->count += kept->count;
}

static struct booking_fact somebody(struct run *run)
{
	const struct instant now = { SECONDS(1).us * run->facts };
	struct booking_fact fact = { .at = now, .booked_at = now };

	fact.cause = arena_printf(run->arena, "ce-%d", run->facts++);
	fact.customer = arena_printf(run->arena, "cus_%d", chance_below(&run->chance, 5));
	return fact;
}

static struct balance_transaction moved(struct run *run, int64_t amount, int64_t fee,
                                        const char *currency)
{
	const char *const id = arena_printf(run->arena, "txn_%d", run->facts);

	run->truth.balance[place(currency)] += amount - fee;
	run->truth.kept[place(currency)] += fee;
	return booking_moved(id, amount, fee, currency, "");
}

/* A charge of 1 to 100,000 units, settled in its own currency or in another at any rate. */
static struct booking_charged charge(struct run *run, const char *id)
{
	const struct booking_fact fact = somebody(run);
	struct booking_charged made = { .charge = id };
	const char *const currency = currencies[chance_below(&run->chance, CURRENCIES)];
	const char *settles = currencies[chance_below(&run->chance, CURRENCIES)];
	const int64_t amount = chance_between(&run->chance, 1, 100000);
	int64_t settled = chance_between(&run->chance, 1, 100000);
	struct balance_transaction transaction;
	struct booking booking;

	if (text_equal(currency, settles) || chance_of(&run->chance, 400)) {
		settles = currency;
		settled = amount;
	}
	made.presented.minor = amount;
	made.settled.minor = settled;
	memcpy(made.presented.currency, currency, 4);
	memcpy(made.settled.currency, settles, 4);
	transaction = moved(run, settled, chance_below(&run->chance, 300), settles);
	book(run, booking_charge(run->arena, &fact, id, made.presented, &booking), &booking);
	book(run, booking_settlement(run->arena, &fact, id, made.presented, &transaction, &booking),
	     &booking);
	run->truth.credited[place(currency)] += amount;
	return made;
}

/* In one currency what moves is what was asked for; in two it may be anything. */
static int64_t settles_at(struct run *run, const struct booking_charged *of, int64_t amount)
{
	if (text_equal(of->presented.currency, of->settled.currency))
		return amount;
	return chance_between(&run->chance, 1, 150000);
}

static void take(struct run *run, struct booking_charged *of, int number)
{
	const struct booking_fact fact = somebody(run);
	const int64_t left = of->presented.minor - of->taken;
	const int64_t amount = left > 1 && chance_of(&run->chance, 600)
	                           ? chance_between(&run->chance, 1, (int)left)
	                           : left;
	const int64_t part = settles_at(run, of, amount);
	const char *const id = arena_printf(run->arena, "re_%d", number);
	const struct balance_transaction out = moved(run, -part, 0, of->settled.currency);
	struct booking booking;

	if (amount <= 0) {
		run->truth.balance[place(of->settled.currency)] += part;
		return;
	}
	book(run, booking_refund(run->arena, &fact, of, id, amount, &out, &booking, &of->taken),
	     &booking);
	run->truth.taken[place(of->presented.currency)] += amount;
}

/* Zero, one or two balance transactions, and perhaps more than was charged. */
static void dispute(struct run *run, struct booking_charged *of, int number)
{
	const struct booking_fact fact = somebody(run);
	const int64_t amount = of->presented.minor + chance_below(&run->chance, 500);
	const char *const id = arena_printf(run->arena, "dp_%d", number);
	const char *const currency = of->settled.currency;
	const int times = chance_below(&run->chance, 3);
	struct booking booking;

	for (int i = 0; i < times; i++) {
		const int64_t part = settles_at(run, of, amount);
		const struct balance_transaction one =
		    moved(run, i == 0 ? -part : part, i == 0 ? 1500 : -1500, currency);

		book(run,
		     booking_dispute(run->arena, &fact, of, id, amount, &one, &booking, &of->taken),
		     &booking);
	}
	if (times == 1)
		run->truth.taken[place(of->presented.currency)] += of->presented.minor;
}

static void pay_out(struct run *run, int number)
{
	const struct booking_fact fact = somebody(run);
	const char *const currency = currencies[chance_below(&run->chance, CURRENCIES)];
	const char *const id = arena_printf(run->arena, "po_%d", number);
	struct money amount = { chance_between(&run->chance, 1, 50000), "" };
	struct booking booking;

	memcpy(amount.currency, currency, 4);
	book(run, booking_payout(run->arena, &fact, id, amount, &booking), &booking);
	run->truth.balance[place(currency)] -= amount.minor;
	run->truth.bank[place(currency)] += amount.minor;
	if (!chance_of(&run->chance, 200))
		return;
	struct booking out = booking;

	out.journal = journal_reverse(run->arena, &booking.journal, fact.cause, fact.at, fact.at);
	book(run, journal_seal(&out.journal), &out);
	run->truth.balance[place(currency)] += amount.minor;
	run->truth.bank[place(currency)] -= amount.minor;
}

static void bill(struct run *run, int number)
{
	const struct booking_fact fact = somebody(run);
	const char *const currency = currencies[chance_below(&run->chance, CURRENCIES)];
	struct booking_line lines[5];
	struct booking_invoice invoice = { .lines = lines, .count = COUNT_OF(lines) };
	struct booking booking;

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const int64_t net = chance_between(&run->chance, -2000, 9000);
		const struct instant from = { SECONDS(1).us * chance_below(&run->chance, 100) };

		lines[i] =
		    (struct booking_line){ net, net / 10, from, time_add(from, SECONDS(50)) };
		invoice.total += net + net / 10;
	}
	memcpy(invoice.currency, currency, 4);
	invoice.id = arena_printf(run->arena, "in_%d", number);
	book(run, booking_invoice(run->arena, &fact, &invoice, &booking), &booking);
	run->truth.billed[place(currency)] += invoice.total;
}

/* Held, and found later: as if it had never been in suspense. */
static void hold(struct run *run)
{
	const struct booking_fact fact = somebody(run);
	const struct balance_transaction fee =
	    moved(run, -(int64_t)chance_between(&run->chance, 1, 900), 0, "USD");
	struct booking booking;
	struct booking out;

	book(run, booking_held(run->arena, &fact, &fee, &booking), &booking);
	out = booking;
	out.journal = journal_reverse(run->arena, &booking.journal, fact.cause, fact.at, fact.at);
	book(run, journal_seal(&out.journal), &out);
	book(run, booking_fee(run->arena, &fact, &fee, &booking), &booking);
	run->truth.kept[place("USD")] -= fee.amount;
}

static int64_t in_ledger(const struct run *run, enum account account, size_t currency)
{
	int64_t sum = 0;

	for (size_t i = 0; i < run->count; i++)
		if (text_equal(run->rows[i].account, chart_name(account)) &&
		    text_equal(run->rows[i].currency, currencies[currency]))
			sum += run->rows[i].minor;
	return sum;
}

/* In one currency a dispute that took more than its charge left it has no exchange to show it. */
static void compare(const struct run *run)
{
	const struct truth *const truth = &run->truth;

	for (size_t i = 0; i < CURRENCIES; i++) {
		int64_t sum = 0;

		for (int account = 0; account < ACCOUNT_COUNT; account++)
			sum += in_ledger(run, (enum account)account, i);
		assert_int_equal(sum, 0);
		assert_int_equal(in_ledger(run, ACCOUNT_CASH_IN_TRANSIT, i), truth->balance[i]);
		assert_int_equal(in_ledger(run, ACCOUNT_CASH, i), truth->bank[i]);
		assert_int_equal(in_ledger(run, ACCOUNT_FEES, i), truth->kept[i]);
		assert_int_equal(in_ledger(run, ACCOUNT_CLEARING, i), 0);
		assert_int_equal(in_ledger(run, ACCOUNT_SUSPENSE, i), 0);
		assert_int_equal(in_ledger(run, ACCOUNT_REFUNDS, i) +
		                     in_ledger(run, ACCOUNT_DISPUTES, i),
		                 truth->taken[i]);
		assert_int_equal(in_ledger(run, ACCOUNT_RECEIVABLE, i) +
		                     in_ledger(run, ACCOUNT_CREDITS, i),
		                 truth->billed[i] - truth->credited[i]);
	}
}

static void shuffle(struct run *run)
{
	for (size_t i = run->count; i > 1; i--) {
		const size_t with = (size_t)chance_below(&run->chance, (int)i);
		const struct entry_row row = run->rows[i - 1];

		run->rows[i - 1] = run->rows[with];
		run->rows[with] = row;
	}
}

static void one_history(struct run *run, uint64_t seed)
{
	struct booking_charged charges[CHARGES];
	struct arena *const arena = run->arena;

	*run = (struct run){ .arena = arena };
	chance_seed(&run->chance, seed);
	for (int i = 0; i < CHARGES; i++) {
		charges[i] = charge(run, arena_printf(arena, "ch_%d", i));
		bill(run, i);
		pay_out(run, i);
		take(run, &charges[chance_below(&run->chance, i + 1)], i);
		hold(run);
		if (chance_of(&run->chance, 300))
			dispute(run, &charges[chance_below(&run->chance, i + 1)], i);
	}
	compare(run);
	shuffle(run);
	compare(run);
}

static void no_history_loses_a_unit(void **state)
{
	struct arena *const arena = arena_create(1 << 20);
	struct arena *const own = arena_create(1 << 22);
	struct run *const run = arena_zero(own, sizeof(*run));

	(void)state;
	run->arena = arena;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		one_history(run, seed);
		arena_reset(arena);
	}
	arena_destroy(own);
	arena_destroy(arena);
}

/* Wholly refunded in random parts: exchange is zero in both currencies, and the rest is gain or loss. */
static void a_charge_that_is_wholly_refunded_leaves_nothing_in_exchange(void **state)
{
	struct arena *const arena = arena_create(1 << 16);
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	for (int round = 0; round < 2000; round++) {
		struct booking_charged of = {
			.charge = "ch_1",
			.presented = { chance_between(&chance, 1, 9999), "EUR" },
			.settled = { chance_between(&chance, 1, 99999), "JPY" }
		};
		int64_t exchange = -of.settled.minor;

		while (of.taken < of.presented.minor) {
			const int left = (int)(of.presented.minor - of.taken);
			const int part = chance_between(&chance, 1, left);
			const struct balance_transaction back =
			    booking_moved("txn_1", -(int64_t)chance_between(&chance, 1, 9999), 0,
			                  "JPY", "");
			struct booking booking;

			assert_true(booking_refund(arena, &booking_known, &of, "re_1", part, &back,
			                           &booking, &of.taken));
			exchange += journal_of(&booking.journal, ACCOUNT_EXCHANGE, "JPY");
		}
		assert_int_equal(exchange, 0);
		arena_reset(arena);
	}
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_history_loses_a_unit),
		cmocka_unit_test(a_charge_that_is_wholly_refunded_leaves_nothing_in_exchange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
