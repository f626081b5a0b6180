/*
 * model_invoice_body - invoices of the model company, and what is noted off them, as the provider writes them.
 */
#include "tests/support/model_inside.h"

#include <inttypes.h>
#include <string.h>

/* Taxes and discounts, of a line or of the whole. */

static const char *taxes_of(const struct life *life, int64_t amount)
{
	return life->taxed ? arena_printf(life->arena,
	                                  "[{\"amount\":%" PRId64
	                                  ",\"inclusive\":false,\"tax_rate\":\"txr_1\"}]",
	                                  amount)
	                   : "[]";
}

static const char *discounts_of(const struct life *life, int64_t amount)
{
	return amount > 0
	           ? arena_printf(life->arena, "[{\"amount\":%" PRId64 ",\"discount\":\"%s\"}]",
	                          amount, model_id(life, "di", life->subscription))
	           : "[]";
}

/* Lines. */

/* What gives back says which line it takes back. */
static const char *proration_of(const struct model_line *line)
{
	return line->amount < 0
	           ? "{\"credited_items\":{\"invoice\":\"in_0\",\"invoice_line_items\":[]}}"
	           : "{\"credited_items\":null}";
}

/* What comes too late is of no item. */
static const char *item_of(const struct life *life, const struct model_line *line)
{
	if (line->kind == MODEL_LINE_LATE)
		return "\"price\":null,\"subscription\":null,\"subscription_item\":null";
	return arena_printf(
	    life->arena, "\"price\":%s,\"subscription\":\"%s\",\"subscription_item\":\"%s\"",
	    line->kind == MODEL_LINE_USED ? model_used_price_body(life)
					  : model_price_body(life, line->plan, line->unit),
	    model_subscription_id(life),
	    line->kind == MODEL_LINE_USED ? model_used_item_id(life)
					  : model_id(life, "si", life->subscription));
}

static const char *line_body(const struct life *life, const struct model_invoice *invoice,
                             size_t number)
{
	const struct model_line *const line = &invoice->lines[number];

	return arena_printf(
	    life->arena,
	    "%s{\"id\":\"%s_l%zu\",\"object\":\"line_item\",\"amount\":%" PRId64
	    ",\"currency\":\"%s\",\"description\":\"Seats\",\"discountable\":true,\"livemode\":false,"
	    "\"discount_amounts\":%s,\"period\":{\"start\":%" PRId64 ",\"end\":%" PRId64
	    "},\"proration\":%s,\"proration_details\":%s,\"quantity\":%" PRId64
	    ",%s,\"tax_amounts\":%s,\"type\":\"%s\"}",
	    number > 0 ? "," : "", invoice->id, number, line->amount, life->currency->word,
	    discounts_of(life, line->discount), line->start_s, line->end_s,
	    line->proration ? "true" : "false", proration_of(line), line->quantity,
	    item_of(life, line), taxes_of(life, line->tax),
	    line->proration || line->kind == MODEL_LINE_LATE ? "invoiceitem" : "subscription");
}

static const char *lines_body(const struct life *life, const struct model_invoice *invoice)
{
	const char *lines = "";

	for (size_t i = 0; i < invoice->line_count; i++)
		lines = arena_printf(life->arena, "%s%s", lines, line_body(life, invoice, i));
	return arena_printf(
	    life->arena,
	    "{\"object\":\"list\",\"has_more\":false,\"total_count\":%zu,\"data\":[%s]}",
	    invoice->line_count, lines);
}

/* The invoice. */

static const char *time_of(const struct life *life, bool has, int64_t at_s)
{
	return has ? arena_printf(life->arena, "%" PRId64, at_s) : "null";
}

/* Since when it is as it is. */
static const char *transitions(const struct life *life, const struct model_invoice *invoice,
                               const char *status, int64_t at_s)
{
	return arena_printf(
	    life->arena,
	    "{\"finalized_at\":%s,\"paid_at\":%s,\"voided_at\":%s,\"marked_uncollectible_at\":%s}",
	    time_of(life, strcmp(status, "draft") != 0, invoice->created_s),
	    time_of(life, strcmp(status, "paid") == 0, at_s),
	    time_of(life, strcmp(status, "void") == 0, at_s),
	    time_of(life, strcmp(status, "uncollectible") == 0, at_s));
}

