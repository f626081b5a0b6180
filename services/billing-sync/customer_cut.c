/*
 * The books are cut: what a shard says of a period that is to be closed.
 */
#include "services/billing-sync/customer_cut.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/books.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/figure_say.h"

#include <string.h>

#define DISPUTES_LISTED_MAX 500 /* of a shard, so that the answers fit a record */

static const struct column columns[] = {
	COLUMN(struct open_dispute_row, customer_id),
	COLUMN(struct open_dispute_row, dispute_id),
	COLUMN(struct open_dispute_row, currency),
	COLUMN(struct open_dispute_row, minor),
	COLUMN_END,
};
const struct state_table open_dispute_table = { .name = "open_dispute",
	                                        .columns = columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct open_dispute_row),
	                                        .resident = true };

void customer_dispute_open(struct customer *it, const char *dispute, const char *status,
                           const Opsmesh__V1__Money *amount)
{
	static const char *const over[] = {
		"won", "lost", "warning_closed", "prevented", "charge_refunded", NULL
	};
	struct open_dispute_row row = { .customer_id = it->row.customer_id,
		                        .dispute_id = dispute,
		                        .currency = amount != NULL ? amount->currency : "",
		                        .minor = amount != NULL ? amount->minor : 0 };

	if (text_among(over, status))
		task_remove(it->task, &open_dispute_table, &row);
	else
		task_save(it->task, &open_dispute_table, &row);
}

static Opsmesh__V1__Money *money_of(struct arena *arena, const char *currency, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->currency = arena_string(arena, currency);
	made->minor = minor;
	return made;
}

/* Lists that grow by a row of a currency or by one for each account. */
#define LIST_ROOM (PERIOD_LIMITS_MAX * ACCOUNT_COUNT)

static void open_lists(struct arena *arena, Opsmesh__V1__ShardFigured *answer)
{
	answer->balances = arena_alloc(arena, LIST_ROOM * sizeof(*answer->balances));
	answer->deferred = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->deferred));
	answer->recurring = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->recurring));
	answer->unexplained = arena_alloc(arena, PERIOD_LIMITS_MAX * sizeof(*answer->unexplained));
	answer->disputes = arena_alloc(arena, DISPUTES_LISTED_MAX * sizeof(*answer->disputes));
}

static void add_balances(struct arena *arena, Opsmesh__V1__ShardFigured *answer,
                         const struct figures *figures)
{
	for (int account = 0; figures->booked && account < ACCOUNT_COUNT; account++) {
		Opsmesh__V1__PeriodBalance *made;

		if (figures->balances[account] == 0)
			continue;
		made = arena_alloc(arena, sizeof(*made));
		opsmesh__v1__period_balance__init(made);
		made->account = text_mutable(chart_name((enum account)account));
		made->balance = money_of(arena, figures->currency, figures->balances[account]);
		answer->balances[answer->n_balances++] = made;
	}
}

static void add_currencies(struct task *task, const struct period *period,
                           Opsmesh__V1__ShardFigured *answer)
{
	const char *currency = "";

	while ((currency = figure_currency_after(task, currency)) != NULL &&
	       answer->n_deferred < PERIOD_LIMITS_MAX) {
		struct figures figures;

		figures_of(task, currency, period, &figures);
		add_balances(task->arena, answer, &figures);
		answer->deferred[answer->n_deferred++] =
		    figure_say_roll(task->arena, &figures.roll);
		answer->recurring[answer->n_recurring++] =
		    figure_say_recurring(task->arena, &figures.recurring);
		if (figures.unexplained != 0)
			answer->unexplained[answer->n_unexplained++] =
			    money_of(task->arena, currency, figures.unexplained);
	}
}

static void add_disputes(struct task *task, Opsmesh__V1__ShardFigured *answer)
{
	struct open_dispute_row row = { .customer_id = "" };
	struct task_cursor cursor;

	task_scan(task, &open_dispute_table, &row, 0, &cursor);
	for (; task_next(task, &cursor, &row); answer->disputes_open++) {
		Opsmesh__V1__OpenDispute *made;

		if (answer->n_disputes == DISPUTES_LISTED_MAX)
			continue;
		made = arena_alloc(task->arena, sizeof(*made));
		opsmesh__v1__open_dispute__init(made);
		made->dispute_id = text_mutable(row.dispute_id);
		made->amount = money_of(task->arena, row.currency, row.minor);
		answer->disputes[answer->n_disputes++] = made;
	}
}

enum status customer_on_books_cut(struct task *task, const Opsmesh__V1__BooksCut *cut)
{
	const Opsmesh__V1__ByCustomerEvent *const cause = (const void *)task->message;
	Opsmesh__V1__ByBooksEvent event = OPSMESH__V1__BY_BOOKS_EVENT__INIT;
	Opsmesh__V1__ShardFigured answer = OPSMESH__V1__SHARD_FIGURED__INIT;
	Opsmesh__V1__BooksCut copy = *cut;
	struct period period;
	struct instant at;

	if (!period_parse(cut->period, &period) || !proto_instant(cause->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "books_cut: no period, or no time");
	open_lists(task->arena, &answer);
	answer.cut = &copy;
	answer.stage = text_mutable("customer");
	answer.shard = task->shard_number;
	answer.folded_to = proto_timestamp(task->arena, task->now);
	add_currencies(task, &period, &answer);
	add_disputes(task, &answer);
	figure_cut(task, cut->number);
	event.books = text_mutable(FIGURE_KEY);
	event.occurred_at = cause->occurred_at;
	event.fact_case = OPSMESH__V1__BY_BOOKS_EVENT__FACT_SHARD_FIGURED;
	event.shard_figured = &answer;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_BOOKS,
	                                           .key = FIGURE_KEY,
	                                           .time = at,
	                                           .message = &event.base });
}
