/*
 * By when a case must be answered: the provider's due_by less the policy's buffer. Networks' own times are no deadline: the
 * provider passes on less of them.
 *
 * Each step (a reminder, the last day, the deadline itself) is said once for the deadline that stands; when the provider moves
 * due_by, the steps begin anew. What lay behind us when the deadline was set is said as of then, never as of a time before.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/life/working_time.h"

#include <string.h>

#define STEP_ON_CALL "on_call"
#define STEP_DEADLINE "deadline"
#define ALERT_NEAR "deadline_approaching"
#define ALERT_MISSED "deadline_missed"
#define ALERT_LEASE "submission_not_seen"
#define ALERT_ACCEPT "accept_not_seen"

/* Steps that were said. */

static bool was_said(const struct casework *work, const char *step)
{
	for (size_t i = 0; i < work->kept->n_steps; i++)
		if (text_equal(work->kept->steps[i], step))
			return true;
	return false;
}

static void set_said(struct casework *work, const char *step)
{
	Opsmesh__V1__CaseKept *const kept = work->kept;
	char **const steps = arena_alloc(work->task->arena, (kept->n_steps + 1) * sizeof(*steps));

	if (kept->n_steps > 0)
		memcpy(steps, kept->steps, kept->n_steps * sizeof(*steps));
	steps[kept->n_steps++] = text_mutable(step);
	kept->steps = steps;
}

/* What is waited for. */

static bool is_awaited(const struct casework *work)
{
	const char *const response = work->row.response;

	return life_needs_response(case_life(work)) && !case_is_answered(work) &&
	       (text_equal(response, "none") || text_equal(response, "staged") ||
	        text_equal(response, "accept_proposed"));
}

/* An answer that was asked for behind the deadline, before the timer could say that it was missed. */
static bool is_late(const struct casework *work)
{
	struct instant answered;

	return text_equal(work->row.response, "requested") &&
	       proto_instant(work->kept->answered_at, &answered) &&
	       !time_before(answered, work->row.deadline);
}

static struct instant lease_end(const struct casework *work)
{
	struct instant until;

	return proto_instant(work->kept->lease_until, &until) ? until : TIME_MAX;
}

static struct instant since_when(const struct casework *work)
{
	struct instant since;

	return proto_instant(work->kept->deadline_since, &since) ? since : TIME_MIN;
}

/* When a step of the deadline that stands is said; TIME_MAX: it was. */
static struct instant step_due(const struct casework *work, const char *step,
                               struct duration before)
{
	return was_said(work, step)
	           ? TIME_MAX
	           : time_later(time_sub(work->row.deadline, before), since_when(work));
}

/* Nobody is reminded of a time in which the case was another's. */
static struct instant owned_since(const struct casework *work)
{
	struct instant since;

	return proto_instant(work->kept->owned_since, &since) ? since : TIME_MIN;
}

/* NULL: its owner is reminded at any hour. */
static const struct calendar_document *calendar_of(const struct casework *work)
{
	return case_policy_calendar(task_document(work->task, CASE_POLICY), work->policy,
	                            work->row.owner, work->at);
}

/* A reminder is for somebody who is at work; the deadline itself, and on-call, know no hours. */
static struct instant reminder_due(const struct casework *work, size_t number)
{
	const struct case_policy *const policy = work->policy;
	const struct case_reminder *const reminder = &policy->reminders[number];
	const struct calendar_document *const document = calendar_of(work);
	const struct duration next = number + 1 < policy->reminder_count
	                                 ? policy->reminders[number + 1].before
	                                 : policy->on_call_before;

	if (document == NULL || was_said(work, reminder->step))
		return step_due(work, reminder->step, reminder->before);
	const struct instant since = time_later(since_when(work), owned_since(work));
	/* What lies behind us is told now, if somebody is at work now. */
	const struct instant at = time_later(since, time_sub(work->row.deadline, reminder->before));

	return time_later(since, working_time(document->calendar, at, since,
	                                      time_sub(work->row.deadline, next)));
}

struct instant case_next_due(const struct casework *work)
{
	const struct case_policy *const policy = work->policy;
	struct instant next = lease_end(work);

