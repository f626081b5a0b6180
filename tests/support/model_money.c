/*
 * model_money - what the model company is paid, gives back and loses, and what its books must say of it.
 *
 * A charge debits clearing against the receivable; its balance transaction takes it out of there. What went
 * back of a charge takes the same share of what it had brought: the rest is a gain or loss.
 */
#include "tests/support/model_inside.h"

#include "common/base/status.h"

#include <string.h>

#define DAY_S (24 * 3600)
#define DISPUTE_FEE 1500
#define FIXED_FEE 30
#define FEE_PER_MILLE 29
#define DISPUTED_AFTER_S (5 * DAY_S)
#define DECIDED_AFTER_S (20 * DAY_S)

int64_t model_share(int64_t amount, int64_t numerator, int64_t denominator)
{
	__extension__ const __int128 product = (__int128)amount * numerator;
	const int64_t half = product < 0 ? -(denominator / 2) : denominator / 2;

	return (int64_t)((product + half) / denominator);
}

/* In the currency of the customer; in that which it is settled in. */

void model_book_own(struct life *life, const char *account, int64_t amount)
{
	model_book(life, account, life->currency->code, amount / life->currency->scale);
}

static void book_settled(struct life *life, const char *account, int64_t amount)
{
	model_book(life, account, life->currency->settles_in,
	           amount / (life->currency->rate_ppm == 0 ? life->currency->scale : 1));
}

static bool exchanges(const struct life *life)
{
	return life->currency->rate_ppm != 0;
}

/* At a rate that moves by up to two percent; it is 0 where nothing is exchanged. */
static int64_t convert(struct life *life, int64_t amount, int64_t *rate_ppm)
{
	const struct model_currency *const currency = life->currency;

	*rate_ppm = 0;
	if (!exchanges(life))
		return amount;
	*rate_ppm =
	    currency->rate_ppm + currency->rate_ppm / 1000 * chance_between(&life->chance, -20, 20);
	return model_share(amount, *rate_ppm, INT64_C(1000000) * currency->divide);
}

/* Charges. */

static void say_charge(struct life *life, const struct model_charge *charge, const char *event,
                       int64_t at_s)
{
	model_say(life,
	          &(struct model_state){ .object_id = charge->id,
	                                 .type = "charge",
	                                 .event_type = event,
	                                 .status = charge->failure != NULL ? "failed" : "succeeded",
	                                 .created_s = at_s,
	                                 .object = model_charge_body(life, charge),
	                                 .heavy = charge->failure == NULL });
}

static void say_intent(struct life *life, const struct model_charge *charge, const char *event,
                       const char *status, int64_t at_s)
{
	model_say(life, &(struct model_state){ .object_id =
	                                           arena_printf(life->arena, "%s_pi", charge->id),
	                                       .type = "payment_intent",
	                                       .event_type = event,
	                                       .status = status,
	                                       .created_s = at_s,
	                                       .object = model_intent_body(life, charge, status) });
}

/* It is named by what moved it, and is a part of the balance. */
static void pay_out(struct life *life, struct model_move *move)
{
	move->currency = life->currency->settles;
	move->payout = model_payout_id(life->arena, life->seed, move->currency, move->created_s);
}

static void settle(struct life *life, struct model_charge *charge)
{
	struct model_move move = { .id = arena_printf(life->arena, "%s_txn", charge->id),
		                   .type = "charge",
		                   .source = charge->id,
		                   .created_s = charge->created_s };

	move.amount = charge->gross = convert(life, charge->amount, &move.rate_ppm);
	move.fee = move.amount * FEE_PER_MILLE / 1000 + FIXED_FEE;
	if (!exchanges(life))
		move.fee -= move.fee % life->currency->step;
	pay_out(life, &move);
	model_say_move(life, &move, true);
	book_settled(life, "cash_in_transit", move.amount - move.fee);
	book_settled(life, "fees", move.fee);
	if (exchanges(life)) {
		model_book_own(life, "exchange", charge->amount);
		book_settled(life, "exchange", -move.amount);
	}
}

/* What is said of it after it succeeded is said later. */
struct model_charge model_pay(struct life *life, const struct model_invoice *invoice, int64_t at_s)
{
	struct model_charge charge = { .id = model_id(life, "ch", ++life->charge),
		                       .invoice = invoice->id,
		                       .created_s = at_s,
		                       .amount = invoice->due };

	say_intent(life, &charge, "payment_intent.created", "requires_payment_method", at_s);
	say_intent(life, &charge, "payment_intent.succeeded", "succeeded", at_s + 2);
	model_book_own(life, "receivable", -charge.amount);
	settle(life, &charge);
	return charge;
}

void model_fail_to_pay(struct life *life, const struct model_invoice *invoice, int64_t at_s)
{
	static const char *const reasons[] = { "insufficient_funds", "do_not_honor",
		                               "expired_card",       "generic_decline",
		                               "lost_card",          "processing_error" };
	const struct model_charge charge = {
		.id = model_id(life, "ch", ++life->charge),
		.invoice = invoice->id,
		.created_s = at_s,
		.amount = invoice->due,
		.failure = reasons[chance_below(&life->chance, COUNT_OF(reasons))]
	};

	say_intent(life, &charge, "payment_intent.created", "requires_payment_method", at_s);
	say_charge(life, &charge, "charge.failed", at_s);
}

/* What goes back. */

