/*
 * booking_inside - what the files of the rules share.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_BOOKING_INSIDE_H
#define SERVICES_BILLING_SYNC_LEDGER_BOOKING_INSIDE_H

#include "services/billing-sync/ledger/booking.h"

/* An empty transaction for the fact, without doubt. */
struct booking booking_open(struct arena *arena, const struct booking_fact *fact,
                            const char *reason, const char *object);
/* What a balance transaction changes of the provider's balance, and the fee within. */
void booking_add_balance(struct booking *booking, const struct booking_fact *fact,
                         const char *object, const struct balance_transaction *moved);
/* An account, and what the amount there is about. */
struct booking_side {
	enum account account;
	const char *object;
};
/* One amount from one account to another, and sealed. */
bool booking_move(struct booking *booking, const struct booking_fact *fact,
                  struct booking_side debit, struct booking_side credit,
                  struct money amount) MUST_CHECK;
/* The difference between two sources goes to suspense, and is in doubt. */
void booking_suspend(struct booking *booking, const char *customer, const char *object,
                     const char *currency, int64_t minor);
/*
 * In doubt, where the two amounts are not as the exchange rate says, within its digits. Without a rate, and where
 * another transaction has settled all of it already, there is none.
 */
void booking_hold_to_rate(struct booking *booking, struct money presented,
                          const struct balance_transaction *moved);
/* True: whole, or empty. */
bool booking_seal(struct booking *booking) MUST_CHECK;

#endif
