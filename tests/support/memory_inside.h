/*
 * memory_inside - what the cluster (memory_log.c) and the database (memory_store.c) share with one
 * instance's doors to them (memory_client.c, memory_session.c).
 */
#ifndef TESTS_SUPPORT_MEMORY_INSIDE_H
#define TESTS_SUPPORT_MEMORY_INSIDE_H

#include "common/base/memory.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"

struct progress_line {
	struct log_record record;
};

struct ack {
	uint64_t token;
	int64_t sequence;
};

struct sending {
	struct log_message message; /* its own memory, in the log's arena */
};

struct send_queue {
	struct sending *list;
	size_t first;
	size_t count;
	size_t capacity;
};

struct memory_producer {
	struct memory_producer *next;
	struct memory_client *owner; /* NULL: nobody waits any more */
	struct send_queue queues[2 * TOPICS_MAX][MEMORY_PARTITIONS_MAX];
	bool dead;
};

/* A batch as it was handed over, with its own memory. */
struct pending_batch {
	struct image *image;
	int64_t number;
	struct shard_row row;
	struct shard_topic topics[STAGE_TOPICS_MAX];
	int64_t *folded;
	int64_t *high;
	struct stored *changes;
	size_t change_count;
	struct stored *timers;
	size_t timer_count;
	struct fact *facts;
	size_t fact_count;
	struct batch_line line;
};

struct pending {
	struct pending *next;
	struct pending_batch *batches;
	size_t count;
	uint64_t writer;
};

#define GROW(list, count, capacity)                                                   \
	do {                                                                          \
		if ((count) == (capacity)) {                                          \
			(capacity) = (capacity) == 0 ? 16 : (capacity)*2;             \
			(list) = memory_resize((list), (capacity) * sizeof(*(list))); \
		}                                                                     \
	} while (0)

/* Its own memory, for as long as the log lives. */
struct log_record memory_log_record(struct memory_log *log, const struct log_message *message);
struct pending_batch memory_batch_copy(struct memory_store *store, const struct batch *batch);
/* False: fenced off, and nothing was written. failed (may be NULL) has one place a batch. */
bool memory_commit(struct memory_store *store, const struct pending *pending, bool *failed);
struct pending *memory_pending_unlink(struct memory_store *store, size_t at);

#endif
