#include "services/billing-sync/customer/refused.h"
#include "services/billing-sync/customer/customer_refused.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

enum status refused_say(struct customer *it, const Opsmesh__V1__ObjectMirrored *mirrored,
                        const char *field, const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectRefused refused = OPSMESH__V1__OBJECT_REFUSED__INIT;

	refused.object_id = mirrored->object_id;
	refused.object_type = mirrored->object_type;
	refused.code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID;
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	refused.event_id = mirrored->event_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED;
	event.object_refused = &refused;
	return customer_say(it, &event);
}

/* What is not of an object, or has no time, no outsider said. */
static enum status say(struct task *task, const char *key,
                       const Google__Protobuf__Timestamp *occurred_at,
                       const Opsmesh__V1__ObjectMirrored *mirrored, const char *reason)
{
	struct customer it = {
		.task = task,
		.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size),
		.row = { .customer_id = key },
	};

	if (mirrored == NULL || !proto_instant(occurred_at, &it.at))
		return task_fail(task, STATUS_REJECT, "%s", reason);
	if (task_has(task, &customer_table))
		(void)task_load(task, &customer_table, &it.row);
	const struct json_error error = refused_error(reason);
	const struct thing thing = { .customer = &it, .mirrored = mirrored, .known = true };

	return refused_whole(&thing, &error);
}

enum status refused_by_source(struct task *task, const char *reason)
{
	const Opsmesh__V1__BySourceEvent *const event = (const void *)task->message;

	return say(task, event->source_id, event->occurred_at, event->mirrored, reason);
}

enum status refused_by_charge(struct task *task, const char *reason)
{
	const Opsmesh__V1__ByChargeEvent *const event = (const void *)task->message;

	return say(task, event->charge_id, event->occurred_at, event->mirrored, reason);
}

static const Opsmesh__V1__ObjectMirrored *of_customer(const Opsmesh__V1__ByCustomerEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED: return event->mirrored;
	case OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER: return event->earlier;
	default: return NULL;
	}
}

enum status refused_by_customer(struct task *task, const char *reason)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;

	if (task->event->record.topic != OPS_BY_CUSTOMER)
		return task_fail(task, STATUS_REJECT, "%s", reason);
	return say(task, event->customer_id, event->occurred_at, of_customer(event), reason);
}

enum status refused_by_payout(struct task *task, const char *reason)
{
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)task->message;
	const bool mirrored = event->fact_case == OPSMESH__V1__BY_PAYOUT_EVENT__FACT_MIRRORED;

	return say(task, event->subject_id, event->occurred_at, mirrored ? event->mirrored : NULL,
	           reason);
}
