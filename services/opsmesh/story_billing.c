/*
 * Billing as sentences: what became of subscriptions, invoices, payments, refunds and disputes.
 */
#include "services/opsmesh/story.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"

#include <inttypes.h>
#include <stdio.h>

const char *story_amount(const struct story *story, const Opsmesh__V1__Money *money)
{
	struct money made = { .minor = money != NULL ? money->minor : 0 };

	if (money == NULL || !money_currency(money->currency, made.currency))
		return "an unknown amount";
	return money_format(story->arena, made);
}

/* "new as open", "open, now paid". */
static const char *move(const struct story *story, const char *from, const char *to)
{
	if (from[0] == '\0')
		return arena_printf(story->arena, "is new as %s", to);
	return text_equal(from, to) ? arena_printf(story->arena, "is still %s", to)
	                            : arena_printf(story->arena, "was %s and is now %s", from, to);
}

static const char *with(const struct story *story, const char *before, const char *word)
{
	return word[0] == '\0' ? "" : arena_printf(story->arena, "%s%s", before, word);
}

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

/* Of objects alone. */

static struct story_line tell_stale(const struct story *story,
                                    const Opsmesh__V1__StaleObserved *fact)
{
	return line_of(arena_printf(
	    story->arena, "leaves the %s %s at %s: what came (%s) is of an earlier state, %s",
	    fact->object_type, fact->object_id,
	    fact->standing_status[0] == '\0' ? "its state" : fact->standing_status,
	    fact->status[0] == '\0' ? "without a status" : fact->status,
	    story_word(story, &opsmesh__v1__stale_cause__descriptor, (int)fact->cause)));
}

static struct story_line tell_fetch(const struct story *story,
                                    const Opsmesh__V1__FetchRequested *fact)
{
	return line_of(arena_printf(
	    story->arena, "asks for the %s %s, %s%s", fact->object_type, fact->object_id,
	    story_word(story, &opsmesh__v1__fetch_cause__descriptor, (int)fact->cause),
	    with(story, ", named by ", fact->named_by)));
}

static struct story_line tell_refused(const struct story *story,
                                      const Opsmesh__V1__ObjectRefused *fact)
{
	return line_of(arena_printf(
	    story->arena, "cannot take what came about the %s %s: %s%s", fact->object_type,
	    fact->object_id, with(story, "", fact->field[0] == '\0' ? "" : fact->field),
	    arena_printf(story->arena, "%s%s", fact->field[0] == '\0' ? "" : ": ", fact->reason)));
}

/* Of subscriptions. */

static const char *items(const struct story *story, Opsmesh__V1__SubscriptionItem **list,
                         size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(story->arena, "%s%s%" PRId64 " of %s", text, i == 0 ? "" : ", ",
		                    list[i]->quantity, list[i]->price_id);
	return text;
}

static struct story_line tell_started(const struct story *story,
                                      const Opsmesh__V1__SubscriptionStarted *fact)
{
	return line_of(arena_printf(story->arena, "subscription %s begins%s as %s: %s",
	                            fact->subscription_id, fact->again ? " again" : "",
	                            fact->status, items(story, fact->items, fact->n_items)));
}

static struct story_line tell_changed(const struct story *story,
                                      const Opsmesh__V1__SubscriptionChanged *fact)
{
	const char *const before = fact->n_before == 0
	                               ? ""
	                               : arena_printf(story->arena, " (before: %s)",
	                                              items(story, fact->before, fact->n_before));

	return line_of(arena_printf(
	    story->arena, "subscription %s: %s, %s: %s%s%s", fact->subscription_id,
	    story_word(story, &opsmesh__v1__subscription_move__descriptor, (int)fact->move),
	    fact->status, items(story, fact->items, fact->n_items), before,
	    fact->ends_at == NULL
		? ""
		: arena_printf(story->arena, ", until %s", story_stamp(story, fact->ends_at))));
}

