/*
 * model_bill - what the model company bills: a month's or a year's lines with their discounts, taxes and prorations,
 * and what becomes of each invoice. What is due of it may be paid, fail, be given up, noted off or paid beside.
 */
#include "tests/support/model_inside.h"

#include "common/base/check.h"

#include <string.h>

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define APART_S (2 * DAY_S) /* attempts to collect */
#define ATTEMPTS_MAX 8

/* An amount's share as the provider rounds it: to what the currency has. */
int64_t model_in_steps(const struct life *life, int64_t amount, int64_t numerator,
                       int64_t denominator)
{
	const int64_t step = life->currency->step;

	return model_share(amount / step, numerator, denominator) * step;
}

/* Lines. */

bool model_coupon_holds(const struct life *life, int64_t at_s)
{
	const struct model_coupon *const coupon = &life->coupon;

	return (coupon->percent > 0 || coupon->amount > 0) && at_s >= coupon->start_s &&
	       (coupon->end_s == 0 || at_s < coupon->end_s);
}

static struct model_line period_line(const struct life *life, int64_t quantity, int64_t at_s)
{
	const int64_t unit = life->lag.on ? life->lag.unit : life->unit;
	struct model_line line = { .amount = quantity * unit,
		                   .quantity = quantity,
		                   .unit = unit,
		                   .plan = life->lag.on ? life->lag.plan : life->plan,
		                   .start_s = life->period_start_s,
		                   .end_s = life->period_end_s };

	if (model_coupon_holds(life, at_s))
		line.discount = life->coupon.percent > 0
		                    ? model_in_steps(life, line.amount, life->coupon.percent, 100)
		                    : life->coupon.amount;
	return line;
}

static struct model_invoice draft(struct life *life, const char *reason, int64_t at_s)
{
	return (struct model_invoice){ .id = model_id(life, "in", ++life->invoice),
		                       .reason = reason,
		                       .created_s = at_s,
		                       .starting = life->balance };
}

static void add_line(struct life *life, struct model_invoice *invoice, struct model_line line)
{
	CHECK(invoice->line_count < MODEL_LINES_MAX);
	if (life->taxed)
		line.tax =
		    model_in_steps(life, line.amount - line.discount, MODEL_TAX_PERCENT, 100);
	invoice->subtotal += line.amount;
	invoice->discount += line.discount;
	invoice->tax += line.tax;
	invoice->total = invoice->subtotal - invoice->discount + invoice->tax;
	invoice->due = invoice->total + invoice->starting;
	if (invoice->due < 0)
		invoice->due = 0;
	invoice->lines[invoice->line_count++] = line;
}

static void add_pending(struct life *life, struct model_invoice *invoice)
{
	for (size_t i = 0; i < life->pending_count; i++)
		add_line(life, invoice, life->pending[i]);
	life->pending_count = 0;
}

/* Discounts are for seats. */
static void add_used(struct life *life, struct model_invoice *invoice)
{
	struct model_line lines[MODEL_USED_LINES_MAX];
	const size_t count = model_used_lines(life, lines);

	for (size_t i = 0; i < count; i++)
		add_line(life, invoice, lines[i]);
}

/* Its states. */

void model_say_invoice(struct life *life, const struct model_invoice *invoice, const char *event,
                       const char *status, int64_t at_s)
{
	model_say(life,
	          &(struct model_state){ .object_id = invoice->id,
	                                 .type = "invoice",
	                                 .event_type = event,
	                                 .status = status,
	                                 .created_s = at_s,
	                                 .object = model_invoice_body(life, invoice, status, at_s),
	                                 .heavy = strcmp(status, "draft") != 0 });
}

/* Of what no charge names nobody can know that it is missing. */
static void weigh(struct life *life, const struct model_invoice *invoice)
{
	for (size_t i = life->customer->state_count; i-- > 0 && !invoice->charged;)
		if (life->customer->states[i].object_id == invoice->id)
			life->customer->states[i].heavy = false;
}

static int64_t ending(const struct model_invoice *invoice)
{
	return invoice->starting + invoice->total - invoice->noted_before - invoice->due;
}

void model_move_balance(struct life *life, int64_t balance, int64_t at_s)
{
	if (life->balance == balance)
		return;
	life->balance = balance;
	model_say_customer(life, "customer.updated", at_s);
}

/* Its books. */

/* What is below zero is the customer's, for invoices to come. */
static void book(struct life *life, const struct model_invoice *invoice)
{
	const bool negative = invoice->total < 0;
	const int64_t used = ending(invoice) - invoice->starting - (negative ? invoice->total : 0);

	model_book_own(life, negative ? "credits" : "receivable", invoice->total);
	model_book_own(life, "deferred_revenue", invoice->discount - invoice->subtotal);
	model_book_own(life, "tax_payable", -invoice->tax);
	model_book_own(life, "credits", used);
	model_book_own(life, "receivable", -used);
	model_year_put(life, invoice, true);
}

