#include "services/billing-sync/payout/payout.h"

#include "common/io/proto.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/rule/stripe.h"

enum status payout_open(struct task *task, struct customer *it)
{
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)task->message;

	TRY(task_key(task, "subject_id", event->subject_id, STRIPE_ID_MAX));
	*it = (struct customer){
		.task = task,
		.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size),
		.row = { .customer_id = event->subject_id },
	};
	if (!proto_instant(event->occurred_at, &it->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	return STATUS_OK;
}

bool payout_read_moved(struct thing *thing, struct balance_transaction *moved,
                       struct json_error *error)
{
	const struct bytes payload = { thing->mirrored->payload.data,
		                       thing->mirrored->payload.len };
	struct task *const task = thing->customer->task;
	char reason[CURRENCY_REASON_SIZE];

	if (!balance_transaction_read(task->arena, payload, moved, error))
		return false;
	return balance_transaction_in_money(policies_currency(task, moved->created), moved,
	                                    reason) ||
	       json_refuse(&thing->object, "currency", error, "%s", reason);
}
