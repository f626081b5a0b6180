/*
 * bus_producer_test - the producer against librdkafka's own model of a broker, which refuses on demand.
 */
#include "common/io/bus_producer.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TOPIC "accepted"
#define PRODUCE 0 /* of the protocol's requests */
#define ROUND_TRIP \
	50 /* ms: long enough for a second request to be sent before the first is answered */
#define PATIENCE SECONDS(20)

static rd_kafka_t *host; /* in whose process the broker lives */
static rd_kafka_mock_cluster_t *cluster;

static int start(void **state)
{
	(void)state;
	host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
	if (host != NULL)
		rd_kafka_set_log_level(host, 0);
	cluster = host == NULL ? NULL : rd_kafka_mock_cluster_new(host, 1);
	if (cluster == NULL)
		return -1;
	rd_kafka_mock_topic_create(cluster, TOPIC, 1, 1);
	rd_kafka_mock_broker_set_rtt(cluster, 1, ROUND_TRIP);
	return rd_kafka_brokers_add(host, rd_kafka_mock_cluster_bootstraps(cluster)) == 1 ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(host);
	return 0;
}

/* A message a request, so that two messages are two requests. */
static struct bus_producer *make_producer(void)
{
	static const char *const topics[] = { TOPIC };
	static const struct bus_setting single[] = { { "batch.num.messages", "1" },
		                                     { NULL, NULL } };
	const struct bus_producer_settings settings = {
		.bus = { .brokers = rd_kafka_mock_cluster_bootstraps(cluster),
		         .client = "test",
		         .extra = single,
		         .topics = topics,
		         .topic_count = 1,
		         .wake = -1 }
	};
	char reason[BUS_REASON_SIZE];
	struct bus_producer *const producer = bus_producer_create(&settings, reason);

	assert_non_null(producer);
	bus_producer_open(producer, 0);
	assert_int_equal(bus_producer_probe(producer, PATIENCE), STATUS_OK);
	return producer;
}

static void send_one(struct bus_producer *producer, uint64_t token)
{
	const struct bus_message message = { .value = bytes_of("value"), .token = token };

	assert_int_equal(bus_producer_send(producer, &message), BUS_SENT);
}

static int count_delivered(struct bus_producer *producer, int wanted)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);
	struct bus_delivery delivery;
	int count = 0;

	while (count < wanted && time_before(time_monotonic(), until)) {
		bus_producer_next(producer, &delivery);
		count += delivery.kind == BUS_DELIVERED ? 1 : 0;
		if (delivery.kind == BUS_NO_DELIVERY)
			(void)usleep(1000);
	}
	return count;
}

static int64_t count_written(void)
{
	int64_t first = -1;
	int64_t end = -1;

	assert_int_equal(rd_kafka_query_watermark_offsets(host, TOPIC, 0, &first, &end, 5000),
	                 RD_KAFKA_RESP_ERR_NO_ERROR);
	return end - first;
}

/* As a broker does that has no leader for the partition yet, and then has one. */
static void a_message_that_was_refused_first_is_written_before_it_is_told_delivered(void **state)
{
	struct bus_producer *const producer = make_producer();

	(void)state;
	rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1,
	                                  RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
	send_one(producer, 1);
	send_one(producer, 2);
	assert_int_equal(count_delivered(producer, 2), 2);
	assert_int_equal(count_written(), 2);
	bus_producer_destroy(producer);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
	    a_message_that_was_refused_first_is_written_before_it_is_told_delivered) };

	return cmocka_run_group_tests(tests, start, stop);
}