	if (work->row.deadline.us == TIME_MIN.us || !(is_awaited(work) || is_late(work)))
		return next;
	next = time_earlier(next, step_due(work, STEP_DEADLINE, SECONDS(0)));
	if (!is_awaited(work))
		return next;
	for (size_t i = 0; i < policy->reminder_count; i++)
		next = time_earlier(next, reminder_due(work, i));
	return time_earlier(next, step_due(work, STEP_ON_CALL, policy->on_call_before));
}

/* Setting. */

static enum status say_set(struct casework *work, Opsmesh__V1__DisputeEvent__FactCase fact,
                           struct instant was, const char *reason)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__DeadlineSet set = OPSMESH__V1__DEADLINE_SET__INIT;
	struct arena *const arena = work->task->arena;

	set.stage = case_stage_number(case_stage(work));
	set.due_by = proto_timestamp(arena, work->row.due_by);
	set.deadline = proto_timestamp(arena, work->row.deadline);
	set.was = proto_timestamp(arena, was);
	set.buffer_us = work->policy->buffer.us;
	set.policy = text_mutable(case_policy_name(work));
	set.reason = text_mutable(reason);
	event.fact_case = fact;
	event.deadline_set = &set;
	return case_emit(work, &event);
}

static enum status resolve_all(struct casework *work, const char *reason)
{
	TRY(case_resolve(work, ALERT_NEAR, reason));
	return case_resolve(work, ALERT_MISSED, reason);
}

/* What lies behind the deadline that stands is not said of it: one step alone tells how near it is. */
static void skip_passed(struct casework *work)
{
	const struct case_policy *const policy = work->policy;

	for (size_t i = 0; i + 1 < policy->reminder_count; i++)
		if (!time_before(work->at,
		                 time_sub(work->row.deadline, policy->reminders[i + 1].before)))
			set_said(work, policy->reminders[i].step);
	if (!time_before(work->at, time_sub(work->row.deadline, policy->on_call_before)) &&
	    policy->reminder_count > 0)
		set_said(work, policy->reminders[policy->reminder_count - 1].step);
}

void case_resume(struct casework *work)
{
	if (work->row.deadline.us == TIME_MIN.us)
		return;
	work->kept->deadline_since = proto_timestamp(work->task->arena, work->at);
	skip_passed(work);
}

static enum status withdraw(struct casework *work, const char *reason)
{
	const struct instant was = work->row.deadline;

	if (was.us == TIME_MIN.us)
		return STATUS_OK;
	work->row.deadline = TIME_MIN;
	work->kept->n_steps = 0;
	TRY(say_set(work, OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_WITHDRAWN, was, reason));
	return resolve_all(work, reason);
}

static enum status set(struct casework *work, struct instant deadline)
{
	const struct instant was = work->row.deadline;

	if (was.us == deadline.us)
		return STATUS_OK;
	work->row.deadline = deadline;
	work->kept->n_steps = 0;
	case_resume(work);
	/* What was answered before the provider moved it was in time. */
	if (text_equal(work->row.response, "requested"))
		set_said(work, STEP_DEADLINE);
	if (was.us == TIME_MIN.us)
		return say_set(work, OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_SET, was,
		               "The provider's due_by less the policy's buffer.");
	TRY(say_set(work, OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MOVED, was,
	            "The provider moved due_by."));
	return time_before(work->at, deadline) ? resolve_all(work, "The provider moved due_by.")
	                                       : STATUS_OK;
}

enum status case_schedule(struct casework *work, struct instant due_by)
{
	if (!life_needs_response(case_life(work)))
		return withdraw(work, "No answer is asked for any more.");
	if (due_by.us == TIME_MIN.us)
		return withdraw(work, "The provider takes no answer.");
	return set(work, time_sub(due_by, work->policy->buffer));
}

enum status case_answered(struct casework *work, const char *reason)
{
	return resolve_all(work, reason);
}

bool case_is_answered(const struct casework *work)
{
	return work->kept->submission_count > work->kept->submissions_before;
}

/* That something was answered does not show that the dispute was given up. */
enum status case_seen(struct casework *work, const char *reason)
{
	if (!text_equal(work->row.response, "accepted"))
		work->kept->lease_until = NULL;
	TRY(resolve_all(work, reason));
	return case_resolve(work, ALERT_LEASE, reason);
}

enum status case_ended(struct casework *work, const char *reason)
{
	work->kept->lease_until = NULL;
	return case_resolve(work, ALERT_ACCEPT, reason);
}

