/*
 * The stage's rows in and out.
 */
#include "services/classifier/pattern.h"

#include "common/base/text.h"
#include "services/classifier/pattern_codec.h"

#include <string.h>

static const struct column intent_columns[] = {
	COLUMN(struct pattern_intent_row, intent),   COLUMN(struct pattern_intent_row, since),
	COLUMN(struct pattern_intent_row, patterns), COLUMN(struct pattern_intent_row, late),
	COLUMN(struct pattern_intent_row, baseline), COLUMN_END,
};
const struct state_table pattern_intent_table = { .name = "pattern_intent",
	                                          .columns = intent_columns,
	                                          .key_columns = 1,
	                                          .row_size = sizeof(struct pattern_intent_row),
	                                          .resident = true };

static const struct column step_columns[] = {
	COLUMN(struct pattern_step_row, intent),  COLUMN(struct pattern_step_row, start_s),
	COLUMN(struct pattern_step_row, reports), COLUMN(struct pattern_step_row, overflow),
	COLUMN(struct pattern_step_row, last),    COLUMN_END,
};
const struct state_table pattern_step_table = { .name = "pattern_step",
	                                        .columns = step_columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct pattern_step_row),
	                                        .resident = true };

static const struct column bag_columns[] = {
	COLUMN(struct pattern_bag_row, intent),
	COLUMN(struct pattern_bag_row, start_s),
	COLUMN(struct pattern_bag_row, body),
	COLUMN_END,
};
const struct state_table pattern_bag_table = { .name = "pattern_bag",
	                                       .columns = bag_columns,
	                                       .key_columns = 2,
	                                       .row_size = sizeof(struct pattern_bag_row),
	                                       .resident = true };

static const struct column known_columns[] = {
	COLUMN(struct pattern_known_row, intent),
	COLUMN(struct pattern_known_row, number),
	COLUMN(struct pattern_known_row, rule),
	COLUMN(struct pattern_known_row, token),
	COLUMN(struct pattern_known_row, state),
	COLUMN(struct pattern_known_row, found_at),
	COLUMN(struct pattern_known_row, last_report),
	COLUMN(struct pattern_known_row, quiet_since),
	COLUMN(struct pattern_known_row, customers),
	COLUMN(struct pattern_known_row, tickets),
	COLUMN(struct pattern_known_row, body),
	COLUMN_END,
};
const struct state_table pattern_known_table = { .name = "pattern_known",
	                                         .columns = known_columns,
	                                         .key_columns = 2,
	                                         .row_size = sizeof(struct pattern_known_row),
	                                         .resident = true };

static const struct column customer_columns[] = {
	COLUMN(struct pattern_customer_row, intent),
	COLUMN(struct pattern_customer_row, customer),
	COLUMN(struct pattern_customer_row, tickets),
	COLUMN(struct pattern_customer_row, body),
	COLUMN_END,
};
const struct state_table pattern_customer_table = { .name = "pattern_customer",
	                                            .columns = customer_columns,
	                                            .key_columns = 2,
	                                            .row_size =
	                                                sizeof(struct pattern_customer_row) };

void pattern_key_split(struct task *task, const char *key, const char **intent, const char **rest)
{
	const size_t size = strcspn(key, "/");

	*intent = arena_text(task->arena, key, size);
	*rest = key[size] == '/' ? key + size + 1 : "";
}

enum status pattern_key_read(struct task *task, const char *key, const char **intent,
                             int64_t *number)
{
	const char *rest;

	pattern_key_split(task, key, intent, &rest);
	if (!text_number(rest, 0, INT64_MAX / 1000000, number))
		return task_fail(task, STATUS_FATAL, "timer %s: its key has no number", key);
	return STATUS_OK;
}

const struct pattern_policy *pattern_policy_of(struct task *task, struct instant at)
{
	return pattern_policy_at(task_document(task, PATTERN_DOCUMENT), at);
}

/* Intents. */

enum status pattern_intent_load(struct task *task, const char *intent, struct instant since,
                                struct pattern_intent_row *row, struct pattern_baseline *baseline)
{
	*row = (struct pattern_intent_row){ .intent = intent };
	memset(baseline, 0, sizeof(*baseline));
	if (!task_load(task, &pattern_intent_table, row))
		*row = (struct pattern_intent_row){ .intent = intent,
			                            .since = pattern_hour_of(since) };
	else if (!pattern_baseline_decode(row->baseline, baseline))
		return task_fail(task, STATUS_FATAL, "intent %s: its row cannot be read", intent);
	return STATUS_OK;
}

void pattern_intent_save(struct task *task, struct pattern_intent_row *row,
                         const struct pattern_baseline *baseline)
{
	struct buffer packed = { 0 };

	pattern_baseline_encode(baseline, &packed);
	row->baseline = pattern_written(task->arena, &packed);
	task_save(task, &pattern_intent_table, row);
}

