/*
 * customer_paying - who pays what of a customer's invoices, over all charges that are said to pay one.
 *
 * The invoice's row keeps its payers (payer.h). What it asks is what it said last; until it is known, whoever
 * is said to pay it does. When one of the figures is another, every charge whose share is another by it is
 * settled anew, and what of a charge is beyond what its invoice takes is the customer's own, and the case
 * `charged_twice` until it goes back.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_PAYING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_PAYING_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/invoice/invoice_held.h"
#include "services/billing-sync/ledger/payer.h"

/* A charge wants so much of an invoice; *share is that with what it gets. */
struct paying_claim {
	const char *invoice;
	struct payer payer;
	bool fresh; /* out: it was none of its payers before */
};
enum status paying_claim(struct customer *it, struct paying_claim *claim,
                         struct payer *share) MUST_CHECK;
/* So much of a share is the customer's own, and has not gone back: minor units of the charge's currency. */
enum status paying_over(struct customer *it, const char *invoice, const struct payer *share,
                        int64_t over) MUST_CHECK;

/* An invoice says something: what it said before, and now. */
enum status paying_invoice(struct customer *it, const char *invoice,
                           const struct invoice_held *before,
                           const struct invoice_held *now) MUST_CHECK;
/* What of it is paid beside its charges is another. */
enum status paying_beside(struct customer *it, const char *invoice) MUST_CHECK;

/* What it said last; of one that was not heard of nothing is known. */
struct invoice_held paying_held(struct customer *it, const char *invoice);
/* Its payers, as long as the handler, and what charges pay of it in all. */
enum status paying_list(struct customer *it, const char *invoice, struct payer_list **list,
                        int64_t *paid) MUST_CHECK;
/* Is the case of paying_over open of it? */
enum status paying_is_over(struct customer *it, const char *invoice, const char *charge,
                           bool *over) MUST_CHECK;

#endif
