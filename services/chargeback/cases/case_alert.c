/*
 * Alerts about cases: "alert/chargeback/<home>/<dispute>/<rule>" (common/flow/alert.h).
 */
#include "services/chargeback/cases/case.h"

#include "common/flow/alert.h"

const struct state_table case_alert_table = { .name = "case_alert",
	                                      .columns = alert_columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct alert_row) };
static const struct alert_kind kind = { ALERT_OF_CASE, &case_alert_table };

static struct alert_scope scope_of(const struct casework *work, const char *rule)
{
	return (struct alert_scope){ .task = work->task,
		                     .kind = &kind,
		                     .home = work->row.home,
		                     .about = arena_printf(work->task->arena, "%s/%s",
		                                           work->row.dispute_id, rule),
		                     .cause_id = work->cause_id,
		                     .at = work->at };
}

enum status case_raise(struct casework *work, const struct case_alarm *alarm)
{
	struct arena *const arena = work->task->arena;
	const struct alert_scope scope = scope_of(work, alarm->rule);
	Opsmesh__V1__Evidence *evidence[] = {
		alert_evidence(arena, "case", work->case_id, "the case"),
		alert_evidence(arena, "policy", case_policy_name(work),
		               "by which the deadline is reckoned"),
	};

	return alert_raise(&scope, &(struct alert_notice){ .rule = alarm->rule,
	                                                   .severity = alarm->severity,
	                                                   .summary = alarm->summary,
	                                                   .description = alarm->description,
	                                                   .runbook = CASE_RUNBOOK,
	                                                   .team = work->policy->team,
	                                                   .evidence = evidence,
	                                                   .evidence_count = COUNT_OF(evidence) });
}

enum status case_resolve(struct casework *work, const char *rule, const char *reason)
{
	const struct alert_scope scope = scope_of(work, rule);

	return alert_resolve(&scope, reason);
}

enum status case_on_alert_action(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	return alert_on_action(task, &kind, requested);
}