enum status case_end_stage(struct casework *work, const char *reason)
{
	TRY(withdraw(work, reason));
	TRY(case_seen(work, reason));
	return case_ended(work, reason);
}

/* Judging. */

static const char *owner_of(const struct casework *work)
{
	return work->row.owner != NULL ? work->row.owner : work->row.queue;
}

static enum status say_near(struct casework *work, Opsmesh__V1__DisputeEvent__FactCase fact,
                            const char *step, const struct calendar_document *calendar)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__DeadlineApproaching near = OPSMESH__V1__DEADLINE_APPROACHING__INIT;
	struct arena *const arena = work->task->arena;

	near.stage = case_stage_number(case_stage(work));
	near.deadline = proto_timestamp(arena, work->row.deadline);
	near.due_by = proto_timestamp(arena, work->row.due_by);
	near.left_us = time_since(work->at, work->row.deadline).us;
	near.step = text_mutable(step);
	near.owner = text_mutable(owner_of(work));
	near.calendar = text_mutable(calendar != NULL ? calendar->id : "");
	near.policy = text_mutable(case_policy_name(work));
	event.fact_case = fact;
	event.reminder_due = &near;
	return case_emit(work, &event);
}

static enum status approach(struct casework *work)
{
	char deadline[TIME_TEXT_SIZE];
	struct arena *const arena = work->task->arena;

	set_said(work, STEP_ON_CALL);
	TRY(say_near(work, OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_APPROACHING, STEP_ON_CALL,
	             NULL));
	return case_raise(
	    work,
	    &(struct case_alarm){
		.rule = ALERT_NEAR,
		.severity = OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL,
		.summary =
		    arena_printf(arena, "Dispute %s must be answered by %s.", work->row.dispute_id,
	                         time_format(work->row.deadline, deadline)),
		.description = arena_printf(
		    arena,
		    "It is the last day, and nothing was approved (response: %s; owner: %s). "
		    "Read `opsmesh explain dispute %s`, then stage and approve its packet, or accept it.",
		    work->row.response, owner_of(work), work->row.dispute_id),
	    });
}

/* How far it had come, in a word. */
static const char *how_far(const struct casework *work)
{
	if (text_equal(work->row.response, "staged") || is_late(work))
		return "not_approved";
	if (text_equal(work->row.response, "accept_proposed"))
		return "accept_not_confirmed";
	if (*work->kept->packet == '\0')
		return "no_packet";
	if (*work->kept->print_failed != '\0')
		return "not_rendered";
	return work->row.decision == NULL ? "no_decision" : "not_staged";
}

static enum status say_missed(struct casework *work)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__DeadlineMissed missed = OPSMESH__V1__DEADLINE_MISSED__INIT;
	struct arena *const arena = work->task->arena;

	set_said(work, STEP_DEADLINE);
	missed.stage = case_stage_number(case_stage(work));
	missed.deadline = proto_timestamp(arena, work->row.deadline);
	missed.due_by = proto_timestamp(arena, work->row.due_by);
	missed.owner = text_mutable(work->row.owner != NULL ? work->row.owner : "");
	missed.state = text_mutable(how_far(work));
	missed.policy = text_mutable(case_policy_name(work));
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED;
	event.deadline_missed = &missed;
	return case_emit(work, &event);
}

static enum status miss(struct casework *work)
{
	char due[TIME_TEXT_SIZE];
	struct arena *const arena = work->task->arena;

	TRY(say_missed(work));
	TRY(case_resolve(work, ALERT_NEAR, "Our deadline has passed."));
	if (is_late(work))
		return STATUS_OK;
	return case_raise(
	    work,
	    &(struct case_alarm){
		.rule = ALERT_MISSED,
		.severity = OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL,
		.summary = arena_printf(arena, "Our deadline for dispute %s was missed.",
	                                work->row.dispute_id),
		.description = arena_printf(
		    arena,
		    "Nothing was approved (%s). The provider takes an answer until %s: approve a "
		    "packet before that, or say that the dispute is given up.",
		    how_far(work), time_format(work->row.due_by, due)),
	    });
}

/* Who took the submission up has not shown it at the provider. Nobody asks a second time: a person looks. */
static enum status miss_answer(struct casework *work)
{
	char due[TIME_TEXT_SIZE];
	struct arena *const arena = work->task->arena;

