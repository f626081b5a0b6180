/*
 * What clocks do, as sentences.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>

static const char *span(const struct story *story, int64_t us)
{
	return span_text(story->arena, (struct duration){ us });
}

const char *story_clock(const struct story *story, const Opsmesh__V1__SlaClock *of)
{
	return arena_printf(
	    story->arena, "%s #%" PRId32,
	    story_word(story, &opsmesh__v1__sla_metric__descriptor, (int)of->metric), of->instance);
}

const char *story_clock_standing(const struct story *story, const Opsmesh__V1__SlaClock *of)
{
	const char *const name = story_clock(story, of);

	if (of->state == OPSMESH__V1__SLA_STATE__SLA_STATE_PAUSED)
		return arena_printf(story->arena, "  %s stands still, with %s left", name,
		                    of->target_us == 0 ? "no target"
		                                       : span(story, of->remaining_us));
	if (of->due == NULL)
		return arena_printf(story->arena, "  %s runs, without a due", name);
	return of->state == OPSMESH__V1__SLA_STATE__SLA_STATE_BREACHED
	           ? arena_printf(story->arena, "  %s was due %s and is late", name,
	                          story_stamp(story, of->due))
	           : arena_printf(story->arena, "  %s is due %s", name,
	                          story_stamp(story, of->due));
}

static const char *document(const struct story *story, const char *kind,
                            const Opsmesh__V1__DocumentVersion *of)
{
	return of == NULL || of->id[0] == '\0'
	           ? arena_printf(story->arena, "no %s", kind)
	           : arena_printf(story->arena, "%s %s version %s", kind, of->id, of->version);
}

/* By what the target and the hours were chosen. */
static const char *terms(const struct story *story, const Opsmesh__V1__SlaClock *of)
{
	const char *text =
	    arena_printf(story->arena, "%s by %s%s%s, %s",
	                 of->target_us == 0 ? "no target" : span(story, of->target_us),
	                 document(story, "policy", of->policy),
	                 of->target_rule[0] == '\0' ? "" : ", rule ", of->target_rule,
	                 document(story, "calendar", of->calendar));

	for (size_t i = 0; i < of->n_holidays; i++)
		text = arena_printf(story->arena, "%s, %s", text,
		                    document(story, "holidays", of->holidays[i]));
	return text;
}

static const char *used(const struct story *story, const Opsmesh__V1__SlaClock *of)
{
	return of->target_us == 0
	           ? span(story, of->elapsed_us)
	           : arena_printf(story->arena, "%s of %s", span(story, of->elapsed_us),
	                          span(story, of->target_us));
}

static const char *due(const struct story *story, const Opsmesh__V1__SlaClock *of)
{
	return of->due == NULL ? "no due"
	                       : arena_printf(story->arena, "due %s", story_stamp(story, of->due));
}

static const char *fulfilled(const struct story *story, const Opsmesh__V1__SlaFulfilled *fact)
{
	return arena_printf(story->arena, "%s %s: used %s, %s%s", story_clock(story, fact->clock),
	                    fact->met ? "is met" : "ends after its breach",
	                    used(story, fact->clock), due(story, fact->clock),
	                    story_because(story, fact->clock->reason));
}

static const char *retargeted(const struct story *story, const Opsmesh__V1__SlaRetargeted *fact)
{
	return arena_printf(story->arena, "%s has another target: %s (before %s, %s, %s); %s%s",
	                    story_clock(story, fact->clock), terms(story, fact->clock),
	                    span(story, fact->previous_target_us),
	                    document(story, "policy", fact->previous_policy),
	                    document(story, "calendar", fact->previous_calendar),
	                    due(story, fact->clock), story_because(story, fact->clock->reason));
}

static const char *corrected(const struct story *story, const Opsmesh__V1__SlaCorrected *fact)
{
	const ProtobufCEnumDescriptor *const states = &opsmesh__v1__sla_state__descriptor;

	return arena_printf(story->arena, "%s was said to be %s%s%s and is %s: used %s%s",
	                    story_clock(story, fact->clock),
	                    fact->before == NULL
	                        ? "otherwise"
	                        : story_word(story, states, (int)fact->before->state),
	                    fact->corrected_id[0] == '\0' ? "" : " by ", fact->corrected_id,
	                    story_word(story, states, (int)fact->clock->state),
	                    used(story, fact->clock), story_because(story, fact->clock->reason));
}

/* Those that are told by what the clock has used. */
static const char *moved(const struct story *story, const Opsmesh__V1__SlaClock *of,
                         const char *what)
{
	return arena_printf(story->arena, "%s %s; used %s, %s%s", story_clock(story, of), what,
	                    used(story, of), due(story, of), story_because(story, of->reason));
}

static const char *sentence(const struct story *story, const Opsmesh__V1__SlaEvent *event)
{
	switch (event->fact_case) {
	case OPSMESH__V1__SLA_EVENT__FACT_ACTIVATED:
		return arena_printf(story->arena, "%s runs: %s; %s%s",
		                    story_clock(story, event->activated->clock),
		                    terms(story, event->activated->clock),
		                    due(story, event->activated->clock),
		                    story_because(story, event->activated->clock->reason));
	case OPSMESH__V1__SLA_EVENT__FACT_PAUSED:
		return moved(story, event->paused->clock, "stands still");
	case OPSMESH__V1__SLA_EVENT__FACT_RESUMED:
		return moved(story, event->resumed->clock, "runs again");
	case OPSMESH__V1__SLA_EVENT__FACT_RETARGETED: return retargeted(story, event->retargeted);
	case OPSMESH__V1__SLA_EVENT__FACT_WARNED:
		return arena_printf(story->arena, "%s has used %d %% of its time: %s, %s",
		                    story_clock(story, event->warned->clock),
		                    event->warned->used_percent, used(story, event->warned->clock),
		                    due(story, event->warned->clock));
	case OPSMESH__V1__SLA_EVENT__FACT_BREACHED:
		return moved(story, event->breached->clock, "is breached");
	case OPSMESH__V1__SLA_EVENT__FACT_FULFILLED: return fulfilled(story, event->fulfilled);
	case OPSMESH__V1__SLA_EVENT__FACT_CANCELLED:
		return moved(story, event->cancelled->clock, "is of no interest any more");
	case OPSMESH__V1__SLA_EVENT__FACT_CORRECTED: return corrected(story, event->corrected);
	case OPSMESH__V1__SLA_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__SLA_EVENT__FACT_ACTION_REFUSED:
	case OPSMESH__V1__SLA_EVENT__FACT__NOT_SET:
	case _OPSMESH__V1__SLA_EVENT__FACT__CASE_IS_INT_SIZE:
	default: return NULL;
	}
}

/* A fact about a clock that carries none is another's mistake, and shown as it is. */
struct story_line story_sla(const struct story *story, const struct told *told)
{
	const void *const message = told->message;

	return (struct story_line){ NULL,
		                    sum_clock_of(told) == NULL ? NULL : sentence(story, message) };
}
