/*
 * clock - one SLA clock: a metric of a ticket, one instance of it, against a target.
 *
 * Pure. A clock remembers what has been used before its current span, and that span; elapsed and due
 * are sums over the calendar. Nothing is judged while it changes: an end (a reply, a solution) is kept
 * with its time, and sla_clock_judge, called by the ticket's timer once nothing older can come, says
 * what happened: a breach is a fact at due, an end at exactly due has met it.
 */
#ifndef SERVICES_SLA_WATCHER_CLOCK_H
#define SERVICES_SLA_WATCHER_CLOCK_H

#include "common/base/fsm.h"
#include "services/sla-watcher/policy.h"

#include <assert.h>

enum sla_state {
	SLA_IDLE, /* not activated: no clock is kept in it */
	SLA_RUNNING,
	SLA_PAUSED,
	SLA_OVERDUE, /* breached, and runs on */
	SLA_OVERDUE_PAUSED,
	SLA_MET,
	SLA_MISSED, /* ended after its breach */
	SLA_CANCELLED,
	SLA_STATES,
};

enum sla_cause {
	SLA_ACTIVATE,
	SLA_PAUSE,
	SLA_RESUME,
	SLA_RETARGET,
	SLA_WARN,
	SLA_BREACH,
	SLA_FULFIL,
	SLA_CANCEL,
	SLA_CORRECT,  /* an end that came late to us was in time after all */
	SLA_AMEND,    /* an earlier end became known; the verdict stays */
	SLA_WITHDRAW, /* a target that came late to us was longer: no breach yet */
	SLA_CAUSES,
};

extern const struct fsm sla_clock_fsm;

#define SLA_NEVER TIME_MAX

struct sla_clock {
	struct instant started; /* of the instance */
	struct instant since;   /* the current span, or the last one while paused */
	struct instant until;   /* its end while paused, else SLA_NEVER */
	struct duration used;   /* calendar time before since */
	struct instant due;     /* SLA_NEVER: no target, or paused before it */
	struct instant end;     /* what was waited for has happened; SLA_NEVER: not yet */
	int32_t target_s;       /* 0: no target */
	unsigned instance : 16; /* from 1 */
	unsigned metric : 4;
	unsigned state : 4;
	unsigned warned : 4; /* shares of the target that were passed */
	unsigned retroactive : 1;
	unsigned cancels : 1; /* the end is a cancellation */
};

static_assert(sizeof(struct sla_clock) < 64, "a million clocks are held in memory");

/* What a clock said. */
struct sla_fact {
	enum sla_cause cause; /* CORRECT, AMEND and WITHDRAW are corrections */
	struct instant at;    /* business time; of a breach its due */
	struct sla_clock clock;
	struct sla_clock before;
	struct duration elapsed;   /* at `at` */
	struct duration remaining; /* target less elapsed, negative past due; 0 without a target */
	int percent;               /* of a warning */
	const char *reason;        /* one sentence for people */
};

#define SLA_SAID_MAX 48 /* all clocks of a ticket, each with its warnings, breach and end */

/* Some 8 kB: it belongs into an arena, not on the stack. */
struct sla_said {
	struct sla_fact facts[SLA_SAID_MAX];
	size_t count;
};

bool sla_clock_open(const struct sla_clock *clock); /* neither met, missed nor cancelled */
/* Calendar time used until at. A NULL calendar is always open. */
struct duration sla_clock_elapsed(const struct sla_clock *clock, struct calendar *calendar,
                                  struct instant at);

/* All below add what they say; a change that the state machine does not list says nothing. */
void sla_clock_activate(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                        struct sla_said *said);
void sla_clock_pause(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                     struct sla_said *said);
void sla_clock_resume(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                      struct sla_said *said);
/* The span that runs is cut at `at`: what was used before stays as the old calendar counted it. */
struct sla_change {
	struct calendar *from;
	struct calendar *to;
	int32_t target_s;
	struct instant at;
};
void sla_clock_retarget(struct sla_clock *clock, const struct sla_change *change,
                        const struct sla_policy *policy, struct sla_said *said);
/* Keeps the earliest end of an open clock; corrects a clock that was judged with a later one. */
void sla_clock_end(struct sla_clock *clock, struct calendar *calendar, struct instant at,
                   bool cancels, struct sla_said *said);

/* When to judge next; SLA_NEVER: nothing to come. policy gives the warnings and may be NULL. */
struct instant sla_clock_next(const struct sla_clock *clock, struct calendar *calendar,
                              const struct sla_policy *policy);
/* Says all that has happened by at. */
void sla_clock_judge(struct sla_clock *clock, struct calendar *calendar,
                     const struct sla_policy *policy, struct instant at, struct sla_said *said);

#endif
