/*
 * The books are cut: what a shard says of a period that is to be closed.
 */
#include "services/billing-sync/customer_cut.h"

#include "common/base/text.h"
#include "opsmesh/v1/books.pb-c.h"
#include "services/billing-sync/figure_answer.h"
#include "services/billing-sync/figure_say.h"

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

static void add_disputes(struct task *task, Opsmesh__V1__ShardFigured *answer)
{
	struct open_dispute_row row = { .customer_id = "" };
	struct task_cursor cursor;

	answer->disputes =
	    arena_alloc(task->arena, DISPUTES_LISTED_MAX * sizeof(*answer->disputes));
	task_scan(task, &open_dispute_table, &row, 0, &cursor);
	for (; task_next(task, &cursor, &row); answer->disputes_open++) {
		Opsmesh__V1__OpenDispute *made;

		if (answer->n_disputes == DISPUTES_LISTED_MAX)
			continue;
		made = arena_alloc(task->arena, sizeof(*made));
		opsmesh__v1__open_dispute__init(made);
		made->dispute_id = text_mutable(row.dispute_id);
		made->amount = figure_say_money(task->arena, row.currency, row.minor);
		answer->disputes[answer->n_disputes++] = made;
	}
}

enum status customer_on_books_cut(struct task *task, const Opsmesh__V1__BooksCut *cut)
{
	const Opsmesh__V1__ByCustomerEvent *const cause = (const void *)task->message;
	Opsmesh__V1__ShardFigured answer;

	TRY(figure_answer(task, "customer", cut, &answer));
	add_disputes(task, &answer);
	return figure_answer_say(task, &answer, cause->occurred_at);
}
