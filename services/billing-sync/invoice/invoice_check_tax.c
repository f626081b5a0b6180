/*
 * Tax by the rates of the place, where the document knows it.
 */
#include "common/base/text.h"
#include "services/billing-sync/invoice/invoice_check_inside.h"

/* What a tax was taken of. */
struct base {
	const char *line; /* "" of the invoice */
	bool has;
	int64_t gross; /* after discounts */
	size_t lines;
};

/* A rate that was expanded says where it holds; else the customer's address does. */
static const char *country_of(const struct invoice *invoice, const struct invoice_tax *tax)
{
	return tax->country[0] != '\0' ? tax->country : invoice->country;
}

static const char *state_of(const struct invoice *invoice, const struct invoice_tax *tax)
{
	return tax->country[0] != '\0' ? tax->state : invoice->state;
}

static bool taxable_of(const struct invoice_tax *tax, const struct base *base, int64_t *taxable)
{
	if (!tax->taxable.has && !base->has)
		return false;
	*taxable = base->gross - (tax->inclusive ? tax->minor : 0);
	if (tax->taxable.has)
		*taxable = tax->taxable.minor;
	return true;
}

/* Of the one rate that is needed there is none. */
static void note_no_rate(const struct invoice_hearing *hearing, const char *line,
                         const char *country)
{
	invoice_note(
	    hearing, INVOICE_CHECK_TAX_RATE_MISSING, (struct invoice_pair){ line, 1, 0, 0 }, "",
	    arena_printf(hearing->arena, "No tax rate is configured for %s on the day.", country));
}

static void check_rate(const struct invoice_hearing *hearing, const struct invoice_tax *tax,
                       const struct base *base)
{
	const struct invoice *const invoice = hearing->invoice;
	struct invoice_pair pair = { base->line, 0, tax->minor,
		                     invoice_tolerance(hearing, base->lines) };
	struct tax_question question = { .country = country_of(invoice, tax),
		                         .state = state_of(invoice, tax),
		                         .at = invoice->issued };

	if (question.country[0] == '\0' || !invoice->has_issued ||
	    !taxable_of(tax, base, &question.taxable))
		return;
	switch (tax_expect(hearing->context->tax, &question, tax->minor, &pair.expected)) {
	case TAX_UNKNOWN: return;
	case TAX_NO_RATE: note_no_rate(hearing, base->line, question.country); return;
	case TAX_EXPECTED:
		invoice_hold(hearing, INVOICE_CHECK_TAX_RATE, pair,
		             "By the rates of the place the tax is");
		return;
	}
}

static void check_rates(const struct invoice_hearing *hearing, const struct invoice_taxes *taxes,
                        const struct base *base)
{
	for (size_t i = 0; i < taxes->count; i++)
		check_rate(hearing, &taxes->items[i], base);
}

static bool lines_say(const struct invoice *invoice)
{
	for (size_t i = 0; i < invoice->line_count; i++)
		if (invoice->lines[i].taxes.count > 0)
			return true;
	return false;
}

static struct base base_of_line(const struct invoice *invoice, const struct invoice_line *line)
{
	return (struct base){ .line = line->id,
		              .has = (line->discount.has || !invoice->discounted) &&
		                     invoice->grants.minor == 0,
		              .gross = line->minor - line->discount.minor,
		              .lines = 1 };
}

static struct base base_of_invoice(const struct invoice *invoice)
{
	const struct invoice_amount *const subtotal = &invoice->figures[INVOICE_SUBTOTAL];

	return (struct base){
		.line = "",
		.has = subtotal->has && (invoice->discounts.has || !invoice->discounted),
		.gross = subtotal->minor - invoice->discounts.minor - invoice->grants.minor,
		.lines = invoice->line_count
	};
}

/* Where we must charge tax, an invoice to somebody who pays it says some. */
static void check_missing(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const struct base base = base_of_invoice(invoice);
	const struct tax_question question = { invoice->country, invoice->state, invoice->issued,
		                               base.gross };
	struct invoice_pair pair = { "", 0, 0, invoice_tolerance(hearing, base.lines) };
	enum tax_answer answer;

	if (invoice->country[0] == '\0' || !base.has || base.gross <= 0 || !invoice->has_issued ||
	    !tax_collected(hearing->context->tax, invoice->country, invoice->state))
		return;
	answer = tax_expect(hearing->context->tax, &question, base.gross, &pair.expected);
	if (answer == TAX_NO_RATE)
		note_no_rate(hearing, "", invoice->country);
	if (answer == TAX_EXPECTED)
		invoice_hold(hearing, INVOICE_CHECK_TAX_MISSING, pair, "The tax is");
}

void invoice_check_tax(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const struct base base = base_of_invoice(invoice);

	if (hearing->context->tax == NULL || invoice->exempt)
		return;
	if (invoice->taxes.count == 0 && !lines_say(invoice)) {
		if (invoice->figures[INVOICE_TAX].minor == 0)
			check_missing(hearing);
		return;
	}
	if (!lines_say(invoice))
		check_rates(hearing, &invoice->taxes, &base);
	for (size_t i = 0; i < invoice->line_count; i++) {
		const struct base of_line = base_of_line(invoice, &invoice->lines[i]);

		check_rates(hearing, &invoice->lines[i].taxes, &of_line);
	}
}
