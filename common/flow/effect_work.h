/*
 * effect_work - what was asked for on its way to an answer: run, and produced to the topic of results.
 *
 * Two threads meet here. The worker's tells which rows are pending, hands answers to the log and hears of
 * acknowledgements; the other one runs. Where there is no other, in the simulator, whoever steps the worker
 * calls effect_work_run. Nothing here is kept: what is lost with the process is pending in the store.
 */
#ifndef COMMON_FLOW_EFFECT_WORK_H
#define COMMON_FLOW_EFFECT_WORK_H

#include "common/flow/effect_fold.h"

#define EFFECTS_MAX 256                     /* on their way at once, of one daemon */
#define EFFECT_BYTES_MAX ((size_t)16 << 20) /* of their requests and answers */

struct effect_work;

/* For metrics; on the worker's thread. */
enum effect_news {
	EFFECT_STARTED,  /* taken up */
	EFFECT_AGAIN,    /* a try that found the world not ready */
	EFFECT_ANSWERED, /* its answer was handed to the log */
	EFFECT_FAILED,   /* the answer that says so was */
};
typedef void effect_witness(void *context, const struct stage *stage, const char *name,
                            enum effect_news news, int64_t count);

/*
 * NULL where none of the stages has any effect: all but look, forget, send and run take that. context is the
 * worker's, and documents are taken from it when a row is taken up.
 */
struct effect_work *effect_work_create(const struct shard_context *context,
                                       const struct stage *stages);
void effect_work_destroy(struct effect_work *work); /* no thread runs any more; NULL is allowed */
void effect_work_watch(struct effect_work *work, effect_witness *witness, void *context);

/* The worker's thread. */

/* The shard in this slot has no batch under way: what is pending is true. Takes up what is new, lets go the rest. */
void effect_work_look(struct effect_work *work, size_t slot, struct shard *shard);
void effect_work_forget(struct effect_work *work, size_t slot); /* the shard is another's now */
void effect_work_send(struct effect_work *work);
/* False: the token is none of ours, as of a publisher's facts. */
bool effect_work_acked(struct effect_work *work, uint64_t token, int64_t number);
void effect_work_restart(struct effect_work *work); /* after LOG_FAILED */
/* How many tries of what is pending in this slot have found the world not ready, of this process. */
int64_t effect_work_tries(struct effect_work *work, size_t slot);
/* Why the process cannot go on; NULL: it can. */
const char *effect_work_fatal(struct effect_work *work);

/* The other one. */

void effect_work_open(struct effect_work *work, struct effect_blobs *blobs);
/* What crashed its process too often (crash_note.h), by the topic of results: it fails without being run. */
void effect_work_refuse(struct effect_work *work, const struct known_refusal *refused,
                        size_t count);
/* Runs one that is due. False: there was none. */
bool effect_work_run(struct effect_work *work);
/* A thread that does so until it is stopped. False: what it runs has not ended in time, and it still runs. */
void effect_work_start(struct effect_work *work);
bool effect_work_stop(struct effect_work *work, struct duration most);

#endif
