/*
 * memory_log - Kafka in memory: partitions, a group, producers whose messages are on their way.
 *
 * One memory_log is the cluster; each instance of a daemon talks to it through its own memory_client,
 * which implements log_ops. What a fault may do is asked of the cluster's chance; without faults
 * everything arrives at once and in order.
 */
#ifndef TESTS_SUPPORT_MEMORY_LOG_H
#define TESTS_SUPPORT_MEMORY_LOG_H

#include "common/flow/outside.h"
#include "tests/support/chance.h"

#define MEMORY_PARTITIONS_MAX 8
#define MEMORY_METADATA_SIZE 256

struct entry {
	struct log_record record; /* its own memory, for as long as the log lives */
};

struct partition_log {
	struct entry *entries;
	size_t count;
	size_t capacity;
};

/* What a daemon's group holds for a partition. */
struct group_place {
	const char *daemon;
	int topic;
	int32_t partition;
	int64_t offset;
	char metadata[MEMORY_METADATA_SIZE];
};

struct memory_log {
	const struct catalogue *catalogue;
	int32_t partitions;
	struct chance *chance;
	struct instant *real;
	bool faults;
	bool lively;  /* polls may find nothing, in any order */
	int32_t slow; /* of this partition the broker is slow to acknowledge; -1: of none */
	struct arena *arena;
	struct partition_log logs[2 * TOPICS_MAX]
				 [MEMORY_PARTITIONS_MAX]; /* dead letters above TOPICS_MAX */
	struct progress_line *flying;                     /* progress that has not arrived */
	size_t flying_count;
	size_t flying_capacity;
	struct group_place *places;
	size_t place_count;
	size_t place_capacity;
	struct memory_producer *producers; /* with something on its way */
	int64_t failures;
};

struct memory_client {
	struct memory_log *log;
	const char *daemon;
	struct log_position positions[256]; /* offset: the next to deliver */
	size_t position_count;
	int32_t given[MEMORY_PARTITIONS_MAX]; /* by the group */
	size_t given_count;
	bool told; /* of what was given */
	size_t progress_at;
	struct memory_producer *producer;
	struct ack *acks;
	size_t ack_count;
	size_t ack_capacity;
	bool failed;
	size_t end_at; /* the position whose end is told next */
};

extern const struct log_ops memory_log_ops;

void memory_log_init(struct memory_log *log, const struct catalogue *catalogue, int32_t partitions,
                     struct chance *chance, struct instant *real);
void memory_log_finish(struct memory_log *log);
struct partition_log *memory_log_at(struct memory_log *log, int topic, bool dead_letter,
                                    int32_t partition);
/* Copies; the append time is real time. */
void memory_log_append(struct memory_log *log, const struct log_message *message);
/* The topic was deleted and made again: the partition is empty, or holds as many records of another kind. */
void memory_log_remake(struct memory_log *log, int topic, int32_t partition, bool empty);
/* Lets some of what is on its way arrive; calm: all of it. */
void memory_log_network(struct memory_log *log, bool calm);

void memory_client_init(struct memory_client *client, struct memory_log *log, const char *daemon);
/* The process is gone: of what it handed over some may still arrive. */
void memory_client_crash(struct memory_client *client);
void memory_client_finish(struct memory_client *client);
/* The group decides. */
void memory_client_give(struct memory_client *client, const int32_t *partitions, size_t count);
/* Redelivery: reads one of its partitions again from an earlier offset, not before `least`. */
void memory_client_reread(struct memory_client *client, size_t position, int64_t offset);

#endif
