/*
 * What was paid, for which invoice, and what was given back.
 */
#include "services/chargeback/evidence/evidence_inside.h"

#include "common/base/text.h"

#include <string.h>

#define ON_ITS_WAY "pending"
#define DONE "succeeded"

/* Words. */

static const char *with(struct arena *arena, const char *text, const char *name, const char *value)
{
	return *value != '\0' ? arena_printf(arena, "%s\n%s: %s", text, name, value) : text;
}

static const char *plain(const Opsmesh__V1__PersonalText *text)
{
	return text != NULL && text->content_case == OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT
	           ? text->text
	           : "";
}

static const char *card_words(struct arena *arena, const Opsmesh__V1__PaymentCard *card)
{
	if (card == NULL)
		return "";
	return arena_printf(arena, "%s%s%s", *card->network != '\0' ? card->network : card->brand,
	                    *card->last4 != '\0' ? " ending in " : "", card->last4);
}

static const char *payment_words(struct gathering *it, const struct chronicle_payment *payment)
{
	const Opsmesh__V1__DossierEntry *const last = payment->last;
	const char *text = arena_printf(it->arena, "Payment %s of %s, taken at %s.", last->about,
	                                evidence_money(it->arena, last->amount),
	                                evidence_time(it->arena, payment->at));

	text = with(it->arena, text, "Card", card_words(it->arena, last->card));
	text = with(it->arena, text, "3-D Secure",
	            last->three_d_secure ? "the cardholder was authenticated" : "");
	text = with(it->arena, text, "On the statement", last->statement_descriptor);
	text = with(it->arena, text, "For", plain(last->description));
	return with(it->arena, text, "Invoice", payment->invoice_id);
}

/* Refunds. */

bool evidence_refunded_since(const struct gathering *it, struct instant since)
{
	return it->refunded.us != TIME_MIN.us && !time_before(it->refunded, since);
}

/* Is this the first that was said of its refund? Each is told once, as it stands. */
static bool is_first_said(const struct gathering *it, const struct chronicle_line *line,
                          const struct chronicle_line **last)
{
	const struct chronicle_line *first = NULL;

	*last = chronicle_last(it->chronicle, "refund", line->entry->about, &first);
	return first == line;
}

static void put_refund(struct gathering *it, const struct chronicle_line *first,
                       const struct chronicle_line *last)
{
	const Opsmesh__V1__DossierEntry *const entry = last->entry;

	it->refunded = time_later(it->refunded, last->at);
	evidence_put(it, &(struct evidence_piece){
			     .kind = EVIDENCE_REFUND_ANSWER,
			     .fact_id = first->entry->fact_id,
			     .title = "A refund of the payment",
			     .at = first->at,
			     .source_id = entry->about,
			     .text = arena_printf(
				 it->arena, "Refund %s of %s of payment %s: %s at %s.",
				 entry->about, evidence_money(it->arena, entry->amount),
				 entry->detail, entry->word, evidence_time(it->arena, last->at)),
			     .rank = 4,
			     .hurts = evidence_asked(it, EVIDENCE_REFUND_ANSWER) == NULL });
}

void evidence_of_refunds(struct gathering *it)
{
	const struct chronicle_line *last;

	it->refunded = TIME_MIN;
	for (size_t i = 0; i < it->chronicle->count; i++) {
		const struct chronicle_line *const line = &it->chronicle->lines[i];

		if (chronicle_is(line, "refund") &&
		    (text_equal(line->entry->detail, it->about->payment_id) ||
		     bundle_holds(&it->bundle, line->entry->detail)) &&
		    is_first_said(it, line, &last) &&
		    (text_equal(last->entry->word, DONE) ||
		     text_equal(last->entry->word, ON_ITS_WAY)))
			put_refund(it, line, last);
	}
}

static bool is_refunded(const struct chronicle_payment *payment)
{
	return payment->last->refunded != NULL && payment->last->refunded->minor > 0;
}

/* The payment itself. */

static void put_receipt(struct gathering *it, const struct chronicle_payment *payment)
{
	evidence_put(it, &(struct evidence_piece){ .kind = EVIDENCE_RECEIPT,
	                                           .fact_id = payment->first->fact_id,
	                                           .title = "Record of the payment",
	                                           .at = payment->at,
	                                           .source_id = payment->last->about,
	                                           .text = payment_words(it, payment),
	                                           .rank = payment == it->payment });
}

