#include "services/opsmesh/clock_sum.h"

#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A clock while its facts are gone through, in the order in which they were said. */
struct run {
	struct clock_sum *sum;
	struct arena *arena;
	const struct told_list *facts;
	sum_calendar *find;
	void *context;
	struct calendar *calendar;
	const char *digest; /* of the calendar; "" always open */
	const char *calendar_id;
	struct instant since; /* the current span */
	struct instant until; /* its end while paused; TIME_MAX: it runs */
	struct duration used; /* before since */
	bool begun;
};

const Opsmesh__V1__SlaClock *sum_clock_of(const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__SlaEvent *const event = message;

	if (told->topic != OPS_SLA || told->dead || message == NULL)
		return NULL;
	switch (event->fact_case) {
	case OPSMESH__V1__SLA_EVENT__FACT_ACTIVATED: return event->activated->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_PAUSED: return event->paused->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_RESUMED: return event->resumed->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_RETARGETED: return event->retargeted->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_WARNED: return event->warned->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_BREACHED: return event->breached->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_FULFILLED: return event->fulfilled->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_CANCELLED: return event->cancelled->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_CORRECTED: return event->corrected->clock;
	case OPSMESH__V1__SLA_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__SLA_EVENT__FACT_ACTION_REFUSED:
	case OPSMESH__V1__SLA_EVENT__FACT__NOT_SET:
	case _OPSMESH__V1__SLA_EVENT__FACT__CASE_IS_INT_SIZE:
	default: return NULL;
	}
}

bool sum_clock_open(const Opsmesh__V1__SlaClock *clock)
{
	return clock->state != OPSMESH__V1__SLA_STATE__SLA_STATE_FULFILLED &&
	       clock->state != OPSMESH__V1__SLA_STATE__SLA_STATE_CANCELLED;
}

/* Sums. */

static bool fail(struct run *run, const char *problem)
{
	run->sum->agrees = false;
	if (run->sum->problem == NULL)
		run->sum->problem = problem;
	return false;
}

static bool open_time(struct run *run, struct instant from, struct instant to,
                      struct duration *open)
{
	const char *reason = "";

	*open = (struct duration){ 0 };
	if (!time_before(from, to))
		return true;
	if (run->calendar == NULL) {
		*open = time_since(from, to);
		return true;
	}
	return calendar_elapsed(run->calendar, from, to, open, &reason) || fail(run, reason);
}

/* Used until at, of which open in the current span. */
static bool used_at(struct run *run, struct instant at, struct duration *used)
{
	struct duration open;

	if (!open_time(run, run->since, time_earlier(at, run->until), &open))
		return false;
	used->us = run->used.us + open.us;
	return true;
}

/* Ends the current span for good. */
static bool close_span(struct run *run, struct instant to)
{
	struct clock_sum *const sum = run->sum;
	struct duration open;

	if (!open_time(run, run->since, to, &open))
		return false;
	if (sum->span_count < SUM_SPANS_MAX && time_before(run->since, to))
		sum->spans[sum->span_count++] =
		    (struct sum_span){ run->since, to, open, run->calendar_id };
	run->used.us += open.us;
	run->since = to;
	return true;
}

static const char *digest_of(struct arena *arena, const Opsmesh__V1__SlaClock *clock)
{
	const char *digest = clock->calendar == NULL || clock->calendar->id[0] == '\0'
	                         ? ""
	                         : clock->calendar->digest;

	for (size_t i = 0; digest[0] != '\0' && i < clock->n_holidays; i++)
		digest = arena_printf(arena, "%s %s", digest, clock->holidays[i]->digest);
	return digest;
}

static bool take_calendar(struct run *run, const Opsmesh__V1__SlaClock *clock)
{
	const char *reason = "";

	if (!run->find(run->context, clock, &run->calendar, &reason))
		return fail(run, reason);
	run->digest = digest_of(run->arena, clock);
	run->calendar_id = run->digest[0] == '\0' ? "" : clock->calendar->id;
	return true;
}

/* When the ticket last got what a policy looks at: a clock past its due changes calendars without a word. */
static struct instant changed_before(const struct run *run, struct instant at)
{
	struct instant last = run->since;

	for (size_t i = 0; i < run->facts->count; i++) {
		const struct told *const told = &run->facts->list[i];
		const bool changes = text_equal(told->name, "customer_resolved") ||
		                     text_equal(told->name, "account_changed") ||
		                     text_equal(told->name, "priority_changed") ||
		                     text_equal(told->name, "retargeted");

		if (changes && !told->dead && !time_before(at, told->time))
			last = time_later(last, told->time);
	}
	return last;
}

/* A fact that brought another calendar at its own time, not one that met it there. */
static bool moves(const struct told *told, const Opsmesh__V1__SlaClock *clock)
{
	return text_equal(told->name, "retargeted") ||
	       (text_equal(told->name, "corrected") &&
	        clock->state == OPSMESH__V1__SLA_STATE__SLA_STATE_ACTIVE);
}

