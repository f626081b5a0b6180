/*
 * run - a world from its begin to its end: steps under faults, then calm ones until all is done.
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/cache.h"
#include "tests/sim/world.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 600
#define STEPS_AGAIN 500
#define FEEDS 120 /* of a thousand steps, with the faults */
#define DELIVERIES 180
#define KNOWN_AFTER_S 6 /* an answer of the broker counts for 5 s */

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
		world_crash(world, instance);
		world->crashes++;
		break;
	case 1:
		instance->frozen = true;
		memory_session_freeze(&instance->session);
		world->freezes++;
		if (chance_of(&world->chance, 800))
			world_rebalance(world, instance->daemon);
		break;
	case 2: instance->frozen = false; break;
	case 3: world_rebalance(world, instance->daemon); break;
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
	const size_t scale = world->mesh->large ? WORLD_LARGE / 50 : 1;

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
	const int64_t request =
	    world->fed < world->request_count ? world->requests[world->fed].at_s : world->last_s;
	const int64_t next =
	    world->again_s > 0 && world->again_s < request ? world->again_s : request;
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

		worker->context.batch_events = world->mesh->large ? WORLD_LARGE : 50;
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
	world_rebalance_all(world);
}

/* As a world begins. */
static void make_rough(struct world *world)
{
	world->faults = world->log.faults = world->log.lively = world->store.faults = true;
	world->blobs.away = WORLD_BLOBS_AWAY;
}

/* How often what happens, of a thousand steps. */
struct pace {
	int fault;
	int tick;
};

static struct pace choose_pace(struct world *world)
{
	/* The faster time goes, the longer a silence seems; the slower, the further the mesh gets. */
	static const int ticks[] = { 20, 100, 200 };
	static const int talk[] = { 50, 200, 1000 };
	struct pace pace;

	pace.fault = 10 << chance_below(&world->chance, 3);
	pace.tick = ticks[chance_below(&world->chance, COUNT_OF(ticks))];
	world->talkative = talk[chance_below(&world->chance, COUNT_OF(talk))];
	world->mute = NULL;
	if (chance_of(&world->chance, 500))
		world->mute =
		    &world->instances[chance_below(&world->chance, (int)world->instance_count)];
	return pace;
}

static void run_rough(struct world *world, int steps)
{
	const struct pace pace = choose_pace(world);

	for (; steps > 0 && !done(world); steps--) {
		const int chance = chance_below(&world->chance, 1000);

		if (chance < pace.fault)
			fault(world);
		else if (chance < FEEDS)
			world_feed(world);
		else if (chance < FEEDS + pace.tick)
			world_tick(world);
		else if (chance < FEEDS + pace.tick + DELIVERIES)
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
}

/* Recorded, a world is where its journal is. */
static bool has_come(const struct world *world, int64_t at_s)
{
	if (!world->recorded)
		return world->real.us / 1000000 >= at_s;
	return world->fed < world->request_count && world->requests[world->fed].at_s >= at_s;
}

bool world_run(struct world *world, int steps)
{
	if (world->faults && world->mesh->again_s != NULL)
		world->again_s =
		    world->mesh->again_s[chance_below(&world->chance, MESH_AGAIN_TIMES)];
	if (world->faults)
		run_rough(world, steps);
	else
		make_calm(world);
	for (int i = 0; i < ROUNDS_MAX * (world->mesh->large ? WORLD_LARGE / 50 : 1); i++) {
		if (done(world))
			return true;
		if (world->again_s > 0 && has_come(world, world->again_s)) {
			world->again_s = 0;
			make_rough(world);
			run_rough(world, STEPS_AGAIN);
		}
		calm_round(world);
	}
	return false;
}

void world_restart(struct world *world)
{
	for (size_t i = 0; i < world->instance_count; i++)
		world_crash(world, &world->instances[i]);
	make_calm(world);
}

void world_rounds(struct world *world, int rounds)
{
	for (; rounds > 0; rounds--)
		calm_round(world);
}
