#include "tests/support/memory_log.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <string.h>

struct progress_line {
	struct log_record record;
};

struct ack {
	uint64_t token;
	int64_t sequence;
};

struct sending {
	struct log_message message; /* its own memory, in the log's arena */
};

struct send_queue {
	struct sending *list;
	size_t first;
	size_t count;
	size_t capacity;
};

struct memory_producer {
	struct memory_producer *next;
	struct memory_client *owner; /* NULL: nobody waits any more */
	struct send_queue queues[2 * TOPICS_MAX][MEMORY_PARTITIONS_MAX];
	bool dead;
};

#define GROW(list, count, capacity)                                                   \
	do {                                                                          \
		if ((count) == (capacity)) {                                          \
			(capacity) = (capacity) == 0 ? 16 : (capacity)*2;             \
			(list) = memory_resize((list), (capacity) * sizeof(*(list))); \
		}                                                                     \
	} while (0)

void memory_log_init(struct memory_log *log, const struct catalogue *catalogue, int32_t partitions,
                     struct chance *chance, struct instant *real)
{
	memset(log, 0, sizeof(*log));
	log->catalogue = catalogue;
	log->partitions = partitions;
	log->chance = chance;
	log->real = real;
	log->arena = arena_create(64 * 1024);
}

static void producer_free(struct memory_producer *producer)
{
	for (size_t t = 0; t < COUNT_OF(producer->queues); t++)
		for (size_t n = 0; n < MEMORY_PARTITIONS_MAX; n++)
			memory_free(producer->queues[t][n].list);
	memory_free(producer);
}

void memory_log_finish(struct memory_log *log)
{
	for (size_t t = 0; t < COUNT_OF(log->logs); t++)
		for (size_t n = 0; n < MEMORY_PARTITIONS_MAX; n++)
			memory_free(log->logs[t][n].entries);
	while (log->producers != NULL) {
		struct memory_producer *const next = log->producers->next;

		producer_free(log->producers);
		log->producers = next;
	}
	memory_free(log->flying);
	arena_destroy(log->arena);
}

struct partition_log *memory_log_at(struct memory_log *log, int topic, bool dead_letter,
                                    int32_t partition)
{
	return &log->logs[topic + (dead_letter ? TOPICS_MAX : 0)][partition];
}

static struct log_record to_record(struct memory_log *log, const struct log_message *message)
{
	const struct log_record borrowed = { .topic = message->topic,
		                             .partition = message->partition,
		                             .appended = *log->real,
		                             .key = message->key,
		                             .value = message->value,
		                             .headers = message->headers,
		                             .header_count = message->header_count };

	return record_copy(log->arena, &borrowed);
}

void memory_log_append(struct memory_log *log, const struct log_message *message)
{
	struct partition_log *const at =
	    memory_log_at(log, message->topic, message->dead_letter, message->partition);

	GROW(at->entries, at->count, at->capacity);
	at->entries[at->count].record = to_record(log, message);
	at->entries[at->count].record.offset = (int64_t)at->count;
	at->count++;
}

/* ---- the network ---- */

static void progress_arrives(struct memory_log *log, bool calm)
{
	size_t left = calm ? log->flying_count : (size_t)chance_below(log->chance, 3);

	for (; left > 0 && log->flying_count > 0; left--) {
		const size_t at =
		    calm ? 0 : (size_t)chance_below(log->chance, (int)log->flying_count);
		struct partition_log *const to =
		    memory_log_at(log, log->catalogue->progress, false, 0);

		GROW(to->entries, to->count, to->capacity);
		to->entries[to->count].record = log->flying[at].record;
		to->entries[to->count].record.offset = (int64_t)to->count;
		to->entries[to->count].record.appended = *log->real;
		to->count++;
		memmove(log->flying + at, log->flying + at + 1,
		        (log->flying_count - at - 1) * sizeof(*log->flying));
		log->flying_count--;
	}
}

static void acknowledge(struct memory_client *client, const struct log_message *message)
{
	if (client == NULL || message->token == 0)
		return;
	GROW(client->acks, client->ack_count, client->ack_capacity);
	client->acks[client->ack_count++] = (struct ack){ message->token, message->sequence };
}

