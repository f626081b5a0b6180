/*
 * booking_invoice - what is billed, credited and earned.
 */
#include "services/billing-sync/ledger/booking_inside.h"

#include "common/base/check.h"

/* Sums of an invoice's lines, each credit above zero. */
struct billed {
	int64_t earned;
	int64_t deferred;
	int64_t tax;
};

static bool is_earned(const struct booking_line *line, struct instant at)
{
	return line->from.us == line->to.us || !time_before(at, line->to);
}

static bool add_up(const struct booking_invoice *invoice, struct instant at, struct billed *billed)
{
	struct billed sum = { 0 };

	for (size_t i = 0; i < invoice->count; i++) {
		const struct booking_line *const line = &invoice->lines[i];
		int64_t *const to = is_earned(line, at) ? &sum.earned : &sum.deferred;

		if (__builtin_add_overflow(*to, line->net, to) ||
		    __builtin_add_overflow(sum.tax, line->tax, &sum.tax))
			return false;
	}
	*billed = sum;
	return true;
}

bool booking_invoice(struct arena *arena, const struct booking_fact *fact,
                     const struct booking_invoice *invoice, struct booking *booking)
{
	struct journal *const journal = &booking->journal;
	const char *const currency = invoice->currency;
	struct billed billed;
	int64_t rest;

	CHECK(invoice->count <= BOOKING_LINES_MAX);
	*booking = booking_open(arena, fact, "invoice", invoice->id);
	if (!add_up(invoice, fact->at, &billed) ||
	    __builtin_sub_overflow(billed.earned, invoice->total, &rest) ||
	    __builtin_add_overflow(rest, billed.deferred, &rest) ||
	    __builtin_add_overflow(rest, billed.tax, &rest)) {
		journal->fault = JOURNAL_BEYOND;
		return false;
	}
	journal_add(journal, invoice->total < 0 ? ACCOUNT_CREDITS : ACCOUNT_RECEIVABLE,
	            fact->customer, invoice->id, currency, invoice->total);
	journal_take(journal, ACCOUNT_REVENUE, fact->customer, invoice->id, currency,
	             billed.earned);
	journal_take(journal, ACCOUNT_DEFERRED_REVENUE, fact->customer, invoice->id, currency,
	             billed.deferred);
	journal_take(journal, ACCOUNT_TAX_PAYABLE, fact->customer, invoice->id, currency,
	             billed.tax);
	booking_suspend(booking, fact->customer, invoice->id, currency, rest);
	return booking_seal(booking);
}

bool booking_bad_debt(struct arena *arena, const struct booking_fact *fact, const char *invoice,
                      struct money amount, struct booking *booking)
{
	*booking = booking_open(arena, fact, "bad_debt", invoice);
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_BAD_DEBT, invoice },
	                    (struct booking_side){ ACCOUNT_RECEIVABLE, invoice }, amount);
}

/* Of the total: without tax, and what the four ways of giving it back do not explain. */
static bool note_rest(const struct booking_credit_note *note, int64_t *recognised, int64_t *rest)
{
	int64_t given = 0;
	int64_t net;

	return !__builtin_sub_overflow(note->total, note->tax, &net) &&
	       !__builtin_sub_overflow(net, note->deferred, recognised) &&
	       !__builtin_add_overflow(given, note->unpaid, &given) &&
	       !__builtin_add_overflow(given, note->refunded, &given) &&
	       !__builtin_add_overflow(given, note->credited, &given) &&
	       !__builtin_add_overflow(given, note->outside, &given) &&
	       !__builtin_sub_overflow(given, note->total, rest);
}

bool booking_credit_note(struct arena *arena, const struct booking_fact *fact,
                         const struct booking_credit_note *note, struct booking *booking)
{
	struct journal *const journal = &booking->journal;
	const char *const customer = fact->customer;
	const char *const currency = note->currency;
	int64_t recognised;
	int64_t rest;

	*booking = booking_open(arena, fact, "credit_note", note->id);
	if (!note_rest(note, &recognised, &rest)) {
		journal->fault = JOURNAL_BEYOND;
		return false;
	}
	journal_add(journal, ACCOUNT_REFUNDS, customer, note->id, currency, recognised);
	journal_add(journal, ACCOUNT_DEFERRED_REVENUE, customer, note->invoice, currency,
	            note->deferred);
	journal_add(journal, ACCOUNT_TAX_PAYABLE, customer, note->invoice, currency, note->tax);
	journal_take(journal, ACCOUNT_RECEIVABLE, customer, note->invoice, currency, note->unpaid);
	journal_take(journal, ACCOUNT_REFUNDS, customer, note->id, currency, note->refunded);
	journal_take(journal, ACCOUNT_CREDITS, customer, note->id, currency, note->credited);
	journal_take(journal, ACCOUNT_CASH, customer, note->id, currency, note->outside);
	booking_suspend(booking, customer, note->id, currency, rest);
	return booking_seal(booking);
}

bool booking_not_refunded(struct arena *arena, const struct booking_fact *fact, const char *note,
                          const char *refund, struct money amount, struct booking *booking)
{
	*booking =
	    booking_open(arena, fact, "not_refunded", arena_printf(arena, "%s/%s", note, refund));
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_REFUNDS, note },
	                    (struct booking_side){ ACCOUNT_RECEIVABLE, note }, amount);
}

bool booking_balance(struct arena *arena, const struct booking_fact *fact, const char *id,
                     const char *invoice, struct money amount, struct booking *booking)
{
	const bool against = invoice[0] != '\0';

	*booking = booking_open(arena, fact, "balance", id);
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_CREDITS, id },
	                    (struct booking_side){ against ? ACCOUNT_RECEIVABLE : ACCOUNT_REFUNDS,
	                                           against ? invoice : id },
	                    amount);
}

bool booking_recognised(struct arena *arena, const struct booking_fact *fact, const char *subject,
                        struct money amount, struct booking *booking)
{
	*booking = booking_open(arena, fact, "recognised", subject);
	return booking_move(booking, fact,
	                    (struct booking_side){ ACCOUNT_DEFERRED_REVENUE, subject },
	                    (struct booking_side){ ACCOUNT_REVENUE, subject }, amount);
}

bool booking_cleared(struct arena *arena, const struct booking_fact *fact, const char *subject,
                     enum account contra, struct money amount, struct booking *booking)
{
	CHECK(contra == ACCOUNT_REFUNDS || contra == ACCOUNT_DISPUTES);
	*booking = booking_open(arena, fact, "cleared", subject);
	return booking_move(booking, fact,
	                    (struct booking_side){ ACCOUNT_DEFERRED_REVENUE, subject },
	                    (struct booking_side){ contra, subject }, amount);
}

bool booking_used(struct arena *arena, const struct booking_fact *fact, const char *item,
                  int64_t number, struct money amount, struct booking *booking)
{
	*booking = booking_open(arena, fact, "used",
	                        arena_printf(arena, "%s/%lld", item, (long long)number));
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_UNBILLED, item },
	                    (struct booking_side){ ACCOUNT_REVENUE, item }, amount);
}

bool booking_usage_billed(struct arena *arena, const struct booking_fact *fact, const char *item,
                          int64_t number, struct money amount, struct booking *booking)
{
	*booking = booking_open(arena, fact, "usage_billed",
	                        arena_printf(arena, "%s/%lld", item, (long long)number));
	return booking_move(booking, fact, (struct booking_side){ ACCOUNT_REVENUE, item },
	                    (struct booking_side){ ACCOUNT_UNBILLED, item }, amount);
}
