#include "services/billing-sync/ledger/booking_inside.h"

#include "common/base/text.h"

#include <string.h>

/* What the rules share. */

struct booking booking_open(struct arena *arena, const struct booking_fact *fact,
                            const char *reason, const char *object)
{
	return (struct booking){ .journal = journal_open(arena, reason, object, fact->cause,
		                                         fact->at, fact->booked_at) };
}

void booking_suspend(struct booking *booking, const char *customer, const char *object,
                     const char *currency, int64_t minor)
{
	if (minor == 0)
		return;
	booking->doubt = BOOKING_AMOUNT;
	booking->unexplained.minor = minor;
	memcpy(booking->unexplained.currency, currency, sizeof(booking->unexplained.currency));
	journal_add(&booking->journal, ACCOUNT_SUSPENSE, customer, object, currency, minor);
}

bool booking_seal(struct booking *booking)
{
	if (booking->journal.count == 0 && booking->journal.fault == JOURNAL_SOUND)
		return true;
	return journal_seal(&booking->journal);
}

/* One amount from one account to another. */
bool booking_move(struct booking *booking, const struct booking_fact *fact,
                  struct booking_side debit, struct booking_side credit, struct money amount)
{
	journal_add(&booking->journal, debit.account, fact->customer, debit.object, amount.currency,
	            amount.minor);
	journal_take(&booking->journal, credit.account, fact->customer, credit.object,
	             amount.currency, amount.minor);
	return booking_seal(booking);
}

/* What a balance transaction changes of the provider's balance, and the fee within. */
void booking_add_balance(struct booking *booking, const struct booking_fact *fact,
                         const char *object, const struct balance_transaction *moved)
{
	journal_add(&booking->journal, ACCOUNT_CASH_IN_TRANSIT, fact->customer, moved->id,
	            moved->currency, moved->net);
	journal_add(&booking->journal, ACCOUNT_FEES, fact->customer, object, moved->currency,
	            moved->fee);
}

/* Charges. */

bool booking_charge(struct arena *arena, const struct booking_fact *fact, const char *charge,
                    struct money presented, struct booking *booking)
{
	*booking = booking_open(arena, fact, "charge", charge);
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_CLEARING, charge },
	                    (struct booking_side){ ACCOUNT_RECEIVABLE, charge }, presented);
}

bool booking_settlement(struct arena *arena, const struct booking_fact *fact, const char *charge,
                        struct money presented, const struct balance_transaction *settled,
                        struct booking *booking)
{
	struct journal *const journal = &booking->journal;
	int64_t less;

	*booking = booking_open(arena, fact, "settlement", settled->id);
	booking_add_balance(booking, fact, charge, settled);
	journal_take(journal, ACCOUNT_CLEARING, fact->customer, charge, presented.currency,
	             presented.minor);
	if (!text_equal(presented.currency, settled->currency)) {
		journal_add(journal, ACCOUNT_EXCHANGE, fact->customer, charge, presented.currency,
		            presented.minor);
		journal_take(journal, ACCOUNT_EXCHANGE, fact->customer, charge, settled->currency,
		             settled->amount);
		booking_hold_to_rate(booking, presented, settled);
	} else if (__builtin_sub_overflow(presented.minor, settled->amount, &less)) {
		journal->fault = JOURNAL_BEYOND;
	} else {
		booking_suspend(booking, fact->customer, charge, settled->currency, less);
	}
	return booking_seal(booking);
}

bool booking_unsettled(struct arena *arena, const struct booking_fact *fact,
                       const struct booking_charged *charged, int64_t rest, int64_t relief,
                       struct booking *booking)
{
	const char *const presented = charged->presented.currency;
	const char *const settled = charged->settled.currency;
	struct journal *const journal = &booking->journal;

	*booking = booking_open(arena, fact, "unsettled", charged->charge);
	journal_take(journal, ACCOUNT_CLEARING, fact->customer, charged->charge, presented, rest);
	if (text_equal(presented, settled)) {
		booking_suspend(booking, fact->customer, charged->charge, presented, rest);
		return booking_seal(booking);
	}
	journal_add(journal, ACCOUNT_EXCHANGE, fact->customer, charged->charge, presented, rest);
	journal_add(journal, ACCOUNT_EXCHANGE, fact->customer, charged->charge, settled, relief);
	journal_take(journal, ACCOUNT_FX, fact->customer, charged->charge, settled, relief);
	return booking_seal(booking);
}

bool booking_applied(struct arena *arena, const struct booking_fact *fact, const char *charge,
                     const char *invoice, struct money amount, struct booking *booking)
{
	*booking =
	    booking_open(arena, fact, "applied", arena_printf(arena, "%s/%s", charge, invoice));
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_RECEIVABLE, charge },
	                    (struct booking_side){ ACCOUNT_RECEIVABLE, invoice }, amount);
}

bool booking_outside(struct arena *arena, const struct booking_fact *fact, const char *invoice,
                     struct money amount, struct booking *booking)
{
	*booking = booking_open(arena, fact, "outside", invoice);
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_CASH, invoice },
	                    (struct booking_side){ ACCOUNT_RECEIVABLE, invoice }, amount);
}

/* The provider's balance. */

bool booking_fee(struct arena *arena, const struct booking_fact *fact,
                 const struct balance_transaction *fee, struct booking *booking)
{
	*booking = booking_open(arena, fact, "fee", fee->id);
	booking_add_balance(booking, fact, fee->id, fee);
	journal_take(&booking->journal, ACCOUNT_FEES, fact->customer, fee->id, fee->currency,
	             fee->amount);
	return booking_seal(booking);
}

bool booking_payout(struct arena *arena, const struct booking_fact *fact, const char *payout,
                    struct money amount, struct booking *booking)
{
	*booking = booking_open(arena, fact, "payout", payout);
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_CASH, payout },
	                    (struct booking_side){ ACCOUNT_CASH_IN_TRANSIT, payout }, amount);
}

/* Suspense. */

bool booking_held(struct arena *arena, const struct booking_fact *fact,
                  const struct balance_transaction *moved, struct booking *booking)
{
	*booking = booking_open(arena, fact, "held", moved->id);
	booking_add_balance(booking, fact, moved->id, moved);
	journal_take(&booking->journal, ACCOUNT_SUSPENSE, fact->customer, moved->id,
	             moved->currency, moved->amount);
	return booking_seal(booking);
}
