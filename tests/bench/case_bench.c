/*
 * case_bench - what many open cases of one shard cost its fold, on PostgreSQL.
 *
 *   case_bench lay URI            one true case; the schemas chargeback, billing and ingest are there, and empty
 *   case_bench run URI CACHE      folds what lies there, with a cache of so many bytes; what is said is published nowhere
 *
 * A run loads the shard; sweeps it in slices, a second of mesh time apart; lets hours pass at once, so that whole sweeps fall into
 * one fold each; then goes through an hour in which reminders are due, in a hundred folds. Prints one JSON object: of each of
 * these the milliseconds of its longest fold, of CPU and of waiting for the database (not for a processor that others
 * have), and how many folds; KiB by which the
 * process has grown when the shard is loaded, and at the end.
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/flow/postgres_store.h"
#include "common/flow/publisher.h"
#include "common/flow/shard.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/cases/case.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/case_ground.h"
#include "tests/support/deployed.h"
#include "tests/support/resident.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BEGAN "2026-05-01T10:00:00Z"
#define STANDS \
	"2026-05-09T12:00:00Z" /* what lies there is true for then; a sweep is due ten seconds later */
#define REMINDS "2026-05-12T08:00:00Z" /* the hour from then on has the reminders */
#define SCHEMA "chargeback"
#define PARTITIONS 4
#define PATIENCE SECONDS(60)
#define SENT_MAX 65536

_Noreturn static void give_up(const char *what, const char *reason)
{
	fprintf(stderr, "case_bench: %s: %s\n", what, reason);
	exit(1);
}

/* Laying. */

static void tell_dispute(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;

	changed.dispute_id = text_mutable("dp_0");
	changed.payment_id = text_mutable("ch_1");
	changed.to_status = text_mutable("needs_response");
	changed.amount = ground_money(12000, "USD");
	changed.reason = text_mutable("fraudulent");
	changed.network = text_mutable("visa");
	changed.network_reason_code = text_mutable("10.4");
	changed.due_by = ground_stamp("2026-05-20T00:00:00Z");
	changed.created_at = ground_stamp("2026-05-01T00:00:00Z");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	ground_billing(BEGAN, &event);
}

static int lay(const char *uri)
{
	ground_open();
	tell_dispute();
	ground_pass(STANDS);
	const enum status status = ground_write(uri);

	ground_close();
	return status == STATUS_OK ? 0 : 1;
}

/* A log that keeps nothing: what it is handed counts as acknowledged. */

static int64_t sent[SENT_MAX];
static size_t sent_count;

static bool take(void *log, const struct log_message *message)
{
	(void)log;
	if (sent_count == SENT_MAX)
		return false;
	sent[sent_count++] = message->sequence;
	return true;
}

static void release_nothing(void *log, void *handle)
{
	(void)log;
	(void)handle;
}

static void publish(struct shard *shard)
{
	do {
		sent_count = 0;
		publisher_send(shard->publisher, SENT_MAX);
		for (size_t i = 0; i < sent_count; i++)
			publisher_acked(shard->publisher, sent[i]);
	} while (sent_count > 0);
}

/* Running. */

struct longest {
	double ms;
	double cpu_ms; /* of the same fold */
	int64_t folds;
};

static const struct store_ops *const ops = &postgres_store_ops;
static struct postgres_store *store;
static struct shard *shard;

static double ms_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* That this thread was ready to run and did not: the second number of its schedstat, in ns. */
static double delayed_ms(void)
{
	FILE *const file = fopen("/proc/thread-self/schedstat", "re");
	unsigned long long delay = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %llu", &delay) != 1)
		delay = 0;
	fclose(file);
	return (double)delay / 1e6;
}

static struct instant real_now(void *context)
{
	(void)context;
	return time_now();
}

static void commit(void)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);
	enum store_answer answer = STORE_PENDING;
	bool failed = false;

	if (ops->begin(store, &shard->batch, 1) != STATUS_OK)
		give_up("beginning", ops->reason(store));
	while (answer == STORE_PENDING && time_before(time_monotonic(), until))
		answer = ops->end(store, MILLISECONDS(50), &failed);
	if (answer != STORE_COMMITTED)
		give_up("committing", ops->reason(store));
	shard_committed(shard, time_now());
	publish(shard);
}

