/*
 * mirror - one object as we have it, and what an observation does to it. Pure.
 *
 * Any order and any repetition of observations ends in one state, because the state that stands is the
 * greatest of all that came, in an order that the observations themselves carry:
 *
 *   1. content before a bare note of deletion
 *   2. ended before not ended: what is deleted, or a subscription that is over, does not come back
 *   3. the provider's time in whole seconds; of an object without an event that at which it was so, as its
 *      sender says, else the arrival's
 *   4. the rank of its status in the life of its type (object_type.h)
 *   5. what only grows (refunded so far, attempts, times redeemed)
 *   6. the event's verb: created, attached, others, detached, deleted; an object without an event last
 *   7. the version of the payload, the event's id, the digest, the event's type
 *
 * The provider says not to order by `created`: two events of one second have the same. Steps 4 to 6 put
 * most of those into the order in which they happened. What remains equal is told apart by step 7, which
 * means nothing. Arrival would mean nothing either, and cannot converge: of two states that differ in
 * their arrival alone, one order of delivery ends in the first and the other in the second. Arrival
 * counts in one place: live or test mode, the connected account, the currency, the customer (but of what moves:
 * object_type.h), the charge, a balance transaction's amount and its payout are what was said first; who says
 * otherwise later is refused, and that is said, whatever the order.
 *
 * But for step 2 nothing is unmodifiable: a later state stands, be it a dispute won after it was lost
 * or an invoice open after it was paid. Deletion is kept apart from the content, so that the object as it
 * last was stays when the provider says no more than that it is gone. Where merchants choose ids
 * (object_type.h: reused), a state later than the deletion is a new life.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_MIRROR_H
#define SERVICES_BILLING_SYNC_MIRROR_MIRROR_H

#include "services/billing-sync/mirror/observed.h"

/*
 * A row of the table `object`. An id may stand in several rows, one a type: Stripe shows a price as a plan
 * too, and a card as a payment method. Texts and times that are not known are NULL and TIME_MIN.
 */
struct object_row {
	const char *object_id;
	const char *object_type; /* the provider's word; "": it said none */
	const char *customer_id; /* to whom it belongs, as the latest said that named one */
	struct instant customer_at;
	const char *charge_id;
	const char *payout_id; /* that paid it */
	const char *status;
	int64_t rank;
	int64_t progress;
	int64_t verb;
	int64_t revision; /* how often a state was taken over; 0: nothing but asked is known */
	bool bare;        /* of the body, as in struct observed */
	bool ended;
	bool deleted;
	struct instant gone_at; /* the latest deletion */
	const char *mode;       /* "live", "test" */
	const char *account;    /* "": the platform's own */
	const char *currency;   /* ISO 4217, upper case */
	const char *amount;     /* as in struct observed, of a type that has one for ever */
	const char *api_version;
	struct instant state_at;
	struct instant seen_at; /* when the body came to us */
	const char *event_id;
	const char *event_type;
	int64_t provenance; /* of the body: opsmesh.v1.Provenance */
	const char *digest;
	struct bytes body;
	const char *asked; /* what was asked for on its behalf: see wanted.h */
	const char *
	    swept; /* what a list page had otherwise and nothing explains: sweep_word; NULL: nothing */
	struct instant swept_at; /* the state that had stood then */
	struct bytes named;      /* NamedList, packed: see object_named.c; absent: nothing */
	const char *swept_of;    /* the customer who was told so; NULL: none was known */
	const char *refused; /* the field of a state that was refused, and is a case; NULL: none */
	struct instant refused_at; /* when that was so */
	const char *refused_of;    /* whose case it is; NULL: no customer's */
};

enum mirror_verdict {
	MIRROR_TAKEN,    /* the row has another content, or is deleted, or lives again */
	MIRROR_SAME,     /* nothing new is said */
	MIRROR_STALE,    /* something else is said, and what stands is the later */
	MIRROR_CONFLICT, /* it contradicts what never changes: the row is as it was */
};

enum mirror_stale {
	MIRROR_OLDER,         /* what stands was made later */
	MIRROR_EARLIER_STAGE, /* in the same second, and comes after it by steps 4 to 7 */
	MIRROR_ENDED,         /* what stands has ended for ever */
};

struct mirror_answer {
	enum mirror_verdict verdict;
	enum mirror_stale stale; /* of STALE */
	const char *field;       /* of CONFLICT: what contradicts, and how */
	const char *reason;
	bool save;     /* the row is another, if only in what it knows of its state's time */
	bool customer; /* the row's customer is another than before */
	const char *
	    left; /* a customer who had it, or may have heard so, and whose it is not; NULL: none */
	bool charge;
	bool payout;
};

/* An object of which nothing is known. The texts are borrowed. */
struct object_row mirror_row(const char *object_id, const char *object_type);
/* Folds what was observed at seen_at into the row, which borrows its texts. */
struct mirror_answer mirror_fold(struct object_row *row, const struct observed *seen,
                                 struct instant seen_at, int64_t provenance);

#endif
