#include "services/billing-sync/dunning/dunning.h"

#include "common/base/check.h"
#include "common/base/money.h"
#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>

const char *const dunning_why_names[] = { "dispute", "refund", "ticket", NULL };

static void decide(struct dunning_decisions *decisions, struct dunning_decision decision)
{
	CHECK(decisions->count < DUNNING_DECISIONS_MAX);
	decisions->list[decisions->count++] = decision;
}

static const struct dunning_step *last_step(const struct dunning_policy *policy,
                                            const struct dunning_row *row)
{
	return row->has_step && row->next <= policy->step_count ? &policy->steps[row->next - 1]
	                                                        : NULL;
}

static long long hours_of(struct duration span)
{
	return (long long)(span.us / HOURS(1).us);
}

/* Attempts. */

int32_t dunning_attempts(const struct dunning_row *row)
{
	const int32_t charges = (int32_t)row->charge_count;

	return charges > row->counted ? charges : row->counted;
}

static void add_charge(struct dunning_row *row, const char *charge_id)
{
	uint8_t digest[DIGEST_SIZE];
	size_t place = 0;

	if (charge_id[0] == '\0' || row->charge_count == DUNNING_ATTEMPTS_MAX)
		return;
	digest_sha256(bytes_of(charge_id), digest);
	const uint64_t id = bytes_u64(digest);
	while (place < row->charge_count && row->charges[place] < id)
		place++;
	if (place < row->charge_count && row->charges[place] == id)
		return;
	memmove(row->charges + place + 1, row->charges + place,
	        (row->charge_count - place) * sizeof(id));
	row->charges[place] = id;
	row->charge_count++;
}

/* The latest that says one; of two of one instant the greater word, so that their order says nothing. */
static void add_response(struct dunning_row *row, const struct dunning_failure *failure)
{
	char response[DUNNING_RESPONSE_SIZE];
	const size_t size = text_fit(bytes_of(failure->response), sizeof(response) - 1);

	memcpy(response, failure->response, size);
	response[size] = '\0';
	if (size == 0 || time_before(failure->at, row->response_at) ||
	    (failure->at.us == row->response_at.us && strcmp(response, row->response) <= 0))
		return;
	row->response_at = failure->at;
	memcpy(row->response, response, sizeof(response));
}

static void begin(struct dunning_row *row, struct instant at)
{
	struct dunning_row begun = { .status = DUNNING_RUNNING,
		                     .started = at,
		                     .held_since = row->held_since,
		                     .hold_count = row->hold_count };

	memcpy(begun.holds, row->holds, sizeof(begun.holds));
	*row = begun;
}

static struct dunning_decision held(const struct dunning_row *row, const struct dunning_hold *hold)
{
	return (struct dunning_decision){ .kind = DUNNING_HELD,
		                          .why = hold->why,
		                          .hold_id = hold->id,
		                          .attempts = dunning_attempts(row),
		                          .reason = dunning_why_names[hold->why] };
}

static void exhaust(struct arena *arena, const struct dunning_policy *policy,
                    struct dunning_row *row, struct dunning_decisions *decisions)
{
	const int32_t attempts = dunning_attempts(row);

	if (row->exhausted_said || attempts < policy->attempts)
		return;
	row->exhausted_said = true;
	decide(decisions, (struct dunning_decision){
			      .kind = DUNNING_EXHAUSTED,
			      .step = last_step(policy, row),
			      .hold_id = "",
			      .attempts = attempts,
			      .reason = arena_printf(arena, "%d of %d attempts failed",
	                                             (int)attempts, (int)policy->attempts) });
}

