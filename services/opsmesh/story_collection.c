/*
 * Collecting and giving back as sentences: what people decided of discrepancies.
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

struct story_line story_collection(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event)
{
	return event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED
	           ? tell_explained(story, event->discrepancy_explained)
	           : (struct story_line){ NULL, NULL };
}
