#include "common/flow/worker.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/flow/effect_fold.h"
#include "common/flow/worker_inside.h"
#include "common/io/proto.h"
#include "opsmesh/v1/progress.pb-c.h"

#include <stdio.h>
#include <string.h>

#define HELD_MAX 1000000
#define HELD_BYTES_MAX ((size_t)2 << 30) /* a million small events */
#define PUBLISH_BYTES_MAX ((size_t)16 << 20)
#define ROOM_EVERY 64 /* events between two looks at what is held */
#define PAUSE_FIRST MILLISECONDS(50)
#define PAUSE_MAX SECONDS(5)
/* Longer than a heartbeat: whoever was fenced off for good has heard of it by then. */
#define RAISE_AGAIN MILLISECONDS(1500)

struct instant worker_now(const struct worker *worker)
{
	const struct outside *const outside = worker->context.outside;

	return outside->now(outside->context);
}

struct duration worker_pause(struct worker *worker, struct duration *pause)
{
	const struct outside *const outside = worker->context.outside;
	const int64_t base = pause->us == 0 ? PAUSE_FIRST.us : pause->us;
	const int64_t jitter = (int64_t)(outside->chance(outside->context) % (uint64_t)(base + 1));

	pause->us = base * 2 > PAUSE_MAX.us ? PAUSE_MAX.us : base * 2;
	return (struct duration){ base / 2 + jitter / 2 };
}

void worker_init(struct worker *worker, const struct shard_context *context,
                 const struct stage *stages, int lead, const char *instance)
{
	*worker = (struct worker){ .context = *context,
		                   .stages = stages,
		                   .lead = lead,
		                   .instance = instance,
		                   .held_max = HELD_MAX,
		                   .held_bytes_max = HELD_BYTES_MAX,
		                   .publish_bytes_max = PUBLISH_BYTES_MAX };
	while (stages[worker->stage_count].name != NULL)
		worker->stage_count++;
	worker->slot_count = worker->stage_count * (size_t)context->partitions;
	worker->slots = memory_zero(worker->slot_count * sizeof(*worker->slots));
	worker->assigned = memory_zero((size_t)context->partitions * sizeof(*worker->assigned));
	worker->batches = memory_zero(worker->slot_count * sizeof(*worker->batches));
	worker->failed = memory_zero(worker->slot_count * sizeof(*worker->failed));
	worker->context.tokens = &worker->tokens;
	worker->arena = arena_create((size_t)16 << 10);
	worker->effects = effect_work_create(&worker->context, stages);
}

void worker_finish(struct worker *worker)
{
	for (size_t i = 0; i < worker->slot_count; i++)
		shard_destroy(worker->slots[i].shard);
	memory_free(worker->slots);
	memory_free(worker->assigned);
	memory_free(worker->batches);
	memory_free(worker->failed);
	effect_work_destroy(worker->effects);
	arena_destroy(worker->arena);
}

int32_t slot_partition(const struct worker *worker, const struct slot *slot)
{
	return (int32_t)((size_t)(slot - worker->slots) % (size_t)worker->context.partitions);
}

const struct stage *slot_stage(const struct worker *worker, const struct slot *slot)
{
	return &worker->stages[(size_t)(slot - worker->slots) / (size_t)worker->context.partitions];
}

void slot_drop(struct slot *slot, enum slot_state state, struct instant not_before)
{
	shard_destroy(slot->shard);
	slot->shard = NULL;
	slot->state = state;
	slot->not_before = not_before;
}

/* What the log tells. */

static void on_assigned(struct worker *worker, const struct log_event *event)
{
	bool *const given = memory_zero((size_t)worker->context.partitions * sizeof(*given));

	for (size_t i = 0; i < event->partition_count; i++)
		if (event->partitions[i] < worker->context.partitions)
			given[event->partitions[i]] = true;
	for (size_t i = 0; i < worker->slot_count; i++) {
		struct slot *const slot = &worker->slots[i];
		const bool ours = given[slot_partition(worker, slot)];

		if (!ours)
			slot_drop(slot, SLOT_ELSEWHERE, (struct instant){ 0 });
		else if (slot->state == SLOT_ELSEWHERE)
			slot_drop(slot, SLOT_RAISE, (struct instant){ 0 });
	}
	memcpy(worker->assigned, given, (size_t)worker->context.partitions * sizeof(*given));
	worker->reassign = true;
	memory_free(given);
}

