/*
 * What a ticket has in common with others, as sentences.
 */
#include "services/opsmesh/story_reading.h"

#include "common/base/text.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>

static const char *languages(const struct story *story, char **tags, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(story->arena, "%s%s%s", text, i == 0 ? "; in " : ", ",
		                    story_language(tags[i]));
	return text;
}

/* "burst", "error code E42" */
static const char *rule_word(const struct story *story, const Opsmesh__V1__PatternEvidence *of)
{
	const char *const word =
	    story_word(story, &opsmesh__v1__pattern_rule__descriptor, (int)of->rule);

	return of->token[0] == '\0' ? word : arena_printf(story->arena, "%s %s", word, of->token);
}

/* "1h" rather than "1h 00m". */
static const char *window(const struct story *story, int32_t seconds)
{
	return seconds > 0 && seconds % 3600 == 0
	           ? arena_printf(story->arena, "%" PRId32 " h", seconds / 3600)
	           : span_text(story->arena, SECONDS(seconds));
}

/* A number of customers with its tenths: "2.1" of 2100000. */
static const char *usual(const struct story *story, int64_t ppm)
{
	const int64_t tenths = (ppm + 50000) / 100000;

	return arena_printf(story->arena, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

/* " (burst: 12 within 1 h where 2.1 are usual; threshold 9; by patterns/1; in English, Japanese)" */
static const char *evidence(const struct story *story, const Opsmesh__V1__PatternEvidence *of)
{
	if (of == NULL)
		return "";
	return arena_printf(story->arena,
	                    " (%s: %" PRId32 " within %s where %s are usual; threshold %" PRId32
	                    "; by %s%s)",
	                    rule_word(story, of), of->customers, window(story, of->window_s),
	                    usual(story, of->baseline_ppm), of->threshold, of->policy,
	                    languages(story, of->languages, of->n_languages));
}

static int32_t customers(const Opsmesh__V1__PatternEvidence *of)
{
	return of == NULL ? 0 : of->customers;
}

static const char *grew(const struct story *story, const Opsmesh__V1__PatternGrew *fact)
{
	return arena_printf(story->arena, "finds it one of %" PRId32 " customers, so far, of %s%s",
	                    fact->customers_ever, fact->pattern_id,
	                    evidence(story, fact->evidence));
}

static const char *quieted(const struct story *story, const Opsmesh__V1__PatternQuieted *fact)
{
	return arena_printf(story->arena,
	                    "has heard no more of %s since %s: %" PRId32 " customers with %" PRId32
	                    " tickets in all",
	                    fact->pattern_id, story_stamp(story, fact->last_report),
	                    fact->customers_ever, fact->tickets_ever);
}

static const char *returned(const struct story *story, const Opsmesh__V1__PatternReturned *fact)
{
	return arena_printf(story->arena,
	                    "finds that %s, quiet since %s, is back with %" PRId32 " customers%s",
	                    fact->pattern_id, story_stamp(story, fact->quiet_since),
	                    customers(fact->evidence), evidence(story, fact->evidence));
}

/* As seen from the ticket that is told of; both are named where it is neither. */
static const char *duplicate(const struct story *story, const Opsmesh__V1__DuplicateSuspected *fact)
{
	const char *const ticket = story->ticket == NULL ? "" : story->ticket;
	const bool later = text_equal(ticket, fact->ticket_id);
	const bool earlier = text_equal(ticket, fact->other_ticket_id);

	return arena_printf(
	    story->arena,
	    "suspects that %s%s%s of the same customer%s is about the same (%s): %s of the words%s%s",
	    later || earlier ? "" : fact->ticket_id, later || earlier ? "ticket " : " beside ",
	    earlier ? fact->ticket_id : fact->other_ticket_id,
	    fact->other_channel ? ", by another channel," : "", story_plain(story, fact->intent),
	    story_share(story, fact->similarity_ppm), fact->n_shared == 0 ? "" : ", and both name ",
	    fact->n_shared == 0 ? "" : story_list(story, fact->shared, fact->n_shared));
}

const char *story_pattern(const struct story *story, const Opsmesh__V1__TriageEvent *event)
{
	switch (event->fact_case) {
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_FOUND:
		return arena_printf(story->arena, "finds it one of %" PRId32 " customers of %s%s",
		                    customers(event->pattern_found->evidence),
		                    event->pattern_found->pattern_id,
		                    evidence(story, event->pattern_found->evidence));
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_GREW: return grew(story, event->pattern_grew);
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_QUIETED:
		return quieted(story, event->pattern_quieted);
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_RETURNED:
		return returned(story, event->pattern_returned);
	case OPSMESH__V1__TRIAGE_EVENT__FACT_DUPLICATE_SUSPECTED:
		return duplicate(story, event->duplicate_suspected);
	case OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED:
	case OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN:
	case OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED:
	case OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_REFUSED:
	case OPSMESH__V1__TRIAGE_EVENT__FACT__NOT_SET:
	case _OPSMESH__V1__TRIAGE_EVENT__FACT__CASE_IS_INT_SIZE:
	default: return NULL;
	}
}
