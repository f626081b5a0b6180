/*
 * What a worker does for effects: it knows which shards are here, and which of them have no batch under way.
 */
#include "common/flow/worker_inside.h"

void worker_effects(struct worker *worker)
{
	if (worker->effects == NULL)
		return;
	for (size_t i = 0; i < worker->slot_count; i++) {
		const struct slot *const slot = &worker->slots[i];

		if (slot->state == SLOT_ELSEWHERE)
			effect_work_forget(worker->effects, i);
		else if (slot->state == SLOT_OWNED && slot_stage(worker, slot)->effects != NULL &&
		         slot->shard->stopped == NULL && !slot->shard->in_batch)
			effect_work_look(worker->effects, i, slot->shard);
	}
	effect_work_send(worker->effects);
	if (worker->fatal == NULL)
		worker->fatal = effect_work_fatal(worker->effects);
}
