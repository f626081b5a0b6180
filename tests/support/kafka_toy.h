/*
 * kafka_toy - an instance of a toy daemon on a real broker, which counts all that its log tells it.
 *
 * It reads two topics from wherever it is put and says nothing; the tests send for it.
 */
#ifndef TESTS_SUPPORT_KAFKA_TOY_H
#define TESTS_SUPPORT_KAFKA_TOY_H

#include "common/flow/kafka_log.h"

#define TOY_PARTITIONS 4

/* What a toy reads, what the tests count deliveries of, and the topic of progress. */
enum { TOY_LEAD, TOY_SECOND, TOY_KEPT, TOY_PROGRESS, TOY_TOPICS };

extern const char *const toy_names[TOY_TOPICS];

struct toy {
	struct kafka_log *log;
	int32_t partitions[TOY_PARTITIONS];
	size_t partition_count;
	int assigned; /* how often */
	int failed;
	int broken;
	int fatal;
	int progress;
	int64_t next[TOY_TOPICS][TOY_PARTITIONS]; /* offset expected; -1: not assigned */
	int64_t read[TOY_TOPICS][TOY_PARTITIONS]; /* how many */
	int64_t end[TOY_TOPICS][TOY_PARTITIONS];
	bool end_early;                /* an end was said to be of the future */
	int wrong;                     /* records out of order, or of another's partition */
	int64_t acked[TOY_PARTITIONS]; /* of TOY_KEPT: highest sequence with no gap below */
	int acks;
	int acks_wrong;
	char reason[BUS_REASON_SIZE];
};

struct toy *toy_start(const char *brokers, const char *group, const char *name, int32_t partitions);
/* Waits for the library to end; one that hangs, as it may, is left behind. */
void toy_stop(struct toy *toy);
/* Reads everything that is assigned from this offset. */
void toy_position(struct toy *toy, int64_t offset);
/* Takes what happened, at most one thing; NULL is allowed. */
void toy_step(struct toy *toy, struct duration wait);
/* Acknowledgements of TOY_KEPT are waited for. False: full, or failed. */
bool toy_send(struct toy *toy, int topic, int32_t partition, int64_t sequence);

/* Creates the toy's topics; false: no broker answers. */
bool toy_create_topics(const char *brokers);
/* "start", "stop" or "kill" of deploy/local/kafka.sh; false: it did not. */
bool toy_broker(const char *verb, const char *folder);

#endif
