/*
 * world - a mesh, its edge and its faults, in one thread, from one seed.
 *
 * The same seed always runs the same way: requests, number of instances, every interleaving, every crash.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "common/flow/worker.h"
#include "tests/sim/mesh.h"
#include "tests/support/memory_blob.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"

#define WORLD_PARTITIONS 3
#define WORLD_INSTANCES_MAX (3 * MESH_DAEMONS_MAX)
#define WORLD_REQUESTS_MAX 256
#define WORLD_TICKETS_MAX 8
#define WORLD_START_S 1000000 /* no time of the toy is near the epoch */
#define WORLD_REASON_SIZE 1024
#define WORLD_BLOBS_AWAY 100 /* of a thousand times */
#define WORLD_LARGE 1000     /* times as much of everything */

struct request {
	int64_t at_s; /* -1: live, a retry waits for its dead letter */
	int32_t partition;
	char kind[16];
	char key[16];
	char ref[24];
	char text[96];
	int64_t number;
	char bad[16];
	char letter[24]; /* of a retry: the request whose dead letter is meant */
	char consumer[16];
	int64_t time_s; /* when it was accepted */
};

struct instance {
	const struct mesh_daemon *daemon;
	char name[32];
	struct memory_client client;
	struct memory_session session;
	struct outside outside;
	struct worker worker;
	bool frozen;
};

struct world {
	const struct mesh *mesh;
	struct chance chance;
	bool recorded;
	bool faults;
	struct instant real;
	struct memory_log log;
	struct memory_store store;
	struct shard_context context;
	struct outside outside; /* of the store alone: its clock */
	struct instance instances[WORLD_INSTANCES_MAX];
	size_t instance_count;
	struct request requests[WORLD_REQUESTS_MAX];
	size_t request_count;
	size_t fed;
	int64_t last_s;
	int64_t again_s; /* when faults come back; 0: they do not */
	struct request accepted[WORLD_REQUESTS_MAX * 2];
	size_t accepted_count;
	struct edge_line *edge; /* on their way to the journal */
	size_t edge_count;
	size_t edge_capacity;
	int talkative; /* live: progress is said so often, of a thousand steps that could */
	const struct instance *mute; /* live: it never says how far it has come; NULL: nobody */
	bool left_out;
	bool hasty; /* an input was left out although the log held something unread */
	struct memory_blobs blobs;
	bool early; /* an effect was taken up before it was asked for */
	bool verbose;
	int64_t effects; /* tries under faults */
	int64_t echoes;  /* answers again, and answers to nobody */
	int64_t crashes;
	int64_t freezes;
	int64_t rereads;
};

void world_init(struct world *world, const struct mesh *mesh, uint64_t seed, bool recorded,
                bool faults);
void world_finish(struct world *world);
void world_sort(struct world *world); /* its requests, by their time */
/* The process ends in the middle of whatever it does, and another begins. */
void world_crash(struct world *world, struct instance *instance);
/* The group shares a daemon's partitions out among those that seem alive; of one daemon, of all. */
void world_rebalance(struct world *world, const struct mesh_daemon *daemon);
void world_rebalance_all(struct world *world);
/* Runs to the end. False: it does not get there. */
bool world_run(struct world *world, int steps);
/* The identity "stage|topic|source|sequence" of a request's dead letter; false: there is none. */
bool world_letter(struct world *world, const char *consumer, const char *ref, char *text,
                  size_t size);

/* The edge accepts a request that is due, and lets one of those on their way into the journal. */
void world_feed(struct world *world);
/* A second passes. */
void world_tick(struct world *world);

/* Effects of a worker: nothing happened (false), or one step; all that there are. */
void world_effects_open(struct world *world, struct worker *worker);
bool world_effects_step(struct world *world, struct worker *worker);
void world_effects_all(struct worker *worker);
bool world_effects_done(struct world *world); /* none is pending */

/* Every process is started anew, and everything is well: the rounds that it takes to settle. */
void world_restart(struct world *world);
void world_rounds(struct world *world, int rounds);
/*
 * Sets the database back or makes a topic anew under one shard, after the run: it must stop, and write
 * nothing. Leaves the world good for nothing else.
 */
bool world_sabotage(struct world *world, char why[static WORLD_REASON_SIZE]);

/* The mesh's stages, for the store's model; ended by NULL. */
void world_stages(const struct world *world,
                  const struct stage *stages[static MESH_DAEMONS_MAX + 1]);
/* What a shard of the stage is run with: its daemon's settings and documents. */
struct shard_context world_context(const struct world *world, const struct stage *stage);

/* Says why; answers false. */
bool world_broken(char why[static WORLD_REASON_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);
/* Every topic as both forms of the subscribers' rule see it: all facts, each once, the calm run's. */
bool subscribers_check(struct world *world, struct world *calm, struct arena *arena,
                       char why[static WORLD_REASON_SIZE]);
/* What must hold at the end; calm: the same requests without faults, NULL in live mode. */
bool world_check(struct world *world, struct world *calm, char why[static WORLD_REASON_SIZE]);

#endif
