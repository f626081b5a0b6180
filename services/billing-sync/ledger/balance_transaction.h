/*
 * balance_transaction - how an amount moved at the payment provider: gross, fee, net, by its own record.
 *
 * Amounts are the provider's integers in the currency in which the account settles; the exchange rate, as
 * it is written, is that from the currency of the source. No webhook carries these objects.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_BALANCE_TRANSACTION_H
#define SERVICES_BILLING_SYNC_LEDGER_BALANCE_TRANSACTION_H

#include "common/base/arena.h"
#include "common/io/json.h"
#include "services/billing-sync/rule/currency.h"

#define BALANCE_TRANSACTION_BYTES_MAX \
	1048576 /* one object with its fee details and source expanded */

struct balance_transaction {
	const char *id;
	const char *type;               /* the provider's word: "charge", "stripe_fee" */
	const char *reporting_category; /* "dispute_reversal"; "" in old versions */
	int64_t amount;                 /* gross; below zero: it left */
	int64_t fee;
	int64_t net; /* amount less fee */
	char currency[4];
	const char *exchange_rate; /* digits as they are written; "": nothing was exchanged */
	const char *source;        /* id of the charge, refund, dispute, payout; "": none */
	struct instant created;
};

/* One object as JSON. What it gives lives in the arena. */
bool balance_transaction_read(struct arena *arena, struct bytes json,
                              struct balance_transaction *transaction,
                              struct json_error *error) MUST_CHECK;
/*
 * Those that a refund or dispute has within it, whole: its own, that of its failure, those of its list. It has
 * two at most; what is beyond the bound is not looked at, and who is only named by an id is not within.
 */
#define BALANCE_TRANSACTIONS_WITHIN 12
size_t balance_transactions_within(const json_t *object,
                                   const json_t *found[static BALANCE_TRANSACTIONS_WITHIN]);
/*
 * From the provider's integers to the minor units of struct money, as booking.h takes them. False: nothing
 * was changed, and the reason names the currency.
 */
bool balance_transaction_in_money(const struct currency_policy *policy,
                                  struct balance_transaction *transaction,
                                  char reason[static CURRENCY_REASON_SIZE]) MUST_CHECK;

#endif
