/*
 * What comes before a dispute and after it, as sentences: fraud warnings, earlier payments that prove one, what was predicted.
 */
#include "opsmesh/v1/dispute.pb-c.h"
#include "services/opsmesh/story_reading.h"

#include <inttypes.h>

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

static const char *or_none(const char *word)
{
	return word[0] != '\0' ? word : "nothing";
}

static struct story_line tell_triaged(const struct story *story,
                                      const Opsmesh__V1__WarningTriaged *fact, const char *verb)
{
	return line_of(arena_printf(
	    story->arena,
	    "%s %s for the warning of payment %s (%s): %s are left of it, a refund is worth it up to "
	    "%s, doing nothing is expected to lose %s (chance of a dispute %s); by %s",
	    verb, or_none(fact->triage), fact->payment_id,
	    story_list(story, fact->reasons, fact->n_reasons), story_amount(story, fact->left),
	    story_amount(story, fact->up_to), story_amount(story, fact->expected_loss),
	    story_share(story, fact->disputed_ppm), fact->policy));
}

static struct story_line tell_resolved(const struct story *story,
                                       const Opsmesh__V1__WarningResolved *fact)
{
	return line_of(arena_printf(
	    story->arena, "the warning of payment %s has ended: %s%s%s; by %s", fact->payment_id,
	    fact->how, fact->dispute_id[0] != '\0' ? " as " : "", fact->dispute_id, fact->policy));
}

static struct story_line tell_judged(const struct story *story,
                                     const Opsmesh__V1__CompellingJudged *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "compelling evidence: %s%s%s; earlier payments %s; the same in all: %s; missing: %s; by %s",
	    fact->status, fact->why[0] != '\0' ? ", " : "", fact->why,
	    fact->n_payment_ids > 0 ? story_list(story, fact->payment_ids, fact->n_payment_ids)
				    : "none",
	    fact->n_matching > 0 ? story_list(story, fact->matching, fact->n_matching) : "none",
	    fact->n_missing > 0 ? story_list(story, fact->missing, fact->n_missing) : "none",
	    fact->policy));
}

static const char *lacking(const struct story *story, const Opsmesh__V1__CompellingLacks *fact)
{
	const char *text = fact->n_lacking == 0 ? "nothing" : "";

	for (size_t i = 0; i < fact->n_lacking; i++)
		text = arena_printf(story->arena, "%s%s%s (%" PRId64 ")", text, i > 0 ? ", " : "",
		                    fact->lacking[i]->identifier, fact->lacking[i]->payments);
	return text;
}

static struct story_line tell_lacks(const struct story *story,
                                    const Opsmesh__V1__CompellingLacks *fact)
{
	return line_of(arena_printf(story->arena,
	                            "payments of card %s lack, as proof of later ones: %s; by %s",
	                            fact->card, lacking(story, fact), fact->policy));
}

static struct story_line tell_outcome(const struct story *story,
                                      const Opsmesh__V1__OutcomeCompared *fact)
{
	return line_of(arena_printf(
	    story->arena, "outcome %s, predicted %s to be won; recommended %s, decided %s%s; by %s",
	    fact->outcome, story_share(story, fact->predicted_ppm), or_none(fact->recommended),
	    or_none(fact->decided), fact->answered ? "" : "; it was not answered", fact->policy));
}

struct story_line story_before(const struct story *story, const Opsmesh__V1__DisputeEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_RECOMMENDATION_REFUSED:
		return line_of(arena_printf(story->arena, "cannot recommend anything: %s; by %s",
		                            event->recommendation_refused->reason,
		                            event->recommendation_refused->policy));
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_TRIAGED:
		return tell_triaged(story, event->warning_triaged, "judges");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_REFUND_RECOMMENDED:
		return tell_triaged(story, event->refund_recommended, "recommends");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_RESOLVED:
		return tell_resolved(story, event->warning_resolved);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_COMPELLING_JUDGED:
		return tell_judged(story, event->compelling_judged);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_COMPELLING_LACKS:
		return tell_lacks(story, event->compelling_lacks);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_OUTCOME_COMPARED:
		return tell_outcome(story, event->outcome_compared);
	default: return line_of(NULL);
	}
}
