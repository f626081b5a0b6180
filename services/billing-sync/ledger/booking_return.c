/*
 * booking_return - what refunds and disputes take from a charge, and what comes back to it.
 */
#include "services/billing-sync/ledger/booking_inside.h"

#include "common/base/ratio.h"
#include "common/base/text.h"

struct leg {
	const char *reason;
	enum account contra;
	const char *object;
	int64_t part; /* of the charge, in its currency: above zero goes to the customer */
	int64_t more; /* beyond the charge, the same way */
};

bool booking_relief(const struct booking_charged *charged, int64_t *relief)
{
	return charged->presented.minor > 0 && charged->settled.minor > 0 &&
	       ratio_apply(charged->taken,
	                   ratio_of(charged->settled.minor, charged->presented.minor),
	                   ROUNDING_HALF_UP, relief);
}

/* What the part had brought in when the charge was settled. */
static bool relieve(const struct booking_charged *charged, int64_t taken, int64_t *relief)
{
	struct booking_charged then = *charged;
	int64_t before;
	int64_t after;

	then.taken = taken;
	return booking_relief(charged, &before) && booking_relief(&then, &after) &&
	       !__builtin_sub_overflow(after, before, relief);
}

/* In one currency: nothing was exchanged, and what does not add up is in doubt. */
static bool add_same(struct booking *booking, const struct booking_fact *fact,
                     const struct leg *leg, const struct balance_transaction *moved)
{
	int64_t explained;
	int64_t rest;

	if (__builtin_add_overflow(leg->part, leg->more, &explained) ||
	    __builtin_add_overflow(explained, moved->amount, &rest) ||
	    __builtin_sub_overflow(INT64_C(0), rest, &rest))
		return false;
	journal_add(&booking->journal, ACCOUNT_FX, fact->customer, leg->object, moved->currency,
	            leg->more);
	booking_suspend(booking, fact->customer, leg->object, moved->currency, rest);
	return true;
}

static bool add_exchanged(struct booking *booking, const struct booking_fact *fact,
                          const struct booking_charged *charged, const struct leg *leg,
                          int64_t taken, const struct balance_transaction *moved)
{
	struct money presented = charged->presented;
	struct journal *const journal = &booking->journal;
	int64_t relief;
	int64_t difference;

	if (!relieve(charged, taken, &relief) ||
	    __builtin_add_overflow(relief, moved->amount, &difference) ||
	    __builtin_sub_overflow(INT64_C(0), difference, &difference) ||
	    __builtin_add_overflow(leg->part, leg->more, &presented.minor))
		return false;
	journal_take(journal, ACCOUNT_EXCHANGE, fact->customer, charged->charge, presented.currency,
	             leg->part);
	journal_add(journal, ACCOUNT_EXCHANGE, fact->customer, charged->charge, moved->currency,
	            relief);
	journal_add(journal, ACCOUNT_FX, fact->customer, leg->object, moved->currency, difference);
	booking_hold_to_rate(booking, presented, moved);
	return true;
}

/* Settled in a third currency: the account has changed, and what it took is in doubt as a whole. */
static bool add_elsewhere(struct booking *booking, const struct booking_fact *fact,
                          const struct booking_charged *charged, const struct leg *leg,
                          const struct balance_transaction *moved)
{
	int64_t took;

	if (__builtin_sub_overflow(INT64_C(0), moved->amount, &took))
		return false;
	journal_take(&booking->journal, ACCOUNT_EXCHANGE, fact->customer, charged->charge,
	             charged->presented.currency, leg->part);
	booking_suspend(booking, fact->customer, leg->object, moved->currency, took);
	return true;
}

static bool book_return(struct arena *arena, const struct booking_fact *fact,
                        const struct booking_charged *charged, const struct leg *leg,
                        const struct balance_transaction *moved, struct booking *booking)
{
	const char *const presented = charged->presented.currency;
	struct journal *const journal = &booking->journal;
	int64_t after;
	bool fits = !__builtin_add_overflow(charged->taken, leg->part, &after);

	*booking = booking_open(arena, fact, leg->reason, moved->id);
	journal_add(journal, leg->contra, fact->customer, leg->object, presented, leg->part);
	booking_add_balance(booking, fact, leg->object, moved);
	if (fits && text_equal(moved->currency, presented))
		fits = add_same(booking, fact, leg, moved);
	else if (fits && text_equal(moved->currency, charged->settled.currency))
		fits = add_exchanged(booking, fact, charged, leg, after, moved);
	else if (fits)
		fits = add_elsewhere(booking, fact, charged, leg, moved);
	if (!fits)
		journal->fault = JOURNAL_BEYOND;
	return booking_seal(booking);
}

bool booking_refund(struct arena *arena, const struct booking_fact *fact,
                    const struct booking_charged *charged, const char *refund, int64_t amount,
                    const struct balance_transaction *moved, struct booking *booking,
                    int64_t *taken)
{
	const int64_t way = moved->amount > 0 ? -1 : 1;
	const struct leg leg = { "refund", ACCOUNT_REFUNDS, refund, way * amount, 0 };

	if (!book_return(arena, fact, charged, &leg, moved, booking))
		return false;
	*taken = charged->taken + leg.part;
	return true;
}

bool booking_dispute(struct arena *arena, const struct booking_fact *fact,
                     const struct booking_charged *charged, const char *dispute, int64_t amount,
                     const struct balance_transaction *moved, struct booking *booking,
                     int64_t *taken)
{
	const int64_t way = moved->amount > 0 ? -1 : 1;
	const int64_t whole = charged->presented.minor;
	const int64_t part = amount < whole ? amount : whole;
	const struct leg leg = { "dispute", ACCOUNT_DISPUTES, dispute, way * part,
		                 way * (amount - part) };

	if (!book_return(arena, fact, charged, &leg, moved, booking))
		return false;
	*taken = charged->taken + leg.part;
	return true;
}

bool booking_returned(struct arena *arena, const struct booking_fact *fact, const char *charge,
                      const char *currency, int64_t refunded, int64_t disputed,
                      struct booking *booking)
{
	struct journal *const journal = &booking->journal;

	*booking = booking_open(arena, fact, "returned", charge);
	journal_add(journal, ACCOUNT_RECEIVABLE, fact->customer, charge, currency, refunded);
	journal_add(journal, ACCOUNT_RECEIVABLE, fact->customer, charge, currency, disputed);
	journal_take(journal, ACCOUNT_REFUNDS, fact->customer, charge, currency, refunded);
	journal_take(journal, ACCOUNT_DISPUTES, fact->customer, charge, currency, disputed);
	return booking_seal(booking);
}
