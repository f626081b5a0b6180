/*
 * memory_store - PostgreSQL in memory: shards behind a fence, transactions that may land late or never.
 *
 * One memory_store is the database; each instance talks to it through a memory_session, which implements
 * store_ops.
 */
#ifndef TESTS_SUPPORT_MEMORY_STORE_H
#define TESTS_SUPPORT_MEMORY_STORE_H

#include "common/flow/outside.h"
#include "common/flow/shard.h"
#include "tests/support/chance.h"

#include <string.h>

/* A stored text under a name, both owned; state rows, timers and positions are kept so. */
struct stored {
	struct bytes name;
	struct bytes value;
	bool fresh; /* of a change: the writer says that there is none of that name */
};

/* The key of a row that is kept so: what stands behind its table's name. */
static inline struct bytes stored_key(const struct stored *stored)
{
	const size_t size = strlen(stored->name.data) + 1;

	return (struct bytes){ (const char *)stored->name.data + size, stored->name.size - size };
}

struct batch_line {
	struct instant frontier;
	char *runs;
	char *refused;
};

/* All that the database keeps of one shard. */
struct image {
	const struct stage *stage;
	int32_t number;
	struct shard_row row;
	struct shard_topic topics[STAGE_TOPICS_MAX];
	size_t topic_count;
	struct mesh_time inputs; /* folded */
	int64_t *high;
	struct map state;  /* "table:key" -> struct stored */
	struct map timers; /* "name:key" -> struct stored, due in the value */
	struct fact *facts;
	size_t fact_count;
	size_t fact_capacity;
	struct batch_line *journal;
	size_t journal_count;
	size_t journal_capacity;
	bool used;
	uint64_t writer;      /* who committed last */
	int64_t writer_epoch; /* and under which epoch */
};

struct memory_store {
	const struct shard_context *context;
	struct chance *chance;
	bool faults;
	struct arena *arena;
	struct image *images;
	size_t image_count;
	struct pending *pending; /* transactions of unknown fate, which may still land */
	uint64_t writers;        /* processes that ever wrote */
	bool shared;             /* two of them did under one epoch */
	int64_t unknown;
	int64_t fenced;
};

struct memory_session {
	struct memory_store *store;
	struct pending *under_way;
	uint64_t writer; /* this process, 0: it has not written yet */
	int patience;    /* polls until it ends */
	bool lost;       /* the connection, while nobody looked */
};

extern const struct store_ops memory_store_ops;

void memory_store_init(struct memory_store *store, const struct shard_context *context,
                       const struct stage *const *daemons, struct chance *chance);
void memory_store_finish(struct memory_store *store);
struct image *memory_store_image(struct memory_store *store, const char *stage, int32_t number);
/* One of the transactions that may still land does so; all: every one of them. */
void memory_store_land(struct memory_store *store, bool all);
void memory_session_crash(struct memory_session *session);
/* The process freezes; the transaction that it began may end without it. */
void memory_session_freeze(struct memory_session *session);
/* The database is set back to the time before the shard was first owned. */
void memory_store_forget(struct memory_store *store, struct image *image);
struct bytes image_row(struct image *image, const struct state_table *table, struct bytes key);
/* As another version of the program has left it; both are copied. */
void image_leave(struct memory_store *store, struct image *image, const struct state_table *table,
                 struct bytes key, struct bytes row);
/* The next row of a table, borrowed from the store; *at begins at 0. False: there is none. */
bool image_next_row(struct image *image, const struct state_table *table, size_t *at, void *row);

#endif
