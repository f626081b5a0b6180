/*
 * model_note - credit notes of the model company: before an invoice is paid, by a refund, or to the customer's balance.
 */
#include "tests/support/model_inside.h"

static void book_note(struct life *life, const struct model_note *note, const char *against)
{
	model_book_own(life, "refunds", note->net);
	model_book_own(life, "tax_payable", note->tax);
	model_book_own(life, against, -note->net - note->tax);
}

static struct model_note note_of(struct life *life, const struct model_invoice *invoice,
                                 int64_t at_s)
{
	struct model_note note = { .id = model_id(life, "cn", ++life->note), .created_s = at_s };

	note.net = model_in_steps(life, invoice->subtotal - invoice->discount, 1, 5);
	if (life->taxed)
		note.tax = model_in_steps(life, note.net, MODEL_TAX_PERCENT, 100);
	return note;
}

static void say_note(struct life *life, const struct model_invoice *invoice,
                     const struct model_note *note)
{
	model_say(life, &(struct model_state){ .object_id = note->id,
	                                       .type = "credit_note",
	                                       .event_type = "credit_note.created",
	                                       .status = "issued",
	                                       .created_s = note->created_s,
	                                       .object = model_note_body(life, invoice, note),
	                                       .heavy = true });
}

void model_note_before(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	const struct model_note note = note_of(life, invoice, at_s);

	invoice->noted_before = note.net + note.tax;
	invoice->due -= invoice->noted_before;
	say_note(life, invoice, &note);
	model_say_invoice(life, invoice, "invoice.updated", "open", at_s);
	book_note(life, &note, "receivable");
	model_reverse(life, invoice->id, note.id, note.net, at_s);
}

void model_note_by_refund(struct life *life, struct model_invoice *invoice,
                          struct model_charge *charge, int64_t at_s)
{
	struct model_note note = note_of(life, invoice, at_s);

	invoice->noted_after = note.net + note.tax;
	note.refund = model_refund(life, charge, invoice->noted_after, at_s);
	say_note(life, invoice, &note);
	model_say_invoice(life, invoice, "invoice.updated", "paid", at_s);
	book_note(life, &note, "refunds");
	model_reverse_instead(life, invoice->id, note.refund, note.id, note.net);
}

static void say_moved(struct life *life, const char *id, const char *type, const char *note,
                      int64_t amount, int64_t at_s)
{
	model_say(life, &(struct model_state){
			    .object_id = id,
			    .type = "customer_balance_transaction",
			    .event_type = "",
			    .status = "",
			    .created_s = at_s,
			    .object = model_balance_body(life, id, type, note, amount, at_s),
			    .heavy = true });
}

void model_note_to_balance(struct life *life, struct model_invoice *invoice, int64_t at_s)
{
	struct model_note note = note_of(life, invoice, at_s);

	invoice->noted_after = note.net + note.tax;
	note.balance = model_id(life, "cbtxn", life->note);
	model_move_balance(life, life->balance - invoice->noted_after, at_s);
	say_moved(life, note.balance, "credit_note", note.id, -invoice->noted_after, at_s);
	say_note(life, invoice, &note);
	model_say_invoice(life, invoice, "invoice.updated", "paid", at_s);
	book_note(life, &note, "credits");
	model_reverse(life, invoice->id, note.id, note.net, at_s);
}

void model_give(struct life *life, int64_t amount, int64_t at_s)
{
	model_move_balance(life, life->balance - amount, at_s);
	say_moved(life, model_id(life, "cbtxn", ++life->note), "adjustment", NULL, -amount, at_s);
	model_book_own(life, "credits", -amount);
	model_book_own(life, "refunds", amount);
}
