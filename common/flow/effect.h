/*
 * effect - what a stage wants done in the world: render a document, call a provider.
 *
 * A handler asks (task_effect), and the wish becomes true in the commit of all else that it did. Only then a
 * thread of the daemon runs it, and what came of it is a record on the stage's topic of results, on the
 * shard's own partition, which the stage reads like any other. The answer that is folded first counts, once:
 * whatever else comes for that wish is dropped. A wish that has no answer when its shard is loaded, by this
 * owner or the next, is run again. So an effect runs at least once, and its answer is folded exactly once:
 * what `run` does outside must be idempotent by (stage, name, id), which a provider's idempotency key is.
 *
 * Replay and rebuild run no effect: the answers are on the log.
 *
 * Time. A result holds nobody's clock: it is no input of the frontier, and its mesh time is the `now` at which
 * it was asked for. In live mode it is folded when it comes. In recorded mode a shard that has asked folds
 * nothing else, and `now` stands still, until all that it has asked for is answered, and it folds the answers in
 * the order of (name, id), whenever they come: so they lie at one place in the order of the day, whatever
 * the batches were. A stage that reads the journal has no effects: it would hold up its own clock.
 *
 * On the topic (in the catalogue its writers are { "effect", NULL }): ce_source "effect", no ce_sequence,
 * ce_effect the effect's name, ce_subject the id, ce_id "<stage>/<n>/<name>/<id>", ce_time and ce_meshtime
 * the `now` at which it was asked for, and the key of the event that asked. A dead letter of it goes by its
 * offset, as one of the journal, and the wish counts as answered then.
 */
#ifndef COMMON_FLOW_EFFECT_H
#define COMMON_FLOW_EFFECT_H

#include "common/flow/task.h"

#define EFFECT_SOURCE "effect"
#define EFFECT_ID_MAX 500 /* bytes; an index of the store takes 2,700 for stage, name and id */
/* Tries while the world is not ready, of one process: with the pauses between them about ten minutes. */
#define EFFECT_ATTEMPTS_MAX 12
#define EFFECT_BLOB_MAX ((size_t)32 << 20) /* a packet of evidence has a few MB */

/*
 * Bytes too large for the log, kept by their SHA-256 in the daemon's schema. Append only: what an answer
 * names must be there whoever folds it. A door is used by one thread.
 */
struct effect_blobs {
	void *context;
	enum status (*put)(void *context, const char *digest, struct bytes bytes);
	enum status (*get)(void *context, const char *digest, struct arena *arena,
	                   struct bytes *bytes);
};

/* Bytes under their own digest (64 hex digits, in lower case). REJECT: too large. RETRY: the store is away. */
enum status effect_blob_put(struct effect_blobs *blobs, const char *digest,
                            struct bytes bytes) MUST_CHECK;
/* Absent where nobody put any. */
enum status effect_blob_get(struct effect_blobs *blobs, const char *digest, struct arena *arena,
                            struct bytes *bytes) MUST_CHECK;

/* What was asked for. Everything lives until the answer was given. */
struct effect_request {
	const char *name;
	const char *id;
	struct bytes message;    /* the request, packed */
	struct instant asked_at; /* mesh time */
	const void *config;      /* the service's settings */
	/*
	 * Those in force when it was asked for. Where the process was started, or the shard taken over, since
	 * then: those in force when its owner found it.
	 */
	const struct document *documents;
	struct effect_blobs *blobs;
	void *tool; /* that the effect has opened; NULL: it opens none */
};

/* A document by its name in the service's table, compiled. */
const void *effect_document(const struct effect_request *request, const char *name);

struct effect_answer {
	struct bytes message; /* a packed message of the topic of results, in the arena */
	char reason
	    [TASK_REASON_SIZE]; /* of REJECT, RETRY and FATAL: one sentence, nothing personal */
	struct arena *arena;    /* emptied before each try */
};

struct stage_effect {
	const char *name; /* NULL ends the table; kept in tables: never renamed; no '/' in it */
	const char *doc;
	/*
	 * On a thread of its own, one at a time for the whole daemon, never in the fold: a function of the
	 * request, the documents and the blobs that they name. OK: the message is the answer. REJECT: it
	 * can never succeed. RETRY: the world is not ready; tried again with growing pauses, up to
	 * EFFECT_ATTEMPTS_MAX. FATAL ends the process. It has to end by itself, within seconds. One in
	 * which the process crashed three times failed for good.
	 */
	enum status (*run)(const struct effect_request *request, struct effect_answer *answer);
	/* The answer of one that failed for good. It is small, and always valid. */
	void (*failed)(const struct effect_request *request, const char *reason,
	               struct effect_answer *answer);
	/*
	 * Optional: what it runs with and takes long to open, as fonts. Opened on the thread that runs, before the
	 * first run, and kept for all others until the daemon ends; what a run leaves in it may change no other's
	 * answer. NULL, with a reason: the world is not ready.
	 */
	void *(*open)(char *reason, size_t reason_size);
	void (*close)(void *tool);
};

/*
 * Asks for an effect of the stage's table. The id says what asked: asking again under the same name and id has no
 * second effect while the first is pending, nor ever after it was answered, by failing too; a stage that
 * wants another try asks under another id. An answered id is kept for ever, as a small row. REJECT: an id
 * that is empty, too long or not UTF-8, or a request that is larger than a record.
 */
enum status task_effect(struct task *task, const char *name, const char *id,
                        const ProtobufCMessage *request) MUST_CHECK;

/* False: task_effect would refuse this request as larger than a record. For what cannot be refused, as a timer. */
bool effect_fits(const ProtobufCMessage *request);

#endif
