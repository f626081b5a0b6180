/*
 * outside - the narrow door between the runtime and the world: log, store, clock, chance.
 *
 * Two implementations: the real one (kafka_log.h, postgres_store.h) and the one in memory that the
 * simulator and the tests of handlers use (tests/support/memory_*). The runtime is one thread; every call
 * here is made from it, and what happens elsewhere is told through log_ops.poll.
 */
#ifndef COMMON_FLOW_OUTSIDE_H
#define COMMON_FLOW_OUTSIDE_H

#include "common/base/status.h"
#include "common/flow/record.h"
#include "common/flow/stage.h"

struct shard;

/* The log. */

enum log_event_kind {
	LOG_NOTHING,  /* the wait is over */
	LOG_RECORD,   /* of an assigned partition, in offset order; to be released */
	LOG_PROGRESS, /* a record of the progress topic; to be released */
	LOG_END,      /* when asked at `at`, the partition's next offset was `offset` */
	LOG_ASSIGNED, /* the group gives this instance these partitions (all of them, not a difference) */
	LOG_ACK,    /* the broker has acknowledged a message */
	LOG_FAILED, /* a delivery failed for good: the producer sends nothing more until restart */
	LOG_BROKEN, /* a partition cannot be read as assigned (offset gone): reason says why; its shards stop */
	LOG_FATAL, /* a library error that only a new process mends: reason says which */
};

struct log_event {
	enum log_event_kind kind;
	struct log_record record;  /* LOG_RECORD, LOG_PROGRESS */
	int topic;                 /* LOG_END, LOG_BROKEN */
	int32_t partition;         /* LOG_END, LOG_BROKEN */
	int64_t offset;            /* LOG_END */
	struct instant at;         /* LOG_END: real time at which the broker was asked */
	const int32_t *partitions; /* LOG_ASSIGNED: valid until the next poll */
	size_t partition_count;
	uint64_t token;   /* LOG_ACK: of log_message */
	int64_t sequence; /* LOG_ACK: of log_message */
	const char *reason;
};

struct log_position {
	int topic;
	int32_t partition;
	int64_t offset; /* of the first record wanted */
};

struct log_message {
	int topic;
	bool dead_letter; /* to "<topic>.dlq" instead */
	int32_t partition;
	struct bytes key;
	struct bytes value;
	const struct log_header *headers;
	size_t header_count;
	uint64_t token;   /* comes back with LOG_ACK; 0: nobody waits for it */
	int64_t sequence; /* comes back with LOG_ACK */
};

/* What the group's committed offset shows to lag tools, and to the check on assignment. */
struct log_hint {
	int topic;
	int32_t partition;
	int64_t offset;
	const char *metadata; /* "<stage>=<last sequence> ..." of the partition's shards */
};

struct log_ops {
	/*
	 * Waits for one thing that happened, at most so long. Not of records when there is no room for
	 * them; what the group says may wait behind those, all else comes as ever.
	 */
	void (*poll)(void *log, struct duration wait, bool room, struct log_event *event);
	void (*retain)(void *log, void *handle); /* one release more will come */
	void (*release)(void *log, void *handle);
	/* Reads these partitions from these offsets, and no others. */
	void (*assign)(void *log, const struct log_position *positions, size_t count);
	/* False: full, try later. Order is kept for each partition; after LOG_FAILED nothing is sent. */
	bool (*send)(void *log, const struct log_message *message);
	void (*restart)(void *log); /* a new producer; acknowledgements of the old one are gone */
	void (*hint)(void *log, const struct log_hint *hints, size_t count);
	/* The metadata that the group holds for a partition, "" for none. RETRY when nobody answers. */
	enum status (*hinted)(void *log, int topic, int32_t partition, char *metadata, size_t size);
	/* The first offset that the partition still holds. */
	enum status (*first)(void *log, int topic, int32_t partition, int64_t *offset);
};

/* The store. */

/* What a stage said: a row of the fact table, and a record on a topic. */
struct fact {
	int64_t sequence;
	int topic;
	bool dead_letter;  /* on "<topic>.dlq" */
	int32_t partition; /* -1: all */
	struct instant mesh;
	struct instant time;
	const char *type;
	const char *subject;
	struct bytes key;
	struct bytes message;
	struct bytes headers; /* packed; of dead letters: the original's, and why; else absent */
	struct bytes traceparent; /* of what caused it; not stored */
};

/* One batch of one shard, ready to become true. Arrays live until the transaction has ended. */
struct batch {
	struct shard *shard;
	int64_t number; /* compared with the store's, which becomes number + 1 */
	struct instant frontier;
	const char *left_out; /* inputs, for the journal */
	const char *runs;     /* "topic:offset+count ...", in the order of folding */
	const char *refused;  /* a line each: "topic:offset reason" */
	const struct fact *facts;
	size_t fact_count;
	struct state_change *changes;
	size_t change_count;
	struct timer_change *timers;
	size_t timer_count;
	size_t event_count; /* folded, for metrics alone */
};

struct state_change {
	const struct state_table *table;
	struct bytes key;    /* packed */
	struct bytes packed; /* the whole row; absent: removed, then row has the key columns */
	bool fresh;          /* the store was asked and has no row of this key */
};

struct timer_change {
	const char *name;
	const char *key;
	bool set;
	struct instant due;
};

enum store_answer {
	STORE_PENDING,
	STORE_COMMITTED,
	STORE_FENCED, /* nothing was written; failed[] says whose epoch or number was another */
	STORE_LOST,   /* the connection is gone: it may have been written, or may yet be */
};

struct store_ops {
	/*
	 * Reads what the store keeps of a shard into it, through shard_restore (shard.h): the fence row,
	 * offsets, sequences, resident tables. raise: the epoch is raised first, which fences every
	 * other owner off; it waits 2 s for a lock, then ends the backend that holds it.
	 */
	enum status (*open)(void *store, struct shard *shard, bool raise);
	/* Rows by packed key, told through shard_put; those that are absent as well. */
	enum status (*load)(void *store, struct shard *shard, const struct state_table *table,
	                    const struct bytes *keys, size_t count);
	/*
	 * The first `limit` timers due at or after an instant, and all that are due together with the last
	 * of them, told through shard_restore_timer in any order.
	 */
	enum status (*timers)(void *store, struct shard *shard, struct instant from, size_t limit);
	/* The first `limit` facts above a sequence, in order, told one by one. */
	enum status (*facts)(void *store, const struct shard *shard, int64_t above, size_t limit,
	                     void (*tell)(void *argument, const struct fact *fact), void *argument);
	/* One transaction for all batches. RETRY: could not be begun; nothing was written. */
	enum status (*begin)(void *store, const struct batch *batches, size_t count);
	/* Waits at most so long for its end. failed has one place a batch. */
	enum store_answer (*end)(void *store, struct duration wait, bool *failed);
	/* Gives up whatever is under way and connects anew. */
	enum status (*reconnect)(void *store);
	const char *(*reason)(void *store); /* of the last status but OK */
};

struct outside {
	const struct log_ops *log_ops;
	void *log;
	const struct store_ops *store_ops;
	void *store;
	struct instant (*now)(void *context); /* real time */
	uint64_t (*chance)(void *context);    /* for jitter only: never for what is stored */
	void *context;
};

#endif
