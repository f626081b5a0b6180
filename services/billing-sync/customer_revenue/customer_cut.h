/*
 * customer_cut - what a shard of the stage `customer` answers when the books are cut.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_CUT_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_CUT_H

#include "services/billing-sync/customer/customer.h"

/* A dispute that may still be lost. */
struct open_dispute_row {
	const char *customer_id;
	const char *dispute_id;
	const char *currency;
	int64_t minor;
	const char *charge_id; /* that it names; NULL: none */
};
extern const struct state_table open_dispute_table;

/* A dispute in its state now. */
void customer_dispute_open(struct customer *it, const Opsmesh__V1__DisputeChanged *changed);

enum status customer_on_books_cut(struct task *task, const Opsmesh__V1__BooksCut *cut);

#endif
