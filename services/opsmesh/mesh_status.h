/*
 * mesh_status - how far every shard has come: from the tables, the progress topic and the ends of the log.
 *
 * What is committed is what counts: a shard's mesh time is that of its row. The progress topic adds who
 * runs it at the moment and what the broker has acknowledged since, which the row says only later.
 */
#ifndef SERVICES_OPSMESH_MESH_STATUS_H
#define SERVICES_OPSMESH_MESH_STATUS_H

#include "common/base/map.h"
#include "common/io/bus_reader.h"
#include "services/opsmesh/mesh_store.h"

struct shard_status {
	const char *daemon;
	const char *stage;
	int32_t shard;
	bool begun; /* it has a row: some instance owned it once */
	int64_t epoch;
	struct instant now; /* mesh time; TIME_MIN: none yet */
	int64_t sequence;
	int64_t published;
	const char *owner;    /* who raised the epoch last */
	const char *left_out; /* inputs that the frontier does not wait for; "" none */
	int64_t dead_letters;
	int64_t parked_keys;
	int64_t effects; /* asked for and not answered */
	struct instant
	    oldest_effect;    /* mesh time at which the oldest was asked for; TIME_MAX: none */
	int64_t effect_tries; /* of them that failed, as was told last */
	const char *instance; /* who told its progress last; NULL: nobody did in the last minute */
	struct instant told_at; /* real time */
	int64_t lag;            /* messages; -1: not looked at */
	struct instant oldest;  /* append time of the oldest that is not folded; TIME_MAX: none */
};

struct mesh_status {
	struct arena *arena;
	const char *brokers;
	struct bus_reader *progress; /* follows the progress topic */
	int32_t partitions;
	struct shard_status *shards; /* by daemon, stage, number */
	size_t count;
	struct map said; /* source -> struct shard_said */
	char reason[STORE_REASON_SIZE];
};

enum status mesh_status_open(struct mesh_status *status, struct arena *arena,
                             const char *brokers) MUST_CHECK;
void mesh_status_close(struct mesh_status *status);

/* Takes what was told on the progress topic; waits at most so long when there is nothing. */
enum status mesh_status_listen(struct mesh_status *status, struct duration wait) MUST_CHECK;
/* Looks at the rows anew. Shards that must exist and have no row are listed as not begun. */
enum status mesh_status_look(struct mesh_status *status, struct mesh_store *store) MUST_CHECK;
/* Adds lag and age. */
enum status mesh_status_measure(struct mesh_status *status, struct mesh_store *store) MUST_CHECK;

/* Whether this shard's time has reached an instant, with all that it said published. */
bool shard_status_reached(const struct shard_status *shard, struct instant at);

#endif
