/*
 * customer_usage - what a customer used, in the stage `customer`: rows, and the handlers of ops.usage.v1.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_USAGE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_USAGE_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/usage/usage.h"

/* An event, while it is remembered, or one that has not come and that others wait for. */
struct reported_row {
	const char *customer_id;
	const char *event_key; /* usage_key */
	const char *meter;     /* "": it is of none */
	struct bytes body;     /* usage_encode; absent: it has not come */
	struct bytes
	    held; /* the whole UsageEvent, while it waits for the one it refers to; absent: it does not */
	const char *waiting; /* keys of events that wait for it, a line each; NULL: none */
};

/* What was used of a meter on a day; corrections count on their own day, what was cancelled not at all. */
struct used_row {
	const char *customer_id;
	const char *meter;
	int64_t day;     /* UTC, since 1970 */
	int64_t in_time; /* that the provider's meter was to hear of */
	int64_t late;    /* that the next invoice is to carry */
};

extern const struct state_table reported_table;
extern const struct state_table used_table;

#define CUSTOMER_TIMER_USAGE "usage"
enum status customer_on_usage(struct task *task, const char *key);
void customer_need_usage(struct task *task, const char *key);

enum status customer_on_reported(struct task *task, const Opsmesh__V1__UsageReported *reported);
void customer_need_reported(struct task *task, const ProtobufCMessage *message);

#endif
