/*
 * postgres_fence_test - two owners of one shard, an owner that froze, a server that goes away.
 *
 *   postgres_fence_test URI RUN_FOLDER     the folder of deploy/local/postgres.sh, which it kills
 *
 * One program, so that two owners can be at the same place of the same batch.
 */
#include "common/io/db.h"
#include "gen/flow_sql.h"
#include "tests/support/toy_store.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RACES 50

static const struct store_ops *const ops = &postgres_store_ops;
static const char *run_folder;

/* Fences. */

static void test_fence(struct postgres_store *a, struct postgres_store *b)
{
	struct shard *const old = toy_shard(a, 0, true);
	struct shard *const other = toy_shard(a, 1, true);
	struct shard *const taken = toy_shard(b, 0, true);
	struct fact said = toy_fact(100, (struct instant){ TOY_MAY });
	struct batch batches[] = { toy_batch(old), toy_batch(other) };
	struct batch mine = toy_batch(taken);
	bool failed[2] = { false, false };

	for (size_t i = 0; i < COUNT_OF(batches); i++) {
		batches[i].facts = &said;
		batches[i].fact_count = 1;
	}
	toy_must(ops->begin(a, batches, 2), a, "beginning");
	toy_check(toy_finish(a, failed) == STORE_FENCED && failed[0] && !failed[1],
	          "an owner with an older epoch is fenced off, and told which shard it lost");
	toy_check(toy_fact_count(b, old) == 0 && toy_fact_count(b, other) == 0,
	          "it has written nothing for any shard");
	toy_check(toy_commit(a, &batches[1]) == STORE_COMMITTED,
	          "its other shard goes on without the lost one");
	toy_check(toy_commit(b, &mine) == STORE_COMMITTED, "the new owner writes");
	toy_check(toy_commit(b, &mine) == STORE_FENCED,
	          "a batch number that was reached is refused");
	mine.number += 2;
	toy_check(toy_commit(b, &mine) == STORE_FENCED,
	          "a batch number from the future is refused");
	shard_destroy(old);
	shard_destroy(other);
	shard_destroy(taken);
}

struct race {
	struct postgres_store *a, *b;
	size_t wins; /* of a */
	bool good;   /* each time one was committed, and the other fenced off */
};

static void run_race(struct race *race, int64_t sequence)
{
	struct shard *const one = toy_shard(race->a, 0, false);
	struct shard *const two = toy_shard(race->b, 0, false);
	struct fact said = toy_fact(sequence, (struct instant){ TOY_MAY });
	struct batch left = toy_batch(one);
	struct batch right = toy_batch(two);
	enum store_answer first, second;
	bool failed = false;

	left.facts = right.facts = &said;
	left.fact_count = right.fact_count = 1;
	toy_must(ops->begin(race->a, &left, 1), race->a, "beginning");
	toy_must(ops->begin(race->b, &right, 1), race->b, "beginning");
	first = toy_finish(race->a, &failed);
	second = toy_finish(race->b, &failed);
	race->good = race->good && (first == STORE_COMMITTED) != (second == STORE_COMMITTED) &&
	             (first == STORE_FENCED) != (second == STORE_FENCED);
	race->wins += first == STORE_COMMITTED;
	shard_destroy(two);
	shard_destroy(one);
}

static void test_race(struct postgres_store *a, struct postgres_store *b)
{
	struct race race = { .a = a, .b = b, .good = true };
	struct shard *const shard = toy_shard(a, 0, true);
	const size_t before = toy_fact_count(a, shard);

	for (int round = 0; round < RACES; round++)
		run_race(&race, 1000 + round);
	printf("# the first of two won %zu of %d races\n", race.wins, RACES);
	toy_check(race.good,
	          "of two owners that race with one epoch and number exactly one writes");
	toy_check(toy_fact_count(a, shard) == before + RACES, "what was written is what was won");
	shard_destroy(shard);
}

/* A frozen owner. */

/* Holds the fence row's lock in a transaction, and says so through the pipe. */
static void hold_and_freeze(int pipe_end)
{
	const struct db_settings frozen = { .uri = toy_settings.uri, .name = "toy/frozen" };
	struct db *const db = db_create(&frozen);

	if (db_connect(db) != STATUS_OK || db_prepare(db, &sql_shard_raise) != STATUS_OK ||
	    db_transaction(db, DB_BEGIN) != STATUS_OK ||
	    db_exec(db, &sql_shard_raise, DB_TEXT("toy"), DB_SMALL(0), DB_TEXT("toy/frozen")) !=
	        STATUS_OK)
		_exit(1);
	if (write(pipe_end, "x", 1) != 1)
		_exit(1);
	raise(SIGSTOP);
	_exit(db_transaction(db, DB_COMMIT) == STATUS_OK ? 0 : 2);
}

