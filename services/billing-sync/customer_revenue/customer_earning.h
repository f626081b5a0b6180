/*
 * customer_earning - what a shard's invoices earn day by day, booked at each day's end.
 *
 * A currency has a pace: what all invoices of the shard earn on a day. It is known from the days on which
 * it becomes another (pace.h), so that a day costs the same for ten invoices as for a million. When a day
 * of the books is over, one transaction a currency moves what was earned on it from deferred revenue to
 * revenue: "recognised/2026-05-01/EUR/3", where the shard's number stands last. What of it is an
 * invoice's, its plan tells (customer_deferral.h).
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_EARNING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_EARNING_H

#include "common/flow/task.h"
#include "services/billing-sync/revenue/deferral.h"

/* How far a currency is booked. */
struct earning_row {
	const char *currency;
	int64_t day;  /* the first one that is not */
	int64_t pace; /* what was earned on the day before it */
};

/* From that day on the shard earns so much more a day, or less. */
struct pace_row {
	const char *currency;
	int64_t day;
	int64_t minor;
};

extern const struct state_table earning_table;
extern const struct state_table pace_table;

/* The first day of the currency's that is not booked: what is earned before it has to be booked at once. */
int64_t earning_today(struct task *task, const struct books_policy *books, const char *currency);
/* From today on the days earn what one plan says instead of another. */
enum status earning_follow(struct task *task, const struct books_policy *books,
                           const char *currency, const struct deferral *before,
                           const struct deferral *after) MUST_CHECK;
/* The last instant of the days before this one: when what was earned by then is dated. */
struct instant earning_end(const struct books_policy *books, int64_t day);

/* A day of the books is over in a currency, which is the key. */
#define CUSTOMER_TIMER_EARN "earn"
enum status customer_on_earn(struct task *task, const char *key);

#endif