static void on_record(struct worker *worker, const struct log_event *event)
{
	const struct outside *const outside = worker->context.outside;

	for (size_t i = 0; i < worker->stage_count; i++) {
		struct slot *const slot = &worker->slots[i * (size_t)worker->context.partitions +
		                                         (size_t)event->record.partition];

		if (slot->state != SLOT_OWNED || slot->shard->stopped != NULL ||
		    shard_topic(slot->shard, event->record.topic) == NULL)
			continue;
		outside->log_ops->retain(outside->log, event->record.handle);
		if (!shard_read(slot->shard, &event->record, worker_now(worker)))
			outside->log_ops->release(outside->log, event->record.handle);
	}
	outside->log_ops->release(outside->log, event->record.handle);
}

static int64_t emitted_to(const Opsmesh__V1__Progress *progress, const char *topic,
                          int32_t partition)
{
	for (size_t i = 0; i < progress->n_emitted; i++)
		if (progress->emitted[i]->partition == partition &&
		    strcmp(progress->emitted[i]->topic, topic) == 0)
			return progress->emitted[i]->sequence;
	return 0;
}

static void tell_shard(struct worker *worker, struct shard *shard,
                       const Opsmesh__V1__Progress *progress, struct instant mesh)
{
	for (size_t i = 0; i < shard->topic_count; i++) {
		const int topic = shard->topics[i].topic;
		const int input = mesh_time_find(&shard->inputs, topic, bytes_of(progress->source));

		if (input >= 0 && !shard->inputs.inputs[input].alien)
			mesh_time_told(&shard->inputs, input, mesh,
			               emitted_to(progress,
			                          worker->context.catalogue->topics[topic].name,
			                          shard->number),
			               worker_now(worker));
	}
}

static void on_progress(struct worker *worker, const struct log_event *event)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;
	struct instant mesh;

	if (proto_unpack(worker->arena, &opsmesh__v1__progress__descriptor, event->record.value,
	                 &message, problem)) {
		const Opsmesh__V1__Progress *const progress = (const void *)message;

		if (proto_instant(progress->mesh_time, &mesh))
			for (size_t i = 0; i < worker->slot_count; i++)
				if (worker->slots[i].state == SLOT_OWNED)
					tell_shard(worker, worker->slots[i].shard, progress, mesh);
	}
	arena_reset(worker->arena);
	worker->context.outside->log_ops->release(worker->context.outside->log,
	                                          event->record.handle);
}

static void on_end(struct worker *worker, const struct log_event *event)
{
	for (size_t i = 0; i < worker->stage_count; i++) {
		struct slot *const slot =
		    &worker
			 ->slots[i * (size_t)worker->context.partitions + (size_t)event->partition];
		struct shard_topic *const topic =
		    slot->state == SLOT_OWNED ? shard_topic(slot->shard, event->topic) : NULL;

		if (topic == NULL)
			continue;
		topic->end = event->offset;
		topic->end_at = event->at;
	}
}

static void on_broken(struct worker *worker, const struct log_event *event)
{
	for (size_t i = 0; i < worker->stage_count; i++) {
		struct slot *const slot =
		    &worker
			 ->slots[i * (size_t)worker->context.partitions + (size_t)event->partition];

		if (slot->state == SLOT_OWNED && shard_topic(slot->shard, event->topic) != NULL)
			slot->shard->stopped = arena_string(slot->shard->arena, event->reason);
	}
}

static void on_ack(struct worker *worker, const struct log_event *event)
{
	if (effect_work_acked(worker->effects, event->token, event->sequence))
		return;
	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].state == SLOT_OWNED &&
		    worker->slots[i].shard->publisher != NULL &&
		    publisher_token(worker->slots[i].shard->publisher) == event->token) {
			publisher_acked(worker->slots[i].shard->publisher, event->sequence);
			return;
		}
}

static void on_failed(struct worker *worker)
{
	worker->context.outside->log_ops->restart(worker->context.outside->log);
	effect_work_restart(worker->effects);
	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].state == SLOT_OWNED)
			publisher_restart(worker->slots[i].shard->publisher);
}

static void on_event(struct worker *worker, const struct log_event *event)
{
	switch (event->kind) {
	case LOG_RECORD: on_record(worker, event); break;
	case LOG_PROGRESS: on_progress(worker, event); break;
	case LOG_END: on_end(worker, event); break;
	case LOG_ASSIGNED: on_assigned(worker, event); break;
	case LOG_ACK: on_ack(worker, event); break;
	case LOG_FAILED: on_failed(worker); break;
	case LOG_BROKEN: on_broken(worker, event); break;
	case LOG_FATAL: worker->fatal = event->reason; break;
	case LOG_NOTHING: break;
	}
}

