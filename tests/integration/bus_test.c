/*
 * bus_test - the clients beside the log, against a real broker: admin, reader, the producer of the edge.
 *
 *   bus_test BROKERS RUN_FOLDER     RUN_FOLDER: of deploy/local/kafka.sh, whose broker it kills
 */
#include "common/io/bus_admin.h"
#include "common/io/bus_edge.h"
#include "common/io/bus_reader.h"
#include "tests/support/kafka_toy.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define TOPIC "b.journal.v1"
#define PARTITIONS 3
#define MESSAGES 300
#define EDGE_TIMEOUT SECONDS(5) /* no healthy broker takes so long, however busy the machine */
#define PATIENCE MINUTES(5)
#define STEP MILLISECONDS(5)

static const char *const names[] = { TOPIC };
static const char *brokers;
static const char *folder;
static int failures;

static void check(bool good, const char *name)
{
	printf("%s bus: %s\n", good ? "ok" : "FAIL", name);
	fflush(stdout);
	failures += good ? 0 : 1;
}

/* Admin. */

struct told {
	int count;
	char last[BUS_REASON_SIZE];
};

static void on_difference(void *argument, const char *topic, const char *difference)
{
	struct told *const told = argument;

	told->count++;
	snprintf(told->last, sizeof(told->last), "%s %s", topic, difference);
}

static void story_admin(void)
{
	const struct bus_topic wanted = { TOPIC, PARTITIONS, BUS_RETENTION_UNLIMITED };
	const struct bus_topic other[] = { { TOPIC, PARTITIONS + 1, 60000 },
		                           { "b.none.v1", 1, 60000 } };
	const struct bus_settings settings = { .brokers = brokers, .wake = -1 };
	char reason[BUS_REASON_SIZE];
	struct bus_admin *const admin = bus_admin_create(&settings, reason);
	struct told told = { .count = 0 };

	check(bus_admin_create_missing(admin, &wanted, 1, PATIENCE, on_difference, &told) ==
	              STATUS_OK &&
	          strcmp(told.last, TOPIC " created") == 0,
	      "a missing topic is created, and told");
	check(bus_admin_create_missing(admin, &wanted, 1, PATIENCE, on_difference, &told) ==
	              STATUS_OK &&
	          told.count == 1,
	      "creating again creates nothing");
	check(bus_admin_compare(admin, &wanted, 1, PATIENCE, on_difference, &told) == STATUS_OK &&
	          bus_admin_differences(admin) == 0 && told.count == 1,
	      "a topic that was created is as it should be");
	check(bus_admin_compare(admin, other, 2, PATIENCE, on_difference, &told) == STATUS_OK &&
	          bus_admin_differences(admin) == 3 && told.count == 4 &&
	          strcmp(told.last, TOPIC " retention.ms is -1, not 60000") == 0,
	      "partitions, retention and absence are told");
	bus_admin_destroy(admin);
}

/* Edge. */

struct landed {
	_Atomic int good;
	_Atomic int bad;
	_Atomic int early; /* false before the time-out, or true after it and more */
	struct instant sent;
};

static void on_landed(void *argument, bool acknowledged)
{
	struct landed *const landed = argument;
	const int64_t us = time_since(landed->sent, time_monotonic()).us;

	if (acknowledged)
		landed->good++;
	else
		landed->bad++;
	if (!acknowledged && us < EDGE_TIMEOUT.us)
		landed->early++;
}

static bool send(struct bus_edge *edge, int32_t partition, const char *value, struct landed *landed)
{
	const struct bus_header header = { "ce_type", bytes_of("toy") };

	return bus_edge_send(edge,
	                     &(struct bus_message){ .topic = 0,
	                                            .partition = partition,
	                                            .value = bytes_of(value),
	                                            .headers = &header,
	                                            .header_count = 1 },
	                     on_landed, landed);
}

static void pause_step(void)
{
	const int wake = -1;

	bus_wake_wait(wake, STEP);
}

static bool until_landed(const struct landed *landed, int count)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);

	while (landed->good + landed->bad < count && time_before(time_monotonic(), until))
		pause_step();
	return landed->good + landed->bad == count;
}

static bool until_healthy(const struct bus_edge *edge, bool healthy)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);

	while (bus_edge_healthy(edge) != healthy && time_before(time_monotonic(), until))
		pause_step();
	return bus_edge_healthy(edge) == healthy;
}

