#include "common/flow/alert.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define ID_PREFIX "alert/"
/* Of one alert; each takes a due that moves, a change of account or priority, another month. */
#define ROUNDS_MAX 100

const struct column alert_columns[] = { ALERT_COLUMNS("home"), COLUMN_END };

/* Whose an alert is. */

static const struct {
	const char *daemon;
	const char *homes; /* how its homes begin; "": all that are not another's */
	int segments; /* behind the daemon, without the round; 0: any, since a home may have slashes */
	size_t id_max; /* bytes; 0: any */
} owners[ALERT_OWNERS] = {
	[ALERT_OF_CLOCK] = { "sla", "", 3, 400 },
	[ALERT_OF_CASE] = { "chargeback", "", 0, 0 },
	[ALERT_OF_PROGRAMME] = { "chargeback", "programmes:", 0, 0 },
	[ALERT_OF_KPI] = { "kpi", "", 0, 0 },
};

/* What stands behind the beginning; NULL: it begins otherwise, or there is nothing. */
static const char *behind(const char *beginning, const char *text)
{
	return text != NULL && text_starts(text, beginning) ? text + strlen(beginning) : NULL;
}

/* What stands behind "alert/<daemon>/"; NULL: it is another daemon's, or no id of an alert. */
static const char *behind_daemon(enum alert_owner owner, const char *id)
{
	return behind("/", behind(owners[owner].daemon, behind(ID_PREFIX, id)));
}

enum alert_owner alert_owner_of(const char *alert_id)
{
	enum alert_owner best = ALERT_OF_CLOCK;

	for (int i = 0; i < ALERT_OWNERS; i++) {
		const enum alert_owner owner = (enum alert_owner)i;
		const char *const rest = behind_daemon(owner, alert_id);

		if (rest != NULL && text_starts(rest, owners[owner].homes) &&
		    (behind_daemon(best, alert_id) == NULL ||
		     strlen(owners[owner].homes) > strlen(owners[best].homes)))
			best = owner;
	}
	return best;
}

/* Has it the shape of the owner's ids? */
static bool is_id(enum alert_owner owner, const char *id)
{
	const char *rest = behind_daemon(owner, id);
	int segments = 0;

	if (rest == NULL || (owners[owner].id_max > 0 && strlen(id) > owners[owner].id_max))
		return false;
	if (owners[owner].segments == 0)
		return true;
	for (; *rest != '\0' && *rest != '/'; segments++) {
		rest += strcspn(rest, "/");
		rest += *rest == '/' && rest[1] != '\0' ? 1 : 0;
	}
	return *rest == '\0' &&
	       (segments == owners[owner].segments || segments == owners[owner].segments + 1);
}

/* Raised and resolved. */

static enum status emit(struct task *task, const char *alert_id, const char *key, struct instant at,
                        Opsmesh__V1__AlertEvent *event)
{
	event->alert_id = text_mutable(alert_id);
	event->occurred_at = proto_timestamp(task->arena, at);
	return task_emit(task, &(struct emission){ .topic = OPS_ALERTS,
	                                           .key = key,
	                                           .subject = alert_id,
	                                           .partition = &task->shard_number,
	                                           .time = at,
	                                           .message = &event->base });
}

/* A row of the table, with room for its own columns. */
static struct alert_row *row_make(struct task *task, const struct alert_kind *kind)
{
	return arena_zero(task->arena, kind->table->row_size);
}