static struct story_line tell_ended(const struct story *story,
                                    const Opsmesh__V1__SubscriptionEnded *fact)
{
	return line_of(arena_printf(story->arena, "subscription %s ends as %s%s%s",
	                            fact->subscription_id, fact->status,
	                            fact->asked_at == NULL
	                                ? ""
	                                : arena_printf(story->arena, ", asked for at %s",
	                                               story_stamp(story, fact->asked_at)),
	                            with(story, ", because of ", fact->reason)));
}

static struct story_line tell_access(const struct story *story,
                                     const Opsmesh__V1__AccessChanged *fact)
{
	const char *const until =
	    fact->until == NULL
		? ""
		: arena_printf(story->arena, " until %s", story_stamp(story, fact->until));

	return line_of(arena_printf(
	    story->arena, "access to %s is %s: %" PRId64 "%s%s, because it is %s", fact->product_id,
	    story_word(story, &opsmesh__v1__access_move__descriptor, (int)fact->move),
	    fact->quantity, fact->metered ? " and what is used" : "", until, fact->reason));
}

static struct story_line tell_recurring(const struct story *story,
                                        const Opsmesh__V1__RecurringMoved *fact)
{
	return line_of(arena_printf(story->arena, "recurring revenue of %s a month: %s on %s",
	                            story_amount(story, fact->amount),
	                            story_word(story, &opsmesh__v1__recurring_move__descriptor,
	                                       (int)fact->move),
	                            fact->day));
}

/* Of money. */

static struct story_line tell_invoice(const struct story *story,
                                      const Opsmesh__V1__InvoiceChanged *fact)
{
	return line_of(
	    arena_printf(story->arena, "invoice %s %s: %s in all, %s due, %s paid, %s left",
	                 fact->invoice_id, move(story, fact->from_status, fact->to_status),
	                 story_amount(story, fact->total), story_amount(story, fact->due),
	                 story_amount(story, fact->paid), story_amount(story, fact->remaining)));
}

static struct story_line tell_payment(const struct story *story,
                                      const Opsmesh__V1__PaymentChanged *fact)
{
	const bool refunded = fact->refunded != NULL && fact->refunded->minor != 0;

	return line_of(arena_printf(
	    story->arena, "payment %s of %s %s%s%s%s%s%s", fact->payment_id,
	    story_amount(story, fact->amount), move(story, fact->from_status, fact->to_status),
	    with(story, ", for invoice ", fact->invoice_id),
	    with(story, ", because of ", fact->failure_code),
	    with(story, " / ", fact->decline_code),
	    fact->decline == NULL ? "" : with(story, ": ", fact->decline->sentence),
	    refunded ? arena_printf(story->arena, ", %s of it refunded",
	                            story_amount(story, fact->refunded))
		     : ""));
}

static struct story_line tell_refund(const struct story *story,
                                     const Opsmesh__V1__RefundChanged *fact)
{
	return line_of(arena_printf(story->arena, "refund %s of %s for payment %s %s%s%s",
	                            fact->refund_id, story_amount(story, fact->amount),
	                            fact->payment_id,
	                            move(story, fact->from_status, fact->to_status),
	                            with(story, ", reason ", fact->reason),
	                            with(story, ", failed because of ", fact->failure_reason)));
}

static struct story_line tell_dispute(const struct story *story,
                                      const Opsmesh__V1__DisputeChanged *fact)
{
	return line_of(arena_printf(
	    story->arena, "dispute %s of payment %s over %s %s%s%s%s", fact->dispute_id,
	    fact->payment_id, story_amount(story, fact->amount),
	    move(story, fact->from_status, fact->to_status), with(story, ", reason ", fact->reason),
	    with(story, ", the network's code ", fact->network_reason_code),
	    fact->due_by == NULL
		? ""
		: arena_printf(story->arena, ", due by %s", story_stamp(story, fact->due_by))));
}

/* Of what does not add up. */

static const char *figures(const struct story *story, const Opsmesh__V1__Money *expected,
                           const Opsmesh__V1__Money *found)
{
	return expected == NULL || found == NULL
	           ? ""
	           : arena_printf(story->arena, ": %s where %s should be",
	                          story_amount(story, found), story_amount(story, expected));
}

