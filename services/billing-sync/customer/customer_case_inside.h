/*
 * customer_case_inside - what customer_case.c and customer_case_action.c share: one case at hand.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_CASE_INSIDE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_CASE_INSIDE_H

#include "services/billing-sync/customer/customer.h"

struct matter {
	struct customer *customer;
	const struct discrepancy_policy *policy;
	const struct discrepancy_rule *rule;
	struct discrepancy *discrepancy;
	const char *id;
	const char *sentence;
	const struct discrepancy_evidence
	    *evidence;          /* that was observed; of clearing the object alone */
	int64_t expected_count; /* beside money, as in struct finding */
	int64_t found_count;
};

/* The table of the stage at hand that keeps its cases. */
const struct state_table *case_home(const struct task *task);
/* A case by its id: its row, and what the documents say of it. False in *known: there is none. */
enum status case_open(struct customer *customer, const char *id, struct matter *it,
                      bool *known) MUST_CHECK;
void case_save(struct matter *it);

#endif
