/*
 * What a customer has to their credit: credit notes, and the balance that the provider keeps for them.
 */
#include "common/base/packed.h"
#include "services/billing-sync/customer_money/customer_balance.h"
#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_noted.h"
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer_revenue/customer_deferral.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/refund/credit_note.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

#include <string.h>

static struct booking_fact fact_of(const struct customer *it, struct instant at)
{
	return (struct booking_fact){ .cause = it->cause_id,
		                      .customer = it->row.customer_id,
		                      .at = at,
		                      .booked_at = it->task->now };
}

static bool cannot(struct thing *thing, const struct booking *booking, struct json_error *error)
{
	return json_refuse(&thing->object, NULL, error, "cannot be booked: %s",
	                   journal_fault_text(booking->journal.fault));
}

static bool in_money(struct thing *thing, const char *field, const char *currency, int64_t amount,
                     int64_t *minor, struct json_error *error)
{
	Opsmesh__V1__Money *money;

	if (!customer_amount(thing, field, currency, amount, &money, error))
		return false;
	*minor = money->minor;
	return true;
}

/* Credit notes. */

/* One as it is now, and in minor units. */
struct noted {
	struct credit_note note;
	struct booking_credit_note owed;
	struct plan_refund refunds[CREDIT_NOTE_REFUNDS_MAX + 1];
	const char *names[CREDIT_NOTE_REFUNDS_MAX + 1]; /* of the same */
};

/* Its refunds, and what of each is its. */
static bool refunds_in_money(struct thing *thing, struct noted *noted, struct json_error *error)
{
	const struct credit_note *const note = &noted->note;

	for (size_t i = 0; i < note->refund_count; i++) {
		noted->refunds[i].refund = noted->names[i] = note->refunds[i].id;
		if (!in_money(thing, "refunds", note->currency, note->refunds[i].amount,
		              &noted->refunds[i].minor, error))
			return false;
	}
	return true;
}

static bool note_in_money(struct thing *thing, struct noted *noted, struct json_error *error)
{
	const struct credit_note *const note = &noted->note;
	struct booking_credit_note *const owed = &noted->owed;
	const struct {
		const char *field;
		int64_t amount;
		int64_t *minor;
	} rows[] = {
		{ "total", note->total, &owed->total },
		{ "tax_amounts", note->tax, &owed->tax },
		{ "pre_payment_amount", note->unpaid, &owed->unpaid },
		{ "refunds", note->refunded, &owed->refunded },
		{ "customer_balance_transaction", note->credited, &owed->credited },
		{ "out_of_band_amount", note->outside, &owed->outside },
	};

	*owed = (struct booking_credit_note){ .id = note->id, .invoice = note->invoice };
	memcpy(owed->currency, note->currency, sizeof(owed->currency));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (!in_money(thing, rows[i].field, note->currency, rows[i].amount, rows[i].minor,
		              error))
			return false;
	return refunds_in_money(thing, noted, error);
}

static bool is_standing(const struct thing *thing, const struct credit_note *note)
{
	return !thing->mirrored->deleted && !text_equal(note->status, "void");
}

/* What both ways of giving back do not explain is in suspense, and somebody has to look. */
static enum status doubt(struct customer *it, const struct booking *booking, const char *note)
{
	struct finding finding = {
		.cause = "not_placed",
		.root = note,
		.evidence = { .object = note,
		              .found = booked_units(it, booking->unexplained.currency,
		                                    booking->unexplained.minor) },
		.sentence = "The credit note does not say which way a part of it was given back.",
	};

	if (booking->doubt != BOOKING_AMOUNT)
		return customer_clear(it, finding.cause, finding.root, note);
	memcpy(finding.evidence.currency, booking->unexplained.currency,
	       sizeof(finding.evidence.currency));
	return customer_observe(it, &finding);
}

static bool is_named(const struct noted *noted, const char *refund)
{
	for (size_t i = 0; i < noted->note.refund_count; i++)
		if (text_equal(noted->names[i], refund))
			return true;
	return false;
}

/* What it takes of the invoice: without tax, and all. */
struct credited {
	int64_t taken;
	int64_t total;
};

/*
 * What is held of a note: what it takes, and its refunds. A body of before 0015_missing has no total, and none was
 * counted; one of before 0032_noted has no refunds.
 */
