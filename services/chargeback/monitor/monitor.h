/*
 * monitor - the stage `programme`: what all shards counted is summed, judged, and said.
 *
 * Its keys are what is watched: "programmes:<network>" has all programmes of the network, "patterns" the patterns. Sums are
 * judged soon after something was counted, and each day as it was at the end of the day before; the last day of a
 * programme's period closes the period. A period without payments to count against says nothing.
 *
 * What was said of a threshold only rises between two days: so figures that swing around it say it once. A day that is clear
 * again takes its alert back. A threshold that was met stays so until as many periods as the programme asks ended without.
 */
#ifndef SERVICES_CHARGEBACK_MONITOR_MONITOR_H
#define SERVICES_CHARGEBACK_MONITOR_MONITOR_H

#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "opsmesh/v1/tally.pb-c.h"
#include "services/chargeback/programme/programme.h"
#include "services/chargeback/watch/watch_policy.h"

#define MONITOR_TIMER_JUDGE "judge" /* of a network: something was counted */
#define MONITOR_TIMER_DAY "day"     /* of what is watched */
#define MONITOR_RUNBOOK "deploy/runbooks/dispute-programme.md"
/* Names among the daemon's documents. */
#define MONITOR_PROGRAMMES "programmes"
#define MONITOR_PATTERNS "dispute-patterns"

struct watched_row {
	const char *watched;
	struct instant since;
};

/* A threshold of a programme; those of one name are one, for whichever region. */
struct threshold_row {
	const char *programme;
	const char *name;
	const char *network;
	struct instant period_start; /* of the period that is open */
	int64_t standing;            /* enum programme_standing, as it was said in that period */
	struct instant said_at;      /* TIME_MIN: nothing was said in it */
	bool within;                 /* it was crossed, and not left since */
	int64_t clean_months;
};

struct pattern_row {
	const char *dimension;
	const char *value;
	struct instant found_at;
};

extern const struct state_table programme_sum_table; /* of struct tally_row: what all shards told */
extern const struct state_table watched_table;
extern const struct state_table threshold_table;
extern const struct state_table dispute_pattern_table;
extern const struct state_table programme_alert_table;

/* For rows of service_document: a struct programme_book; a book of struct dispute_pattern_policy. */
const void *monitor_programmes_compile(const struct document *files, size_t count, char *reason,
                                       size_t reason_size);
const void *monitor_patterns_compile(const struct document *files, size_t count, char *reason,
                                     size_t reason_size);

enum status monitor_on_counted(struct task *task, const Opsmesh__V1__TallyCounted *counted);
enum status monitor_on_requested(struct task *task, const Opsmesh__V1__ActionRequested *requested);
enum status monitor_judge(struct task *task, const char *key);
enum status monitor_day(struct task *task, const char *key);

/* Shared by the files of the stage. */

/* A fact about what is watched; its fact is set, the rest is filled here. */
enum status monitor_emit(struct task *task, const char *watched,
                         Opsmesh__V1__DisputeEvent *event) MUST_CHECK;
const struct watch_policy *monitor_policy(struct task *task);

/* What is judged: one network or the patterns, as of an instant, at the task's due. */
struct monitoring {
	struct task *task;
	const char *watched;
	const struct watch_policy *watch;
	struct instant as_of;
	bool day; /* a day has ended at as_of */
};

/* What a programme counts in its period up to as_of. */
struct programme_tally monitor_sum(const struct monitoring *it,
                                   const struct programme_policy *policy);
enum status monitor_programmes(const struct monitoring *it) MUST_CHECK;
enum status monitor_patterns(const struct monitoring *it) MUST_CHECK;

/* One programme at hand (monitor_say.c). */
struct judging {
	const struct monitoring *it;
	const struct programme_policy *policy;
	const struct programme_answer *answer;
};

enum monitor_fact { MONITOR_RATIO, MONITOR_APPROACHING, MONITOR_CROSSED, MONITOR_LEFT };

/* threshold: of the policy. */
enum status monitor_say(const struct judging *judging, enum monitor_fact fact, size_t threshold,
                        int64_t clean_months) MUST_CHECK;
enum status monitor_raise(const struct judging *judging, enum monitor_fact fact,
                          size_t threshold) MUST_CHECK;
enum status monitor_resolve(const struct judging *judging, enum monitor_fact fact, size_t threshold,
                            const char *reason) MUST_CHECK;

#endif
