/*
 * The books are cut: what a shard says of a period that is to be closed.
 */
#include "services/billing-sync/customer_revenue/customer_cut.h"

#include "common/base/text.h"
#include "opsmesh/v1/books.pb-c.h"
#include "services/billing-sync/customer_revenue/customer_reporting.h"
#include "services/billing-sync/entry/figure_answer.h"
#include "services/billing-sync/entry/figure_say.h"
#include "services/billing-sync/refund/refund.h"

#define DISPUTES_NAMED_MAX 500 /* of a shard, so that the answers fit a record */
#define DISPUTES_ROOM (DISPUTES_NAMED_MAX + PERIOD_LIMITS_MAX)

static const struct column columns[] = {
	COLUMN(struct open_dispute_row, customer_id), COLUMN(struct open_dispute_row, dispute_id),
	COLUMN(struct open_dispute_row, currency),    COLUMN(struct open_dispute_row, minor),
	COLUMN(struct open_dispute_row, charge_id),   COLUMN_END,
};
const struct state_table open_dispute_table = { .name = "open_dispute",
	                                        .columns = columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct open_dispute_row),
	                                        .resident = true };

void customer_dispute_open(struct customer *it, const Opsmesh__V1__DisputeChanged *changed)
{
	const Opsmesh__V1__Money *const amount = changed->amount;
	struct open_dispute_row row = { .customer_id = it->row.customer_id,
		                        .dispute_id = changed->dispute_id,
		                        .currency = amount != NULL ? amount->currency : "",
		                        .minor = amount != NULL ? amount->minor : 0 };

	if (*changed->payment_id != '\0')
		row.charge_id = changed->payment_id;
	if (refund_dispute_state_of(changed->to_status) == REFUND_DISPUTE_CLOSED)
		task_remove(it->task, &open_dispute_table, &row);
	else
		task_save(it->task, &open_dispute_table, &row);
}

static Opsmesh__V1__OpenDispute *list(struct arena *arena, Opsmesh__V1__ShardFigured *answer,
                                      const char *id, const char *currency, int64_t minor)
{
	Opsmesh__V1__OpenDispute *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__open_dispute__init(made);
	made->dispute_id = text_mutable(id);
	made->amount = figure_say_money(arena, currency, minor);
	answer->disputes[answer->n_disputes++] = made;
	return made;
}

/* What finds no room is open and not listed, which a close will say. */
static void add_rest(struct arena *arena, Opsmesh__V1__ShardFigured *answer,
                     const struct open_dispute_row *row)
{
	Opsmesh__V1__OpenDispute *rest;
	size_t i = DISPUTES_NAMED_MAX;
	int64_t sum;

	while (i < answer->n_disputes &&
	       !text_equal(answer->disputes[i]->amount->currency, row->currency))
		i++;
	if (i == DISPUTES_ROOM)
		return;
	rest = i < answer->n_disputes ? answer->disputes[i]
	                              : list(arena, answer, "", row->currency, 0);
	if (__builtin_add_overflow(rest->amount->minor, row->minor, &sum))
		return;
	rest->amount->minor = sum;
	rest->more++;
}

static void add_disputes(struct task *task, Opsmesh__V1__ShardFigured *answer)
{
	struct open_dispute_row row = { .customer_id = "" };
	struct task_cursor cursor;

	answer->disputes = arena_alloc(task->arena, DISPUTES_ROOM * sizeof(*answer->disputes));
	task_scan(task, &open_dispute_table, &row, 0, &cursor);
	for (; task_next(task, &cursor, &row); answer->disputes_open++)
		if (answer->n_disputes < DISPUTES_NAMED_MAX)
			(void)list(task->arena, answer, row.dispute_id, row.currency, row.minor);
		else
			add_rest(task->arena, answer, &row);
}

static enum status add_reported(struct task *task, const Opsmesh__V1__BooksCut *cut,
                                Opsmesh__V1__ShardFigured *answer)
{
	struct period period;

	if (!period_parse(cut->period, &period))
		return task_fail(task, STATUS_REJECT, "books_cut: no period");
	customer_reporting_answer(task, &period, answer);
	return STATUS_OK;
}

enum status customer_on_books_cut(struct task *task, const Opsmesh__V1__BooksCut *cut)
{
	const Opsmesh__V1__ByCustomerEvent *const cause = (const void *)task->message;
	Opsmesh__V1__ShardFigured answer;

	TRY(figure_answer(task, "customer", cut, &answer));
	add_disputes(task, &answer);
	TRY(add_reported(task, cut, &answer));
	return figure_answer_say(task, &answer, cause->occurred_at);
}
