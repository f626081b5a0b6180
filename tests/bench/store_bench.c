/*
 * store_bench - events a second through the store, against binary COPY of the same rows.
 *
 *   store_bench URI RUN_FOLDER [ROUNDS [EVENTS]]
 *
 * Both write one transaction for each 1,000 events into the same table, over a connection each. The
 * ratios are of one run: in every round each way has its turn, and the median round counts. RUN_FOLDER is
 * that of deploy/local/postgres.sh, for the server's CPU.
 */
#include "common/base/hash.h"
#include "common/base/memory.h"
#include "common/flow/cache.h"
#include "tests/support/toy_store.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 1000
#define ROUNDS_MAX 25
#define KEYS 200000
#define BODY 250 /* an event of 400 bytes on the wire: its headers are the fact's other columns */
#define PG_EPOCH_US INT64_C(946684800000000)
#define FACT_COLUMNS 11

enum way { WAY_COPY, WAY_FACTS, WAY_STATE, WAYS };
static const char *const way_names[] = { "COPY", "facts", "facts and state" };

struct result {
	double rate;   /* events a second */
	double client; /* CPU, us an event */
	double server;
};

static size_t events = 100000;
static size_t rounds = 5;
static char server_pid[32];
static struct arena *arena;
static struct postgres_store *store;
static struct shard *shard;
static PGconn *copier;
static int64_t sequence;
static struct batch batch;
static struct fact facts[BATCH];
static struct state_change changes[BATCH];

