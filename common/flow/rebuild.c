#include "common/flow/rebuild.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/postgres_store.h"
#include "common/flow/publisher.h"
#include "common/flow/rebuild_compare.h"
#include "common/flow/rebuild_document.h"
#include "common/flow/rebuild_feed.h"
#include "common/flow/rebuild_scratch.h"
#include "common/flow/replay.h"
#include "common/io/bus_reader.h"
#include "gen/flow_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EXIT_SAME 0
#define EXIT_DIFFERS 1
#define EXIT_AWAY 3
#define LINES_AT_ONCE 200
#define PATIENCE SECONDS(10)
/* Rounds behind a daemon that goes on: one is enough unless it commits faster than we replay. */
#define ROUNDS_MAX 1000

/* A batch as the journal has it. */
struct line {
	int64_t number;
	struct replay_line replay;
	const char *build;
	const char *documents;
};

struct rebuilding {
	const struct daemon *daemon;
	const struct stage *stage;
	bool verify;
	struct rebuild_schemas schemas;
	struct db_settings db_settings;
	struct db *db; /* to the daemon's own schema, and as its role to the scratch */
	struct postgres_settings scratch;
	struct postgres_store *store; /* of the scratch */
	struct rebuild_feed *feed;
	struct rebuild_document *documents;
	struct outside outside;
	struct shard_context context;
	uint64_t tokens;

	struct shard *shard; /* that is replayed */
	struct arena *arena; /* of the lines below */
	struct line lines[LINES_AT_ONCE];
	size_t line_count;
	int64_t batches;
	int64_t other_builds; /* batches that another build folded */
	int64_t differences;  /* of all shards */
	char reason[SERVICE_REASON_SIZE];
};

static enum status fail(struct rebuilding *it, enum status status, const char *format, ...)
    PRINTF_LIKE(3, 4);
static enum status fail(struct rebuilding *it, enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CHECK(vsnprintf(it->reason, sizeof(it->reason), format, arguments) >= 0);
	va_end(arguments);
	return status;
}

static enum status of_db(struct rebuilding *it, enum status status)
{
	return status == STATUS_OK ? status : fail(it, status, "%s", db_reason(it->db));
}

static enum status of_store(struct rebuilding *it, enum status status)
{
	return status == STATUS_OK ? status
	                           : fail(it, status, "%s", postgres_store_ops.reason(it->store));
}

/* One batch. */

static enum status commit(struct rebuilding *it)
{
	enum store_answer answer = STORE_PENDING;
	bool failed = false;

	TRY(of_store(it, postgres_store_ops.begin(it->store, &it->shard->batch, 1)));
	while (answer == STORE_PENDING)
		answer = postgres_store_ops.end(it->store, PATIENCE, &failed);
	if (answer != STORE_COMMITTED)
		return of_store(it, STATUS_RETRY);
	shard_committed(it->shard, time_now());
	return STATUS_OK;
}

static enum status replay_line(struct rebuilding *it, const struct line *line)
{
	const char *reason = "a row could not be loaded";
	enum status status;

	if (line->number != it->shard->row.batch)
		return fail(it, STATUS_REJECT, "the journal has no batch %lld",
		            (long long)it->shard->row.batch);
	TRY(rebuild_document_find(it->db, it->daemon, &it->documents, line->documents,
	                          &it->context.documents, it->reason));
	it->shard->stopped = NULL; /* then somebody started it again */
	status = replay_batch(it->shard, &line->replay, rebuild_feed_take, it->feed, &reason);
	if (status != STATUS_OK)
		return fail(it, status, "batch %lld: %s %s", (long long)line->number, reason,
		            rebuild_feed_reason(it->feed));
	it->batches++;
	if (strcmp(line->build, it->daemon->build) != 0)
		it->other_builds++;
	return commit(it);
}

/* The journal. */

static void take_line(void *argument, const struct db_rows *row)
{
	struct rebuilding *const it = argument;

	it->lines[it->line_count++] =
	    (struct line){ .number = db_int(row, 0, 0),
		           .replay = { .frontier = db_time(row, 0, 1),
		                       .runs = arena_string(it->arena, db_text(row, 0, 2)),
		                       .refused = arena_string(it->arena, db_text(row, 0, 3)) },
		           .build = arena_string(it->arena, db_text(row, 0, 4)),
		           .documents = arena_string(it->arena, db_text(row, 0, 5)) };
}

