/*
 * An alert for each breach: raised once, resolved once, acknowledged by a person in between.
 *
 * Its id is "alert/sla/<ticket>/<metric>/<instance>". A breach that was withdrawn has had its alert; when
 * the same clock breaches again, that one's id ends in "/2", and so on.
 */
#include "services/sla-watcher/watcher.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define RUNBOOK "deploy/runbooks/sla-breach.md"
#define ALERT_PREFIX "alert/sla/"
/* Withdrawals of one clock; each takes a change of the account or the priority. */
#define ROUNDS_MAX 100

static const char *const severity_words[] = { "", "info", "warning", "critical" };

/* The row. */

/* The clock's alert that is not resolved, or a fresh one of which alert_id alone is set. */
static bool find_alert(struct watch *watch, const struct sla_clock *clock,
                       struct sla_alert_row *row)
{
	struct arena *const arena = watch->task->arena;
	const char *const first = arena_printf(arena, ALERT_PREFIX "%s/%s/%u", watch->ticket_id,
	                                       sla_metric_names[clock->metric], clock->instance);

	for (int round = 1; round <= ROUNDS_MAX; round++) {
		*row = (struct sla_alert_row){
			.alert_id = round == 1 ? first : arena_printf(arena, "%s/%d", first, round)
		};
		if (!task_load(watch->task, &sla_alert_table, row))
			return false;
		if (!text_equal(row->state, "resolved"))
			return true;
	}
	return true;
}

const char *alert_breach_id(struct watch *watch, const struct sla_clock *clock)
{
	struct sla_alert_row row;

	return clock_overdue(clock) && find_alert(watch, clock, &row) ? row.breach_id : "";
}

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

/* Raised. */

/*
 * Dues lie in the calendar's open hours, so a page finds somebody at work. Due already when the target
 * came to be: nobody could have met it. Who is promised most and whose need is greatest: a page. Else a
 * person looks today.
 */
static Opsmesh__V1__Severity severity_of(const struct watch *watch, const struct sla_clock *clock)
{
	const struct sla_text *const traits = watch->ticket.traits;

	if (clock->retroactive)
		return OPSMESH__V1__SEVERITY__SEVERITY_INFO;
	if (clock->metric != SLA_RESOLUTION && (text_equal(traits[SLA_PRIORITY].text, "urgent") ||
	                                        text_equal(traits[SLA_TIER].text, "enterprise")))
		return OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL;
	return OPSMESH__V1__SEVERITY__SEVERITY_WARNING;
}

static Opsmesh__V1__Evidence *evidence_make(struct arena *arena, const char *type, const char *id,
                                            const char *note)
{
	Opsmesh__V1__Evidence *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__evidence__init(made);
	made->type = text_mutable(type);
	made->id = text_mutable(id);
	made->note = text_mutable(note);
	return made;
}

/* Ticket, breach, policy. */
static void add_evidence(const struct watch *watch, const char *sla_id,
                         Opsmesh__V1__AlertRaised *raised)
{
	struct arena *const arena = watch->task->arena;
	const struct sla_ticket *const ticket = &watch->ticket;

	raised->evidence = arena_alloc(arena, 3 * sizeof(*raised->evidence));
	raised->n_evidence = 3;
	raised->evidence[0] =
	    evidence_make(arena, "ticket", watch->ticket_id, "the ticket that is late");
	raised->evidence[1] =
	    evidence_make(arena, "event", sla_id, "the breach with all that decided it");
	raised->evidence[2] = evidence_make(arena, "policy",
	                                    arena_printf(arena, "%s@%lld", ticket->policy.text,
	                                                 (long long)ticket->policy_version),
	                                    arena_printf(arena, "rule %s", ticket->rule.text));
}

static const char *summary_of(const struct watch *watch, const struct sla_fact *fact)
{
	static const char *const what[] = { [SLA_FIRST_REPLY] = "The first reply",
		                            [SLA_NEXT_REPLY] = "The next reply",
		                            [SLA_RESOLUTION] = "The resolution" };
	char due[TIME_TEXT_SIZE];

	return arena_printf(watch->task->arena, "%s to ticket %s is late: it was due at %s.",
	                    what[fact->clock.metric], watch->ticket_id, time_format(fact->at, due));
}

static const char *description_of(const struct watch *watch, const struct sla_fact *fact)
{
	const struct sla_ticket *const ticket = &watch->ticket;

	return arena_printf(
	    watch->task->arena, "%d s of calendar %s were allowed by rule %s of policy %s. %s",
	    (int)fact->clock.target_s, ticket->calendar.text, ticket->rule.text,
	    ticket->policy.text,
	    fact->clock.metric == SLA_RESOLUTION
		? "See who has the ticket and what it waits for."
		: "Write to the customer, if only to say when an answer will come.");
}

static enum status raise(struct watch *watch, const struct sla_fact *fact, const char *sla_id)
{
	struct arena *const arena = watch->task->arena;
	const char *const metric = sla_metric_names[fact->clock.metric];
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertRaised raised = OPSMESH__V1__ALERT_RAISED__INIT;
	struct sla_alert_row row;

