#include "services/billing-sync/customer_action.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer_refund.h"
#include "services/billing-sync/stripe.h"

#include <string.h>

/* What can be asked for. */

struct row {
	const char *type;
	Opsmesh__V1__ActionKind kind;
	order_handler *handle;
	const char *otherwise; /* what is said of any other action */
};

static const struct row rows[] = {
	{ "discrepancy", OPSMESH__V1__ACTION_KIND__ACTION_KIND_EXPLAIN, customer_explain,
	  "A discrepancy can be explained, nothing else." },
	{ "charge", OPSMESH__V1__ACTION_KIND__ACTION_KIND_APPROVE, customer_approve_refund,
	  "Of a charge a refund can be approved, nothing else." },
	{ "refund", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, customer_withdraw_refund,
	  "The approval of a refund can be closed, nothing else." },
};

static const struct row *row_of(const Opsmesh__V1__ActionRequested *requested)
{
	for (size_t i = 0; requested != NULL && requested->on != NULL && i < COUNT_OF(rows); i++)
		if (text_equal(rows[i].type, requested->on->type))
			return &rows[i];
	return NULL;
}

/* Answers. */

enum status order_apply(struct order *order)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ActionApplied applied =
	    action_applied(order->action->action_id, order->requested);

	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ACTION_APPLIED;
	event.action_applied = &applied;
	return customer_say(&order->customer, &event);
}

enum status order_refuse(struct order *order, Opsmesh__V1__RefusalCode code, const char *field,
                         const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused =
	    action_refused(order->action->action_id, order->requested, code, field, reason);

	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return customer_say(&order->customer, &event);
}

/* The order at hand. */

/* "<type>/<customer>/<what>", none of them empty; NULL: it is no such id. */
static const char *what_of(const Opsmesh__V1__ActionSubject *on, const char *customer)
{
	const size_t type = strlen(on->type);
	const size_t size = strlen(customer);

	if (size == 0 || size > STRIPE_ID_MAX || strncmp(on->id, on->type, type) != 0 ||
	    on->id[type] != '/' || strncmp(on->id + type + 1, customer, size) != 0 ||
	    on->id[type + 1 + size] != '/' || on->id[type + 2 + size] == '\0')
		return NULL;
	return on->id + type + 2 + size;
}

static void open_order(struct task *task, const Opsmesh__V1__ActionRequested *requested,
                       struct order *order)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)task->message;

	*order = (struct order){
		.customer = { .task = task,
		              .cause_id = arena_text(task->arena, task->event->id.data,
		                                     task->event->id.size),
		              .row = { .customer_id = action->routing_key } },
		.action = action,
		.requested = requested,
		.what = what_of(requested->on, action->routing_key),
	};
	if (!proto_instant(action->occurred_at, &order->customer.at))
		order->customer.at = task->event->time;
	(void)task_load(task, &customer_table, &order->customer.row);
}

/* Handlers. */

enum status customer_on_action_requested(struct task *task,
                                         const Opsmesh__V1__ActionRequested *requested)
{
	const struct row *const row = row_of(requested);
	struct order order;

	if (row == NULL)
		return STATUS_OK;
	open_order(task, requested, &order);
	if (order.what == NULL)
		return order_refuse(
		    &order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, "on.id",
		    arena_printf(task->arena, "This is not the id of a %s.", row->type));
	if (requested->kind != row->kind)
		return order_refuse(&order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED,
		                    "action", row->otherwise);
	return row->handle(&order);
}

void customer_need_action(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)message;
	const struct row *const row = row_of(action->requested);

	if (row == NULL)
		return;
	task_need(task, &customer_table,
	          &(struct customer_row){ .customer_id = action->routing_key });
	const char *const id = action->requested->on->id;
	const char *const what = what_of(action->requested->on, action->routing_key);

	if (row->handle == customer_explain)
		task_need(task, &case_table,
		          &(struct case_row){ .customer_id = action->routing_key,
		                              .discrepancy_id = id });
	else if (what != NULL)
		customer_need_refundable(task, action->routing_key, what);
}
