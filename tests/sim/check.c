#include "common/base/check.h"
#include "common/base/text.h"
#include "common/flow/dead_letter.h"
#include "common/flow/effect_fold.h"
#include "common/flow/replay.h"
#include "common/io/proto.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool check_owners(const struct world *world, char why[static WORLD_REASON_SIZE])
{
	if (world->hasty)
		return world_broken(why, "an input was left out before the log was read");
	if (world->early)
		return world_broken(why, "an effect was taken up before its commit");
	return world->store.shared ? world_broken(why, "two processes wrote under one epoch")
	                           : true;
}

static bool check_facts(struct world *world, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];
		struct instant mesh = TIME_MIN;

		if ((int64_t)image->fact_count != image->row.sequence)
			return world_broken(why, "holes in the facts of %s/%d: %zu of %lld",
			                    image->stage->name, image->number, image->fact_count,
			                    (long long)image->row.sequence);
		for (size_t k = 0; k < image->fact_count; k++) {
			if (image->facts[k].sequence != (int64_t)k + 1)
				return world_broken(why, "fact %zu of %s/%d has sequence %lld",
				                    k + 1, image->stage->name, image->number,
				                    (long long)image->facts[k].sequence);
			if (time_before(image->facts[k].mesh, mesh))
				return world_broken(why, "mesh time goes back in %s/%d",
				                    image->stage->name, image->number);
			mesh = image->facts[k].mesh;
		}
	}
	return true;
}

/* The last fact that a shard has said to a partition of a topic; 0: none. */
static int64_t last_said(const struct image *image, int topic, int32_t partition)
{
	int64_t last = 0;

	for (size_t k = 0; k < image->fact_count; k++) {
		const struct fact *const fact = &image->facts[k];

		if (!fact->dead_letter && fact->topic == topic &&
		    (fact->partition < 0 || fact->partition == partition))
			last = fact->sequence;
	}
	return last;
}

/* What a shard promises to its readers is what it has said, partition by partition. */
static bool check_promises(const struct world *world, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];
		const int *const emits = image->stage->emits;

		for (size_t t = 0; emits[t] >= 0; t++)
			for (int32_t n = 0; n < WORLD_PARTITIONS; n++) {
				const int64_t high = image->high[t * WORLD_PARTITIONS + (size_t)n];
				const int64_t last = last_said(image, emits[t], n);

				if (high != last)
					return world_broken(
					    why,
					    "%s/%d promises %lld to topic %d/%d, and said %lld",
					    image->stage->name, image->number, (long long)high,
					    emits[t], n, (long long)last);
			}
	}
	return true;
}

/* Replay. */

struct replaying {
	struct world *world;
	int32_t number;
};

static bool fetch(void *context, int topic, int64_t offset, struct log_record *record)
{
	const struct replaying *const replaying = context;
	const struct partition_log *const log =
	    memory_log_at(&replaying->world->log, topic, false, replaying->number);

	if (offset < 0 || offset >= (int64_t)log->count)
		return false;
	*record = log->entries[offset].record;
	return true;
}

static bool same_map(const struct map *a, const struct map *b)
{
	void *value;

	if (a->count != b->count)
		return false;
	for (size_t at = 0; map_next(a, &at, &value);) {
		const struct stored *const left = value;
		const struct stored *const right = map_get(b, left->name);

		if (right == NULL || !bytes_equal(left->value, right->value))
			return false;
	}
	return true;
}

static bool same_facts(const struct image *a, const struct image *b)
{
	if (a->fact_count != b->fact_count)
		return false;
	for (size_t i = 0; i < a->fact_count; i++) {
		const struct fact *const left = &a->facts[i];
		const struct fact *const right = &b->facts[i];

		if (left->sequence != right->sequence || left->topic != right->topic ||
		    left->partition != right->partition || left->mesh.us != right->mesh.us ||
		    left->time.us != right->time.us || strcmp(left->type, right->type) != 0 ||
		    !bytes_equal(left->key, right->key) ||
		    !bytes_equal(left->message, right->message) ||
		    !bytes_equal(left->headers, right->headers))
			return false;
	}
	return true;
}

static bool same_image(const struct image *a, const struct image *b)
{
	return a->row.now.us == b->row.now.us && a->row.sequence == b->row.sequence &&
	       same_map(&a->state, &b->state) && same_map(&a->timers, &b->timers);
}

