#include "services/billing-sync/entry/entry.h"

#include "common/base/check.h"

#define LINES_USUAL 6 /* those of a long invoice behind them are looked for one by one */

static const struct column columns[] = {
	COLUMN(struct entry_row, transaction_id),
	COLUMN(struct entry_row, line),
	COLUMN(struct entry_row, at),
	COLUMN(struct entry_row, booked_at),
	COLUMN(struct entry_row, account),
	COLUMN(struct entry_row, currency),
	COLUMN(struct entry_row, minor),
	COLUMN(struct entry_row, customer_id),
	COLUMN(struct entry_row, object_id),
	COLUMN(struct entry_row, cause),
	COLUMN(struct entry_row, reason),
	COLUMN(struct entry_row, reverses),
	COLUMN(struct entry_row, cut),
	COLUMN_END,
};

const struct state_table entry_table = {
	.name = "entry",
	.columns = columns,
	.key_columns = 2,
	.row_size = sizeof(struct entry_row),
};
const struct state_table balance_entry_table = {
	.name = "balance_entry",
	.columns = columns,
	.key_columns = 2,
	.row_size = sizeof(struct entry_row),
};

/* A table is of one stage: its rows are those that the stage's own events lead to. */
static const struct state_table *home(const struct task *task)
{
	return task_has(task, &entry_table) ? &entry_table : &balance_entry_table;
}

static void need(struct task *task, const char *transaction_id, int64_t lines)
{
	for (int64_t line = 1; line <= lines; line++)
		task_need(task, home(task),
		          &(struct entry_row){ .transaction_id = transaction_id, .line = line });
}

void entry_need(struct task *task, const char *transaction_id)
{
	need(task, transaction_id, 1);
}

void entry_need_lines(struct task *task, const char *transaction_id)
{
	need(task, transaction_id, LINES_USUAL);
}

bool entry_load(struct task *task, const char *transaction_id, struct journal *journal)
{
	struct entry_row rows[JOURNAL_LINES_MAX];
	size_t count = 0;

	for (; count < JOURNAL_LINES_MAX; count++) {
		rows[count] = (struct entry_row){ .transaction_id = transaction_id,
			                          .line = (int64_t)count + 1 };
		if (!task_load(task, home(task), &rows[count]))
			break;
	}
	return journal_read(rows, count, journal);
}

/* Whose first line is not there has none: lines are only ever added together. */
bool entry_book(struct task *task, const struct journal *journal)
{
	struct entry_row rows[JOURNAL_LINES_MAX];

	CHECK(journal->fault == JOURNAL_SOUND);
	CHECK(journal->count > 0);
	journal_rows(journal, rows);
	struct entry_row there = rows[0];

	if (task_load(task, home(task), &there))
		return false;
	for (size_t i = 0; i < journal->count; i++)
		task_add(task, home(task), &rows[i]);
	return true;
}
