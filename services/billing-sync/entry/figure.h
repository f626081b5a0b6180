/*
 * figure - the sums that a shard keeps of its books, by currency and day: what a close asks of it.
 *
 * A figure is what one day of the books added to one name: an account of the chart, debit above zero, or one
 * of those below. Nothing has to be read again to know what a period did. Names that are no flows have one
 * figure, on day 0: what is so now.
 */
#ifndef SERVICES_BILLING_SYNC_ENTRY_FIGURE_H
#define SERVICES_BILLING_SYNC_ENTRY_FIGURE_H

#include "common/flow/task.h"
#include "services/billing-sync/close/period_close.h"
#include "services/billing-sync/ledger/journal.h"

/* Of the deferrals, not of the journal: so each can be held against the other. */
#define FIGURE_BILLED "billed"
#define FIGURE_RECOGNISED "recognised"
#define FIGURE_CLEARED "cleared"
/* Of metered items: what was used, and what of it is billed (customer_metered.h). */
#define FIGURE_USED "used"
#define FIGURE_USAGE_BILLED "usage_billed"
/* Monthly recurring revenue: what each customer brings more since it was last asked, and "mrr_new", "mrr_churn" ... */
#define FIGURE_RECURRING "mrr"
/* Day 0. */
#define FIGURE_UNEXPLAINED "unexplained" /* of open discrepancies */

struct figure_row {
	const char *currency;
	const char *name;
	int64_t day;
	int64_t minor;
};

extern const struct state_table figure_table;         /* of the stage `customer` */
extern const struct state_table balance_figure_table; /* of the stage `payout`: the same rows */

/* Of a stage that keeps no figures: nothing. A sum beyond 64 bits stays at the edge. The day's end is told after this (customer_books.h). */
void figure_add(struct task *task, const char *currency, const char *name, int64_t day,
                int64_t minor);
/* The day of the books on which an instant lies. */
int64_t figure_day(struct task *task, struct instant at);
/* entry_book, and the accounts' figures with it; the transaction bears the number of the last cut. */
bool figure_book(struct task *task, const struct journal *journal);

/* The books are cut: what is booked from now on comes after that cut. */
void figure_cut(struct task *task, int64_t number);

/* All that is known of a period in one currency, in the shard. */
struct figures {
	const char *currency;
	int64_t balances[ACCOUNT_COUNT]; /* at its end */
	bool booked;                     /* something ever was */
	struct recognition_roll roll;
	struct unbilled_roll unbilled;
	struct recurring_line recurring;
	int64_t unexplained; /* now */
};
void figures_of(struct task *task, const char *currency, const struct period *period,
                struct figures *figures);
/* What open discrepancies are off by now. */
int64_t figure_unexplained(struct task *task, const char *currency);
/* Does the stage of the task keep any? */
bool figure_kept(const struct task *task);
/* The currency after that one ("" before the first) of which there is a figure; NULL: none. */
const char *figure_currency_after(struct task *task, const char *currency);

#endif