bool alert_find(const struct alert_scope *scope, struct alert_row *row)
{
	struct arena *const arena = scope->task->arena;
	const char *const first =
	    arena_printf(arena, ID_PREFIX "%s/%s/%s", owners[scope->kind->owner].daemon,
	                 scope->home, scope->about);

	for (int round = 1; round <= ROUNDS_MAX; round++) {
		memset(row, 0, scope->kind->table->row_size);
		row->alert_id = round == 1 ? first : arena_printf(arena, "%s/%d", first, round);
		if (!task_load(scope->task, scope->kind->table, row))
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

static const char *severity_word(Opsmesh__V1__Severity severity)
{
	static const char *const words[] = { "", "info", "warning", "critical" };

	return words[severity];
}

static void save_raised(const struct alert_scope *scope, const struct alert_notice *notice,
                        const char *alert_id)
{
	struct alert_row *const row =
	    notice->row != NULL ? notice->row : row_make(scope->task, scope->kind);

	*row = (struct alert_row){ .alert_id = alert_id,
		                   .home = scope->home,
		                   .state = "open",
		                   .severity = severity_word(notice->severity),
		                   .raised_at = scope->at,
		                   .acknowledged_at = TIME_MIN,
		                   .resolved_at = TIME_MIN };
	task_save(scope->task, scope->kind->table, row);
}

enum status alert_raise(const struct alert_scope *scope, const struct alert_notice *notice)
{
	struct alert_row *const stands = row_make(scope->task, scope->kind);
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertRaised raised = OPSMESH__V1__ALERT_RAISED__INIT;

	if (alert_find(scope, stands))
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
	save_raised(scope, notice, stands->alert_id);
	return emit(scope->task, stands->alert_id, scope->home, scope->at, &event);
}

enum status alert_update(const struct alert_scope *scope, const struct alert_notice *notice)
{
	struct alert_row *const stands = row_make(scope->task, scope->kind);
	struct alert_row *const row = notice->row != NULL ? notice->row : stands;
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertUpdated updated = OPSMESH__V1__ALERT_UPDATED__INIT;

	if (!alert_find(scope, stands) || text_equal(stands->state, "resolved"))
		return STATUS_OK;
	updated.severity = notice->severity;
	updated.summary = text_mutable(notice->summary);
	updated.description = text_mutable(notice->description);
	updated.n_evidence = notice->evidence_count;
	updated.evidence = notice->evidence;
	event.cause_id = text_mutable(scope->cause_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_UPDATED;
	event.updated = &updated;
	row->severity = severity_word(notice->severity);
	task_save(scope->task, scope->kind->table, row);
	return emit(scope->task, row->alert_id, scope->home, time_later(scope->at, row->raised_at),
	            &event);
}

enum status alert_resolve(const struct alert_scope *scope, const char *reason)
{
	struct alert_row *const row = row_make(scope->task, scope->kind);
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertResolved resolved = OPSMESH__V1__ALERT_RESOLVED__INIT;

	if (!alert_find(scope, row) || text_equal(row->state, "resolved"))
		return STATUS_OK;
	resolved.reason = text_mutable(reason);
	event.cause_id = text_mutable(scope->cause_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED;
	event.resolved = &resolved;
	row->state = "resolved";
	row->resolved_at = time_later(scope->at, row->raised_at);
	task_save(scope->task, scope->kind->table, row);
	return emit(scope->task, row->alert_id, scope->home, row->resolved_at, &event);
}

/* What people ask of an alert. */

/* An answer goes to the partition of the action, which is that of its subject. */
struct answer {
	struct task *task;
	const struct alert_kind *kind;
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
	task_save(answer->task, answer->kind->table, row);
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
	const struct alert_kind *const kind = answer->kind;
	struct alert_row *const row = row_make(answer->task, kind);

	row->alert_id = answer->requested->on->id;
	if (!is_id(kind->owner, row->alert_id))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, "on.id",
		              "This is not the id of an alert.");
	if (answer->requested->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE)
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "action",
		              "An alert can be acknowledged, nothing else.");
	if (!task_load(answer->task, kind->table, row))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT,
		              "on.id", "There is no such alert.");
	if (text_equal(row->state, "resolved"))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE, "on.id",
		              "The alert is resolved.");
	if (text_equal(row->state, "acknowledged"))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE, "on.id",
		              "Somebody has acknowledged the alert before.");
	return acknowledge(answer, row);
}

static bool is_asked_of(const struct alert_kind *kind,
                        const Opsmesh__V1__ActionRequested *requested)
{
	return requested->on != NULL && text_equal(requested->on->type, "alert") &&
	       alert_owner_of(requested->on->id) == kind->owner;
}

enum status alert_on_action(struct task *task, const struct alert_kind *kind,
                            const Opsmesh__V1__ActionRequested *requested)
{
	struct answer answer = { .task = task,
		                 .kind = kind,
		                 .action = (const void *)task->message,
		                 .requested = requested,
		                 .event = OPSMESH__V1__ALERT_EVENT__INIT };

	if (!is_asked_of(kind, requested))
		return STATUS_OK;
	if (!proto_instant(answer.action->occurred_at, &answer.at))
		answer.at = task->event->time;
	return act(&answer);
}

void alert_need(struct task *task, const struct alert_kind *kind,
                const Opsmesh__V1__ActionRequested *requested)
{
	struct alert_row *const row = row_make(task, kind);

	if (!is_asked_of(kind, requested))
		return;
	row->alert_id = requested->on->id;
	task_need(task, kind->table, row);
}
