/*
 * Usage and seats as sentences: what was counted, what came late, what was taken back, what it is worth.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"

#include <inttypes.h>

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

static struct story_line tell_late(const struct story *story, const Opsmesh__V1__UsageLate *fact)
{
	const char *const refers =
	    fact->refers[0] == '\0' ? ""
				    : arena_printf(story->arena, " of the event %s", fact->refers);

	return line_of(arena_printf(
	    story->arena, "puts %" PRId64 " of %s%s on the next invoice: %s (event %s of %s)",
	    fact->quantity, fact->meter, refers, fact->reason, fact->event_id, fact->source));
}

static struct story_line tell_cancelled(const struct story *story,
                                        const Opsmesh__V1__UsageCancelled *fact)
{
	return line_of(arena_printf(
	    story->arena, "takes back %" PRId64 " of %s%s: the event %s of %s is cancelled by %s",
	    fact->quantity, fact->meter,
	    fact->late ? ", which is to be on no invoice" : ", which the meter is to forget",
	    fact->refers, fact->source, fact->event_id));
}

static struct story_line tell_booked(const struct story *story,
                                     const Opsmesh__V1__UsageBooked *fact, bool billed)
{
	return line_of(
	    arena_printf(story->arena,
	                 billed ? "takes %s of what was used of %s as billed on %s (item %s)"
	                        : "earns %s by what was used of %s on %s, not billed yet (item %s)",
	                 story_amount(story, fact->amount), fact->meter, fact->day, fact->item_id));
}

struct story_line story_usage(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__BillingEvent *const event = message;

	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN)
		return line_of(
		    arena_printf(story->arena, "counts %" PRId64 " of %s (event %s of %s)",
		                 event->usage_taken->quantity, event->usage_taken->meter,
		                 event->usage_taken->event_id, event->usage_taken->source));
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE)
		return tell_late(story, event->usage_late);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_REFUSED)
		return line_of(
		    arena_printf(story->arena, "cannot take the usage event %s of %s: %s %s",
		                 event->usage_refused->event_id, event->usage_refused->source,
		                 event->usage_refused->field, event->usage_refused->reason));
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_WAITS)
		return line_of(
		    arena_printf(story->arena, "lets the usage event %s of %s wait for %s",
		                 event->usage_waits->event_id, event->usage_waits->source,
		                 event->usage_waits->refers));
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED)
		return line_of(arena_printf(
		    story->arena, "corrects the event %s of %s by %" PRId64 " of %s (event %s)",
		    event->usage_corrected->refers, event->usage_corrected->source,
		    event->usage_corrected->quantity, event->usage_corrected->meter,
		    event->usage_corrected->event_id));
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED)
		return tell_cancelled(story, event->usage_cancelled);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_EARNED)
		return tell_booked(story, event->usage_earned, false);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_BILLED)
		return tell_booked(story, event->usage_billed, true);
	return line_of(arena_printf(
	    story->arena, "a seat of %s is %s (event %s of %s)", event->seat_moved->item_id,
	    event->seat_moved->assigned ? "given to somebody" : "given back",
	    event->seat_moved->event_id, event->seat_moved->source));
}