static pid_t start_frozen(void)
{
	int ends[2];
	char held = 0;
	pid_t child;

	if (pipe(ends) != 0)
		_exit(1);
	fflush(stdout);
	child = fork();
	if (child == 0)
		hold_and_freeze(ends[1]);
	if (read(ends[0], &held, 1) != 1)
		_exit(1);
	close(ends[0]);
	close(ends[1]);
	return child;
}

static void test_frozen(struct postgres_store *store)
{
	struct shard *const shard = toy_shard(store, 0, true);
	const int64_t epoch = shard->row.epoch;
	const pid_t child = start_frozen();
	struct shard *const again = shard_create(&toy_context, &toy_stages[0], 0);
	const enum status status = ops->open(store, again, true);
	int result = 0;

	toy_check(status == STATUS_OK && again->row.epoch == epoch + 1,
	          "a shard is taken over from an owner that froze in its transaction");
	kill(child, SIGCONT);
	waitpid(child, &result, 0);
	toy_check(WIFEXITED(result) && WEXITSTATUS(result) == 2,
	          "what the frozen one wanted is not written");

	struct batch batch = toy_batch(again);

	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "the new owner writes on");
	shard_destroy(shard);
	shard_destroy(again);
}

/* A server that goes away. */

static void server(const char *verb)
{
	const char *const arguments[] = { "deploy/local/postgres.sh", verb, run_folder, NULL };
	const pid_t child = fork();

	if (child == 0) {
		execv(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

/* The lock of the frozen one keeps the batch from ending before the server is killed. */
static void test_killed(struct postgres_store *store)
{
	struct shard *const shard = toy_shard(store, 0, true);
	const size_t before = toy_fact_count(store, shard);
	const pid_t child = start_frozen();
	struct fact said = toy_fact(5000, (struct instant){ TOY_MAY });
	struct batch batch = toy_batch(shard);
	bool failed = false;

	batch.facts = &said;
	batch.fact_count = 1;
	toy_must(ops->begin(store, &batch, 1), store, "beginning");
	toy_check(ops->end(store, MILLISECONDS(100), &failed) == STORE_PENDING,
	          "a transaction that waits is pending");
	server("kill");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	toy_check(toy_finish(store, &failed) == STORE_LOST,
	          "a server that is killed loses the transaction");
	toy_check(ops->begin(store, &batch, 1) == STATUS_RETRY && ops->reason(store)[0] != '\0',
	          "without a connection nothing begins, and the reason is kept");
	toy_check(ops->reconnect(store) == STATUS_RETRY, "nobody answers while the server is away");
	server("start");
	toy_must(ops->reconnect(store), store, "connecting again");

	struct shard *const again = toy_shard(store, 0, false);

	toy_check(again->row.epoch == shard->row.epoch && again->row.batch == shard->row.batch,
	          "after its restart the epoch stands, and so does the batch");
	toy_check(toy_fact_count(store, again) == before, "and nothing of the lost batch is there");
	batch = toy_batch(again);
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "the owner goes on");
	shard_destroy(again);
	shard_destroy(shard);
}

static void test_trouble(struct postgres_store *store)
{
	struct shard *const shard = toy_shard(store, 0, true);
	struct arena *const arena = arena_create(4096);
	const struct thing bad = { .id = "bad", .note = "forbidden" };
	struct state_change change = toy_change(arena, &thing_table, &bad, false);
	struct batch batch = toy_batch(shard);

	batch.changes = &change;
	batch.change_count = 1;
	toy_check(toy_commit(store, &batch) == STORE_LOST &&
	              ops->reconnect(store) == STATUS_FATAL &&
	              strstr(ops->reason(store), "thing_note_check") != NULL,
	          "what a constraint refuses ends in FATAL, with the reason");
	shard_destroy(shard);
	arena_destroy(arena);
}

int main(int argc, char **argv)
{
	struct postgres_store *a, *b;
	char reason[MIGRATE_REASON_SIZE];

	if (argc != 3)
		return 2;
	toy_settings.uri = argv[1];
	run_folder = argv[2];
	if (postgres_store_migrate(&toy_settings, toy_migrations, reason) != STATUS_OK) {
		printf("FAIL postgres_fence: %s\n", reason);
		return 1;
	}
	a = toy_store_create();
	b = toy_store_create();
	test_fence(a, b);
	test_race(a, b);
	test_frozen(a);
	test_killed(a);
	test_trouble(a);
	postgres_store_destroy(a);
	postgres_store_destroy(b);
	return toy_failures > 0;
}
