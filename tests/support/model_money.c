/*
 * model_money - what the model company bills, is paid, gives back and loses, and what its books must say of it.
 *
 * A charge debits clearing against the receivable; its balance transaction takes it out of there. What went
 * back of a charge takes the same share of what it had brought: the rest is a gain or loss.
 */
#include "tests/support/model_inside.h"

#include <string.h>

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define DISPUTE_FEE 1500
#define FIXED_FEE 30
#define FEE_PER_MILLE 29

int64_t model_share(int64_t amount, int64_t numerator, int64_t denominator)
{
	__extension__ const __int128 product = (__int128)amount * numerator;
	const int64_t half = product < 0 ? -(denominator / 2) : denominator / 2;

	return (int64_t)((product + half) / denominator);
}

/* In the currency of the customer; in that which it is settled in. */

static void book(struct life *life, const char *account, int64_t amount)
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
                       int64_t at_s, bool stands)
{
	model_say(life,
	          &(struct model_state){ .object_id = charge->id,
	                                 .type = "charge",
	                                 .event_type = event,
	                                 .status = charge->failure != NULL ? "failed" : "succeeded",
	                                 .created_s = at_s,
	                                 .object = model_charge_body(life, charge),
	                                 .stands = stands,
	                                 .heavy = charge->failure == NULL });
}

static void say_intent(struct life *life, const struct model_charge *charge, const char *event,
                       const char *status, int64_t at_s, bool stands)
{
	model_say(life, &(struct model_state){ .object_id =
	                                           arena_printf(life->arena, "%s_pi", charge->id),
	                                       .type = "payment_intent",
	                                       .event_type = event,
	                                       .status = status,
	                                       .created_s = at_s,
	                                       .object = model_intent_body(life, charge, status),
	                                       .stands = stands });
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
	model_say(life, &(struct model_state){ .object_id = move.id,
	                                       .type = "balance_transaction",
	                                       .event_type = "",
	                                       .status = "available",
	                                       .created_s = move.created_s,
	                                       .object = model_move_body(life, &move),
	                                       .stands = true,
	                                       .heavy = true });
	book_settled(life, "cash_in_transit", move.amount - move.fee);
	book_settled(life, "fees", move.fee);
	if (exchanges(life)) {
		book(life, "exchange", charge->amount);
		book_settled(life, "exchange", -move.amount);
	}
}

/* What is said of it after it succeeded is said later. */
static struct model_charge pay(struct life *life, const char *invoice, int64_t amount, int64_t at_s)
{
	struct model_charge charge = { .id = model_id(life, "ch", ++life->charge),
		                       .invoice = invoice,
		                       .created_s = at_s,
		                       .amount = amount };

	say_intent(life, &charge, "payment_intent.created", "requires_payment_method", at_s, false);
	say_intent(life, &charge, "payment_intent.succeeded", "succeeded", at_s + 2, true);
	book(life, "receivable", -amount);
	settle(life, &charge);
	return charge;
}

static void fail_to_pay(struct life *life, const char *invoice, int64_t amount, int64_t at_s)
{
	struct model_charge charge = { .id = model_id(life, "ch", ++life->charge),
		                       .invoice = invoice,
		                       .created_s = at_s,
		                       .amount = amount,
		                       .failure = "insufficient_funds" };

	say_charge(life, &charge, "charge.failed", at_s, true);
}

/* What goes back. */

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
	charge->taken += part;
	book(life, *charge->invoice != '\0' ? account : "receivable", part);
	book_settled(life, "cash_in_transit", move.amount - move.fee);
	book_settled(life, "fees", move.fee);
	if (exchanges(life)) {
		book(life, "exchange", -part);
		book_settled(life, "exchange", relief);
		book_settled(life, "fx_gain_loss", -move.amount - relief);
	}
	return move;
}