/* The batches behind those that were replayed; where there is none, compares: both of one instant. */
static enum status look(struct rebuilding *it)
{
	int64_t differences = 0;

	arena_reset(it->arena);
	it->line_count = 0;
	TRY(of_db(it, db_transaction(it->db, DB_BEGIN)));
	TRY(of_db(it, db_each(it->db, &sql_batch_journal_load, take_line, it,
	                      DB_TEXT(it->stage->name), DB_SMALL(it->shard->number),
	                      DB_INT(it->shard->row.batch), DB_INT(LINES_AT_ONCE))));
	if (it->line_count == 0 && it->verify)
		TRY(of_db(it, rebuild_compare_shard(it->db, &it->schemas, it->stage,
		                                    it->shard->number, &differences)));
	it->differences += differences;
	return of_db(it, db_transaction(it->db, DB_COMMIT));
}

static enum status replay_journal(struct rebuilding *it)
{
	int rounds = 0;

	do {
		TRY(look(it));
		for (size_t i = 0; i < it->line_count; i++)
			TRY(replay_line(it, &it->lines[i]));
		rounds = it->line_count < LINES_AT_ONCE ? rounds + 1 : 0;
		if (rounds > ROUNDS_MAX)
			return fail(it, STATUS_REJECT, "the daemon goes on too fast: stop it");
	} while (it->line_count > 0);
	return STATUS_OK;
}

/* One shard. */

/* Facts of a replay are published by nobody: the mark lies behind them all. */
static void keep_silent(struct shard *shard)
{
	publisher_destroy(shard->publisher);
	shard->publisher =
	    publisher_create(shard->context->outside, shard->context->catalogue, shard->source,
	                     shard->context->partitions, INT64_MAX - 1, shard->context->tokens);
}

static enum status replay_shard(struct rebuilding *it, int32_t number)
{
	enum status status;

	it->shard = shard_create(&it->context, it->stage, number);
	it->batches = it->other_builds = 0;
	rebuild_feed_begin(it->feed, number);
	status = of_store(it, postgres_store_ops.open(it->store, it->shard, true));
	if (status == STATUS_OK) {
		keep_silent(it->shard);
		status = replay_journal(it);
	}
	shard_destroy(it->shard);
	if (status == STATUS_OK)
		printf("%s/%d: %lld batches replayed, %lld of them by another build\n",
		       it->stage->name, number, (long long)it->batches,
		       (long long)it->other_builds);
	else
		printf("%s/%d: %s\n", it->stage->name, number, it->reason);
	return status;
}

/* A shard that cannot be replayed does not keep the others from it; a server that is away does. */
static enum status replay_shards(struct rebuilding *it)
{
	enum status worst = STATUS_OK;

	for (int32_t n = 0; worst != STATUS_RETRY && n < it->context.partitions; n++) {
		const enum status status = replay_shard(it, n);

		worst = status == STATUS_OK ? worst : status;
	}
	return worst;
}

/* What it stands on. */

static enum status connect_kept(struct rebuilding *it)
{
	const struct daemon *const daemon = it->daemon;

	it->db_settings = (struct db_settings){ .uri = daemon->config->database_url,
		                                .name = daemon->service->name };
	it->db = db_create(&it->db_settings);
	TRY(of_db(it, db_connect(it->db)));
	TRY(of_db(it, db_prepare(it->db, &sql_batch_journal_load)));
	TRY(of_db(it, db_prepare(it->db, &sql_document_load)));
	return of_db(it, db_script(it->db, sql_rebuild_snapshot.sql));
}

static enum status connect_scratch(struct rebuilding *it)
{
	const struct daemon *const daemon = it->daemon;

	it->scratch = (struct postgres_settings){ .uri = daemon->config->database_url,
		                                  .daemon = daemon->service->name,
		                                  .instance = "rebuild",
		                                  .build = daemon->build,
		                                  .schema = it->schemas.scratch };
	TRY(rebuild_scratch_prepare(it->db, &it->scratch, daemon->service->migrations, it->reason));
	it->store = postgres_store_create(&it->scratch, daemon->catalogue, daemon->service->stages);
	return of_store(it, postgres_store_ops.reconnect(it->store));
}