/* The invoice that it names was paid, or there is none. */
static bool is_own(const struct model_charge *charge)
{
	return charge->beyond || *charge->invoice == '\0';
}

/* The balance transaction of a part that goes back, or comes again; what the books say of it. */
static struct model_move move_back(struct life *life, struct model_charge *charge, const char *id,
                                   const char *account, int64_t part, int64_t fee, int64_t at_s)
{
	struct model_move move = {
		.id = arena_printf(life->arena, "%s_txn%s", id, part > 0 ? "" : "_back"),
		.type = strcmp(account, "refunds") == 0 ? "refund" : "adjustment",
		.source = id,
		.created_s = at_s,
		.fee = fee
	};
	const int64_t relief = model_share(charge->gross, charge->taken + part, charge->amount) -
	                       model_share(charge->gross, charge->taken, charge->amount);

	move.amount = -convert(life, part, &move.rate_ppm);
	pay_out(life, &move);
	model_say_move(life, &move, false);
	charge->taken += part;
	model_book_own(life, is_own(charge) ? "receivable" : account, part);
	book_settled(life, "cash_in_transit", move.amount - move.fee);
	book_settled(life, "fees", move.fee);
	if (exchanges(life)) {
		model_book_own(life, "exchange", -part);
		book_settled(life, "exchange", relief);
		book_settled(life, "fx_gain_loss", -move.amount - relief);
	}
	return move;
}

/* The webhook names its balance transaction; the upload has it whole. */
const char *model_refund(struct life *life, struct model_charge *charge, int64_t amount,
                         int64_t at_s)
{
	const char *const id = arena_printf(life->arena, "re_%s_%d", charge->id, ++charge->refunds);
	const struct model_move move = move_back(life, charge, id, "refunds", amount, 0, at_s);
	struct model_state state = {
		.object_id = id,
		.type = "refund",
		.event_type = "refund.created",
		.status = "succeeded",
		.created_s = at_s,
		.object = model_refund_body(life, charge, id, amount, at_s,
		                            arena_printf(life->arena, "\"%s\"", move.id)),
	};

	model_say(life, &state);
	state.event_type = "";
	state.object =
	    model_refund_body(life, charge, id, amount, at_s, model_move_body(life->arena, &move));
	state.heavy = true;
	model_say(life, &state);
	charge->refunded += amount;
	say_charge(life, charge, "charge.refunded", at_s);
	if (!is_own(charge))
		model_reverse(life, charge->invoice, id, amount, at_s);
	return id;
}

static void dispute(struct life *life, struct model_charge *charge, int64_t at_s)
{
	struct arena *const arena = life->arena;
	const char *const id = arena_printf(arena, "dp_%s", charge->id);
	const bool won = chance_of(&life->chance, 500);
	const int64_t fee = DISPUTE_FEE * (exchanges(life) ? 1 : life->currency->scale);
	const int64_t amount = charge->amount - charge->refunded;
	const struct model_move out = move_back(life, charge, id, "disputes", amount, fee, at_s);
	const char *moves = model_move_body(life->arena, &out);
	struct model_state state = { .object_id = id,
		                     .type = "dispute",
		                     .event_type = "charge.dispute.created",
		                     .status = "needs_response",
		                     .created_s = at_s,
		                     .heavy = true };

	state.object = model_dispute_body(life, charge, id, state.status, amount, at_s, moves);
	model_say(life, &state);
	if (!won)
		model_reverse(life, charge->invoice, id, amount, at_s);
	if (won) {
		const struct model_move in =
		    move_back(life, charge, id, "disputes", -amount, 0, at_s + DECIDED_AFTER_S);

		moves = arena_printf(arena, "%s,%s", moves, model_move_body(life->arena, &in));
	}
	state.event_type = "charge.dispute.closed";
	state.status = won ? "won" : "lost";
	state.created_s = at_s + DECIDED_AFTER_S;
	state.object = model_dispute_body(life, charge, id, state.status, amount, at_s, moves);
	model_say(life, &state);
	charge->disputed = true;
	say_charge(life, charge, "charge.updated", at_s);
}

void model_live_on(struct life *life, struct model_charge *charge)
{
	const int64_t step = life->currency->step;

	say_charge(life, charge, "charge.succeeded", charge->created_s);
	if (chance_of(&life->chance, 60) && charge->amount >= 3 * step) {
		const int64_t part = charge->amount / 3 / step * step;

		(void)model_refund(life, charge, part, charge->created_s + DAY_S);
		if (chance_of(&life->chance, 400)) {
			(void)model_refund(life, charge, part, charge->created_s + 2 * DAY_S);
			(void)model_refund(life, charge, charge->amount - charge->refunded,
			                   charge->created_s + 3 * DAY_S);
		}
	}
	if (charge->refunded < charge->amount && chance_of(&life->chance, 25) &&
	    charge->created_s + DISPUTED_AFTER_S + DECIDED_AFTER_S < MODEL_END_S)
		dispute(life, charge, charge->created_s + DISPUTED_AFTER_S);
}

void model_pay_again(struct life *life, const struct model_invoice *invoice, int64_t at_s)
{
	struct model_charge again = model_pay(life, invoice, at_s);

	again.beyond = true;
	say_charge(life, &again, "charge.succeeded", again.created_s);
	if (chance_of(&life->chance, 500))
		model_case_add(life, "charged_twice", again.id);
	else
		(void)model_refund(life, &again, again.amount, at_s + DAY_S);
}
