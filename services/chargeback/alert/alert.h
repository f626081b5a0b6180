/*
 * alert - alerts of chargeback: raised once, resolved once, acknowledged by a person in between.
 *
 * The id is "alert/chargeback/<home>/<of what>/<rule>"; home is the key of the shard that it belongs to. One that was
 * resolved and is raised again ends in "/2", and so on.
 */
#ifndef SERVICES_CHARGEBACK_ALERT_ALERT_H
#define SERVICES_CHARGEBACK_ALERT_ALERT_H

#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"

#define ALERT_PREFIX "alert/chargeback/"
/* The homes of the stage programme; every other is the stage case's. */
#define ALERT_OF_PROGRAMMES ALERT_PREFIX "programmes:"

struct alert_row {
	const char *alert_id;
	const char *home;
	const char *state; /* "open", "acknowledged", "resolved" */
	const char *severity;
	struct instant raised_at;
	struct instant acknowledged_at;
	const char *acknowledged_by;
	struct instant resolved_at;
};

/* Of a table of these, of whichever stage. */
extern const struct column alert_columns[];

/* Whose alerts, and when. */
struct alert_scope {
	struct task *task;
	const struct state_table *table;
	const char *home;
	const char *about; /* behind the home in the id: the dispute, the programme and threshold */
	const char *cause_id; /* ce_id of the event; "": a timer */
	struct instant at;
};

struct alert_notice {
	const char *rule; /* "deadline_missed": part of the alert's id */
	Opsmesh__V1__Severity severity;
	const char *summary;     /* one sentence, no personal data */
	const char *description; /* what it means and what to do first */
	const char *runbook;
	const char *team;
	Opsmesh__V1__Evidence **evidence;
	size_t evidence_count;
};

Opsmesh__V1__Evidence *alert_evidence(struct arena *arena, const char *type, const char *id,
                                      const char *note);
/* Nothing where it is raised already. */
enum status alert_raise(const struct alert_scope *scope,
                        const struct alert_notice *notice) MUST_CHECK;
/* Nothing where none is raised. */
enum status alert_resolve(const struct alert_scope *scope, const char *rule,
                          const char *reason) MUST_CHECK;
/* What a person asks of an alert of the table; message of the task is the ActionEvent. */
enum status alert_on_action(struct task *task, const struct state_table *table,
                            const Opsmesh__V1__ActionRequested *requested) MUST_CHECK;

#endif
