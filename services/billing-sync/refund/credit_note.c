#include "services/billing-sync/refund/credit_note.h"

#include "common/base/text.h"
#include "services/billing-sync/rule/stripe.h"

static bool amount_if(const struct json_place *object, const char *field, int64_t *amount,
                      struct json_error *error)
{
	return json_integer_if(object, field, 0, INVOICE_AMOUNT_MAX, amount, error);
}

/* Of one that is named twice, the sum. */
static void add_refund(struct credit_note *note, const char *refund, int64_t amount)
{
	for (size_t i = 0; i < note->refund_count; i++)
		if (text_equal(note->refunds[i].id, refund)) {
			note->refunds[i].amount += amount;
			return;
		}
	note->refunds[note->refund_count++] = (struct credit_note_refund){ refund, amount };
}

static bool head_read(struct arena *arena, const struct json_place *object,
                      struct credit_note *note, struct json_error *error)
{
	bool dated = false;

	return stripe_id_if(arena, object, "id", &note->id, error) &&
	       stripe_id_if(arena, object, "invoice", &note->invoice, error) &&
	       stripe_word_if(arena, object, "status", &note->status, error) &&
	       stripe_word_if(arena, object, "reason", &note->reason, error) &&
	       stripe_currency_at(object, "currency", note->currency, error) &&
	       stripe_time_if(object, "created", &dated, &note->at, error) &&
	       stripe_time_if(object, "effective_at", &dated, &note->at, error) &&
	       stripe_time_if(object, "voided_at", &note->has_voided, &note->voided, error);
}

/* Before there was a total there was the amount alone. */
static bool total_read(struct arena *arena, const struct json_place *object,
                       struct credit_note *note, struct json_error *error)
{
	struct invoice_taxes taxes = { .has = false };
	int64_t net;

	if (!amount_if(object, "amount", &note->total, error) ||
	    !amount_if(object, "total", &note->total, error) ||
	    !invoice_taxes_read(arena, object, "tax_amounts", "total_taxes", &taxes, error))
		return false;
	for (size_t i = 0; i < taxes.count; i++)
		note->tax += taxes.items[i].minor;
	net = note->total - note->tax;
	if (!amount_if(object, "total_excluding_tax", &net, error))
		return false;
	note->tax = note->total - net;
	return note->tax >= 0 ||
	       json_refuse(object, "total_excluding_tax", error, "is more than the total");
}

/* An object within, with an amount; false: it is named by its id alone, or not at all. */
static bool inside(const struct json_place *object, const char *field, int64_t *amount)
{
	const json_t *const value =
	    json_object_get(json_object_get(object->value, field), "amount");

	if (!json_is_integer(value))
		return false;
	*amount = json_integer_value(value);
	*amount = *amount < 0 ? -*amount : *amount;
	return *amount <= INVOICE_AMOUNT_MAX;
}

/* Newer versions list them, each with what of it is for the note. */
static bool refunds_read(struct arena *arena, const struct json_place *object,
                         struct credit_note *note, bool *listed, struct json_error *error)
{
	struct json_place list;

	if (!json_array_if(object, "refunds", CREDIT_NOTE_REFUNDS_MAX, &list, error))
		return false;
	*listed = json_count(&list) > 0;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);
		const char *refund;
		int64_t amount = 0;

		if (!amount_if(&item, "amount_refunded", &amount, error) ||
		    !stripe_id_if(arena, &item, "refund", &refund, error))
			return false;
		note->refunded += amount;
		if (*refund != '\0')
			add_refund(note, refund, amount);
	}
	return true;
}

/* What of the post-payment part went which way. */
static bool ways_read(struct arena *arena, const struct json_place *object,
                      struct credit_note *note, int64_t post, struct json_error *error)
{
	const bool balance = json_has(object, "customer_balance_transaction");
	const char *named;
	bool refund;

	if (!amount_if(object, "out_of_band_amount", &note->outside, error) ||
	    !stripe_id_if(arena, object, "refund", &named, error) ||
	    !refunds_read(arena, object, note, &refund, error))
		return false;
	const bool listed = refund;
	refund = refund || inside(object, "refund", &note->refunded);
	const bool credit =
	    balance && inside(object, "customer_balance_transaction", &note->credited);
	const int64_t left = post - note->outside - note->refunded - note->credited;
	const int64_t rest = left > 0 ? left : 0;

	if (balance && !credit && (refund || *named == '\0'))
		note->credited = rest;
	if (!refund && *named != '\0' && (credit || !balance))
		note->refunded = rest;
	if (*named != '\0')
		add_refund(note, named, listed ? 0 : refund ? note->refunded : rest);
	return true;
}

bool credit_note_read(struct arena *arena, const struct json_place *object,
                      struct credit_note *note, struct json_error *error)
{
	struct credit_note read = { .at = TIME_MIN };
	const char *type;
	int64_t post;

	if (!head_read(arena, object, &read, error) || !total_read(arena, object, &read, error) ||
	    !stripe_word_if(arena, object, "type", &type, error))
		return false;
	read.unpaid = text_equal(type, "pre_payment") ? read.total : 0;
	if (!amount_if(object, "pre_payment_amount", &read.unpaid, error))
		return false;
	post = read.total - read.unpaid;
	if (!amount_if(object, "post_payment_amount", &post, error) ||
	    !ways_read(arena, object, &read, post, error))
		return false;
	*note = read;
	return true;
}
