/*
 * What the networks' monitoring programmes make of us, and where more payments are disputed than elsewhere, as sentences.
 */
#include "services/opsmesh/story.h"

#include "opsmesh/v1/dispute.pb-c.h"
#include "services/opsmesh/story_reading.h"

#include <inttypes.h>

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

/* "7 of 900 payments, 0.7 % (0.3 % to 1.5 %) at least" */
static const char *standing(const struct story *story, const Opsmesh__V1__ProgrammeStood *fact)
{
	return arena_printf(story->arena, "%" PRId64 " of %" PRId64 " payments, %s (%s to %s)%s",
	                    fact->events, fact->payments, story_share(story, fact->ratio_ppm),
	                    story_share(story, fact->low_ppm), story_share(story, fact->high_ppm),
	                    fact->lower_bound ? " at least" : "");
}

static const char *projected(const struct story *story, const Opsmesh__V1__ProgrammeStood *fact)
{
	return fact->is_projected
	           ? arena_printf(story->arena, "; by the end of its period %s as it goes on",
	                          story_share(story, fact->ratio_at_end_ppm))
	           : "";
}

static struct story_line tell_stood(const struct story *story,
                                    const Opsmesh__V1__ProgrammeStood *fact, const char *verb)
{
	return line_of(arena_printf(story->arena, "%s %s of %s (%s): %s%s; by %s", verb,
	                            fact->threshold[0] != '\0' ? fact->threshold : "no threshold",
	                            fact->programme, fact->network, standing(story, fact),
	                            projected(story, fact), fact->policy));
}

static struct story_line tell_pattern(const struct story *story,
                                      const Opsmesh__V1__DisputePatternFound *fact, bool found)
{
	return line_of(arena_printf(
	    story->arena,
	    "%s %s %s disputed more than others: %" PRId64 " of %" PRId64
	    " payments, %s (%s to %s), others %" PRId64 " of %" PRId64 ", %s; by %s",
	    found ? "finds" : "no longer finds", fact->dimension, fact->value, fact->disputed,
	    fact->payments, story_share(story, fact->share_ppm), story_share(story, fact->low_ppm),
	    story_share(story, fact->high_ppm), fact->other_disputed, fact->other_payments,
	    story_share(story, fact->other_ppm), fact->policy));
}

struct story_line story_watch(const struct story *story, const Opsmesh__V1__DisputeEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_RATIO_PROJECTED:
		return tell_stood(story, event->ratio_projected, "measures, worst against");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_THRESHOLD_APPROACHING:
		return tell_stood(story, event->threshold_approaching, "comes near to");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_THRESHOLD_CROSSED:
		return tell_stood(story, event->threshold_crossed, "meets");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_THRESHOLD_LEFT:
		return tell_stood(story, event->threshold_left, "is clear again of");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PATTERN_FOUND:
		return tell_pattern(story, event->pattern_found, true);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PATTERN_QUIETED:
		return tell_pattern(story, event->pattern_quieted, false);
	default: return story_before(story, event);
	}
}
