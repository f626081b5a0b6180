/*
 * What a worker says to others: facts to the log, how far it is, its position for lag tools; and its step.
 */
#include "common/base/memory.h"
#include "common/flow/worker_inside.h"
#include "common/io/proto.h"
#include "opsmesh/v1/progress.pb-c.h"

#include <stdio.h>

#define PUBLISH_STEP 2000 /* facts handed over in one step, of one shard */
#define BACKLOG_STEP 1000 /* facts fetched at once of those that an earlier owner left */
#define PROGRESS_EVERY SECONDS(1)
#define HINT_EVERY SECONDS(5)

struct backlog {
	struct publisher *publisher;
};

static void add_fact(void *argument, const struct fact *fact)
{
	struct backlog *const backlog = argument;

	publisher_add(backlog->publisher, fact);
}

/* What an earlier owner committed and did not see acknowledged. */
static enum status fetch_backlog(struct worker *worker, struct shard *shard)
{
	const struct outside *const outside = worker->context.outside;
	struct backlog backlog = { shard->publisher };
	const int64_t last = publisher_last(shard->publisher);

	if (last >= shard->committed_sequence || worker->committing || worker->lost ||
	    publisher_memory(shard->publisher) > worker->publish_bytes_max / 4)
		return STATUS_OK;
	return outside->store_ops->facts(outside->store, shard, last, BACKLOG_STEP, add_fact,
	                                 &backlog);
}

void worker_publish(struct worker *worker)
{
	for (size_t i = 0; i < worker->slot_count; i++) {
		if (worker->slots[i].state != SLOT_OWNED)
			continue;
		const enum status status = fetch_backlog(worker, worker->slots[i].shard);

		if (status != STATUS_OK) {
			worker_store_failed(worker, status);
			return;
		}
		publisher_send(worker->slots[i].shard->publisher, PUBLISH_STEP);
	}
}

/* Progress. */

static void fill_emitted(struct arena *arena, const struct shard *shard,
                         Opsmesh__V1__Progress *progress)
{
	const size_t partitions = (size_t)shard->context->partitions;

	progress->emitted = arena_alloc(arena, (shard->high_count * partitions + 1) *
	                                           sizeof(Opsmesh__V1__Emitted *));
	for (size_t i = 0; i < shard->high_count * partitions; i++) {
		if (shard->committed_high[i] == 0)
			continue;
		Opsmesh__V1__Emitted *const emitted = arena_alloc(arena, sizeof(*emitted));

		*emitted = (Opsmesh__V1__Emitted)OPSMESH__V1__EMITTED__INIT;
		emitted->topic = arena_string(
		    arena,
		    shard->context->catalogue->topics[shard->high_topics[i / partitions]].name);
		emitted->partition = (int32_t)(i % partitions);
		emitted->sequence = shard->committed_high[i];
		progress->emitted[progress->n_emitted++] = emitted;
	}
}

static bool say_progress(struct worker *worker, size_t slot, struct shard *shard)
{
	const struct outside *const outside = worker->context.outside;
	struct arena *const arena = worker->arena;
	Opsmesh__V1__Progress progress = OPSMESH__V1__PROGRESS__INIT;
	const struct log_header headers[] = { { "ce_source", bytes_of(shard->source) },
		                              { "ce_type", bytes_of("ops.progress.v1") },
		                              { "content-type",
		                                bytes_of("application/protobuf") } };

	progress.source = shard->source;
	progress.mesh_time = proto_timestamp(arena, shard->committed_now);
	progress.epoch = shard->row.epoch;
	progress.instance = arena_string(arena, worker->instance);
	progress.sequence = shard->committed_sequence;
	progress.published = publisher_mark(shard->publisher);
	progress.effect_tries = effect_work_tries(worker->effects, slot);
	fill_emitted(arena, shard, &progress);
	const bool sent = outside->log_ops->send(
	    outside->log, &(struct log_message){ .topic = worker->context.catalogue->progress,
	                                         .key = bytes_of(shard->source),
	                                         .value = proto_pack(arena, &progress.base),
	                                         .headers = headers,
	                                         .header_count = COUNT_OF(headers) });

	arena_reset(arena);
	return sent;
}

void worker_progress(struct worker *worker)
{
	const bool round = !time_before(worker_now(worker), worker->progress_at);

	for (size_t i = 0; i < worker->slot_count; i++) {
		struct shard *const shard = worker->slots[i].shard;

		if (worker->slots[i].state != SLOT_OWNED)
			continue;
		if (!round &&
		    !(worker->context.recorded && time_before(shard->told, shard->committed_now)))
			continue;
		if (say_progress(worker, i, shard))
			shard->told = shard->committed_now;
	}
	if (round)
		worker->progress_at = time_add(worker_now(worker), PROGRESS_EVERY);
}

/* The hint for lag tools. */

static const char *hint_metadata(struct worker *worker, int32_t partition)
{
	const char *text = "";

	for (size_t i = 0; i < worker->stage_count; i++) {
		const struct slot *const slot =
		    &worker->slots[i * (size_t)worker->context.partitions + (size_t)partition];

		if (slot->state == SLOT_OWNED)
			text = arena_printf(worker->arena, "%s%s%s=%lld", text,
			                    *text == '\0' ? "" : " ", slot->shard->stage->name,
			                    (long long)slot->shard->committed_sequence);
	}
	return text;
}

void worker_hint(struct worker *worker)
{
	const struct outside *const outside = worker->context.outside;
	struct log_hint *hints;
	size_t count = 0;

	if (time_before(worker_now(worker), worker->hint_at))
		return;
	worker->hint_at = time_add(worker_now(worker), HINT_EVERY);
	hints = memory_zero((worker->slot_count * STAGE_TOPICS_MAX + 1) * sizeof(*hints));
	for (size_t i = 0; i < worker->slot_count; i++) {
		const struct shard *const shard = worker->slots[i].shard;

		for (size_t k = 0; worker->slots[i].state == SLOT_OWNED && k < shard->topic_count;
		     k++)
			hints[count++] =
			    (struct log_hint){ shard->topics[k].topic, shard->number,
				               shard->topics[k].next,
				               shard->topics[k].topic == worker->lead
				                   ? hint_metadata(worker, shard->number)
				                   : "" };
	}
	if (count > 0)
		outside->log_ops->hint(outside->log, hints, count);
	arena_reset(worker->arena);
	memory_free(hints);
}

#define POLL_STEP 4000
#define WAIT_IDLE MILLISECONDS(10)
#define WAIT_COMMIT MILLISECONDS(1)

void worker_step(struct worker *worker)
{
	worker_take(worker);
	const bool began = worker_fold(worker);

	worker_publish(worker);
	worker_progress(worker);
	worker_hint(worker);
	worker_poll(worker, began || worker->committing ? (struct duration){ 0 } : WAIT_IDLE,
	            POLL_STEP);
	worker_commit(worker, WAIT_COMMIT);
	worker_effects(worker);
}
