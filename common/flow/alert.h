/*
 * alert - what on-call must know: raised once, updated when it gets worse, resolved once, acknowledged by a person in between.
 *
 * The id is "alert/<daemon>/<home>/<about>"; home is the key of the shard that it belongs to. One that was resolved and
 * is raised again ends in "/2", and so on. A stage keeps its alerts in a table of its own and says them on ops.alerts.v1.
 *
 * Every stage reads all actions of its partition, so the id alone says whose an alert is: exactly one stage answers.
 */
#ifndef COMMON_FLOW_ALERT_H
#define COMMON_FLOW_ALERT_H

#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"

/* The stages that raise alerts, as the catalogue has them; each answers what is asked of its own. */
enum alert_owner {
	ALERT_OF_CLOCK, /* what is nobody's as well */
	ALERT_OF_CASE,
	ALERT_OF_PROGRAMME,
	ALERT_OF_KPI,
	ALERT_OWNERS
};

/* By how the id begins. */
enum alert_owner alert_owner_of(const char *alert_id);

/* The rows of a stage's table begin with it. */
struct alert_row {
	const char *alert_id;
	const char *home;
	const char *state; /* "open", "acknowledged", "resolved" */
	const char *severity;
	struct instant raised_at;
	struct instant acknowledged_at; /* TIME_MIN: nobody has, as all below */
	const char *acknowledged_by;    /* principal */
	struct instant resolved_at;
};

/* Its columns; home_name is what the table calls the home. A table goes on with columns of its own. */
#define ALERT_COLUMNS(home_name)                                                            \
	COLUMN(struct alert_row, alert_id),                                                 \
	    { .name = (home_name),                                                          \
	      .kind = COLUMN_TEXT,                                                          \
	      .offset = offsetof(struct alert_row, home) },                                 \
	    COLUMN(struct alert_row, state), COLUMN(struct alert_row, severity),            \
	    COLUMN(struct alert_row, raised_at), COLUMN(struct alert_row, acknowledged_at), \
	    COLUMN(struct alert_row, acknowledged_by), COLUMN(struct alert_row, resolved_at)

/* Of a table that calls it "home" and has no others. */
extern const struct column alert_columns[];

struct alert_kind {
	enum alert_owner owner;
	const struct state_table *table;
};

/* Which alert, and when. */
struct alert_scope {
	struct task *task;
	const struct alert_kind *kind;
	const char *home;
	const char *about; /* behind the home in the id: "dp_1/deadline_missed", "first_reply/1" */
	const char *cause_id; /* ce_id of the event; "": a timer */
	struct instant at;
};

struct alert_notice {
	const char *rule;
	Opsmesh__V1__Severity severity;
	const char *summary;     /* one sentence, no personal data */
	const char *description; /* what it means and what to do first */
	const char *runbook;
	const char *team;
	Opsmesh__V1__Evidence **evidence; /* most telling first */
	size_t evidence_count;
	struct alert_row *row; /* with the table's own columns; NULL: it has none */
};

Opsmesh__V1__Evidence *alert_evidence(struct arena *arena, const char *type, const char *id,
                                      const char *note);
/* Nothing where it is raised already. */
enum status alert_raise(const struct alert_scope *scope,
                        const struct alert_notice *notice) MUST_CHECK;
/*
 * It is worse than was said: nothing where none is raised; who acknowledged it has it still. The notice's rule, runbook and team are
 * those with which it was raised; its row, if any, is the one that alert_find loaded, with what is new.
 */
enum status alert_update(const struct alert_scope *scope,
                         const struct alert_notice *notice) MUST_CHECK;
/* Nothing where none is raised. What came late may have happened before: none is resolved before it was raised. */
enum status alert_resolve(const struct alert_scope *scope, const char *reason) MUST_CHECK;
/* The alert that stands, into a row of the table; false: there is none, and of the row the id alone is set. */
bool alert_find(const struct alert_scope *scope, struct alert_row *row);

/* Answers what a person asks of an alert of the kind's; nothing else. The task's message is the ActionEvent. */
enum status alert_on_action(struct task *task, const struct alert_kind *kind,
                            const Opsmesh__V1__ActionRequested *requested) MUST_CHECK;
/* The row that the answer takes. */
void alert_need(struct task *task, const struct alert_kind *kind,
                const Opsmesh__V1__ActionRequested *requested);

#endif
