/*
 * worker_inside - what the files of the worker share. For the runtime alone.
 */
#ifndef COMMON_FLOW_WORKER_INSIDE_H
#define COMMON_FLOW_WORKER_INSIDE_H

#include "common/flow/worker.h"

int32_t slot_partition(const struct worker *worker, const struct slot *slot);
const struct stage *slot_stage(const struct worker *worker, const struct slot *slot);
void slot_drop(struct slot *slot, enum slot_state state, struct instant not_before);
void worker_lose_store(struct worker *worker);
/* The store answered anything but OK: FATAL ends the process, of the others everything is loaded anew. */
void worker_store_failed(struct worker *worker, enum status status);
size_t position_add(struct log_position *positions, size_t count, const struct shard_topic *topic,
                    int32_t partition);
/* Chooses what goes into a shard's next batch, and folds it. OK without in_batch: nothing to do. */
enum status batch_prepare(struct worker *worker, struct shard *shard);

#endif
