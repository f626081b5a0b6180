/*
 * replay - folds a shard again, batch by batch, as its journal recorded it.
 *
 * State is a fold of the log: the same records in the same order, with the same frontiers and refusals,
 * give the same tables and facts, byte for byte.
 */
#ifndef COMMON_FLOW_REPLAY_H
#define COMMON_FLOW_REPLAY_H

#include "common/flow/shard.h"

#define REPLAY_REFUSALS_MAX 1024 /* of one batch: more stop a shard long before */

struct replay_line {
	struct instant frontier;
	const char *runs; /* as struct batch has them */
	const char *refused;
};

/* The record at an offset of the shard's partition; false: it is not there. */
typedef bool replay_fetch(void *context, int topic, int64_t offset, struct log_record *record);

/*
 * Leaves the shard with its batch folded, to be committed to the scratch store. REJECT: reason says which
 * record is missing or what the line does not mean.
 */
enum status replay_batch(struct shard *shard, const struct replay_line *line, replay_fetch *fetch,
                         void *context, const char **reason) MUST_CHECK;

#endif
