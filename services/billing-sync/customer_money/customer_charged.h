/*
 * customer_charged - what a customer was charged, or what settles it, becomes another.
 *
 * A charge is captured in parts, each settled by a transaction of its own, or it succeeds and fails after all. The
 * charge is stated anew (restated.h), each balance transaction is booked once, and what they do not settle of it is
 * stated anew with each of them: so the books end the same in every order.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_CHARGED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_CHARGED_H

#include "services/billing-sync/customer_money/customer_ledger.h"

/* What of a charge a balance transaction of its own settles. */
int64_t charged_part(const struct charged_row *row, const struct balance_transaction *settled);
/* One does, which is booked: what of the charge is not settled is stated anew. The row is saved. */
enum status charged_settled(struct customer *it, struct charged_row *row,
                            const struct balance_transaction *settled) MUST_CHECK;
/* From now on it is waited for. */
void charged_await(struct customer *it, const struct charged_row *row);
/* A charge that was booked otherwise. The row is changed, and remains to be saved. */
enum status charged_anew(struct customer *it, struct charged_row *row,
                         const struct ledger_charge *charge) MUST_CHECK;

#endif