	return case_raise(
	    work,
	    &(struct case_alarm){
		.rule = ALERT_LEASE,
		.severity = OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL,
		.summary = arena_printf(
		    arena, "The answer to dispute %s was asked to be sent and is not seen.",
		    work->row.dispute_id),
		.description = arena_printf(
		    arena,
		    "Look at the provider whether the evidence is there. It is not asked for again: "
		    "there is one answer for each stage. If it is not there, submit by hand before %s "
		    "what `opsmesh dispute packet %s` has.",
		    work->row.due_by.us != TIME_MIN.us ? time_format(work->row.due_by, due)
						       : "the provider's due_by",
		    work->row.dispute_id),
	    });
}

/* Nobody has carried out that it is given up. */
static enum status miss_accept(struct casework *work)
{
	struct arena *const arena = work->task->arena;

	return case_raise(
	    work,
	    &(struct case_alarm){
		.rule = ALERT_ACCEPT,
		.severity = OPSMESH__V1__SEVERITY__SEVERITY_WARNING,
		.summary =
		    arena_printf(arena, "Dispute %s was to be given up and is not seen as lost.",
	                         work->row.dispute_id),
		.description = arena_printf(
		    arena,
		    "Look at the provider whether the dispute is closed. It is not asked for again: if "
		    "it is open, close it by hand; if it is to be answered after all, nothing here sends "
		    "an answer any more. First read `opsmesh explain dispute %s`: where another case of "
		    "the dispute has asked before, leave it.",
		    work->row.dispute_id),
	    });
}

static enum status lapse(struct casework *work)
{
	work->kept->lease_until = NULL;
	return text_equal(work->row.response, "accepted") ? miss_accept(work) : miss_answer(work);
}

static bool is_due(const struct casework *work, struct instant at)
{
	return !time_before(work->at, at);
}

/* Of reminders that come at once, before a weekend as a rule, the nearest step tells all. */
static enum status remind(struct casework *work)
{
	const struct case_policy *const policy = work->policy;
	const char *nearest = NULL;

	for (size_t i = 0; i < policy->reminder_count; i++) {
		if (!is_due(work, reminder_due(work, i)))
			continue;
		nearest = policy->reminders[i].step;
		set_said(work, nearest);
	}
	return nearest != NULL ? say_near(work, OPSMESH__V1__DISPUTE_EVENT__FACT_REMINDER_DUE,
	                                  nearest, calendar_of(work))
	                       : STATUS_OK;
}

static enum status judge_deadline(struct casework *work)
{
	if (work->row.deadline.us == TIME_MIN.us || !(is_awaited(work) || is_late(work)))
		return STATUS_OK;
	const bool past = is_due(work, work->row.deadline);

	if (!past && is_awaited(work))
		TRY(remind(work));
	if (!past && is_awaited(work) && !was_said(work, STEP_ON_CALL) &&
	    is_due(work, time_sub(work->row.deadline, work->policy->on_call_before)))
		TRY(approach(work));
	return past && !was_said(work, STEP_DEADLINE) ? miss(work) : STATUS_OK;
}

/* What was passed over says nothing any more. */
static void forget_passed(struct casework *work)
{
	if (work->row.deadline.us == TIME_MIN.us || !is_due(work, work->row.deadline))
		return;
	for (size_t i = 0; i < work->policy->reminder_count; i++)
		if (!was_said(work, work->policy->reminders[i].step))
			set_said(work, work->policy->reminders[i].step);
	if (!was_said(work, STEP_ON_CALL))
		set_said(work, STEP_ON_CALL);
}

enum status case_judge(struct task *task, const char *key)
{
	struct casework work;
	const char *home;
	const char *dispute;

	if (!case_id_parse(task->arena, key, &home, &dispute))
		return task_fail(task, STATUS_FATAL, "timer %s: no case", key);
	TRY(case_take(task, home, dispute, task->due, &work));
	TRY(judge_deadline(&work));
	forget_passed(&work);
	if (!time_before(work.at, lease_end(&work)))
		TRY(lapse(&work));
	return case_keep(&work);
}

void case_need_judge(struct task *task, const char *key)
{
	const char *home;
	const char *dispute;

	if (!case_id_parse(task->arena, key, &home, &dispute))
		return;
	task_need(task, &dispute_case_table,
	          &(struct case_row){ .home = home, .dispute_id = dispute });
	task_need(task, &dossier_table, &(struct dossier_row){ .home = home });
}
