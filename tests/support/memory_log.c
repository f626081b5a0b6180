#include "tests/support/memory_inside.h"

#include <string.h>

void memory_log_init(struct memory_log *log, const struct catalogue *catalogue, int32_t partitions,
                     struct chance *chance, struct instant *real)
{
	memset(log, 0, sizeof(*log));
	log->catalogue = catalogue;
	log->partitions = partitions;
	log->chance = chance;
	log->real = real;
	log->slow = -1;
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
	memory_free(log->places);
	arena_destroy(log->arena);
}

struct partition_log *memory_log_at(struct memory_log *log, int topic, bool dead_letter,
                                    int32_t partition)
{
	return &log->logs[topic + (dead_letter ? TOPICS_MAX : 0)][partition];
}

struct log_record memory_log_record(struct memory_log *log, const struct log_message *message)
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
	at->entries[at->count].record = memory_log_record(log, message);
	at->entries[at->count].record.offset = (int64_t)at->count;
	at->count++;
}

void memory_log_remake(struct memory_log *log, int topic, int32_t partition, bool empty)
{
	struct partition_log *const at = memory_log_at(log, topic, false, partition);

	for (size_t i = 0; i < at->count; i++)
		at->entries[i].record.value = bytes_of("of another topic");
	if (empty)
		at->count = 0;
}

/* The network. */

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

			while (
			    queue->count > 0 &&
			    (calm || chance_of(log->chance, (int32_t)n == log->slow ? 100 : 600)))
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
