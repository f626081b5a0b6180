#include "tests/sim/toy.h"

#include "common/flow/dead_letter.h"
#include "common/flow/task.h"
#include "common/io/proto.h"
#include "opsmesh/v1/control.pb-c.h"
#include "sim/toy.pb-c.h"

#include <string.h>

typedef Sim__V1__Toy toy;

/* ---- what the handlers share ---- */

/* A bug that is mended by the time somebody retries: what has its dead letter already is folded. */
static bool toy_refuses(struct task *task, const toy *e)
{
	struct dead_letter_row row = { .stage = task->shard->stage->name,
		                       .topic =
		                           toy_catalogue.topics[task->event->record.topic].name,
		                       .source = arena_text(task->arena, task->event->source.data,
		                                            task->event->source.size),
		                       .sequence = task->event->sequence };

	return strcmp(e->bad, row.stage) == 0 && !task_load(task, &dead_letter_table, &row);
}

#define REFUSE(task, e)                                                               \
	do {                                                                          \
		if (toy_refuses(task, e))                                             \
			return task_fail(task, STATUS_REJECT, "%s is bad", (e)->ref); \
	} while (0)

static enum status say(struct task *task, int topic, const char *key, const toy *e)
{
	return task_emit(task, &(struct emission){ .topic = topic,
	                                           .key = key,
	                                           .time = { e->time_us },
	                                           .message = &e->base });
}

static toy with_kind(const toy *e, const char *kind)
{
	toy copy = *e;

	copy.kind = (char *)(uintptr_t)kind;
	return copy;
}

static char *text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

/* ---- conversation ---- */

struct natural_row {
	const char *ref;
	const char *digests; /* each ends with ';' */
};

static const struct column natural_columns[] = { COLUMN(struct natural_row, ref),
	                                         COLUMN(struct natural_row, digests), COLUMN_END };
static const struct state_table natural_table = { .name = "natural",
	                                          .columns = natural_columns,
	                                          .key_columns = 1,
	                                          .row_size = sizeof(struct natural_row) };

static enum status ask_retry(struct task *task, const toy *e)
{
	Opsmesh__V1__ControlEvent control = OPSMESH__V1__CONTROL_EVENT__INIT;
	Opsmesh__V1__DeadLetterOrder order = OPSMESH__V1__DEAD_LETTER_ORDER__INIT;
	char *const identity = arena_string(task->arena, e->text); /* stage|topic|source|sequence */
	char *at = identity;

	order.consumer = strsep(&at, "|");
	order.topic = strsep(&at, "|");
	order.source = strsep(&at, "|");
	order.partition = task->shard_number;
	if (order.topic == NULL || order.source == NULL || at == NULL)
		return STATUS_OK;
	for (; *at != '\0'; at++)
		order.sequence = order.sequence * 10 + (*at - '0');
	control.fact_case = OPSMESH__V1__CONTROL_EVENT__FACT_RETRY_REQUESTED;
	control.retry_requested = &order;
	return task_emit(task, &(struct emission){ .topic = TOY_CONTROL,
	                                           .key = "",
	                                           .partition = &task->shard_number,
	                                           .time = { e->time_us },
	                                           .message = &control.base });
}

static enum status accept(struct task *task, const toy *e)
{
	if (strcmp(e->kind, "open") == 0) {
		toy resolve = with_kind(e, "resolve");

		resolve.key = e->text;
		resolve.text = e->key;
		TRY(say(task, TOY_BY_DOMAIN, resolve.key, &resolve));
		return say(task, TOY_BY_TICKET, e->key, e);
	}
	if (strcmp(e->kind, "reply") == 0)
		return say(task, TOY_BY_TICKET, e->key, e);
	if (strcmp(e->kind, "account") == 0)
		return say(task, TOY_BY_DOMAIN, e->key, e);
	return ask_retry(task, e);
}

