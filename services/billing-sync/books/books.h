/*
 * books - the stage `books`: closes a period when all shards have told their part of it.
 *
 * Each close is a cut of the books (period_action.h), and each shard of `customer` and of
 * `payout` answers it with its figures. When the last
 * has, they are added up and the checklist is asked (period_close.h): PeriodClosed with the digest that seals
 * them, and ActionApplied; or ActionRefused with every item that does not hold. What is booked for a closed
 * period later bears a number that is not below its cut's: it is a correction in the period that is open.
 */
#ifndef SERVICES_BILLING_SYNC_BOOKS_BOOKS_H
#define SERVICES_BILLING_SYNC_BOOKS_BOOKS_H

#include "common/flow/task.h"
#include "opsmesh/v1/books.pb-c.h"

extern const struct state_table closing_table;
extern const struct state_table period_table;

/* A period that is closed. */
struct period_row {
	const char *period;
	int64_t first_day;
	int64_t end_day;
	int64_t cut;
	struct instant cut_at;
	const char *digest;
	struct bytes body; /* PeriodClosed */
};

enum status books_on_shard_figured(struct task *task, const Opsmesh__V1__ShardFigured *figured);

#endif
