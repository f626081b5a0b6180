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
#define ROUNDS_MAX 600
#define BLOBS_AWAY 100 /* of a thousand times */
#define LARGE 1000     /* times as much of everything */

#define KNOWN_AFTER_S 6 /* an answer of the broker counts for 5 s */

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

static void crash(struct world *world, struct instance *instance)
{
	worker_finish(&instance->worker);
	memory_session_crash(&instance->session);
	memory_client_crash(&instance->client);
	start_worker(world, instance);
	instance->frozen = false;
}

/* The group shares a daemon's partitions out among those that seem alive. */
static void rebalance(struct world *world, const struct mesh_daemon *daemon)
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

static void rebalance_all(struct world *world)
{
	for (const struct mesh_daemon *daemon = world->mesh->daemons; daemon->name != NULL;
	     daemon++)
		rebalance(world, daemon);
}

void world_init(struct world *world, const struct mesh *mesh, uint64_t seed, bool recorded,
                bool faults)
{
	const struct stage *stages[MESH_DAEMONS_MAX + 1];
	const size_t scale = mesh->large ? LARGE : 1;

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
	world->blobs.away = faults ? BLOBS_AWAY : 0;
	mesh->requests(world, seed);
	for (const struct mesh_daemon *daemon = mesh->daemons; daemon->name != NULL; daemon++) {
		const int count = faults ? chance_between(&world->chance, 1, 3) : 1;

		for (int i = 0; i < count; i++)
			add_instance(world, daemon, i);
	}
	rebalance_all(world);
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

/* Faults. */

static void reread(struct world *world, struct instance *instance)
{
	struct memory_client *const client = &instance->client;

	if (client->position_count == 0)
		return;
	const size_t which = (size_t)chance_below(&world->chance, (int)client->position_count);
	const struct log_position *const position = &client->positions[which];
	int64_t least = position->offset;

	for (size_t i = 0; i < instance->worker.slot_count; i++) {
		const struct slot *const slot = &instance->worker.slots[i];
		struct shard_topic *const topic =
		    slot->state == SLOT_OWNED && slot->shard->number == position->partition
			? shard_topic(slot->shard, position->topic)
			: NULL;

		if (topic != NULL && topic->next < least)
			least = topic->next;
	}
	memory_client_reread(client, which,
	                     least +
	                         chance_below(&world->chance, (int)(position->offset - least) + 1));
}

static void fault(struct world *world)
{
	struct instance *const instance =
	    &world->instances[chance_below(&world->chance, (int)world->instance_count)];

	switch (chance_below(&world->chance, 6)) {
	case 0:
		crash(world, instance);
		world->crashes++;
		break;
	case 1:
		instance->frozen = true;
		memory_session_freeze(&instance->session);
		world->freezes++;
		if (chance_of(&world->chance, 800))
			rebalance(world, instance->daemon);
		break;
	case 2: instance->frozen = false; break;
	case 3: rebalance(world, instance->daemon); break;
	case 4:
		if (!instance->frozen)
			reread(world, instance);
		world->rereads++;
		break;
	default: memory_store_land(&world->store, false); break;
	}
}

/* Steps. */

/* Something lies unread in the log for so long that whoever had asked for its end would know. */
static bool overlooks(struct world *world, const struct shard *shard)
{
	const struct instant known = time_sub(world->real, SECONDS(KNOWN_AFTER_S));

	for (size_t i = 0; i < shard->topic_count; i++) {
		const struct shard_topic *const topic = &shard->topics[i];
		const struct partition_log *const log =
		    memory_log_at(&world->log, topic->topic, false, shard->number);

		if (topic->top < (int64_t)log->count &&
		    time_before(log->entries[topic->top].record.appended, known))
			return true;
	}
	return false;
}

/* Batches that wait for another try were prepared when less was known. */
static bool tries_again(const struct worker *worker)
{
	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].state == SLOT_OWNED && worker->slots[i].shard->in_batch)
			return true;
	return false;
}

static void fold(struct world *world, struct worker *worker)
{
	const bool again = tries_again(worker);

	if (!worker_fold(worker))
		return;
	for (size_t i = 0; i < worker->batch_count; i++)
		if (worker->batches[i].left_out != NULL && worker->batches[i].left_out[0] != '\0') {
			world->left_out = true;
			world->hasty =
			    world->hasty || (!again && overlooks(world, worker->batches[i].shard));
		}
}

static void step(struct world *world, struct instance *instance)
{
	struct worker *const worker = &instance->worker;
	static const size_t sizes[] = { 1, 2, 5, 50 };
	const size_t scale = world->mesh->large ? LARGE / 50 : 1;

	if (world_effects_step(world, worker))
		return;
	switch (chance_below(&world->chance, 13)) {
	case 0: worker_take(worker); break;
	case 1:
	case 2:
	case 3:
	case 4:
		worker_poll(worker, (struct duration){ 0 },
		            scale * (size_t)chance_between(&world->chance, 1, 24));
		break;
	case 5:
	case 6:
		worker->context.batch_events =
		    scale * sizes[chance_below(&world->chance, COUNT_OF(sizes))];
		fold(world, worker);
		break;
	case 7:
	case 8: worker_commit(worker, (struct duration){ 0 }); break;
	case 9: worker_publish(worker); break;
	case 10:
		worker->hint_at = (struct instant){ 0 };
		worker_hint(worker);
		break;
	default: /* in some runs so rarely that a source seems silent */
		if (world->recorded ||
		    (instance != world->mute && chance_of(&world->chance, world->talkative))) {
			worker->progress_at = (struct instant){ 0 };
			worker_progress(worker);
		}
		break;
	}
}

