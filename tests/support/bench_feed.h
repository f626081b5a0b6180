/*
 * bench_feed - facts onto topics of a real broker, as the shards of a stage write them, as fast as they go.
 *
 * What goes wrong ends the program with a line on standard error.
 */
#ifndef TESTS_SUPPORT_BENCH_FEED_H
#define TESTS_SUPPORT_BENCH_FEED_H

#include "common/flow/outside.h"
#include "common/io/bus_producer.h"

#define FEED_PARTITIONS 4

/* Topics by their place in the catalogue, all of them; the streams <source>/<n> go on behind sequence from. */
struct feed_settings {
	const char *name; /* of the program */
	const char *brokers;
	const char *const *topics;
	int topic_count;
	int topic; /* that is written */
	const struct catalogue *catalogue;
	const char *source;
	int64_t from;
};

/* Borrows the settings. One in a process. */
void feed_open(const struct feed_settings *settings);
const struct bus_settings *feed_bus(void);
/* To the fact's partition, with the next sequence of that partition's stream. Copies. */
void feed_add(struct fact *fact);
/* Hands over what it can. */
void feed_send(void);
/* Waits while too much is on its way; for all of it. */
void feed_wait(void);
void feed_drain(void);

_Noreturn void feed_give_up(const char *reason);

#endif
