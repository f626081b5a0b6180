/*
 * memory_blob - the blobs of a daemon in memory, away now and then if a test wants that.
 */
#ifndef TESTS_SUPPORT_MEMORY_BLOB_H
#define TESTS_SUPPORT_MEMORY_BLOB_H

#include "common/base/map.h"
#include "common/flow/effect.h"
#include "tests/support/chance.h"

struct memory_blobs {
	struct effect_blobs door;
	struct arena *arena;
	struct map by_digest;
	struct chance *chance;
	int away; /* of a thousand times that it is asked */
};

void memory_blobs_init(struct memory_blobs *blobs, struct chance *chance);
void memory_blobs_finish(struct memory_blobs *blobs);

#endif