struct dunning_decisions dunning_fail(struct arena *arena, const struct dunning_policy *policy,
                                      struct dunning_row *row,
                                      const struct dunning_failure *failure)
{
	struct dunning_decisions decisions = { 0 };
	const bool again = row->status == DUNNING_RECOVERED && time_before(row->ended, failure->at);

	if (row->status == DUNNING_IDLE || again) {
		begin(row, failure->at);
		if (row->hold_count > 0)
			decide(&decisions, held(row, &row->holds[0]));
	}
	if (row->status != DUNNING_RUNNING)
		return decisions;
	if (row->next == 0)
		row->started = time_earlier(row->started, failure->at);
	add_charge(row, failure->charge_id);
	if (failure->attempt_count > row->counted)
		row->counted = (int32_t)(failure->attempt_count < INT32_MAX ? failure->attempt_count
		                                                            : INT32_MAX);
	add_response(row, failure);
	exhaust(arena, policy, row, &decisions);
	return decisions;
}

/* The end. */

static void end(struct dunning_row *row, enum dunning_status status, struct instant at)
{
	begin(row, at);
	row->status = status;
	row->ended = at;
}

struct dunning_decisions dunning_pay(struct arena *arena, const struct dunning_policy *policy,
                                     struct dunning_row *row, struct instant at)
{
	struct dunning_decisions decisions = { 0 };
	const bool tells = row->status == DUNNING_RUNNING || row->status == DUNNING_OVER;

	if (row->status == DUNNING_RECOVERED)
		return decisions;
	if (tells)
		decide(&decisions,
		       (struct dunning_decision){
			   .kind = DUNNING_PAID,
			   .step = last_step(policy, row),
			   .hold_id = "",
			   .attempts = dunning_attempts(row),
			   .reason = arena_printf(
			       arena, "paid %lldh after the first of %d failed attempts",
			       hours_of(time_since(row->started, at)),
			       (int)dunning_attempts(row)) });
	end(row, DUNNING_RECOVERED, at);
	return decisions;
}

void dunning_stop(struct dunning_row *row, struct instant at)
{
	end(row, DUNNING_STOPPED, at);
}

/* Holds. */

static size_t hold_find(const struct dunning_row *row, enum dunning_why why, const char *id)
{
	size_t place = 0;

	while (place < row->hold_count &&
	       (row->holds[place].why != why || !text_equal(row->holds[place].id, id)))
		place++;
	return place;
}

bool dunning_hold(struct arena *arena, struct dunning_row *row, enum dunning_why why,
                  const char *id, struct instant at, struct dunning_decisions *decisions)
{
	struct dunning_hold hold = { .why = why };
	const struct dunning_decisions none = { 0 };

	if (!pack_copy(hold.id, sizeof(hold.id), id) ||
	    (row->hold_count == DUNNING_HOLDS_MAX && hold_find(row, why, id) == row->hold_count))
		return false;
	*decisions = none;
	if (hold_find(row, why, id) < row->hold_count)
		return true;
	if (row->hold_count == 0)
		row->held_since = time_later(at, row->held_to);
	row->holds[row->hold_count++] = hold;
	if (row->status == DUNNING_RUNNING) {
		decide(decisions, held(row, &hold));
		decisions->list[0].hold_id = arena_string(arena, id);
	}
	return true;
}

struct dunning_decisions dunning_release(struct arena *arena, struct dunning_row *row,
                                         enum dunning_why why, const char *id, struct instant at)
{
	struct dunning_decisions decisions = { 0 };
	const size_t place = hold_find(row, why, id);

	if (place == row->hold_count)
		return decisions;
	row->hold_count--;
	memmove(row->holds + place, row->holds + place + 1,
	        (row->hold_count - place) * sizeof(row->holds[0]));
	memset(&row->holds[row->hold_count], 0, sizeof(row->holds[0]));
	if (row->hold_count > 0)
		return decisions;
	const struct instant from = time_later(row->held_since, row->started);
	const struct instant to = time_later(at, from);
	const struct duration span = time_since(from, to);

	row->held_to = to;
	row->held_for.us += span.us;
	if (row->status == DUNNING_RUNNING)
		decide(&decisions,
		       (struct dunning_decision){
			   .kind = DUNNING_RESUMED,
			   .why = why,
			   .hold_id = arena_string(arena, id),
			   .attempts = dunning_attempts(row),
			   .reason = arena_printf(arena, "held for %lldh", hours_of(span)) });
	return decisions;
}

/* Steps. */

