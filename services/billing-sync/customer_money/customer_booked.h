/*
 * customer_booked - a money fact of a customer's becomes a transaction of the ledger, once; what is doubtful about it
 * is said as a discrepancy.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_BOOKED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_BOOKED_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/ledger/booking.h"

struct booking_fact booked_fact(const struct customer *it, struct instant at);
/* In *booked whether it is new. */
enum status booked_once(struct customer *it, const struct booking *booking,
                        bool *booked) MUST_CHECK;
/* A fact that may become another (restated.h): what is doubtful now is a case, and no longer what was. */
enum status booked_anew(struct customer *it, const struct booking *booking) MUST_CHECK;
/*
 * Of a balance transaction, once: the stage `payout` hears that it has been placed, and who tells the same one
 * with another amount is contradicted.
 */
enum status booked_moved(struct customer *it, const struct booking *booking,
                         const struct balance_transaction *moved, bool *booked) MUST_CHECK;
/* Minor units as evidence has them: the provider's integers. */
int64_t booked_units(const struct customer *it, const char *currency, int64_t minor);

#endif
