/*
 * kpi_bench - memory of open windows of the stage series, and what it takes to find the window of an instant.
 *
 *   kpi_bench [WINDOWS]
 *
 * An open window of one value is a row of a resident table; one that waits to be said has another in a second one. Its figures are in
 * a row that may leave memory and is beside them in a cache of a bounded size. Prints a JSON object.
 */
#include "common/flow/cache.h"
#include "services/kpi-aggregator/series/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define SERIES "bench.usage@1:account"
#define VALUES 1000
#define ASKED 10000000
#define STEP_US INT64_C(1200)
#define BEGIN_US INT64_C(1777593600000000)
#define CACHE_BYTES ((size_t)16 << 20)
#define RESET_EVERY 1000

static double cpu_s(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static struct kpi_key key_of(struct arena *arena, long number)
{
	return (struct kpi_key){ .series = SERIES,
		                 .window_kind = "minute",
		                 .start = { BEGIN_US + number / VALUES * MINUTES(1).us },
		                 .value = arena_printf(arena, "acct_%012ld", number % VALUES),
		                 .currency = "" };
}

static void put(struct cache *cache, struct arena *arena, const struct state_table *table,
                const void *row)
{
	cache_change(cache, cache_table(cache, table),
	             state_key(arena, table, row, table->key_columns),
	             state_pack(arena, table, row));
}

/* As the stage opens them: the key, that it is to be said, and the figures so far. */
static void open_windows(struct cache *cache, long count, bool wait)
{
	struct arena *const arena = arena_create((size_t)1 << 16);

	for (long i = 0; i < count; i++) {
		const struct kpi_key key = key_of(arena, i);
		const struct kpi_cell_row row = { .key = key,
			                          .ends = time_add(key.start, MINUTES(1)),
			                          .state = "open",
			                          .n = 50,
			                          .sum = 250,
			                          .came = 50,
			                          .said_at = TIME_MIN };

		put(cache, arena, wait ? &kpi_changed_table : &kpi_open_table, &key);
		if (!wait)
			put(cache, arena, &kpi_cell_table, &row);
		if (i % RESET_EVERY != RESET_EVERY - 1)
			continue;
		cache_keep(cache);
		cache_settle(cache);
		arena_reset(arena);
	}
	cache_keep(cache);
	cache_settle(cache);
	arena_destroy(arena);
}

/* Nanoseconds of CPU for an instant; the windows follow each other as facts do. */
static double find_windows(const char *name)
{
	struct window_zone *const zone = window_zone_open(name);
	const double began = cpu_s();
	int64_t sum = 0;

	for (int64_t i = 0; i < ASKED; i++)
		sum += window_at(zone, WINDOW_MINUTE, (struct instant){ BEGIN_US + i * STEP_US })
		           .start.us;

	const double spent = cpu_s() - began;

	window_zone_close(zone);
	return sum == 0 ? 0 : spent / ASKED * 1e9;
}

/* The most that the process has held. */
static long most_kib(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
	static const struct state_table *const tables[] = { &kpi_cell_table, &kpi_open_table,
		                                            &kpi_changed_table };
	const long windows = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
	struct cache *const cache = cache_create(tables, COUNT_OF(tables), CACHE_BYTES);

	open_windows(cache, windows, false);
	const size_t open = cache_memory(cache);
	const long open_kib = most_kib();

	open_windows(cache, windows, true);
	printf("{\"windows\": %ld, \"open_bytes\": %zu, \"waiting_bytes\": %zu, \"open_kib\": %ld,"
	       " \"waiting_kib\": %ld, \"window_ns\": %.1f}\n",
	       windows, open, cache_memory(cache) - open, open_kib, most_kib() - open_kib,
	       find_windows("Europe/London"));
	cache_destroy(cache);
	return 0;
}
