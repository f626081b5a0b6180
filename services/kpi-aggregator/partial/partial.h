/*
 * partial - the stage that counts what its shard hears: facts become what is known of a subject, that becomes observations, those
 * become sums of windows, and a timer of mesh time tells what is more since it was told last. No batch shows in that.
 *
 * A handler finds the subject of its fact and says how it changes what is known; partial_learn does the rest.
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
	struct bytes told;   /* its observations as they were told */
	struct instant born; /* the shard's now when it was first heard of */
	bool open;           /* has a row of open_subject */
};
extern const struct state_table subject_table;

/* An observation as it stands, for people who ask what is behind a number; of kinds that are kept. */
extern const struct state_table observation_table;
extern const struct state_table open_subject_table;
extern const struct state_table partial_cell_table;
extern const struct state_table snapshot_table;
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
/* Of what is said once and never becomes another: no subject, no row. number tells it apart within its kind. */
enum status partial_observe(struct task *task, const struct observation *it) MUST_CHECK;

enum status partial_tell(struct task *task, const char *key);
enum status partial_snapshot(struct task *task, const char *key);
void partial_need_snapshot(struct task *task, const char *key);

#endif
