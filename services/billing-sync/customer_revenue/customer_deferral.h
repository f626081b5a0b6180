/*
 * customer_deferral - what of a customer's invoices is billed and not yet earned, in the ledger.
 *
 * One row an invoice keeps its facts and the plan that they make (deferral_plan.h). When a fact is added,
 * what the new plan says of days that are over and the old one did not is booked at once, month by month,
 * and what it clears of refunds, disputes and credit notes with it; days to come change the shard's pace. What
 * was earned and cleared of an invoice until it was voided is kept, and given back then. So the books do not
 * depend on the order in which the facts come, nor on how late.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_DEFERRAL_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_DEFERRAL_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/revenue/deferral_plan.h"

struct deferral_row {
	const char *customer_id;
	const char *invoice_id;
	const char *currency; /* NULL: the invoice is not known */
	int64_t bookings;     /* transactions that its facts have made so far */
	struct bytes facts;   /* deferral_facts_encode */
	struct bytes plan;    /* deferral_encode */
	const char *schedule; /* deferral_text */
};

extern const struct state_table deferral_table;

/* An invoice as it is booked. Lines of a moment may be among the others. */
struct customer_billed {
	const char *invoice;
	char currency[4];
	struct instant finalised;
	struct instant
	    booked; /* when the ledger has it: later where it was owed by nobody before */
	size_t count;
	const struct deferral_billed *lines; /* in minor units of struct money */
};

/* Can its lines be scheduled? False: reason says why; then nothing of it must be booked. */
bool customer_deferral_fits(struct customer *it, const struct customer_billed *billed,
                            const char **reason) MUST_CHECK;
/* It is booked, or booked anew with other lines: these stand. The same again changes nothing. */
enum status customer_deferral_open(struct customer *it,
                                   const struct customer_billed *billed) MUST_CHECK;
/* It is owed by nobody from then on, and its transaction is undone. */
enum status customer_deferral_void(struct customer *it, const char *invoice,
                                   struct instant at) MUST_CHECK;

/* A refund or dispute has taken so much more of an invoice, in its currency, or given back. */
struct customer_reversed {
	const char *invoice;  /* NULL: of none, and nothing is cleared */
	const char *currency; /* of another one than the invoice's nothing is cleared */
	const char *object;
	bool dispute;
	int64_t minor; /* without tax, where that is known */
	struct instant at;
};
/*
 * What is not yet earned of it is cleared: out of deferred revenue, and out of the contra account into
 * which the object's own transaction has booked the whole of it.
 */
enum status customer_deferral_reverse(struct customer *it,
                                      const struct customer_reversed *reversed) MUST_CHECK;
/*
 * A credit note of an invoice as it is now; of what it takes without tax, 0 where it is void. "": of none, and
 * nothing is cleared.
 */
enum status customer_deferral_note(struct customer *it, const char *invoice,
                                   const struct plan_reversal *note) MUST_CHECK;

/* In a need function: the invoice's row will be loaded. */
void customer_need_deferral(struct task *task, const char *customer, const char *invoice);

#endif
