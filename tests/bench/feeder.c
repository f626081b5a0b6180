/*
 * feeder - writes events to bench.in.v1, at once or at a steady rate, and then watches bench.out.v1.
 *
 *   feeder BROKERS uniform|zipf FROM EVENTS [RATE]
 *
 * The streams feeder/<n> go on behind sequence FROM. Without RATE (events a second) it ends when all is
 * acknowledged. With it, each event is written at its instant, and the program waits for the fact that was
 * derived from each: "received p50_ms p99_ms" is from the producer's call to the fact in a consumer's hands.
 */
#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/publisher.h"
#include "common/io/bus_producer.h"
#include "common/io/bus_reader.h"
#include "tests/support/bench_mesh.h"
#include "tests/support/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEND_STEP 1000
#define QUEUE_BYTES ((size_t)64 * 1024 * 1024)
#define PATIENCE SECONDS(60)
#define SEED 5
#define PAUSE_US 100

static const char *const names[] = { "bench.in.v1", "bench.out.v1" };
static int wake;
static struct bus_producer *producer;
static struct bus_reader *reader;
static struct publisher *streams[BENCH_PARTITIONS];
static struct arena *arena;
static struct chance chance;
static double *zipf; /* cumulative; NULL: uniform */
static int64_t *latencies;
static size_t received;
static size_t expected;

_Noreturn static void give_up(const char *reason)
{
	fprintf(stderr, "feeder: %s\n", reason);
	_exit(1);
}

/* Keys. */

static void make_zipf(void)
{
	double sum = 0;

	zipf = memory_alloc(BENCH_KEYS * sizeof(*zipf));
	for (size_t i = 0; i < BENCH_KEYS; i++)
		zipf[i] = sum += 1.0 / (double)(i + 1);
}

