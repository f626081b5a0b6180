/*
 * A charge: whether it was paid, what came back of it, and why it failed.
 */
#include "services/billing-sync/customer.h"
#include "services/billing-sync/stripe.h"

#include "common/base/text.h"

#include <stdio.h>

#define BODY_SIZE 32

static bool read_amounts(struct thing *thing, Opsmesh__V1__PaymentChanged *changed,
                         struct json_error *error)
{
	char currency[4];

	return stripe_currency_at(&thing->object, "currency", currency, error) &&
	       customer_money(thing, "amount", currency, &changed->amount, error) &&
	       customer_money(thing, "amount_refunded", currency, &changed->refunded, error);
}

/* The network's own word stands beside the provider's since 2019; before that only in the failure code. */
static bool read_failure(struct thing *thing, Opsmesh__V1__PaymentChanged *changed,
                         struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	struct json_place outcome;
	const char *failure;
	const char *reason = "";

	if (!stripe_word_if(arena, &thing->object, "failure_code", &failure, error))
		return false;
	changed->failure_code = text_mutable(failure);
	if (*failure != '\0' && json_has(&thing->object, "outcome") &&
	    (!json_object_at(&thing->object, "outcome", &outcome, error) ||
	     !stripe_word_if(arena, &outcome, "reason", &reason, error)))
		return false;
	changed->decline_code = text_mutable(reason);
	return true;
}

/* A refund moves a charge too, and its status stays. */
static struct bytes body_of(struct arena *arena, const Opsmesh__V1__PaymentChanged *changed)
{
	char *const text = arena_alloc(arena, BODY_SIZE);
	const int64_t refunded = changed->refunded != NULL ? changed->refunded->minor : 0;

	snprintf(text, BODY_SIZE, "%lld", (long long)refunded);
	return bytes_of(text);
}

bool customer_read_charge(struct thing *thing, enum status *status, struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	const char *invoice;

	if (!stripe_id_if(arena, &thing->object, "invoice", &invoice, error) ||
	    !read_amounts(thing, &changed, error) || !read_failure(thing, &changed, error))
		return false;
	changed.payment_id = thing->mirrored->object_id;
	changed.invoice_id = text_mutable(invoice);
	changed.from_status = text_mutable(thing->held.status != NULL ? thing->held.status : "");
	changed.to_status = thing->mirrored->status;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event.payment_changed = &changed;
	const struct bytes body = body_of(arena, &changed);

	if (customer_moved(thing) || !bytes_equal(body, thing->held.body))
		*status = customer_say(thing->customer, &event);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, body);
	return true;
}
