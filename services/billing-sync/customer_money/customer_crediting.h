/*
 * customer_crediting - what the invoices of a customer may still be credited, and credit notes that are asked for.
 *
 * A row is kept for an invoice of which something was credited, went back of its charges, or is asked for:
 * crediting.h says what is in it, customer_giving.h how a credit note is asked for. What the invoice billed is
 * read from the ledger when it is asked; of one that is not booked, because its lines are cut, it is its total.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_CREDITING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_CREDITING_H

#include "services/billing-sync/customer_money/customer_giving.h"
#include "services/billing-sync/refund/crediting.h"

/* body is crediting_encode. */
struct creditable_row {
	const char *customer_id;
	const char *invoice_id;
	struct bytes body;
};

extern const struct state_table creditable_table;

/* A credit note in its state now, in minor units. */
struct credit_heard {
	const char *invoice;
	struct refund_news note;
	const char *const *refunds; /* by which it was made */
	size_t refund_count;
};
enum status customer_hear_note(struct customer *it, const struct credit_heard *heard) MUST_CHECK;
/* What the invoice says to have been credited, in minor units. */
enum status customer_hear_credited(struct customer *it, const char *invoice,
                                   int64_t said) MUST_CHECK;
/* A charge that paid it gives something back. */
enum status customer_credit_charge(struct customer *it, const char *invoice,
                                   const char *charge) MUST_CHECK;
/* A charge that hangs together with it is disputed: what is approved and would pay twice is taken back. */
enum status customer_lapse_credit(struct customer *it, const char *invoice) MUST_CHECK;
/* What is known of an invoice's credit notes; as long as the handler. */
enum status customer_credit_row(struct customer *it, const char *invoice,
                                struct crediting **row) MUST_CHECK;

giving_open customer_open_credit;
void customer_need_creditable(struct task *task, const char *customer, const char *what);

#endif