static enum status on_request(struct task *task, const ProtobufCMessage *message)
{
	const toy *const e = (const void *)message;
	struct natural_row row = { .ref = e->ref };
	const char *const digest = arena_printf(task->arena, "%s,%s,%s,%lld;", e->kind, e->key,
	                                        e->text, (long long)e->number);

	if (strcmp(e->kind, "clock") == 0)
		return STATUS_OK;
	const bool known = task_load(task, &natural_table, &row);

	if (known && strstr(row.digests, digest) != NULL)
		return STATUS_OK;
	row.digests = arena_printf(task->arena, "%s%s", known ? row.digests : "", digest);
	task_save(task, &natural_table, &row);
	if (known) {
		toy conflict = with_kind(e, "conflict");

		conflict.bad = text("");
		return say(task, TOY_BY_TICKET, e->key, &conflict);
	}
	task_timer_set(task, "forget", e->ref,
	               time_add((struct instant){ e->time_us }, SECONDS(TOY_HORIZON_S)));
	return accept(task, e);
}

static void need_request(struct task *task, const ProtobufCMessage *message)
{
	task_need(task, &natural_table,
	          &(struct natural_row){ .ref = ((const toy *)(const void *)message)->ref });
}

static enum status forget(struct task *task, const char *key)
{
	task_remove(task, &natural_table, &(struct natural_row){ .ref = key });
	return STATUS_OK;
}

/* ---- directory ---- */

struct domain_row {
	const char *domain;
	int64_t tier;
	int64_t seen;
};

static const struct column domain_columns[] = { COLUMN(struct domain_row, domain),
	                                        COLUMN(struct domain_row, tier),
	                                        COLUMN(struct domain_row, seen), COLUMN_END };
static const struct state_table domain_table = { .name = "domain",
	                                         .columns = domain_columns,
	                                         .key_columns = 1,
	                                         .row_size = sizeof(struct domain_row) };

static enum status on_contact(struct task *task, const ProtobufCMessage *message)
{
	const toy *const e = (const void *)message;
	struct domain_row row = { .domain = e->key };

	REFUSE(task, e);
	(void)task_load(task, &domain_table, &row);
	if (strcmp(e->kind, "account") == 0) {
		const toy tier = with_kind(e, "tier");

		row.tier = e->number;
		task_save(task, &domain_table, &row);
		return task_emit(task, &(struct emission){ .topic = TOY_BY_TICKET,
		                                           .key = e->key,
		                                           .everywhere = true,
		                                           .time = { e->time_us },
		                                           .message = &tier.base });
	}
	toy resolved = with_kind(e, "resolved");

	resolved.key = e->text;
	resolved.text = e->key;
	resolved.number = row.tier * 1000 + row.seen;
	resolved.bad = text("");
	row.seen++;
	task_save(task, &domain_table, &row);
	return say(task, TOY_BY_TICKET, resolved.key, &resolved);
}

/* ---- ticket ---- */

struct ticket_row {
	const char *key;
	bool opened;
	const char *domain;
	struct bytes early; /* replies that came before: each with its size before it */
};

struct tier_row {
	const char *domain;
	int64_t tier;
};

static const struct column ticket_columns[] = { COLUMN(struct ticket_row, key),
	                                        COLUMN(struct ticket_row, opened),
	                                        COLUMN(struct ticket_row, domain),
	                                        COLUMN(struct ticket_row, early), COLUMN_END };
static const struct state_table ticket_table = { .name = "ticket",
	                                         .columns = ticket_columns,
	                                         .key_columns = 1,
	                                         .row_size = sizeof(struct ticket_row),
	                                         .resident = true };
static const struct column tier_columns[] = { COLUMN(struct tier_row, domain),
	                                      COLUMN(struct tier_row, tier), COLUMN_END };
static const struct state_table tier_table = { .name = "tier",
	                                       .columns = tier_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct tier_row),
	                                       .resident = true };

static enum status on_tier(struct task *task, const toy *e)
{
	struct task_cursor cursor;
	struct ticket_row row = { 0 };

