#include "common/io/bus_producer.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdio.h>

#define NUMBER_SIZE 24
#define LINGER_MS 1 /* measured: less costs CPU, more makes derived events late at no gain */
/* A purged producer reports all at once; a broker thread may be busy for long. */
#define DRAIN_MS 2000

struct bus_producer {
	struct bus_settings bus;
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	rd_kafka_topic_t *_Atomic topics[BUS_TOPICS_MAX]; /* NULL: not open */
	atomic_int partitions[BUS_TOPICS_MAX];
	rd_kafka_event_t *event;       /* delivery reports that are being told one by one */
	char reason[BUS_REASON_SIZE];  /* of the last refusal */
	char failure[BUS_REASON_SIZE]; /* of the last delivery told */
};

/* What a message carries through the library and back. */
struct ticket {
	uint64_t token;
	int64_t sequence;
};

/*
 * One request at a time. With more, the library calls a message delivered which the broker has refused
 * (no leader yet, after a restart) as soon as a later request of its partition succeeds: it takes for
 * granted that a broker accepts nothing behind a hole, but from a producer that is new to it a broker
 * does. librdkafka 2.0.2; confluent-kafka-go#921.
 */
static struct rd_kafka_conf_s *make_conf(const struct bus_producer_settings *settings,
                                         char reason[static BUS_REASON_SIZE])
{
	char timeout[NUMBER_SIZE];
	char kilobytes[NUMBER_SIZE];
	char linger[NUMBER_SIZE];
	const struct bus_setting own[] = {
		{ "enable.idempotence", "true" },
		{ "max.in.flight.requests.per.connection", "1" },
		{ "enable.gapless.guarantee", settings->gapless ? "true" : "false" },
		{ "message.timeout.ms", timeout },
		{ "linger.ms", linger },
		{ "compression.type", "lz4" },
		{ "queue.buffering.max.messages", "1000000" },
		{ "queue.buffering.max.kbytes", settings->queue_bytes > 0 ? kilobytes : NULL },
		{ NULL, NULL },
	};

	snprintf(linger, sizeof(linger), "%d",
	         settings->linger.us > 0 ? bus_ms(settings->linger) : LINGER_MS);
	snprintf(timeout, sizeof(timeout), "%" PRId64, settings->timeout.us / 1000);
	snprintf(kilobytes, sizeof(kilobytes), "%" PRId64, (settings->queue_bytes + 1023) / 1024);
	return bus_conf(&settings->bus, own, reason);
}

struct bus_producer *bus_producer_create(const struct bus_producer_settings *settings,
                                         char reason[static BUS_REASON_SIZE])
{
	static const uint64_t one = 1;
	rd_kafka_conf_t *const conf = make_conf(settings, reason);
	struct bus_producer *producer;
	rd_kafka_t *client;

	if (conf == NULL)
		return NULL;
	CHECK(settings->bus.topic_count <= BUS_TOPICS_MAX);
	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
	client = bus_client(true, conf, reason);
	if (client == NULL)
		return NULL;
	producer = memory_zero(sizeof(*producer));
	producer->bus = settings->bus;
	producer->client = client;
	producer->queue = rd_kafka_queue_get_main(client);
	if (settings->bus.wake >= 0)
		rd_kafka_queue_io_event_enable(producer->queue, settings->bus.wake, &one,
		                               sizeof(one));
	return producer;
}

static void drop_tickets(rd_kafka_event_t *event)
{
	const rd_kafka_message_t *message;

	while (event != NULL && (message = rd_kafka_event_message_next(event)) != NULL)
		memory_free(message->_private);
	rd_kafka_event_destroy(event);
}

/* Purging makes the library report every message, which gives the tickets back. */
static void producer_end(void *object)
{
	struct bus_producer *const producer = object;
	const struct instant until = time_add(time_monotonic(), MILLISECONDS(DRAIN_MS));

	rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (rd_kafka_outq_len(producer->client) > 0 && time_before(time_monotonic(), until))
		drop_tickets(rd_kafka_queue_poll(producer->queue, 10));
	for (int i = 0; i < producer->bus.topic_count; i++)
		if (producer->topics[i] != NULL)
			rd_kafka_topic_destroy(producer->topics[i]);
	rd_kafka_queue_destroy(producer->queue);
	rd_kafka_destroy(producer->client);
	memory_free(producer);
}