static void producer_dies(struct memory_producer *producer)
{
	producer->dead = true;
	if (producer->owner != NULL)
		producer->owner->failed = true;
	for (size_t t = 0; t < COUNT_OF(producer->queues); t++)
		for (size_t n = 0; n < MEMORY_PARTITIONS_MAX; n++)
			producer->queues[t][n].count = 0;
}

static void deliver(struct memory_log *log, struct memory_producer *producer,
                    struct send_queue *queue)
{
	const struct sending sending = queue->list[queue->first];
	const bool fails = log->faults && chance_of(log->chance, 50);

	queue->first++;
	queue->count--;
	if (!fails || chance_of(log->chance, 500))
		memory_log_append(log, &sending.message);
	if (!fails) {
		acknowledge(producer->owner, &sending.message);
		return;
	}
	log->failures++;
	producer_dies(producer);
}

static bool producer_deliver(struct memory_log *log, struct memory_producer *producer, bool calm)
{
	bool anything = false;

	for (size_t t = 0; t < COUNT_OF(producer->queues); t++)
		for (size_t n = 0; n < (size_t)log->partitions; n++) {
			struct send_queue *const queue = &producer->queues[t][n];

			while (queue->count > 0 && (calm || chance_of(log->chance, 600)))
				deliver(log, producer, queue);
			anything = anything || queue->count > 0;
		}
	return anything;
}

void memory_log_network(struct memory_log *log, bool calm)
{
	progress_arrives(log, calm);
	for (struct memory_producer **at = &log->producers; *at != NULL;) {
		struct memory_producer *const producer = *at;
		const bool anything = producer_deliver(log, producer, calm);

		if (anything || producer->owner != NULL) {
			at = &producer->next;
			continue;
		}
		*at = producer->next;
		producer_free(producer);
	}
}

/* ---- a client ---- */

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
	const size_t lines = memory_log_at(log, log->catalogue->progress, false, 0)->count;

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

/* ---- log_ops ---- */

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

		if (position->offset >= (int64_t)log->count)
			continue;
		*event = (struct log_event){ .kind = LOG_RECORD,
			                     .record = log->entries[position->offset++].record };
		return true;
	}
	return false;
}

static bool tell_progress(struct memory_client *client, struct log_event *event)
{
	const struct partition_log *const log =
	    memory_log_at(client->log, client->log->catalogue->progress, false, 0);

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

static bool tell_end(struct memory_client *client, struct log_event *event)
{
	if (client->position_count == 0)
		return false;
	const struct log_position *const position =
	    &client->positions[chance_below(client->log->chance, (int)client->position_count)];

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

static void memory_poll(void *context, struct duration wait, struct log_event *event)
{
	static bool (*const tells[])(struct memory_client *,
	                             struct log_event *) = { tell_assigned, tell_failed, tell_ack,
		                                             tell_progress, tell_record };
	struct memory_client *const client = context;
	const bool lively = client->log->lively;
	const size_t from = lively ? (size_t)chance_below(client->log->chance, COUNT_OF(tells)) : 0;

	(void)wait;
	*event = (struct log_event){ .kind = LOG_NOTHING };
	if (lively && chance_of(client->log->chance, 150))
		return;
	for (size_t i = 0; i < COUNT_OF(tells); i++)
		if (tells[(from + i) % COUNT_OF(tells)](client, event))
			return;
	if (chance_of(client->log->chance, 700))
		tell_end(client, event);
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

	if (log->faults && chance_of(log->chance, 20))
		return false;
	if (message->topic == log->catalogue->progress) {
		GROW(log->flying, log->flying_count, log->flying_capacity);
		log->flying[log->flying_count++].record = to_record(log, message);
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
	const struct log_record copy = to_record(log, message);

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

static void memory_hint(void *context, const struct log_hint *hints, size_t count)
{
	(void)context;
	(void)hints;
	(void)count;
}

static enum status memory_hinted(void *context, int topic, int32_t partition, char *metadata,
                                 size_t size)
{
	(void)context;
	(void)topic;
	(void)partition;
	CHECK(size > 0);
	metadata[0] = '\0';
	return STATUS_OK;
}

static enum status memory_first(void *context, int topic, int32_t partition, int64_t *offset)
{
	(void)context;
	(void)topic;
	(void)partition;
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
