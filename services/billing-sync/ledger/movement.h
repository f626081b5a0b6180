/*
 * movement - what a balance transaction is to the ledger, by a dated document of the provider's words.
 *
 *   {"id":"stripe","version":1,"effective_from":"2020-01-01T00:00:00Z","source":"where they are listed",
 *    "rules":[{"movement":"charge","types":["charge","payment"]},
 *             {"movement":"dispute","types":["adjustment"],"categories":["dispute"]},
 *             {"movement":"dispute","types":["adjustment"],"sources":["dp_","du_"]}]}
 *
 * The first rule counts whose types have the transaction's type, and whose categories (if it names any) its
 * reporting category, and whose sources (if it names any) begin the id of its source. What no rule names is
 * unknown: it is held in suspense, never guessed. The schema is deploy/policies/schema/movements.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_MOVEMENT_H
#define SERVICES_BILLING_SYNC_LEDGER_MOVEMENT_H

#include "common/flow/policy_head.h"
#include "services/billing-sync/ledger/balance_transaction.h"

#define MOVEMENT_RULES_MAX 64
#define MOVEMENT_WORDS_MAX 64

enum movement {
	MOVEMENT_CHARGE,  /* booking_settlement */
	MOVEMENT_REFUND,  /* booking_refund, and its failure */
	MOVEMENT_DISPUTE, /* booking_dispute, both ways */
	MOVEMENT_FEE,     /* booking_fee */
	MOVEMENT_PAYOUT,  /* nothing: payouts are booked when they have arrived */
	MOVEMENT_UNKNOWN, /* booking_held */
};

struct movement_rule {
	enum movement movement;
	const char *const *types;      /* all three ended by NULL */
	const char *const *categories; /* empty: any */
	const char *const *sources;    /* empty: any */
};

struct movement_policy {
	struct policy_head head;
	struct movement_rule rules[MOVEMENT_RULES_MAX];
	size_t count;
};

/* Which object has to be known before a transaction can be booked. */
enum movement_place {
	MOVEMENT_OF_CHARGE,  /* the charge that is its source */
	MOVEMENT_OF_SOURCE,  /* the refund or dispute that is its source, and that one's charge */
	MOVEMENT_OF_BALANCE, /* none: by itself */
};

extern const struct policy_kind movement_kind;
enum movement movement_of(const struct movement_policy *policy,
                          const struct balance_transaction *transaction);
enum movement_place movement_place(const struct movement_policy *policy,
                                   const struct balance_transaction *transaction);

#endif
