/*
 * What goes back to a customer: refunds that we give, and disputes by which a bank takes.
 */
#include "services/billing-sync/customer_money/customer_ledger.h"
#include "services/billing-sync/customer_money/customer_refund.h"
#include "services/billing-sync/customer_revenue/customer_cut.h"
#include "services/billing-sync/dispute/dispute.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

static char *before_of(const struct thing *thing)
{
	return text_mutable(thing->held.status != NULL ? thing->held.status : "");
}

/* Refunds. */

static bool fill_refund(struct thing *thing, Opsmesh__V1__RefundChanged *changed,
                        struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	const char *charge;
	const char *reason;
	const char *failure;
	char currency[4];

	if (!stripe_id_if(arena, &thing->object, "charge", &charge, error) ||
	    !stripe_word_if(arena, &thing->object, "reason", &reason, error) ||
	    !stripe_word_if(arena, &thing->object, "failure_reason", &failure, error) ||
	    !stripe_currency_at(&thing->object, "currency", currency, error) ||
	    !customer_money(thing, "amount", currency, &changed->amount, error))
		return false;
	changed->refund_id = thing->mirrored->object_id;
	changed->payment_id = text_mutable(charge);
	changed->from_status = before_of(thing);
	changed->to_status = thing->mirrored->status;
	changed->reason = text_mutable(reason);
	changed->failure_reason = text_mutable(failure);
	return true;
}

bool customer_read_refund(struct thing *thing, enum status *status, struct json_error *error)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundChanged changed = OPSMESH__V1__REFUND_CHANGED__INIT;

	if (!fill_refund(thing, &changed, error))
		return false;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_REFUND_CHANGED;
	event.refund_changed = &changed;
	if (customer_moved(thing))
		*status = customer_say(thing->customer, &event);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, (struct bytes){ NULL, 0 });
	if (*status == STATUS_OK)
		*status = customer_hear_refund(thing, &changed);
	return *status != STATUS_OK || ledger_moved(thing, status, error);
}

/* Disputes. */

static bool fill_dispute(struct thing *thing, Opsmesh__V1__DisputeChanged *changed,
                         struct json_error *error)
{
	struct task *const task = thing->customer->task;

	if (!dispute_read(task->arena, policies_currency(task, thing->customer->at), &thing->object,
	                  changed, error))
		return false;
	changed->dispute_id = thing->mirrored->object_id;
	changed->from_status = before_of(thing);
	changed->to_status = thing->mirrored->status;
	return true;
}

bool customer_read_dispute(struct thing *thing, enum status *status, struct json_error *error)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;

	if (!fill_dispute(thing, &changed, error))
		return false;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	const struct bytes body = dispute_digest(thing->customer->task->arena, &changed);

	if (!bytes_equal(body, thing->held.body))
		*status = customer_say(thing->customer, &event);
	customer_dispute_open(thing->customer, &changed);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, body);
	if (*status == STATUS_OK)
		*status = customer_hear_dispute(thing, &changed);
	return *status != STATUS_OK || ledger_moved(thing, status, error);
}

/* What moved money at the provider. */

bool customer_read_transaction(struct thing *thing, enum status *status, struct json_error *error)
{
	*status = customer_hold(thing, (struct bytes){ NULL, 0 });
	return *status != STATUS_OK || ledger_moved(thing, status, error);
}
