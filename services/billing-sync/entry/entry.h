/*
 * entry - the table `entry`: where the journal of the ledger is kept, a row a line, for ever.
 *
 * A transaction is booked once: who books it again meets its first line, and nothing happens. Rows are
 * never saved a second time and never removed; the database would refuse it.
 */
#ifndef SERVICES_BILLING_SYNC_ENTRY_ENTRY_H
#define SERVICES_BILLING_SYNC_ENTRY_ENTRY_H

#include "common/flow/task.h"
#include "services/billing-sync/ledger/journal.h"

/* Of the stage `customer`, and of the stage `payout`; their rows are struct entry_row. */
extern const struct state_table entry_table;
extern const struct state_table balance_entry_table;

/* In a need function: the transaction will be booked, and is hardly ever there; or it is read, line by line. */
void entry_need(struct task *task, const char *transaction_id);
void entry_need_lines(struct task *task, const char *transaction_id);
/* Was it booked? Then it is here as it was, and borrows from the batch. */
bool entry_load(struct task *task, const char *transaction_id, struct journal *journal);
/* Books a sealed transaction. False: it was booked before, and stands as it was. */
bool entry_book(struct task *task, const struct journal *journal);

#endif