	if (find_alert(watch, &fact->clock, &row))
		return STATUS_OK;
	raised.severity = severity_of(watch, &fact->clock);
	raised.summary = text_mutable(summary_of(watch, fact));
	raised.description = text_mutable(description_of(watch, fact));
	raised.runbook = text_mutable(RUNBOOK);
	raised.team = text_mutable(arena_string(arena, watch->ticket.calendar.text));
	raised.cause_at = proto_timestamp(arena, fact->at);
	raised.rule = arena_printf(arena, "%s/%u/breached", metric, fact->clock.instance);
	add_evidence(watch, sla_id, &raised);
	event.cause_id = text_mutable(sla_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RAISED;
	event.raised = &raised;
	row = (struct sla_alert_row){ .alert_id = row.alert_id,
		                      .ticket_id = watch->ticket_id,
		                      .metric = metric,
		                      .instance = fact->clock.instance,
		                      .state = "open",
		                      .severity = severity_words[raised.severity],
		                      .breach_id = sla_id,
		                      .raised_at = fact->at,
		                      .acknowledged_at = TIME_MIN,
		                      .resolved_at = TIME_MIN };
	task_save(watch->task, &sla_alert_table, &row);
	return emit(watch->task, row.alert_id, watch->ticket_id, fact->at, &event);
}

/* Resolved. */

/* What came late may have happened before the due: an alert is not resolved before it was raised. */
static enum status resolve(struct watch *watch, const struct sla_fact *fact, const char *sla_id)
{
	static const char *const reasons[SLA_CAUSES] = {
		[SLA_FULFIL] = "It has happened, late.",
		[SLA_CANCEL] = "It is not waited for any more.",
		[SLA_CORRECT] = "It had happened in time.",
		[SLA_WITHDRAW] = "Another target was in force.",
	};
	Opsmesh__V1__AlertEvent event = OPSMESH__V1__ALERT_EVENT__INIT;
	Opsmesh__V1__AlertResolved resolved = OPSMESH__V1__ALERT_RESOLVED__INIT;
	struct sla_alert_row row;

	if (!find_alert(watch, &fact->clock, &row) || text_equal(row.state, "resolved"))
		return STATUS_OK;
	if (reasons[fact->cause] != NULL)
		resolved.reason = text_mutable(reasons[fact->cause]);
	event.cause_id = text_mutable(sla_id);
	event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED;
	event.resolved = &resolved;
	row.state = "resolved";
	row.resolved_at = time_later(fact->at, row.raised_at);
	task_save(watch->task, &sla_alert_table, &row);
	return emit(watch->task, row.alert_id, watch->ticket_id, row.resolved_at, &event);
}

enum status alert_follow(struct watch *watch, const struct sla_fact *fact, const char *sla_id)
{
	const bool was = clock_overdue(&fact->before);
	const bool is = clock_overdue(&fact->clock);

	if (!was && is)
		return raise(watch, fact, sla_id);
	return was && !is ? resolve(watch, fact, sla_id) : STATUS_OK;
}

/* What people ask for. */

/* Where an answer goes: to the partition of the action, which is that of its subject. */
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

static enum status acknowledge(struct answer *answer, struct sla_alert_row *row)
{
	const Opsmesh__V1__ActionRequested *const requested = answer->requested;
	Opsmesh__V1__AlertAcknowledged acknowledged = OPSMESH__V1__ALERT_ACKNOWLEDGED__INIT;
	Opsmesh__V1__ActionApplied applied = action_applied(answer->action->action_id, requested);

	row->state = "acknowledged";
	row->acknowledged_at = answer->at;
	row->acknowledged_by = requested->by != NULL ? requested->by->principal : NULL;
	task_save(answer->task, &sla_alert_table, row);
	acknowledged.by = requested->by;
	acknowledged.reason = requested->reason;
	answer->event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_ACKNOWLEDGED;
	answer->event.acknowledged = &acknowledged;
	TRY(answer_emit(answer));
	answer->event.fact_case = OPSMESH__V1__ALERT_EVENT__FACT_ACTION_APPLIED;
	answer->event.action_applied = &applied;
	return answer_emit(answer);
}

/* "alert/sla/<ticket>/<metric>/<instance>", none of them empty; rounds have one more. */
static bool is_ours(const char *id)
{
	int segments = 0;

	if (!text_starts(id, ALERT_PREFIX) || strlen(id) > 2 * WATCH_ID_MAX)
		return false;
	for (id += strlen(ALERT_PREFIX); *id != '\0' && *id != '/'; segments++) {
		id += strcspn(id, "/");
		id += *id == '/' && id[1] != '\0' ? 1 : 0;
	}
	return *id == '\0' && (segments == 3 || segments == 4);
}

static enum status act(struct answer *answer)
{
	struct sla_alert_row row = { .alert_id = answer->requested->on->id };

	if (!is_ours(row.alert_id))
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, "on.id",
		              "This is not the id of an alert.");
	if (answer->requested->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE)
		return refuse(answer, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "action",
		              "An alert can be acknowledged, nothing else.");
	if (!task_load(answer->task, &sla_alert_table, &row))
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

/* Another daemon's alert is answered by that one; what is nobody's is answered here. */
static bool is_about_alert(const Opsmesh__V1__ActionRequested *requested)
{
	return requested->on != NULL && text_equal(requested->on->type, "alert") &&
	       !text_starts(requested->on->id, "alert/chargeback/");
}

enum status clock_on_action_requested(struct task *task,
                                      const Opsmesh__V1__ActionRequested *requested)
{
	struct answer answer = { .task = task,
		                 .action = (const void *)task->message,
		                 .requested = requested,
		                 .event = OPSMESH__V1__ALERT_EVENT__INIT };

	if (!is_about_alert(requested))
		return STATUS_OK;
	if (!proto_instant(answer.action->occurred_at, &answer.at))
		answer.at = task->event->time;
	return act(&answer);
}

void clock_need_alert(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)event;

	if (is_about_alert(action->requested))
		task_need(task, &sla_alert_table,
		          &(struct sla_alert_row){ .alert_id = action->requested->on->id });
}
