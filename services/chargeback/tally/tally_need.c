/*
 * The rows that a fact of billing will be counted with, so that a batch fetches them in one trip.
 */
#include "services/chargeback/tally/tally.h"

static void need_payment(struct task *task, const char *payment_id)
{
	if (*payment_id != '\0')
		task_need(task, &tally_payment_table,
		          &(struct tally_payment_row){ .payment_id = payment_id });
}

static void need_link(struct task *task, const char *id)
{
	if (*id != '\0')
		task_need(task, &tally_link_table, &(struct tally_link_row){ .id = id });
}

static void need_event(struct task *task, const char *event_id, const char *payment_id)
{
	task_need(task, &tally_event_table, &(struct tally_event_row){ .event_id = event_id });
	need_payment(task, payment_id);
}

void tally_need_billing(struct task *task, const Opsmesh__V1__BillingEvent *billing)
{
	const Opsmesh__V1__BillingEvent__FactCase fact = billing->fact_case;

	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED) {
		need_payment(task, billing->payment_changed->payment_id);
		need_link(task, billing->payment_changed->invoice_id);
	} else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED) {
		need_payment(task, billing->payment_applied->payment_id);
		need_link(task, billing->payment_applied->invoice_id);
	} else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED) {
		need_link(task, billing->invoice_changed->invoice_id);
	} else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED) {
		need_link(task, billing->subscription_started->subscription_id);
	} else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED) {
		need_event(task, billing->dispute_changed->dispute_id,
		           billing->dispute_changed->payment_id);
	} else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED) {
		need_event(task, billing->fraud_warning_changed->warning_id,
		           billing->fraud_warning_changed->payment_id);
	}
}
