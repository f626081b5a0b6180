#include "services/billing-sync/customer_failure.h"
#include "services/billing-sync/attempt.h"
#include "services/billing-sync/customer_dunning.h"
#include "services/billing-sync/policies.h"

#include "common/base/text.h"
#include "common/io/proto.h"

static const struct column columns[] = {
	COLUMN(struct card_row, customer_id),
	COLUMN(struct card_row, card),
	COLUMN(struct card_row, body),
	COLUMN_END,
};
const struct state_table card_table = {
	.name = "card", .columns = columns, .key_columns = 2, .row_size = sizeof(struct card_row)
};

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
	decline->sentence = text_mutable(sentence_of(arena, &answer));
	decline->policy =
	    arena_printf(arena, "%s/%lld", policy->head.id, (long long)policy->head.version);
	return decline;
}

/* Attempts. */

static bool is_spent(const struct attempt_answer *answer)
{
	return answer->why == ATTEMPT_BUDGET || answer->why == ATTEMPT_UNCOUNTED ||
	       answer->why == ATTEMPT_FORBIDDEN;
}

static enum status say_spent(struct customer *it, const struct attempt_policy *policy,
                             const struct payment_failure *failure,
                             const struct attempt_answer *answer)
{
	struct arena *const arena = it->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__AttemptBudgetSpent spent = OPSMESH__V1__ATTEMPT_BUDGET_SPENT__INIT;

	spent.payment_id = text_mutable(failure->charge_id);
	spent.invoice_id = text_mutable(failure->invoice_id);
	spent.network = text_mutable(failure->network);
	spent.card = text_mutable(failure->fingerprint);
	spent.why = text_mutable(attempt_why_names[answer->why]);
	spent.detail = text_mutable(answer->detail);
	spent.attempts = answer->count;
	if (answer->budget != NULL) {
		spent.most = answer->budget->most;
		spent.within_us = answer->budget->within.us;
	}
	if (time_before(answer->again, TIME_MAX))
		spent.again_at = proto_timestamp(arena, answer->again);
	spent.policy =
	    arena_printf(arena, "%s/%lld", policy->head.id, (long long)policy->head.version);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ATTEMPT_BUDGET_SPENT;
	event.attempt_budget_spent = &spent;
	return customer_say(it, &event);
}

/* As of the newest attempt that is known, so that the order in which they are heard says nothing. */
static struct attempt_answer judge(const struct attempt_policy *policy,
                                   const struct attempt_row *row,
                                   const struct payment_failure *failure, struct instant now)
{
	struct money money = { .minor = failure->amount };

	(void)money_currency(failure->currency, money.currency);
	return attempt_judge(policy, row, failure->network, money, now);
}

enum status customer_count_attempt(struct customer *it, const struct payment_failure *failure)
{
	struct arena *const arena = it->task->arena;
	const struct attempt_policy *const policy = policies_attempt(it->task, failure->created);
	const struct decline_answer decline =
	    decline_judge(policies_decline(it->task, failure->created), failure);
	struct card_row kept = { .customer_id = it->row.customer_id,
		                 .card = arena_printf(arena, "%s/%s", failure->network,
		                                      failure->fingerprint) };
	struct attempt_row *const row = arena_zero(arena, sizeof(*row));
	struct attempt attempt;

	if (!attempt_from(policy, failure, &decline, &attempt))
		return STATUS_OK;
	if (task_load(it->task, &card_table, &kept) && !attempt_decode(kept.body, row))
		return task_fail(it->task, STATUS_FATAL, "card of %s: its row cannot be read",
		                 kept.customer_id);
	const struct instant newest = row->count > 0 ? row->kept[row->count - 1].at : attempt.at;
	const struct instant now = time_later(newest, attempt.at);
	const struct attempt_answer before = judge(policy, row, failure, now);

	attempt_add(row, &attempt);
	kept.body = attempt_encode(arena, row);
	task_save(it->task, &card_table, &kept);
	const struct attempt_answer after = judge(policy, row, failure, now);

	return is_spent(&after) && !is_spent(&before) ? say_spent(it, policy, failure, &after)
	                                              : STATUS_OK;
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