static void put_invoice(struct gathering *it, const struct chronicle_payment *payment)
{
	const struct chronicle_line *first = NULL;
	const struct chronicle_line *const last =
	    chronicle_last(it->chronicle, "invoice", payment->invoice_id, &first);
	const char *text;

	if (*payment->invoice_id == '\0' || last == NULL)
		return;
	text = arena_printf(it->arena, "Invoice %s of %s, made at %s, paid by payment %s at %s.",
	                    last->entry->about, evidence_money(it->arena, last->entry->amount),
	                    evidence_time(it->arena, first->at), payment->last->about,
	                    evidence_time(it->arena, payment->at));
	text = with(it->arena, text, "Status", last->entry->word);
	text = with(it->arena, text, "Subscription", last->entry->detail);
	evidence_put(it, &(struct evidence_piece){ .kind = EVIDENCE_INVOICE,
	                                           .fact_id = first->entry->fact_id,
	                                           .title = "The invoice that the payment paid",
	                                           .at = first->at,
	                                           .source_id = last->entry->about,
	                                           .text = text,
	                                           .rank = payment == it->payment });
}

/* Who paid, into the provider's own fields; a mandate is another thing and is not made of this. */
static void put_identity(struct gathering *it)
{
	const struct reason_asked *const asked = evidence_asked(it, EVIDENCE_IDENTITY);
	const Opsmesh__V1__PaymentIdentity *const identity = it->payment->last->identity;

	if (asked == NULL || identity == NULL || text_equal(asked->field, "customer_signature"))
		return;
	const struct {
		const char *field;
		const char *title;
		Opsmesh__V1__PersonalText *text;
		int64_t rank;
	} rows[] = {
		{ "customer_email_address", "Mail address of the payment", identity->email, 4 },
		{ "customer_name", "Name of the payment", identity->name, 3 },
		{ "billing_address", "Billing address of the payment", identity->billing_address,
		  2 },
		{ "customer_purchase_ip", "Network address of the purchase", identity->purchase_ip,
		  1 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (*plain(rows[i].text) != '\0')
			evidence_put(it, &(struct evidence_piece){
					     .kind = EVIDENCE_IDENTITY,
					     .fact_id = it->payment->first->fact_id,
					     .suffix = rows[i].field,
					     .title = rows[i].title,
					     .at = it->payment->at,
					     .source_id = it->payment->last->about,
					     .quote = rows[i].text,
					     .field = rows[i].field,
					     .rank = rows[i].rank });
}

/* Earlier payments. */

static bool is_same_card(const struct chronicle_payment *a, const struct chronicle_payment *b)
{
	const Opsmesh__V1__PaymentCard *const left = a->last->card;
	const Opsmesh__V1__PaymentCard *const right = b->last->card;

	return left != NULL && right != NULL && *left->fingerprint != '\0' &&
	       text_equal(left->fingerprint, right->fingerprint);
}

/* Billing tells a payment when it is paid or refunded, not when it is disputed: its dispute or warning tells that. */
static bool is_disputed(const struct gathering *it, const struct chronicle_payment *payment)
{
	for (size_t i = 0; i < it->chronicle->count; i++) {
		const struct chronicle_line *const line = &it->chronicle->lines[i];

		if ((chronicle_is(line, "dispute") || chronicle_is(line, "warning")) &&
		    text_equal(line->entry->detail, payment->last->about))
			return true;
	}
	return payment->last->disputed;
}

static void put_earlier(struct gathering *it, const struct chronicle_payment *payment)
{
	const bool same = is_same_card(payment, it->payment);
	const char *const text = payment_words(it, payment);

	evidence_put(
	    it, &(struct evidence_piece){
		    .kind = EVIDENCE_EARLIER_PAYMENT,
		    .fact_id = payment->first->fact_id,
		    .title = same ? "An earlier payment of the same card, not disputed"
	                          : "An earlier payment of the account, not disputed",
		    .at = payment->at,
		    .source_id = payment->last->about,
		    .text = arena_printf(it->arena, "%s\nNot disputed, not refunded.%s", text,
	                                 same ? " The same card as the payment in dispute." : ""),
		    .rank = same });
}

/* Those that the dispute is over beside the one that the provider names. */
static void put_others(struct gathering *it)
{
	for (size_t i = 0; i < it->bundle.count; i++) {
		const struct chronicle_payment *const other = it->bundle.payments[i];

		if (other == it->payment || !bundle_holds(&it->bundle, other->last->about))
			continue;
		put_receipt(it, other);
		put_invoice(it, other);
	}
}

void evidence_of_payments(struct gathering *it)
{
	if (it->payment == NULL)
		return;
	put_receipt(it, it->payment);
	put_invoice(it, it->payment);
	put_identity(it);
	put_others(it);
	if (evidence_asked(it, EVIDENCE_EARLIER_PAYMENT) == NULL)
		return;
	for (size_t i = 0; i < it->chronicle->payment_count; i++) {
		const struct chronicle_payment *const payment = &it->chronicle->payments[i];

		if (payment->first != NULL && time_before(payment->at, it->charged) &&
		    !is_refunded(payment) && !is_disputed(it, payment) &&
		    !bundle_may_hold(&it->bundle, payment))
			put_earlier(it, payment);
	}
}

/* Two payments of one amount. */

static bool is_same_amount(const struct chronicle_payment *a, const struct chronicle_payment *b)
{
	const Opsmesh__V1__Money *const left = a->last->amount;
	const Opsmesh__V1__Money *const right = b->last->amount;

	return left != NULL && right != NULL && left->minor == right->minor &&
	       text_equal(left->currency, right->currency);
}

static bool is_near(const struct gathering *it, const struct chronicle_payment *other)
{
	const int64_t apart =
	    time_since(time_earlier(other->at, it->charged), time_later(other->at, it->charged)).us;

	return apart <= it->about->intents->duplicate_within.us;
}

/* Together more than the invoice's total. */
static bool is_too_much(const struct gathering *it, const struct chronicle_payment *other)
{
	const struct chronicle_line *const invoice =
	    chronicle_last(it->chronicle, "invoice", other->invoice_id, NULL);
	const Opsmesh__V1__Money *const total = invoice != NULL ? invoice->entry->amount : NULL;
	const Opsmesh__V1__Money *const left = it->payment->last->amount;
	const Opsmesh__V1__Money *const right = other->last->amount;
	int64_t sum;

	if (total == NULL || left == NULL || right == NULL ||
	    !text_equal(total->currency, left->currency) ||
	    !text_equal(total->currency, right->currency))
		return is_same_amount(it->payment, other);
	return __builtin_add_overflow(left->minor, right->minor, &sum) || sum > total->minor;
}

static void put_explanation(struct gathering *it, const struct chronicle_payment *other)
{
	const char *const text =
	    arena_printf(it->arena, "These are two purchases.\n%s\n%s",
	                 payment_words(it, it->payment), payment_words(it, other));
	struct evidence_piece piece = { .kind = EVIDENCE_DUPLICATE_EXPLANATION,
		                        .fact_id = other->first->fact_id,
		                        .suffix = "explanation",
		                        .title = "What each of the two payments was for",
		                        .at = other->at,
		                        .source_id = other->last->about,
		                        .text = text,
		                        .rank = 1 };

	evidence_put(it, &piece);
	piece.suffix = "charge";
	piece.title = "The other payment";
	piece.text = other->last->about;
	piece.field = "duplicate_charge_id";
	piece.rank = 0;
	evidence_put(it, &piece);
	if (evidence_asked(it, EVIDENCE_DUPLICATE_EXPLANATION) == NULL)
		return;
	put_receipt(it, other);
	put_invoice(it, other);
}

static void put_charged_twice(struct gathering *it, const struct chronicle_payment *other)
{
	evidence_put(it,
	             &(struct evidence_piece){
			 .kind = EVIDENCE_DUPLICATE_EXPLANATION,
			 .fact_id = other->first->fact_id,
			 .suffix = "twice",
			 .title = "Two payments of one invoice, neither refunded",
			 .at = other->at,
			 .source_id = other->last->about,
			 .text = arena_printf(it->arena, "%s\n%s", payment_words(it, it->payment),
	                                      payment_words(it, other)),
			 .hurts = true });
}

void evidence_of_duplicates(struct gathering *it)
{
	const struct chronicle_payment *const payment = it->payment;

	if (payment == NULL || *payment->invoice_id == '\0')
		return;
	for (size_t i = 0; i < it->chronicle->payment_count; i++) {
		const struct chronicle_payment *const other = &it->chronicle->payments[i];

		if (other == payment || other->first == NULL || *other->invoice_id == '\0')
			continue;
		if (!text_equal(other->invoice_id, payment->invoice_id)) {
			if (is_same_amount(payment, other) && is_near(it, other))
				put_explanation(it, other);
		} else if (!is_refunded(other) && !is_refunded(payment) && is_too_much(it, other)) {
			put_charged_twice(it, other);
		}
	}
}