static bool replay_shard(struct world *world, struct memory_session *scratch,
                         const struct image *image, char why[static WORLD_REASON_SIZE])
{
	struct instance *const any = &world->instances[0];
	struct outside outside = any->outside;
	struct shard_context context = world_context(world, image->stage);
	struct replaying replaying = { world, image->number };
	uint64_t tokens = 0;
	bool failed;

	outside.store_ops = &memory_store_ops;
	outside.store = scratch;
	context.outside = &outside;
	context.tokens = &tokens;
	struct shard *const shard = shard_create(&context, image->stage, image->number);

	CHECK(memory_store_ops.open(scratch, shard, false) == STATUS_OK);
	bool good = true;

	for (size_t i = 0; i < image->journal_count && good; i++) {
		const struct replay_line line = { image->journal[i].frontier,
			                          image->journal[i].runs,
			                          image->journal[i].refused };
		const char *reason = "the fold failed";

		if (replay_batch(shard, &line, fetch, &replaying, &reason) != STATUS_OK) {
			good = world_broken(why, "replay of %s/%d, batch %zu: %s",
			                    image->stage->name, image->number, i, reason);
			break;
		}
		CHECK(memory_store_ops.begin(scratch, &shard->batch, 1) == STATUS_OK);
		CHECK(memory_store_ops.end(scratch, (struct duration){ 0 }, &failed) ==
		      STORE_COMMITTED);
		shard_committed(shard, world->real);
	}
	shard_destroy(shard);
	return good;
}

static bool check_replay(struct world *world, char why[static WORLD_REASON_SIZE])
{
	const struct stage *stages[MESH_DAEMONS_MAX + 1];
	struct memory_store store;
	struct memory_session scratch = { .store = &store };
	bool good = true;

	world_stages(world, stages);
	memory_store_init(&store, &world->context, stages, &world->chance);
	for (size_t i = 0; i < store.image_count && good; i++) {
		const struct image *const image = &world->store.images[i];

		good = replay_shard(world, &scratch, image, why);
		if (good &&
		    (!same_image(image, &store.images[i]) || !same_facts(image, &store.images[i])))
			good = world_broken(why, "a replay of %s/%d differs", image->stage->name,
			                    image->number);
	}
	memory_store_finish(&store);
	return good;
}

/* A refusal is told once: no letter repeats another. */
static bool check_letters(struct world *world, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];

		for (size_t k = 1; k < image->fact_count; k++)
			for (size_t j = 0; image->facts[k].dead_letter && j < k; j++)
				if (image->facts[j].dead_letter &&
				    bytes_equal(image->facts[j].headers, image->facts[k].headers))
					return world_broken(why, "%s/%d told a refusal twice",
					                    image->stage->name, image->number);
	}
	return true;
}

/* The end. */

/* An answer that came again may have been read when all was done. */
static bool holds_something(const struct world *world, const struct shard *shard)
{
	for (size_t i = 0; i < shard->held_count; i++)
		if (!catalogue_is_results(world->mesh->catalogue,
		                          shard->held[i]->event.record.topic))
			return true;
	return false;
}

static bool check_nothing_left(struct world *world, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		void *value;

		for (size_t at = 0; map_next(&world->store.images[i].state, &at, &value);) {
			const struct stored *const stored = value;

			if (strcmp(stored->name.data, dead_letter_table.name) == 0 ||
			    strcmp(stored->name.data, effect_pending_table.name) == 0 ||
			    strcmp(stored->name.data, parked_table.name) == 0)
				return world_broken(why, "%s left in %s/%d",
				                    (const char *)stored->name.data,
				                    world->store.images[i].stage->name,
				                    world->store.images[i].number);
		}
	}
	for (size_t i = 0; i < world->instance_count; i++)
		for (size_t k = 0; k < world->instances[i].worker.slot_count; k++) {
			const struct slot *const slot = &world->instances[i].worker.slots[k];

			if (slot->state == SLOT_OWNED && holds_something(world, slot->shard))
				return world_broken(why, "%s still holds events",
				                    slot->shard->source);
			if (slot->state == SLOT_OWNED && slot->shard->stopped != NULL)
				return world_broken(why, "%s stopped: %s", slot->shard->source,
				                    slot->shard->stopped);
		}
	return true;
}

static bool check_same(struct world *world, struct world *calm, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++)
		if (!same_image(&world->store.images[i], &calm->store.images[i]))
			return world_broken(why, "the tables of %s/%d differ from the calm run",
			                    world->store.images[i].stage->name,
			                    world->store.images[i].number);
	return true;
}

bool world_check(struct world *world, struct world *calm, char why[static WORLD_REASON_SIZE])
{
	struct arena *const arena = arena_create(64 * 1024);
	const bool good =
	    check_owners(world, why) && check_facts(world, why) && check_promises(world, why) &&
	    subscribers_check(world, calm, arena, why) && check_replay(world, why) &&
	    world->mesh->check(world, arena, why) && check_letters(world, why) &&
	    check_nothing_left(world, why) && (calm == NULL || check_same(world, calm, why));

	arena_destroy(arena);
	return good;
}