void pattern_judgement_set(struct task *task, const char *intent,
                           const struct pattern_policy *policy, struct instant end)
{
	task_timer_set(task, PATTERN_TIMER_JUDGE,
	               arena_printf(task->arena, "%s/%lld", intent, (long long)(end.us / 1000000)),
	               time_add(end, policy->settle));
}

/* Steps. */

bool pattern_bag_load(struct task *task, struct arena *arena, const struct pattern_step_row *step,
                      struct pattern_bag *bag)
{
	struct pattern_bag_row row = { .intent = step->intent, .start_s = step->start_s };

	bag->count = 0;
	bag->overflow = step->overflow;
	return !task_load(task, &pattern_bag_table, &row) ||
	       pattern_bag_decode(arena, row.body, bag);
}

void pattern_bag_save(struct task *task, struct pattern_step_row *step,
                      const struct pattern_bag *bag)
{
	struct pattern_bag_row row = { .intent = step->intent, .start_s = step->start_s };
	struct buffer body = { 0 };

	pattern_bag_encode(bag, &body);
	row.body = pattern_written(task->arena, &body);
	task_save(task, &pattern_bag_table, &row);
	step->reports = (int64_t)bag->count;
	step->overflow = bag->overflow;
	step->last = bag->reports[bag->count - 1].at;
	task_save(task, &pattern_step_table, step);
}

void pattern_bag_remove(struct task *task, const struct pattern_step_row *step)
{
	task_remove(task, &pattern_step_table, step);
	task_remove(task, &pattern_bag_table,
	            &(struct pattern_bag_row){ .intent = step->intent, .start_s = step->start_s });
}

/* Patterns. */

static bool rule_of(const char *name, enum pattern_rule *rule)
{
	for (int i = 0; i < PATTERN_RULES; i++) {
		if (text_equal(pattern_rule_names[i], name)) {
			*rule = (enum pattern_rule)i;
			return true;
		}
	}
	return false;
}

bool pattern_known_load(struct arena *arena, const struct pattern_known_row *row,
                        struct pattern_known *known)
{
	enum pattern_rule rule;

	if (!rule_of(row->rule, &rule))
		return false;
	*known = pattern_known_new(arena, row->number, rule, row->token != NULL ? row->token : "");
	known->quiet = text_equal(row->state, "quiet");
	known->found_at = row->found_at;
	known->last_report = row->last_report;
	known->quiet_since = row->quiet_since;
	return pattern_known_decode(row->body, known);
}

static const char *life_key(struct task *task, const char *intent, int64_t number)
{
	return arena_printf(task->arena, "%s/%lld", intent, (long long)number);
}

void pattern_known_save(struct task *task, const char *intent, const struct pattern_policy *policy,
                        const struct pattern_known *known)
{
	struct buffer body = { 0 };

	pattern_known_encode(known, &body);
	task_save(task, &pattern_known_table,
	          &(struct pattern_known_row){ .intent = intent,
	                                       .number = known->number,
	                                       .rule = pattern_rule_names[known->rule],
	                                       .token =
	                                           known->token[0] != '\0' ? known->token : NULL,
	                                       .state = known->quiet ? "quiet" : "live",
	                                       .found_at = known->found_at,
	                                       .last_report = known->last_report,
	                                       .quiet_since = known->quiet_since,
	                                       .customers = (int64_t)known->customers.count,
	                                       .tickets = (int64_t)known->tickets.count,
	                                       .body = pattern_written(task->arena, &body) });
	task_timer_set(task, PATTERN_TIMER_LIFE, life_key(task, intent, known->number),
	               pattern_known_due(policy, known));
}

void pattern_known_remove(struct task *task, const char *intent, int64_t number)
{
	task_remove(task, &pattern_known_table,
	            &(struct pattern_known_row){ .intent = intent, .number = number });
	task_timer_clear(task, PATTERN_TIMER_LIFE, life_key(task, intent, number));
}

/* Tickets of a customer. */

bool pattern_tickets_load(struct task *task, const char *intent, const char *customer,
                          struct pattern_tickets *tickets)
{
	struct pattern_customer_row row = { .intent = intent, .customer = customer };

	tickets->count = 0;
	return !task_load(task, &pattern_customer_table, &row) ||
	       pattern_tickets_decode(task->arena, row.body, tickets);
}

void pattern_tickets_save(struct task *task, const char *intent, const char *customer,
                          const struct pattern_policy *policy,
                          const struct pattern_tickets *tickets)
{
	const char *const key = arena_printf(task->arena, "%s/%s", intent, customer);
	struct pattern_customer_row row = { .intent = intent,
		                            .customer = customer,
		                            .tickets = (int64_t)tickets->count };
	struct buffer body = { 0 };

	if (tickets->count == 0) {
		task_remove(task, &pattern_customer_table, &row);
		task_timer_clear(task, PATTERN_TIMER_DUPLICATES, key);
		return;
	}
	pattern_tickets_encode(tickets, &body);
	row.body = pattern_written(task->arena, &body);
	task_save(task, &pattern_customer_table, &row);
	task_timer_set(task, PATTERN_TIMER_DUPLICATES, key, pattern_tickets_due(policy, tickets));
}
