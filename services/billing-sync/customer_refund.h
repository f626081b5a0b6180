/*
 * customer_refund - what the charges of a customer may still give back, and refunds that are asked for.
 *
 * A row is kept for a charge: refund.h says what is in it, customer_giving.h how a refund is asked for.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REFUND_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REFUND_H

#include "common/base/money.h"
#include "services/billing-sync/customer_giving.h"

/* What a charge may give back; body is refund_encode. */
struct refundable_row {
	const char *customer_id;
	const char *charge_id;
	const char *invoice_id; /* NULL: not known */
	struct bytes body;
};

extern const struct state_table refundable_table;

/* What is heard of a charge that succeeded, of a refund, of a dispute. */
struct charge_heard {
	const char *invoice; /* "": not known */
	struct money captured;
	int64_t refunded;
	bool disputed; /* or was */
	struct instant at;
};
enum status customer_hear_charge(struct thing *thing, const struct charge_heard *heard) MUST_CHECK;
/* It is known from elsewhere which invoice a charge pays; of several the first that is known. */
enum status customer_hear_applied(struct customer *it, const char *charge,
                                  const char *invoice) MUST_CHECK;
enum status customer_hear_refund(struct thing *thing,
                                 const Opsmesh__V1__RefundChanged *changed) MUST_CHECK;
enum status customer_hear_dispute(struct thing *thing,
                                  const Opsmesh__V1__DisputeChanged *changed) MUST_CHECK;

giving_open customer_open_refund;
/* Adds what of a charge's refunds was made by credit notes of an invoice that it paid. */
struct crediting;
enum status customer_refund_linked(struct customer *customer, const char *charge,
                                   const struct crediting *of, int64_t *sum) MUST_CHECK;
/* Adds what goes back of a charge, as such an invoice counts it. */
enum status customer_refund_elsewhere(struct customer *customer, const char *charge,
                                      const struct crediting *of,
                                      struct refund_elsewhere *sum) MUST_CHECK;
void customer_need_refundable(struct task *task, const char *customer, const char *what);

#endif