/* Live, an answer comes when all time has passed, and so does what is said of it. */
static bool all_folded(struct world *world)
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];

		for (size_t k = 0; k < image->topic_count; k++)
			if (image->topics[k].next < (int64_t)memory_log_at(&world->log,
			                                                   image->topics[k].topic,
			                                                   false, image->number)
			                                ->count)
				return false;
	}
	return true;
}

static bool done(struct world *world)
{
	const struct instant last = time_add((struct instant){ 0 }, SECONDS(world->last_s));

	if (world->fed < world->request_count || world->edge_count > 0)
		return false;
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct shard_row *const row = &world->store.images[i].row;

		if (time_before(row->now, last) || row->mark != row->sequence)
			return false;
	}
	return world_effects_done(world) && (world->recorded || all_folded(world));
}

static void say_progress(struct world *world)
{
	for (size_t i = 0; i < world->instance_count; i++) {
		struct worker *const worker = &world->instances[i].worker;

		worker->progress_at = (struct instant){ 0 };
		worker_progress(worker);
	}
}

/* Live, where nobody has anything to do: much of time passes at once, and nobody seems silent. */
static bool leap(struct world *world)
{
	const int64_t next =
	    world->fed < world->request_count ? world->requests[world->fed].at_s : world->last_s;
	const int64_t left = next - world->real.us / 1000000;
	const int64_t most = left < world->mesh->leap_s ? left : world->mesh->leap_s;

	if (world->recorded || most <= 1 || world->edge_count > 0 || !all_folded(world))
		return false;
	world->real = time_add(world->real, SECONDS(most));
	say_progress(world);
	return true;
}

static void calm_round(struct world *world)
{
	world_feed(world);
	if (!leap(world))
		world_tick(world);
	memory_log_network(&world->log, true);
	for (size_t i = 0; i < world->instance_count; i++) {
		struct worker *const worker = &world->instances[i].worker;

		worker->context.batch_events = world->mesh->large ? LARGE : 50;
		worker->progress_at = (struct instant){ 0 };
		worker_poll(worker, (struct duration){ 0 }, 1000);
		worker_take(worker);
		worker_poll(worker, (struct duration){ 0 }, 1000);
		worker_commit(worker, (struct duration){ 0 });
		fold(world, worker);
		worker_commit(worker, (struct duration){ 0 });
		worker_publish(worker);
		world_effects_all(worker);
		worker_progress(worker);
		worker->hint_at = (struct instant){ 0 };
		worker_hint(worker);
	}
}

static void make_calm(struct world *world)
{
	world->faults = world->log.faults = world->log.lively = world->store.faults = false;
	world->blobs.away = 0;
	for (size_t i = 0; i < world->instance_count; i++)
		world->instances[i].frozen = false;
	memory_store_land(&world->store, true);
	rebalance_all(world);
}

bool world_run(struct world *world, int steps)
{
	/* The faster time goes, the longer a silence seems; the slower, the further the mesh gets. */
	static const int ticks[] = { 20, 100, 200 };
	static const int talk[] = { 50, 200, 1000 };
	const int rate = 10 << chance_below(&world->chance, 3);
	const int tick_rate = 120 + ticks[chance_below(&world->chance, COUNT_OF(ticks))];

	world->talkative = talk[chance_below(&world->chance, COUNT_OF(talk))];
	if (chance_of(&world->chance, 500))
		world->mute =
		    &world->instances[chance_below(&world->chance, (int)world->instance_count)];
	for (; world->faults && steps > 0 && !done(world); steps--) {
		const int chance = chance_below(&world->chance, 1000);

		if (chance < rate)
			fault(world);
		else if (chance < 120)
			world_feed(world);
		else if (chance < tick_rate)
			world_tick(world);
		else if (chance < tick_rate + 180)
			memory_log_network(&world->log, false);
		else {
			struct instance *const instance =
			    &world->instances[chance_below(&world->chance,
			                                   (int)world->instance_count)];

			if (!instance->frozen)
				step(world, instance);
		}
	}
	make_calm(world);
	for (int i = 0; i < ROUNDS_MAX * (world->mesh->large ? LARGE / 50 : 1); i++) {
		if (done(world))
			return true;
		calm_round(world);
	}
	return false;
}

void world_restart(struct world *world)
{
	for (size_t i = 0; i < world->instance_count; i++)
		crash(world, &world->instances[i]);
	make_calm(world);
}

void world_rounds(struct world *world, int rounds)
{
	for (; rounds > 0; rounds--)
		calm_round(world);
}
