#include "tests/support/memory_inside.h"

#include "common/base/check.h"

#include <stdio.h>
#include <string.h>

static struct memory_producer *producer_create(struct memory_client *client)
{
	struct memory_producer *const producer = memory_zero(sizeof(*producer));

	producer->owner = client;
	producer->next = client->log->producers;
	client->log->producers = producer;
	return producer;
}

void memory_client_init(struct memory_client *client, struct memory_log *log, const char *daemon)
{
	const int progress = log->catalogue->progress; /* -1: nobody says how far he is */
	const size_t lines = progress < 0 ? 0 : memory_log_at(log, progress, false, 0)->count;

	*client = (struct memory_client){ .log = log, .daemon = daemon };
	client->producer = producer_create(client);
	client->progress_at = lines < 30 ? 0 : lines - 30; /* the last minute */
}

void memory_client_finish(struct memory_client *client)
{
	if (client->producer != NULL)
		client->producer->owner = NULL;
	memory_free(client->acks);
	client->producer = NULL;
	client->acks = NULL;
}

void memory_client_crash(struct memory_client *client)
{
	struct memory_producer *const producer = client->producer;

	for (size_t t = 0; t < COUNT_OF(producer->queues); t++)
		for (size_t n = 0; n < (size_t)client->log->partitions; n++)
			producer->queues[t][n].count =
			    (size_t)chance_below(client->log->chance,
			                         (int)producer->queues[t][n].count + 1);
	memory_client_finish(client);
	memory_client_init(client, client->log, client->daemon);
}

void memory_client_give(struct memory_client *client, const int32_t *partitions, size_t count)
{
	if (count == client->given_count &&
	    memcmp(client->given, partitions, count * sizeof(*partitions)) == 0)
		return;
	memcpy(client->given, partitions, count * sizeof(*partitions));
	client->given_count = count;
	client->told = false;
}

void memory_client_reread(struct memory_client *client, size_t position, int64_t offset)
{
	if (offset < client->positions[position].offset)
		client->positions[position].offset = offset;
}

/* log_ops. */

static bool tell_assigned(struct memory_client *client, struct log_event *event)
{
	if (client->told)
		return false;
	client->told = true;
	client->position_count = 0;
	*event = (struct log_event){ .kind = LOG_ASSIGNED,
		                     .partitions = client->given,
		                     .partition_count = client->given_count };
	return true;
}

static bool tell_record(struct memory_client *client, struct log_event *event)
{
	const size_t from =
	    client->log->lively && client->position_count > 0
		? (size_t)chance_below(client->log->chance, (int)client->position_count)
		: 0;

	for (size_t i = 0; i < client->position_count; i++) {
		struct log_position *const position =
		    &client->positions[(from + i) % client->position_count];
		const struct partition_log *const log =
		    memory_log_at(client->log, position->topic, false, position->partition);

		if (position->offset > (int64_t)log->count) {
			*event = (struct log_event){ .kind = LOG_BROKEN,
				                     .topic = position->topic,
				                     .partition = position->partition,
				                     .reason = "the offset is out of range" };
			return true;
		}
		if (position->offset == (int64_t)log->count)
			continue;
		*event = (struct log_event){ .kind = LOG_RECORD,
			                     .record = log->entries[position->offset++].record };
		return true;
	}
	return false;
}

static bool tell_progress(struct memory_client *client, struct log_event *event)
{
	const int progress = client->log->catalogue->progress;

	if (progress < 0)
		return false;
	const struct partition_log *const log = memory_log_at(client->log, progress, false, 0);

	if (client->progress_at >= log->count)
		return false;
	*event = (struct log_event){ .kind = LOG_PROGRESS,
		                     .record = log->entries[client->progress_at++].record };
	return true;
}

static bool tell_ack(struct memory_client *client, struct log_event *event)
{
	if (client->ack_count == 0)
		return false;
	*event = (struct log_event){ .kind = LOG_ACK,
		                     .token = client->acks[0].token,
		                     .sequence = client->acks[0].sequence };
	client->ack_count--;
	memmove(client->acks, client->acks + 1, client->ack_count * sizeof(*client->acks));
	return true;
}

static bool tell_failed(struct memory_client *client, struct log_event *event)
{
	if (!client->failed)
		return false;
	client->failed = false;
	client->ack_count = 0;
	*event = (struct log_event){ .kind = LOG_FAILED, .reason = "delivery failed" };
	return true;
}

/* One partition after the other; after the last of them it answers false once. */
static bool tell_end(struct memory_client *client, struct log_event *event)
{
	if (client->end_at >= client->position_count) {
		client->end_at = 0;
		return false;
	}
	const struct log_position *const position = &client->positions[client->end_at++];

	*event = (struct log_event){
		.kind = LOG_END,
		.topic = position->topic,
		.partition = position->partition,
		.offset =
		    (int64_t)memory_log_at(client->log, position->topic, false, position->partition)
			->count,
		.at = *client->log->real,
	};
	return true;
}

