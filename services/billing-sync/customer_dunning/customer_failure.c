#include "services/billing-sync/customer_dunning/customer_failure.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/document/policies.h"

#include "common/base/text.h"
#include "common/io/proto.h"

/* Words. */

static Opsmesh__V1__PaymentRetry retry_of(enum decline_retry retry)
{
	static const Opsmesh__V1__PaymentRetry words[] = {
		[DECLINE_RETRY_YES] = OPSMESH__V1__PAYMENT_RETRY__PAYMENT_RETRY_YES,
		[DECLINE_RETRY_CAREFUL] = OPSMESH__V1__PAYMENT_RETRY__PAYMENT_RETRY_CAREFUL,
		[DECLINE_RETRY_NEW_METHOD] = OPSMESH__V1__PAYMENT_RETRY__PAYMENT_RETRY_NEW_METHOD,
		[DECLINE_RETRY_NEVER] = OPSMESH__V1__PAYMENT_RETRY__PAYMENT_RETRY_NEVER,
	};

	return words[retry];
}

static Opsmesh__V1__PaymentActor actor_of(enum decline_actor actor)
{
	static const Opsmesh__V1__PaymentActor words[] = {
		[DECLINE_ACTS_NOBODY] = OPSMESH__V1__PAYMENT_ACTOR__PAYMENT_ACTOR_NOBODY,
		[DECLINE_ACTS_CUSTOMER] = OPSMESH__V1__PAYMENT_ACTOR__PAYMENT_ACTOR_CUSTOMER,
		[DECLINE_ACTS_ISSUER] = OPSMESH__V1__PAYMENT_ACTOR__PAYMENT_ACTOR_ISSUER,
		[DECLINE_ACTS_US] = OPSMESH__V1__PAYMENT_ACTOR__PAYMENT_ACTOR_US,
	};

	return words[actor];
}

static const char *sentence_of(struct arena *arena, const struct decline_answer *answer)
{
	static const char *const whether[] = {
		[DECLINE_RETRY_YES] = "It may be tried again",
		[DECLINE_RETRY_CAREFUL] = "It may be tried again with care",
		[DECLINE_RETRY_NEW_METHOD] =
		    "It may be tried again when the payment details have changed",
		[DECLINE_RETRY_NEVER] = "It may not be tried again with this card",
	};
	static const char *const who[] = {
		[DECLINE_ACTS_NOBODY] = "nobody has to act",
		[DECLINE_ACTS_CUSTOMER] = "the customer has to act first",
		[DECLINE_ACTS_ISSUER] = "the customer has to ask their bank",
		[DECLINE_ACTS_US] = "the request or a rule of ours is at fault",
	};

	return arena_printf(arena, "%s; %s%s.", whether[answer->retry], who[answer->acts],
	                    answer->unknown_count > 0 ? "; a code is unknown to us" : "");
}

Opsmesh__V1__PaymentDecline *customer_decline(struct customer *it,
                                              const struct payment_failure *failure)
{
	struct arena *const arena = it->task->arena;
	const struct decline_policy *const policy =
	    policies_decline(it->task, failure->has_created ? failure->created : it->at);
	const struct decline_answer answer = decline_judge(policy, failure);
	Opsmesh__V1__PaymentDecline *const decline = arena_alloc(arena, sizeof(*decline));

	opsmesh__v1__payment_decline__init(decline);
	decline->retry = retry_of(answer.retry);
	decline->acts = actor_of(answer.acts);
	decline->code = text_mutable(answer.rule);
	decline->network = text_mutable(failure->network);
	decline->network_decline_code = text_mutable(failure->network_decline_code);
	decline->network_advice_code = text_mutable(failure->network_advice_code);
	decline->advice_code = text_mutable(failure->advice_code);
	if (answer.wait.us > 0 && failure->has_created)
		decline->retry_after =
		    proto_timestamp(arena, time_add(failure->created, answer.wait));
	decline->unsent = !payment_failure_sent(failure);
	decline->sentence = text_mutable(sentence_of(arena, &answer));
	decline->policy =
	    arena_printf(arena, "%s/%lld", policy->head.id, (long long)policy->head.version);
	return decline;
}

/* Attempts: the stage `card` counts them. */

enum status customer_on_card_spent(struct task *task, const Opsmesh__V1__AttemptBudgetSpent *spent)
{
	const Opsmesh__V1__ByCustomerEvent *const cause = (const void *)task->message;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__AttemptBudgetSpent told = *spent;
	struct customer it;

	TRY(customer_open(task, cause->customer_id, cause->occurred_at, &it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ATTEMPT_BUDGET_SPENT;
	event.attempt_budget_spent = &told;
	return customer_say(&it, &event);
}

/* Payment intents: one may fail before there is a charge; what has one is the charge's to tell. */

static bool fill_intent(struct thing *thing, const struct payment_failure *failure,
                        Opsmesh__V1__PaymentChanged *changed, struct json_error *error)
{
	if (!customer_amount(thing, "amount", failure->currency, failure->amount, &changed->amount,
	                     error) ||
	    !customer_amount(thing, "amount", failure->currency, 0, &changed->refunded, error))
		return false;
	changed->payment_id = thing->mirrored->object_id;
	changed->invoice_id = text_mutable(failure->invoice_id);
	changed->from_status = text_mutable(thing->held.status != NULL ? thing->held.status : "");
	changed->to_status = thing->mirrored->status;
	changed->payment_intent_id = thing->mirrored->object_id;
	changed->failure_code = text_mutable(failure->failure_code);
	changed->decline_code = text_mutable(failure->decline_code);
	changed->decline = customer_decline(thing->customer, failure);
	return true;
}

static enum status tell_intent(struct thing *thing, Opsmesh__V1__PaymentChanged *changed)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	const struct bytes body =
	    bytes_of(arena_printf(thing->customer->task->arena, "%s %s", changed->failure_code,
	                          changed->decline_code));

	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event.payment_changed = changed;
	if (customer_moved(thing) || !bytes_equal(body, thing->held.body))
		TRY(customer_say(thing->customer, &event));
	return customer_hold(thing, body);
}

/* Once: that it has come, or come back (customer_left.c). What it said of a failure before stays said. */
static enum status keep_intent(struct thing *thing)
{
	const bool here = thing->known && !customer_has_left(&thing->held);

	return here ? STATUS_OK : customer_hold(thing, bytes_of(""));
}

bool customer_read_intent(struct thing *thing, enum status *status, struct json_error *error)
{
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	struct payment_failure failure;

	if (!payment_failure_read(thing->customer->task->arena, &thing->object, &failure, error))
		return false;
	if (!failure.failed || failure.charge_id[0] != '\0') {
		*status = keep_intent(thing);
		return true;
	}
	if (!fill_intent(thing, &failure, &changed, error))
		return false;
	*status = tell_intent(thing, &changed);
	if (*status == STATUS_OK)
		*status = customer_dun_charge(thing->customer, &failure);
	return true;
}
