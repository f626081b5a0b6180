/*
 * The dead letter of a request, by the ref that the toy's events carry.
 */
#include "common/flow/dead_letter.h"
#include "common/io/proto.h"
#include "tests/sim/toy_inside.h"

#include <stdio.h>
#include <string.h>

bool world_letter(struct world *world, const char *consumer, const char *ref, char *text,
                  size_t size)
{
	struct arena *const arena = arena_create(4096);
	bool found = false;

	for (size_t i = 0; i < world->store.image_count && !found; i++) {
		struct image *const image = &world->store.images[i];
		void *value;

		if (strcmp(image->stage->name, consumer) != 0)
			continue;
		for (size_t at = 0; !found && map_next(&image->state, &at, &value);) {
			const struct stored *const stored = value;
			struct dead_letter_row row;
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;

			if (strcmp(stored->name.data, "dead_letter") != 0)
				continue;
			state_unpack(&dead_letter_table, stored_key(stored), stored->value, &row);
			if (!proto_unpack(arena, &sim__v1__toy__descriptor, row.value, &message,
			                  problem) ||
			    strcmp(((const Sim__V1__Toy *)(const void *)message)->ref, ref) != 0)
				continue;
			found = snprintf(text, size, "%s|%s|%s|%lld", row.stage, row.topic,
			                 row.source, (long long)row.sequence) < (int)size;
		}
	}
	arena_destroy(arena);
	return found;
}