static void memory_poll(void *context, struct duration wait, bool room, struct log_event *event)
{
	static bool (*const tells[])(struct memory_client *,
	                             struct log_event *) = { tell_assigned, tell_failed, tell_ack,
		                                             tell_progress, tell_record };
	struct memory_client *const client = context;
	const bool lively = client->log->lively;
	const size_t from = lively ? (size_t)chance_below(client->log->chance, COUNT_OF(tells)) : 0;

	(void)wait;
	*event = (struct log_event){ .kind = LOG_NOTHING };
	/* The answers come together, and whatever is still unread does not keep them back. */
	if (client->end_at > 0 || (lively && chance_of(client->log->chance, 30))) {
		(void)tell_end(client, event);
		return;
	}
	if (lively && chance_of(client->log->chance, 150))
		return;
	for (size_t i = 0; i < COUNT_OF(tells); i++) {
		const size_t at = (from + i) % COUNT_OF(tells);

		if ((room || tells[at] != tell_record) && tells[at](client, event))
			return;
	}
	(void)tell_end(client, event);
}

static void memory_handle(void *context, void *handle)
{
	(void)context;
	(void)handle;
}

static void memory_assign(void *context, const struct log_position *positions, size_t count)
{
	struct memory_client *const client = context;

	CHECK(count <= COUNT_OF(client->positions));
	memcpy(client->positions, positions, count * sizeof(*positions));
	client->position_count = count;
}

static bool memory_send(void *context, const struct log_message *message)
{
	struct memory_client *const client = context;
	struct memory_log *const log = client->log;
	struct send_queue *queue;

	if (log->faults && chance_of(log->chance, 50))
		return false;
	if (message->topic == log->catalogue->progress) {
		GROW(log->flying, log->flying_count, log->flying_capacity);
		log->flying[log->flying_count++].record = memory_log_record(log, message);
		return true;
	}
	if (client->producer->dead)
		return true; /* swallowed */
	queue = &client->producer->queues[message->topic + (message->dead_letter ? TOPICS_MAX : 0)]
	                                 [message->partition];
	if (queue->first + queue->count == queue->capacity) {
		queue->capacity = queue->capacity == 0 ? 16 : queue->capacity * 2;
		queue->list = memory_resize(queue->list, queue->capacity * sizeof(*queue->list));
	}
	struct sending *const sending = &queue->list[queue->first + queue->count++];
	const struct log_record copy = memory_log_record(log, message);

	sending->message = *message;
	sending->message.key = copy.key;
	sending->message.value = copy.value;
	sending->message.headers = copy.headers;
	return true;
}

static void memory_restart(void *context)
{
	struct memory_client *const client = context;

	client->producer->owner = NULL;
	client->producer = producer_create(client);
	client->ack_count = 0;
	client->failed = false;
}

static struct group_place *find_place(const struct memory_client *client, int topic,
                                      int32_t partition)
{
	const struct memory_log *const log = client->log;

	for (size_t i = 0; i < log->place_count; i++)
		if (log->places[i].topic == topic && log->places[i].partition == partition &&
		    strcmp(log->places[i].daemon, client->daemon) == 0)
			return &log->places[i];
	return NULL;
}

static void memory_hint(void *context, const struct log_hint *hints, size_t count)
{
	const struct memory_client *const client = context;
	struct memory_log *const log = client->log;

	for (size_t i = 0; i < count; i++) {
		struct group_place *place = find_place(client, hints[i].topic, hints[i].partition);

		if (place == NULL) {
			GROW(log->places, log->place_count, log->place_capacity);
			place = &log->places[log->place_count++];
		}
		*place = (struct group_place){ .daemon = client->daemon,
			                       .topic = hints[i].topic,
			                       .partition = hints[i].partition,
			                       .offset = hints[i].offset };
		CHECK(snprintf(place->metadata, sizeof(place->metadata), "%s", hints[i].metadata) <
		      (int)sizeof(place->metadata));
	}
}

/* Nobody answers now and then. */
static bool silent(const struct memory_log *log)
{
	return log->faults && chance_of(log->chance, 10);
}

static enum status memory_hinted(void *context, int topic, int32_t partition, char *metadata,
                                 size_t size)
{
	const struct memory_client *const client = context;
	const struct group_place *const place = find_place(client, topic, partition);

	if (silent(client->log))
		return STATUS_RETRY;
	CHECK(snprintf(metadata, size, "%s", place == NULL ? "" : place->metadata) < (int)size);
	return STATUS_OK;
}

static enum status memory_first(void *context, int topic, int32_t partition, int64_t *offset)
{
	const struct memory_client *const client = context;

	(void)topic;
	(void)partition;
	if (silent(client->log))
		return STATUS_RETRY;
	*offset = 0;
	return STATUS_OK;
}

const struct log_ops memory_log_ops = {
	.poll = memory_poll,
	.retain = memory_handle,
	.release = memory_handle,
	.assign = memory_assign,
	.send = memory_send,
	.restart = memory_restart,
	.hint = memory_hint,
	.hinted = memory_hinted,
	.first = memory_first,
};
