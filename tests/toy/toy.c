#include "tests/toy/toy.h"

#include "opsmesh/v1/progress.pb-c.h"
#include "sim/toy.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_FOR HOURS(1) /* a ref, after its time */

/* Topics. */

static const char *const by_edge[] = { "edge", NULL };
static const char *const by_intake[] = { "intake", NULL };
static const char *const by_account[] = { "account", NULL };
static const char *const by_settlement[] = { "settlement", NULL };
static const char *const by_effect[] = { "effect", NULL };
static const char *const by_nobody[] = { NULL };

#define TOPIC(name_, writers_, spread_, message_)                            \
	{                                                                    \
		.name = (name_), .writers = (writers_), .spread = (spread_), \
		.message = (message_), .retention = "unlimited"              \
	}

static const struct topic topics[TOYD_TOPICS] = {
	TOPIC("toy.journal.v1", by_edge, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("toy.by-account.v1", by_intake, SPREAD_ANY, &sim__v1__toy__descriptor),
	TOPIC("toy.accounts.v1", by_account, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("toy.settled.v1", by_settlement, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("toy.receipts.v1", by_effect, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("toy.progress.v1", by_nobody, SPREAD_ANY, &opsmesh__v1__progress__descriptor),
};

const struct catalogue toyd_catalogue = { .topics = topics,
	                                  .count = TOYD_TOPICS,
	                                  .journal = TOYD_JOURNAL,
	                                  .control = -1,
	                                  .progress = TOYD_PROGRESS };

/* What the stages share. */

static char *text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

/* Last, so that what the event has changed and said must be undone. */
static enum status judge_bad(struct task *task, const Sim__V1__Toy *e, const char *stage)
{
	if (strcmp(e->bad, stage) == 0)
		return task_fail(task, STATUS_REJECT, "%s is bad", e->ref);
	if (strncmp(e->bad, stage, strlen(stage)) == 0 &&
	    strcmp(e->bad + strlen(stage), " dies") == 0)
		abort();
	return STATUS_OK;
}

/* Intake: each ref once. */

struct seen_row {
	const char *ref;
};

static const struct column seen_columns[] = { COLUMN(struct seen_row, ref), COLUMN_END };
static const struct state_table seen_table = { .name = "seen",
	                                       .columns = seen_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct seen_row) };

static void need_seen(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	task_need(task, &seen_table, &(struct seen_row){ e->ref });
}

static enum status on_journal(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
	struct seen_row row = { e->ref };

	if (task_load(task, &seen_table, &row))
		return STATUS_OK;
	task_save(task, &seen_table, &row);
	task_timer_set(task, "forget", e->ref, time_add(task->event->time, KEPT_FOR));
	TRY(task_emit(task, &(struct emission){ .topic = TOYD_BY_ACCOUNT,
	                                        .key = e->key,
	                                        .everywhere = strcmp(e->kind, "rate") == 0,
	                                        .time = task->event->time,
	                                        .message = &e->base }));
	return judge_bad(task, e, "intake");
}

static enum status forget(struct task *task, const char *key)
{
	task_remove(task, &seen_table, &(struct seen_row){ key });
	return STATUS_OK;
}

/* Account: counts and sums. */

struct account_row {
	const char *account;
	int64_t count;
	int64_t sum;
};

struct rate_row {
	const char *name;
	int64_t rate;
	struct instant since;
};

static const struct column account_columns[] = { COLUMN(struct account_row, account),
	                                         COLUMN(struct account_row, count),
	                                         COLUMN(struct account_row, sum), COLUMN_END };
static const struct state_table account_table = { .name = "account",
	                                          .columns = account_columns,
	                                          .key_columns = 1,
	                                          .row_size = sizeof(struct account_row) };
static const struct column rate_columns[] = { COLUMN(struct rate_row, name),
	                                      COLUMN(struct rate_row, rate),
	                                      COLUMN(struct rate_row, since), COLUMN_END };
static const struct state_table rate_table = { .name = "rate",
	                                       .columns = rate_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct rate_row),
	                                       .resident = true };

static void need_account(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	task_need(task, &account_table, &(struct account_row){ .account = e->key });
}

static enum status post(struct task *task, const Sim__V1__Toy *e)
{
	struct account_row row = { .account = e->key };
	Sim__V1__Toy counted = *e;

	(void)task_load(task, &account_table, &row);
	row.count++;
	row.sum += e->number;
	task_save(task, &account_table, &row);
	counted.kind = text("counted");
	counted.number = row.count;
	counted.text = arena_printf(task->arena, "%lld", (long long)row.sum);
	TRY(task_emit(task, &(struct emission){ .topic = TOYD_ACCOUNTS,
	                                        .key = e->key,
	                                        .time = task->event->time,
	                                        .message = &counted.base }));
	return judge_bad(task, e, "account");
}

static enum status on_by_account(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	if (strcmp(e->kind, "rate") != 0)
		return post(task, e);
	task_save(task, &rate_table, &(struct rate_row){ e->key, e->number, task->event->time });
	return STATUS_OK;
}

/* Settlement: once, some time after the first posting. */

struct open_row {
	const char *account;
	int64_t count;
	struct bytes last; /* the posting, packed */
};

static const struct column open_columns[] = { COLUMN(struct open_row, account),
	                                      COLUMN(struct open_row, count),
	                                      COLUMN(struct open_row, last), COLUMN_END };
static const struct state_table open_table = { .name = "open_account",
	                                       .columns = open_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct open_row) };

static void need_open(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	task_need(task, &open_table, &(struct open_row){ .account = e->key });
}

static enum status on_counted(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
	const struct toyd_config *const config = task->config;
	struct open_row row = { .account = e->key };

	if (!task_load(task, &open_table, &row))
		task_timer_set(task, "settle", e->key, time_add(task->event->time, config->settle));
	row.count++;
	row.last = task->event->record.value;
	task_save(task, &open_table, &row);
	return STATUS_OK;
}

static void need_settle(struct task *task, const char *key)
{
	task_need(task, &open_table, &(struct open_row){ .account = key });
}

static enum status settle(struct task *task, const char *key)
{
	struct open_row row = { .account = key };
	Sim__V1__Toy settled = SIM__V1__TOY__INIT;

	if (!task_load(task, &open_table, &row))
		return task_fail(task, STATUS_REJECT, "nothing was posted to %s", key);
	settled.kind = text("settled");
	settled.key = text(key);
	settled.number = row.count;
	settled.time_us = task->due.us;
	TRY(toyd_ask_receipt(task, key, row.count));
	return task_emit(task, &(struct emission){ .topic = TOYD_SETTLED,
	                                           .key = key,
	                                           .time = task->due,
	                                           .message = &settled.base });
}

/* The tables. */

static const struct stage_event intake_events[] = {
	{ .topic = TOYD_JOURNAL, .handle = on_journal, .need = need_seen }, { .topic = -1 }
};
static const struct stage_event account_events[] = {
	{ .topic = TOYD_BY_ACCOUNT, .handle = on_by_account, .need = need_account }, { .topic = -1 }
};
static const struct stage_event settlement_events[] = {
	{ .topic = TOYD_ACCOUNTS, .handle = on_counted, .need = need_open },
	{ .topic = TOYD_RECEIPTS, .handle = toyd_on_receipt },
	{ .topic = -1 }
};
static const struct state_table *const intake_tables[] = { &seen_table, NULL };
static const struct state_table *const account_tables[] = { &account_table, &rate_table, NULL };
static const struct state_table *const settlement_tables[] = { &open_table, &toyd_receipt_table,
	                                                       NULL };
static const struct stage_timer intake_timers[] = { { "forget", forget, NULL }, { .name = NULL } };
static const struct stage_timer settlement_timers[] = { { "settle", settle, need_settle },
	                                                { .name = NULL } };
static const int intake_emits[] = { TOYD_BY_ACCOUNT, -1 };
static const int account_emits[] = { TOYD_ACCOUNTS, -1 };
static const int settlement_emits[] = { TOYD_SETTLED, -1 };

const struct stage toyd_stages[] = {
	{ .name = "intake",
	  .doc = "Takes each ref once.",
	  .events = intake_events,
	  .tables = intake_tables,
	  .timers = intake_timers,
	  .emits = intake_emits },
	{ .name = "account",
	  .doc = "Counts and sums the postings of an account.",
	  .events = account_events,
	  .tables = account_tables,
	  .emits = account_emits },
	{ .name = "settlement",
	  .doc = "Settles an account some time after its first posting.",
	  .events = settlement_events,
	  .tables = settlement_tables,
	  .timers = settlement_timers,
	  .effects = toyd_effects,
	  .results = TOYD_RECEIPTS,
	  .emits = settlement_emits },
	{ .name = NULL },
};