/* The webhook names its balance transaction; the upload has it whole. */
static void refund(struct life *life, struct model_charge *charge, int number, int64_t amount,
                   int64_t at_s)
{
	const char *const id = arena_printf(life->arena, "re_%s_%d", charge->id, number);
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
	    model_refund_body(life, charge, id, amount, at_s, model_move_body(life, &move));
	state.stands = state.heavy = true;
	model_say(life, &state);
	charge->refunded += amount;
	say_charge(life, charge, "charge.refunded", at_s, false);
}

static void dispute(struct life *life, struct model_charge *charge, int64_t at_s)
{
	struct arena *const arena = life->arena;
	const char *const id = arena_printf(arena, "dp_%s", charge->id);
	const bool won = chance_of(&life->chance, 500);
	const int64_t fee = DISPUTE_FEE * (exchanges(life) ? 1 : life->currency->scale);
	const int64_t amount = charge->amount - charge->refunded;
	const struct model_move out = move_back(life, charge, id, "disputes", amount, fee, at_s);
	const char *moves = model_move_body(life, &out);
	struct model_state state = { .object_id = id,
		                     .type = "dispute",
		                     .event_type = "charge.dispute.created",
		                     .status = "needs_response",
		                     .created_s = at_s,
		                     .heavy = true };

	state.object = model_dispute_body(life, charge, id, state.status, amount, at_s, moves);
	model_say(life, &state);
	if (won) {
		const struct model_move in =
		    move_back(life, charge, id, "disputes", -amount, 0, at_s + 20 * DAY_S);

		moves = arena_printf(arena, "%s,%s", moves, model_move_body(life, &in));
	}
	state.event_type = "charge.dispute.closed";
	state.status = won ? "won" : "lost";
	state.created_s = at_s + 20 * DAY_S;
	state.object = model_dispute_body(life, charge, id, state.status, amount, at_s, moves);
	state.stands = true;
	model_say(life, &state);
	charge->disputed = true;
	say_charge(life, charge, "charge.updated", at_s, false);
}

/* A charge that succeeded: as it was then, what went back of it, and as it is in the end. */
static void live_on(struct life *life, struct model_charge *charge)
{
	const int64_t step = life->currency->step;
	const struct model_charge first = *charge;
	const size_t from = life->customer->state_count;

	say_charge(life, &first, "charge.succeeded", charge->created_s, true);
	if (chance_of(&life->chance, 60)) {
		const int64_t part = charge->amount / 3 / step * step;

		refund(life, charge, 1, part, charge->created_s + DAY_S);
		if (chance_of(&life->chance, 400)) {
			refund(life, charge, 2, part, charge->created_s + 2 * DAY_S);
			refund(life, charge, 3, charge->amount - charge->refunded,
			       charge->created_s + 3 * DAY_S);
		}
	}
	if (charge->refunded < charge->amount && chance_of(&life->chance, 25))
		dispute(life, charge, charge->created_s + 5 * DAY_S);
	/* Of its states the last one stands. */
	bool later = false;

	for (size_t i = life->customer->state_count; i-- > from;) {
		struct model_state *const state = &life->customer->states[i];

		if (strcmp(state->type, "charge") != 0)
			continue;
		state->stands = !later;
		later = true;
	}
}

/* Invoices. */

static void say_invoice(struct life *life, const struct model_invoice *invoice, const char *event,
                        const char *status, int64_t paid, int64_t at_s, bool stands)
{
	model_say(life,
	          &(struct model_state){ .object_id = invoice->id,
	                                 .type = "invoice",
	                                 .event_type = event,
	                                 .status = status,
	                                 .created_s = at_s,
	                                 .object = model_invoice_body(life, invoice, status, paid),
	                                 .stands = stands,
	                                 .heavy = strcmp(status, "draft") != 0 });
}

static void book_invoice(struct life *life, const struct model_invoice *invoice)
{
	book(life, "receivable", invoice->subtotal + invoice->tax);
	book(life, "deferred_revenue", -invoice->subtotal);
	book(life, "tax_payable", -invoice->tax);
}

static void say_paid(struct life *life, const struct model_invoice *invoice, int64_t at_s)
{
	const int64_t total = invoice->subtotal + invoice->tax;

	say_invoice(life, invoice, "invoice.paid", "paid", total, at_s, true);
	book_invoice(life, invoice);
}

