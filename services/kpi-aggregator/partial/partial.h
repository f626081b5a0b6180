/*
 * partial - the stage that counts what its shard hears: facts become what is known of a subject. A timer of mesh time makes
 * observations of that, and sums of windows of what is another than it was told last, and tells them. No batch shows in that.
 *
 * A handler finds the subject of its fact and says how it changes what is known; partial_learn does the rest.
 *
 * A definition counts what its shard first hears of after it came into force there: what was known before was never counted by it, so
 * nothing of it can be taken back. The definitions with which a shard begins count everything.
 */
#ifndef SERVICES_KPI_AGGREGATOR_PARTIAL_PARTIAL_H
#define SERVICES_KPI_AGGREGATOR_PARTIAL_PARTIAL_H

#include "common/flow/task.h"
#include "services/kpi-aggregator/cell/cell.h"
#include "services/kpi-aggregator/subject/subject.h"

#define PARTIAL_TELL_EVERY MINUTES(5)
#define PARTIAL_TIMER_TELL "tell"         /* two of a shard: the tick, and the next slice */
#define PARTIAL_TIMER_SNAPSHOT "snapshot" /* one of a zone: its next midnight */

struct subject_row {
	const char *subject; /* "ticket/T1" */
	struct bytes known;  /* of its kind (subject.h) */
	struct bytes told;   /* its observations as they were told (observation_codec.h) */
	struct instant born; /* the shard's now when it was first heard of */
};
extern const struct state_table subject_table;

/* Subjects of which snapshots are taken at the midnights to come; and such as are known otherwise than they were told. */
struct subject_key_row {
	const char *subject;
};
extern const struct state_table open_subject_table;
extern const struct state_table untold_subject_table;

/* An observation as it stands, for people who ask what is behind a number; of kinds that are kept. */
struct observation_row {
	const char *subject;
	const char *kind; /* as the vocabulary names it */
	const char *number;
	struct instant times[OBSERVATION_TIMES];
	const char *currency;
	const char *body; /* observation_json.h */
};
extern const struct state_table observation_table;

/* Sums of one of the finest windows that are not told yet, of what no subject is kept of. */
struct partial_cell_row {
	const char *series;
	struct instant start;
	const char *value;
	const char *currency;
	int64_t n;
	int64_t hits;
	int64_t sum;
	int64_t came;
	int64_t taken_back;
	struct bytes rest; /* cell_rest_pack */
};
extern const struct state_table partial_cell_table;

/* The snapshots of a zone. */
struct snapshot_row {
	const char *zone;
	struct instant until; /* the last midnight of which snapshots are taken */
	const char *cursor;   /* of those, the last subject that was looked at; NULL: all were */
};
extern const struct state_table snapshot_table;

/* Since when the shard counts by a definition. */
struct definition_seen_row {
	const char
	    *key; /* "support.first_reply@1"; "": the shard has begun; "*": by all of a book */
	const char *digest; /* of its document, which stays the same; of "*" the book's */
	struct instant
	    begun; /* TIME_MIN: the shard began with it; of the shard the time of its first fact */
};
extern const struct state_table definition_seen_table;

/*
 * Applies one fact to what is known; data is NULL at first. The new bytes lie in the arena; the same bytes where nothing is
 * another. False: what is known cannot be read, which is a defect.
 */
typedef bool subject_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed);

/* In a handler: the subject learns; what follows of it is counted. */
enum status partial_learn(struct task *task, const struct subject_kind *kind, const char *id,
                          subject_apply *apply, const void *fact) MUST_CHECK;
/* In a need function. */
void partial_need(struct task *task, const struct subject_kind *kind, const char *id);
/* Of what is said once and never becomes another: no subject; its row is called by the fact's id. */
enum status partial_observe(struct task *task, const struct observation *it) MUST_CHECK;

enum status partial_tell(struct task *task, const char *key) MUST_CHECK;
void partial_need_tell(struct task *task, const char *key);
enum status partial_snapshot(struct task *task, const char *key) MUST_CHECK;

/* Of its own files. */

/* The kinds of subjects, ended by NULL. */
extern const struct subject_kind *const partial_kinds[];

/* The observation's row for people, where its kind has one. */
void partial_show(struct task *task, const char *subject, const struct observation *it);
void partial_hide(struct task *task, const char *subject, const struct observation *it);

/* Sees to it that what waits is told, and that this subject is. */
void partial_tell_soon(struct task *task);
void partial_tell_subject(struct task *task, const char *subject);

/* What is to be told together; all of it lies in the task's scratch. */
struct partial_sums;
struct partial_sums *partial_sums_begin(struct task *task);
/* The change's value and currency have to live as long as the sums. */
void partial_sums_add(struct partial_sums *sums, const struct cell_change *change);
/* Says it where the status is well, and lets go of it. */
enum status partial_sums_end(struct partial_sums *sums, enum status status) MUST_CHECK;
/* Of the rows that wait at most so many. Is something left, all becomes false. */
enum status partial_take_cells(struct task *task, struct partial_sums *sums, int most,
                               bool *all) MUST_CHECK;

/* Which definitions count a subject, by when it was first heard of. */
struct partial_since {
	struct task *task;
	struct instant born;
	bool all;                       /* whatever is asked: it was born behind them all */
	const struct definition *asked; /* last */
	bool counts;
};
struct partial_since partial_since_begin(struct task *task, struct instant born);
bool partial_since_counts(struct partial_since *since, const struct definition *definition);

/* `now`, or where the shard has none the time of its first fact. */
struct instant partial_time(struct task *task);
/* The first fact of a shard: its definitions count everything. */
void partial_begin(struct task *task);
/* Takes note of definitions that are new in force, and of zones; refuses a definition that says otherwise than before. */
enum status partial_look_at_definitions(struct task *task) MUST_CHECK;

#endif
