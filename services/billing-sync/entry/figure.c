#include "services/billing-sync/entry/figure.h"

#include "common/base/text.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/customer_books.h"
#include "services/billing-sync/entry/entry.h"

#include <string.h>

#define AFTER_NAMES "\x7f" /* sorts behind every name of a figure */
#define CUT "cut"          /* of no currency: the number of the last one */

static const struct column columns[] = {
	COLUMN(struct figure_row, currency),
	COLUMN(struct figure_row, name),
	COLUMN(struct figure_row, day),
	COLUMN(struct figure_row, minor),
	COLUMN_END,
};
const struct state_table figure_table = { .name = "figure",
	                                  .columns = columns,
	                                  .key_columns = 3,
	                                  .row_size = sizeof(struct figure_row),
	                                  .resident = true };
const struct state_table balance_figure_table = { .name = "balance_figure",
	                                          .columns = columns,
	                                          .key_columns = 3,
	                                          .row_size = sizeof(struct figure_row),
	                                          .resident = true };

/* A table is of one stage; NULL: the stage keeps no figures. */
static const struct state_table *home(const struct task *task)
{
	if (task_has(task, &figure_table))
		return &figure_table;
	return task_has(task, &balance_figure_table) ? &balance_figure_table : NULL;
}

bool figure_kept(const struct task *task)
{
	return home(task) != NULL;
}

static int64_t sum_of(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

int64_t figure_day(struct task *task, struct instant at)
{
	return recognition_day(policies_standing(task, task->now).books->zone, at);
}

void figure_add(struct task *task, const char *currency, const char *name, int64_t day,
                int64_t minor)
{
	struct figure_row row = { .currency = currency, .name = name, .day = day };

	if (minor == 0 || home(task) == NULL)
		return;
	(void)task_load(task, home(task), &row);
	row.minor = sum_of(row.minor, minor);
	if (row.minor == 0)
		task_remove(task, home(task), &row);
	else
		task_save(task, home(task), &row);
	customer_books_touch(task, currency);
}

/* Cuts. */

static struct figure_row cut_row(struct task *task)
{
	struct figure_row row = { .currency = "", .name = CUT };

	(void)task_load(task, home(task), &row);
	return row;
}

void figure_cut(struct task *task, int64_t number)
{
	struct figure_row row = cut_row(task);

	row.minor = number;
	task_save(task, home(task), &row);
}

bool figure_book(struct task *task, const struct journal *journal)
{
	const int64_t day = figure_day(task, journal->at);
	struct journal numbered = *journal;

	if (home(task) != NULL)
		numbered.cut = cut_row(task).minor;
	if (!entry_book(task, &numbered))
		return false;
	for (size_t i = 0; i < journal->count; i++)
		figure_add(task, journal->lines[i].amount.currency,
		           chart_name(journal->lines[i].account), day,
		           journal->lines[i].amount.minor);
	return true;
}

/* Summing up. */

static void add_roll(struct figures *figures, const struct figure_row *row,
                     const struct period *period)
{
	struct recognition_roll *const roll = &figures->roll;
	struct unbilled_roll *const unbilled = &figures->unbilled;
	const struct {
		const char *name;
		int64_t *flow;
		int64_t *opening;
		int sign;
	} flows[] = { { FIGURE_BILLED, &roll->billed, &roll->opening, 1 },
		      { FIGURE_RECOGNISED, &roll->recognised, &roll->opening, -1 },
		      { FIGURE_CLEARED, &roll->cleared, &roll->opening, -1 },
		      { FIGURE_USED, &unbilled->used, &unbilled->opening, 1 },
		      { FIGURE_USAGE_BILLED, &unbilled->billed, &unbilled->opening, -1 } };

	for (size_t i = 0; i < COUNT_OF(flows); i++) {
		if (!text_equal(flows[i].name, row->name))
			continue;
		if (row->day >= period->first_day)
			*flows[i].flow = sum_of(*flows[i].flow, row->minor);
		else
			*flows[i].opening = sum_of(*flows[i].opening, flows[i].sign * row->minor);
	}
}

static void add_recurring(struct figures *figures, const struct figure_row *row,
                          const struct period *period)
{
	struct recurring_line *const line = &figures->recurring;
	const bool within = row->day >= period->first_day;

	if (row->name[strlen(FIGURE_RECURRING)] == '\0') {
		line->ending = sum_of(line->ending, row->minor);
		if (!within)
			line->starting = sum_of(line->starting, row->minor);
		return;
	}
	for (int kind = 0; within && kind < RECURRING_KINDS; kind++)
		if (text_equal(row->name + strlen(FIGURE_RECURRING) + 1,
		               recurring_kind_names[kind]))
			line->moved[kind] = sum_of(line->moved[kind], row->minor);
}

static void add_row(struct figures *figures, const struct figure_row *row,
                    const struct period *period)
{
	enum account account;

	if (text_equal(row->name, FIGURE_UNEXPLAINED)) {
		figures->unexplained = row->minor;
	} else if (row->day >= period->end_day) {
		return;
	} else if (chart_find(row->name, &account)) {
		figures->booked = true;
		figures->balances[account] = sum_of(figures->balances[account], row->minor);
	} else if (text_starts(row->name, FIGURE_RECURRING)) {
		add_recurring(figures, row, period);
	} else {
		add_roll(figures, row, period);
	}
}

void figures_of(struct task *task, const char *currency, const struct period *period,
                struct figures *figures)
{
	struct figure_row row = { .currency = currency };
	struct task_cursor cursor;

	*figures = (struct figures){ .currency = currency };
	memcpy(figures->roll.currency, currency, strlen(currency) + 1);
	memcpy(figures->unbilled.currency, currency, strlen(currency) + 1);
	memcpy(figures->recurring.currency, currency, strlen(currency) + 1);
	task_scan(task, home(task), &row, 1, &cursor);
	while (task_next(task, &cursor, &row))
		add_row(figures, &row, period);
	figures->roll.closing = -figures->balances[ACCOUNT_DEFERRED_REVENUE];
	figures->unbilled.closing = figures->balances[ACCOUNT_UNBILLED];
}

const char *figure_currency_after(struct task *task, const char *currency)
{
	struct figure_row row = { .currency = currency, .name = AFTER_NAMES };
	struct task_cursor cursor;

	task_scan(task, home(task), &row, 0, &cursor);
	cursor.last = state_key(task->arena, home(task), &row, 2);
	return task_next(task, &cursor, &row) ? row.currency : NULL;
}

int64_t figure_unexplained(struct task *task, const char *currency)
{
	struct figure_row row = { .currency = currency, .name = FIGURE_UNEXPLAINED };
	struct task_cursor cursor;

	task_scan(task, home(task), &row, 3, &cursor);
	return task_next(task, &cursor, &row) ? row.minor : 0;
}