static void pay_invoice(struct life *life, const struct model_invoice *invoice, int64_t at_s)
{
	const int64_t total = invoice->subtotal + invoice->tax;
	struct model_charge charge = pay(life, invoice->id, total, at_s);

	say_paid(life, invoice, at_s);
	live_on(life, &charge);
	if (!chance_of(&life->chance, 12) || charge.refunded == total)
		return;
	/* The same again, by mistake: half of them are given back. */
	struct model_charge again = pay(life, invoice->id, total, at_s + HOUR_S);

	say_charge(life, &again, "charge.succeeded", again.created_s,
	           chance_of(&life->chance, 500));
	if (life->customer->states[life->customer->state_count - 1].stands) {
		model_case_add(life, "charged_twice", again.id);
		return;
	}
	refund(life, &again, 1, total, at_s + DAY_S);
	life->customer->states[life->customer->state_count - 1].stands = true;
}

/* Three attempts: two fail, and the third may. */
static void struggle(struct life *life, const struct model_invoice *invoice, int64_t at_s)
{
	const int64_t total = invoice->subtotal + invoice->tax;

	fail_to_pay(life, invoice->id, total, at_s);
	life->status = "past_due";
	if (life->past_due_s == 0)
		life->past_due_s = at_s + 1;
	model_say_subscription(life, "customer.subscription.updated", at_s + 1);
	fail_to_pay(life, invoice->id, total, at_s + 3 * DAY_S);
	if (chance_of(&life->chance, 700)) {
		pay_invoice(life, invoice, at_s + 6 * DAY_S);
		life->status = "active";
		life->past_due_s = 0;
		model_say_subscription(life, "customer.subscription.updated", at_s + 6 * DAY_S + 1);
		return;
	}
	fail_to_pay(life, invoice->id, total, at_s + 6 * DAY_S);
	if (chance_of(&life->chance, 300)) { /* and so it stays */
		book_invoice(life, invoice);
		return;
	}
	life->status = chance_of(&life->chance, 500) ? "unpaid" : "canceled";
	model_say_subscription(life,
	                       strcmp(life->status, "unpaid") == 0
	                           ? "customer.subscription.updated"
	                           : "customer.subscription.deleted",
	                       at_s + 7 * DAY_S);
	if (strcmp(life->status, "unpaid") == 0)
		book_invoice(life, invoice);
	else
		say_invoice(life, invoice, "invoice.voided", "void", 0, at_s + 7 * DAY_S, true);
}

static struct model_invoice draft(struct life *life, int64_t at_s)
{
	const int64_t step = life->currency->step;
	struct model_invoice invoice = { .id = model_id(life, "in", ++life->invoice),
		                         .created_s = at_s,
		                         .subtotal = life->seats * life->unit };

	if (life->taxed)
		invoice.tax = model_share(invoice.subtotal / step, 100, 1000) * step;
	return invoice;
}

void model_bill_nothing(struct life *life, int64_t at_s)
{
	const struct model_invoice invoice = draft(life, at_s);

	say_invoice(life, &invoice, "invoice.created", "draft", 0, at_s, false);
	say_invoice(life, &invoice, "invoice.voided", "void", 0, at_s + HOUR_S, true);
}

void model_bill(struct life *life, int64_t at_s)
{
	struct model_invoice invoice = draft(life, at_s);
	size_t open;

	say_invoice(life, &invoice, "invoice.created", "draft", 0, at_s, false);
	open = life->customer->state_count;
	say_invoice(life, &invoice, "invoice.finalized", "open", 0, at_s + HOUR_S, false);
	if (chance_of(&life->chance, 900))
		pay_invoice(life, &invoice, at_s + HOUR_S);
	else
		struggle(life, &invoice, at_s + HOUR_S);
	/* Nothing came of it. */
	if (strcmp(life->status, "past_due") == 0 || strcmp(life->status, "unpaid") == 0)
		life->customer->states[open].stands = true;
}
