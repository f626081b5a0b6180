#include "services/billing-sync/invoice/invoice_check.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/invoice/invoice_check_inside.h"

static const char *const words[] = {
#define ON(name, word) [INVOICE_CHECK_##name] = (word),
	INVOICE_CHECKS(ON)
#undef ON
};

const char *invoice_check_word(enum invoice_check check)
{
	CHECK(check < INVOICE_CHECK_COUNT);
	return words[check];
}

/* Figures of the invoice. */

static bool stated(const struct invoice *invoice, enum invoice_figure figure)
{
	return invoice->figures[figure].has;
}

/* 0 where it is not stated; ask first where that would be a guess. */
static int64_t figure(const struct invoice *invoice, enum invoice_figure which)
{
	return invoice->figures[which].minor;
}

struct tax_sum {
	int64_t exclusive;
	int64_t inclusive;
};

static struct tax_sum sum_of(const struct invoice_taxes *taxes)
{
	struct tax_sum sum = { 0, 0 };

	for (size_t i = 0; i < taxes->count; i++)
		*(taxes->items[i].inclusive ? &sum.inclusive : &sum.exclusive) +=
		    taxes->items[i].minor;
	return sum;
}

/* An old invoice names a sum alone, and then it lay on top. No figure at all is no tax. */
static struct tax_sum tax_of(const struct invoice *invoice)
{
	if (invoice->taxes.has)
		return sum_of(&invoice->taxes);
	return (struct tax_sum){ .exclusive = figure(invoice, INVOICE_TAX) };
}

static struct invoice_pair whole(const struct invoice_hearing *hearing, int64_t expected,
                                 enum invoice_figure found, int64_t tolerance)
{
	return (struct invoice_pair){ "", expected, figure(hearing->invoice, found), tolerance };
}

/* Lines to invoice. */

static void check_subtotal(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	int64_t sum = 0;

	if (!stated(invoice, INVOICE_SUBTOTAL))
		return;
	for (size_t i = 0; i < invoice->line_count; i++)
		sum += invoice->lines[i].minor;
	invoice_hold(hearing, INVOICE_CHECK_LINES_SUBTOTAL,
	             whole(hearing, sum, INVOICE_SUBTOTAL,
	                   invoice_tolerance(hearing, invoice->line_count)),
	             "The subtotal is against its lines");
}

static void check_discounts(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	int64_t sum = 0;

	if (!invoice->discounts.has)
		return;
	for (size_t i = 0; i < invoice->line_count; i++) {
		if (!invoice->lines[i].discount.has)
			return;
		sum += invoice->lines[i].discount.minor;
	}
	invoice_hold(hearing, INVOICE_CHECK_LINES_DISCOUNTS,
	             (struct invoice_pair){ "", sum, invoice->discounts.minor,
	                                    invoice_tolerance(hearing, invoice->line_count) },
	             "The discounts are against their lines");
}

static void check_line_taxes(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const struct tax_sum found = sum_of(&invoice->taxes);
	int64_t sum = 0;

	if (!invoice->taxes.has || figure(invoice, INVOICE_SHIPPING) != 0)
		return;
	for (size_t i = 0; i < invoice->line_count; i++) {
		const struct tax_sum line = sum_of(&invoice->lines[i].taxes);

		if (!invoice->lines[i].taxes.has)
			return;
		sum += line.exclusive + line.inclusive;
	}
	invoice_hold(hearing, INVOICE_CHECK_LINES_TAXES,
	             (struct invoice_pair){ "", sum, found.exclusive + found.inclusive,
	                                    invoice_tolerance(hearing, invoice->line_count) },
	             "The taxes are against their lines");
}

static void check_tax_figure(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const struct tax_sum sum = sum_of(&invoice->taxes);

	if (!invoice->taxes.has || !stated(invoice, INVOICE_TAX))
		return;
	invoice_hold(hearing, INVOICE_CHECK_TAX_FIGURE,
	             whole(hearing, sum.exclusive + sum.inclusive, INVOICE_TAX, 0),
	             "The tax is against its parts");
}

/* Tax is taken of what is left after discounts, so that before them only no tax has a known share. */
static void check_subtotal_net(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const int64_t inclusive = tax_of(invoice).inclusive;

	if (!stated(invoice, INVOICE_SUBTOTAL) ||
	    !stated(invoice, INVOICE_SUBTOTAL_EXCLUDING_TAX) ||
	    figure(invoice, INVOICE_SHIPPING) != 0)
		return;
	if (inclusive != 0 &&
	    (invoice->discounted || invoice->discounts.minor != 0 || invoice->grants.minor != 0))
		return;
	invoice_hold(hearing, INVOICE_CHECK_SUBTOTAL_NET,
	             whole(hearing, figure(invoice, INVOICE_SUBTOTAL) - inclusive,
	                   INVOICE_SUBTOTAL_EXCLUDING_TAX,
	                   invoice_tolerance(hearing, invoice->line_count)),
	             "The subtotal without tax is");
}

/* Subtotal to due. */

