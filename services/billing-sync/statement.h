/*
 * statement - the ledger read: balances by account and currency, and what happened to one customer.
 *
 * Pure over rows of the table `entry`, in any order; equal rows give equal answers.
 */
#ifndef SERVICES_BILLING_SYNC_STATEMENT_H
#define SERVICES_BILLING_SYNC_STATEMENT_H

#include "services/billing-sync/journal.h"

struct balance {
	enum account account;
	char currency[4];
	int64_t minor; /* debit above zero */
};

struct balances {
	const struct balance *balances; /* in the order of the chart, then of currencies */
	size_t count;
};

/*
 * A trial balance; it sums to zero in each currency when the rows are whole transactions. Lives in the
 * arena. False: an account is unknown, or a balance is beyond 64 bits.
 */
bool statement_balances(struct arena *arena, const struct entry_row *rows, size_t count,
                        struct balances *balances) MUST_CHECK;

struct statement_row {
	const struct entry_row *entry;
	int64_t owed; /* by the customer, in the entry's currency, after this entry */
};

struct statement {
	const struct statement_row *rows; /* by at, booked_at, transaction, line */
	size_t count;
};

/*
 * What changed what the customer owes: entries of receivable and credits. Lives in the arena and borrows
 * the rows. False: a balance is beyond 64 bits.
 */
bool statement_make(struct arena *arena, const struct entry_row *rows, size_t count,
                    const char *customer, struct statement *statement) MUST_CHECK;

#endif
