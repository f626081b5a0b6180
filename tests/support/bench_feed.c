#include "tests/support/bench_feed.h"

#include "common/base/check.h"
#include "common/flow/publisher.h"

#include <stdio.h>
#include <unistd.h>

#define SEND_STEP 1000
#define QUEUE_BYTES ((size_t)64 * 1024 * 1024)
#define PATIENCE SECONDS(60)

static const struct feed_settings *settings;
static struct bus_settings bus;
static struct bus_producer *producer;
static struct publisher *streams[FEED_PARTITIONS];

_Noreturn void feed_give_up(const char *reason)
{
	fprintf(stderr, "%s: %s\n", settings != NULL ? settings->name : "feeder", reason);
	_exit(1);
}

const struct bus_settings *feed_bus(void)
{
	return &bus;
}

static bool send_message(void *log, const struct log_message *message)
{
	struct bus_header headers[BUS_HEADERS_MAX];

	CHECK(message->header_count <= BUS_HEADERS_MAX);
	for (size_t i = 0; i < message->header_count; i++)
		headers[i] =
		    (struct bus_header){ message->headers[i].name, message->headers[i].value };
	return bus_producer_send(log, &(struct bus_message){ .topic = settings->topic,
	                                                     .partition = message->partition,
	                                                     .key = message->key,
	                                                     .value = message->value,
	                                                     .headers = headers,
	                                                     .header_count = message->header_count,
	                                                     .token = message->token,
	                                                     .sequence = message->sequence }) ==
	       BUS_SENT;
}

static void take_deliveries(void)
{
	struct bus_delivery delivery;

	for (bus_producer_next(producer, &delivery); delivery.kind != BUS_NO_DELIVERY;
	     bus_producer_next(producer, &delivery)) {
		if (delivery.kind != BUS_DELIVERED)
			feed_give_up(delivery.reason);
		for (size_t i = 0; i < FEED_PARTITIONS; i++)
			if (publisher_token(streams[i]) == delivery.token)
				publisher_acked(streams[i], delivery.sequence);
	}
}

static void open_streams(void)
{
	static const struct log_ops ops = { .send = send_message };
	static struct outside outside = { .log_ops = &ops };
	static uint64_t tokens;
	char source[SOURCE_SIZE];

	outside.log = producer;
	for (int32_t i = 0; i < FEED_PARTITIONS; i++) {
		snprintf(source, sizeof(source), "%s/%d", settings->source, i);
		streams[i] = publisher_create(&outside, settings->catalogue, source,
		                              FEED_PARTITIONS, settings->from, &tokens);
	}
}

void feed_open(const struct feed_settings *with)
{
	char reason[BUS_REASON_SIZE];

	settings = with;
	bus = (struct bus_settings){ .brokers = with->brokers,
		                     .client = with->name,
		                     .topics = with->topics,
		                     .topic_count = with->topic_count,
		                     .wake = bus_wake_open() };
	producer =
	    bus_producer_create(&(struct bus_producer_settings){ .bus = bus, .gapless = true },
	                        reason);
	if (producer == NULL)
		feed_give_up(reason);
	bus_producer_open(producer, with->topic);
	open_streams();
}

static size_t unsent(void)
{
	size_t bytes = 0;

	for (size_t i = 0; i < FEED_PARTITIONS; i++)
		bytes += publisher_memory(streams[i]);
	return bytes;
}

void feed_add(struct fact *fact)
{
	struct publisher *const stream = streams[fact->partition];

	fact->sequence = publisher_last(stream) + 1;
	publisher_add(stream, fact);
}

void feed_send(void)
{
	for (size_t i = 0; i < FEED_PARTITIONS; i++)
		publisher_send(streams[i], SEND_STEP);
	take_deliveries();
}

void feed_wait(void)
{
	while (unsent() > QUEUE_BYTES) {
		feed_send();
		bus_wake_wait(bus.wake, MILLISECONDS(1));
	}
}

void feed_drain(void)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);

	while (unsent() > 0) {
		feed_send();
		bus_wake_wait(bus.wake, MILLISECONDS(1));
		if (time_before(until, time_monotonic()))
			feed_give_up("not everything was acknowledged");
	}
}
