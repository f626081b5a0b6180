/*
 * stage_test - one shard of a real stage on a log and a store in memory, moved by hand.
 *
 * A test feeds events as the stage's inputs would write them, folds as many of them as it likes up to a
 * frontier that it names, and reads what the stage said. Every fold is committed; stage_test_restart drops
 * the shard and loads it anew from the store, as a crash after the commit does. The same feed cut into
 * other folds has to say the same.
 */
#ifndef TESTS_SUPPORT_STAGE_TEST_H
#define TESTS_SUPPORT_STAGE_TEST_H

#include "common/flow/document.h"
#include "common/flow/effect_work.h"
#include "common/flow/shard.h"
#include "tests/support/memory_blob.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"

#define STAGE_TEST_PARTITIONS 4
#define STAGE_TEST_ALL SIZE_MAX /* fold: everything that was fed */

struct stage_test {
	struct arena *arena;
	struct chance chance;
	struct instant real;
	struct memory_log log;
	struct memory_client client;
	struct memory_store store;
	struct memory_session session;
	struct outside outside;
	struct shard_context context;
	const struct stage *stages[2];
	struct stage alone[2]; /* the stage, and the end of a list */
	int32_t number;
	struct shard *shard;
	uint64_t tokens;
	struct duration patience;      /* of a fold with its timers; 0: any (shard.h) */
	int64_t sequences[TOPICS_MAX]; /* the last one written to each topic */
	size_t told;                   /* facts that stage_test_next has told */
	struct effect_work *effects;   /* NULL: the stage has none */
	struct memory_blobs blobs;
};

/* documents (ended by a name of NULL) and config are what handlers see; both may be NULL. */
void stage_test_init(struct stage_test *test, const struct catalogue *catalogue,
                     const struct stage *stage, int32_t number, const struct document *documents,
                     const void *config);
void stage_test_finish(struct stage_test *test);

/* A key that belongs to the shard: the prefix, and the first number behind it that does. */
const char *stage_test_key(struct stage_test *test, const char *prefix);

struct stage_test_event {
	int topic;
	const char *source;  /* NULL: the topic's first writer, same number; of the journal none */
	int64_t sequence;    /* 0: the next one of the topic */
	const char *key;     /* NULL: none */
	const char *subject; /* NULL: the key */
	struct instant time; /* business time */
	struct instant mesh; /* how far the writer had come */
	const ProtobufCMessage *message;
	struct bytes value;               /* instead of message: these very bytes */
	const struct log_header *headers; /* more than the runtime's own */
	size_t header_count;
};
/* Appends to the shard's partition and lets the shard read it. True: the shard holds it. */
bool stage_test_feed(struct stage_test *test, const struct stage_test_event *event);
/*
 * Folds the first so many of what is held, in the order of feeding, and commits. The frontier holds as it
 * is given: where events stay behind, it must not be after the mesh time of any.
 */
enum status stage_test_fold(struct stage_test *test, size_t count, struct instant frontier);
/*
 * Runs what was asked for and is true, to the answer, no pause between two tries; lets the shard read the
 * answers: how many they are. They are folded as what was fed is; of a shard that waits for them, before it. A
 * test that has an answer of its own feeds it, with a header ce_effect that is the effect's name, and the id
 * as subject.
 */
size_t stage_test_effects(struct stage_test *test);
/*
 * Nothing in memory any more: the shard as its store has it. Events fed and not folded are read again, in
 * the order of recorded mode: mesh time, topic, sequence.
 */
void stage_test_restart(struct stage_test *test);

/* All that the stage ever said, in order. */
size_t stage_test_fact_count(struct stage_test *test);
const struct fact *stage_test_fact(struct stage_test *test, size_t at);
/* The next fact that was not told yet; NULL: there is none. message (may be NULL) is unpacked. */
const struct fact *stage_test_next(struct stage_test *test, const ProtobufCMessage **message);
const ProtobufCMessage *stage_test_message(struct stage_test *test, const struct fact *fact);
/* A committed row by its key columns. */
bool stage_test_row(struct stage_test *test, const struct state_table *table, void *row);
/* A row as an older version of the program has left it; the shard is loaded anew. */
void stage_test_leave(struct stage_test *test, const struct state_table *table, const void *row);
/* Each committed row of a table into row, in no order, and seen. */
void stage_test_each(struct stage_test *test, const struct state_table *table, void *row,
                     void (*see)(const void *row, void *context), void *context);
/* The due of a committed timer; false: it is not set. */
bool stage_test_timer(struct stage_test *test, const char *name, const char *key,
                      struct instant *due);

#endif
