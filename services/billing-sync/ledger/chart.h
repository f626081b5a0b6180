/*
 * chart - the accounts of the ledger: what each is, by a document that finance reads.
 *
 *   {"id":"accounts","version":1,"effective_from":"2020-01-01T00:00:00Z",
 *    "accounts":[{"account":"receivable","number":"1200","type":"asset","side":"debit",
 *                 "sentence":"What customers owe: ..."}, ...]}
 *
 * The rules of booking.h name these accounts and no others, so a document must have each once and none
 * besides; only a version 1 may lack those that came after it. Number is that of the general ledger that exports go to. The schema is
 * deploy/policies/schema/chart.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_CHART_H
#define SERVICES_BILLING_SYNC_LEDGER_CHART_H

#include "common/flow/policy_head.h"

#define CHART_NUMBER_MAX 20    /* bytes of an account's number */
#define CHART_SENTENCE_MAX 400 /* bytes of what is said of it */

enum account {
	ACCOUNT_RECEIVABLE,
	ACCOUNT_UNBILLED,
	ACCOUNT_CLEARING,
	ACCOUNT_CASH_IN_TRANSIT,
	ACCOUNT_CASH,
	ACCOUNT_EXCHANGE,
	ACCOUNT_SUSPENSE,
	ACCOUNT_DEFERRED_REVENUE,
	ACCOUNT_TAX_PAYABLE,
	ACCOUNT_CREDITS,
	ACCOUNT_REVENUE,
	ACCOUNT_REFUNDS,
	ACCOUNT_DISPUTES,
	ACCOUNT_FEES,
	ACCOUNT_BAD_DEBT,
	ACCOUNT_FX,
	ACCOUNT_COUNT,
};

enum account_type {
	ACCOUNT_TYPE_ASSET,
	ACCOUNT_TYPE_LIABILITY,
	ACCOUNT_TYPE_INCOME,
	ACCOUNT_TYPE_CONTRA_INCOME,
	ACCOUNT_TYPE_EXPENSE,
};

struct chart_account {
	const char *number;
	enum account_type type;
	const char *sentence;
};

struct chart {
	struct policy_head head;
	struct chart_account accounts[ACCOUNT_COUNT];
};

extern const struct policy_kind chart_kind;

const char *chart_name(enum account account); /* "cash_in_transit" */
bool chart_find(const char *name, enum account *account);
/* Is it usually above zero? Assets, contra income and expenses are. */
bool chart_type_debits(enum account_type type);

#endif
