/*
 * customer_order - one action about a customer's billing at hand, and its answer.
 *
 * Every action ends in one ActionApplied or one ActionRefused; what it changed is a fact before that.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_ORDER_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_ORDER_H

#include "opsmesh/v1/action.pb-c.h"
#include "services/billing-sync/customer/customer.h"

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

/* What may be done to a type of subject; it answers the order. */
typedef enum status order_handler(struct order *order);

#endif
