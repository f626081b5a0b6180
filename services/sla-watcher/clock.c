#include "services/sla-watcher/clock.h"

#include "common/base/check.h"
#include "common/base/status.h"

static const char *const states[] = { "idle",           "running", "paused", "overdue",
	                              "overdue_paused", "met",     "missed", "cancelled" };
static const char *const causes[] = { "activate", "pause",  "resume",  "retarget",
	                              "warn",     "breach", "fulfil",  "cancel",
	                              "correct",  "amend",  "withdraw" };

static const struct fsm_move moves[] = {
	{ SLA_IDLE, SLA_ACTIVATE, SLA_RUNNING },
	{ SLA_RUNNING, SLA_PAUSE, SLA_PAUSED },
	{ SLA_RUNNING, SLA_RETARGET, SLA_RUNNING },
	{ SLA_RUNNING, SLA_WARN, SLA_RUNNING },
	{ SLA_RUNNING, SLA_BREACH, SLA_OVERDUE },
	{ SLA_RUNNING, SLA_FULFIL, SLA_MET },
	{ SLA_RUNNING, SLA_CANCEL, SLA_CANCELLED },
	{ SLA_PAUSED, SLA_RESUME, SLA_RUNNING },
	{ SLA_PAUSED, SLA_RETARGET, SLA_PAUSED },
	/* reached before the pause, judged after it */
	{ SLA_PAUSED, SLA_WARN, SLA_PAUSED },
	{ SLA_PAUSED, SLA_BREACH, SLA_OVERDUE_PAUSED },
	{ SLA_PAUSED, SLA_FULFIL, SLA_MET },
	{ SLA_PAUSED, SLA_CANCEL, SLA_CANCELLED },
	{ SLA_OVERDUE, SLA_PAUSE, SLA_OVERDUE_PAUSED },
	{ SLA_OVERDUE, SLA_FULFIL, SLA_MISSED },
	{ SLA_OVERDUE, SLA_CANCEL, SLA_CANCELLED },
	{ SLA_OVERDUE, SLA_CORRECT, SLA_MET },
	{ SLA_OVERDUE, SLA_WITHDRAW, SLA_RUNNING },
	{ SLA_OVERDUE_PAUSED, SLA_RESUME, SLA_OVERDUE },
	{ SLA_OVERDUE_PAUSED, SLA_FULFIL, SLA_MISSED },
	{ SLA_OVERDUE_PAUSED, SLA_CANCEL, SLA_CANCELLED },
	{ SLA_OVERDUE_PAUSED, SLA_CORRECT, SLA_MET },
	{ SLA_OVERDUE_PAUSED, SLA_WITHDRAW, SLA_PAUSED },
	{ SLA_MET, SLA_AMEND, SLA_MET },
	{ SLA_MISSED, SLA_AMEND, SLA_MISSED },
	{ SLA_MISSED, SLA_CORRECT, SLA_MET },
};

const struct fsm sla_clock_fsm = {
	.name = "sla_clock",
	.states = states,
	.causes = causes,
	.state_count = SLA_STATES,
	.cause_count = SLA_CAUSES,
	.moves = moves,
	.move_count = COUNT_OF(moves),
};

/* Sums. */

bool sla_clock_open(const struct sla_clock *clock)
{
	return clock->state >= SLA_RUNNING && clock->state <= SLA_OVERDUE_PAUSED;
}

/* Out of a calendar's horizon nothing is open. */
static int64_t open_us(struct calendar *calendar, struct instant from, struct instant to)
{
	struct duration elapsed = { 0 };
	const char *reason;

	if (!time_before(from, to))
		return 0;
	if (calendar == NULL)
		return time_since(from, to).us;
	return calendar_elapsed(calendar, from, to, &elapsed, &reason) ? elapsed.us : 0;
}

struct duration sla_clock_elapsed(const struct sla_clock *clock, struct calendar *calendar,
                                  struct instant at)
{
	const struct instant to = time_earlier(time_earlier(at, clock->until), clock->end);

	return (struct duration){ clock->used.us + open_us(calendar, clock->since, to) };
}

static struct duration target_of(const struct sla_clock *clock)
{
	return SECONDS(clock->target_s);
}

/* When so much has been used; SLA_NEVER where the clock pauses first. What earlier spans used up
 * already is placed at the start of this one. */
