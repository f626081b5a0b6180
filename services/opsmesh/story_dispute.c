/*
 * Cases of disputes as sentences: how they stand, their money, their deadlines, whose they are.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

static const char *with(const struct story *story, const char *before, const char *word)
{
	return word[0] == '\0' ? "" : arena_printf(story->arena, "%s%s", before, word);
}

static const char *span(const struct story *story, int64_t us)
{
	return span_text(story->arena, (struct duration){ us });
}

static const char *state(const struct story *story, Opsmesh__V1__CaseState number)
{
	return story_word(story, &opsmesh__v1__case_state__descriptor, (int)number);
}

const char *story_stage(const struct story *story, Opsmesh__V1__CaseStage stage)
{
	return stage == OPSMESH__V1__CASE_STAGE__CASE_STAGE_UNSPECIFIED
	           ? "case"
	           : story_word(story, &opsmesh__v1__case_stage__descriptor, (int)stage);
}

/* Life. */

/* "fraudulent (visa 10.4, Other fraud: card absent)" */
static const char *reason(const struct story *story, const Opsmesh__V1__CaseOpened *fact)
{
	const char *const code =
	    fact->network_reason_code[0] == '\0'
		? fact->network
		: arena_printf(story->arena, "%s%s%s%s", fact->network,
	                       fact->network[0] == '\0' ? "" : " ", fact->network_reason_code,
	                       with(story, ", ", fact->reason_title));
	const char *const word = fact->reason[0] == '\0' ? "no reason told" : fact->reason;

	return code[0] == '\0' ? word : arena_printf(story->arena, "%s (%s)", word, code);
}

static const char *problems(const struct story *story, const Opsmesh__V1__CaseOpened *fact)
{
	return fact->n_problems == 0
	           ? ""
	           : arena_printf(story->arena, "; what is wrong with it: %s",
	                          story_list(story, fact->problems, fact->n_problems));
}

static struct story_line tell_opened(const struct story *story, const Opsmesh__V1__CaseOpened *fact)
{
	const char *const begun = fact->created_at == NULL
	                              ? ""
	                              : arena_printf(story->arena, "; the bank began it at %s",
	                                             story_stamp(story, fact->created_at));

	return line_of(arena_printf(
	    story->arena, "opens the case: %s, %s, %s, %s%s%s%s%s%s%s",
	    story_stage(story, fact->stage),
	    story_verbatim(story, state(story, fact->state), fact->status_verbatim),
	    fact->amount == NULL ? "an unknown amount" : story_amount(story, fact->amount),
	    reason(story, fact), with(story, "; payment ", fact->payment_id),
	    with(story, ", customer ", fact->customer_id), begun,
	    with(story, "; queue ", fact->queue), with(story, "; by ", fact->policy),
	    problems(story, fact)));
}

/* What balance transactions had moved by then. */
static const char *money(const struct story *story, const Opsmesh__V1__CaseMoved *fact)
{
	const char *const taken = fact->withdrawn == NULL
	                              ? ""
	                              : arena_printf(story->arena, "; %s taken so far",
	                                             story_amount(story, fact->withdrawn));

	return fact->recovered == NULL ? taken
	                               : arena_printf(story->arena, "%s%s %s came back", taken,
	                                              taken[0] == '\0' ? ";" : ",",
	                                              story_amount(story, fact->recovered));
}

static struct story_line tell_moved(const struct story *story, const Opsmesh__V1__CaseMoved *fact)
{
	const char *const now =
	    story_verbatim(story, state(story, fact->state), fact->status_verbatim);

	if (fact->from_stage != fact->stage &&
	    fact->from_stage != OPSMESH__V1__CASE_STAGE__CASE_STAGE_UNSPECIFIED)
		return line_of(arena_printf(story->arena, "the %s becomes a %s, which is %s%s%s",
		                            story_stage(story, fact->from_stage),
		                            story_stage(story, fact->stage), now,
		                            story_because(story, fact->why), money(story, fact)));
	return line_of(arena_printf(story->arena, "the %s was %s and is now %s%s%s",
	                            story_stage(story, fact->stage), state(story, fact->from_state),
	                            now, story_because(story, fact->why), money(story, fact)));
}

/* Money. */

static struct story_line tell_funds(const struct story *story,
                                    const Opsmesh__V1__CaseFundsMoved *fact, bool back)
{
	return line_of(arena_printf(story->arena, "%s %s by transaction %s%s (billing fact %s)",
	                            story_amount(story, fact->amount),
	                            back ? "came back" : "was taken", fact->transaction_id,
	                            story_fee(story, fact->fee), fact->billing_id));
}

