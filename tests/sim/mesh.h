/*
 * mesh - what a world runs: the daemons of a mesh, the requests that come in, and what must become of them.
 */
#ifndef TESTS_SIM_MESH_H
#define TESTS_SIM_MESH_H

#include "common/flow/document.h"
#include "common/flow/stage.h"

#define MESH_DAEMONS_MAX 6
#define MESH_AGAIN_TIMES 4

struct world;
struct request;

struct mesh_daemon {
	const char *name; /* NULL ends the list */
	const struct stage *stages;
	int lead;
	const void *config;
	const struct document *documents; /* ended by a name of NULL; NULL: none */
};

struct mesh {
	const char *name;
	const struct catalogue *catalogue;
	const struct mesh_daemon *daemons;
	int64_t grace_s;
	int64_t silence_s;
	int64_t leap_s; /* of time that may pass at once while nobody has anything to do */
	/* Faults come back at one of these times, when all else was calm for long; NULL: never. */
	const int64_t *again_s;
	bool large; /* so many events that rooms and batches are as a daemon has them */
	/* Before a world is made, each time; NULL: there is nothing to make ready. */
	void (*prepare)(void);
	/* Fills world->requests, in order of their times; the same for the same seed. */
	void (*requests)(struct world *world, uint64_t seed);
	/* Appends a request to the journal, as the edge does. */
	void (*journal)(struct world *world, const struct request *request);
	/* What must hold of the effects, beside what holds of every mesh. Says why in a world_broken. */
	bool (*check)(struct world *world, struct arena *arena, char *why);
};

extern const struct mesh toy_mesh;
extern const struct mesh ops_mesh; /* the daemons as they are */

#endif
