/*
 * customer_foreign - a refund or dispute in another currency than its charge.
 *
 * What it says is no amount of the charge. Where its balance transaction is in the currency that the charge was
 * settled in (or charged in), that says what of the charge it is: by the charge's own rate, so that nothing is
 * won or lost by exchange. In any other currency nothing is booked: the case `currency_changed`, of the amount
 * that it says, until such a transaction comes or the refund fails; the stage `payout` takes the transaction to
 * suspense. A dispute moves money by its transactions alone, and is no case without.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_FOREIGN_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_FOREIGN_H

#include "services/billing-sync/customer_money/customer_ledger.h"

/* A refund or dispute in another currency than its charge that was booked. */
struct foreign_row {
	const char *customer_id;
	const char *object_id;
	const char *charge_id;
};

extern const struct state_table foreign_table;

/* What of the charge a transaction moved, above zero. False: nobody can say. */
bool foreign_part(const struct charged_row *row, const struct balance_transaction *moved,
                  int64_t *part) MUST_CHECK;
/* It is not booked; the amount is that of the object, in its currency. */
enum status foreign_held(struct customer *it, const struct charged_row *row, const char *object,
                         struct money amount) MUST_CHECK;
/* It is booked by one of its transactions. */
enum status foreign_booked(struct customer *it, const struct charged_row *row,
                           const char *object) MUST_CHECK;
/* A refund in its state now, of a charge that is known. */
enum status foreign_refund(struct thing *thing, const struct charged_row *row) MUST_CHECK;

#endif
