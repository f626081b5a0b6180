/*
 * pattern - the stage that hears every report under its intent and says what many have in common: its
 * rows, its timers, its handlers.
 *
 * Nothing is judged when a report comes. A report goes into the bag of its step; the step's timer, once
 * nothing older can come, judges the windows that end there (pattern_judge.h). So the order in which the
 * reports of a window come does not matter. A report that comes when its step was judged already counts
 * in the judgement of the step that is open, as long as it lies within what is kept; older ones are
 * counted in their intent's row and nowhere else. Timers that were set stand when the document changes: its
 * new times hold from when they fire.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_H
#define SERVICES_CLASSIFIER_PATTERN_H

#include "common/flow/task.h"
#include "opsmesh/v1/report.pb-c.h"
#include "services/classifier/pattern_duplicate.h"
#include "services/classifier/pattern_judge.h"

#define PATTERN_DOCUMENT "patterns" /* a struct pattern_book; compiled by pattern_compile */

/* The timers' names; their keys are "<intent>/<rest>". */
#define PATTERN_TIMER_JUDGE "pattern_judge"           /* rest: the step's end, seconds since 1970 */
#define PATTERN_TIMER_LIFE "pattern_life"             /* rest: the pattern's number */
#define PATTERN_TIMER_CLEAN "pattern_clean"           /* the key is the intent alone */
#define PATTERN_TIMER_DUPLICATES "pattern_duplicates" /* rest: the customer */

/* An intent. */
struct pattern_intent_row {
	const char *intent;
	struct instant since;  /* the hour of the first report */
	int64_t patterns;      /* found so far: the last one's number */
	int64_t late;          /* reports that came too late for any window */
	struct bytes baseline; /* pattern_baseline_encode */
};

/* A step; apart from its bag, because a full bag stays as it is while the reports behind it count on. */
struct pattern_step_row {
	const char *intent;
	int64_t start_s; /* seconds since 1970 */
	int64_t reports;
	int64_t overflow;    /* more that are not kept */
	struct instant last; /* the latest report that is */
};

/* The reports of a step; those of an intent together are what its windows hold. */
struct pattern_bag_row {
	const char *intent;
	int64_t start_s;
	struct bytes body; /* pattern_bag_encode */
};

/* A pattern. */
struct pattern_known_row {
	const char *intent;
	int64_t number;
	const char *rule;  /* "burst", "error_code", "near_duplicate" */
	const char *token; /* the error code; NULL: none */
	const char *state; /* "live", "quiet" */
	struct instant found_at;
	struct instant last_report;
	struct instant quiet_since; /* TIME_MIN: it is not */
	int64_t customers;          /* ever */
	int64_t tickets;            /* ever */
	struct bytes body;          /* pattern_known_encode */
};

/* The tickets that a customer opened under an intent of late. */
struct pattern_customer_row {
	const char *intent;
	const char *customer;
	int64_t tickets;
	struct bytes body; /* pattern_tickets_encode */
};

extern const struct state_table pattern_intent_table; /* resident, as the three below */
extern const struct state_table pattern_step_table;
extern const struct state_table pattern_bag_table;
extern const struct state_table pattern_known_table;
extern const struct state_table pattern_customer_table;

enum status pattern_on_reported(struct task *task, const Opsmesh__V1__TroubleReported *reported);
void pattern_need_reported(struct task *task, const ProtobufCMessage *message);

enum status pattern_judge(struct task *task, const char *key);
enum status pattern_life(struct task *task, const char *key);
enum status pattern_clean(struct task *task, const char *key);
enum status pattern_judge_duplicates(struct task *task, const char *key);
void pattern_need_duplicates(struct task *task, const char *key);

/* pattern_say.c: the facts, on OPS_TRIAGE under the intent. */
enum status pattern_say_fact(struct task *task, const char *intent,
                             const struct pattern_policy *policy,
                             const struct pattern_fact *fact) MUST_CHECK;
enum status pattern_say_quieted(struct task *task, const char *intent,
                                const struct pattern_known *known, struct instant at) MUST_CHECK;
enum status pattern_say_duplicate(struct task *task, const char *intent, const char *customer,
                                  const struct pattern_duplicate *duplicate) MUST_CHECK;

/* pattern_row.c: rows in and out; a row that cannot be read is FATAL, and false where nothing was said. */
const struct pattern_policy *pattern_policy_of(struct task *task, struct instant at);
/* since: the first report's time, of an intent that has no row yet. */
enum status pattern_intent_load(struct task *task, const char *intent, struct instant since,
                                struct pattern_intent_row *row,
                                struct pattern_baseline *baseline) MUST_CHECK;
void pattern_intent_save(struct task *task, struct pattern_intent_row *row,
                         const struct pattern_baseline *baseline);
void pattern_judgement_set(struct task *task, const char *intent,
                           const struct pattern_policy *policy, struct instant end);
/* The step and its bag, which lives in the arena. */
bool pattern_bag_load(struct task *task, struct arena *arena, const struct pattern_step_row *step,
                      struct pattern_bag *bag) MUST_CHECK;
void pattern_bag_save(struct task *task, struct pattern_step_row *step,
                      const struct pattern_bag *bag);
void pattern_bag_remove(struct task *task, const struct pattern_step_row *step);
bool pattern_known_load(struct arena *arena, const struct pattern_known_row *row,
                        struct pattern_known *known) MUST_CHECK;
/* With its timer. */
void pattern_known_save(struct task *task, const char *intent, const struct pattern_policy *policy,
                        const struct pattern_known *known);
void pattern_known_remove(struct task *task, const char *intent, int64_t number);
bool pattern_tickets_load(struct task *task, const char *intent, const char *customer,
                          struct pattern_tickets *tickets) MUST_CHECK;
/* With their timer; without tickets the row goes. */
void pattern_tickets_save(struct task *task, const char *intent, const char *customer,
                          const struct pattern_policy *policy,
                          const struct pattern_tickets *tickets);
/* "<intent>/<rest>" taken apart at its first '/'. */
void pattern_key_split(struct task *task, const char *key, const char **intent, const char **rest);
/* The same where the rest is a number. */
enum status pattern_key_read(struct task *task, const char *key, const char **intent,
                             int64_t *number) MUST_CHECK;

#endif
