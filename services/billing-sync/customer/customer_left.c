/*
 * What was the customer's, or was said to be, and is another's: a payment intent, the only thing that moves
 * (object_type.h). Nothing of it is in the books. Who names it does not miss it, and it may come back.
 */
#include "services/billing-sync/customer/customer_awaited.h"

#include "common/base/text.h"

#include <string.h>

#define LEFT "left " /* and whose it is */

bool customer_has_left(const struct held_row *held)
{
	return held->body.size >= strlen(LEFT) && memcmp(held->body.data, LEFT, strlen(LEFT)) == 0;
}

static enum status say_moved(struct customer *it, const Opsmesh__V1__ObjectLeft *left)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectMoved moved = OPSMESH__V1__OBJECT_MOVED__INIT;

	moved.object_id = left->object_id;
	moved.object_type = left->object_type;
	moved.to_customer_id = left->customer_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_MOVED;
	event.object_moved = &moved;
	return customer_say(it, &event);
}

/* Its revision stays: what comes after that is heard, and is news again. */
enum status customer_on_left(struct task *task, const Opsmesh__V1__ObjectLeft *left)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	const struct bytes body = bytes_of(arena_printf(task->arena, LEFT "%s", left->customer_id));
	struct held_row held = { .customer_id = event->customer_id, .object_id = left->object_id };
	struct customer it;

	TRY(customer_open(task, event->customer_id, event->occurred_at, &it));
	if (task_load(task, &held_table, &held) && bytes_equal(held.body, body))
		return STATUS_OK;
	held.type = left->object_type;
	held.status = NULL;
	held.body = body;
	task_save(task, &held_table, &held);
	TRY(awaited_ends(&it, left->object_id));
	return say_moved(&it, left);
}