/* What becomes of it. */

static void pay(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	const bool whole = invoice->due == invoice->total; /* nothing else bears a part */

	invoice->charged = true;
	if (whole && chance_of(&life->chance, 15)) {
		model_note_before(life, invoice, at_s);
		at_s += 600;
	}
	struct model_charge charge = model_pay(life, invoice, at_s);

	model_say_invoice(life, invoice, "invoice.paid", "paid", at_s);
	book(life, invoice);
	const bool noted = whole && invoice->noted_before == 0 && chance_of(&life->chance, 25);

	if (noted && chance_of(&life->chance, 500) && !life->beside)
		model_note_to_balance(life, invoice, at_s + HOUR_S);
	else if (noted)
		model_note_by_refund(life, invoice, &charge, at_s + HOUR_S);
	model_live_on(life, &charge);
	if (!noted && charge.refunded == 0 && !charge.disputed && chance_of(&life->chance, 12))
		model_pay_again(life, invoice, at_s + HOUR_S);
}

static void pay_beside(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	invoice->outside = true;
	model_say_invoice(life, invoice, "invoice.paid", "paid", at_s);
	book(life, invoice);
	model_book_own(life, "receivable", -invoice->due);
	model_book_own(life, "cash", invoice->due);
}

static void give_up(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	model_say_invoice(life, invoice, "invoice.marked_uncollectible", "uncollectible", at_s);
	if (chance_of(&life->chance, 300)) { /* paid after all */
		pay(life, invoice, at_s + DAY_S);
		return;
	}
	book(life, invoice);
	model_book_own(life, "bad_debt", invoice->due);
	model_book_own(life, "receivable", -invoice->due);
}

/* What it had used of the balance is there again. */
static void make_void(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	model_say_invoice(life, invoice, "invoice.voided", "void", at_s);
	model_move_balance(life, invoice->starting, at_s);
}

static void end_unpaid(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	const bool cancels = chance_of(&life->chance, 350);

	life->status = cancels ? "canceled" : "unpaid";
	model_say_subscription(life,
	                       cancels ? "customer.subscription.deleted"
	                               : "customer.subscription.updated",
	                       at_s);
	if (cancels)
		make_void(life, invoice, at_s);
	else if (chance_of(&life->chance, 400))
		give_up(life, invoice, at_s);
	else
		book(life, invoice);
}

static void try_to_collect(struct life *life, struct model_invoice *invoice, int times,
                           int64_t at_s)
{
	invoice->charged = true;
	for (int i = 0; i < times; i++, at_s += APART_S) {
		model_fail_to_pay(life, invoice, at_s);
		invoice->attempts++;
		model_say_invoice(life, invoice, "invoice.payment_failed", "open", at_s + 1);
		if (i > 0)
			continue;
		life->status = "past_due";
		life->past_due_s = life->past_due_s == 0 ? at_s + 1 : life->past_due_s;
		model_say_subscription(life, "customer.subscription.updated", at_s + 1);
	}
}

static void struggle(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	const bool recovers = chance_of(&life->chance, 700);
	const int times = chance_of(&life->chance, recovers ? 800 : 500)
	                      ? chance_between(&life->chance, 1, 3)
	                      : ATTEMPTS_MAX - recovers;
	const int64_t then_s = at_s + times * (int64_t)APART_S;

	try_to_collect(life, invoice, times, at_s);
	if (recovers) {
		life->status = "active";
		life->past_due_s = 0;
		pay(life, invoice, then_s);
		model_say_subscription(life, "customer.subscription.updated", then_s + 1);
	} else if (chance_of(&life->chance, 300)) { /* and so it stays */
		book(life, invoice);
	} else {
		end_unpaid(life, invoice, then_s);
	}
}

/* Marked as paid beside the provider by mistake. */
static void reopen(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	invoice->outside = true;
	model_say_invoice(life, invoice, "invoice.paid", "paid", at_s);
	invoice->outside = false;
	model_say_invoice(life, invoice, "invoice.updated", "open", at_s + HOUR_S);
	if (chance_of(&life->chance, 500))
		pay(life, invoice, at_s + DAY_S);
	else
		struggle(life, invoice, at_s + DAY_S);
}

static void keep_debt(struct life *life, const struct model_invoice *invoice)
{
	struct model_customer *const customer = life->customer;
	struct model_debt debt = { .invoice_id = invoice->id, .failed = invoice->attempts };

	bool failed = false;

	if (invoice->attempts == 0)
		return;
	for (size_t i = 0; i < customer->state_count; i++) {
		const struct model_state *const state = &customer->states[i];

		if (state->object_id != invoice->id)
			continue;
		debt.status = state->status;
		failed = (failed || strcmp(state->event_type, "invoice.payment_failed") == 0) &&
		         strcmp(state->status, "uncollectible") != 0;
		if (strcmp(state->event_type, "invoice.paid") != 0)
			continue;
		debt.paid++;
		debt.recovered += failed;
	}
	CHECK(customer->debt_count < MODEL_DEBTS_MAX);
	customer->debts[customer->debt_count++] = debt;
}