/*
 * A shard that stopped itself takes nothing more, and what it holds must not hold up the others. One that waits for
 * the answer of an effect would wait for ever, were what lies behind that answer not let in.
 */
static bool has_room(const struct worker *worker)
{
	size_t bytes = 0;

	for (size_t i = 0; i < worker->slot_count; i++) {
		const struct slot *const slot = &worker->slots[i];

		if (slot->state != SLOT_OWNED || slot->shard->stopped != NULL ||
		    effect_waits(slot->shard))
			continue;
		bytes += slot->shard->held_bytes;
		if (slot->shard->held_count >= worker->held_max)
			return false;
	}
	return bytes < worker->held_bytes_max;
}

void worker_poll(struct worker *worker, struct duration wait, size_t most)
{
	const struct outside *const outside = worker->context.outside;
	struct log_event event;
	bool room = true;

	for (size_t i = 0; i < most && worker->fatal == NULL; i++) {
		if (i % ROOM_EVERY == 0)
			room = has_room(worker);
		outside->log_ops->poll(outside->log, i == 0 ? wait : (struct duration){ 0 }, room,
		                       &event);
		if (event.kind == LOG_NOTHING)
			return;
		on_event(worker, &event);
	}
}

/* Taking over. */

/* "<stage>=<sequence> ...": what the group remembers of a shard; 0: nothing. */
static int64_t hinted_sequence(const char *metadata, const char *stage)
{
	const size_t size = strlen(stage);

	for (const char *at = strstr(metadata, stage); at != NULL; at = strstr(at + 1, stage)) {
		const size_t digits = strspn(at + size + (at[size] == '='), "0123456789");
		char text[24] = "";
		int64_t sequence;

		if (at[size] != '=' || (at != metadata && at[-1] != ' ') || digits >= sizeof(text))
			continue;
		memcpy(text, at + size + 1, digits);
		if (text_number(text, 0, INT64_MAX, &sequence))
			return sequence;
	}
	return 0;
}

/* A recreated topic or a database set back must stop the shard, not make it skip or repeat in silence. */
static enum status check_shard(struct worker *worker, struct shard *shard)
{
	const struct outside *const outside = worker->context.outside;
	char metadata[512];

	TRY(outside->log_ops->hinted(outside->log, worker->lead, shard->number, metadata,
	                             sizeof(metadata)));
	if (hinted_sequence(metadata, shard->stage->name) > shard->row.sequence)
		shard->stopped = "the database knows less than the consumer group: it was set back";
	for (size_t i = 0; i < shard->topic_count; i++) {
		int64_t first;

		if (shard->topics[i].next > 0)
			continue;
		TRY(outside->log_ops->first(outside->log, shard->topics[i].topic, shard->number,
		                            &first));
		if (first > 0)
			shard->stopped =
			    "the log no longer begins at 0, and this shard has no position in it";
	}
	return STATUS_OK;
}

static enum status load_slot(struct worker *worker, struct slot *slot, bool raise)
{
	const struct outside *const outside = worker->context.outside;
	struct shard *const shard =
	    shard_create(&worker->context, slot_stage(worker, slot), slot_partition(worker, slot));
	const enum status status = outside->store_ops->open(outside->store, shard, raise);

	if (status != STATUS_OK) {
		shard_destroy(shard);
		return status;
	}
	if (!raise &&
	    shard->row.epoch != slot->epoch) { /* another owner; ours again if the group says so */
		shard_destroy(shard);
		slot_drop(slot, SLOT_RAISE, time_add(worker_now(worker), RAISE_AGAIN));
		return STATUS_OK;
	}
	if (check_shard(worker, shard) != STATUS_OK) { /* no broker answers */
		slot->epoch = shard->row.epoch;
		shard_destroy(shard);
		slot_drop(slot, SLOT_LOAD,
		          time_add(worker_now(worker), worker_pause(worker, &worker->log_pause)));
		return STATUS_OK;
	}
	worker->log_pause = (struct duration){ 0 };
	slot->shard = shard;
	slot->state = SLOT_OWNED;
	slot->epoch = shard->row.epoch;
	worker->reassign = true;
	return STATUS_OK;
}