static struct instant used_up(const struct sla_clock *clock, struct calendar *calendar,
                              struct duration target)
{
	const struct duration left = { target.us - clock->used.us };
	struct instant due = SLA_NEVER;
	const char *reason;

	if (left.us <= 0)
		due = clock->since;
	else if (calendar == NULL)
		due = time_add(clock->since, left);
	else if (!calendar_due(calendar, clock->since, left, &due, &reason))
		return SLA_NEVER;
	return time_before(due, clock->until) ? due : SLA_NEVER;
}

static struct instant due_of(const struct sla_clock *clock, struct calendar *calendar)
{
	return clock->target_s == 0 ? SLA_NEVER : used_up(clock, calendar, target_of(clock));
}

/* When the next share of the target is used up; never at the due or after it. */
static struct instant warning_of(const struct sla_clock *clock, struct calendar *calendar,
                                 const struct sla_policy *policy)
{
	struct instant at;

	if (policy == NULL || clock->target_s == 0 || clock->warned >= policy->warn_count)
		return SLA_NEVER;
	at = used_up(clock, calendar,
	             (struct duration){ target_of(clock).us / 100 *
	                                policy->warn_percent[clock->warned] });
	return time_before(at, clock->due) ? at : SLA_NEVER;
}

/* Saying. */

static bool step(struct sla_clock *clock, enum sla_cause cause)
{
	int state = (int)clock->state;

	if (!fsm_step(&sla_clock_fsm, &state, (int)cause))
		return false;
	clock->state = (unsigned)state & 15u;
	return true;
}

static struct sla_fact *say(struct sla_said *said, enum sla_cause cause, struct instant at,
                            const struct sla_clock *before)
{
	struct sla_fact *const fact = &said->facts[said->count];

	CHECK(said->count < SLA_SAID_MAX);
	said->count++;
	*fact = (struct sla_fact){ .cause = cause, .at = at, .before = *before, .reason = "" };
	return fact;
}

/* After the change. */
static void sum_up(struct sla_fact *fact, const struct sla_clock *clock, struct calendar *calendar)
{
	fact->clock = *clock;
	fact->elapsed = sla_clock_elapsed(clock, calendar, fact->at);
	if (clock->target_s > 0)
		fact->remaining.us = target_of(clock).us - fact->elapsed.us;
}

/* Changes. */

void sla_clock_activate(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                        struct sla_said *said)
{
	const struct sla_clock before = *clock;

	if (!step(clock, SLA_ACTIVATE))
		return;
	clock->started = at;
	clock->since = at;
	clock->until = SLA_NEVER;
	clock->end = SLA_NEVER;
	clock->used = (struct duration){ 0 };
	clock->due = due_of(clock, calendar);
	sum_up(say(said, SLA_ACTIVATE, at, &before), clock, calendar);
}

void sla_clock_pause(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                     struct sla_said *said)
{
	const struct sla_clock before = *clock;

	if (!time_before(at, clock->end) || !step(clock, SLA_PAUSE))
		return;
	clock->until = time_later(at, clock->since);
	if (clock->state == SLA_PAUSED && !time_before(clock->due, clock->until))
		clock->due = SLA_NEVER;
	sum_up(say(said, SLA_PAUSE, at, &before), clock, calendar);
}

void sla_clock_resume(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                      struct sla_said *said)
{
	const struct sla_clock before = *clock;

	if (!time_before(at, clock->end) || !step(clock, SLA_RESUME))
		return;
	clock->used = sla_clock_elapsed(clock, calendar, clock->until);
	clock->since = time_later(at, clock->until);
	clock->until = SLA_NEVER;
	if (clock->due.us == SLA_NEVER.us)
		clock->due = due_of(clock, calendar);
	sum_up(say(said, SLA_RESUME, at, &before), clock, calendar);
}

static void span_cut(struct sla_clock *clock, const struct sla_change *change)
{
	const struct instant cut = time_earlier(time_later(change->at, clock->since), clock->until);

	clock->used = sla_clock_elapsed(clock, change->from, cut);
	clock->since = cut;
}

/* Shares that the new target has passed already are not warned of: that it changed was said. */
static void warnings_skip(struct sla_clock *clock, const struct sla_change *change,
                          const struct sla_policy *policy)
{
	clock->warned = 0;
	while (warning_of(clock, change->to, policy).us <= change->at.us)
		clock->warned = (clock->warned + 1u) & 15u;
}

