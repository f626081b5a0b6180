/*
 * customer_dunning - how the open invoices of a customer are collected: what dunning.h decides, as facts.
 *
 * It begins when a payment of an invoice failed, or when nobody collects it and its deadline has passed. Steps
 * are taken by a timer alone, at mesh time; what is heard of the invoice, its payments, its disputes and
 * refunds moves the row and sets the timer anew. An invoice that is not known to be open is never dunned.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_DUNNING_CUSTOMER_DUNNING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_DUNNING_CUSTOMER_DUNNING_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/dunning/dunning.h"
#include "services/billing-sync/dunning/payment_failure.h"
#include "services/billing-sync/invoice/invoice.h"

/* Where the collection of an invoice stands. */
struct dunning_state_row {
	const char *customer_id;
	const char *invoice_id;
	const char *status; /* "idle", "running", "recovered", "over", "stopped" */
	struct bytes body;  /* dunning_encode */
};

/* What a customer owes; body is owed_encode. */
struct owed_row {
	const char *customer_id;
	struct bytes body;
};

extern const struct state_table dunning_table;
extern const struct state_table owed_table;

#define CUSTOMER_TIMER_DUNNING "dunning"
enum status customer_on_dunning(struct task *task, const char *key);
void customer_need_dunning(struct task *task, const char *key);

void customer_need_owed(struct task *task, const char *customer, const char *invoice);

/* What is heard of an invoice; of a charge of one that failed. */
bool customer_dun_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                          struct json_error *error) MUST_CHECK;
enum status customer_dun_charge(struct customer *it,
                                const struct payment_failure *failure) MUST_CHECK;
/* A dispute or a refund of one of its charges is open, or no longer. */
enum status customer_dun_hold(struct customer *it, const char *invoice, enum dunning_why why,
                              const char *id, bool open) MUST_CHECK;
/* A ticket about money is open, or no longer: on the invoices that it names, else on all. */
enum status customer_dun_ticket(struct customer *it,
                                const Opsmesh__V1__BillingTicket *ticket) MUST_CHECK;

#endif