void bus_producer_destroy(struct bus_producer *producer)
{
	if (producer == NULL)
		return;
	rd_kafka_queue_io_event_enable(producer->queue, -1, NULL, 0);
	if (producer->event != NULL)
		drop_tickets(producer->event);
	producer->event = NULL;
	bus_bury(producer_end, producer, MILLISECONDS(0));
}

static rd_kafka_topic_t *find_topic(struct bus_producer *producer, int place)
{
	rd_kafka_topic_t *none = NULL;
	rd_kafka_topic_t *topic;

	CHECK(place >= 0 && place < producer->bus.topic_count);
	if (producer->topics[place] != NULL)
		return producer->topics[place];
	topic = rd_kafka_topic_new(producer->client, producer->bus.topics[place], NULL);
	CHECK(topic != NULL);
	if (atomic_compare_exchange_strong(&producer->topics[place], &none, topic))
		return topic;
	rd_kafka_topic_destroy(topic);
	return none;
}

void bus_producer_open(struct bus_producer *producer, int topic)
{
	find_topic(producer, topic);
}

static bool has_leaders(const rd_kafka_metadata_topic_t *topic)
{
	for (int i = 0; i < topic->partition_cnt; i++)
		if (topic->partitions[i].leader < 0)
			return false;
	return topic->err == RD_KAFKA_RESP_ERR_NO_ERROR && topic->partition_cnt > 0;
}

static void learn_partitions(struct bus_producer *producer, const rd_kafka_metadata_t *metadata)
{
	for (int i = 0; i < metadata->topic_cnt; i++) {
		const int place = bus_topic_place(&producer->bus, metadata->topics[i].topic, i);

		if (place >= 0)
			atomic_store(&producer->partitions[place],
			             metadata->topics[i].partition_cnt);
	}
}

enum status bus_producer_probe(struct bus_producer *producer, struct duration most)
{
	const struct rd_kafka_metadata *metadata = NULL;
	bool good = true;

	if (rd_kafka_metadata(producer->client, 0, NULL, &metadata, bus_ms(most)) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		return STATUS_RETRY;
	for (int i = 0; i < metadata->topic_cnt && good; i++)
		good = has_leaders(&metadata->topics[i]);
	if (good)
		learn_partitions(producer, metadata);
	rd_kafka_metadata_destroy(metadata);
	return good ? STATUS_OK : STATUS_RETRY;
}

int bus_producer_partitions(const struct bus_producer *producer, int topic)
{
	return atomic_load(&producer->partitions[topic]);
}

static struct ticket *make_ticket(const struct bus_message *message)
{
	struct ticket *ticket;