/* CPU. */

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* utime and stime, the 14th and 15th field of a process's stat; its name ends with ") ". */
static int64_t process_ticks(const char *pid)
{
	char path[64], line[1024];
	const char *at;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	size = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[size] = '\0';
	at = strrchr(line, ')');
	for (int field = 2; at != NULL && field < 14; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return 0;
	return strtoll(at, NULL, 10) + strtoll(strchr(at + 1, ' '), NULL, 10);
}

/* Of the children of the server's first process that live. */
static double server_seconds(void)
{
	char path[128], pids[4096];
	char *rest = NULL;
	int64_t ticks = 0;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/task/%s/children", server_pid, server_pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	size = fread(pids, 1, sizeof(pids) - 1, file);
	fclose(file);
	pids[size] = '\0';
	for (char *pid = strtok_r(pids, " ", &rest); pid != NULL; pid = strtok_r(NULL, " ", &rest))
		ticks += process_ticks(pid);
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* The rows. */

static const char *key_text(uint64_t number)
{
	return arena_printf(arena, "0197%08llx-7abc-8def-%012llx", (unsigned long long)number,
	                    (unsigned long long)number * 2654435761U % 0xffffffffffffULL);
}

static struct fact make_fact(int64_t number)
{
	static char body[BODY];
	const uint64_t key = hash_bytes(&number, sizeof(number)) % KEYS;
	struct fact fact = toy_fact(number, (struct instant){ TOY_MAY + number });
	char *const message = arena_copy(arena, body, sizeof(body));

	snprintf(message, BODY, "%lld %llu", (long long)number, (unsigned long long)key);
	fact.subject = key_text(key);
	fact.key = bytes_of(fact.subject);
	fact.message = (struct bytes){ message, BODY };
	return fact;
}

static bool has_change(size_t count, struct bytes key)
{
	for (size_t i = count > 16 ? count - 16 : 0; i < count; i++) {
		if (bytes_equal(changes[i].key, key))
			return true;
	}
	return false;
}

static int by_key(const void *a, const void *b)
{
	return bytes_compare(((const struct state_change *)a)->key,
	                     ((const struct state_change *)b)->key);
}

/* A row for each key of the batch, as the cache would have it: once, however many events. */
static size_t make_changes(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < BATCH; i++) {
		const struct thing row = { .id = facts[i].subject,
			                   .amount = facts[i].sequence,
			                   .open = true,
			                   .due = facts[i].mesh,
			                   .note = "waiting" };

		changes[i] = toy_change(arena, &thing_table, &row, false);
	}
	qsort(changes, BATCH, sizeof(*changes), by_key);
	for (size_t i = 0; i < BATCH; i++) {
		if (!has_change(kept, changes[i].key))
			changes[kept++] = changes[i];
	}
	return kept;
}

static void make_batch(enum way way)
{
	arena_reset(arena);
	for (size_t i = 0; i < BATCH; i++)
		facts[i] = make_fact(++sequence);
	batch = toy_batch(shard);
	batch.facts = facts;
	batch.fact_count = BATCH;
	batch.changes = changes;
	batch.change_count = way == WAY_STATE ? make_changes() : 0;
	shard->row.sequence = sequence;
}

/* The two ways. */

static void give_up(const char *reason)
{
	printf("FAIL store_bench: %s\n", reason);
	fflush(stdout);
	_exit(1);
}

static void write_store(void)
{
	if (toy_commit(store, &batch) != STORE_COMMITTED)
		give_up(postgres_store_ops.reason(store));
	shard->row.batch++;
}

static void add_field(struct buffer *out, const void *data, size_t size)
{
	buffer_add_u32(out, (uint32_t)size);
	buffer_add(out, data, size);
}

static void add_text(struct buffer *out, const char *text)
{
	add_field(out, text, strlen(text));
}

static void add_number(struct buffer *out, int64_t number)
{
	buffer_add_u32(out, 8);
	buffer_add_u64(out, (uint64_t)number);
}

static void add_row(struct buffer *out, const struct fact *fact)
{
	static const unsigned char columns[2] = { 0, FACT_COLUMNS };

	buffer_add(out, columns, sizeof(columns));
	add_text(out, shard->source);
	add_number(out, fact->sequence);
	add_text(out, toy_catalogue.topics[fact->topic].name);
	buffer_add_u32(out, 4);
	buffer_add_u32(out, (uint32_t)fact->partition);
	add_field(out, fact->key.data, fact->key.size);
	add_text(out, fact->type);
	add_text(out, fact->subject);
	add_number(out, fact->time.us - PG_EPOCH_US);
	add_number(out, fact->mesh.us - PG_EPOCH_US);
	add_field(out, fact->message.data, fact->message.size);
	buffer_add_u32(out, UINT32_MAX);
}

static void write_copy(void)
{
	static const char header[19] = "PGCOPY\n\377\r\n"; /* and a NUL, no flags, no more header */
	static struct buffer out;
	PGresult *result;

	buffer_clear(&out);
	buffer_add(&out, header, sizeof(header));
	for (size_t i = 0; i < BATCH; i++)
		add_row(&out, &facts[i]);
	buffer_add(&out, "\377\377", 2);
	PQclear(PQexec(copier, "copy fact from stdin (format binary)"));
	PQputCopyData(copier, (const char *)out.data, (int)out.size);
	PQputCopyEnd(copier, NULL);
	result = PQgetResult(copier);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(PQerrorMessage(copier));
	PQclear(result);
	PQclear(PQgetResult(copier));
}

/* The making of the rows is not timed. */
static struct result run(enum way way)
{
	const double server = server_seconds();
	double wall = 0, cpu = 0;

	for (size_t done = 0; done < events; done += BATCH) {
		double start, start_cpu;

		make_batch(way);
		start = seconds(CLOCK_MONOTONIC);
		start_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
		if (way == WAY_COPY)
			write_copy();
		else
			write_store();
		wall += seconds(CLOCK_MONOTONIC) - start;
		cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - start_cpu;
	}
	return (struct result){ (double)events / wall, cpu / (double)events * 1e6,
		                (server_seconds() - server) / (double)events * 1e6 };
}

static int by_rate(const void *a, const void *b)
{
	const double left = ((const struct result *)a)->rate,
		     right = ((const struct result *)b)->rate;

	return (left > right) - (left < right);
}

static void report(struct result results[WAYS][ROUNDS_MAX])
{
	double copy = 0;

	printf("%-16s %12s %8s %14s %14s\n", "way", "events/s", "ratio", "client us", "server us");
	for (size_t way = 0; way < WAYS; way++) {
		struct result *median;

		qsort(results[way], rounds, sizeof(results[way][0]), by_rate);
		median = &results[way][rounds / 2];
		if (way == WAY_COPY)
			copy = median->rate;
		printf("%-16s %12.0f %8.2f %14.2f %14.2f\n", way_names[way], median->rate,
		       median->rate / copy, median->client, median->server);
	}
}

static void read_pid(const char *folder)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/postgres.pid", folder);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fgets(server_pid, sizeof(server_pid), file) != NULL)
		server_pid[strcspn(server_pid, "\n")] = '\0';
	fclose(file);
}

static bool start(const char *uri)
{
	char reason[MIGRATE_REASON_SIZE];

	toy_settings.uri = uri;
	if (postgres_store_migrate(&toy_settings, toy_migrations, reason) != STATUS_OK) {
		printf("FAIL store_bench: %s\n", reason);
		return false;
	}
	store = toy_store_create();
	shard = toy_shard(store, 0, true);
	sequence = shard->row.sequence;
	copier = PQconnectdb(uri);
	arena = arena_create((size_t)1024 * 1024);
	return PQstatus(copier) == CONNECTION_OK;
}

int main(int argc, char **argv)
{
	static struct result results[WAYS][ROUNDS_MAX];

	if (argc < 3)
		return 2;
	read_pid(argv[2]);
	rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : rounds;
	events = argc > 4 ? strtoul(argv[4], NULL, 10) : events;
	if (rounds == 0 || rounds > ROUNDS_MAX || !start(argv[1]))
		return 1;
	make_batch(WAY_FACTS); /* the month gets its place, the buffers their size */
	write_store();
	for (size_t round = 0; round < rounds; round++)
		for (enum way way = WAY_COPY; way < WAYS; way++)
			results[way][round] = run(way);
	report(results);
	PQfinish(copier);
	shard_destroy(shard);
	postgres_store_destroy(store);
	arena_destroy(arena);
	return 0;
}
