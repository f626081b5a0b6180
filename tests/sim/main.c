/*
 * sim - the runtime against a modelled log and database, one run for each seed.
 *
 *   sim [--seeds N] [--seed S] [--mode recorded|live] [--mesh toy|ops]
 *
 * Each seed runs a toy mesh of five stages and the real daemons, all six, both in recorded and in live mode. A seed that fails is printed with what broke, and runs
 * the same way again with --seed. Exit status 1: a rule was broken.
 */
#include "common/base/text.h"
#include "tests/sim/world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEEDS_DEFAULT 1000
#define LETTERS_MAX 8 /* retries of one run, each found by one calm run more */

struct options {
	uint64_t first;
	uint64_t count;
	bool recorded;
	bool live;
	bool toy;
	bool ops;
};

struct tally {
	int64_t crashes;
	int64_t unknown;
	int64_t fenced;
	int64_t failures;
	int64_t left_out;
	int64_t freezes;
	int64_t rereads;
	int64_t effects;
	int64_t echoes;
};

/*
 * What a retry names, the dead letter's place in a stream, is known only from a run: the calm run is
 * made again until it names them all.
 */
static void find_letters(struct world *calm, const struct mesh *mesh, uint64_t seed)
{
	static struct request known[WORLD_REQUESTS_MAX];

	for (int round = 0; round < LETTERS_MAX; round++) {
		bool missing = false;

		(void)world_run(calm, 0);
		for (size_t i = 0; i < calm->request_count && !missing; i++) {
			struct request *const request = &calm->requests[i];

			missing = request->letter[0] != '\0' && request->text[0] == '\0' &&
			          world_letter(calm, request->consumer, request->letter,
			                       request->text, sizeof(request->text));
		}
		if (!missing)
			return;
		memcpy(known, calm->requests, sizeof(known));
		world_finish(calm);
		world_init(calm, mesh, seed, true, false);
		memcpy(calm->requests, known, sizeof(known));
	}
}

/* Which run it was, for a check that fails inside it. */
static char note[96];

static void on_crash(int signal)
{
	if (write(STDOUT_FILENO, note, strlen(note)) >= 0)
		_exit(128 + signal);
	_exit(EXIT_FAILURE);
}

static bool run_seed(const struct mesh *mesh, uint64_t seed, bool recorded, struct tally *tally)
{
	static struct world world;
	static struct world calm;
	char why[WORLD_REASON_SIZE] = "does not finish";

	(void)snprintf(note, sizeof(note), "FAIL sim %s, %s: seed %llu: the process crashed\n",
	               mesh->name, recorded ? "recorded" : "live", (unsigned long long)seed);
	world_init(&world, mesh, seed, recorded, true);
	if (recorded) {
		world_init(&calm, mesh, seed, true, false);
		find_letters(&calm, mesh, seed);
		memcpy(world.requests, calm.requests, sizeof(world.requests));
	}
	/* The toy's effects come at the end of its chain: now and then it gets there under faults. */
	const int far = mesh == &toy_mesh ? 20000 : recorded ? 1200 : 2400;
	const int steps[] = { 300, 700, far };
	const bool good = world_run(&world, steps[seed % 3] * 2) &&
	                  world_check(&world, recorded ? &calm : NULL, why) &&
	                  world_sabotage(&world, why);

	if (!good)
		printf("FAIL sim %s, %s: seed %llu: %s\n", mesh->name,
		       recorded ? "recorded" : "live", (unsigned long long)seed, why);
	tally->crashes += world.crashes;
	tally->unknown += world.store.unknown;
	tally->fenced += world.store.fenced;
	tally->failures += world.log.failures;
	tally->left_out += world.left_out;
	tally->freezes += world.freezes;
	tally->rereads += world.rereads;
	tally->effects += world.effects;
	tally->echoes += world.echoes;
	world_finish(&world);
	if (recorded)
		world_finish(&calm);
	return good;
}

static bool run_mode(const struct options *options, const struct mesh *mesh, bool recorded)
{
	struct tally tally = { 0 };

	for (uint64_t i = 0; i < options->count; i++)
		if (!run_seed(mesh, options->first + i, recorded, &tally))
			return false;
	printf(
	    "ok sim %s, %s: %llu seeds held; %lld crashes, %lld freezes, %lld rereads, %lld commits of unknown fate, %lld fenced off, "
	    "%lld deliveries failed, %lld runs with an input left out, %lld effects run and %lld echoes\n",
	    mesh->name, recorded ? "recorded" : "live", (unsigned long long)options->count,
	    (long long)tally.crashes, (long long)tally.freezes, (long long)tally.rereads,
	    (long long)tally.unknown, (long long)tally.fenced, (long long)tally.failures,
	    (long long)tally.left_out, (long long)tally.effects, (long long)tally.echoes);
	return true;
}

static bool run_mesh(const struct options *options, const struct mesh *mesh)
{
	const bool recorded = !options->recorded || run_mode(options, mesh, true);
	const bool live = !options->live || run_mode(options, mesh, false);

	return recorded && live;
}

static int usage(void)
{
	fprintf(stderr,
	        "usage: sim [--seeds N] [--seed S] [--mode recorded|live] [--mesh toy|ops]\n");
	return 2;
}

int main(int argc, char **argv)
{
	(void)signal(SIGABRT, on_crash);
	struct options options = { 0, SEEDS_DEFAULT, true, true, true, true };

	for (int i = 1; i < argc; i++) {
		const char *const value = i + 1 < argc ? argv[i + 1] : "";
		int64_t number = 0;

		if (text_equal(argv[i], "--mode")) {
			options.recorded = text_equal(value, "recorded");
			options.live = text_equal(value, "live");
		} else if (text_equal(argv[i], "--mesh")) {
			options.toy = text_equal(value, "toy");
			options.ops = text_equal(value, "ops");
		} else if (!text_number(value, 0, INT64_MAX, &number)) {
			return usage();
		} else if (text_equal(argv[i], "--seeds")) {
			options.count = (uint64_t)number;
		} else if (text_equal(argv[i], "--seed")) {
			options.first = (uint64_t)number;
			options.count = 1;
		} else {
			return usage();
		}
		i++;
	}
	const bool toy = !options.toy || run_mesh(&options, &toy_mesh);
	const bool ops = !options.ops || run_mesh(&options, &ops_mesh);

	return toy && ops ? EXIT_SUCCESS : EXIT_FAILURE;
}
