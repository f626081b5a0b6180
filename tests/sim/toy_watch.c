#include "tests/sim/toy_inside.h"

#include <string.h>

/* Triage: the priority depends on what came before. */

struct counter_row {
	const char *name;
	int64_t count;
};

static const struct column counter_columns[] = { COLUMN(struct counter_row, name),
	                                         COLUMN(struct counter_row, count), COLUMN_END };
static const struct state_table counter_table = { .name = "counter",
	                                          .columns = counter_columns,
	                                          .key_columns = 1,
	                                          .row_size = sizeof(struct counter_row) };

enum status toy_count(struct task *task, int64_t *count)
{
	struct counter_row row = { .name = "n" };

	(void)task_load(task, &counter_table, &row);
	*count = row.count++;
	task_save(task, &counter_table, &row);
	return STATUS_OK;
}

/* The last is asked for twice, and has one effect. */
static enum status ask_weighings(struct task *task, const Sim__V1__Toy *e)
{
	static const char *const ids[] = { "b", "a", "b" };

	for (size_t i = 0; i < COUNT_OF(ids); i++)
		TRY(toy_ask(task, "weigh", arena_printf(task->arena, "%s/%s", e->key, ids[i]), e));
	return STATUS_OK;
}

static enum status on_triage(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
	Sim__V1__Toy triaged = toy_with_kind(e, "triaged");
	int64_t count = 0;

	if (strcmp(e->kind, "opened") != 0)
		return STATUS_OK;
	TRY(toy_count(task, &count));
	triaged.number = count % 3;
	triaged.bad = toy_text("");
	TRY(ask_weighings(task, e));
	return toy_refuse_late(task, e, toy_say(task, TOY_TRIAGE, e->key, &triaged));
}

/* Sla: judges in its timer only. */

struct clock_row {
	const char *key;
	struct instant opened;
	int64_t priority;
	struct instant reply;
	int64_t tier;
	bool done;
};

static const struct column clock_columns[] = {
	COLUMN(struct clock_row, key),
	COLUMN(struct clock_row, opened),
	COLUMN(struct clock_row, priority),
	COLUMN(struct clock_row, reply),
	COLUMN(struct clock_row, tier),
	COLUMN(struct clock_row, done),
	COLUMN_END,
};
static const struct state_table clock_table = { .name = "clock",
	                                        .columns = clock_columns,
	                                        .key_columns = 1,
	                                        .row_size = sizeof(struct clock_row) };

static const int64_t targets_s[] = { 6, 3, 9 };

static struct instant due_of(const struct clock_row *row)
{
	return time_add(row->opened, SECONDS(targets_s[row->priority]));
}

static enum status on_clock(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
	struct clock_row row = { .key = e->key, .opened = TIME_MIN, .reply = TIME_MIN };

	(void)task_load(task, &clock_table, &row);
	if (strcmp(e->kind, "opened") == 0) {
		row.opened = (struct instant){ e->time_us };
		row.tier = e->number;
	} else if (strcmp(e->kind, "triaged") == 0) {
		row.priority = e->number;
	} else if (strcmp(e->kind, "replied") == 0) {
		const struct instant at = { e->time_us };

		row.reply = row.reply.us == TIME_MIN.us ? at : time_earlier(row.reply, at);
	} else if (strcmp(e->kind, "retiered") == 0) {
		row.tier = e->number;
	}
	task_save(task, &clock_table, &row);
	if (!row.done && row.opened.us != TIME_MIN.us)
		task_timer_set(task, "judge", row.key,
		               row.reply.us == TIME_MIN.us ? due_of(&row)
		                                           : time_earlier(due_of(&row), row.reply));
	return toy_refuse_late(task, e, STATUS_OK);
}

static enum status judge(struct task *task, const char *key)
{
	struct clock_row row = { .key = key };
	Sim__V1__Toy said = SIM__V1__TOY__INIT;

	if (!task_load(task, &clock_table, &row))
		return task_fail(task, STATUS_REJECT, "no clock of %s", key);
	const struct instant due = due_of(&row);
	const bool met = row.reply.us != TIME_MIN.us && !time_before(due, row.reply);

	row.done = true;
	task_save(task, &clock_table, &row);
	said.kind = toy_text(met ? "fulfilled" : "breached");
	said.key = said.ref = toy_text(key);
	said.number = due.us;
	said.text = arena_printf(task->arena, "%lld", (long long)row.tier);
	said.time_us = task->due.us;
	TRY(toy_ask(task, "tell", key, &said));
	return toy_say(task, TOY_SLA, key, &said);
}

/* The tables. */

static const struct stage_event triage_events[] = { TOY_EVENT(TOY_TICKETS, on_triage),
	                                            TOY_EVENT(TOY_WEIGHED, toy_on_weighed),
	                                            TOY_EVENT_END };
static const struct stage_event sla_events[] = { TOY_EVENT(TOY_TICKETS, on_clock),
	                                         TOY_EVENT(TOY_TRIAGE, on_clock),
	                                         TOY_EVENT(TOY_TOLD, toy_on_told), TOY_EVENT_END };
static const struct state_table *const triage_tables[] = { &counter_table, NULL };
static const struct state_table *const sla_tables[] = { &clock_table, NULL };
static const struct stage_timer sla_timers[] = { { "judge", judge, NULL }, { .name = NULL } };
static const int triage_emits[] = { TOY_TRIAGE, -1 };
static const int sla_emits[] = { TOY_SLA, -1 };
const struct stage toy_classifier_stages[] = {
	{ .name = "triage",
	  .events = triage_events,
	  .tables = triage_tables,
	  .effects = toy_triage_effects,
	  .results = TOY_WEIGHED,
	  .emits = triage_emits },
	{ .name = NULL },
};
const struct stage toy_sla_stages[] = {
	{ .name = "sla",
	  .events = sla_events,
	  .tables = sla_tables,
	  .effects = toy_sla_effects,
	  .results = TOY_TOLD,
	  .timers = sla_timers,
	  .emits = sla_emits },
	{ .name = NULL },
};