static struct story_line tell_opened(const struct story *story,
                                     const Opsmesh__V1__DiscrepancyOpened *fact)
{
	return line_of(arena_printf(story->arena, "%s does not add up%s at %s%s (%s), for %s",
	                            fact->cause, fact->again ? " again" : "",
	                            story_list(story, fact->object_ids, fact->n_object_ids),
	                            figures(story, fact->expected, fact->found), fact->sentence,
	                            fact->queue));
}

static struct story_line tell_moved(const struct story *story,
                                    const Opsmesh__V1__DiscrepancyMoved *fact, const char *how)
{
	return line_of(arena_printf(story->arena, "%s %s to %" PRId64 " objects with %s%s",
	                            fact->cause, how, fact->objects, fact->object_id,
	                            figures(story, fact->expected, fact->found)));
}

static struct story_line tell_healed(const struct story *story,
                                     const Opsmesh__V1__DiscrepancyHealed *fact)
{
	return line_of(arena_printf(story->arena, "%s adds up by what came of %s", fact->cause,
	                            fact->object_id));
}

static struct story_line tell_escalated(const struct story *story,
                                        const Opsmesh__V1__DiscrepancyEscalated *fact)
{
	return line_of(arena_printf(story->arena, "%s is open since %s: level %" PRId64 ", for %s",
	                            fact->cause, story_stamp(story, fact->opened_at), fact->level,
	                            fact->queue));
}

static struct story_line tell_discrepancy(const struct story *story,
                                          const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED)
		return tell_opened(story, event->discrepancy_opened);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN)
		return tell_moved(story, event->discrepancy_grown, "grows");
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK)
		return tell_moved(story, event->discrepancy_shrunk, "shrinks");
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED)
		return tell_healed(story, event->discrepancy_healed);
	return tell_escalated(story, event->discrepancy_escalated);
}

static struct story_line tell_day(const struct story *story, const Opsmesh__V1__BooksDayEnded *fact)
{
	const bool off = fact->deferred->off_by != 0 || fact->recurring->off_by != 0 ||
	                 (fact->unbilled != NULL && fact->unbilled->off_by != 0);

	return line_of(arena_printf(story->arena, "the books of %s in %s %s", fact->day,
	                            fact->currency, off ? "do not add up" : "add up"));
}

static struct story_line tell_reported(const struct story *story,
                                       const Opsmesh__V1__RecurringReported *fact)
{
	const Opsmesh__V1__RecurringSum *const sum = fact->recurring;
	Opsmesh__V1__Money ending = OPSMESH__V1__MONEY__INIT;
	Opsmesh__V1__Money fx = OPSMESH__V1__MONEY__INIT;

	ending.currency = fx.currency = sum->currency;
	ending.minor = sum->ending;
	fx.minor = sum->fx;
	return line_of(arena_printf(story->arena, "recurring revenue of %s is %s a month%s%s%s",
	                            fact->day, story_amount(story, &ending),
	                            sum->fx == 0 ? "" : ", exchange rates made ",
	                            sum->fx == 0 ? "" : story_amount(story, &fx),
	                            sum->off_by == 0 ? "" : "; it does not add up"));
}

static struct story_line tell_unreported(const struct story *story,
                                         const Opsmesh__V1__RecurringUnreported *fact)
{
	return line_of(
	    arena_printf(story->arena, "recurring revenue of %s cannot be told in %s since %s: %s",
	                 fact->day, fact->reporting_currency, fact->since, fact->reason));
}

static struct story_line tell_closed(const struct story *story,
                                     const Opsmesh__V1__PeriodClosed *fact)
{
	const char *unbilled = "";

	for (size_t i = 0; i < fact->n_unbilled; i++) {
		Opsmesh__V1__Money left = OPSMESH__V1__MONEY__INIT;

		left.currency = fact->unbilled[i]->currency;
		left.minor = fact->unbilled[i]->closing;
		if (left.minor != 0)
			unbilled =
			    arena_printf(story->arena, "%s%s%s", unbilled,
			                 *unbilled == '\0' ? "; used and not billed: " : ", ",
			                 story_amount(story, &left));
	}
	return line_of(arena_printf(story->arena, "the books of %s are closed, sealed %.16s%s",
	                            fact->period, fact->digest, unbilled));
}

