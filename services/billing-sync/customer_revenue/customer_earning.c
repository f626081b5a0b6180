#include "services/billing-sync/customer_revenue/customer_earning.h"

#include "common/base/text.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/ledger/booking.h"
#include "services/billing-sync/revenue/pace.h"

#include <string.h>

static const struct column earning_columns[] = {
	COLUMN(struct earning_row, currency),
	COLUMN(struct earning_row, day),
	COLUMN(struct earning_row, pace),
	COLUMN_END,
};
const struct state_table earning_table = { .name = "earning",
	                                   .columns = earning_columns,
	                                   .key_columns = 1,
	                                   .row_size = sizeof(struct earning_row),
	                                   .resident = true };

static const struct column pace_columns[] = {
	COLUMN(struct pace_row, currency),
	COLUMN(struct pace_row, day),
	COLUMN(struct pace_row, minor),
	COLUMN_END,
};
const struct state_table pace_table = { .name = "pace",
	                                .columns = pace_columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct pace_row),
	                                .resident = true };

/* The first day on which the pace becomes another; false: it never does. */
static bool first_change(struct task *task, const char *currency, struct pace_row *row)
{
	struct task_cursor cursor;

	*row = (struct pace_row){ .currency = currency };
	task_scan(task, &pace_table, row, 1, &cursor);
	return task_next(task, &cursor, row);
}

/* The first day on which something is earned; false: nothing is. */
static bool next_day(struct task *task, const struct earning_row *row, int64_t *day)
{
	struct pace_row change;

	if (row->pace != 0) {
		*day = row->day;
		return true;
	}
	if (!first_change(task, row->currency, &change))
		return false;
	*day = change.day;
	return true;
}

struct instant earning_end(const struct books_policy *books, int64_t day)
{
	return time_sub(recognition_midnight(books->zone, day), (struct duration){ 1 });
}

/* Days on which nothing was earned need no booking. */
static struct earning_row open(struct task *task, const struct books_policy *books,
                               const char *currency)
{
	struct earning_row row = { .currency = currency };
	const bool known = task_load(task, &earning_table, &row);
	int64_t today = recognition_day(books->zone, task->now);
	int64_t next;

	if (known && next_day(task, &row, &next) && next < today)
		today = next;
	if (!known || row.day < today)
		row.day = today;
	return row;
}

int64_t earning_today(struct task *task, const struct books_policy *books, const char *currency)
{
	return open(task, books, currency).day;
}

/* The pace. */

static enum status change(struct task *task, const char *currency, int64_t day, int64_t minor)
{
	struct pace_row row = { .currency = currency, .day = day };

	(void)task_load(task, &pace_table, &row);
	if (__builtin_add_overflow(row.minor, minor, &row.minor))
		return task_refuse(task, "%s: what is earned a day is beyond 64 bits", currency);
	if (row.minor == 0)
		task_remove(task, &pace_table, &row);
	else
		task_save(task, &pace_table, &row);
	return STATUS_OK;
}

static enum status add(struct task *task, const char *currency, int64_t day,
                       const struct deferral *plan, int64_t sign)
{
	const struct pace_change *changes;
	const size_t count = pace_of(task->arena, plan, day, &changes);

	for (size_t i = 0; i < count; i++)
		TRY(change(task, currency, changes[i].day, sign * changes[i].minor));
	return STATUS_OK;
}

/* What is next to be booked decides when to wake. */
static void set_timer(struct task *task, const struct books_policy *books,
                      const struct earning_row *row)
{
	int64_t day;

	if (next_day(task, row, &day))
		task_timer_set(task, CUSTOMER_TIMER_EARN, row->currency,
		               recognition_midnight(books->zone, day + 1));
	else
		task_timer_clear(task, CUSTOMER_TIMER_EARN, row->currency);
}

enum status earning_follow(struct task *task, const struct books_policy *books,
                           const char *currency, const struct deferral *before,
                           const struct deferral *after)
{
	const struct earning_row row = open(task, books, currency);

	TRY(add(task, currency, row.day, after, 1));
	TRY(add(task, currency, row.day, before, -1));
	task_save(task, &earning_table, &row);
	set_timer(task, books, &row);
	return STATUS_OK;
}

/* A day's end. */

static enum status book(struct task *task, const struct books_policy *books,
                        const struct earning_row *row)
{
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	const struct booking_fact fact = { .cause = "timer",
		                           .customer = "",
		                           .at = earning_end(books, row->day + 1),
		                           .booked_at = task->now };
	struct money amount = { .minor = row->pace };
	char text[TIME_TEXT_SIZE];

	memcpy(amount.currency, row->currency, strlen(row->currency) + 1);
	const char *const subject =
	    arena_printf(task->arena, "%.10s/%s/%d",
	                 time_format((struct instant){ row->day * DAYS(1).us }, text),
	                 row->currency, (int)task->shard_number);

	if (!booking_recognised(task->arena, &fact, subject, amount, booking))
		return task_fail(task, STATUS_FATAL, "%s cannot be booked: %s", subject,
		                 journal_fault_text(booking->journal.fault));
	if (booking->journal.count > 0)
		(void)figure_book(task, &booking->journal);
	figure_add(task, row->currency, FIGURE_RECOGNISED, row->day, row->pace);
	return STATUS_OK;
}

static enum status pass_day(struct task *task, const struct books_policy *books,
                            struct earning_row *row)
{
	struct pace_row change = { .currency = row->currency, .day = row->day };

	if (task_load(task, &pace_table, &change)) {
		if (__builtin_add_overflow(row->pace, change.minor, &row->pace))
			return task_fail(task, STATUS_FATAL, "%s: its pace is beyond 64 bits",
			                 row->currency);
		task_remove(task, &pace_table, &change);
	}
	TRY(book(task, books, row));
	row->day++;
	return STATUS_OK;
}

enum status customer_on_earn(struct task *task, const char *key)
{
	const struct books_policy *const books = policies_standing(task, task->now).books;
	struct earning_row row = { .currency = key };
	int64_t day;

	if (!task_load(task, &earning_table, &row))
		return task_fail(task, STATUS_FATAL, "timer %s: nothing is earned", key);
	if (next_day(task, &row, &day)) {
		row.day = day;
		TRY(pass_day(task, books, &row));
	}
	task_save(task, &earning_table, &row);
	set_timer(task, books, &row);
	return STATUS_OK;
}
