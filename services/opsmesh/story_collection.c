/*
 * Collecting and giving back as sentences: what people decided of discrepancies and refunds.
 */
#include "services/opsmesh/story.h"

static struct story_line tell_explained(const struct story *story,
                                        const Opsmesh__V1__DiscrepancyExplained *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena, "lets %s stay at %s%s", fact->cause,
		                                 story_list(story, fact->object_ids,
		                                            fact->n_object_ids),
		                                 story_saying(story, fact->reason)) };
}

static struct story_line tell_approved(const struct story *story,
                                       const Opsmesh__V1__RefundApproved *fact)
{
	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena,
		             "approves a refund of %s of payment %s for %s (%s of %s, role %s), "
		             "%s left%s",
		             story_amount(story, fact->amount), fact->payment_id, fact->intent,
		             fact->rule, fact->policy, fact->role, story_amount(story, fact->left),
		             story_saying(story, fact->reason))
	};
}

static struct story_line tell_settled(const struct story *story,
                                      const Opsmesh__V1__RefundSettled *fact)
{
	return (struct story_line){
		NULL, arena_printf(story->arena, "refund %s of payment %s stands for %s%s",
		                   fact->refund_id, fact->payment_id, fact->request_id,
		                   fact->by_amount ? ", by its amount" : "")
	};
}

static struct story_line tell_withdrawn(const struct story *story,
                                        const Opsmesh__V1__RefundWithdrawn *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena, "takes %s back%s", fact->request_id,
		                                 story_saying(story, fact->reason)) };
}

struct story_line story_collection(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED)
		return tell_explained(story, event->discrepancy_explained);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_REFUND_APPROVED)
		return tell_approved(story, event->refund_approved);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_REFUND_SETTLED)
		return tell_settled(story, event->refund_settled);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_REFUND_WITHDRAWN)
		return tell_withdrawn(story, event->refund_withdrawn);
	return (struct story_line){ NULL, NULL };
}
