/*
 * worker - one instance of a daemon: the shards that the group gives it, and the steps that move them.
 *
 * One thread. Each step does a little and returns; the service calls them in a loop, the simulator in any
 * order, with crashes between any two.
 */
#ifndef COMMON_FLOW_WORKER_H
#define COMMON_FLOW_WORKER_H

#include "common/flow/effect_work.h"
#include "common/flow/publisher.h"
#include "common/flow/shard.h"

/* A shard's place in an instance. */
enum slot_state {
	SLOT_ELSEWHERE, /* the group gives it to another instance */
	SLOT_RAISE,     /* ours: to be taken over, which raises the epoch */
	SLOT_LOAD,      /* ours: to be loaded anew, the epoch compared */
	SLOT_OWNED,
};

struct slot {
	enum slot_state state;
	struct instant not_before; /* real: of the next try */
	int64_t epoch;             /* ours, when it was last loaded */
	struct shard *shard;       /* SLOT_OWNED */
};

/* Who counts what became true, for metrics. Functions may be NULL. */
struct worker_witness {
	void *context;
	/* A batch was committed; its shard is still as the batch left it. */
	void (*batch)(void *context, const struct batch *batch);
	/* And the transaction that had them all: from the beginning of folding to the commit. */
	void (*transaction)(void *context, struct duration took);
};

struct worker {
	struct shard_context context;
	const struct stage *stages; /* ended by a name of NULL */
	size_t stage_count;
	int lead; /* the topic that the group shares out */
	const char *instance;
	const struct known_refusal *refused; /* by the crash note */
	size_t refused_count;
	size_t held_max;          /* events read and not folded, of one shard */
	size_t held_bytes_max;    /* of all */
	size_t publish_bytes_max; /* committed and not acknowledged, of all */

	struct slot *slots; /* stage * partitions + partition */
	size_t slot_count;
	bool *assigned; /* by partition */
	bool reassign;  /* the log is to be positioned anew */
	uint64_t tokens;

	struct batch *batches; /* of the transaction under way */
	size_t batch_count;
	bool *failed;
	bool committing;
	bool lost;                  /* the connection: everything is to be loaded anew */
	struct instant store_retry; /* real: not before */
	struct duration store_pause;
	struct duration log_pause;  /* of asking it about a shard that is taken over */
	struct instant progress_at; /* real: the next full round */
	struct instant hint_at;
	const char *fatal;           /* why this process cannot go on; NULL: it can */
	struct effect_work *effects; /* NULL: no stage has any */
	struct arena *arena;
	struct worker_witness witness;
	struct instant began; /* real: folding for the transaction under way */
	int64_t events;       /* folded ever, for the caller's metrics */
	int64_t facts;
	int64_t transactions;
};

void worker_init(struct worker *worker, const struct shard_context *context,
                 const struct stage *stages, int lead, const char *instance);
void worker_finish(struct worker *worker);

/* Takes in what the log has to tell, waiting at most so long for the first of it. */
void worker_poll(struct worker *worker, struct duration wait, size_t most);
/* Takes over and loads what is ours and not in memory. */
void worker_take(struct worker *worker);
/* Folds what has arrived and begins one transaction for it. False: nothing to do, or one is under way. */
bool worker_fold(struct worker *worker);
/* Looks after the transaction under way, waiting at most so long. */
void worker_commit(struct worker *worker, struct duration wait);
void worker_publish(struct worker *worker);
/* Takes up the effects that were asked for, and hands answers to the log. */
void worker_effects(struct worker *worker);
void worker_progress(struct worker *worker);
void worker_hint(struct worker *worker);
/* All of that once; waits when there is nothing to do. */
void worker_step(struct worker *worker);

/* Every shard that is ours is loaded and works. reason (may be NULL) says what is missing. */
bool worker_ready(const struct worker *worker, const char **reason);
/* All that was committed is acknowledged, and nothing is under way. */
bool worker_settled(const struct worker *worker);
/* Real time now; and a pause that grows, jittered. */
struct instant worker_now(const struct worker *worker);
struct duration worker_pause(struct worker *worker, struct duration *pause);

#endif