/* A draft's is not known. */
static const char *ending_of(const struct life *life, const struct model_invoice *invoice,
                             const char *status)
{
	const int64_t ending =
	    invoice->starting + invoice->total - invoice->noted_before - invoice->due;

	return time_of(life, strcmp(status, "draft") != 0, ending);
}

static const char *figures_of(const struct life *life, const struct model_invoice *invoice,
                              const char *status)
{
	const int64_t paid = strcmp(status, "paid") == 0 ? invoice->due : 0;

	return arena_printf(life->arena,
	                    "\"subtotal\":%" PRId64 ",\"tax\":%" PRId64 ",\"total\":%" PRId64
	                    ",\"amount_due\":%" PRId64 ",\"amount_paid\":%" PRId64
	                    ",\"amount_remaining\":%" PRId64 ",\"starting_balance\":%" PRId64
	                    ",\"ending_balance\":%s,\"pre_payment_credit_notes_amount\":%" PRId64
	                    ",\"post_payment_credit_notes_amount\":%" PRId64,
	                    invoice->subtotal, invoice->tax, invoice->total, invoice->due, paid,
	                    invoice->due - paid, invoice->starting,
	                    ending_of(life, invoice, status), invoice->noted_before,
	                    invoice->noted_after);
}

const char *model_invoice_body(const struct life *life, const struct model_invoice *invoice,
                               const char *status, int64_t at_s)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\",\"subscription\":\"%s\","
	    "\"status\":\"%s\",\"currency\":\"%s\",\"created\":%" PRId64
	    ",%s,\"attempt_count\":%d,\"attempted\":%s,\"paid_out_of_band\":%s,"
	    "\"billing_reason\":\"%s\",\"period_start\":%" PRId64 ",\"period_end\":%" PRId64
	    ",\"livemode\":false,\"status_transitions\":%s,\"total_tax_amounts\":%s,"
	    "\"total_discount_amounts\":%s,\"lines\":%s%s}",
	    invoice->id, life->customer->id, model_subscription_id(life), status,
	    life->currency->word, invoice->created_s, figures_of(life, invoice, status),
	    invoice->attempts, invoice->attempts > 0 ? "true" : "false",
	    invoice->outside ? "true" : "false", invoice->reason, life->period_start_s,
	    life->period_end_s, transitions(life, invoice, status, at_s),
	    taxes_of(life, invoice->tax), discounts_of(life, invoice->discount),
	    lines_body(life, invoice), model_filler(life));
}

/* What is noted off. */

static const char *quoted(const struct life *life, const char *id)
{
	return id != NULL ? arena_printf(life->arena, "\"%s\"", id) : "null";
}

const char *model_note_body(const struct life *life, const struct model_invoice *invoice,
                            const struct model_note *note)
{
	const int64_t total = note->net + note->tax;
	const bool after = note->refund != NULL || note->balance != NULL;

	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"credit_note\",\"customer\":\"%s\",\"invoice\":\"%s\","
	    "\"status\":\"issued\",\"currency\":\"%s\",\"created\":%" PRId64
	    ",\"effective_at\":%" PRId64 ",\"amount\":%" PRId64 ",\"total\":%" PRId64
	    ",\"total_excluding_tax\":%" PRId64 ",\"subtotal\":%" PRId64
	    ",\"tax_amounts\":%s,\"type\":\"%s\",\"reason\":\"product_unsatisfactory\","
	    "\"pre_payment_amount\":%" PRId64 ",\"post_payment_amount\":%" PRId64
	    ",\"out_of_band_amount\":null,\"refund\":%s,\"customer_balance_transaction\":%s,"
	    "\"livemode\":false,\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[]}}",
	    note->id, life->customer->id, invoice->id, life->currency->word, note->created_s,
	    note->created_s, total, total, note->net, note->net, taxes_of(life, note->tax),
	    after ? "post_payment" : "pre_payment", after ? 0 : total, after ? total : 0,
	    quoted(life, note->refund), quoted(life, note->balance));
}

const char *model_balance_body(const struct life *life, const char *id, const char *type,
                               const char *note, int64_t amount, int64_t created_s)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"customer_balance_transaction\",\"customer\":\"%s\","
	    "\"type\":\"%s\",\"amount\":%" PRId64 ",\"ending_balance\":%" PRId64
	    ",\"currency\":\"%s\",\"created\":%" PRId64
	    ",\"credit_note\":%s,\"invoice\":null,\"livemode\":false}",
	    id, life->customer->id, type, amount, life->balance, life->currency->word, created_s,
	    quoted(life, note));
}
