/*
 * An alert for each breach: "alert/sla/<ticket>/<metric>/<instance>" (common/flow/alert.h). A breach that was withdrawn has
 * had its alert; when the same clock breaches again, that is another round.
 */
#include "services/sla-watcher/watcher.h"

#include "common/base/text.h"

#define RUNBOOK "deploy/runbooks/sla-breach.md"

static const struct column columns[] = {
	ALERT_COLUMNS("ticket_id"),
	COLUMN(struct sla_alert_row, metric),
	COLUMN(struct sla_alert_row, instance),
	COLUMN(struct sla_alert_row, breach_id),
	COLUMN_END,
};
const struct state_table sla_alert_table = { .name = "sla_alert",
	                                     .columns = columns,
	                                     .key_columns = 1,
	                                     .row_size = sizeof(struct sla_alert_row) };
static const struct alert_kind kind = { ALERT_OF_CLOCK, &sla_alert_table };

static struct alert_scope scope_of(const struct watch *watch, const struct sla_clock *clock)
{
	return (struct alert_scope){ .task = watch->task,
		                     .kind = &kind,
		                     .home = watch->ticket_id,
		                     .about = arena_printf(watch->task->arena, "%s/%u",
		                                           sla_metric_names[clock->metric],
		                                           clock->instance),
		                     .cause_id = "" };
}

const char *alert_breach_id(struct watch *watch, const struct sla_clock *clock)
{
	const struct alert_scope scope = scope_of(watch, clock);
	struct sla_alert_row row;

	return clock_overdue(clock) && alert_find(&scope, &row.alert) ? row.breach_id : "";
}

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

static enum status raise(struct watch *watch, const struct sla_fact *fact,
                         const struct alert_scope *scope)
{
	struct arena *const arena = watch->task->arena;
	const struct sla_ticket *const ticket = &watch->ticket;
	const char *const metric = sla_metric_names[fact->clock.metric];
	struct sla_alert_row row = { .metric = metric,
		                     .instance = fact->clock.instance,
		                     .breach_id = scope->cause_id };
	Opsmesh__V1__Evidence *evidence[] = {
		alert_evidence(arena, "ticket", watch->ticket_id, "the ticket that is late"),
		alert_evidence(arena, "event", scope->cause_id,
		               "the breach with all that decided it"),
		alert_evidence(arena, "policy",
		               arena_printf(arena, "%s@%lld", ticket->policy.text,
		                            (long long)ticket->policy_version),
		               arena_printf(arena, "rule %s", ticket->rule.text)),
	};

	return alert_raise(scope, &(struct alert_notice){
				      .rule = arena_printf(arena, "%s/%u/breached", metric,
	                                                   fact->clock.instance),
				      .severity = severity_of(watch, &fact->clock),
				      .summary = summary_of(watch, fact),
				      .description = description_of(watch, fact),
				      .runbook = RUNBOOK,
				      .team = ticket->calendar.text,
				      .evidence = evidence,
				      .evidence_count = COUNT_OF(evidence),
				      .row = &row.alert });
}

static const char *why_resolved(enum sla_cause cause)
{
	static const char *const reasons[SLA_CAUSES] = {
		[SLA_FULFIL] = "It has happened, late.",
		[SLA_CANCEL] = "It is not waited for any more.",
		[SLA_CORRECT] = "It had happened in time.",
		[SLA_WITHDRAW] = "Another target was in force.",
	};

	return reasons[cause] != NULL ? reasons[cause] : "";
}

enum status alert_follow(struct watch *watch, const struct sla_fact *fact, const char *sla_id)
{
	const bool was = clock_overdue(&fact->before);
	const bool is = clock_overdue(&fact->clock);
	struct alert_scope scope = scope_of(watch, &fact->clock);

	scope.cause_id = sla_id;
	scope.at = fact->at;
	if (!was && is)
		return raise(watch, fact, &scope);
	return was && !is ? alert_resolve(&scope, why_resolved(fact->cause)) : STATUS_OK;
}

enum status clock_on_action_requested(struct task *task,
                                      const Opsmesh__V1__ActionRequested *requested)
{
	return alert_on_action(task, &kind, requested);
}

void clock_need_alert(struct task *task, const ProtobufCMessage *event)
{
	alert_need(task, &kind, ((const Opsmesh__V1__ActionEvent *)(const void *)event)->requested);
}
