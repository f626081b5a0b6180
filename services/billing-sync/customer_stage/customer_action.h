/*
 * customer_action - what people and programs ask for about a customer's billing.
 *
 * The subject's public id is "<type>/<customer>/<what>": "discrepancy/<customer>/<digest>",
 * "charge/<customer>/<charge id>", "refund/<customer>/<charge id>/<action>", "invoice/<customer>/<invoice id>",
 * "credit_note/<customer>/<invoice id>/<action>".
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_STAGE_CUSTOMER_ACTION_H
#define SERVICES_BILLING_SYNC_CUSTOMER_STAGE_CUSTOMER_ACTION_H

#include "services/billing-sync/customer/customer_order.h"

/* Of discrepancies. */
order_handler case_acknowledge;
order_handler case_assign;
order_handler case_explain;
void case_need(struct task *task, const char *customer, const Opsmesh__V1__ActionSubject *on);

/* On what is a customer's, or, in the stage `payout`, of the object whose id is its place. */
enum status customer_act(const struct customer *customer,
                         const Opsmesh__V1__ActionEvent *action) MUST_CHECK;
enum status customer_on_action_requested(struct task *task,
                                         const Opsmesh__V1__ActionRequested *requested);
void customer_need_action(struct task *task, const ProtobufCMessage *message);

#endif
