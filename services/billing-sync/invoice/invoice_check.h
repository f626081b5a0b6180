/*
 * invoice_check - whether an invoice says what it should: differences by rule, each with its figures.
 *
 * Sums come from the invoice's own lines; a provider's proration is held to its bounds and never computed
 * again. Seats, prices and periods are their subscription's matter (seat_book_check.h). A rule whose figures are not stated does not apply, and says so by its absence from `applied`.
 * An invoice whose lines are cut is not checked at all: it is incomplete, and why says so. Tolerances are
 * one rounding a line, from the policy, where something was rounded; else none.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_CHECK_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_CHECK_H

#include "services/billing-sync/invoice/invoice.h"
#include "services/billing-sync/invoice/invoice_policy.h"
#include "services/billing-sync/invoice/tax.h"
#include "services/billing-sync/rule/currency.h"

#define INVOICE_DIFFERENCES_MAX 64 /* of one invoice that are told; more are counted */

/* Name, and the cause that a discrepancy has by it. */
#define INVOICE_CHECKS(ON)                         \
	ON(LINES_SUBTOTAL, "lines_subtotal")       \
	ON(LINES_DISCOUNTS, "lines_discounts")     \
	ON(LINES_TAXES, "lines_taxes")             \
	ON(TAX_FIGURE, "tax_figure")               \
	ON(SUBTOTAL_NET, "subtotal_excluding_tax") \
	ON(TOTAL, "invoice_total")                 \
	ON(TOTAL_NET, "total_excluding_tax")       \
	ON(DUE, "amount_due")                      \
	ON(ENDING_BALANCE, "ending_balance")       \
	ON(PAID, "paid_and_remaining")             \
	ON(LINE_AMOUNT, "line_amount")             \
	ON(LINE_FREE, "line_free")                 \
	ON(PRORATION_SIZE, "proration_size")       \
	ON(PRORATION_SIGN, "proration_sign")       \
	ON(TAX_RATE, "tax_rate")                   \
	ON(TAX_RATE_MISSING, "tax_rate_missing")   \
	ON(TAX_MISSING, "tax_missing")

enum invoice_check {
#define ON(name, word) INVOICE_CHECK_##name,
	INVOICE_CHECKS(ON)
#undef ON
	    INVOICE_CHECK_COUNT
};

/* The cause's word. */
const char *invoice_check_word(enum invoice_check check);

struct invoice_difference {
	enum invoice_check check;
	const char *line; /* its id; "" of the whole invoice */
	int64_t expected; /* minor units; rates of TAX_RATE_MISSING */
	int64_t found;
	int64_t tolerance;
	char currency[4];     /* "" where it is no money */
	const char *sentence; /* for people, no personal data */
};

struct invoice_findings {
	bool incomplete;
	const char *why;  /* it is; else "" */
	uint32_t applied; /* a bit for each rule that could be held against it */
	struct invoice_difference differences[INVOICE_DIFFERENCES_MAX];
	size_t count;
	size_t more; /* that were found and have no place */
};

/* What is known beside the invoice; zero-initialised: nothing but the policy. */
struct invoice_context {
	const struct invoice_policy *policy;      /* required */
	const struct tax_policy *tax;             /* NULL: none is configured */
	const struct currency_policy *currencies; /* NULL: its units are the standard's */
};

/* findings live in the arena: they are large. */
const struct invoice_findings *invoice_check(struct arena *arena, const struct invoice *invoice,
                                             const struct invoice_context *context);

#endif