/* A discount that is named without its amount leaves the total unknown. */
static void check_total(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const int64_t expected = figure(invoice, INVOICE_SUBTOTAL) +
	                         figure(invoice, INVOICE_SHIPPING) - invoice->discounts.minor -
	                         invoice->grants.minor + tax_of(invoice).exclusive;

	if (!stated(invoice, INVOICE_SUBTOTAL) || !stated(invoice, INVOICE_TOTAL) ||
	    (invoice->discounted && !invoice->discounts.has))
		return;
	invoice_hold(hearing, INVOICE_CHECK_TOTAL,
	             whole(hearing, expected, INVOICE_TOTAL,
	                   invoice_tolerance(hearing, invoice->line_count)),
	             "The total is, after discounts and tax,");
}

static void check_total_net(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const struct tax_sum tax = tax_of(invoice);

	if (!stated(invoice, INVOICE_TOTAL) || !stated(invoice, INVOICE_TOTAL_EXCLUDING_TAX))
		return;
	invoice_hold(hearing, INVOICE_CHECK_TOTAL_NET,
	             whole(hearing, figure(invoice, INVOICE_TOTAL) - tax.exclusive - tax.inclusive,
	                   INVOICE_TOTAL_EXCLUDING_TAX,
	                   invoice_tolerance(hearing, invoice->line_count)),
	             "The total without tax is");
}

static bool is_void(const struct invoice *invoice)
{
	return text_equal(invoice->status, "void");
}

static bool knows_due(const struct invoice *invoice)
{
	return stated(invoice, INVOICE_TOTAL) && stated(invoice, INVOICE_DUE) &&
	       stated(invoice, INVOICE_STARTING_BALANCE) &&
	       stated(invoice, INVOICE_CREDITS_BEFORE) && !is_void(invoice);
}

/* Total less credits and what the balance holds; whoever owes from before (a balance above 0) owes more. */
static int64_t owed(const struct invoice *invoice)
{
	return figure(invoice, INVOICE_TOTAL) - figure(invoice, INVOICE_CREDITS_BEFORE) +
	       figure(invoice, INVOICE_STARTING_BALANCE);
}

/* Never below zero; what is too little to be charged goes to the balance instead. */
static void check_due(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const int64_t expected = owed(invoice) > 0 ? owed(invoice) : 0;
	const int64_t least = invoice_policy_minimum(hearing->context->policy, invoice->currency);

	if (!knows_due(invoice))
		return;
	invoice_applies(hearing, INVOICE_CHECK_DUE);
	if (figure(invoice, INVOICE_DUE) == 0 && expected < least)
		return;
	invoice_hold(hearing, INVOICE_CHECK_DUE, whole(hearing, expected, INVOICE_DUE, 0),
	             "The amount due is, after credits and balance,");
}

/* What was owed and is not due here stays in the balance. */
static void check_ending_balance(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;

	if (!knows_due(invoice) || !stated(invoice, INVOICE_ENDING_BALANCE))
		return;
	invoice_hold(hearing, INVOICE_CHECK_ENDING_BALANCE,
	             whole(hearing, owed(invoice) - figure(invoice, INVOICE_DUE),
	                   INVOICE_ENDING_BALANCE, 0),
	             "The ending balance is");
}

/* What was paid beyond what is due may be counted as paid, or apart from it. */
static void check_paid(const struct invoice_hearing *hearing)
{
	const struct invoice *const invoice = hearing->invoice;
	const int64_t found = figure(invoice, INVOICE_PAID) + figure(invoice, INVOICE_REMAINING);
	const int64_t due = figure(invoice, INVOICE_DUE);

	if (!stated(invoice, INVOICE_PAID) || !stated(invoice, INVOICE_REMAINING) ||
	    !stated(invoice, INVOICE_DUE))
		return;
	invoice_applies(hearing, INVOICE_CHECK_PAID);
	if (found == due + figure(invoice, INVOICE_OVERPAID))
		return;
	invoice_hold(hearing, INVOICE_CHECK_PAID, (struct invoice_pair){ "", due, found, 0 },
	             "Paid and remaining together are");
}

const struct invoice_findings *invoice_check(struct arena *arena, const struct invoice *invoice,
                                             const struct invoice_context *context)
{
	static void (*const rules[])(const struct invoice_hearing *hearing) = {
		check_subtotal,       check_discounts, check_line_taxes,  check_tax_figure,
		check_subtotal_net,   check_total,     check_total_net,   check_due,
		check_ending_balance, check_paid,      invoice_check_tax,
	};
	struct invoice_findings *const findings = arena_zero(arena, sizeof(*findings));
	const struct invoice_hearing hearing = { arena, invoice, context, findings };

	findings->why = "";
	findings->incomplete = invoice->cut || !invoice->has_lines;
	if (findings->incomplete) {
		findings->why = invoice->cut ? "The invoice has more lines than came with it."
		                             : "The invoice came without its lines.";
		return findings;
	}
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		rules[i](&hearing);
	for (size_t i = 0; i < invoice->line_count; i++)
		invoice_check_line(&hearing, &invoice->lines[i]);
	return findings;
}
