/*
 * shard - one stage on one partition: a sequential machine over one ordered list of events and timers.
 *
 * This is what an owner has in memory, a guess until the fence has passed. shard_fold works through a
 * batch: `now` moves item by item and never goes back, timers due before an event fire before it. Where
 * the list is cut into batches must not change a byte.
 */
#ifndef COMMON_FLOW_SHARD_H
#define COMMON_FLOW_SHARD_H

#include "common/base/map.h"
#include "common/flow/mesh_time.h"
#include "common/flow/outside.h"
#include "common/flow/timer.h"

/* A few MB a shard: what a minute or an hour needs, not what waits for weeks. */
#define TIMERS_KEPT 10000

struct cache;
struct publisher;
struct work;
struct document;

/* What the service gives to every shard; constant while the process lives. */
struct shard_context {
	const struct catalogue *catalogue;
	const struct outside *outside;
	const void *config;
	const struct document *documents; /* ended by a name of NULL */
	int32_t partitions;
	bool recorded;
	struct duration idle_commit; /* a frontier that moves with no timer due waits so long */
	struct duration mark_commit; /* a mark that moves waits so long for a batch to go with */
	size_t batch_events;         /* of one shard in one batch, at most */
	struct duration grace;   /* live: a request is in the journal so long after received_at */
	struct duration silence; /* live: after this long an input may be left out */
	uint64_t *tokens;        /* the last token given to a publisher */
	size_t cache_bytes;      /* for the rows of one shard that are not resident */
	size_t timers_kept;      /* of one shard in memory, about so many; 0: TIMERS_KEPT */
};

/* Where a shard stands in one of the topics that it reads. */
struct shard_topic {
	int topic;
	int64_t next;     /* offset of the first event not folded, as the next commit writes it */
	int64_t top;      /* offset after the last one read */
	int64_t check_at; /* the record that must be the one remembered; -1: done */
	int64_t position; /* where the reader stands: below top when it reads again */
	struct instant appended; /* of the record before `next`, for recognition; TIME_MIN: none */
	uint32_t hash;
	struct instant read_appended; /* of the record before `top` */
	uint32_t read_hash;
	int64_t end;           /* the log's end when last asked */
	struct instant end_at; /* when that was; TIME_MIN: not yet */
};

/* An event that was read and is not folded yet. */
struct held {
	size_t memory; /* that it holds, in the log's library too */
	struct event event;
	int input; /* place in the shard's inputs; of an alien: a source that the catalogue does not name */
	const ProtobufCMessage *message; /* for the batch under way; NULL: it does not unpack */
	struct instant before_appended;  /* of the record before it */
	uint32_t before_hash;
};

/* Pure record of the fence row, as loaded and as the next commit leaves it. */
struct shard_row {
	int64_t epoch;
	int64_t batch; /* number of the next batch */
	struct instant now;
	int64_t sequence;
	int64_t mark;
	int64_t folded_count;  /* events folded ever: places the window of refusals */
	uint8_t refusals[128]; /* of the last 1,000 events, a bit each */
};

struct shard {
	const struct shard_context *context;
	const struct stage *stage;
	const struct state_table *tables[STAGE_TABLES_MAX]; /* the runtime's, and the stage's */
	size_t table_count;
	int32_t number;
	char source[SOURCE_SIZE];
	bool first; /* makes mesh time: reads the journal */

	struct shard_row row;
	struct instant committed_now;
	int64_t committed_sequence;
	struct shard_topic topics[STAGE_TOPICS_MAX];
	size_t topic_count;
	struct mesh_time inputs; /* sources, their promises, the highest sequence folded of each */
	/* Last sequence emitted to (high_topics[i], partition) at i * partitions + partition. */
	int64_t *high;           /* as folded */
	int64_t *committed_high; /* as in the store */
	int high_topics[STAGE_TOPICS_MAX];
	size_t high_count;

	struct cache *cache;
	struct timer_queue timers;
	struct held **held; /* in order of arrival */
	size_t held_count;
	size_t held_capacity;
	size_t held_bytes;
	struct publisher *publisher;

	/* of the batch under way */
	struct arena *arena;
	struct arena *scratch; /* of the event or timer at hand */
	struct work *work;
	struct batch batch;
	bool in_batch;              /* folded, not yet true */
	struct instant last_commit; /* real */
	struct instant told;        /* mesh time last said on the progress topic */
	bool effects_changed;       /* other ones are pending than the worker has seen */
	const char *stopped;        /* why it folds nothing more; NULL: it works */
};

struct shard *shard_create(const struct shard_context *context, const struct stage *stage,
                           int32_t number);
void shard_destroy(struct shard *shard); /* releases what it holds */
size_t shard_timers_kept(const struct shard *shard);

/* Called by store_ops.open, in any order, before the first fold. */

void shard_restore_row(struct shard *shard, const struct shard_row *row);
void shard_restore_topic(struct shard *shard, const char *topic, int64_t next,
                         struct instant appended, uint32_t hash);
void shard_restore_folded(struct shard *shard, const char *topic, const char *source,
                          int64_t sequence);
void shard_restore_high(struct shard *shard, const char *topic, int32_t partition,
                        int64_t sequence);
/* Called by store_ops.timers. */
void shard_restore_timer(struct shard *shard, const char *name, const char *key,
                         struct instant due);
/* A row of a resident table, or an answer to store_ops.load; packed absent: there is none. */
void shard_put(struct shard *shard, const struct state_table *table, struct bytes key,
               struct bytes packed);
/* Called by store_ops.begin. */

/* The name of a fact's topic, with .dlq. */
const char *fact_topic(const struct catalogue *catalogue, const struct fact *fact, char *text,
                       size_t size);

/* Reading. */

/* Takes a record of one of its topics: holds it, or drops what was folded or is held. True: it is held. */
bool shard_read(struct shard *shard, const struct log_record *record, struct instant real);
/*
 * Of a replay: the record of results at an offset was folded, whatever was read behind it, and is held when it is
 * read next.
 */
void shard_reread(struct shard *shard, int topic, int64_t offset);
/* The topic's entry, NULL: it does not read that topic. */
struct shard_topic *shard_topic(struct shard *shard, int topic);

/* Folding. */

/* Refusals that are known before the handler is asked: a replay's, and those of the crash note. */
struct known_refusal {
	int topic;
	int32_t partition;
	int64_t offset;
	const char *reason;
};

struct fold {
	struct held **events; /* in the order of folding: the first that the shard holds */
	size_t count;
	struct instant frontier;
	const struct known_refusal *refused;
	size_t refused_count;
	/*
	 * Real: when timers have fired for so long, the batch ends before the next instant at which one is due, and the
	 * frontier with it, so that hours which pass at once do not hold up what comes. 0: never, as in a replay.
	 */
	struct duration patience;
	struct instant began; /* the runtime's, as the two below */
	bool fired;
	bool cut;
	size_t folded; /* out: how many of them; fewer than count when it ended before */
};

/*
 * Folds a batch: state, timers and row change in memory, and shard->batch says what is to be written.
 * RETRY: a row could not be loaded; the shard is to be dropped and loaded anew.
 */
enum status shard_fold(struct shard *shard, struct fold *fold) MUST_CHECK;
/* The batch is true: forget what was changed, hand the facts to the publisher. */
void shard_committed(struct shard *shard, struct instant real);

#endif
