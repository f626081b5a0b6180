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
#include "common/io/bus_reader.h"
#include "tests/support/bench_feed.h"
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
static struct bus_reader *reader;
static struct arena *arena;
static struct chance chance;
static double *zipf; /* cumulative; NULL: uniform */
static int64_t *latencies;
static size_t received;
static size_t expected;

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

static void write_event(void)
{
	const uint64_t thing = choose_thing();
	struct fact fact = bench_event(arena, thing, 0, time_now());

	feed_add(&fact);
	arena_reset(arena);
}

static void write_at_once(size_t events)
{
	for (size_t i = 0; i < events; i++) {
		write_event();
		if (i % SEND_STEP == 0)
			feed_send();
		feed_wait();
	}
	feed_drain();
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
		feed_give_up(reason);
	if (bus_reader_bound(reader, ranges, BENCH_PARTITIONS, PATIENCE) != STATUS_OK)
		feed_give_up(bus_reader_reason(reader));
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
		feed_give_up(bus_reader_reason(reader));
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
		feed_send();
		watch((struct duration){ 0 });
		if (left.us > PAUSE_US) /* and leaves the processors to those that are measured */
			(void)usleep(PAUSE_US);
	}
	feed_drain();
	until = time_add(time_monotonic(), PATIENCE);
	while (received < expected && time_before(time_monotonic(), until))
		watch(MILLISECONDS(1));
	qsort(latencies, received, sizeof(*latencies), by_size);
	if (received < expected)
		feed_give_up("not every event became a fact in time");
	const size_t middle = received / 2;
	const size_t late = received * 99 / 100;

	printf("%zu %.2f %.2f\n", received, (double)latencies[middle] / 1000,
	       (double)latencies[late] / 1000);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		feed_give_up("usage: feeder BROKERS uniform|zipf FROM EVENTS [RATE]");
	feed_open(&(struct feed_settings){ .name = "feeder",
	                                   .brokers = argv[1],
	                                   .topics = names,
	                                   .topic_count = COUNT_OF(names),
	                                   .topic = BENCH_IN,
	                                   .catalogue = &bench_catalogue,
	                                   .source = "feeder",
	                                   .from = strtoll(argv[3], NULL, 10) });
	if (strcmp(argv[2], "zipf") == 0)
		make_zipf();
	chance_seed(&chance, SEED);
	arena = arena_create((size_t)64 * 1024);
	expected = strtoul(argv[4], NULL, 10);
	latencies = memory_alloc((expected + 1) * sizeof(*latencies));
	if (argc == 5) {
		write_at_once(expected);
		return 0;
	}
	open_reader(feed_bus());
	write_steadily(expected, strtoll(argv[5], NULL, 10));
	return 0;
}