static bool amount_holds(const struct dunning_condition *when, const struct dunning_facts *facts)
{
	for (size_t i = 0; i < when->amount_count; i++)
		if (text_equal(when->amounts[i].currency, facts->currency))
			return facts->amount_unpaid >= when->amounts[i].at_least;
	return when->amount_count == 0;
}

/* When a step may be taken; false: what must come first is not a matter of time. */
static bool step_ready(const struct dunning_policy *policy, const struct dunning_row *row,
                       const struct dunning_facts *facts, const struct dunning_step *step,
                       struct instant *at)
{
	const struct dunning_condition *const when = &step->when;
	struct instant ready = time_add(time_add(row->started, row->held_for), step->after);

	if (facts->unpaid_invoices < when->unpaid_invoices || !amount_holds(when, facts) ||
	    (when->responses[0] != NULL && !text_among(when->responses, row->response)))
		return false;
	if (when->unpaid_for.us > 0) {
		if (!facts->has_earliest)
			return false;
		ready = time_later(ready, time_add(facts->earliest_unpaid, when->unpaid_for));
	}
	if (row->has_step)
		ready = time_later(ready, time_add(row->last_step, policy->apart));
	*at = ready;
	return true;
}

static bool stands_still(const struct dunning_row *row)
{
	return row->status != DUNNING_RUNNING || row->hold_count > 0;
}

bool dunning_next(const struct dunning_policy *policy, const struct dunning_row *row,
                  const struct dunning_facts *facts, struct instant *at)
{
	struct instant ready;
	struct instant first = TIME_MAX;

	if (stands_still(row))
		return false;
	for (size_t i = row->next; i < policy->step_count; i++)
		if (step_ready(policy, row, facts, &policy->steps[i], &ready))
			first = time_earlier(first, ready);
	if (first.us == TIME_MAX.us)
		return false;
	*at = first;
	return true;
}

static const char *step_reason(struct arena *arena, const struct dunning_row *row,
                               const struct dunning_facts *facts, struct instant now)
{
	const long long since = hours_of(time_since(row->started, now));
	struct money unpaid = { .minor = facts->amount_unpaid };

	memcpy(unpaid.currency, facts->currency, sizeof(unpaid.currency));
	return arena_printf(
	    arena,
	    "%lldh since the first failure, %lldh of them held; %d attempts, last %s; "
	    "%d unpaid, %s",
	    since, hours_of(row->held_for), (int)dunning_attempts(row),
	    row->response[0] != '\0' ? row->response : "without a code",
	    (int)facts->unpaid_invoices, money_format(arena, unpaid));
}

static void take_step(struct arena *arena, const struct dunning_policy *policy,
                      struct dunning_row *row, size_t index, const struct dunning_facts *facts,
                      struct instant now, struct dunning_decisions *decisions)
{
	const char *const reason = step_reason(arena, row, facts, now);
	struct dunning_decision decision = { .kind = DUNNING_STEP_DUE,
		                             .step = &policy->steps[index],
		                             .hold_id = "",
		                             .attempts = dunning_attempts(row),
		                             .reason = reason };

	row->next = index + 1;
	row->has_step = true;
	row->last_step = now;
	decide(decisions, decision);
	if (row->next < policy->step_count)
		return;
	row->status = DUNNING_OVER;
	row->ended = now;
	decision.kind = DUNNING_EXHAUSTED;
	decision.reason = "every step was taken";
	decide(decisions, decision);
}

struct dunning_decisions dunning_tick(struct arena *arena, const struct dunning_policy *policy,
                                      struct dunning_row *row, const struct dunning_facts *facts,
                                      struct instant now)
{
	struct dunning_decisions decisions = { 0 };
	struct instant ready;

	if (stands_still(row))
		return decisions;
	for (size_t i = row->next; i < policy->step_count; i++) {
		if (!step_ready(policy, row, facts, &policy->steps[i], &ready) ||
		    time_before(now, ready))
			continue;
		take_step(arena, policy, row, i, facts, now, &decisions);
		break;
	}
	return decisions;
}
