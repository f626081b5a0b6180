/*
 * invoice_policy - what an invoice's figures may differ by, and when a charge counts as taken twice.
 *
 *   {"id":"stripe","version":1,"effective_from":"1970-01-01T00:00:00Z","source":"who says so",
 *    "tolerance_per_line":1,
 *    "minimum_charge":[{"currency":"USD","minor":50}],
 *    "twice":{"same_invoice":"35d","same_description":"24h","across_invoices":true},
 *    "never_billed_after":"7d"}
 *
 * An amount below a currency's least charge is not collected: the invoice's amount due is zero and the
 * customer's balance takes it. A currency that is not listed has no such amount. "across_invoices": two charges
 * that are said to be for the same count though each names an invoice of its own. So long after a metered period
 * has ended it is a discrepancy that no invoice bills what was used; absent: it never is. The schema is
 * deploy/policies/schema/invoices.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_POLICY_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_POLICY_H

#include "common/flow/policy_head.h"

#define INVOICE_TOLERANCE_MAX 100 /* minor units a line: more is no rounding */
#define INVOICE_MINIMUMS_MAX 200  /* Stripe knows some 135 currencies */

struct invoice_minimum {
	char currency[4];
	int64_t minor;
};

struct invoice_policy {
	struct policy_head head;
	int64_t tolerance_per_line; /* minor units */
	const struct invoice_minimum *minimums;
	size_t minimum_count;
	struct duration twice_same_invoice; /* two charges of one invoice and amount within this */
	struct duration
	    twice_same_description; /* two charges said to be for the same, within this */
	bool twice_across_invoices;
	struct duration never_billed_after; /* the end of a metered period; 0: it is not missed */
};

extern const struct policy_kind invoice_policy_kind;

/* 0: the document names none. */
int64_t invoice_policy_minimum(const struct invoice_policy *policy, const char *currency);

#endif