	task_save(task, &tier_table, &(struct tier_row){ e->key, e->number });
	task_scan(task, &ticket_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row)) {
		toy retiered = with_kind(e, "retiered");

		if (!row.opened || row.domain == NULL || strcmp(row.domain, e->key) != 0)
			continue;
		retiered.key = text(row.key);
		TRY(say(task, TOY_TICKETS, row.key, &retiered));
	}
	return STATUS_OK;
}

static enum status say_early(struct task *task, struct bytes early)
{
	const unsigned char *at = early.data;

	for (size_t left = early.size; left > 0;) {
		const uint32_t size = bytes_u32(at);
		char problem[PROTO_REASON_SIZE];
		ProtobufCMessage *message;

		if (!proto_unpack(task->arena, &sim__v1__toy__descriptor,
		                  (struct bytes){ at + 4, size }, &message, problem))
			return task_fail(task, STATUS_FATAL, "%s", problem);
		const toy *const reply = (const void *)message;

		TRY(say(task, TOY_TICKETS, reply->key, reply));
		at += 4 + size;
		left -= 4 + size;
	}
	return STATUS_OK;
}

static struct bytes add_early(struct task *task, struct bytes early, const toy *reply)
{
	struct buffer buffer = { 0 };
	const struct bytes packed = proto_pack(task->arena, &reply->base);

	buffer_add(&buffer, early.data, early.size);
	buffer_add_u32(&buffer, (uint32_t)packed.size);
	buffer_add(&buffer, packed.data, packed.size);
	const struct bytes kept =
	    arena_bytes(task->arena, (struct bytes){ buffer.data, buffer.size });

	buffer_finish(&buffer);
	return kept;
}

static enum status on_open(struct task *task, const toy *e, struct ticket_row *row)
{
	struct tier_row tier = { .domain = e->text };
	toy opened = with_kind(e, "opened");
	const struct bytes early = row->early;

	(void)task_load(task, &tier_table, &tier);
	opened.number = tier.tier;
	row->opened = true;
	row->early = (struct bytes){ 0 };
	task_save(task, &ticket_table, row);
	TRY(say(task, TOY_TICKETS, e->key, &opened));
	return say_early(task, early);
}

static enum status on_by_ticket(struct task *task, const ProtobufCMessage *message)
{
	const toy *const e = (const void *)message;
	struct ticket_row row = { .key = e->key };

	REFUSE(task, e);
	if (strcmp(e->kind, "tier") == 0)
		return on_tier(task, e);
	(void)task_load(task, &ticket_table, &row);
	if (strcmp(e->kind, "open") == 0)
		return on_open(task, e, &row);
	if (strcmp(e->kind, "reply") == 0) {
		const toy replied = with_kind(e, "replied");

		if (row.opened)
			return say(task, TOY_TICKETS, e->key, &replied);
		row.early = add_early(task, row.early, &replied);
		task_save(task, &ticket_table, &row);
		return STATUS_OK;
	}
	if (strcmp(e->kind, "resolved") == 0) {
		row.domain = e->text;
		task_save(task, &ticket_table, &row);
	}
	return say(task, TOY_TICKETS, e->key, e);
}

/* ---- triage: the priority depends on what came before ---- */

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

static enum status on_triage(struct task *task, const ProtobufCMessage *message)
{
	const toy *const e = (const void *)message;
	struct counter_row row = { .name = "n" };
	toy triaged = with_kind(e, "triaged");

	REFUSE(task, e);
	if (strcmp(e->kind, "opened") != 0)
		return STATUS_OK;
	(void)task_load(task, &counter_table, &row);
	triaged.number = row.count % 3;
	triaged.bad = text("");
	row.count++;
	task_save(task, &counter_table, &row);
	return say(task, TOY_TRIAGE, e->key, &triaged);
}

/* ---- sla: judges in its timer only ---- */

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
	const toy *const e = (const void *)message;
	struct clock_row row = { .key = e->key, .opened = TIME_MIN, .reply = TIME_MIN };

	REFUSE(task, e);
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
	return STATUS_OK;
}

