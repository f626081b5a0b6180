#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS 12 /* more than a take-over and the first reading need */
#define TOLD \
	8 /* until the group is told what is in the database, by one whose connection was lost too */

enum sabotage { DATABASE_SET_BACK, TOPIC_EMPTY, TOPIC_OTHER, SABOTAGES };

static const char *const names[] = { "set back the database", "emptied a topic",
	                             "made a topic anew" };

/* The topic of which the shard has read most. False: too little to tell one log from another. */
static bool most_read(const struct image *image, struct shard_topic *most)
{
	bool found = false;

	for (size_t i = 0; i < image->topic_count; i++)
		if (image->topics[i].next >= (found ? most->next + 1 : 2)) {
			*most = image->topics[i];
			found = true;
		}
	return found;
}

static struct image *choose(struct world *world, struct shard_topic *topic)
{
	struct image *const images = world->store.images;
	const size_t count = world->store.image_count;
	const size_t from = (size_t)chance_below(&world->chance, (int)count);

	for (size_t i = 0; i < count; i++) {
		struct image *const image = &images[(from + i) % count];

		if (image->row.sequence > 0 && most_read(image, topic))
			return image;
	}
	return NULL;
}

static const struct shard *owned(const struct world *world, const struct image *image)
{
	for (size_t i = 0; i < world->instance_count; i++)
		for (size_t k = 0; k < world->instances[i].worker.slot_count; k++) {
			const struct slot *const slot = &world->instances[i].worker.slots[k];

			if (slot->state == SLOT_OWNED && slot->shard->stage == image->stage &&
			    slot->shard->number == image->number)
				return slot->shard;
		}
	return NULL;
}

bool world_sabotage(struct world *world, char why[static WORLD_REASON_SIZE])
{
	const enum sabotage kind = (enum sabotage)chance_below(&world->chance, SABOTAGES);
	struct shard_topic topic = { 0 };
	struct image *const image = choose(world, &topic);

	if (image == NULL)
		return true;

	world_rounds(world, TOLD);
	world_restart(world);
	if (kind == DATABASE_SET_BACK)
		memory_store_forget(&world->store, image);
	else
		memory_log_remake(&world->log, topic.topic, image->number, kind == TOPIC_EMPTY);
	const int64_t batch = image->row.batch;

	world_rounds(world, ROUNDS);
	const struct shard *const shard = owned(world, image);

	if (shard != NULL && shard->stopped != NULL && image->row.batch == batch)
		return true;
	(void)snprintf(why, WORLD_REASON_SIZE, "somebody %s under %s/%d, and it %s", names[kind],
	               image->stage->name, image->number,
	               image->row.batch != batch ? "wrote" : "did not stop");
	return false;
}
