/*
 * case_policy - by when a case must be answered, who is told before, and how often cases are looked through. A dated document.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "buffer":"6h",                                    ours is so long before the provider's due_by
 *    "reminders":[{"step":"three_days","before":"72h"}, ...],   the owner's, before our deadline; the longest first
 *    "on_call_before":"24h",                           from there on-call is told, at any hour
 *    "sweep_every":"6h",                               open cases are looked through
 *    "gather_wait":"10m",                              what comes together is gathered together
 *    "lease":"4h",                                     who sends a packet has so long until it is seen at the provider
 *    "queue":"disputes",                               whose a case is as long as nobody has it
 *    "team":"billing",                                 whose alerts
 *    "release_role":"finance",                         optional: who approves what is sent or given up has a key with the scope
 *                                                      actions:approve:finance; without one actions:approve will do
 *    "calendar":"tokyo-support",                       optional: in whose time reminders come; without one at any hour
 *    "owners":[{"principal":"mika","calendar":"london"}, ...]}   optional: who works by another one
 *
 * The calendars and their holidays are among the same files (calendar_library.h). The schema is deploy/policies/schema/cases.schema.json. Pure.
 */
#ifndef SERVICES_CHARGEBACK_LIFE_CASE_POLICY_H
#define SERVICES_CHARGEBACK_LIFE_CASE_POLICY_H

#include "common/flow/calendar_library.h"
#include "common/flow/policy_head.h"

#define CASE_POLICY "cases" /* its name among the daemon's documents */
#define CASE_REMINDERS_MAX 8
#define CASE_OWNERS_MAX 64

struct case_reminder {
	const char *step;
	struct duration before;
};

struct case_owner {
	const char *principal;
	const char *calendar;
};

struct case_policy {
	struct policy_head head;
	struct duration buffer;
	struct case_reminder reminders[CASE_REMINDERS_MAX];
	size_t reminder_count;
	struct duration on_call_before;
	struct duration sweep_every;
	struct duration gather_wait;
	struct duration lease;
	const char *queue;
	const char *team;
	const char *release_role; /* NULL: every key that may approve */
	const char *calendar;     /* NULL: reminders come at any hour */
	const struct case_owner *owners;
	size_t owner_count;
};

/* For a row of service_document: what the two below are given as book. */
const void *case_policy_compile(const struct document *files, size_t count, char *reason,
                                size_t reason_size);
const struct case_policy *case_policy_at(const void *book, struct instant at);
/* By which an owner works (NULL: the queue), in the version in force; NULL: at any hour. */
const struct calendar_document *case_policy_calendar(const void *book,
                                                     const struct case_policy *policy,
                                                     const char *owner, struct instant at);

#endif
