/*
 * A charge: whether it was paid, what came back of it, and why it failed.
 */
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/customer_dunning/customer_failure.h"
#include "services/billing-sync/customer_money/customer_ledger.h"
#include "services/billing-sync/customer_money/customer_refund.h"
#include "services/billing-sync/dispute/payment_identity.h"
#include "services/billing-sync/invoice/charge_twice.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#define BODY_SIZE 32
#define DESCRIPTION_MAX 65536 /* the provider sets no limit that it tells */

/* What a charge says of its amount. */
struct charge_figures {
	char currency[4];
	int64_t amount;
	int64_t refunded;
	int64_t captured; /* what was really taken; 0: it is only reserved */
	struct instant created;
	const char *intent;
	bool disputed;
	const char *description; /* personal, perhaps: only its digest is kept */
};

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
static struct bytes body_of(struct arena *arena, int64_t refunded)
{
	char *const text = arena_alloc(arena, BODY_SIZE);

	snprintf(text, BODY_SIZE, "%lld", (long long)refunded);
	return bytes_of(text);
}

static bool succeeds(const struct thing *thing)
{
	return text_equal(thing->mirrored->status, "succeeded");
}

/* And does no longer: money of a bank account may be refused days after the charge. */
static bool had_succeeded(const struct thing *thing)
{
	return thing->held.status != NULL && text_equal(thing->held.status, "succeeded");
}

/* A charge may be said to be for something; who pays twice for it within a short time did not mean to. */
static enum status look_for_twice(struct thing *thing, const char *invoice,
                                  const struct charge_figures *figures)
{
	const char *const id = thing->mirrored->object_id;
	struct charge_seen seen;

	if (!succeeds(thing) && !had_succeeded(thing))
		return STATUS_OK;
	seen = charge_seen_make(id, invoice, figures->currency, figures->amount, figures->created,
	                        figures->description);
	seen.returned = figures->refunded >= figures->amount || !succeeds(thing);
	return customer_see_charge(thing->customer, &seen);
}

static bool read_figures(struct thing *thing, struct charge_figures *figures,
                         struct json_error *error)
{
	bool captured = true;
	bool dated;

	*figures = (struct charge_figures){ .description = "", .created = thing->customer->at };
	if (!stripe_currency_at(&thing->object, "currency", figures->currency, error) ||
	    !json_integer_at(&thing->object, "amount", 0, INT64_MAX, &figures->amount, error) ||
	    !json_switch_if(&thing->object, "captured", &captured, error))
		return false;
	figures->captured = captured ? figures->amount : 0;
	return (!captured || json_integer_if(&thing->object, "amount_captured", 0, INT64_MAX,
	                                     &figures->captured, error)) &&
	       json_integer_if(&thing->object, "amount_refunded", 0, INT64_MAX, &figures->refunded,
	                       error) &&
	       json_switch_if(&thing->object, "disputed", &figures->disputed, error) &&
	       json_text_if(&thing->object, "description", DESCRIPTION_MAX, &figures->description,
	                    error) &&
	       stripe_id_if(thing->customer->task->arena, &thing->object, "payment_intent",
	                    &figures->intent, error) &&
	       stripe_time_if(&thing->object, "created", &dated, &figures->created, error);
}

/*
 * What was reserved and never captured is released, and the provider counts it among what it refunded. Who says
 * less than that does not count it.
 */
static int64_t given_back(int64_t refunded, int64_t released)
{
	return refunded < released ? refunded : refunded - released;
}

static bool book(struct thing *thing, const struct charge_figures *figures,
                 const Opsmesh__V1__PaymentChanged *changed, enum status *status,
                 struct json_error *error)
{
	struct ledger_charge charge = { .id = changed->payment_id,
		                        .invoice = changed->invoice_id,
		                        .intent = figures->intent,
		                        .at = figures->created };
	struct charge_heard heard = { .invoice = changed->invoice_id,
		                      .disputed = figures->disputed,
		                      .at = figures->created };
	Opsmesh__V1__Money *taken;

	if (!succeeds(thing) && !had_succeeded(thing))
		return true;
	if (!customer_amount(thing, "amount_captured", figures->currency,
	                     succeeds(thing) ? figures->captured : 0, &taken, error))
		return false;
	charge.presented.minor = taken->minor;
	charge.released =
	    changed->amount->minor > taken->minor ? changed->amount->minor - taken->minor : 0;
	memcpy(charge.presented.currency, figures->currency, sizeof(figures->currency));
	charge.refunded = given_back(changed->refunded->minor, charge.released);
	heard.refunded = charge.refunded;
	heard.captured = charge.presented;
	*status = ledger_charge(thing, &charge);
	if (*status == STATUS_OK)
		*status = customer_hear_charge(thing, &heard);
	return *status != STATUS_OK || ledger_settled_within(thing, status, error);
}

/* What its codes mean, as far as they can be read; a charge that did not fail has none. */
static bool judge_failure(struct thing *thing, struct payment_failure *failure,
                          Opsmesh__V1__PaymentChanged *changed, struct json_error *error)
{
	failure->failed = false;
	if (!text_equal(thing->mirrored->status, "failed"))
		return true;
	if (!payment_failure_read(thing->customer->task->arena, &thing->object, failure, error))
		return false;
	if (failure->failed)
		changed->decline = customer_decline(thing->customer, failure);
	return true;
}

static enum status follow_failure(struct customer *it, const struct payment_failure *failure)
{
	return failure->failed ? customer_dun_charge(it, failure) : STATUS_OK;
}

bool customer_read_charge(struct thing *thing, enum status *status, struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	struct charge_figures figures;
	struct payment_failure failure;
	const char *invoice;

	if (!stripe_id_if(arena, &thing->object, "invoice", &invoice, error) ||
	    !read_figures(thing, &figures, error) ||
	    !customer_amount(thing, "amount", figures.currency, figures.amount, &changed.amount,
	                     error) ||
	    !customer_amount(thing, "amount_refunded", figures.currency, figures.refunded,
	                     &changed.refunded, error) ||
	    !read_failure(thing, &changed, error) ||
	    !judge_failure(thing, &failure, &changed, error))
		return false;
	changed.payment_id = thing->mirrored->object_id;
	changed.invoice_id = text_mutable(invoice);
	changed.from_status = text_mutable(thing->held.status != NULL ? thing->held.status : "");
	changed.to_status = thing->mirrored->status;
	changed.payment_intent_id = text_mutable(figures.intent);
	payment_identity_read(arena, &thing->object, thing->customer->row.customer_id, &changed);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event.payment_changed = &changed;
	const struct bytes body = body_of(arena, figures.refunded);

	if (customer_moved(thing) || !bytes_equal(body, thing->held.body)) {
		payment_identity_read(arena, &thing->object, thing->customer->row.customer_id,
		                      &changed);
		*status = customer_say(thing->customer, &event);
	}
	if (*status == STATUS_OK)
		*status = look_for_twice(thing, invoice, &figures);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, body);
	if (*status == STATUS_OK)
		*status = follow_failure(thing->customer, &failure);
	return *status != STATUS_OK || book(thing, &figures, &changed, status, error);
}
