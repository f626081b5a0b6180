#include "services/billing-sync/customer/customer_order.h"

#include "common/flow/action.h"

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
