/*
 * ticket_promise - what became of the clocks of a ticket.
 */
#include "services/kpi-aggregator/ticket/ticket_observe.h"

#include <inttypes.h>

/* As in the contract (SlaMetric). */
static const char *const metrics[] = {
	"",
	"first_reply",
	"next_reply",
	"resolution",
	"periodic_update",
	"pausable_update",
	"requester_wait",
	"agent_work",
};

enum outcome { OUTCOME_OPEN, OUTCOME_MET, OUTCOME_BREACHED, OUTCOME_CANCELLED };

static bool has_ended(const struct ticket_record *clock)
{
	return clock->status == CLOCK_FULFILLED || clock->status == CLOCK_CANCELLED;
}

/* A breach is a fact at its due: an end behind it leaves it standing. An end at exactly the due has met it. */
static enum outcome outcome_of(const struct ticket_record *clock)
{
	const bool ended = has_ended(clock);

	if (clock->status == CLOCK_BREACHED ||
	    (ended && clock->due.us != TIME_MIN.us && time_before(clock->due, clock->at)))
		return OUTCOME_BREACHED;
	if (!ended)
		return OUTCOME_OPEN;
	return clock->status == CLOCK_FULFILLED ? OUTCOME_MET : OUTCOME_CANCELLED;
}

static struct instant outcome_at(const struct ticket_record *clock, enum outcome outcome)
{
	if (outcome == OUTCOME_OPEN)
		return TIME_MIN;
	return outcome == OUTCOME_BREACHED ? clock->due : clock->at;
}

static void observe_clock(const struct ticket_view *view, const struct ticket_record *clock)
{
	const enum outcome outcome = outcome_of(clock);
	const struct instant at = outcome_at(clock, outcome);
	const struct ticket_holding holding =
	    ticket_holding_at(view->story, outcome == OUTCOME_OPEN ? TIME_MAX : at);
	const char *const metric = clock->kind < COUNT_OF(metrics) ? metrics[clock->kind] : "";
	struct observation it =
	    ticket_observation(view, OBSERVATION_PROMISE,
	                       arena_printf(view->arena, "%s/%" PRId64, metric, clock->instance),
	                       &holding);

	it.words[WORD_PROMISE] = metric;
	it.times[TIME_AT] = at;
	it.times[TIME_BEGAN_AT] = clock->began;
	if (clock->status == CLOCK_FULFILLED)
		it.numbers[NUMBER_SPAN_US] = clock->elapsed_us;
	observation_mark(&it, MARK_OPEN, outcome == OUTCOME_OPEN);
	observation_mark(&it, MARK_MET, outcome == OUTCOME_MET);
	observation_mark(&it, MARK_BREACHED, outcome == OUTCOME_BREACHED);
	observation_mark(&it, MARK_CANCELLED, outcome == OUTCOME_CANCELLED);
	observation_mark(&it, MARK_RETROACTIVE, clock->retroactive);
	observation_mark(&it, MARK_AGENTS,
	                 !clock->retroactive &&
	                     (outcome == OUTCOME_MET || outcome == OUTCOME_BREACHED));
	observations_add(view->all, &it);
}

void ticket_observe_promises(const struct ticket_view *view)
{
	const struct ticket_list *const clocks = &view->story->records.of[RECORD_CLOCK];

	for (size_t i = 0; i < clocks->count; i++)
		if (clocks->items[i].target_us > 0)
			observe_clock(view, &clocks->items[i]);
}

/* How it stood before that instant. A broken one runs on until it is kept or of no interest. */
static bool ran_before(const struct ticket_record *clock, struct instant at)
{
	return clock->target_us > 0 && time_before(clock->began, at) &&
	       !(has_ended(clock) && time_before(clock->at, at));
}

void ticket_promises_at(const struct ticket_story *story, struct instant at, bool *promised,
                        bool *breached)
{
	const struct ticket_list *const clocks = &story->records.of[RECORD_CLOCK];

	*promised = false;
	*breached = false;
	for (size_t i = 0; i < clocks->count; i++) {
		const struct ticket_record *const clock = &clocks->items[i];

		if (!ran_before(clock, at))
			continue;
		*promised = true;
		if (outcome_of(clock) == OUTCOME_BREACHED && time_before(clock->due, at))
			*breached = true;
	}
}