static void story_edge_outage(struct bus_edge *edge)
{
	struct landed landed = { .sent = time_monotonic() };

	check(toy_broker("kill", folder), "the broker is killed");
	check(until_healthy(edge, false), "without a broker the edge is not healthy");
	landed.sent = time_monotonic();
	check(send(edge, 0, "late", &landed) && until_landed(&landed, 1) && landed.bad == 1 &&
	          landed.early == 0,
	      "what is sent all the same is given up after the time-out");
	check(toy_broker("start", folder), "the broker starts again");
	check(until_healthy(edge, true), "with a broker it is healthy again, by itself");
}

static void story_edge(void)
{
	const struct bus_edge_settings settings = {
		.bus = { .brokers = brokers, .client = "edge", .topics = names, .topic_count = 1 },
		.timeout = EDGE_TIMEOUT,
		.queue_bytes = 1 << 20,
	};
	char reason[BUS_REASON_SIZE];
	struct bus_edge *const edge = bus_edge_create(&settings, reason);
	struct landed landed = { .sent = time_monotonic() };
	char value[16];

	check(until_healthy(edge, true), "the edge is healthy without having sent anything");
	for (int i = 0; i < MESSAGES; i++) {
		snprintf(value, sizeof(value), "%d", i / PARTITIONS);
		if (!send(edge, i % PARTITIONS, value, &landed))
			check(false, "a healthy edge takes a message");
	}
	check(until_landed(&landed, MESSAGES) && landed.good == MESSAGES,
	      "each message is acknowledged once");
	story_edge_outage(edge);
	landed = (struct landed){ .sent = time_monotonic() };
	check(send(edge, 0, "after", &landed) && until_landed(&landed, 1) && landed.good == 1,
	      "what is sent then is acknowledged");
	bus_edge_destroy(edge, SECONDS(2));
}

/* Reader. */

/* Reads ranges to their end; the number of records, -1: not in order, or not to the end. */
static int read_all(struct bus_reader *reader, const struct bus_range *ranges, size_t count)
{
	int64_t next[PARTITIONS];
	struct bus_record record;
	enum bus_read read;
	int records = 0;

	for (size_t i = 0; i < count; i++)
		next[ranges[i].partition] = ranges[i].from;
	bus_reader_begin(reader, ranges, count, false);
	while ((read = bus_reader_next(reader, PATIENCE, &record)) == BUS_READ_RECORD) {
		if (record.offset != next[record.partition]++ || record.header_count != 1)
			records = -MESSAGES * 2;
		records++;
		bus_record_release(record.message);
	}
	return read == BUS_READ_DONE && records >= 0 ? records : -1;
}

static void story_reader(void)
{
	const struct bus_settings settings = { .brokers = brokers,
		                               .topics = names,
		                               .topic_count = 1 };
	char reason[BUS_REASON_SIZE];
	struct bus_reader *const reader = bus_reader_create(&settings, 0, reason);
	struct bus_range ranges[PARTITIONS];
	struct bus_record record;
	int32_t count = 0;

	for (int32_t n = 0; n < PARTITIONS; n++)
		ranges[n] = (struct bus_range){ .partition = n, .from = BUS_FIRST };
	check(bus_reader_partitions(reader, &count, PATIENCE) == STATUS_OK && count == PARTITIONS,
	      "a reader learns how many partitions there are");
	check(bus_reader_bound(reader, ranges, PARTITIONS, PATIENCE) == STATUS_OK &&
	          ranges[1].from == 0 && ranges[1].until == MESSAGES / PARTITIONS,
	      "and where they begin and end");
	check(read_all(reader, ranges, PARTITIONS) >= MESSAGES, "it reads all of it, in order");
	ranges[1].from = ranges[1].until - 7;
	check(read_all(reader, &ranges[1], 1) == 7, "then a part of it");
	ranges[1].from = ranges[1].until;
	check(read_all(reader, &ranges[1], 1) == 0, "or nothing");
	check(bus_reader_since(reader, ranges, PARTITIONS, time_now(), PATIENCE) == STATUS_OK &&
	          ranges[1].from == ranges[1].until,
	      "since now there is nothing");
	check(bus_reader_since(reader, ranges, PARTITIONS, time_sub(time_now(), HOURS(1)),
	                       PATIENCE) == STATUS_OK &&
	          ranges[1].from == 0,
	      "since an hour ago there is everything");
	ranges[1].from = INT64_C(10) * MESSAGES;
	bus_reader_begin(reader, &ranges[1], 1, true);
	check(bus_reader_next(reader, PATIENCE, &record) == BUS_READ_ERROR &&
	          strstr(bus_reader_reason(reader), TOPIC) != NULL,
	      "an offset that is not there is an error that names the topic");
	bus_reader_destroy(reader);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	brokers = argv[1];
	folder = argv[2];
	story_admin();
	story_edge();
	story_reader();
	return failures == 0 ? 0 : 1;
}
