/*
 * customer_action - what people and programs ask for about a customer's billing.
 *
 * The subject's public id is "<type>/<customer>/<what>": "discrepancy/<customer>/<digest>",
 * "charge/<customer>/<charge id>", "refund/<customer>/<charge id>/<action>", "invoice/<customer>/<invoice id>",
 * "credit_note/<customer>/<invoice id>/<action>". Every action ends in one ActionApplied or one
 * ActionRefused; what it changed is a fact before that.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_ACTION_H
#define SERVICES_BILLING_SYNC_CUSTOMER_ACTION_H

#include "opsmesh/v1/action.pb-c.h"
#include "services/billing-sync/customer.h"

/* Reads what it is that an order wants something to go back of; see customer_giving.h. */
struct giving;
struct order;
typedef enum status giving_open(struct order *order, struct giving *giving);

/* One action at hand. */
struct order {
	struct customer customer;
	const Opsmesh__V1__ActionEvent *action;
	const Opsmesh__V1__ActionRequested *requested;
	const char *what;  /* of the subject's id, behind the customer */
	giving_open *open; /* NULL: nothing can go back of it */
};

enum status order_apply(struct order *order) MUST_CHECK;
enum status order_refuse(struct order *order, Opsmesh__V1__RefusalCode code, const char *field,
                         const char *reason) MUST_CHECK;

/* What may be done to each type of subject; it answers the order. */
typedef enum status order_handler(struct order *order);
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
