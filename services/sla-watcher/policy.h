/*
 * policy - which targets and which calendar a ticket has, and why.
 *
 * A policy is an ordered list of rules; the first that matches tier, priority, category and channel
 * decides. Policies and calendars have versions; what is in force at an instant is the version with
 * the latest effective_from that is not after it. Pure: the documents are read in policy_document.
 */
#ifndef SERVICES_SLA_WATCHER_POLICY_H
#define SERVICES_SLA_WATCHER_POLICY_H

#include "common/base/bytes.h"
#include "common/base/calendar.h"

#define SLA_WARN_MAX 4 /* shares of a target at which to warn */

enum sla_metric { SLA_FIRST_REPLY, SLA_NEXT_REPLY, SLA_RESOLUTION, SLA_METRICS };

enum sla_status {
	SLA_STATUS_NEW,
	SLA_STATUS_OPEN,
	SLA_STATUS_PENDING,
	SLA_STATUS_ON_HOLD,
	SLA_STATUS_SOLVED,
	SLA_STATUS_CLOSED,
	SLA_STATUSES,
};

extern const char *const sla_metric_names[]; /* "first_reply" ..., NULL at the end */
extern const char *const sla_status_names[]; /* "new" ..., NULL at the end */

/* What rules look at, in lower case; empty where it is not known. */
enum sla_trait { SLA_TIER, SLA_PRIORITY, SLA_CATEGORY, SLA_CHANNEL, SLA_TRAITS };

extern const char *const sla_trait_names[]; /* "tier" ..., NULL at the end */

struct sla_calendar {
	const char *id;
	int64_t version;
	struct instant effective_from;
	struct calendar *calendar;
	const uint8_t *digest; /* 32 bytes */
};

struct sla_rule {
	const char *id;
	const char *const
	    *match[SLA_TRAITS];        /* any of these, NULL at the end; NULL: whatever it is */
	const char *calendar;          /* its id */
	int32_t target_s[SLA_METRICS]; /* seconds of calendar time; 0: no target */
};

struct sla_policy {
	const char *id;
	int64_t version;
	struct instant effective_from;
	const struct sla_rule *rules;
	size_t rule_count;
	uint8_t warn_percent[SLA_WARN_MAX]; /* ascending */
	size_t warn_count;
	bool pauses[SLA_STATUSES]; /* in which statuses the resolution clock stands still */
	const uint8_t *digest;     /* 32 bytes */
};

/* The documents in force and those before them. */
struct sla_book {
	const struct sla_policy *policies;
	size_t policy_count;
	const struct sla_calendar *calendars;
	size_t calendar_count;
};

/* NULL: none. */
const struct sla_policy *sla_policy_at(const struct sla_book *book, struct instant at);
const struct sla_policy *sla_policy_find(const struct sla_book *book, const char *id,
                                         int64_t version);
const struct sla_calendar *sla_calendar_at(const struct sla_book *book, const char *id,
                                           struct instant at);
const struct sla_calendar *sla_calendar_find(const struct sla_book *book, const char *id,
                                             int64_t version);

/*
 * The first rule that matches; NULL: none. A sentence for each rule that was looked at is added to
 * trace, which may be NULL.
 */
const struct sla_rule *sla_match(const struct sla_policy *policy,
                                 const char *const traits[static SLA_TRAITS], struct buffer *trace);

#endif
