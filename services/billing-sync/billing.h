/*
 * billing - what main.c and the tests take from the other files: the daemon's stages, and what it counts.
 */
#ifndef SERVICES_BILLING_SYNC_BILLING_H
#define SERVICES_BILLING_SYNC_BILLING_H

#include "common/base/metrics.h"
#include "common/flow/outside.h"
#include "common/flow/task.h"

enum {
	BILLING_OBJECT,
	BILLING_SOURCE,
	BILLING_CHARGE,
	BILLING_CUSTOMER,
	BILLING_PAYOUT,
	BILLING_BOOKS,
	BILLING_CLAIM,
	BILLING_CARD
}; /* places in the table */

extern const struct stage billing_sync_stages[]; /* ended by a name of NULL */

extern struct metric *const billing_sync_metrics[];                   /* ended by NULL */
void billing_sync_tally(const struct fact *fact);                     /* one that became true */
void billing_sync_look(const struct stage *stage, struct task *task); /* a shard that is here */
void billing_sync_lost(const struct stage *stage, int32_t shard);     /* and one that is no more */

#endif
