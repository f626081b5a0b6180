/*
 * customer_dunning_inside - what customer_dunning.c and customer_dunning_say.c share: one invoice at hand.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_DUNNING_CUSTOMER_DUNNING_INSIDE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_DUNNING_CUSTOMER_DUNNING_INSIDE_H

#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/dunning/owed.h"

/* All that the customer owes. */
struct debts {
	struct owed_book book;
	struct owed_row row; /* as it was */
};

/* One invoice at hand, among all that the customer owes. */
struct dunned {
	struct customer *customer;
	const char *invoice_id;
	const struct debts *debts;
	struct dunning_row *row;
	struct bytes before;
	bool known; /* it has a row */
};

/* The version that was in force when it began, before that the one of now. */
const struct dunning_policy *dunned_policy(const struct dunned *it);
enum status dunned_say(const struct dunned *it,
                       const struct dunning_decisions *decisions) MUST_CHECK;

#endif
