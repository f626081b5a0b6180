/*
 * What billing says of disputes and fraud warnings beside their status, as sentences: their money, and whose they are.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

const char *story_fee(const struct story *story, const Opsmesh__V1__Money *fee)
{
	Opsmesh__V1__Money back = OPSMESH__V1__MONEY__INIT;

	if (fee == NULL || fee->minor == 0 || fee->minor == INT64_MIN)
		return "";
	if (fee->minor > 0)
		return arena_printf(story->arena, ", fee %s", story_amount(story, fee));
	back.minor = -fee->minor;
	back.currency = fee->currency;
	return arena_printf(story->arena, ", a fee of %s given back", story_amount(story, &back));
}

static struct story_line tell_funds(const struct story *story,
                                    const Opsmesh__V1__DisputeFundsMoved *fact, bool back)
{
	return line_of(arena_printf(story->arena, "%s %s for dispute %s by transaction %s%s",
	                            story_amount(story, fact->amount),
	                            back ? "came back" : "was taken", fact->dispute_id,
	                            fact->transaction_id, story_fee(story, fact->fee)));
}

static struct story_line tell_warning(const struct story *story,
                                      const Opsmesh__V1__FraudWarningChanged *fact)
{
	return line_of(arena_printf(story->arena, "fraud warning %s of payment %s%s%s: %s",
	                            fact->warning_id, fact->payment_id,
	                            fact->fraud_type[0] == '\0' ? "" : ", ",
	                            story_plain(story, fact->fraud_type),
	                            fact->actionable ? "something can be done about it"
	                                             : "nothing can be done about it any more"));
}

static struct story_line tell_unplaced(const struct story *story,
                                       const Opsmesh__V1__ObjectUnplaced *fact)
{
	const bool warning =
	    fact->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_FRAUD_WARNING;
	const char *const what = warning ? "fraud warning" : "dispute";
	const char *const id = warning ? fact->fraud_warning->warning_id
	                       : fact->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE
	                           ? fact->dispute->dispute_id
	                           : "";

	return line_of(arena_printf(story->arena, "%s %s is nobody's yet: its charge %s%s", what,
	                            id, fact->charge_known ? "names no customer" : "is not known",
	                            story_because(story, fact->policy)));
}

static struct story_line tell_placed(const struct story *story,
                                     const Opsmesh__V1__ObjectPlaced *fact)
{
	return line_of(arena_printf(story->arena, "the %s %s, of charge %s, is customer %s's",
	                            fact->object_type, fact->object_id, fact->charge_id,
	                            fact->customer_id));
}

struct story_line story_claim(const struct story *story, const Opsmesh__V1__BillingEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN:
		return tell_funds(story, event->dispute_funds_withdrawn, false);
	case OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED:
		return tell_funds(story, event->dispute_funds_reinstated, true);
	case OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED:
		return tell_warning(story, event->fraud_warning_changed);
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED:
		return tell_unplaced(story, event->object_unplaced);
	case OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED:
		return tell_placed(story, event->object_placed);
	default: return line_of(NULL);
	}
}