/* Of payouts. */

static struct story_line tell_reconciled(const struct story *story,
                                         const Opsmesh__V1__PayoutReconciled *fact)
{
	return line_of(arena_printf(
	    story->arena, "payout %s of %s is what its %" PRId64 " balance transactions come to",
	    fact->payout_id, story_amount(story, fact->amount), fact->transactions));
}

static struct story_line tell_payout_differs(const struct story *story,
                                             const Opsmesh__V1__PayoutDiffers *fact)
{
	const char *const against =
	    fact->transactions == 0
		? "its own balance transaction says"
		: arena_printf(story->arena, "the %" PRId64 " that it paid come to",
	                       fact->transactions);

	return line_of(arena_printf(story->arena, "payout %s is %s, and %s %s", fact->payout_id,
	                            story_amount(story, fact->expected), against,
	                            story_amount(story, fact->found)));
}

static struct story_line tell_waits(const struct story *story, const Opsmesh__V1__ObjectWaits *fact)
{
	return line_of(arena_printf(story->arena, "the %s %s waits for too long: charge %s %s",
	                            fact->object_type, fact->object_id, fact->charge_id,
	                            fact->charge_known ? "names no customer" : "has never come"));
}

static bool is_of_usage(const Opsmesh__V1__BillingEvent *event)
{
	static const int facts[] = {
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_REFUSED,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_WAITS,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_EARNED,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_BILLED,
		OPSMESH__V1__BILLING_EVENT__FACT_SEAT_MOVED,
	};

	for (size_t i = 0; i < COUNT_OF(facts); i++)
		if ((int)event->fact_case == facts[i])
			return true;
	return false;
}

static struct story_line tell_else(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event)
{
	const struct story_line line = story_collection(story, event);

	return line.text != NULL ? line : story_claim(story, event);
}

struct story_line story_billing(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__BillingEvent *const event = message;

	if (is_of_usage(event))
		return story_usage(story, told);
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_STALE_OBSERVED:
		return tell_stale(story, event->stale_observed);
	case OPSMESH__V1__BILLING_EVENT__FACT_FETCH_REQUESTED:
		return tell_fetch(story, event->fetch_requested);
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED:
		return tell_refused(story, event->object_refused);
	case OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED:
		return tell_started(story, event->subscription_started);
	case OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_CHANGED:
		return tell_changed(story, event->subscription_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_ENDED:
		return tell_ended(story, event->subscription_ended);
	case OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED:
		return tell_access(story, event->access_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED:
		return tell_recurring(story, event->recurring_moved);
	case OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED:
		return tell_invoice(story, event->invoice_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED:
		return tell_payment(story, event->payment_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_CHANGED:
		return tell_refund(story, event->refund_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED:
		return tell_dispute(story, event->dispute_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED:
		return tell_day(story, event->books_day_ended);
	case OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED:
		return tell_reported(story, event->recurring_reported);
	case OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED:
		return tell_unreported(story, event->recurring_unreported);
	case OPSMESH__V1__BILLING_EVENT__FACT_PERIOD_CLOSED:
		return tell_closed(story, event->period_closed);
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_DIFFERED:
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_AGREED:
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_MOVED:
	case OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_CHANGED:
	case OPSMESH__V1__BILLING_EVENT__FACT_CUSTOMER_BALANCE_MOVED:
	case OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED:
		return story_receivable(story, event);
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_ESCALATED:
		return tell_discrepancy(story, event);
	case OPSMESH__V1__BILLING_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED: return story_answer(story, told);
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_WAITS:
		return tell_waits(story, event->object_waits);
	case OPSMESH__V1__BILLING_EVENT__FACT_PAYOUT_RECONCILED:
		return tell_reconciled(story, event->payout_reconciled);
	case OPSMESH__V1__BILLING_EVENT__FACT_PAYOUT_DIFFERS:
		return tell_payout_differs(story, event->payout_differs);
	default: return tell_else(story, event);
	}
}
