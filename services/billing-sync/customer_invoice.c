/*
 * An invoice: its status, and what it says is due, paid and left.
 */
#include "services/billing-sync/customer.h"
#include "services/billing-sync/stripe.h"

#include "common/base/text.h"

/* Newer versions name the subscription below parent. */
static bool read_subscription(struct thing *thing, const char **id, struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	struct json_place parent;
	struct json_place details;

	if (!stripe_id_if(arena, &thing->object, "subscription", id, error))
		return false;
	if (**id != '\0' || !json_has(&thing->object, "parent"))
		return true;
	if (!json_object_at(&thing->object, "parent", &parent, error))
		return false;
	if (!json_has(&parent, "subscription_details"))
		return true;
	return json_object_at(&parent, "subscription_details", &details, error) &&
	       stripe_id_if(arena, &details, "subscription", id, error);
}

static bool read_amounts(struct thing *thing, Opsmesh__V1__InvoiceChanged *changed,
                         struct json_error *error)
{
	char currency[4];

	return stripe_currency_at(&thing->object, "currency", currency, error) &&
	       customer_money(thing, "total", currency, &changed->total, error) &&
	       customer_money(thing, "amount_due", currency, &changed->due, error) &&
	       customer_money(thing, "amount_paid", currency, &changed->paid, error) &&
	       customer_money(thing, "amount_remaining", currency, &changed->remaining, error);
}

bool customer_read_invoice(struct thing *thing, enum status *status, struct json_error *error)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__InvoiceChanged changed = OPSMESH__V1__INVOICE_CHANGED__INIT;
	const char *subscription;

	if (!read_subscription(thing, &subscription, error) ||
	    !read_amounts(thing, &changed, error))
		return false;
	changed.invoice_id = thing->mirrored->object_id;
	changed.subscription_id = text_mutable(subscription);
	changed.from_status = text_mutable(thing->held.status != NULL ? thing->held.status : "");
	changed.to_status = thing->mirrored->status;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED;
	event.invoice_changed = &changed;
	if (customer_moved(thing))
		*status = customer_say(thing->customer, &event);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, (struct bytes){ NULL, 0 });
	return true;
}