static enum status count_partitions(struct rebuilding *it, const struct bus_settings *bus)
{
	char reason[BUS_REASON_SIZE];
	int32_t counts[BUS_TOPICS_MAX] = { 0 };
	struct bus_reader *const reader = bus_reader_create(bus, 0, reason);

	if (reader == NULL)
		return fail(it, STATUS_FATAL, "KAFKA_BROKERS: %s", reason);
	const enum status status = bus_reader_partitions(reader, counts, PATIENCE);

	bus_reader_destroy(reader);
	it->context.partitions = counts[it->daemon->service->lead];
	if (status != STATUS_OK)
		return fail(it, status, "no broker answers at %s", it->daemon->config->brokers);
	if (it->context.partitions < 1 || it->context.partitions > PARTITIONS_MAX)
		return fail(it, STATUS_REJECT, "the lead topic has %d partitions",
		            it->context.partitions);
	return STATUS_OK;
}

static enum status connect_log(struct rebuilding *it)
{
	const struct catalogue *const catalogue = it->daemon->catalogue;
	const char **const names = arena_zero(it->daemon->arena, sizeof(*names) * TOPICS_MAX);
	const struct bus_settings bus = { .brokers = it->daemon->config->brokers,
		                          .client = "rebuild",
		                          .topics = names,
		                          .topic_count = catalogue->count,
		                          .wake = -1 };
	int topics[STAGE_TOPICS_MAX];
	char reason[BUS_REASON_SIZE];

	for (int i = 0; i < catalogue->count; i++)
		names[i] = catalogue->topics[i].name;
	TRY(count_partitions(it, &bus));
	it->feed =
	    rebuild_feed_create(&bus, topics, stage_reads(catalogue, it->stage, topics), reason);
	return it->feed == NULL ? fail(it, STATUS_FATAL, "KAFKA_BROKERS: %s", reason) : STATUS_OK;
}

static struct instant real_now(void *context)
{
	(void)context;
	return time_now();
}

static enum status open_all(struct rebuilding *it)
{
	const struct service_config *const config = it->daemon->config;

	TRY(connect_kept(it));
	TRY(connect_scratch(it));
	TRY(connect_log(it));
	it->outside = (struct outside){ .log_ops = &rebuild_feed_log,
		                        .store_ops = &postgres_store_ops,
		                        .store = it->store,
		                        .now = real_now };
	it->context.catalogue = it->daemon->catalogue;
	it->context.outside = &it->outside;
	it->context.config = config;
	it->context.recorded = daemon_is_recorded(it->daemon);
	it->context.grace = config->mesh_grace;
	it->context.silence = config->mesh_silence;
	it->context.tokens = &it->tokens;
	it->context.cache_bytes = (size_t)config->cache_bytes;
	return STATUS_OK;
}

static void close_all(struct rebuilding *it)
{
	rebuild_feed_destroy(it->feed);
	postgres_store_destroy(it->store);
	db_destroy(it->db);
	arena_destroy(it->arena);
	memory_free(it);
}

static int answer(const struct rebuilding *it, enum status status)
{
	if (status == STATUS_RETRY)
		return EXIT_AWAY;
	return status == STATUS_OK && it->differences == 0 ? EXIT_SAME : EXIT_DIFFERS;
}

int rebuild_stage(const struct daemon *daemon, const struct stage *stage, bool verify)
{
	struct rebuilding *const it = memory_zero(sizeof(*it));
	enum status worst;

	it->daemon = daemon;
	it->stage = stage;
	it->verify = verify;
	it->arena = arena_create((size_t)64 << 10);
	it->schemas.kept = daemon->service->schema;
	it->schemas.scratch = arena_printf(daemon->arena, "%s_scratch", daemon->service->schema);
	worst = open_all(it);
	if (worst == STATUS_OK)
		worst = replay_shards(it);
	else
		printf("%s: %s\n", stage->name, it->reason);
	if (worst == STATUS_OK && verify)
		printf("%s: %s\n", stage->name,
		       it->differences == 0 ? "the same" : "differs from what its journal makes");
	const int exit_status = answer(it, worst);

	close_all(it);
	return exit_status;
}