struct held_note {
	int64_t total;
	size_t refund_count;
	const char *refunds[CREDIT_NOTE_REFUNDS_MAX + 1];
};

static struct held_note held_note_of(const struct thing *thing)
{
	const size_t head = 2 * sizeof(uint64_t);
	struct packed from = packed_open(thing->held.body);
	struct held_note held = { .total = 0 };

	if (from.left < head)
		return held;
	(void)packed_u64(&from);
	held.total = (int64_t)packed_u64(&from);
	if (from.left > 0)
		held.refund_count = packed_u8(&from, COUNT_OF(held.refunds));
	for (size_t i = 0; i < held.refund_count; i++)
		held.refunds[i] = packed_string(thing->customer->task->arena, &from);
	return held;
}

static struct bytes body_of(struct arena *arena, struct credited credited,
                            const struct noted *noted)
{
	struct buffer out = { 0 };

	pack_i64(&out, credited.taken);
	pack_i64(&out, credited.total);
	pack_u8(&out, (uint32_t)noted->note.refund_count);
	for (size_t i = 0; i < noted->note.refund_count; i++)
		pack_text(&out, noted->names[i]);
	return pack_end(arena, &out);
}

/* Of each refund that it names, or named, what it has of it now. */
static enum status tell_refunds(struct customer *it, const struct noted *noted,
                                const struct held_note *before, bool standing)
{
	struct noted_part part = { .note = noted->note.id, .at = noted->note.at };

	memcpy(part.amount.currency, noted->note.currency, sizeof(part.amount.currency));
	for (size_t i = 0; i < before->refund_count; i++)
		if (!is_named(noted, before->refunds[i]))
			TRY(noted_by_note(it, before->refunds[i], &part));
	for (size_t i = 0; i < noted->note.refund_count; i++) {
		part.amount.minor = standing ? noted->refunds[i].minor : 0;
		TRY(noted_by_note(it, noted->names[i], &part));
	}
	return STATUS_OK;
}

static enum status clear(struct thing *thing, const struct noted *noted, struct credited credited)
{
	const struct credit_note *const note = &noted->note;
	const struct plan_reversal now = { .object = note->id,
		                           .currency = note->currency,
		                           .minor = credited.taken,
		                           .at = note->at,
		                           .refund_count = note->refund_count,
		                           .refunds = noted->refunds };
	const struct held_note before = held_note_of(thing);

	TRY(customer_deferral_note(thing->customer, note->invoice, &now));
	TRY(tell_refunds(thing->customer, noted, &before, is_standing(thing, note)));
	if (*note->invoice != '\0')
		TRY(receivable_credited(thing->customer, note->invoice,
		                        credited.total - before.total));
	return customer_hold(thing, body_of(thing->customer->task->arena, credited, noted));
}

/* To the balance. */
static enum status give(struct customer *it, const struct credit_note *note,
                        const struct booking_credit_note *owed)
{
	struct balance_word word = { .object = note->id,
		                     .at = note->at,
		                     .moved = { .minor = -owed->credited } };

	memcpy(word.moved.currency, note->currency, sizeof(word.moved.currency));
	return customer_balance_hear(it, &word);
}

static bool book_note(struct thing *thing, const struct noted *noted, enum status *status,
                      struct json_error *error)
{
	const struct credit_note *const note = &noted->note;
	const struct booking_credit_note *const owed = &noted->owed;
	struct customer *const it = thing->customer;
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	const struct booking_fact fact = fact_of(it, note->at);
	bool booked;

	if (!booking_credit_note(it->task->arena, &fact, owed, booking))
		return cannot(thing, booking, error);
	*status = restated_book(it->task, &booking->journal, &booked);
	if (*status == STATUS_OK && booked)
		*status = doubt(it, booking, note->id);
	if (*status == STATUS_OK)
		*status = give(it, note, owed);
	if (*status == STATUS_OK)
		*status =
		    clear(thing, noted, (struct credited){ owed->total - owed->tax, owed->total });
	return true;
}

/* It says from when until when it stood, whether or not a state was heard of in which it did. */
static enum status book_life(struct customer *it, const struct noted *noted, const char *id)
{
	const struct credit_note *const note = &noted->note;
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	const struct booking_fact fact = fact_of(it, note->at);
	bool booked;

