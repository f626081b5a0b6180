/*
 * customer_agreed - contracts that nothing bills, or nothing any more: a period of one that no line of any subscription
 * bills (seat_agreed.h) is missed when it is known to have passed and the time of the invoices document
 * (never_billed_after, of when it had) is over. That is the case `never_billed`, one a contract, with an evidence for
 * each period; it heals when lines bill them, or when they are no longer agreed. What ends as it was agreed to end stays
 * missed for what it should have brought.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_AGREED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_AGREED_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/seat/seat_contract.h"

/* What is agreed now, all of it. */
enum status customer_agreed(struct customer *it, const struct seat_contract *contracts,
                            size_t count) MUST_CHECK;
/* A book after it changed, and what seat_agreed_digest said before: where it bills otherwise, all is looked at anew. */
enum status customer_agreed_billed(struct customer *it, const struct seat_book *book,
                                   const struct seat_contract *contracts, size_t count,
                                   uint64_t before) MUST_CHECK;
/* The timer's key is "<customer>/<contract>". */
#define CUSTOMER_TIMER_AGREED "agreed"
enum status customer_on_agreed(struct task *task, const char *key);
void customer_need_agreed(struct task *task, const char *key);

#endif
