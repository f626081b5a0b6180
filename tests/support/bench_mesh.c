#include "tests/support/bench_mesh.h"

#include "common/base/hash.h"
#include "common/flow/task.h"
#include "common/io/proto.h"
#include "sim/toy.pb-c.h"

#include <stdio.h>

#define TEXT_SIZE 120 /* makes the message some 200 bytes */

/* The stage. */

struct thing_row {
	const char *id;
	int64_t count;
	struct instant last;
	const char *status;
	const char *note;
};

static const struct column thing_columns[] = {
	COLUMN(struct thing_row, id),   COLUMN(struct thing_row, count),
	COLUMN(struct thing_row, last), COLUMN(struct thing_row, status),
	COLUMN(struct thing_row, note), COLUMN_END,
};
static const struct state_table thing_table = { .name = "thing",
	                                        .columns = thing_columns,
	                                        .key_columns = 1,
	                                        .row_size = sizeof(struct thing_row) };

const struct migration bench_migrations[] = {
	{ "0001_thing",
	  "create table thing (shard integer not null, id text collate \"C\" not null,"
	  " count bigint not null, last timestamptz, status text, note text,"
	  " primary key (shard, id)) with (fillfactor = 70)" },
	{ NULL, NULL },
};

static enum status say(struct task *task, const Sim__V1__Toy *e)
{
	return task_emit(task, &(struct emission){ .topic = BENCH_OUT,
	                                           .key = e->key,
	                                           .time = { e->time_us },
	                                           .message = &e->base });
}

static enum status on_event(struct task *task, const ProtobufCMessage *message)
{
	return say(task, (const void *)message);
}

static enum status on_counted(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
	Sim__V1__Toy counted = *e;
	struct thing_row row = { .id = e->key, .status = "moving", .note = e->ref };

	(void)task_load(task, &thing_table, &row);
	row.count++;
	row.last = (struct instant){ e->time_us };
	row.note = e->ref;
	counted.number = row.count;
	task_save(task, &thing_table, &row);
	return say(task, &counted);
}

static void need_thing(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	task_need(task, &thing_table, &(struct thing_row){ .id = e->key });
}

static const struct stage_event facts_events[] = { { .topic = BENCH_IN, .handle = on_event },
	                                           { .topic = -1 } };
static const struct stage_event state_events[] = {
	{ .topic = BENCH_IN, .handle = on_counted, .need = need_thing }, { .topic = -1 }
};
static const struct state_table *const no_tables[] = { NULL };
static const struct state_table *const tables[] = { &thing_table, NULL };
static const int emits[] = { BENCH_OUT, -1 };

const struct stage bench_facts[] = {
	{ .name = "bench", .events = facts_events, .tables = no_tables, .emits = emits },
	{ .name = NULL },
};
const struct stage bench_state[] = {
	{ .name = "bench", .events = state_events, .tables = tables, .emits = emits },
	{ .name = NULL },
};

/* Its topics. */

static const char *const feeder[] = { "feeder", NULL };
static const char *const bench[] = { "bench", NULL };
static const struct topic topics[BENCH_TOPICS] = {
	[BENCH_IN] = { .name = "bench.in.v1",
	               .writers = feeder,
	               .message = &sim__v1__toy__descriptor },
	[BENCH_OUT] = { .name = "bench.out.v1",
	                .writers = bench,
	                .message = &sim__v1__toy__descriptor },
	[BENCH_PROGRESS] = { .name = "bench.progress.v1", .writers = bench },
};
const struct catalogue bench_catalogue = { .topics = topics,
	                                   .count = BENCH_TOPICS,
	                                   .journal = -1,
	                                   .control = -1,
	                                   .progress = BENCH_PROGRESS };

/* Events. */

void bench_key(uint64_t number, char key[static BENCH_KEY_SIZE])
{
	const uint64_t one = hash_bytes(&number, sizeof(number));
	const uint64_t two = hash_bytes(&one, sizeof(one));

	snprintf(key, BENCH_KEY_SIZE, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(one >> 32),
	         (unsigned)(one >> 16) & 0xffffU, (unsigned)one & 0xfffU, (unsigned)(two >> 52),
	         (unsigned long long)(two & 0xffffffffffffULL));
}

/* Words as a person's: the broker's compression finds in them what it finds in real ones. */
static char *some_text(struct arena *arena, int64_t sequence)
{
	static const char *const words[] = { "invoice ", "the ",    "charged ",   "twice ",
		                             "please ",  "refund ", "card ",      "account ",
		                             "login ",   "cannot ", "since ",     "my ",
		                             "order ",   "error ",  "yesterday ", "again " };
	char *const text = arena_zero(arena, TEXT_SIZE + 1);
	uint64_t chance = hash_bytes(&sequence, sizeof(sequence));
	size_t size = 0;

	while (size < TEXT_SIZE) {
		size += (size_t)snprintf(text + size, TEXT_SIZE + 1 - size, "%s",
		                         words[chance % COUNT_OF(words)]);
		chance = chance * 6364136223846793005U + 1442695040888963407U;
		chance ^= chance >> 33;
	}
	return text;
}

struct fact bench_event(struct arena *arena, uint64_t thing, int64_t sequence, struct instant now)
{
	char *const key = arena_zero(arena, BENCH_KEY_SIZE);
	Sim__V1__Toy e = SIM__V1__TOY__INIT;

	bench_key(thing, key);
	e.kind = arena_string(arena, "moved");
	e.key = key;
	e.ref = arena_printf(arena, "request-%lld", (long long)sequence);
	e.text = some_text(arena, sequence);
	e.number = (int64_t)thing;
	e.time_us = now.us;
	return (struct fact){ .sequence = sequence,
		              .topic = BENCH_IN,
		              .partition =
		                  hash_partition(key, BENCH_KEY_SIZE - 1, BENCH_PARTITIONS),
		              .mesh = now,
		              .time = now,
		              .type = "sim.toy.v1",
		              .subject = key,
		              .key = bytes_of(key),
		              .message = proto_pack(arena, &e.base) };
}
