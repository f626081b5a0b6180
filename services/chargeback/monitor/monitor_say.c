/*
 * What is said of a threshold, and the alerts about it: "alert/chargeback/programmes:<network>/<programme>/<threshold>/<rule>".
 */
#include "services/chargeback/monitor/monitor.h"

#include "common/base/text.h"
#include "common/flow/alert.h"
#include "common/io/proto.h"

const struct state_table programme_alert_table = { .name = "programme_alert",
	                                           .columns = alert_columns,
	                                           .key_columns = 1,
	                                           .row_size = sizeof(struct alert_row) };
static const struct alert_kind kind = { ALERT_OF_PROGRAMME, &programme_alert_table };

static const char *policy_name(const struct judging *judging)
{
	const struct policy_head *const programme = &judging->policy->head;
	const struct policy_head *const watch = &judging->it->watch->head;

	return arena_printf(judging->it->task->arena, "programmes/%s/%lld dispute-watch/%s/%lld",
	                    programme->id, (long long)programme->version, watch->id,
	                    (long long)watch->version);
}

static Opsmesh__V1__Money *money_of(struct arena *arena, const struct money *money)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = money->minor;
	made->currency = text_mutable(arena_string(arena, money->currency));
	return made;
}

static void fill_period(const struct judging *judging, Opsmesh__V1__ProgrammeStood *stood)
{
	struct arena *const arena = judging->it->task->arena;
	const struct programme_period *const period = &judging->answer->period;

	stood->period_start = proto_timestamp(arena, period->start);
	stood->period_end = proto_timestamp(arena, period->end);
	stood->payments_start = proto_timestamp(arena, period->payments_start);
	stood->payments_end = proto_timestamp(arena, period->payments_end);
	stood->as_of = proto_timestamp(arena, judging->it->as_of);
}

static void fill_figures(const struct judging *judging, Opsmesh__V1__ProgrammeStood *stood)
{
	const struct programme_answer *const answer = judging->answer;

	stood->events = answer->now.events;
	stood->payments = answer->now.payments;
	stood->authenticated = answer->tally.authenticated;
	if (answer->tally.amount_known && answer->tally.amount.currency[0] != '\0')
		stood->amount = money_of(judging->it->task->arena, &answer->tally.amount);
	stood->ratio_ppm = answer->now.ratio_ppm;
	stood->low_ppm = answer->has_interval ? answer->interval.low_ppm : 0;
	stood->high_ppm = answer->has_interval ? answer->interval.high_ppm : 0;
	stood->lower_bound = true;
	stood->elapsed_ppm = answer->elapsed_ppm;
	stood->is_projected = answer->is_projected;
	stood->events_at_end = answer->at_end.events;
	stood->payments_at_end = answer->at_end.payments;
	stood->ratio_at_end_ppm = answer->at_end.ratio_ppm;
	stood->amount_unjudged = answer->amount_unjudged;
}

static void fill_threshold(const struct judging *judging, size_t at,
                           Opsmesh__V1__ProgrammeStood *stood)
{
	const struct programme_threshold *const threshold = &judging->policy->thresholds[at];

	stood->threshold = text_mutable(threshold->name);
	stood->standing = text_mutable(programme_standing_names[judging->answer->standings[at]]);
	stood->count_wanted = threshold->count;
	stood->ratio_wanted_bp = threshold->ratio_bp;
	if (threshold->amount.minor != 0)
		stood->amount_wanted = money_of(judging->it->task->arena, &threshold->amount);
}

enum status monitor_say(const struct judging *judging, enum monitor_fact fact, size_t threshold,
                        int64_t clean_months)
{
	static const Opsmesh__V1__DisputeEvent__FactCase cases[] = {
		[MONITOR_RATIO] = OPSMESH__V1__DISPUTE_EVENT__FACT_RATIO_PROJECTED,
		[MONITOR_APPROACHING] = OPSMESH__V1__DISPUTE_EVENT__FACT_THRESHOLD_APPROACHING,
		[MONITOR_CROSSED] = OPSMESH__V1__DISPUTE_EVENT__FACT_THRESHOLD_CROSSED,
		[MONITOR_LEFT] = OPSMESH__V1__DISPUTE_EVENT__FACT_THRESHOLD_LEFT,
	};
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__ProgrammeStood stood = OPSMESH__V1__PROGRAMME_STOOD__INIT;

	stood.programme = text_mutable(judging->policy->head.id);
	stood.network = text_mutable(judging->policy->network);
	fill_period(judging, &stood);
	fill_figures(judging, &stood);
	fill_threshold(judging, threshold, &stood);
	stood.clean_months = clean_months;
	stood.policy = text_mutable(policy_name(judging));
	event.fact_case = cases[fact];
	event.ratio_projected = &stood;
	return monitor_emit(judging->it->task, judging->it->watched, &event);
}

/* Alerts. */

static const char *rule_of(enum monitor_fact fact)
{
	return fact == MONITOR_CROSSED ? "crossed" : "approaching";
}

static struct alert_scope scope_of(const struct judging *judging, enum monitor_fact fact,
                                   size_t threshold)
{
	struct task *const task = judging->it->task;

	return (struct alert_scope){
		.task = task,
		.kind = &kind,
		.home = judging->it->watched,
		.about = arena_printf(task->arena, "%s/%s/%s", judging->policy->head.id,
		                      judging->policy->thresholds[threshold].name, rule_of(fact)),
		.cause_id = "",
		.at = task->due,
	};
}

static const char *summary_of(const struct judging *judging, enum monitor_fact fact,
                              size_t threshold)
{
	const struct programme_figures *const now = &judging->answer->now;

	return arena_printf(judging->it->task->arena,
	                    fact == MONITOR_CROSSED
	                        ? "%s: the threshold %s is met, with %lld of %lld payments."
	                        : "%s: the threshold %s is near, with %lld of %lld payments.",
	                    judging->policy->head.id, judging->policy->thresholds[threshold].name,
	                    (long long)now->events, (long long)now->payments);
}

enum status monitor_raise(const struct judging *judging, enum monitor_fact fact, size_t threshold)
{
	struct arena *const arena = judging->it->task->arena;
	const struct alert_scope scope = scope_of(judging, fact, threshold);
	Opsmesh__V1__Evidence *evidence[] = {
		alert_evidence(arena, "policy", policy_name(judging), "by which it is judged"),
	};

	return alert_raise(
	    &scope,
	    &(struct alert_notice){
		.rule = rule_of(fact),
		.severity = OPSMESH__V1__SEVERITY__SEVERITY_WARNING,
		.summary = summary_of(judging, fact, threshold),
		.description =
		    "Disputes and fraud warnings of the month against its payments, as a lower "
		    "bound. Find what they have in common and stop it: answers change nothing.",
		.runbook = MONITOR_RUNBOOK,
		.team = judging->it->watch->team,
		.evidence = evidence,
		.evidence_count = COUNT_OF(evidence) });
}

enum status monitor_resolve(const struct judging *judging, enum monitor_fact fact, size_t threshold,
                            const char *reason)
{
	const struct alert_scope scope = scope_of(judging, fact, threshold);

	return alert_resolve(&scope, reason);
}

enum status monitor_on_requested(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	return alert_on_action(task, &kind, requested);
}