static enum status judge(struct task *task, const char *key)
{
	struct clock_row row = { .key = key };
	toy said = SIM__V1__TOY__INIT;

	if (!task_load(task, &clock_table, &row))
		return task_fail(task, STATUS_REJECT, "no clock of %s", key);
	const struct instant due = due_of(&row);
	const bool met = row.reply.us != TIME_MIN.us && !time_before(due, row.reply);

	row.done = true;
	task_save(task, &clock_table, &row);
	said.kind = text(met ? "fulfilled" : "breached");
	said.key = said.ref = text(key);
	said.number = due.us;
	said.text = arena_printf(task->arena, "%lld", (long long)row.tier);
	said.time_us = task->due.us;
	return say(task, TOY_SLA, key, &said);
}

/* ---- the tables ---- */

#define WHOLE(topic_, handler)                         \
	{                                              \
		.topic = (topic_), .handle = (handler) \
	}
#define END                 \
	{                   \
		.topic = -1 \
	}

static const struct stage_event conversation_events[] = {
	{ .topic = TOY_JOURNAL, .handle = on_request, .need = need_request }, END
};
static const struct stage_event directory_events[] = { WHOLE(TOY_BY_DOMAIN, on_contact), END };
static const struct stage_event ticket_events[] = { WHOLE(TOY_BY_TICKET, on_by_ticket), END };
static const struct stage_event triage_events[] = { WHOLE(TOY_TICKETS, on_triage), END };
static const struct stage_event sla_events[] = { WHOLE(TOY_TICKETS, on_clock),
	                                         WHOLE(TOY_TRIAGE, on_clock), END };
static const struct state_table *const conversation_tables[] = { &natural_table, NULL };
static const struct state_table *const directory_tables[] = { &domain_table, NULL };
static const struct state_table *const ticket_tables[] = { &ticket_table, &tier_table, NULL };
static const struct state_table *const triage_tables[] = { &counter_table, NULL };
static const struct state_table *const sla_tables[] = { &clock_table, NULL };
static const struct stage_timer conversation_timers[] = { { "forget", forget, NULL },
	                                                  { .name = NULL } };
static const struct stage_timer sla_timers[] = { { "judge", judge, NULL }, { .name = NULL } };
static const int conversation_emits[] = { TOY_BY_DOMAIN, TOY_BY_TICKET, TOY_CONTROL, -1 };
static const int directory_emits[] = { TOY_BY_TICKET, -1 };
static const int ticket_emits[] = { TOY_TICKETS, -1 };
static const int triage_emits[] = { TOY_TRIAGE, -1 };
static const int sla_emits[] = { TOY_SLA, -1 };

static const struct stage ingest_stages[] = {
	{ .name = "conversation",
	  .events = conversation_events,
	  .tables = conversation_tables,
	  .timers = conversation_timers,
	  .emits = conversation_emits },
	{ .name = "directory",
	  .events = directory_events,
	  .tables = directory_tables,
	  .emits = directory_emits },
	{ .name = "ticket",
	  .events = ticket_events,
	  .tables = ticket_tables,
	  .emits = ticket_emits,
	  .parks = true },
	{ .name = NULL },
};
static const struct stage classifier_stages[] = {
	{ .name = "triage",
	  .events = triage_events,
	  .tables = triage_tables,
	  .emits = triage_emits },
	{ .name = NULL },
};
static const struct stage sla_stages[] = {
	{ .name = "sla",
	  .events = sla_events,
	  .tables = sla_tables,
	  .timers = sla_timers,
	  .emits = sla_emits },
	{ .name = NULL },
};

const struct toy_daemon toy_daemons[TOY_DAEMONS] = {
	{ "ingest", ingest_stages, TOY_JOURNAL },
	{ "classifier", classifier_stages, TOY_TICKETS },
	{ "sla-watcher", sla_stages, TOY_TICKETS },
};
