/*
 * object_type - the provider's types of objects: to whom each belongs, and how its life goes.
 *
 * One table; what it does not name is mirrored as well, belongs to nobody and has no stages. The words are
 * Stripe's (API reference, the attributes of each object; versions up to 2025), in the order of a life. A
 * place in that order decides only between two states of the same second:
 *
 *   subscription      A cancelled one and one whose first invoice expired are ended for ever: Stripe makes
 *                     a new object where the customer comes back.
 *   invoice           From open to paid, void or uncollectible, and from uncollectible to paid or void.
 *                     Paid stands last, because money has moved then; a later second may still reopen it.
 *   refund, payout    Stripe says that each may fail after it has succeeded; so failed stands last.
 *   dispute           An inquiry (warning_...) may become a dispute; lost may become won (a late win), won
 *                     never lost. charge_refunded is the word of versions before 2018.
 *   balance           The provider gives it no id: who uploads one names it "balance". Nor does it say of a
 *                     balance transaction which payout paid it, but in the list of that payout's: who
 *                     uploads such a list writes the payout's id into each, as `payout`.
 *   payment_intent    The words with "source" are those of versions before 2019. Its customer may be updated until it
 *                     succeeds; it alone moves. A charge may be given a customer only where it has none, a payment
 *                     method that was detached is never attached again, and of everything else no update has
 *                     that parameter.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_OBJECT_TYPE_H
#define SERVICES_BILLING_SYNC_MIRROR_OBJECT_TYPE_H

#include <stdbool.h>

#define OBJECT_TYPE_PATHS 2
#define OBJECT_TYPE_COUNTERS 3

/*
 * Paths are fields with dots between them; where there are several, the first that says something counts,
 * but of counters each.
 */
struct object_type {
	const char *name;                        /* the provider's word; NULL: any other */
	const char *customer[OBJECT_TYPE_PATHS]; /* to whom it belongs */
	const char *charge[OBJECT_TYPE_PATHS];   /* the charge or intent that it must meet, or is */
	const char *source;      /* the refund or dispute that it must meet, or is */
	const char *payout;      /* the payout that paid it */
	const char *status;      /* where its status stands */
	const char *const *life; /* statuses in the order of a life, ended by NULL */
	const char *ended;       /* from this status on nothing comes after */
	const char *counters[OBJECT_TYPE_COUNTERS]; /* numbers that only grow */
	const char *list;                           /* a list that webhooks cut (has_more) */
	const char *missing[OBJECT_TYPE_PATHS];     /* ids of objects that no webhook carries */
	bool everywhere;                            /* reference data: every shard has it */
	bool silent;                                /* no webhook tells of it */
	bool reused;       /* the merchant chooses the id: what was deleted may be made anew */
	bool one_currency; /* its currency never changes */
	bool one_amount;   /* "amount" and "fee" never change */
	bool of_balance;   /* the provider's balance is made of it */
	bool by_prefix;    /* of its source: the id tells whether that is a charge */
	bool moves;        /* it may become another customer's */
};

/* Never NULL. */
const struct object_type *object_type_of(const char *name);
/* From 1 in the order of a life; 0: no status, or one that this build has not heard of. */
int object_type_rank(const struct object_type *type, const char *status);
/* Nothing comes after this status. */
bool object_type_ends(const struct object_type *type, const char *status);

#endif