static void fold(struct instant frontier, struct longest *longest)
{
	struct fold one = { .frontier = frontier, .patience = MILLISECONDS(20) };
	const double delayed = delayed_ms();
	const double begin = ms_of(CLOCK_MONOTONIC);
	const double cpu = ms_of(CLOCK_THREAD_CPUTIME_ID);

	if (shard_fold(shard, &one) != STATUS_OK)
		give_up("folding", shard->stopped != NULL ? shard->stopped : ops->reason(store));
	const double spent = ms_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
	const double took = ms_of(CLOCK_MONOTONIC) - begin - (delayed_ms() - delayed);

	longest->folds++;
	if (took > longest->ms) {
		longest->ms = took;
		longest->cpu_ms = spent;
	}
	commit();
}

/* From where it stands, in steps; the last one ends there. */
static struct longest pass(struct instant until, struct duration step)
{
	struct longest longest = { 0 };

	while (time_before(shard->row.now, until))
		fold(time_earlier(time_add(shard->row.now, step), until), &longest);
	return longest;
}

static const struct stage *find_stage(void)
{
	const struct stage *stage = chargeback_stages;

	while (!text_equal(stage->name, "case"))
		stage++;
	return stage;
}

static void open_store(const char *uri, const struct stage *stage)
{
	static struct stage stages[2];
	static struct postgres_settings settings = {
		.daemon = SCHEMA, .instance = "bench", .build = "bench", .schema = SCHEMA
	};

	stages[0] = *stage;
	settings.uri = uri;
	store = postgres_store_create(&settings, &opsmesh_catalogue, stages);
	if (ops->reconnect(store) != STATUS_OK)
		give_up("connecting", ops->reason(store));
}

static double open_shard(const struct shard_context *context, const struct stage *stage)
{
	const double begin = ms_of(CLOCK_MONOTONIC);

	shard = shard_create(context, stage, 0);
	if (ops->open(store, shard, true) != STATUS_OK)
		give_up("loading", ops->reason(store));
	return ms_of(CLOCK_MONOTONIC) - begin;
}

static void print(const char *name, const struct longest *longest)
{
	printf("\"%s_ms\": %.1f, \"%s_cpu_ms\": %.1f, \"%s_folds\": %lld, ", name, longest->ms,
	       name, longest->cpu_ms, name, (long long)longest->folds);
}

static int run(const char *uri, size_t cache_bytes)
{
	static struct document documents[DEPLOYED_MAX];
	static const struct log_ops log_ops = { .release = release_nothing, .send = take };
	static struct outside outside = { .log_ops = &log_ops, .now = real_now };
	static uint64_t tokens;
	const struct stage *const stage = find_stage();
	const struct instant stands = ground_time(STANDS);
	const struct instant reminds = ground_time(REMINDS);

	memory_tune();
	deployed_documents(chargeback_documents, documents);
	open_store(uri, stage);
	outside.store_ops = ops;
	outside.store = store;
	const struct shard_context context = { .catalogue = &opsmesh_catalogue,
		                               .outside = &outside,
		                               .documents = documents,
		                               .partitions = PARTITIONS,
		                               .tokens = &tokens,
		                               .cache_bytes = cache_bytes };
	const long before = resident_kib();
	const double load_ms = open_shard(&context, stage);
	const long loaded = resident_kib() - before;

	(void)pass(stands, DAYS(1));
	const struct longest slices = pass(time_add(stands, MINUTES(5)), SECONDS(1));
	const struct longest sweeps = pass(reminds, HOURS(1));
	const struct longest reminders = pass(time_add(reminds, HOURS(1)), SECONDS(36));

	printf("{");
	print("slice", &slices);
	print("sweep", &sweeps);
	print("remind", &reminders);
	printf("\"load_ms\": %.1f, \"loaded_kib\": %ld, \"grown_kib\": %ld}\n", load_ms, loaded,
	       resident_kib() - before);
	shard_destroy(shard);
	postgres_store_destroy(store);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t cache_bytes;

	if (argc == 3 && text_equal(argv[1], "lay"))
		return lay(argv[2]);
	if (argc == 4 && text_equal(argv[1], "run") &&
	    text_number(argv[3], 1, INT64_MAX, &cache_bytes))
		return run(argv[2], (size_t)cache_bytes);
	fputs("usage: case_bench lay URI, or run URI CACHE\n", stderr);
	return 2;
}