	if (message->token == 0)
		return NULL;
	ticket = memory_alloc(sizeof(*ticket));
	*ticket = (struct ticket){ message->token, message->sequence };
	return ticket;
}

static rd_kafka_headers_t *make_headers(const struct bus_message *message)
{
	rd_kafka_headers_t *const headers = rd_kafka_headers_new(message->header_count);

	CHECK(message->header_count <= BUS_HEADERS_MAX);
	for (size_t i = 0; i < message->header_count; i++)
		rd_kafka_header_add(headers, message->headers[i].name, -1,
		                    message->headers[i].value.data,
		                    (ssize_t)message->headers[i].value.size);
	return headers;
}

static rd_kafka_error_t *produce(struct bus_producer *producer, const struct bus_message *message,
                                 struct ticket *ticket, rd_kafka_headers_t *headers)
{
	const rd_kafka_vu_t parts[] = {
		{ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = find_topic(producer, message->topic) },
		{ .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = message->partition },
		{ .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
		{ .vtype = RD_KAFKA_VTYPE_KEY,
		  .u.mem = { .ptr = (void *)(uintptr_t)message->key.data,
		             .size = message->key.size } },
		{ .vtype = RD_KAFKA_VTYPE_VALUE,
		  .u.mem = { .ptr = (void *)(uintptr_t)message->value.data,
		             .size = message->value.size } },
		{ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = ticket },
		{ .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
	};

	return rd_kafka_produceva(producer->client, parts, COUNT_OF(parts));
}

enum bus_sent bus_producer_send(struct bus_producer *producer, const struct bus_message *message)
{
	struct ticket *const ticket = make_ticket(message);
	rd_kafka_headers_t *const headers = make_headers(message);
	rd_kafka_error_t *const error = produce(producer, message, ticket, headers);
	enum bus_sent sent = BUS_REFUSED;

	if (error == NULL)
		return BUS_SENT;
	memory_free(ticket);
	rd_kafka_headers_destroy(headers);
	if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		sent = BUS_FULL;
	else
		snprintf(producer->reason, sizeof(producer->reason), "%s [%" PRId32 "]: %s",
		         producer->bus.topics[message->topic], message->partition,
		         rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return sent;
}

const char *bus_producer_reason(const struct bus_producer *producer)
{
	return producer->reason;
}

/* False: a message whose success nobody waits for. */
static bool tell_message(struct bus_producer *producer, const rd_kafka_message_t *message,
                         struct bus_delivery *delivery)
{
	struct ticket *const ticket = message->_private;
	const bool failed = message->err != RD_KAFKA_RESP_ERR_NO_ERROR;

	if (ticket == NULL && !failed)
		return false;
	*delivery = (struct bus_delivery){ .kind = failed ? BUS_UNDELIVERED : BUS_DELIVERED,
		                           .reason = producer->failure };
	if (failed)
		snprintf(producer->failure, sizeof(producer->failure), "%s [%" PRId32 "]: %s",
		         message->rkt == NULL ? "" : rd_kafka_topic_name(message->rkt),
		         message->partition, rd_kafka_err2str(message->err));
	if (ticket != NULL) {
		delivery->token = ticket->token;
		delivery->sequence = ticket->sequence;
		memory_free(ticket);
	}
	return true;
}

static bool tell_error(struct bus_producer *producer, rd_kafka_event_t *event,
                       struct bus_delivery *delivery)
{
	const rd_kafka_resp_err_t error = rd_kafka_event_error(event);

	delivery->reason = producer->failure;
	if (rd_kafka_event_error_is_fatal(event) || error == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_fatal_error(producer->client, producer->failure,
		                     sizeof(producer->failure));
		delivery->kind = BUS_DEAD;
	} else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
		snprintf(producer->failure, sizeof(producer->failure), "%s",
		         rd_kafka_event_error_string(event));
		delivery->kind = BUS_UNREACHABLE;
	}
	return delivery->kind != BUS_NO_DELIVERY;
}

/* One thing of the event at hand; false: it is used up. */
static bool tell_event(struct bus_producer *producer, struct bus_delivery *delivery)
{
	const rd_kafka_message_t *message;

	if (rd_kafka_event_type(producer->event) != RD_KAFKA_EVENT_DR) {
		const bool told = tell_error(producer, producer->event, delivery);

		rd_kafka_event_destroy(producer->event);
		producer->event = NULL;
		return told;
	}
	while ((message = rd_kafka_event_message_next(producer->event)) != NULL)
		if (tell_message(producer, message, delivery))
			return true;
	rd_kafka_event_destroy(producer->event);
	producer->event = NULL;
	return false;
}

void bus_producer_next(struct bus_producer *producer, struct bus_delivery *delivery)
{
	*delivery = (struct bus_delivery){ .kind = BUS_NO_DELIVERY };
	for (;;) {
		if (producer->event == NULL)
			producer->event = rd_kafka_queue_poll(producer->queue, 0);
		if (producer->event == NULL || tell_event(producer, delivery))
			return;
	}
}

void bus_producer_kill(struct bus_producer *producer)
{
	rd_kafka_test_fatal_error(producer->client, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
	                          "killed by a test");
}