/* Everything in memory is a guess about a store that we no longer hear. */
static void reload_all(struct worker *worker)
{
	for (size_t i = 0; i < worker->slot_count; i++)
		if (worker->slots[i].state == SLOT_OWNED)
			slot_drop(&worker->slots[i], SLOT_LOAD, (struct instant){ 0 });
	worker->committing = false;
	worker->batch_count = 0;
}

void worker_lose_store(struct worker *worker)
{
	reload_all(worker);
	worker->lost = true;
	worker->store_retry =
	    time_add(worker_now(worker), worker_pause(worker, &worker->store_pause));
}

void worker_store_failed(struct worker *worker, enum status status)
{
	const struct outside *const outside = worker->context.outside;

	if (status == STATUS_FATAL)
		worker->fatal = outside->store_ops->reason(outside->store);
	worker_lose_store(worker);
}

static bool reconnect(struct worker *worker)
{
	const struct outside *const outside = worker->context.outside;

	if (!worker->lost)
		return true;
	if (time_before(worker_now(worker), worker->store_retry))
		return false;
	const enum status status = outside->store_ops->reconnect(outside->store);

	if (status != STATUS_OK)
		worker_store_failed(worker, status);
	else
		worker->lost = false;
	return status == STATUS_OK;
}

static void position_log(struct worker *worker)
{
	const struct outside *const outside = worker->context.outside;
	struct log_position *const positions =
	    memory_zero(worker->slot_count * STAGE_TOPICS_MAX * sizeof(*positions) + 1);
	size_t count = 0;

	for (size_t i = 0; i < worker->slot_count; i++) {
		const struct shard *const shard = worker->slots[i].shard;

		for (size_t k = 0; worker->slots[i].state == SLOT_OWNED && k < shard->topic_count;
		     k++)
			count = position_add(positions, count, &shard->topics[k], shard->number);
	}
	outside->log_ops->assign(outside->log, positions, count);
	worker->reassign = false;
	memory_free(positions);
}

/* Two stages may read one topic: the reader starts where the later of them stands. */
size_t position_add(struct log_position *positions, size_t count, const struct shard_topic *topic,
                    int32_t partition)
{
	const int64_t offset = topic->check_at >= 0 ? topic->check_at : topic->top;

	for (size_t i = 0; i < count; i++)
		if (positions[i].topic == topic->topic && positions[i].partition == partition) {
			if (offset < positions[i].offset)
				positions[i].offset = offset;
			return count;
		}
	positions[count] = (struct log_position){ topic->topic, partition, offset };
	return count + 1;
}

void worker_take(struct worker *worker)
{
	if (worker->committing || !reconnect(worker))
		return;
	for (size_t i = 0; i < worker->slot_count; i++) {
		struct slot *const slot = &worker->slots[i];
		const bool raise = slot->state == SLOT_RAISE;

		if ((!raise && slot->state != SLOT_LOAD) ||
		    time_before(worker_now(worker), slot->not_before))
			continue;
		const enum status status = load_slot(worker, slot, raise);

		if (status != STATUS_OK) {
			worker_store_failed(worker, status);
			return;
		}
		worker->store_pause = (struct duration){ 0 };
		if (slot->state == SLOT_LOAD) /* whoever asks in vain waits: not for every slot */
			break;
	}
	if (worker->reassign)
		position_log(worker);
}

bool worker_ready(const struct worker *worker, const char **reason)
{
	bool any = false;

	for (size_t i = 0; i < worker->slot_count; i++) {
		const struct slot *const slot = &worker->slots[i];

		if (slot->state == SLOT_ELSEWHERE)
			continue;
		any = true;
		if (slot->state == SLOT_OWNED && slot->shard->stopped == NULL)
			continue;
		if (reason != NULL)
			*reason = slot->state == SLOT_OWNED ? slot->shard->stopped
			                                    : "a shard is not loaded";
		return false;
	}
	if (!any && reason != NULL)
		*reason = "the group has not given any partition yet";
	return any;
}

bool worker_settled(const struct worker *worker)
{
	if (worker->committing || worker->lost)
		return false;
	for (size_t i = 0; i < worker->slot_count; i++) {
		const struct slot *const slot = &worker->slots[i];

		if (slot->state == SLOT_OWNED &&
		    (slot->shard->in_batch ||
		     publisher_mark(slot->shard->publisher) < slot->shard->committed_sequence))
			return false;
	}
	return true;
}
