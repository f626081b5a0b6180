/*
 * What a network warns of: a charge of the customer's that was fraud. No money moves by it.
 */
#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/dispute/fraud_warning.h"

#include "common/base/text.h"

#define ACTIONABLE "actionable"
#define OVER "over"

static enum status say(struct thing *thing, Opsmesh__V1__FraudWarningChanged *changed)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;

	changed->warning_id = thing->mirrored->object_id;
	changed->from_actionable = bytes_equal(thing->held.body, bytes_of(ACTIONABLE));
	changed->again = thing->known;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
	event.fraud_warning_changed = changed;
	return customer_say(thing->customer, &event);
}

bool customer_read_warning(struct thing *thing, enum status *status, struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	Opsmesh__V1__FraudWarningChanged changed;

	if (!fraud_warning_read(arena, &thing->object, &changed, error))
		return false;
	const struct bytes body = bytes_of(changed.actionable ? ACTIONABLE : OVER);

	if (!bytes_equal(body, thing->held.body))
		*status = say(thing, &changed);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, body);
	return true;
}
