/*
 * customer_agreed - contracts of which nothing is billed: a month after one is in force, and the time of the
 * invoices document (never_billed_after) after that, no line of any subscription may bill it from its start on.
 * Then it is the case `never_billed`, which heals when a line does, or when it is no longer agreed.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_AGREED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_AGREED_H

#include "services/billing-sync/customer.h"
#include "services/billing-sync/seat_contract.h"

/* What is agreed now, all of it. */
enum status customer_agreed(struct customer *it, const struct seat_contract *contracts,
                            size_t count) MUST_CHECK;
/* A book after it changed: of what it bills the case heals. */
enum status customer_agreed_billed(struct customer *it, const struct seat_book *book,
                                   const struct seat_contract *contracts, size_t count) MUST_CHECK;
/* The timer's key is "<customer>/<contract>". */
#define CUSTOMER_TIMER_AGREED "agreed"
enum status customer_on_agreed(struct task *task, const char *key);
void customer_need_agreed(struct task *task, const char *key);

#endif