static uint64_t choose_thing(void)
{
	size_t low = 0, high = BENCH_KEYS - 1;

	if (zipf == NULL)
		return (uint64_t)chance_below(&chance, BENCH_KEYS);
	const double at = zipf[high] * (double)(chance_next(&chance) >> 11) * 0x1p-53;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (zipf[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Writing. */

static bool send_message(void *log, const struct log_message *message)
{
	struct bus_header headers[BUS_HEADERS_MAX];

	CHECK(message->header_count <= BUS_HEADERS_MAX);
	for (size_t i = 0; i < message->header_count; i++)
		headers[i] =
		    (struct bus_header){ message->headers[i].name, message->headers[i].value };
	return bus_producer_send(log, &(struct bus_message){ .topic = BENCH_IN,
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
			give_up(delivery.reason);
		for (size_t i = 0; i < BENCH_PARTITIONS; i++)
			if (publisher_token(streams[i]) == delivery.token)
				publisher_acked(streams[i], delivery.sequence);
	}
}

static void open_streams(int64_t from)
{
	static const struct log_ops ops = { .send = send_message };
	static struct outside outside = { .log_ops = &ops };
	static uint64_t tokens;
	char source[SOURCE_SIZE];

	outside.log = producer;
	for (int32_t i = 0; i < BENCH_PARTITIONS; i++) {
		snprintf(source, sizeof(source), "feeder/%d", i);
		streams[i] = publisher_create(&outside, &bench_catalogue, source, BENCH_PARTITIONS,
		                              from, &tokens);
	}
}

static size_t unsent(void)
{
	size_t bytes = 0;

	for (size_t i = 0; i < BENCH_PARTITIONS; i++)
		bytes += publisher_memory(streams[i]);
	return bytes;
}

static void write_event(void)
{
	const uint64_t thing = choose_thing();
	struct fact fact = bench_event(arena, thing, 0, time_now());
	struct publisher *const stream = streams[fact.partition];

	fact.sequence = publisher_last(stream) + 1;
	publisher_add(stream, &fact);
	arena_reset(arena);
}

static void send_all(void)
{
	for (size_t i = 0; i < BENCH_PARTITIONS; i++)
		publisher_send(streams[i], SEND_STEP);
	take_deliveries();
}

static void drain(void)
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);

	while (unsent() > 0) {
		send_all();
		bus_wake_wait(wake, MILLISECONDS(1));
		if (time_before(until, time_monotonic()))
			give_up("not everything was acknowledged");
	}
}

static void write_at_once(size_t events)
{
	for (size_t i = 0; i < events; i++) {
		write_event();
		if (i % SEND_STEP == 0)
			send_all();
		while (unsent() > QUEUE_BYTES) {
			send_all();
			bus_wake_wait(wake, MILLISECONDS(1));
		}
	}
	drain();
}

/* Watching. */

static void open_reader(const struct bus_settings *settings)
{
	struct bus_range ranges[BENCH_PARTITIONS];
	char reason[BUS_REASON_SIZE];

	for (int32_t i = 0; i < BENCH_PARTITIONS; i++)
		ranges[i] =
		    (struct bus_range){ .topic = BENCH_OUT, .partition = i, .from = BUS_END };
	reader = bus_reader_create(settings, QUEUE_BYTES, reason);
	if (reader == NULL)
		give_up(reason);
	if (bus_reader_bound(reader, ranges, BENCH_PARTITIONS, PATIENCE) != STATUS_OK)
		give_up(bus_reader_reason(reader));
	bus_reader_begin(reader, ranges, BENCH_PARTITIONS, true);
}

static void take_fact(const struct bus_record *record)
{
	struct log_header headers[BUS_HEADERS_MAX];
	struct bus_header header;
	struct event event;

	CHECK(record->header_count <= BUS_HEADERS_MAX);
	for (size_t i = 0; i < record->header_count; i++) {
		bus_record_header(record, i, &header);
		headers[i] = (struct log_header){ header.name, header.value };
	}
	event_read(&(struct log_record){ .headers = headers, .header_count = record->header_count },
	           false, &event);
	if (received < expected)
		latencies[received++] = time_since(event.time, time_now()).us;
}

/* Waits at most so long for the first. */
static void watch(struct duration wait)
{
	struct bus_record record;
	enum bus_read read;

	for (read = bus_reader_next(reader, wait, &record); read == BUS_READ_RECORD;
	     read = bus_reader_next(reader, (struct duration){ 0 }, &record)) {
		take_fact(&record);
		bus_record_release(record.message);
	}
	if (read == BUS_READ_ERROR)
		give_up(bus_reader_reason(reader));
}

static int by_size(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void write_steadily(size_t events, int64_t rate)
{
	const struct instant start = time_monotonic();
	struct instant until;

	for (size_t i = 0; i < events;) {
		const struct instant due =
		    time_add(start, (struct duration){ (int64_t)i * 1000000 / rate });
		const struct duration left = time_since(time_monotonic(), due);

		if (left.us <= 0) {
			write_event();
			i++;
		}
		send_all();
		watch((struct duration){ 0 });
		if (left.us > PAUSE_US) /* and leaves the processors to those that are measured */
			(void)usleep(PAUSE_US);
	}
	drain();
	until = time_add(time_monotonic(), PATIENCE);
	while (received < expected && time_before(time_monotonic(), until))
		watch(MILLISECONDS(1));
	qsort(latencies, received, sizeof(*latencies), by_size);
	if (received < expected)
		give_up("not every event became a fact in time");
	const size_t middle = received / 2;
	const size_t late = received * 99 / 100;

	printf("%zu %.2f %.2f\n", received, (double)latencies[middle] / 1000,
	       (double)latencies[late] / 1000);
}

int main(int argc, char **argv)
{
	char reason[BUS_REASON_SIZE];

	if (argc < 5)
		give_up("usage: feeder BROKERS uniform|zipf FROM EVENTS [RATE]");
	wake = bus_wake_open();
	const struct bus_settings bus = { .brokers = argv[1],
		                          .client = "feeder",
		                          .topics = names,
		                          .topic_count = COUNT_OF(names),
		                          .wake = wake };

	producer =
	    bus_producer_create(&(struct bus_producer_settings){ .bus = bus, .gapless = true },
	                        reason);
	if (producer == NULL)
		give_up(reason);
	bus_producer_open(producer, BENCH_IN);
	if (strcmp(argv[2], "zipf") == 0)
		make_zipf();
	chance_seed(&chance, SEED);
	arena = arena_create((size_t)64 * 1024);
	open_streams(strtoll(argv[3], NULL, 10));
	expected = strtoul(argv[4], NULL, 10);
	latencies = memory_alloc((expected + 1) * sizeof(*latencies));
	if (argc == 5) {
		write_at_once(expected);
		return 0;
	}
	open_reader(&bus);
	write_steadily(expected, strtoll(argv[5], NULL, 10));
	return 0;
}
