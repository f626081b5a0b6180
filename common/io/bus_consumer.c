#include "common/io/bus_consumer.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define PARTITIONS_MAX 1024 /* of a grant; far more than a mesh has */
#define NUMBER_SIZE 24
/* The library counts keys and values alone; what a message takes besides is bounded by their number. */
#define MESSAGE_MEMORY 800
#define FETCHES 64 /* an answer of the broker has of one partition such a part of what may wait */
#define FETCH_MAX (INT64_C(1024) * 1024)

struct bus_consumer {
	struct bus_settings bus;
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	enum bus_event_kind told; /* by a callback, to be handed on by the poll that it ran in */
	int32_t partitions[PARTITIONS_MAX];
	size_t partition_count;
	bool assigned;
	_Atomic bool closing;
	int guess; /* the topic of the last record */
	char reason[BUS_REASON_SIZE];
};

/*
 * Waits until the library's main thread has stopped what an assignment ended. Being told to stop the same
 * partition again before that fails an assertion of version 2.0.2. The stop and its answer are entries of
 * that thread's one queue; a question is answered behind the first, the next one behind the second.
 */
static void settle(rd_kafka_t *client)
{
	for (int i = 0; i < 2; i++) {
		rd_kafka_topic_partition_list_t *list = NULL;

		if (rd_kafka_assignment(client, &list) == RD_KAFKA_RESP_ERR_NO_ERROR)
			rd_kafka_topic_partition_list_destroy(list);
	}
}

static rd_kafka_resp_err_t assign(rd_kafka_t *client, const rd_kafka_topic_partition_list_t *list)
{
	const rd_kafka_resp_err_t error = rd_kafka_assign(client, list);

	settle(client);
	return error;
}

/* Answers the group only when it takes away. What it gives is answered by bus_consumer_assign. */
static void on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct bus_consumer *const consumer = opaque;

	if (atomic_load(&consumer->closing)) {
		rd_kafka_assign(client, NULL); /* and ask nothing: who would answer has gone */
		return;
	}
	consumer->assigned = false;
	consumer->partition_count = 0;
	if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		CHECK(list->cnt <= PARTITIONS_MAX);
		for (int i = 0; i < list->cnt; i++)
			consumer->partitions[consumer->partition_count++] =
			    list->elems[i].partition;
		consumer->told = BUS_GRANTED;
	} else {
		assign(client, NULL);
		consumer->told = BUS_REVOKED;
	}
	rd_kafka_yield(client); /* so that one poll tells one thing */
}

static void on_error(rd_kafka_t *client, int error, const char *reason, void *opaque)
{
	struct bus_consumer *const consumer = opaque;

	if (atomic_load(&consumer->closing))
		return;
	if (error == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_fatal_error(client, consumer->reason, sizeof(consumer->reason));
		consumer->told = BUS_FATAL;
		rd_kafka_yield(client);
	} else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && consumer->told == BUS_NOTHING) {
		snprintf(consumer->reason, sizeof(consumer->reason), "%s", reason);
		consumer->told = BUS_AWAY;
		rd_kafka_yield(client);
	}
}

/* Measured: reference/platform.md of the design. Static members are back in 30 ms after a crash. */
static struct rd_kafka_conf_s *make_conf(const struct bus_consumer_settings *settings,
                                         char reason[static BUS_REASON_SIZE])
{
	char kilobytes[NUMBER_SIZE];
	char messages[NUMBER_SIZE];
	char at_once[NUMBER_SIZE];
	char session[NUMBER_SIZE];
	const struct bus_setting own[] = {
		{ "group.id", settings->group },
		{ "group.instance.id", settings->instance },
		{ "partition.assignment.strategy", "range" },
		{ "session.timeout.ms", settings->session.us > 0 ? session : "6000" },
		{ "heartbeat.interval.ms", "500" },
		{ "enable.auto.commit", "false" },
		{ "enable.auto.offset.store", "false" },
		{ "auto.offset.reset", settings->start_over ? "earliest" : "error" },
		{ "check.crcs", "true" },
		{ "fetch.wait.max.ms", "100" },
		{ "enable.partition.eof", settings->tell_end ? "true" : "false" },
		{ "queued.max.messages.kbytes", settings->fetch_bytes > 0 ? kilobytes : NULL },
		{ "queued.min.messages", settings->fetch_bytes > 0 ? messages : NULL },
		{ "max.partition.fetch.bytes", settings->fetch_bytes > 0 ? at_once : NULL },
		{ NULL, NULL },
	};

	snprintf(kilobytes, sizeof(kilobytes), "%" PRId64, (settings->fetch_bytes + 1023) / 1024);
	snprintf(messages, sizeof(messages), "%" PRId64,
	         settings->fetch_bytes / MESSAGE_MEMORY + 1);
	snprintf(at_once, sizeof(at_once), "%" PRId64,
	         settings->fetch_bytes < FETCHES * FETCH_MAX ? settings->fetch_bytes / FETCHES + 1
	                                                     : FETCH_MAX);
	snprintf(session, sizeof(session), "%" PRId64, settings->session.us / 1000);
	return bus_conf(&settings->bus, own, reason);
}

