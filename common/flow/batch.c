/*
 * Which of the events held make the next batch of a shard, and the transaction that makes batches true.
 */
#include "common/base/memory.h"
#include "common/flow/effect_fold.h"
#include "common/flow/fold.h"
#include "common/flow/worker_inside.h"

#include <stdlib.h>
#include <string.h>

/* An answer of the broker older than this is none: it may be away. */
#define END_FRESH SECONDS(5)
/* Timers of one shard fire so long on end: hours that pass at once, after a pause of the mesh, hold up nobody. */
#define TIMERS_PATIENCE MILLISECONDS(20)

static bool read_to_end(const struct shard *shard, struct instant real)
{
	for (size_t i = 0; i < shard->topic_count; i++) {
		const struct shard_topic *const topic = &shard->topics[i];

		if (topic->end_at.us == TIME_MIN.us || topic->top < topic->end ||
		    time_since(topic->end_at, real).us > END_FRESH.us)
			return false;
	}
	return true;
}

/* Mesh time, the topic's place in the catalogue, source, sequence: the one order of recorded mode. */
static int by_order(const void *a, const void *b)
{
	const struct event *const left = &(*(struct held *const *)a)->event;
	const struct event *const right = &(*(struct held *const *)b)->event;

	if (left->mesh.us != right->mesh.us)
		return left->mesh.us < right->mesh.us ? -1 : 1;
	if (left->record.topic != right->record.topic)
		return left->record.topic < right->record.topic ? -1 : 1;
	const int source = bytes_compare(left->source, right->source);

	if (source != 0)
		return source;
	return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

static struct instant least_mesh(struct held *const *held, size_t count, struct instant least)
{
	for (size_t i = 0; i < count; i++)
		least = time_earlier(least, held[i]->event.mesh);
	return least;
}

/* The conversation stage makes time: the newest that it folds, or the real clock when nothing is left. */
static void choose_first(struct shard *shard, struct fold *fold, size_t most)
{
	const struct shard_context *const context = shard->context;
	const struct shard_topic *const topic = &shard->topics[0];

	fold->events = shard->held;
	fold->count = shard->held_count < most ? shard->held_count : most;
	fold->frontier = shard->row.now;
	for (size_t i = 0; i < fold->count; i++)
		fold->frontier = time_later(fold->frontier, shard->held[i]->event.mesh);
	if (!context->recorded && fold->count == shard->held_count &&
	    topic->end_at.us != TIME_MIN.us && topic->top >= topic->end)
		fold->frontier =
		    time_later(fold->frontier, time_sub(topic->end_at, context->grace));
}

/* Held until the frontier is beyond; what is read but not in the batch holds the frontier. */
static void choose_recorded(struct shard *shard, struct fold *fold, size_t most)
{
	struct held **const held = shard->held;
	size_t ready = 0;

	for (size_t i = 0; i < shard->held_count; i++)
		if (time_before(held[i]->event.mesh, fold->frontier)) {
			struct held *const one = held[i];

			held[i] = held[ready];
			held[ready++] = one;
		}
	if (ready > 1)
		qsort(held, ready, sizeof(*held), by_order);
	fold->events = held;
	fold->count = ready < most ? ready : most;
	fold->frontier =
	    least_mesh(held + fold->count, shard->held_count - fold->count, fold->frontier);
}

/* The answer that the shard waits for, were it behind others; until it has come nothing is folded. */
static void choose_awaited(struct shard *shard, struct fold *fold)
{
	struct held **const held = shard->held;

	fold->events = held;
	fold->frontier = shard->row.now;
	for (size_t i = 0; i < shard->held_count && fold->count == 0; i++)
		if (effect_is_awaited(shard, &held[i]->event)) {
			struct held *const one = held[i];

			held[i] = held[0];
			held[0] = one;
			fold->count = 1;
		}
}

static void choose(struct worker *worker, struct shard *shard, struct fold *fold, bool *left)
{
	const struct shard_context *const context = shard->context;
	const struct instant real = worker_now(worker);
	const size_t most = context->batch_events;
	const struct frontier_rule rule = { .now = shard->row.now,
		                            .real = real,
		                            .silence = context->silence,
		                            .may_leave_out =
		                                !context->recorded && read_to_end(shard, real) };

	if (shard->first) {
		choose_first(shard, fold, most);
		return;
	}
	if (effect_waits(shard)) {
		choose_awaited(shard, fold);
		return;
	}
	fold->frontier = mesh_time_frontier(&shard->inputs, &rule, left);
	if (context->recorded) {
		choose_recorded(shard, fold, most);
	} else {
		fold->events = shard->held;
		fold->count = shard->held_count < most ? shard->held_count : most;
		fold->frontier = least_mesh(shard->held + fold->count,
		                            shard->held_count - fold->count, fold->frontier);
	}
	fold->frontier = time_later(shard->row.now, fold->frontier);
}

/* Is there anything that is worth a transaction now? */
static bool worth_it(struct worker *worker, const struct shard *shard, const struct fold *fold,
                     const struct timer *next, int64_t mark)
{
	const struct shard_context *const context = shard->context;
	const int64_t idle = time_since(shard->last_commit, worker_now(worker)).us;
	const bool moved = time_before(shard->row.now, fold->frontier);

	if (fold->count > 0 || next != NULL)
		return true;
	if (moved && (context->recorded || idle >= context->idle_commit.us))
		return true;
	return mark > shard->row.mark && idle >= context->mark_commit.us;
}

static const char *name_left(struct shard *shard, const bool *left)
{
	const char *names = "";

	for (size_t i = 0; i < shard->inputs.count; i++)
		if (left[i])
			names = arena_printf(
			    shard->arena, "%s%s%s %s", names, *names == '\0' ? "" : ",",
			    shard->context->catalogue->topics[shard->inputs.inputs[i].topic].name,
			    shard->inputs.inputs[i].source);
	return names;
}

enum status batch_prepare(struct worker *worker, struct shard *shard)
{
	bool *const left = memory_zero(shard->inputs.count + 1);
	struct fold fold = { .refused = worker->refused,
		             .refused_count = worker->refused_count,
		             .patience = TIMERS_PATIENCE };
	const struct timer *next;
	enum status status;

	choose(worker, shard, &fold, left);
	const int64_t mark = publisher_mark(shard->publisher);

	status = work_next_timer(shard, fold.frontier, &next);
	if (effect_waits(shard)) /* it fires nothing either */
		next = NULL;
	if (status == STATUS_OK && worth_it(worker, shard, &fold, next, mark)) {
		shard->row.mark = mark > shard->row.mark ? mark : shard->row.mark;
		status = shard_fold(shard, &fold);
		shard->batch.left_out = name_left(shard, left);
		if (status == STATUS_OK)
			worker->events += (int64_t)fold.folded;
	}
	memory_free(left);
	return status;
}

/* The transaction. */

static bool can_fold(const struct slot *slot)
{
	return slot->state == SLOT_OWNED && slot->shard->stopped == NULL && !slot->shard->in_batch;
}

static bool too_much_unpublished(const struct worker *worker)
{
	size_t bytes = 0;

	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].state == SLOT_OWNED)
			bytes += publisher_memory(worker->slots[i].shard->publisher);
	return bytes > worker->publish_bytes_max;
}