/* The span is cut where another calendar begins to count. */
static bool follow_calendar(struct run *run, const struct told *told,
                            const Opsmesh__V1__SlaClock *clock)
{
	const struct instant at = moves(told, clock) ? told->time : changed_before(run, told->time);

	if (text_equal(digest_of(run->arena, clock), run->digest))
		return true;
	return close_span(run, time_earlier(time_later(at, run->since), run->until)) &&
	       take_calendar(run, clock);
}

/* Facts. */

static bool begin(struct run *run, const struct told *told, const Opsmesh__V1__SlaClock *clock)
{
	run->since = told->time;
	run->until = TIME_MAX;
	run->used = (struct duration){ 0 };
	run->begun = take_calendar(run, clock);
	return run->begun;
}

static bool resume(struct run *run, struct instant at)
{
	const struct instant until = run->until;

	if (until.us == TIME_MAX.us)
		return true;
	if (!close_span(run, until))
		return false;
	run->since = time_later(at, until);
	run->until = TIME_MAX;
	return true;
}

static bool apply(struct run *run, const struct told *told, const Opsmesh__V1__SlaClock *clock)
{
	if (text_equal(told->name, "activated"))
		return begin(run, told, clock);
	if (!run->begun)
		return fail(run, "it was never activated");
	if (!follow_calendar(run, told, clock))
		return false;
	if (text_equal(told->name, "paused"))
		run->until = time_later(told->time, run->since);
	if (!text_equal(told->name, "resumed"))
		return true;

	return resume(run, told->time);
}

static bool compare_said(struct run *run, const struct told *told,
                         const Opsmesh__V1__SlaClock *clock)
{
	struct duration used;

	if (!used_at(run, told->time, &used))
		return false;
	run->sum->used = used;
	if (used.us != clock->elapsed_us)
		return fail(run,
		            arena_printf(run->arena,
		                         "%s says that %" PRId64
		                         " us were used, the sum is %" PRId64 " us",
		                         told_id(run->arena, told), clock->elapsed_us, used.us));
	if (clock->target_us > 0 && clock->remaining_us != clock->target_us - used.us)
		return fail(run, arena_printf(run->arena,
		                              "%s says that %" PRId64 " us remain, of %" PRId64,
		                              told_id(run->arena, told), clock->remaining_us,
		                              clock->target_us));
	return true;
}

static int by_saying(const void *a, const void *b)
{
	const struct told *const one = *(const struct told *const *)a;
	const struct told *const other = *(const struct told *const *)b;

	return (one->sequence > other->sequence) - (one->sequence < other->sequence);
}

/* Facts of ops.sla.v1 with a clock, as they were said: one ticket's are all of one stream. */
static const struct told **in_order(struct arena *arena, const struct told_list *facts,
                                    size_t *count)
{
	const struct told **const list = arena_alloc(arena, (facts->count + 1) * sizeof(void *));

	*count = 0;
	for (size_t i = 0; i < facts->count; i++)
		if (sum_clock_of(&facts->list[i]) != NULL)
			list[(*count)++] = &facts->list[i];
	if (*count > 0)
		qsort(list, *count, sizeof(void *), by_saying);
	return list;
}

static struct run *run_of(struct run *runs, size_t *count, const Opsmesh__V1__SlaClock *clock)
{
	for (size_t i = 0; i < *count; i++)
		if (runs[i].sum->metric == (int32_t)clock->metric &&
		    runs[i].sum->instance == clock->instance)
			return &runs[i];
	runs[*count].sum->metric = (int32_t)clock->metric;
	runs[*count].sum->instance = clock->instance;
	return &runs[(*count)++];
}

/* The span that was open at the end. */
static void finish(struct run *run)
{
	struct clock_sum *const sum = run->sum;

	if (run->begun && sum->problem == NULL)
		(void)close_span(run,
		                 time_earlier(time_later(sum->last->time, run->since), run->until));
}

struct clock_sum *clock_sums(struct arena *arena, const struct told_list *facts,
                             sum_calendar *calendar, void *context, size_t *count)
{
	size_t told_count;
	const struct told **const list = in_order(arena, facts, &told_count);
	struct clock_sum *const sums = arena_zero(arena, (told_count + 1) * sizeof(*sums));
	struct run *const runs = arena_zero(arena, (told_count + 1) * sizeof(*runs));

	*count = 0;
	for (size_t i = 0; i < told_count; i++) {
		sums[i].agrees = true;
		runs[i] = (struct run){ .sum = &sums[i],
			                .arena = arena,
			                .facts = facts,
			                .find = calendar,
			                .context = context,
			                .digest = "",
			                .calendar_id = "" };
	}
	for (size_t i = 0; i < told_count; i++) {
		const Opsmesh__V1__SlaClock *const clock = sum_clock_of(list[i]);
		struct run *const run = run_of(runs, count, clock);

		run->sum->last = list[i];
		run->sum->clock = clock;
		if (run->sum->problem == NULL && apply(run, list[i], clock))
			(void)compare_said(run, list[i], clock);
	}
	for (size_t i = 0; i < *count; i++)
		finish(&runs[i]);
	return sums;
}
