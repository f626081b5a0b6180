/*
 * tally - what is counted for the networks' programmes and for patterns, a sum for each day and value.
 *
 * A payment counts once, when it is captured; a dispute once, whatever becomes of it; an early fraud warning once. What a
 * programme counts of them its document says. A payment and its disputes may come in any order, and what was counted may
 * become another (an inquiry that escalates): then the sum of before is less by it and that of now is more, so that the sums
 * are the same whatever came first.
 *
 * The stage index counts what its customers have, and tells by a timer of mesh time what is more since it was told last: no
 * batch shows in that. The stage programme adds what all shards tell.
 */
#ifndef SERVICES_CHARGEBACK_TALLY_TALLY_H
#define SERVICES_CHARGEBACK_TALLY_TALLY_H

#include "common/flow/task.h"
#include "opsmesh/v1/billing.pb-c.h"

#define TALLY_PROGRAMMES "programmes:" /* a network's name behind it: what is watched */
#define TALLY_PATTERNS "patterns"
#define TALLY_TIMER "tell"           /* one of a shard */
#define TALLY_TELL_EVERY MINUTES(15) /* a busy shard tells a day's sums some hundred times */

/* Of the events of a network, in tally_row.kind; so are the columns `kind` of all tables, of which migration 0003 names the first four. */
enum tally_kind {
	TALLY_WARNING = 1,
	TALLY_FRAUD = 2,
	TALLY_INQUIRY = 4,
	TALLY_PREVENTED = 8,
	TALLY_COMPELLING =
	    16, /* of a dispute that compelling evidence proved; so are its payment's warnings */
};

/* One sum; as TallyCounted (tally.proto) says. */
struct tally_row {
	const char *watched;
	struct instant day; /* its beginning in UTC */
	const char *dimension;
	const char *value;
	int64_t kind;
	const char *currency; /* ISO 4217; "": there is no amount */
	int64_t payments;
	int64_t authenticated;
	int64_t events;
	int64_t minor; /* of the events, in the currency */
};
#define TALLY_KEY_COLUMNS 6
extern const struct column tally_columns[];

/* Adds the figures to those of the same sum; one that is zero then has no row. */
void tally_add(struct task *task, const struct state_table *table, const struct tally_row *more);

/* What is known of a payment; of one that has not come yet only its events. */
struct tally_payment_row {
	const char *payment_id;
	const char *network; /* "": none, or not known, as the two below */
	const char *country;
	const char *funding;
	struct instant made_at; /* TIME_MIN: not known */
	bool captured;          /* once it was, it stays so */
	bool authenticated;
	const char *invoice_id; /* "": not known, as the product */
	const char *product;    /* of the subscription of the invoice; one that is known stays */
	const char *events;     /* ids of its disputes and warnings (listed.h) */
};

/* A dispute or warning. */
struct tally_event_row {
	const char *event_id;
	const char *payment_id; /* its own id where none is named */
	const char *network;    /* as the dispute itself says */
	struct instant
	    at; /* when it was opened; what was an inquiry when it escalated; TIME_MIN: not known */
	int64_t kind;
	int64_t minor;
	const char *currency; /* "": not known */
};

/* From an invoice to its subscription, from a subscription to what it began with. */
struct tally_link_row {
	const char *id;
	const char *next;    /* of an invoice the subscription; "": not known, or none */
	const char *product; /* of a subscription; "": not known */
	const char *waiting; /* payments that came this far (listed.h) */
};

extern const struct state_table tally_link_table;
extern const struct state_table tally_payment_table;
extern const struct state_table tally_event_table;
extern const struct state_table tally_waiting_table; /* of struct tally_row: not told yet */

/* What the payment was for. "": it is not known yet; then the payment waits where the way ends. */
const char *tally_product_of(struct task *task, const char *invoice_id, const char *payment_id);
/* Where the way goes on, or ends: the payments that waited there (listed.h). What is known stays. */
const char *tally_link(struct task *task, const char *id, const char *next, const char *product);

/* Of the stage index: any fact of ops.billing.v1. What is not counted has no effect. */
enum status tally_on_billing(struct task *task,
                             const Opsmesh__V1__BillingEvent *billing) MUST_CHECK;
/* The rows that it will load. */
void tally_need_billing(struct task *task, const Opsmesh__V1__BillingEvent *billing);
enum status tally_tell(struct task *task, const char *key);

#endif
