#include "services/chargeback/alert/alert.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define ROUNDS_MAX 100 /* of one rule; each takes a due_by that moves, or another month */

const struct column alert_columns[] = {
	COLUMN(struct alert_row, alert_id),
	COLUMN(struct alert_row, home),
	COLUMN(struct alert_row, state),
	COLUMN(struct alert_row, severity),
	COLUMN(struct alert_row, raised_at),
	COLUMN(struct alert_row, acknowledged_at),
	COLUMN(struct alert_row, acknowledged_by),
	COLUMN(struct alert_row, resolved_at),
	COLUMN_END,
};

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
static bool find(const struct alert_scope *scope, const char *rule, struct alert_row *row)
{
	struct arena *const arena = scope->task->arena;
	const char *const first =
	    arena_printf(arena, ALERT_PREFIX "%s/%s/%s", scope->home, scope->about, rule);

	for (int round = 1; round <= ROUNDS_MAX; round++) {
		*row = (struct alert_row){
			.alert_id = round == 1 ? first : arena_printf(arena, "%s/%d", first, round)
		};
		if (!task_load(scope->task, scope->table, row))
			return false;
		if (!text_equal(row->state, "resolved"))
			return true;
	}
	return true;
}

Opsmesh__V1__Evidence *alert_evidence(struct arena *arena, const char *type, const char *id,
                                      const char *note)
{
	Opsmesh__V1__Evidence *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__evidence__init(made);
	made->type = text_mutable(type);
	made->id = text_mutable(id);
	made->note = text_mutable(note);
	return made;
}

enum status alert_raise(const struct alert_scope *scope, const struct alert_notice *notice)
{
	static const char *const words[] = { "", "info", "warning", "critical" };
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertRaised raised = OPSMESH__V1__ALERT_RAISED__INIT;
	struct alert_row row;

	if (find(scope, notice->rule, &row))
		return STATUS_OK;
	raised.severity = notice->severity;
	raised.summary = text_mutable(notice->summary);
	raised.description = text_mutable(notice->description);
	raised.runbook = text_mutable(notice->runbook);
	raised.team = text_mutable(notice->team);
	raised.cause_at = proto_timestamp(scope->task->arena, scope->at);
	raised.rule = text_mutable(notice->rule);
	raised.n_evidence = notice->evidence_count;
	raised.evidence = notice->evidence;
	event.cause_id = text_mutable(scope->cause_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RAISED;
	event.raised = &raised;
	row = (struct alert_row){ .alert_id = row.alert_id,
		                  .home = scope->home,
		                  .state = "open",
		                  .severity = words[notice->severity],
		                  .raised_at = scope->at,
		                  .acknowledged_at = TIME_MIN,
		                  .resolved_at = TIME_MIN };
	task_save(scope->task, scope->table, &row);
	return emit(scope->task, row.alert_id, scope->home, scope->at, &event);
}

enum status alert_resolve(const struct alert_scope *scope, const char *rule, const char *reason)
{
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertResolved resolved = OPSMESH__V1__ALERT_RESOLVED__INIT;
	struct alert_row row;

	if (!find(scope, rule, &row) || text_equal(row.state, "resolved"))
		return STATUS_OK;
	resolved.reason = text_mutable(reason);
	event.cause_id = text_mutable(scope->cause_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED;
	event.resolved = &resolved;
	row.state = "resolved";
	row.resolved_at = time_later(scope->at, row.raised_at);
	task_save(scope->task, scope->table, &row);
	return emit(scope->task, row.alert_id, scope->home, row.resolved_at, &event);
}

/* What people ask of an alert. */

struct answer {
	struct task *task;
	const struct state_table *table;
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

static enum status acknowledge(struct answer *answer, struct alert_row *row)
{
	const Opsmesh__V1__ActionRequested *const requested = answer->requested;
	Opsmesh__V1__AlertAcknowledged acknowledged = OPSMESH__V1__ALERT_ACKNOWLEDGED__INIT;
	Opsmesh__V1__ActionApplied applied = action_applied(answer->action->action_id, requested);

	row->state = "acknowledged";
	row->acknowledged_at = answer->at;
	row->acknowledged_by = requested->by != NULL ? requested->by->principal : NULL;
	task_save(answer->task, answer->table, row);
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
	struct alert_row row = { .alert_id = answer->requested->on->id };

	if (answer->requested->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE)
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "action",
		              "An alert can be acknowledged, nothing else.");
	if (!task_load(answer->task, answer->table, &row))
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

enum status alert_on_action(struct task *task, const struct state_table *table,
                            const Opsmesh__V1__ActionRequested *requested)
{
	struct answer answer = { .task = task,
		                 .table = table,
		                 .action = (const void *)task->message,
		                 .requested = requested,
		                 .event = OPSMESH__V1__ALERT_EVENT__INIT };

	if (!proto_instant(answer.action->occurred_at, &answer.at))
		answer.at = task->event->time;
	return act(&answer);
}