	if (!note->has_voided || time_before(note->voided, note->at) ||
	    restated_ended(it->task, id) ||
	    !booking_credit_note(it->task->arena, &fact, &noted->owed, booking))
		return STATUS_OK;
	return restated_book(it->task, &booking->journal, &booked);
}

static enum status undo_note(struct thing *thing, const struct noted *noted)
{
	const struct credit_note *const note = &noted->note;
	struct customer *const it = thing->customer;
	const char *const id = arena_printf(it->task->arena, "credit_note/%s", note->id);

	TRY(book_life(it, noted, id));
	TRY(restated_undo(it->task, id, it->cause_id, note->has_voided ? note->voided : it->at));
	if (thing->known)
		TRY(customer_clear(it, "not_placed", note->id, note->id));
	TRY(give(it, note, &(struct booking_credit_note){ .credited = 0 }));
	return clear(thing, noted, (struct credited){ 0 });
}

static bool say_note(struct thing *thing, const struct credit_note *note, enum status *status,
                     struct json_error *error)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__CreditNoteChanged changed = OPSMESH__V1__CREDIT_NOTE_CHANGED__INIT;

	if (!customer_amount(thing, "total", note->currency, note->total, &changed.total, error))
		return false;
	changed.credit_note_id = thing->mirrored->object_id;
	changed.invoice_id = text_mutable(note->invoice);
	changed.from_status = text_mutable(thing->held.status != NULL ? thing->held.status : "");
	changed.to_status = thing->mirrored->status;
	changed.reason = text_mutable(note->reason);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_CHANGED;
	event.credit_note_changed = &changed;
	if (customer_moved(thing))
		*status = customer_say(thing->customer, &event);
	return true;
}

/* What is credited may not be given back in other ways as well. */
static enum status hear_note(struct thing *thing, const struct noted *noted)
{
	const struct credit_note *const note = &noted->note;
	const struct booking_credit_note *const owed = &noted->owed;
	const int64_t paid = owed->total - owed->unpaid;
	const struct credit_heard heard = {
		.invoice = note->invoice,
		.note = { .refund_id = thing->mirrored->object_id,
		          .action_id = giving_action(thing),
		          .amount = owed->total,
		          .paid = paid > 0 ? paid : 0,
		          .state = is_standing(thing, note) ? REFUND_SUCCEEDED : REFUND_FAILED,
		          .at = note->at },
		.refunds = noted->names,
		.refund_count = note->refund_count,
	};

	return *note->invoice != '\0' ? customer_hear_note(thing->customer, &heard) : STATUS_OK;
}

bool credit_read_note(struct thing *thing, enum status *status, struct json_error *error)
{
	struct noted *const it = arena_zero(thing->customer->task->arena, sizeof(*it));

	if (!credit_note_read(thing->customer->task->arena, &thing->object, &it->note, error) ||
	    !note_in_money(thing, it, error))
		return false;
	if (it->note.at.us == TIME_MIN.us)
		it->note.at = thing->customer->at;
	if (!say_note(thing, &it->note, status, error))
		return false;
	if (*status == STATUS_OK)
		*status = hear_note(thing, it);
	if (*status != STATUS_OK)
		return true;
	if (is_standing(thing, &it->note))
		return book_note(thing, it, status, error);
	*status = undo_note(thing, it);
	return true;
}

/* The balance. */

/* The invoice's own states tell of these, and the credit note of its own. */
static bool is_told_elsewhere(const char *type)
{
	static const char *const types[] = { "applied_to_invoice", "unapplied_from_invoice",
		                             "invoice_too_small",  "invoice_too_large",
		                             "credit_note",        NULL };

	return text_among(types, type);
}

static bool fill_moved(struct thing *thing, Opsmesh__V1__CustomerBalanceMoved *moved,
                       char currency[static 4], struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	const char *type;
	const char *invoice;
	const char *note;

	if (!stripe_word_if(arena, &thing->object, "type", &type, error) ||
	    !stripe_id_if(arena, &thing->object, "invoice", &invoice, error) ||
	    !stripe_id_if(arena, &thing->object, "credit_note", &note, error) ||
	    !stripe_currency_at(&thing->object, "currency", currency, error) ||
	    !customer_money(thing, "amount", currency, &moved->amount, error) ||
	    !customer_money(thing, "ending_balance", currency, &moved->balance, error))
		return false;
	moved->transaction_id = thing->mirrored->object_id;
	moved->type = text_mutable(type);
	moved->invoice_id = text_mutable(invoice);
	moved->credit_note_id = text_mutable(note);
	return moved->amount != NULL ||
	       json_refuse(&thing->object, "amount", error, "must be there");
}