static bool subscribe(struct bus_consumer *consumer, const char *lead,
                      char reason[static BUS_REASON_SIZE])
{
	rd_kafka_topic_partition_list_t *const list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t error;

	rd_kafka_topic_partition_list_add(list, lead, RD_KAFKA_PARTITION_UA);
	error = rd_kafka_subscribe(consumer->client, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		snprintf(reason, BUS_REASON_SIZE, "%s: %s", lead, rd_kafka_err2str(error));
	return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void consumer_end(void *object)
{
	struct bus_consumer *const consumer = object;

	rd_kafka_queue_destroy(consumer->queue);
	rd_kafka_consumer_close(consumer->client);
	rd_kafka_destroy(consumer->client);
	memory_free(consumer);
}

struct bus_consumer *bus_consumer_create(const struct bus_consumer_settings *settings,
                                         char reason[static BUS_REASON_SIZE])
{
	static const uint64_t one = 1;
	rd_kafka_conf_t *const conf = make_conf(settings, reason);
	struct bus_consumer *consumer;

	if (conf == NULL)
		return NULL;
	consumer = memory_zero(sizeof(*consumer));
	consumer->bus = settings->bus;
	rd_kafka_conf_set_opaque(conf, consumer);
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_error_cb(conf, on_error);
	consumer->client = bus_client(false, conf, reason);
	if (consumer->client == NULL) {
		memory_free(consumer);
		return NULL;
	}
	rd_kafka_poll_set_consumer(consumer->client);
	consumer->queue = rd_kafka_queue_get_consumer(consumer->client);
	if (settings->bus.wake >= 0)
		rd_kafka_queue_io_event_enable(consumer->queue, settings->bus.wake, &one,
		                               sizeof(one));
	if (settings->lead != NULL && !subscribe(consumer, settings->lead, reason)) {
		consumer_end(consumer);
		return NULL;
	}
	return consumer;
}

bool bus_consumer_destroy(struct bus_consumer *consumer, struct duration most)
{
	if (consumer == NULL)
		return true;
	atomic_store(&consumer->closing, true);
	rd_kafka_queue_io_event_enable(consumer->queue, -1, NULL, 0);
	return bus_bury(consumer_end, consumer, most);
}

static void tell_record(struct bus_consumer *consumer, rd_kafka_message_t *message,
                        struct bus_event *event)
{
	const int64_t ms = rd_kafka_message_timestamp(message, NULL);

	event->kind = BUS_RECORD;
	event->record = (struct bus_record){
		.topic = consumer->guess,
		.partition = message->partition,
		.offset = message->offset,
		.appended = { .us = ms * 1000 },
		.key = { message->key, message->key_len },
		.value = { message->payload, message->len },
		.message = message,
	};
	if (rd_kafka_message_headers(message, &event->record.headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
		event->record.header_count = rd_kafka_header_cnt(event->record.headers);
}

/* Errors that do not go away by waiting. A topic that seems unknown may be a broker that starts. */
static bool is_broken(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
	       error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
	       error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR__BAD_MSG || error == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
	       error == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

/* False: nothing that anyone has to know. */
static bool tell_error(struct bus_consumer *consumer, const rd_kafka_message_t *message,
                       struct bus_event *event)
{
	event->topic = message->rkt == NULL ? -1 : consumer->guess;
	event->partition = message->partition;
	event->offset = message->offset;
	event->reason = consumer->reason;
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		event->kind = BUS_AT_END;
	} else if (message->err == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_fatal_error(consumer->client, consumer->reason, sizeof(consumer->reason));
		event->kind = BUS_FATAL;
	} else if (is_broken(message->err) && message->rkt != NULL) {
		snprintf(consumer->reason, sizeof(consumer->reason), "%s [%" PRId32 "]: %s",
		         rd_kafka_topic_name(message->rkt), message->partition,
		         rd_kafka_message_errstr(message));
		event->kind = BUS_BROKEN;
	}
	return event->kind != BUS_NOTHING;
}

/* What a callback said during the poll. */
static bool tell_told(struct bus_consumer *consumer, struct bus_event *event)
{
	event->kind = consumer->told;
	event->partitions = consumer->partitions;
	event->partition_count = consumer->partition_count;
	event->reason = consumer->reason;
	consumer->told = BUS_NOTHING;
	return event->kind != BUS_NOTHING;
}

static void find_topic(struct bus_consumer *consumer, const rd_kafka_message_t *message)
{
	if (message->rkt != NULL)
		consumer->guess = bus_topic_place(&consumer->bus, rd_kafka_topic_name(message->rkt),
		                                  consumer->guess);
}

void bus_consumer_poll(struct bus_consumer *consumer, struct bus_event *event)
{
	for (;;) {
		rd_kafka_message_t *const message = rd_kafka_consumer_poll(consumer->client, 0);

		*event = (struct bus_event){ .kind = BUS_NOTHING };
		if (tell_told(consumer, event)) {
			bus_record_release(message);
			return;
		}
		if (message == NULL)
			return;
		find_topic(consumer, message);
		if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && consumer->guess >= 0) {
			tell_record(consumer, message, event);
			return;
		}
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
		    tell_error(consumer, message, event)) {
			bus_record_release(message);
			return;
		}
		bus_record_release(message);
	}
}

static rd_kafka_topic_partition_list_t *make_list(const struct bus_consumer *consumer,
                                                  const struct bus_place *places, size_t count)
{
	rd_kafka_topic_partition_list_t *const list = rd_kafka_topic_partition_list_new((int)count);

	for (size_t i = 0; i < count; i++) {
		CHECK(places[i].topic >= 0 && places[i].topic < consumer->bus.topic_count);
		rd_kafka_topic_partition_list_add(list, consumer->bus.topics[places[i].topic],
		                                  places[i].partition)
		    ->offset = places[i].offset;
	}
	return list;
}

bool bus_consumer_assign(struct bus_consumer *consumer, const struct bus_place *places,
                         size_t count)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t error;

	if (rd_kafka_assignment_lost(consumer->client))
		return false;
	list = make_list(consumer, places, count);
	error = assign(consumer->client, list);
	rd_kafka_topic_partition_list_destroy(list);
	consumer->assigned = error == RD_KAFKA_RESP_ERR_NO_ERROR;
	return consumer->assigned;
}

void bus_consumer_commit(struct bus_consumer *consumer, const struct bus_place *places,
                         const char *const *metadata, size_t count)
{
	rd_kafka_topic_partition_list_t *list;

	if (count == 0 || !consumer->assigned || rd_kafka_assignment_lost(consumer->client))
		return;
	list = make_list(consumer, places, count);
	for (size_t i = 0; i < count; i++) {
		const size_t size = strlen(metadata[i]);

		/* The list frees it, with the library's own allocator. */
		list->elems[i].metadata = rd_kafka_mem_calloc(NULL, 1, size + 1);
		memcpy(list->elems[i].metadata, metadata[i], size);
		list->elems[i].metadata_size = size;
	}
	rd_kafka_commit(consumer->client, list, 1);
	rd_kafka_topic_partition_list_destroy(list);
}

enum status bus_consumer_committed(struct bus_consumer *consumer, const struct bus_place *place,
                                   struct duration most, char *metadata, size_t size)
{
	rd_kafka_topic_partition_list_t *const list = make_list(consumer, place, 1);
	const rd_kafka_resp_err_t error = rd_kafka_committed(consumer->client, list, bus_ms(most));
	const rd_kafka_topic_partition_t *const entry = &list->elems[0];
	const bool answered = error == RD_KAFKA_RESP_ERR_NO_ERROR && entry->err == error;

	if (answered)
		snprintf(metadata, size, "%.*s", (int)entry->metadata_size,
		         entry->metadata == NULL ? "" : (const char *)entry->metadata);
	rd_kafka_topic_partition_list_destroy(list);
	return answered ? STATUS_OK : STATUS_RETRY;
}

enum status bus_consumer_offsets(struct bus_consumer *consumer, struct bus_place *places,
                                 size_t count, struct duration most)
{
	rd_kafka_topic_partition_list_t *const list = make_list(consumer, places, count);
	const rd_kafka_resp_err_t error =
	    rd_kafka_offsets_for_times(consumer->client, list, bus_ms(most));
	bool answered = error == RD_KAFKA_RESP_ERR_NO_ERROR;

	/* The library keeps the order of the list, and what was asked where nothing was answered. */
	for (size_t i = 0; i < count && answered; i++)
		answered = list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR &&
		           (list->elems[i].offset >= 0 || places[i].offset >= 0);
	for (size_t i = 0; i < count && answered; i++)
		places[i].offset = list->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return answered ? STATUS_OK : STATUS_RETRY;
}

enum status bus_consumer_partitions(struct bus_consumer *consumer, int32_t *counts,
                                    struct duration most)
{
	const struct rd_kafka_metadata *metadata = NULL;

	if (rd_kafka_metadata(consumer->client, 1, NULL, &metadata, bus_ms(most)) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		return STATUS_RETRY;
	memset(counts, 0, sizeof(*counts) * (size_t)consumer->bus.topic_count);
	for (int i = 0; i < metadata->topic_cnt; i++) {
		const rd_kafka_metadata_topic_t *const topic = &metadata->topics[i];
		const int place = bus_topic_place(&consumer->bus, topic->topic, -1);

		if (place >= 0 && topic->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			counts[place] = topic->partition_cnt;
	}
	rd_kafka_metadata_destroy(metadata);
	return STATUS_OK;
}
