/*
 * bench_fold - the loop of a daemon without the daemon: folds so many events, and says where the time goes.
 *
 *   bench_fold BROKERS URI GROUP facts|state publish|keep EVENTS
 *
 * The worker, the log and the store are those of every daemon. With `keep`, facts are committed and not
 * published: each counts as acknowledged at once, so that what is measured is Kafka to PostgreSQL alone.
 * Prints a line a phase: "name wall_seconds cpu_seconds", of the worker's one thread.
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/kafka_log.h"
#include "common/flow/postgres_store.h"
#include "common/flow/worker.h"
#include "tests/support/bench_mesh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_STEP 4000 /* as worker_step has it */
#define BATCH_EVENTS 1000
#define HELD_BATCHES 16
#define CACHE_BYTES ((size_t)64 * 1024 * 1024)
#define LEAVE_PATIENCE SECONDS(2)
#define ACKS_MAX (1 << 17)

enum phase { PHASE_TAKE, PHASE_FOLD, PHASE_PUBLISH, PHASE_POLL, PHASE_COMMIT, PHASES };

static struct {
	const char *name;
	double wall;
	double cpu;
} phases[PHASES] = { { .name = "take" },
	             { .name = "fold" },
	             { .name = "publish" },
	             { .name = "poll" },
	             { .name = "commit" } };

/* Facts that count as acknowledged and were not told yet. */
static struct {
	uint64_t token;
	int64_t sequence;
} acks[ACKS_MAX];
static size_t ack_first;
static size_t ack_end;

static struct kafka_log *kafka_log;
static struct worker worker;

_Noreturn static void give_up(const char *reason)
{
	fprintf(stderr, "bench_fold: %s\n", reason);
	_exit(1);
}

/* A log that keeps what it is given. */

static bool keep(void *log, const struct log_message *message)
{
	if (message->token == 0)
		return kafka_log_ops.send(log, message);
	if (ack_end - ack_first == ACKS_MAX)
		return false;
	acks[ack_end % ACKS_MAX].token = message->token;
	acks[ack_end % ACKS_MAX].sequence = message->sequence;
	ack_end++;
	return true;
}

static void poll_kept(void *log, struct duration wait, bool room, struct log_event *event)
{
	if (ack_first == ack_end) {
		kafka_log_ops.poll(log, wait, room, event);
		return;
	}
	*event = (struct log_event){ .kind = LOG_ACK,
		                     .token = acks[ack_first % ACKS_MAX].token,
		                     .sequence = acks[ack_first % ACKS_MAX].sequence };
	ack_first++;
}

/* The loop. */

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void spend(enum phase phase)
{
	static double wall, cpu;
	const double wall_now = seconds(CLOCK_MONOTONIC);
	const double cpu_now = seconds(CLOCK_THREAD_CPUTIME_ID);

	if (worker.events > 0) {
		phases[phase].wall += wall_now - wall;
		phases[phase].cpu += cpu_now - cpu;
	}
	wall = wall_now;
	cpu = cpu_now;
}

/* As worker_step, with a look at the clocks after each part. */
static void step(void)
{
	worker_take(&worker);
	spend(PHASE_TAKE);
	const bool began = worker_fold(&worker);

	spend(PHASE_FOLD);
	worker_publish(&worker);
	worker_progress(&worker);
	worker_hint(&worker);
	spend(PHASE_PUBLISH);
	worker_poll(&worker, began || worker.committing ? MILLISECONDS(0) : MILLISECONDS(10),
	            POLL_STEP);
	spend(PHASE_POLL);
	worker_commit(&worker, MILLISECONDS(1));
	spend(PHASE_COMMIT);
	if (worker.fatal != NULL)
		give_up(worker.fatal);
}

static struct instant real_now(void *context)
{
	(void)context;
	return time_now();
}

static uint64_t no_chance(void *context)
{
	(void)context;
	return 0;
}

static void open_log(const char *brokers, const char *group)
{
	static const int reads[] = { BENCH_IN, -1 };
	static const int writes[] = { BENCH_OUT, BENCH_PROGRESS, -1 };
	char reason[BUS_REASON_SIZE];

	kafka_log = kafka_log_create(&(struct kafka_log_settings){ .brokers = brokers,
	                                                           .group = group,
	                                                           .instance = group,
	                                                           .catalogue = &bench_catalogue,
	                                                           .lead = BENCH_IN,
	                                                           .reads = reads,
	                                                           .writes = writes,
	                                                           .partitions = BENCH_PARTITIONS,
	                                                           .check = true },
	                             reason);
	if (kafka_log == NULL)
		give_up(reason);
}

static void open_worker(const struct outside *outside, const struct stage *stages)
{
	worker_init(&worker,
	            &(struct shard_context){ .catalogue = &bench_catalogue,
	                                     .outside = outside,
	                                     .partitions = BENCH_PARTITIONS,
	                                     .idle_commit = SECONDS(10),
	                                     .mark_commit = SECONDS(1),
	                                     .batch_events = BATCH_EVENTS,
	                                     .silence = SECONDS(30),
	                                     .cache_bytes = CACHE_BYTES / BENCH_PARTITIONS },
	            stages, BENCH_IN, "bench");
	worker.lost = true; /* the store connects when it is asked to */
	worker.held_max = (size_t)BATCH_EVENTS * HELD_BATCHES;
}

int main(int argc, char **argv)
{
	if (argc != 7)
		give_up("usage: bench_fold BROKERS URI GROUP facts|state publish|keep EVENTS");
	memory_tune();

	const struct stage *const stages =
	    strcmp(argv[4], "facts") == 0 ? bench_facts : bench_state;
	const int64_t events = strtoll(argv[6], NULL, 10);
	const struct postgres_settings settings = {
		.uri = argv[2], .daemon = argv[3], .instance = argv[3], .build = "bench"
	};
	struct log_ops log_ops = kafka_log_ops;
	struct outside outside = { .log_ops = &log_ops,
		                   .store_ops = &postgres_store_ops,
		                   .now = real_now,
		                   .chance = no_chance };

	if (strcmp(argv[5], "keep") == 0) {
		log_ops.send = keep;
		log_ops.poll = poll_kept;
	}
	open_log(argv[1], argv[3]);
	outside.log = kafka_log;
	outside.store = postgres_store_create(&settings, &bench_catalogue, stages);
	open_worker(&outside, stages);
	while (worker.facts < events || !worker_settled(&worker))
		step();
	for (size_t i = 0; i < PHASES; i++)
		printf("%s %.4f %.4f\n", phases[i].name, phases[i].wall, phases[i].cpu);
	worker_finish(&worker);
	postgres_store_destroy(outside.store);
	(void)kafka_log_close(kafka_log, LEAVE_PATIENCE);
	return 0;
}