static bool book_moved(struct thing *thing, const Opsmesh__V1__CustomerBalanceMoved *moved,
                       enum status *status, struct json_error *error)
{
	struct customer *const it = thing->customer;
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	struct booking_fact fact = fact_of(it, it->at);
	struct money amount = { .minor = moved->amount->minor };
	bool dated;
	bool booked;

	if (!stripe_time_if(&thing->object, "created", &dated, &fact.at, error))
		return false;
	memcpy(amount.currency, moved->amount->currency, sizeof(amount.currency));
	if (!booking_balance(it->task->arena, &fact, moved->transaction_id, "", amount, booking))
		return cannot(thing, booking, error);
	*status = restated_book(it->task, &booking->journal, &booked);
	return true;
}

/* What it states, and what it moved where nobody else tells of that. */
static bool weigh_moved(struct thing *thing, const Opsmesh__V1__CustomerBalanceMoved *moved,
                        enum status *status, struct json_error *error)
{
	struct balance_word word = { .object = moved->transaction_id, .at = thing->customer->at };
	bool dated;

	if (!stripe_time_if(&thing->object, "created", &dated, &word.at, error))
		return false;
	word.moved.minor = is_told_elsewhere(moved->type) ? 0 : moved->amount->minor;
	memcpy(word.moved.currency, moved->amount->currency, sizeof(word.moved.currency));
	word.states = moved->balance != NULL;
	word.stated = word.states ? moved->balance->minor : 0;
	*status = customer_balance_hear(thing->customer, &word);
	return true;
}

bool credit_read_balance(struct thing *thing, enum status *status, struct json_error *error)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__CustomerBalanceMoved moved = OPSMESH__V1__CUSTOMER_BALANCE_MOVED__INIT;
	char currency[4];

	if (!fill_moved(thing, &moved, currency, error))
		return false;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_CUSTOMER_BALANCE_MOVED;
	event.customer_balance_moved = &moved;
	if (!thing->known)
		*status = customer_say(thing->customer, &event);
	if (*status == STATUS_OK)
		*status = customer_hold(thing, (struct bytes){ NULL, 0 });
	if (*status == STATUS_OK && !weigh_moved(thing, &moved, status, error))
		return false;
	return *status != STATUS_OK || is_told_elsewhere(moved.type) ||
	       book_moved(thing, &moved, status, error);
}

/* What an invoice says that it used up of the balance, or gave to it; below zero as a whole it is booked so. */
static int64_t used_by(const struct invoice *invoice)
{
	const struct invoice_amount *const start = &invoice->figures[INVOICE_STARTING_BALANCE];
	const struct invoice_amount *const end = &invoice->figures[INVOICE_ENDING_BALANCE];
	const int64_t total = invoice->figures[INVOICE_TOTAL].minor;

	if (!start->has || !end->has || text_equal(invoice->status, "draft") ||
	    text_equal(invoice->status, "void"))
		return 0;
	return end->minor - start->minor - (total < 0 ? total : 0);
}

bool credit_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                    struct json_error *error)
{
	struct customer *const it = thing->customer;
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	const struct booking_fact fact =
	    fact_of(it, invoice->has_issued ? invoice->issued : it->at);
	const int64_t used = thing->mirrored->deleted ? 0 : used_by(invoice);
	struct money amount = { .minor = 0 };
	bool booked;

	if (!in_money(thing, "ending_balance", invoice->currency, used, &amount.minor, error))
		return false;
	memcpy(amount.currency, invoice->currency, sizeof(amount.currency));
	if (!booking_balance(it->task->arena, &fact, invoice->id, invoice->id, amount, booking))
		return cannot(thing, booking, error);
	*status = restated_book(it->task, &booking->journal, &booked);
	return *status != STATUS_OK || customer_balance_invoice(thing, invoice, status, error);
}
