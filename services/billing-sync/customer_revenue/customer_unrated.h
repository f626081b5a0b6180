/*
 * customer_unrated - exchange rates that a day of the reporting currency waits for, as cases.
 *
 * Whichever shards and days wait for a rate, it is one case `rate_missing` of the two currencies, which no customer has:
 * the stage `payout` keeps it, with each shard that waits as its evidence, and it heals when the last of them could
 * tell its day. What a shard waits for is kept, so that it is told once.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_UNRATED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_UNRATED_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

struct unrated_row {
	const char *currency;
	const char *reporting_currency;
};
extern const struct state_table unrated_table;

struct unrated {
	const char *currency;
	const char *reporting_currency;
	const char *reason; /* one clause that names the day */
};
/* At a timer: this is waited for, and nothing else; NULL: nothing is. */
enum status unrated_follow(struct task *task, const struct unrated *lacking) MUST_CHECK;

#endif