/* A breach stands, unless the longer target was in force before it. */
static bool breach_stands(const struct sla_clock *clock, const struct sla_clock *changed,
                          struct instant at)
{
	return time_before(clock->due, at) || !time_before(clock->due, changed->due);
}

void sla_clock_retarget(struct sla_clock *clock, const struct sla_change *change,
                        const struct sla_policy *policy, struct sla_said *said)
{
	const bool judged = clock->state == SLA_OVERDUE || clock->state == SLA_OVERDUE_PAUSED;
	struct sla_clock changed = *clock;

	if (!sla_clock_open(clock))
		return;
	if (change->from != change->to)
		span_cut(&changed, change);
	changed.target_s = change->target_s;
	changed.due = due_of(&changed, change->to);
	if (judged && breach_stands(clock, &changed, change->at)) {
		clock->used = changed.used;
		clock->since = changed.since;
		return;
	}
	changed.retroactive =
	    time_before(changed.due, change->at) && !time_before(clock->due, change->at);
	warnings_skip(&changed, change, policy);
	if (step(&changed, judged ? SLA_WITHDRAW : SLA_RETARGET)) {
		sum_up(say(said, judged ? SLA_WITHDRAW : SLA_RETARGET, change->at, clock), &changed,
		       change->to);
		*clock = changed;
	}
}

/* A judged clock whose end was earlier than we knew. */
static void end_correct(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                        struct sla_said *said)
{
	const struct sla_clock before = *clock;
	const bool in_time = clock->state == SLA_MISSED && !time_before(clock->due, at);
	const enum sla_cause cause = in_time ? SLA_CORRECT : SLA_AMEND;

	if (!time_before(at, clock->end) || !step(clock, cause))
		return;
	clock->end = at;
	sum_up(say(said, cause, at, &before), clock, calendar);
}

void sla_clock_end(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                   bool cancels, struct sla_said *said)
{
	if (time_before(at, clock->started))
		return;
	if (!sla_clock_open(clock)) {
		if (!cancels)
			end_correct(clock, calendar, at, said);
	} else if (time_before(at, clock->end)) {
		clock->end = at;
		clock->cancels = cancels;
	}
}

/* Judging. */

static bool overdue(const struct sla_clock *clock)
{
	return clock->state == SLA_OVERDUE || clock->state == SLA_OVERDUE_PAUSED;
}

struct instant sla_clock_next(const struct sla_clock *clock, struct calendar *calendar,
                              const struct sla_policy *policy)
{
	struct instant next = clock->end;

	if (!sla_clock_open(clock))
		return SLA_NEVER;
	if (!overdue(clock)) {
		next = time_earlier(next, clock->due);
		next = time_earlier(next, warning_of(clock, calendar, policy));
	}
	return next;
}

/* An end at or before the due of a clock that was called overdue: it came late to us. */
static enum sla_cause ending(const struct sla_clock *clock)
{
	if (clock->cancels)
		return SLA_CANCEL;
	if (overdue(clock) && !time_before(clock->due, clock->end))
		return SLA_CORRECT;
	return SLA_FULFIL;
}

static enum sla_cause next_cause(const struct sla_clock *clock, struct instant at)
{
	if (clock->end.us == at.us)
		return ending(clock);
	return clock->due.us == at.us ? SLA_BREACH : SLA_WARN;
}

static void judge_once(struct sla_clock *clock, struct calendar *calendar,
                       const struct sla_policy *policy, struct instant at, struct sla_said *said)
{
	const struct sla_clock before = *clock;
	const enum sla_cause cause = next_cause(clock, at);
	struct sla_fact *fact;

	CHECK(step(clock, cause));
	fact = say(said, cause, at, &before);
	if (cause == SLA_WARN) {
		fact->percent = policy->warn_percent[clock->warned];
		clock->warned = (clock->warned + 1u) & 15u;
	}
	sum_up(fact, clock, calendar);
}

void sla_clock_judge(struct sla_clock *clock, struct calendar *calendar,
                     const struct sla_policy *policy, struct instant at, struct sla_said *said)
{
	struct instant next = sla_clock_next(clock, calendar, policy);

	for (; next.us != SLA_NEVER.us && next.us <= at.us;
	     next = sla_clock_next(clock, calendar, policy))
		judge_once(clock, calendar, policy, next, said);
}
