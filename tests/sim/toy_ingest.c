#include "common/io/proto.h"
#include "opsmesh/v1/control.pb-c.h"
#include "tests/sim/toy_inside.h"

#include <string.h>

/* Conversation. */

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

static enum status ask_retry(struct task *task, const Sim__V1__Toy *e)
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

static enum status accept(struct task *task, const Sim__V1__Toy *e)
{
	if (strcmp(e->kind, "open") == 0) {
		Sim__V1__Toy resolve = toy_with_kind(e, "resolve");

		resolve.key = e->text;
		resolve.text = e->key;
		TRY(toy_say(task, TOY_BY_DOMAIN, resolve.key, &resolve));
		return toy_say(task, TOY_BY_TICKET, e->key, e);
	}
	if (strcmp(e->kind, "reply") == 0)
		return toy_say(task, TOY_BY_TICKET, e->key, e);
	if (strcmp(e->kind, "account") == 0)
		return toy_say(task, TOY_BY_DOMAIN, e->key, e);
	return ask_retry(task, e);
}

static enum status on_request(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
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
		Sim__V1__Toy conflict = toy_with_kind(e, "conflict");

		conflict.bad = toy_text("");
		return toy_say(task, TOY_BY_TICKET, e->key, &conflict);
	}
	task_timer_set(task, "forget", e->ref,
	               time_add((struct instant){ e->time_us }, SECONDS(TOY_HORIZON_S)));
	return accept(task, e);
}

static void need_request(struct task *task, const ProtobufCMessage *message)
{
	task_need(task, &natural_table,
	          &(struct natural_row){ .ref =
	                                     ((const Sim__V1__Toy *)(const void *)message)->ref });
}

static enum status forget(struct task *task, const char *key)
{
	task_remove(task, &natural_table, &(struct natural_row){ .ref = key });
	return STATUS_OK;
}

/* Directory. */

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

static enum status contact(struct task *task, const Sim__V1__Toy *e)
{
	struct domain_row row = { .domain = e->key };

	(void)task_load(task, &domain_table, &row);
	if (strcmp(e->kind, "account") == 0) {
		const Sim__V1__Toy tier = toy_with_kind(e, "tier");

		row.tier = e->number;
		task_save(task, &domain_table, &row);
		return task_emit(task, &(struct emission){ .topic = TOY_BY_TICKET,
		                                           .key = e->key,
		                                           .everywhere = true,
		                                           .time = { e->time_us },
		                                           .message = &tier.base });
	}
	Sim__V1__Toy resolved = toy_with_kind(e, "resolved");

	resolved.key = e->text;
	resolved.text = e->key;
	resolved.number = row.tier * 1000 + row.seen;
	resolved.bad = toy_text("");
	row.seen++;
	task_save(task, &domain_table, &row);
	return toy_say(task, TOY_BY_TICKET, resolved.key, &resolved);
}

static enum status on_contact(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	return toy_refuse_late(task, e, contact(task, e));
}

/* Ticket. */

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

static enum status on_tier(struct task *task, const Sim__V1__Toy *e)
{
	struct task_cursor cursor;
	struct ticket_row row = { 0 };

	task_save(task, &tier_table, &(struct tier_row){ e->key, e->number });
	task_scan(task, &ticket_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row)) {
		Sim__V1__Toy retiered = toy_with_kind(e, "retiered");

		if (!row.opened || row.domain == NULL || strcmp(row.domain, e->key) != 0)
			continue;
		retiered.key = toy_text(row.key);
		TRY(toy_say(task, TOY_TICKETS, row.key, &retiered));
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
		const Sim__V1__Toy *const reply = (const void *)message;

		TRY(toy_say(task, TOY_TICKETS, reply->key, reply));
		at += 4 + size;
		left -= 4 + size;
	}
	return STATUS_OK;
}

static struct bytes add_early(struct task *task, struct bytes early, const Sim__V1__Toy *reply)
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

static enum status on_open(struct task *task, const Sim__V1__Toy *e, struct ticket_row *row)
{
	struct tier_row tier = { .domain = e->text };
	Sim__V1__Toy opened = toy_with_kind(e, "opened");
	const struct bytes early = row->early;

	(void)task_load(task, &tier_table, &tier);
	opened.number = tier.tier;
	row->opened = true;
	row->early = (struct bytes){ 0 };
	task_save(task, &ticket_table, row);
	TRY(toy_say(task, TOY_TICKETS, e->key, &opened));
	return say_early(task, early);
}

static enum status by_ticket_id(struct task *task, const Sim__V1__Toy *e)
{
	struct ticket_row row = { .key = e->key };

	if (strcmp(e->kind, "tier") == 0)
		return on_tier(task, e);
	(void)task_load(task, &ticket_table, &row);
	if (strcmp(e->kind, "open") == 0)
		return on_open(task, e, &row);
	if (strcmp(e->kind, "reply") == 0) {
		const Sim__V1__Toy replied = toy_with_kind(e, "replied");

		if (row.opened)
			return toy_say(task, TOY_TICKETS, e->key, &replied);
		row.early = add_early(task, row.early, &replied);
		task_save(task, &ticket_table, &row);
		return STATUS_OK;
	}
	if (strcmp(e->kind, "resolved") == 0) {
		row.domain = e->text;
		task_save(task, &ticket_table, &row);
	}
	return toy_say(task, TOY_TICKETS, e->key, e);
}

static enum status on_by_ticket(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	return toy_refuse_late(task, e, by_ticket_id(task, e));
}

/* The tables. */

static const struct stage_event conversation_events[] = {
	{ .topic = TOY_JOURNAL, .handle = on_request, .need = need_request }, TOY_EVENT_END
};
static const struct stage_event directory_events[] = { TOY_EVENT(TOY_BY_DOMAIN, on_contact),
	                                               TOY_EVENT_END };
static const struct stage_event ticket_events[] = { TOY_EVENT(TOY_BY_TICKET, on_by_ticket),
	                                            TOY_EVENT_END };
static const struct state_table *const conversation_tables[] = { &natural_table, NULL };
static const struct state_table *const directory_tables[] = { &domain_table, NULL };
static const struct state_table *const ticket_tables[] = { &ticket_table, &tier_table, NULL };
static const struct stage_timer conversation_timers[] = { { "forget", forget, NULL },
	                                                  { .name = NULL } };
static const int conversation_emits[] = { TOY_BY_DOMAIN, TOY_BY_TICKET, TOY_CONTROL, -1 };
static const int directory_emits[] = { TOY_BY_TICKET, -1 };
static const int ticket_emits[] = { TOY_TICKETS, -1 };

const struct stage toy_ingest_stages[] = {
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