/* False: the store failed. A shard that stopped itself stays as it is, and says so. */
static bool fold_shards(struct worker *worker)
{
	for (size_t i = 0; i < worker->slot_count; i++) {
		struct slot *const slot = &worker->slots[i];
		const enum status status =
		    can_fold(slot) ? batch_prepare(worker, slot->shard) : STATUS_OK;

		if (status != STATUS_OK && slot->shard->stopped == NULL) {
			worker_store_failed(worker, status);
			return false;
		}
	}
	return true;
}

bool worker_fold(struct worker *worker)
{
	const struct outside *const outside = worker->context.outside;

	if (worker->committing || worker->lost || too_much_unpublished(worker))
		return false;
	worker->began = worker_now(worker);
	if (!fold_shards(worker))
		return false;
	worker->batch_count = 0;
	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].state == SLOT_OWNED && worker->slots[i].shard->in_batch)
			worker->batches[worker->batch_count++] = worker->slots[i].shard->batch;
	if (worker->batch_count == 0)
		return false;
	const enum status status =
	    outside->store_ops->begin(outside->store, worker->batches, worker->batch_count);

	if (status != STATUS_OK) {
		worker_store_failed(worker, status);
		return false;
	}
	worker->committing = true;
	return true;
}

static struct slot *slot_of(struct worker *worker, const struct shard *shard)
{
	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].shard == shard)
			return &worker->slots[i];
	return NULL;
}

/* Batches of shards that were given away meanwhile have nobody left to tell. */
static void committed(struct worker *worker)
{
	for (size_t i = 0; i < worker->batch_count; i++) {
		struct slot *const slot = slot_of(worker, worker->batches[i].shard);

		if (slot == NULL)
			continue;
		worker->facts += (int64_t)slot->shard->batch.fact_count;
		if (worker->witness.batch != NULL)
			worker->witness.batch(worker->witness.context, &slot->shard->batch);
		shard_committed(slot->shard, worker_now(worker));
	}
	if (worker->witness.transaction != NULL)
		worker->witness.transaction(worker->witness.context,
		                            time_since(worker->began, worker_now(worker)));
	worker->transactions++;
	worker->store_pause = (struct duration){ 0 };
}

/* What failed is dropped; the rest goes again without it. */
static void fenced(struct worker *worker)
{
	for (size_t i = 0; i < worker->batch_count; i++) {
		struct slot *const slot = slot_of(worker, worker->batches[i].shard);

		if (slot != NULL && worker->failed[i])
			slot_drop(slot, SLOT_LOAD, (struct instant){ 0 });
	}
}

void worker_commit(struct worker *worker, struct duration wait)
{
	const struct outside *const outside = worker->context.outside;

	if (!worker->committing)
		return;
	memset(worker->failed, 0, worker->slot_count * sizeof(*worker->failed));
	const enum store_answer answer =
	    outside->store_ops->end(outside->store, wait, worker->failed);

	if (answer == STORE_PENDING)
		return;
	worker->committing = false;
	if (answer == STORE_COMMITTED)
		committed(worker);
	else if (answer == STORE_FENCED)
		fenced(worker);
	else
		worker_lose_store(worker);
	worker->batch_count = 0;
}
