#include "tests/support/toy_store.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE MINUTES(5)

int toy_failures;

void toy_check(bool good, const char *name)
{
	printf("%s postgres_store: %s\n", good ? "ok" : "FAIL", name);
	fflush(stdout);
	toy_failures += good ? 0 : 1;
}

/* A toy stage. */

static const struct column thing_columns[] = {
	COLUMN(struct thing, id),     COLUMN(struct thing, number),
	COLUMN(struct thing, amount), COLUMN(struct thing, open),
	COLUMN(struct thing, due),    COLUMN(struct thing, note),
	COLUMN(struct thing, blob),   COLUMN_END,
};

const struct state_table thing_table = { .name = "thing",
	                                 .columns = thing_columns,
	                                 .key_columns = 2,
	                                 .row_size = sizeof(struct thing) };

static const struct column flag_columns[] = { COLUMN(struct flag, name),
	                                      COLUMN(struct flag, number), COLUMN_END };
const struct state_table flag_table = { .name = "flag",
	                                .columns = flag_columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct flag),
	                                .resident = true };

static const struct column wrong_columns[] = {
	COLUMN(struct flag, name),
	{ .name = "number", .kind = COLUMN_TIME, .offset = offsetof(struct flag, number) },
	COLUMN_END
};
static const struct state_table wrong_table = {
	.name = "flag", .columns = wrong_columns, .key_columns = 1, .row_size = sizeof(struct flag)
};

const struct migration toy_migrations[] = {
	{ "0001_thing",
	  "create table thing (shard int not null, id text not null, number bigint not null,"
	  " amount bigint, open boolean, due timestamptz, note text check (note <> 'forbidden'),"
	  " blob bytea, primary key (shard, id, number));\n"
	  "create table flag (shard int, name text, number bigint, primary key (shard, name, number));" },
	{ NULL, NULL },
};

static const char *const in_writers[] = { "upstream", NULL };
static const char *const out_writers[] = { "toy", NULL };
static const struct topic topics[] = {
	[TOY_IN] = { .name = "ops.in.v1", .writers = in_writers, .spread = SPREAD_ANY },
	[TOY_OUT] = { .name = "ops.out.v1", .writers = out_writers, .spread = SPREAD_ANY },
	[TOY_PROGRESS] = { .name = "ops.progress.v1", .writers = out_writers },
};
const struct catalogue toy_catalogue = {
	.topics = topics, .count = 3, .journal = -1, .control = -1, .progress = TOY_PROGRESS
};
static const struct stage_event events[] = { { .topic = TOY_IN, .fact = "something" },
	                                     { .topic = -1 } };
static const struct stage_timer timers[] = { { .name = "sweep" }, { .name = "remind" }, { 0 } };
static const struct state_table *const tables[] = { &thing_table, &flag_table, NULL };
static const struct state_table *const wrong_tables[] = { &wrong_table, NULL };
static const int emits[] = { TOY_OUT, -1 };
const struct stage toy_stages[] = {
	{ .name = "toy", .events = events, .tables = tables, .timers = timers, .emits = emits },
	{ .name = NULL },
};
const struct stage toy_wrong_stages[] = {
	{ .name = "toy",
	  .events = events,
	  .tables = wrong_tables,
	  .timers = timers,
	  .emits = emits },
	{ .name = NULL },
};

static const struct document documents[] = {
	{ .name = "policy", .digest = "00ff", .body = { "{\"id\":1}", 8 } },
	{ .name = NULL },
};

static struct instant real_now(void *context)
{
	(void)context;
	return time_now();
}

static void release_nothing(void *log, void *handle)
{
	(void)log;
	(void)handle;
}

static const struct log_ops log_ops = { .release = release_nothing };
static const struct outside outside = { .log_ops = &log_ops, .now = real_now };
static uint64_t tokens;
const struct shard_context toy_context = { .catalogue = &toy_catalogue,
	                                   .outside = &outside,
	                                   .partitions = TOY_PARTITIONS,
	                                   .tokens = &tokens,
	                                   .cache_bytes = (size_t)64 * 1024 * 1024 };

/* Helpers. */

struct postgres_settings toy_settings = {
	.daemon = "toy", .instance = "0", .build = "test", .documents = documents
};
static const struct store_ops *const ops = &postgres_store_ops;

void toy_must(enum status status, struct postgres_store *store, const char *what)
{
	if (status == STATUS_OK)
		return;
	printf("FAIL postgres_store: %s: %s\n", what, ops->reason(store));
	fflush(stdout);
	_exit(1);
}

struct postgres_store *toy_store_create(void)
{
	struct postgres_store *const store =
	    postgres_store_create(&toy_settings, &toy_catalogue, toy_stages);

	toy_must(ops->reconnect(store), store, "connecting");
	return store;
}

struct shard *toy_shard(struct postgres_store *store, int32_t number, bool raise)
{
	struct shard *const shard = shard_create(&toy_context, &toy_stages[0], number);

	toy_must(ops->open(store, shard, raise), store, "opening a shard");
	return shard;
}

enum store_answer toy_finish(struct postgres_store *store, bool *failed)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);
	enum store_answer answer = STORE_PENDING;

	while (answer == STORE_PENDING && time_before(time_monotonic(), until))
		answer = ops->end(store, MILLISECONDS(50), failed);
	return answer;
}

enum store_answer toy_commit(struct postgres_store *store, struct batch *batch)
{
	bool failed = false;

	toy_must(ops->begin(store, batch, 1), store, "beginning");
	return toy_finish(store, &failed);
}

struct fact toy_fact(int64_t sequence, struct instant mesh)
{
	return (struct fact){ .sequence = sequence,
		              .topic = TOY_OUT,
		              .partition = 1,
		              .mesh = mesh,
		              .time = mesh,
		              .type = "ops.toy.said.v1",
		              .subject = "aggregate",
		              .key = bytes_of("key"),
		              .message = bytes_of("message") };
}

struct batch toy_batch(struct shard *shard)
{
	return (struct batch){ .shard = shard,
		               .number = shard->row.batch,
		               .frontier = { TOY_MAY },
		               .runs = "ops.in.v1:0+1" };
}

struct state_change toy_change(struct arena *arena, const struct state_table *table,
                               const void *row, bool removed)
{
	struct state_change change = { .table = table,
		                       .key = state_key(arena, table, row, table->key_columns) };

	if (!removed)
		change.packed = state_pack(arena, table, row);
	return change;
}

static size_t told;
static void count_fact(void *argument, const struct fact *fact)
{
	(void)argument;
	(void)fact;
	told++;
}

size_t toy_fact_count(struct postgres_store *store, const struct shard *shard)
{
	told = 0;
	toy_must(ops->facts(store, shard, 0, 1000000, count_fact, NULL), store, "reading facts");
	return told;
}
