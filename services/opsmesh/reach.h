/*
 * reach - the mesh time that figures are true for, and the shards that have not passed it.
 *
 * A figure of the books is whole for a time when every shard that books has passed that time; it is shown
 * all the same, and says who is behind. Where no time was asked for it is the least of the shards' times:
 * what had happened by then is in, and so is what some of them have booked since.
 */
#ifndef SERVICES_OPSMESH_REACH_H
#define SERVICES_OPSMESH_REACH_H

#include "services/opsmesh/mesh_store.h"

struct reach_shard {
	const char *stage; /* "customer", "payout": both keep books */
	int64_t shard;
	struct instant now; /* TIME_MIN: none yet */
};

struct reach {
	struct instant at; /* TIME_MIN: no shard has any */
	const struct reach_shard *shards;
	size_t count;
	size_t behind;
};

/* at: TIME_MIN where none was asked for. */
struct reach reach_make(const struct reach_shard *shards, size_t count, struct instant at);
/* The same from the tables of a schema. Read it before the figures: then they are not older. */
enum status reach_read(struct mesh_store *store, size_t place, struct instant at,
                       struct reach *reach) MUST_CHECK;
/* "True for 2026-05-02T00:00:00Z, which all 8 shards have passed." A shard is one of a stage */
const char *reach_sentence(struct arena *arena, const struct reach *reach);
const char *reach_time(struct arena *arena, const struct reach *reach); /* "" none */
const char *reach_behind(struct arena *arena,
                         const struct reach *reach); /* "customer/3 customer/4" */

#endif