static void open(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	model_say_invoice(life, invoice, "invoice.created", "draft", invoice->created_s);
	model_say_invoice(life, invoice, "invoice.finalized", "open", at_s);
	model_year_put(life, invoice, false);
	model_move_balance(life, ending(invoice), at_s);
}

static void meet(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	const int fate = chance_below(&life->chance, 1000);

	if (invoice->due == 0) {
		model_say_invoice(life, invoice, "invoice.paid", "paid", at_s + 1);
		book(life, invoice);
	} else if (fate < 882) {
		pay(life, invoice, at_s + 1);
	} else if (fate < 892) {
		pay_beside(life, invoice, at_s + DAY_S);
	} else if (fate < 900) {
		reopen(life, invoice, at_s + DAY_S);
	} else {
		struggle(life, invoice, at_s + 1);
	}
}

/* Void as it was wrong, and billed anew. */
static struct model_invoice bill_anew(struct life *life, struct model_invoice *wrong, int64_t at_s)
{
	struct model_invoice invoice = *wrong;

	open(life, wrong, wrong->created_s + HOUR_S);
	make_void(life, wrong, at_s - 60);
	weigh(life, wrong);
	invoice.id = model_id(life, "in", ++life->invoice);
	invoice.created_s = at_s;
	return invoice;
}

void model_bill(struct life *life, int64_t at_s)
{
	const bool wrong = !life->yearly && chance_of(&life->chance, 4);
	struct model_invoice invoice = draft(life, "subscription_cycle", at_s);

	add_pending(life, &invoice);
	add_line(life, &invoice, period_line(life, life->seats + (wrong ? 2 : 0), at_s));
	add_used(life, &invoice);
	if (chance_of(&life->chance, 6)) {
		at_s += 3 * HOUR_S;
		invoice = bill_anew(life, &invoice, at_s);
	}
	open(life, &invoice, at_s + HOUR_S);
	meet(life, &invoice, at_s + HOUR_S);
	keep_debt(life, &invoice);
	weigh(life, &invoice);
	model_used_end(life, strcmp(life->status, "canceled") != 0 ? &invoice : NULL);
	if (strcmp(life->status, "canceled") != 0)
		model_contract_hold(life, &invoice);
	if (wrong && strcmp(life->status, "canceled") != 0)
		model_case_add(life, "seats_billed", invoice.id);
	if (life->lag.on && strcmp(life->status, "canceled") != 0 &&
	    !model_contract_covers(life, life->lag.plan, life->period_start_s))
		model_case_add(life, "price_billed", invoice.id);
	life->lag.on = false;
}

void model_bill_nothing(struct life *life, int64_t at_s)
{
	struct model_invoice invoice = draft(life, "subscription_cycle", at_s);

	life->lag.on = false;
	add_line(life, &invoice, period_line(life, life->seats, at_s));
	model_say_invoice(life, &invoice, "invoice.created", "draft", at_s);
	make_void(life, &invoice, at_s + HOUR_S);
	weigh(life, &invoice);
}

static struct model_line rest_of(const struct life *life, int64_t at_s)
{
	return (struct model_line){
		.amount = model_in_steps(life, life->seats * life->unit, life->period_end_s - at_s,
		                         life->period_end_s - life->period_start_s),
		.quantity = life->seats,
		.unit = life->unit,
		.plan = life->plan,
		.start_s = at_s,
		.end_s = life->period_end_s,
		.proration = true
	};
}

/* One that is issued at once, between two others. */
static void bill_between(struct life *life, struct model_invoice *invoice)
{
	const int64_t at_s = invoice->created_s + 60;

	open(life, invoice, at_s);
	if (invoice->due == 0) {
		model_say_invoice(life, invoice, "invoice.paid", "paid", at_s + 1);
		book(life, invoice);
	} else {
		pay(life, invoice, at_s + 1);
	}
	weigh(life, invoice);
}

void model_bill_rest(struct life *life, int64_t at_s)
{
	struct model_invoice invoice = draft(life, "subscription_cycle", at_s);

	add_used(life, &invoice);
	if (invoice.line_count == 0)
		return;
	bill_between(life, &invoice);
	model_used_end(life, &invoice);
}

void model_prorate(struct life *life, const struct life *before, int64_t at_s, bool now)
{
	struct model_line back = rest_of(before, at_s);
	struct model_invoice invoice;

	back.amount = -back.amount;
	CHECK(life->pending_count + 2 <= MODEL_PENDING_MAX);
	life->pending[life->pending_count++] = back;
	life->pending[life->pending_count++] = rest_of(life, at_s);
	if (!now)
		return;
	invoice = draft(life, "subscription_update", at_s + 60);
	add_pending(life, &invoice);
	bill_between(life, &invoice);
}
