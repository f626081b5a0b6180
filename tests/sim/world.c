#include "tests/sim/world.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLISH_BYTES 600
#define HELD_EVENTS 6
#define CACHE_BYTES 600

static struct instant world_now(void *context)
{
	return *(struct instant *)context;
}

static uint64_t no_chance(void *context)
{
	(void)context;
	return 0;
}

/* Instances. */

void world_stages(const struct world *world,
                  const struct stage *stages[static MESH_DAEMONS_MAX + 1])
{
	const struct mesh_daemon *daemon = world->mesh->daemons;

	while (daemon->name != NULL)
		*stages++ = daemon++->stages;
	*stages = NULL;
}

struct shard_context world_context(const struct world *world, const struct stage *stage)
{
	struct shard_context context = world->context;

	for (const struct mesh_daemon *daemon = world->mesh->daemons; daemon->name != NULL;
	     daemon++)
		for (const struct stage *own = daemon->stages; own->name != NULL; own++)
			if (own == stage) {
				context.config = daemon->config;
				context.documents = daemon->documents;
			}
	return context;
}

static void start_worker(struct world *world, struct instance *instance)
{
	struct shard_context context = world_context(world, instance->daemon->stages);

	context.outside = &instance->outside;
	worker_init(&instance->worker, &context, instance->daemon->stages, instance->daemon->lead,
	            instance->name);
	world_effects_open(world, &instance->worker);
	/* Little room: back-pressure must never wait for what it holds up itself. */
	if (world->faults && !world->mesh->large) {
		instance->worker.publish_bytes_max = PUBLISH_BYTES;
		if (!world->recorded) /* there a shard reads on until its inputs have spoken */
			instance->worker.held_max = HELD_EVENTS;
	}
}

static void add_instance(struct world *world, const struct mesh_daemon *daemon, int number)
{
	struct instance *const instance = &world->instances[world->instance_count++];

	instance->daemon = daemon;
	CHECK(snprintf(instance->name, sizeof(instance->name), "%s-%d", daemon->name, number) > 0);
	memory_client_init(&instance->client, &world->log, daemon->name);
	instance->session.store = &world->store;
	instance->outside =
	    (struct outside){ &memory_log_ops,    &instance->client, &memory_store_ops,
		              &instance->session, world_now,         no_chance,
		              &world->real };
	start_worker(world, instance);
}

void world_crash(struct world *world, struct instance *instance)
{
	worker_finish(&instance->worker);
	memory_session_crash(&instance->session);
	memory_client_crash(&instance->client);
	start_worker(world, instance);
	instance->frozen = false;
}

void world_rebalance(struct world *world, const struct mesh_daemon *daemon)
{
	struct instance *members[WORLD_INSTANCES_MAX];
	int32_t given[WORLD_INSTANCES_MAX][MEMORY_PARTITIONS_MAX];
	size_t counts[WORLD_INSTANCES_MAX] = { 0 };
	size_t alive = 0;

	for (int frozen = 0; frozen < 2 && alive == 0; frozen++)
		for (size_t i = 0; i < world->instance_count; i++)
			if (world->instances[i].daemon == daemon &&
			    (frozen == 1 || !world->instances[i].frozen))
				members[alive++] = &world->instances[i];
	for (int32_t n = 0; n < WORLD_PARTITIONS; n++) {
		const size_t who = (size_t)chance_below(&world->chance, (int)alive);

		given[who][counts[who]++] = n;
	}
	for (size_t i = 0; i < world->instance_count; i++)
		if (world->instances[i].daemon == daemon) {
			size_t who = 0;

			while (who < alive && members[who] != &world->instances[i])
				who++;
			memory_client_give(&world->instances[i].client,
			                   given[who < alive ? who : 0],
			                   who < alive ? counts[who] : 0);
		}
}

void world_rebalance_all(struct world *world)
{
	for (const struct mesh_daemon *daemon = world->mesh->daemons; daemon->name != NULL;
	     daemon++)
		world_rebalance(world, daemon);
}

void world_init(struct world *world, const struct mesh *mesh, uint64_t seed, bool recorded,
                bool faults)
{
	const struct stage *stages[MESH_DAEMONS_MAX + 1];
	const size_t scale = mesh->large ? WORLD_LARGE : 1;

	if (mesh->prepare != NULL)
		mesh->prepare();
	memset(world, 0, sizeof(*world));
	world->mesh = mesh;
	chance_seed(&world->chance, seed * 2 + (faults ? 0x10000000 : 0x20000000));
	world->recorded = recorded;
	world->faults = faults;
	world->real = time_add((struct instant){ 0 }, SECONDS(WORLD_START_S));
	memory_log_init(&world->log, mesh->catalogue, WORLD_PARTITIONS, &world->chance,
	                &world->real);
	world->log.faults = world->log.lively = faults;
	if (faults)
		world->log.slow = chance_between(&world->chance, -3, WORLD_PARTITIONS - 1);
	world->context = (struct shard_context){ .catalogue = mesh->catalogue,
		                                 .outside = &world->outside,
		                                 .partitions = WORLD_PARTITIONS,
		                                 .recorded = recorded,
		                                 .grace = SECONDS(mesh->grace_s),
		                                 .silence = SECONDS(mesh->silence_s),
		                                 .cache_bytes = CACHE_BYTES * scale,
		                                 .timers_kept = 2 * scale };
	world->outside.now = world_now;
	world->outside.context = &world->real;
	world_stages(world, stages);
	memory_store_init(&world->store, &world->context, stages, &world->chance);
	world->store.faults = faults;
	memory_blobs_init(&world->blobs, &world->chance);
	world->blobs.away = faults ? WORLD_BLOBS_AWAY : 0;
	mesh->requests(world, seed);
	for (const struct mesh_daemon *daemon = mesh->daemons; daemon->name != NULL; daemon++) {
		const int count = faults ? chance_between(&world->chance, 1, 3) : 1;

		for (int i = 0; i < count; i++)
			add_instance(world, daemon, i);
	}
	world_rebalance_all(world);
}

void world_finish(struct world *world)
{
	for (size_t i = 0; i < world->instance_count; i++) {
		worker_finish(&world->instances[i].worker);
		memory_client_finish(&world->instances[i].client);
	}
	memory_store_finish(&world->store);
	memory_log_finish(&world->log);
	memory_free(world->edge);
	memory_blobs_finish(&world->blobs);
}

static int by_time(const void *a, const void *b)
{
	const struct request *const left = a;
	const struct request *const right = b;

	if (left->at_s != right->at_s)
		return left->at_s < right->at_s ? -1 : 1;
	const int ref = strcmp(left->ref, right->ref);

	return ref != 0 ? ref : strcmp(left->text, right->text);
}

void world_sort(struct world *world)
{
	qsort(world->requests, world->request_count, sizeof(struct request), by_time);
}
