/*
 * customer_usage_inside - what customer_usage.c and customer_usage_say.c share: one event at hand.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_USAGE_INSIDE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_USAGE_INSIDE_H

#include "services/billing-sync/customer_seat/customer_usage.h"

/* One event at hand. */
struct report {
	struct customer customer;
	const Opsmesh__V1__UsageEvent *message;
	const struct usage_policy *policy;
	struct usage_event event;
	struct instant received;
	struct reported_row own;
	struct reported_row referred;
	struct usage_row original; /* that it refers to */
	bool refers;               /* there is one */
	struct usage_row row;
	bool released; /* it has waited for that one */
	bool kept;     /* it is remembered now */
};

enum status usage_say(struct report *it, const struct usage_answer *answer) MUST_CHECK;
enum status usage_say_refused(struct report *it, const char *code, const char *field,
                              const char *reason) MUST_CHECK;

#endif