/* Deadlines. */

static const char *reckoned(const struct story *story, const Opsmesh__V1__DeadlineSet *fact)
{
	return arena_printf(story->arena, "%s: the provider's %s less %s by %s",
	                    story_stamp(story, fact->deadline), story_stamp(story, fact->due_by),
	                    span(story, fact->buffer_us), fact->policy);
}

static struct story_line tell_set(const struct story *story, const Opsmesh__V1__DeadlineSet *fact)
{
	return line_of(arena_printf(story->arena, "the %s must be answered by %s",
	                            story_stage(story, fact->stage), reckoned(story, fact)));
}

static struct story_line tell_reset(const struct story *story, const Opsmesh__V1__DeadlineSet *fact)
{
	return line_of(arena_printf(story->arena, "its deadline moves from %s to %s%s",
	                            story_stamp(story, fact->was), reckoned(story, fact),
	                            story_because(story, fact->reason)));
}

static struct story_line tell_unset(const struct story *story, const Opsmesh__V1__DeadlineSet *fact)
{
	return line_of(arena_printf(story->arena, "its deadline of %s is none any more%s",
	                            story_stamp(story, fact->was),
	                            story_because(story, fact->reason)));
}

static struct story_line tell_near(const struct story *story,
                                   const Opsmesh__V1__DeadlineApproaching *fact, bool alert)
{
	const char *const calendar =
	    fact->calendar[0] == '\0'
		? ""
		: arena_printf(story->arena, ", in the working time of %s", fact->calendar);

	return line_of(
	    arena_printf(story->arena, "%s: %s left until the deadline of %s (step %s by %s%s)",
	                 alert ? arena_printf(story->arena, "tells on-call, and %s", fact->owner)
	                       : arena_printf(story->arena, "reminds %s", fact->owner),
	                 span(story, fact->left_us), story_stamp(story, fact->deadline), fact->step,
	                 fact->policy, calendar));
}

static struct story_line tell_missed(const struct story *story,
                                     const Opsmesh__V1__DeadlineMissed *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "our deadline of %s was missed (%s; owner: %s); the provider takes an answer until %s",
	    story_stamp(story, fact->deadline), story_plain(story, fact->state),
	    fact->owner[0] == '\0' ? "nobody" : fact->owner, story_stamp(story, fact->due_by)));
}

/* People. */

static struct story_line tell_assigned(const struct story *story,
                                       const Opsmesh__V1__CaseAssigned *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena, "gives the case to %s, from %s%s",
		                                 fact->owner[0] == '\0' ? "the queue" : fact->owner,
		                                 fact->from_owner[0] == '\0' ? "the queue"
		                                                             : fact->from_owner,
		                                 story_saying(story, fact->reason)) };
}

static struct story_line tell_swept(const struct story *story, const Opsmesh__V1__CaseSwept *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "has looked through %" PRId64 " open cases: %" PRId64 " without an owner, %" PRId64
	    " without a deadline, %" PRId64 " without evidence%s",
	    fact->open, fact->without_owner, fact->without_deadline, fact->without_evidence,
	    fact->n_case_ids == 0
		? ""
		: arena_printf(story->arena, " (%s)",
	                       story_list(story, fact->case_ids, fact->n_case_ids))));
}

struct story_line story_dispute(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__DisputeEvent *const event = message;

	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_OPENED: return tell_opened(story, event->opened);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_MOVED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ESCALATED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WON:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_LOST:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_LATE_WON:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PARTIALLY_RECOVERED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WITHDRAWN:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PREVENTED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_CLOSED_UNANSWERED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PLACED: return tell_moved(story, event->moved);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_WITHDRAWN:
		return tell_funds(story, event->funds_withdrawn, false);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_REINSTATED:
		return tell_funds(story, event->funds_reinstated, true);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_SET:
		return tell_set(story, event->deadline_set);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MOVED:
		return tell_reset(story, event->deadline_moved);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_WITHDRAWN:
		return tell_unset(story, event->deadline_withdrawn);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_REMINDER_DUE:
		return tell_near(story, event->reminder_due, false);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_APPROACHING:
		return tell_near(story, event->deadline_approaching, true);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED:
		return tell_missed(story, event->deadline_missed);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ASSIGNED:
		return tell_assigned(story, event->assigned);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ORPHANS_SWEPT:
		return tell_swept(story, event->orphans_swept);
	default: return story_packet(story, event);
	}
}
