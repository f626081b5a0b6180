#include "services/billing-sync/customer_seat/customer_holding.h"

#include "common/base/text.h"
#include "services/billing-sync/customer_seat/customer_seat.h"

#include <inttypes.h>

#define CAUSE "seats_assigned"

static const struct column columns[] = {
	COLUMN(struct holding_row, customer_id),
	COLUMN(struct holding_row, item_id),
	COLUMN(struct holding_row, subscription_id),
	COLUMN(struct holding_row, body),
	COLUMN_END,
};
const struct state_table holding_table = { .name = "holding",
	                                   .columns = columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct holding_row) };

/* One item at hand. */
struct seats {
	struct customer *customer;
	struct holding_row row;
	struct seat_holdings holdings;
};

/* In and out. */

static enum status open(struct seats *it, struct customer *customer, const char *item)
{
	struct task *const task = customer->task;

	*it =
	    (struct seats){ .customer = customer,
		            .row = { .customer_id = customer->row.customer_id, .item_id = item } };
	if (task_load(task, &holding_table, &it->row) &&
	    !seat_holdings_decode(task->arena, it->row.body, &it->holdings))
		return task_fail(task, STATUS_FATAL, "seats of %s: their row cannot be read", item);
	return STATUS_OK;
}

static void keep(struct seats *it)
{
	it->row.body = seat_holdings_encode(it->customer->task->arena, &it->holdings);
	task_save(it->customer->task, &holding_table, &it->row);
}

/* Judging. */

static struct instant midnight(struct instant at)
{
	return (struct instant){ at.us - (at.us % DAYS(1).us + DAYS(1).us) % DAYS(1).us };
}

static enum status observe(struct seats *it, const struct seat_difference *difference,
                           const struct seat_worth *worth)
{
	struct finding finding = {
		.cause = CAUSE,
		.root = it->row.item_id,
		.evidence = { .object = it->row.item_id,
		              .expected = difference->expected,
		              .found = difference->found },
		.sentence = arena_printf(it->customer->task->arena,
		                         "%" PRId64 " people have a seat where there are %" PRId64
		                         ", on %" PRId32 " days.",
		                         difference->found, difference->expected, difference->days),
	};

	customer_seat_worth(&finding, worth);
	it->holdings.shown = true;
	return customer_observe(it->customer, &finding);
}

static enum status settle(struct seats *it, const struct seat_book *book, size_t item,
                          const struct seat_difference *difference)
{
	const struct seat_worth worth =
	    seat_worth_item(book, item, difference->expected, difference->found);

	if (difference->days > 0)
		return observe(it, difference, &worth);
	if (!it->holdings.shown)
		return STATUS_OK;
	it->holdings.shown = false;
	return customer_clear(it->customer, CAUSE, it->row.item_id, it->row.item_id);
}

/* A day is judged when it is over: until then who has a seat too many may get one. */
static void wait_for_day(struct seats *it, struct instant last)
{
	struct task *const task = it->customer->task;
	const struct instant due = time_add(midnight(last), DAYS(1));

	if (time_before(task->now, due))
		task_timer_set(
		    task, CUSTOMER_TIMER_SEATS,
		    arena_printf(task->arena, "%s/%s", it->row.customer_id, it->row.item_id), due);
}

static enum status judge(struct seats *it, const struct seat_book *book, size_t item)
{
	struct task *const task = it->customer->task;
	struct seat_timeline *const timeline = arena_alloc(task->arena, sizeof(*timeline));

	if (!seat_book_timeline(book, item, TIME_MAX, timeline) || timeline->count == 0)
		return STATUS_OK;
	const struct seat_change *const newest = &timeline->changes[timeline->count - 1];
	struct instant until = midnight(task->now);

	if (book->ended)
		until = time_earlier(until, book->end);
	const struct instant from =
	    time_later(timeline->changes[0].effective_at, time_sub(until, DAYS(SEAT_DAYS_MAX - 1)));
	const struct seat_difference difference =
	    seat_holdings_compare(task->arena, &it->holdings, timeline, from, until);

	wait_for_day(it, time_later(seat_holdings_last(&it->holdings), newest->effective_at));
	TRY(settle(it, book, item, &difference));
	keep(it);
	return STATUS_OK;
}

enum status customer_judge_seats(struct customer *it, const struct seat_book *book, size_t item)
{
	struct seats seats;

	TRY(open(&seats, it, book->items[item]));
	return judge(&seats, book, item);
}

static enum status judge_known(struct seats *it)
{
	struct task *const task = it->customer->task;
	struct seat_book *const book = arena_zero(task->arena, sizeof(*book));
	struct book_row row = { .customer_id = it->row.customer_id,
		                .subscription_id = it->row.subscription_id };
	size_t item;

	if (row.subscription_id == NULL || !task_load(task, &book_table, &row))
		return STATUS_OK;
	if (!seat_book_decode(task->arena, row.body, book))
		return task_fail(task, STATUS_FATAL, "seats of %s: their row cannot be read",
		                 row.subscription_id);
	item = seat_book_item(book, it->row.item_id);
	if (item == SIZE_MAX)
		return STATUS_OK;
	if (!book->held[item]) {
		book->held[item] = true;
		row.body = seat_book_encode(task->arena, book);
		task_save(task, &book_table, &row);
	}
	return judge(it, book, item);
}

/* What others call. */

enum status customer_hold_seat(struct customer *it, const struct usage_event *event, bool *full)
{
	const struct seat_holding holding = seat_holding_of(event);
	struct seats seats;

	TRY(open(&seats, it, event->item));
	*full = !seat_holdings_put(it->task->arena, &seats.holdings, &holding);
	if (*full)
		return STATUS_OK;
	keep(&seats);
	return judge_known(&seats);
}

enum status customer_link_seats(struct customer *it, const char *subscription_id,
                                struct seat_book *book, size_t item)
{
	struct seats seats;

	TRY(open(&seats, it, book->items[item]));
	book->held[item] = seats.holdings.count > 0;
	seats.row.subscription_id = subscription_id;
	keep(&seats);
	return STATUS_OK;
}

/* The timer's key is "<customer>/<item>". */

static struct holding_row row_of_key(struct task *task, const char *key)
{
	const struct customer_timer timer = customer_timer_of(task, key);

	return (struct holding_row){ .customer_id = timer.customer, .item_id = timer.about };
}

enum status customer_on_seats(struct task *task, const char *key)
{
	const struct holding_row row = row_of_key(task, key);
	struct customer customer = { .task = task,
		                     .cause_id = "",
		                     .at = task->due,
		                     .row = { .customer_id = row.customer_id } };
	struct seats seats;

	(void)task_load(task, &customer_table, &customer.row);
	TRY(open(&seats, &customer, row.item_id));
	return judge_known(&seats);
}

void customer_need_seats(struct task *task, const char *key)
{
	const struct holding_row row = row_of_key(task, key);

	task_need(task, &customer_table, &(struct customer_row){ .customer_id = row.customer_id });
	task_need(task, &holding_table, &row);
}
