/*
 * customer_refund - what the charges of a customer may still give back, and refunds that are asked for.
 *
 * A row is kept for a charge: refund.h says what is in it, customer_giving.h how a refund is asked for.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_REFUND_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_REFUND_H

#include "common/base/money.h"
#include "services/billing-sync/customer_money/customer_giving.h"

/* What a charge may give back; body is refund_encode. */
struct refundable_row {
	const char *customer_id;
	const char *charge_id;
	const char *invoice_id; /* the first that was known; NULL: none is */
	struct bytes body;
	struct bytes
	    others; /* more of them: how many, and each text with its size before it; absent: none */
};

extern const struct state_table refundable_table;

/* What is heard of a charge that succeeded, of a refund, of a dispute. */
struct charge_heard {
	const char *invoice; /* "": not known */
	struct money captured;
	int64_t refunded; /* of what was captured, as it says itself */
	bool disputed;    /* or was */
	struct instant at;
};
enum status customer_hear_charge(struct thing *thing, const struct charge_heard *heard) MUST_CHECK;
/* It is known which invoice a charge pays, or one more of them. */
enum status customer_hear_applied(struct customer *it, const char *charge,
                                  const char *invoice) MUST_CHECK;
enum status customer_hear_refund(struct thing *thing,
                                 const Opsmesh__V1__RefundChanged *changed) MUST_CHECK;
enum status customer_hear_dispute(struct thing *thing,
                                  const Opsmesh__V1__DisputeChanged *changed) MUST_CHECK;

giving_open customer_open_refund;
/* What is known of a charge, and which invoices it is said to pay; as long as the handler. */
enum status customer_refund_row(struct customer *customer, const char *charge,
                                struct refund_row **row, const char *const **invoices,
                                size_t *count) MUST_CHECK;
void customer_need_refundable(struct task *task, const char *customer, const char *what);

#endif
