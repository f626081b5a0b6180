/*
 * Collecting and giving back as sentences: what people decided of discrepancies, refunds and credit notes, what
 * is done about invoices that are not paid.
 */
#include "services/opsmesh/story.h"

#include <inttypes.h>

static struct story_line tell_explained(const struct story *story,
                                        const Opsmesh__V1__DiscrepancyExplained *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena, "lets %s stay at %s%s", fact->cause,
		                                 story_list(story, fact->object_ids,
		                                            fact->n_object_ids),
		                                 story_saying(story, fact->reason)) };
}

static struct story_line tell_acknowledged(const struct story *story,
                                           const Opsmesh__V1__DiscrepancyAcknowledged *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena,
		                                 "has seen %s, which is quiet until %s%s",
		                                 fact->cause, story_stamp(story, fact->quiet_until),
		                                 story_saying(story, fact->reason)) };
}

static struct story_line tell_assigned(const struct story *story,
                                       const Opsmesh__V1__DiscrepancyAssigned *fact)
{
	return (struct story_line){
		story_actor(story, fact->by),
		*fact->owner == '\0'
		    ? arena_printf(story->arena, "takes %s from %s%s", fact->cause,
		                   fact->from_owner, story_saying(story, fact->reason))
		    : arena_printf(story->arena, "gives %s to %s%s", fact->cause, fact->owner,
		                   story_saying(story, fact->reason))
	};
}

/* "a refund of 12.00 EUR of payment ch_1", "a credit note of 12.00 EUR of invoice in_1" */
static const char *given(const struct story *story, const Opsmesh__V1__RefundApproved *fact)
{
	const bool note = *fact->invoice_id != '\0';

	return arena_printf(story->arena, "%s of %s of %s %s", note ? "a credit note" : "a refund",
	                    story_amount(story, fact->amount), note ? "invoice" : "payment",
	                    note ? fact->invoice_id : fact->payment_id);
}

static struct story_line tell_approved(const struct story *story,
                                       const Opsmesh__V1__RefundApproved *fact, const char *how)
{
	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena, "%s %s for %s (%s of %s, role %s), %s left%s", how,
		             given(story, fact), fact->intent, fact->rule, fact->policy, fact->role,
		             story_amount(story, fact->left), story_saying(story, fact->reason))
	};
}

static struct story_line tell_settled(const struct story *story,
                                      const Opsmesh__V1__RefundSettled *fact)
{
	const bool note = *fact->invoice_id != '\0';

	return (struct story_line){
		NULL, arena_printf(story->arena, "%s %s of %s %s stands for %s%s",
		                   note ? "credit note" : "refund", fact->refund_id,
		                   note ? "invoice" : "payment",
		                   note ? fact->invoice_id : fact->payment_id, fact->request_id,
		                   fact->by_amount ? ", by its amount" : "")
	};
}

static struct story_line tell_withdrawn(const struct story *story,
                                        const Opsmesh__V1__RefundWithdrawn *fact)
{
	if (*fact->why != '\0')
		return (struct story_line){
			NULL, arena_printf(story->arena, "%s may not be made any more%s",
			                   fact->request_id, story_because(story, fact->why))
		};
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena, "takes %s back%s", fact->request_id,
		                                 story_saying(story, fact->reason)) };
}

/* Of what is not paid. */

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

static struct story_line tell_spent(const struct story *story,
                                    const Opsmesh__V1__AttemptBudgetSpent *fact)
{
	const bool own = *fact->payment_id != '\0';

	return line_of(arena_printf(
	    story->arena,
	    "the %s card %s may not be tried again%s%s: %s%s, %" PRId64 " of %" PRId64
	    " attempts (%s)",
	    fact->network,
	    own ? arena_printf(story->arena, "of payment %s", fact->payment_id)
		: arena_printf(story->arena, "%s, which others pay with too,", fact->card),
	    fact->again_at == NULL ? "" : " before ",
	    fact->again_at == NULL ? "" : story_stamp(story, fact->again_at), fact->why,
	    story_because(story, fact->detail), fact->attempts, fact->most, fact->policy));
}

static struct story_line tell_step(const struct story *story,
                                   const Opsmesh__V1__DunningStepDue *fact)
{
	return line_of(arena_printf(
	    story->arena, "dunning of invoice %s: %s is due (%s of %s), %s unpaid: %s",
	    fact->invoice_id,
	    story_word(story, &opsmesh__v1__dunning_act__descriptor, (int)fact->act), fact->step,
	    fact->policy, story_amount(story, fact->unpaid), fact->reason));
}

static struct story_line tell_held(const struct story *story, const Opsmesh__V1__DunningHeld *fact,
                                   const char *how)
{
	return line_of(arena_printf(story->arena, "dunning of invoice %s %s: %s of %s%s",
	                            fact->invoice_id, how, fact->why, fact->held_by,
	                            story_because(story, fact->reason)));
}

static struct story_line tell_ended(const struct story *story,
                                    const Opsmesh__V1__DunningEnded *fact, const char *how)
{
	return line_of(arena_printf(story->arena, "dunning of invoice %s %s: %s", fact->invoice_id,
	                            how, fact->reason));
}

static struct story_line tell_dunning(const struct story *story,
                                      const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_ATTEMPT_BUDGET_SPENT)
		return tell_spent(story, event->attempt_budget_spent);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_STEP_DUE)
		return tell_step(story, event->dunning_step_due);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_HELD)
		return tell_held(story, event->dunning_held, "stands still");
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RESUMED)
		return tell_held(story, event->dunning_resumed, "goes on");
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RECOVERED)
		return tell_ended(story, event->dunning_recovered, "ends, it is paid");
	return event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_EXHAUSTED
	           ? tell_ended(story, event->dunning_exhausted, "is exhausted")
	           : line_of(NULL);
}

struct story_line story_collection(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED:
		return tell_explained(story, event->discrepancy_explained);
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_ACKNOWLEDGED:
		return tell_acknowledged(story, event->discrepancy_acknowledged);
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_ASSIGNED:
		return tell_assigned(story, event->discrepancy_assigned);
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_APPROVED:
	case OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_APPROVED:
		return tell_approved(story, event->refund_approved, "approves");
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_REQUESTED:
	case OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_REQUESTED:
		return tell_approved(story, event->refund_requested,
		                     "asks a second person to approve");
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_SETTLED:
	case OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_SETTLED:
		return tell_settled(story, event->refund_settled);
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_WITHDRAWN:
	case OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_WITHDRAWN:
		return tell_withdrawn(story, event->refund_withdrawn);
	default: return tell_dunning(story, event);
	}
}
