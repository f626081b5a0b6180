/*
 * Alerts about cases: raised once, resolved once, acknowledged by a person in between.
 *
 * Its id is "alert/chargeback/<home>/<dispute>/<rule>". One that was resolved and is raised again ends in "/2", and so on.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define ALERT_PREFIX "alert/chargeback/"
#define ROUNDS_MAX 100 /* of one rule of one case; each takes a due_by that moves */

static const struct column columns[] = {
	COLUMN(struct case_alert_row, alert_id),
	COLUMN(struct case_alert_row, home),
	COLUMN(struct case_alert_row, state),
	COLUMN(struct case_alert_row, severity),
	COLUMN(struct case_alert_row, raised_at),
	COLUMN(struct case_alert_row, acknowledged_at),
	COLUMN(struct case_alert_row, acknowledged_by),
	COLUMN(struct case_alert_row, resolved_at),
	COLUMN_END,
};
const struct state_table case_alert_table = { .name = "case_alert",
	                                      .columns = columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct case_alert_row) };

static enum status emit(struct task *task, const char *alert_id, const char *home,
                        struct instant at, Opsmesh__V1__AlertEvent *event)
{
	event->alert_id = text_mutable(alert_id);
	event->occurred_at = proto_timestamp(task->arena, at);
	return task_emit(task, &(struct emission){ .topic = OPS_ALERTS,
	                                           .key = home,
	                                           .subject = alert_id,
	                                           .partition = &task->shard_number,
	                                           .time = at,
	                                           .message = &event->base });
}

/* The alert of a rule that is not resolved, or a fresh one of which the id alone is set. */
static bool find(struct casework *work, const char *rule, struct case_alert_row *row)
{
	struct arena *const arena = work->task->arena;
	const char *const first = arena_printf(arena, ALERT_PREFIX "%s/%s/%s", work->row.home,
	                                       work->row.dispute_id, rule);

	for (int round = 1; round <= ROUNDS_MAX; round++) {
		*row = (struct case_alert_row){
			.alert_id = round == 1 ? first : arena_printf(arena, "%s/%d", first, round)
		};
		if (!task_load(work->task, &case_alert_table, row))
			return false;
		if (!text_equal(row->state, "resolved"))
			return true;
	}
	return true;
}

static Opsmesh__V1__Evidence *evidence(struct arena *arena, const char *type, const char *id,
                                       const char *note)
{
	Opsmesh__V1__Evidence *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__evidence__init(made);
	made->type = text_mutable(type);
	made->id = text_mutable(id);
	made->note = text_mutable(note);
	return made;
}

static void add_evidence(struct casework *work, Opsmesh__V1__AlertRaised *raised)
{
	struct arena *const arena = work->task->arena;

	raised->n_evidence = 2;
	raised->evidence = arena_alloc(arena, 2 * sizeof(*raised->evidence));
	raised->evidence[0] = evidence(arena, "case", work->case_id, "the case");
	raised->evidence[1] =
	    evidence(arena, "policy", case_policy_name(work), "by which the deadline is reckoned");
}

enum status case_raise(struct casework *work, const struct case_alarm *alarm)
{
	static const char *const words[] = { "", "info", "warning", "critical" };
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertRaised raised = OPSMESH__V1__ALERT_RAISED__INIT;
	struct case_alert_row row;

	if (find(work, alarm->rule, &row))
		return STATUS_OK;
	raised.severity = alarm->severity;
	raised.summary = text_mutable(alarm->summary);
	raised.description = text_mutable(alarm->description);
	raised.runbook = text_mutable(CASE_RUNBOOK);
	raised.team = text_mutable(work->policy->team);
	raised.cause_at = proto_timestamp(work->task->arena, work->at);
	raised.rule = text_mutable(alarm->rule);
	add_evidence(work, &raised);
	event.cause_id = text_mutable(work->cause_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RAISED;
	event.raised = &raised;
	row = (struct case_alert_row){ .alert_id = row.alert_id,
		                       .home = work->row.home,
		                       .state = "open",
		                       .severity = words[alarm->severity],
		                       .raised_at = work->at,
		                       .acknowledged_at = TIME_MIN,
		                       .resolved_at = TIME_MIN };
	task_save(work->task, &case_alert_table, &row);
	return emit(work->task, row.alert_id, work->row.home, work->at, &event);
}

enum status case_resolve(struct casework *work, const char *rule, const char *reason)
{
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertResolved resolved = OPSMESH__V1__ALERT_RESOLVED__INIT;
	struct case_alert_row row;

