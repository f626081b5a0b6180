/*
 * effect_job - one wish that is being answered, and what effect_work.c keeps of all of them. For the two alone.
 */
#ifndef COMMON_FLOW_EFFECT_JOB_H
#define COMMON_FLOW_EFFECT_JOB_H

#include "common/flow/effect_work.h"

#include <pthread.h>

#define EFFECT_ARENA_BLOCK ((size_t)4096)
#define EFFECT_HEADERS 10
#define EFFECT_TOOLS_MAX 8 /* effects of a daemon that open something */

enum effect_job_state {
	EFFECT_JOB_WAITS,    /* for its turn, or for the end of a pause */
	EFFECT_JOB_RUNS,     /* belongs to the thread that runs it */
	EFFECT_JOB_ANSWERED, /* to be handed to the log */
	EFFECT_JOB_SENT,     /* not acknowledged */
	EFFECT_JOB_DONE,     /* its answer lies on the topic, not folded yet */
};

struct effect_job {
	const struct stage *stage;
	const struct stage_effect *effect;
	size_t slot;
	int32_t shard_number;
	int64_t mark;         /* stands for an offset in the crash note */
	struct bytes row_key; /* packed */
	struct bytes key;     /* of the record */
	struct effect_request request;
	struct arena *asked; /* where all that lies */
	struct effect_answer answer;
	int64_t number;
	enum effect_job_state state;
	bool forsaken;             /* nobody waits for it any more */
	bool failed;               /* the answer says so */
	int attempts;              /* 0 again: told */
	struct duration pause;     /* the next one */
	struct instant not_before; /* real */
	size_t bytes;              /* as counted against the limit */
};

/* What effects have opened; of the thread that runs them. */
struct effect_tools {
	struct {
		const struct stage_effect *effect;
		void *tool;
	} all[EFFECT_TOOLS_MAX];
	size_t count;
};

struct effect_work {
	const struct shard_context *context;
	effect_witness *witness;
	void *witness_context;
	struct effect_blobs *blobs;
	const struct known_refusal *refused;
	size_t refused_count;
	uint64_t token;
	struct arena *arena; /* of the record being handed over */
	struct effect_tools tools;

	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock; /* of all below, but for a job that runs */
	pthread_cond_t changed;
	bool stopping;
	bool ended; /* the thread has nothing more to do */
	struct effect_job *jobs[EFFECTS_MAX];
	size_t count; /* changed by the worker's thread alone */
	size_t bytes;
	int64_t numbers; /* the last one given */
	char fatal[TASK_REASON_SIZE];
};

struct effect_job *effect_job_create(const struct shard_context *context, const struct shard *shard,
                                     const struct cache_row *row);
void effect_job_destroy(struct effect_job *job);
/* The reason of the refusal that names it, NULL: there is none. */
const char *effect_job_refused(const struct effect_job *job, const struct known_refusal *refused,
                               size_t count);
/* Gives the answer that it failed, with the reason. */
void effect_job_fail(struct effect_job *job, const struct catalogue *catalogue, const char *reason);
/* One try. RETRY: without an answer, never when it is the last. OK: with one, were it that it failed. */
enum status effect_job_run(struct effect_job *job, const struct catalogue *catalogue,
                           struct effect_tools *tools, bool last) MUST_CHECK;
void effect_tools_close(struct effect_tools *tools);
/* Of its record; how many. */
size_t effect_job_headers(const struct effect_job *job, const struct shard_context *context,
                          struct arena *arena, struct log_header headers[static EFFECT_HEADERS]);

#endif
