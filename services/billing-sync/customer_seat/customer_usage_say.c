/*
 * What became of an event, as facts.
 */
#include "services/billing-sync/customer_seat/customer_usage_inside.h"

#include "common/base/text.h"
#include "common/io/proto.h"

static const char *policy_of(const struct report *it)
{
	return arena_printf(it->customer.task->arena, "usage/%lld",
	                    (long long)it->policy->head.version);
}

static enum status say_taken(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageTaken taken = OPSMESH__V1__USAGE_TAKEN__INIT;

	taken.source = text_mutable(it->event.source);
	taken.event_id = text_mutable(it->event.id);
	taken.meter = text_mutable(it->event.meter);
	taken.quantity = it->event.quantity;
	taken.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN;
	event.usage_taken = &taken;
	return customer_say(&it->customer, &event);
}

static enum status say_late(struct report *it, const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageLate late = OPSMESH__V1__USAGE_LATE__INIT;

	late.source = text_mutable(it->event.source);
	late.event_id = text_mutable(it->event.id);
	late.meter = text_mutable(it->event.meter);
	late.quantity = it->event.quantity;
	late.refers = text_mutable(it->event.refers);
	late.received_at = proto_timestamp(it->customer.task->arena, it->received);
	late.reason = text_mutable(reason);
	late.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE;
	event.usage_late = &late;
	return customer_say(&it->customer, &event);
}

static enum status say_corrected(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageCorrected corrected = OPSMESH__V1__USAGE_CORRECTED__INIT;

	corrected.source = text_mutable(it->event.source);
	corrected.event_id = text_mutable(it->event.id);
	corrected.meter = text_mutable(it->event.meter);
	corrected.quantity = it->event.quantity;
	corrected.refers = text_mutable(it->event.refers);
	corrected.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED;
	event.usage_corrected = &corrected;
	return customer_say(&it->customer, &event);
}

static enum status say_cancelled(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageCancelled cancelled = OPSMESH__V1__USAGE_CANCELLED__INIT;

	cancelled.source = text_mutable(it->event.source);
	cancelled.event_id = text_mutable(it->event.id);
	cancelled.refers = text_mutable(it->event.refers);
	cancelled.meter = text_mutable(it->referred.meter);
	cancelled.quantity = it->original.quantity;
	cancelled.late = it->original.route == USAGE_TO_ADJUSTMENT;
	cancelled.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED;
	event.usage_cancelled = &cancelled;
	return customer_say(&it->customer, &event);
}

static enum status say_seat(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SeatMoved moved = OPSMESH__V1__SEAT_MOVED__INIT;

	moved.source = text_mutable(it->event.source);
	moved.event_id = text_mutable(it->event.id);
	moved.item_id = text_mutable(it->event.item);
	moved.assigned = it->event.kind == USAGE_SEAT_ASSIGNED;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SEAT_MOVED;
	event.seat_moved = &moved;
	return customer_say(&it->customer, &event);
}

static enum status say_waits(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageWaits waits = OPSMESH__V1__USAGE_WAITS__INIT;

	waits.source = text_mutable(it->event.source);
	waits.event_id = text_mutable(it->event.id);
	waits.refers = text_mutable(it->event.refers);
	waits.until =
	    proto_timestamp(it->customer.task->arena, usage_row_ends(it->policy, &it->row));
	waits.request_id = it->message->request_id;
	waits.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_WAITS;
	event.usage_waits = &waits;
	return customer_say(&it->customer, &event);
}

enum status usage_say_refused(struct report *it, const char *code, const char *field,
                              const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageRefused refused = OPSMESH__V1__USAGE_REFUSED__INIT;

	refused.source = text_mutable(it->event.source);
	refused.event_id = text_mutable(it->event.id);
	refused.code = text_mutable(code);
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	refused.request_id = it->message->request_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_REFUSED;
	event.usage_refused = &refused;
	return customer_say(&it->customer, &event);
}

enum status usage_say(struct report *it, const struct usage_answer *answer)
{
	switch (answer->route) {
	case USAGE_TO_METER:
		return it->event.kind == USAGE_CORRECTION ? say_corrected(it) : say_taken(it);
	case USAGE_TO_ADJUSTMENT: return say_late(it, answer->reason);
	case USAGE_TO_CANCEL: return say_cancelled(it);
	case USAGE_TO_SEATS: return say_seat(it);
	case USAGE_WAITS: return say_waits(it);
	case USAGE_DUPLICATE:
	case USAGE_REFUSED: break;
	}
	return STATUS_OK;
}
