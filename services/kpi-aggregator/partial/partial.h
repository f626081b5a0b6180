/*
 * partial - the stage that counts what its shard hears: facts become what is known of a subject, that becomes observations, those
 * become sums of windows, and a timer of mesh time tells what is more since it was told last. No batch shows in that.
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
#define PARTIAL_TIMER_TELL "tell"         /* one of a shard */
#define PARTIAL_TIMER_SNAPSHOT "snapshot" /* one of a zone: its next midnight */

struct subject_row {
	const char *subject; /* "ticket/T1" */
	struct bytes known;  /* of its kind (subject.h) */
	struct bytes told;   /* its observations as they were told (observation_codec.h) */
	struct instant born; /* the shard's now when it was first heard of */
};
extern const struct state_table subject_table;

/* Subjects of which snapshots are taken at the midnights to come. */
struct open_subject_row {
	const char *subject;
};
extern const struct state_table open_subject_table;

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

/* Sums of one of the finest windows that are not told yet. */
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
	const char *key;      /* "support.first_reply@1"; "": the shard has begun */
	const char *digest;   /* of its document, which stays the same */
	struct instant begun; /* TIME_MIN: the shard began with it */
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

enum status partial_tell(struct task *task, const char *key);
enum status partial_snapshot(struct task *task, const char *key);
void partial_need_snapshot(struct task *task, const char *key);

/* Of its own files. */

/* The kinds of subjects, ended by NULL. */
extern const struct subject_kind *const partial_kinds[];

/* What one handler counts, summed by cell: what is taken back and counted again the same is nothing. */
struct partial_count;
struct partial_count *partial_count_begin(struct task *task, struct instant born);
void partial_count_add(struct partial_count *count, const struct observation *it, int sign);
/* Into the cells that wait, and sees to it that they are told. */
enum status partial_count_end(struct partial_count *count) MUST_CHECK;

/* The first fact of a shard: its definitions count everything, its zones have their first midnight. */
void partial_begin(struct task *task);
/* Takes note of definitions that are new in force, and refuses one that says otherwise than before. */
enum status partial_look_at_definitions(struct task *task) MUST_CHECK;
/* Makes the subject's observations anew, counts what is another, and saves the row. */
enum status partial_refresh(struct task *task, const struct subject_kind *kind,
                            struct subject_row *row) MUST_CHECK;

#endif
