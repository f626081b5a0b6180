#include "services/billing-sync/books/period_action.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure_say.h"

struct cut_row {
	const char *books;
	int64_t number; /* of the last cut */
};

static const struct column columns[] = {
	COLUMN(struct cut_row, books),
	COLUMN(struct cut_row, number),
	COLUMN_END,
};
const struct state_table cut_table = {
	.name = "cut", .columns = columns, .key_columns = 1, .row_size = sizeof(struct cut_row)
};

/* One action at hand. */
struct closing {
	struct task *task;
	const Opsmesh__V1__ActionEvent *action;
	const Opsmesh__V1__ActionRequested *requested;
	struct instant at;
};

static enum status refuse(const struct closing *it, Opsmesh__V1__RefusalCode code,
                          const char *field, const char *reason)
{
	struct task *const task = it->task;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused =
	    action_refused(it->action->action_id, it->requested, code, field, reason);

	event.occurred_at = proto_timestamp(task->arena, it->at);
	event.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return task_emit(task, &(struct emission){ .topic = OPS_BILLING,
	                                           .key = FIGURE_KEY,
	                                           .partition = &task->shard_number,
	                                           .time = it->at,
	                                           .message = &event.base });
}

static enum status tell(const struct closing *it, int topic, const ProtobufCMessage *message)
{
	return task_emit(it->task, &(struct emission){ .topic = topic,
	                                               .key = FIGURE_KEY,
	                                               .everywhere = true,
	                                               .time = it->at,
	                                               .message = message });
}

/* To every shard that books. */
static enum status tell_all(const struct closing *it, Opsmesh__V1__BooksCut *made)
{
	Opsmesh__V1__ByCustomerEvent customers = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ByPayoutEvent payouts = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;

	customers.customer_id = text_mutable(FIGURE_KEY);
	customers.occurred_at = proto_timestamp(it->task->arena, it->at);
	customers.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BOOKS_CUT;
	customers.books_cut = made;
	payouts.subject_id = text_mutable(FIGURE_KEY);
	payouts.occurred_at = customers.occurred_at;
	payouts.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_BOOKS_CUT;
	payouts.books_cut = made;
	TRY(tell(it, OPS_BY_CUSTOMER, &customers.base));
	return tell(it, OPS_BY_PAYOUT, &payouts.base);
}

static enum status cut(const struct closing *it)
{
	struct task *const task = it->task;
	struct cut_row row = { .books = FIGURE_KEY };
	Opsmesh__V1__BooksCut made = OPSMESH__V1__BOOKS_CUT__INIT;

	(void)task_load(task, &cut_table, &row);
	row.number++;
	task_save(task, &cut_table, &row);
	made.action_id = it->action->action_id;
	made.action = it->requested->action;
	made.period = it->requested->on->id;
	made.number = row.number;
	made.by = it->requested->by;
	made.reason = it->requested->reason;
	return tell_all(it, &made);
}

/* A day is over when the mesh has passed its end: what belongs to it and comes by itself is told just then. */
static bool is_over(struct task *task, const struct period *period)
{
	const struct books_policy *const books = policies_standing(task, task->now).books;

	return time_before(time_add(recognition_midnight(books->zone, period->end_day), SECONDS(1)),
	                   task->now);
}

static enum status act(const struct closing *it)
{
	struct period period;

	if (it->requested->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE)
		return refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "action",
		              "A period can be closed, nothing else.");
	if (!period_parse(it->requested->on->id, &period))
		return refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, "on.id",
		              "A period is a month or a day of the books: 2026-05, 2026-05-01.");
	if (!action_has_words(it->requested->reason))
		return refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, "reason",
		              "A period is closed for a reason.");
	if (!is_over(it->task, &period))
		return refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_OUT_OF_TIME, "on.id",
		              "The period is not over.");
	return cut(it);
}

static bool is_about_period(const Opsmesh__V1__ActionRequested *requested)
{
	return requested != NULL && requested->on != NULL &&
	       text_equal(requested->on->type, "period");
}

enum status period_on_action_requested(struct task *task,
                                       const Opsmesh__V1__ActionRequested *requested)
{
	struct closing it = { .task = task,
		              .action = (const void *)task->message,
		              .requested = requested };

	if (!is_about_period(requested))
		return STATUS_OK;
	if (!proto_instant(it.action->occurred_at, &it.at))
		it.at = task->event->time;
	return act(&it);
}

void period_need_action(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)event;

	if (is_about_period(action->requested))
		task_need(task, &cut_table, &(struct cut_row){ .books = FIGURE_KEY });
}