	if (!find(work, rule, &row) || text_equal(row.state, "resolved"))
		return STATUS_OK;
	resolved.reason = text_mutable(reason);
	event.cause_id = text_mutable(work->cause_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED;
	event.resolved = &resolved;
	row.state = "resolved";
	row.resolved_at = time_later(work->at, row.raised_at);
	task_save(work->task, &case_alert_table, &row);
	return emit(work->task, row.alert_id, work->row.home, row.resolved_at, &event);
}

/* What people ask of an alert. */

struct answer {
	struct task *task;
	const Opsmesh__V1__ActionEvent *action;
	const Opsmesh__V1__ActionRequested *requested;
	struct instant at;
	Opsmesh__V1__AlertEvent event;
};

static enum status answer_emit(struct answer *answer)
{
	const struct event *const event = answer->task->event;

	answer->event.cause_id = arena_text(answer->task->arena, event->id.data, event->id.size);
	return emit(answer->task, answer->requested->on->id, answer->action->routing_key,
	            answer->at, &answer->event);
}

static enum status refuse(struct answer *answer, Opsmesh__V1__RefusalCode code, const char *field,
                          const char *reason)
{
	Opsmesh__V1__ActionRefused refused =
	    action_refused(answer->action->action_id, answer->requested, code, field, reason);

	answer->event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_ACTION_REFUSED;
	answer->event.action_refused = &refused;
	return answer_emit(answer);
}

static enum status acknowledge(struct answer *answer, struct case_alert_row *row)
{
	const Opsmesh__V1__ActionRequested *const requested = answer->requested;
	Opsmesh__V1__AlertAcknowledged acknowledged = OPSMESH__V1__ALERT_ACKNOWLEDGED__INIT;
	Opsmesh__V1__ActionApplied applied = action_applied(answer->action->action_id, requested);

	row->state = "acknowledged";
	row->acknowledged_at = answer->at;
	row->acknowledged_by = requested->by != NULL ? requested->by->principal : NULL;
	task_save(answer->task, &case_alert_table, row);
	acknowledged.by = requested->by;
	acknowledged.reason = requested->reason;
	answer->event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_ACKNOWLEDGED;
	answer->event.acknowledged = &acknowledged;
	TRY(answer_emit(answer));
	answer->event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_ACTION_APPLIED;
	answer->event.action_applied = &applied;
	return answer_emit(answer);
}

static enum status act(struct answer *answer)
{
	struct case_alert_row row = { .alert_id = answer->requested->on->id };

	if (answer->requested->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE)
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "action",
		              "An alert can be acknowledged, nothing else.");
	if (!task_load(answer->task, &case_alert_table, &row))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT,
		              "on.id", "There is no such alert.");
	if (text_equal(row.state, "resolved"))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE, "on.id",
		              "The alert is resolved.");
	if (text_equal(row.state, "acknowledged"))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE, "on.id",
		              "Somebody has acknowledged the alert before.");
	return acknowledge(answer, &row);
}

enum status case_on_alert_action(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	struct answer answer = { .task = task,
		                 .action = (const void *)task->message,
		                 .requested = requested,
		                 .event = OPSMESH__V1__ALERT_EVENT__INIT };

	if (!text_starts(requested->on->id, ALERT_PREFIX))
		return STATUS_OK;
	if (!proto_instant(answer.action->occurred_at, &answer.at))
		answer.at = task->event->time;
	return act(&answer);
}
