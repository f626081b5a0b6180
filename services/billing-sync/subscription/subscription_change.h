/*
 * subscription_change - what became another, from one state of a subscription to the next.
 *
 * Pure over what is remembered and what is heard: whatever states lie between, the changes lead from the one
 * to the other, and the same two states give the same changes in the same order (that of the kinds, within
 * a kind by item). A state that is heard twice changes nothing. Where a state was never heard that must
 * have been (a subscription first heard of when it has ended), its change is told from what the later one
 * says of it.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_SUBSCRIPTION_CHANGE_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_SUBSCRIPTION_CHANGE_H

#include "services/billing-sync/subscription/subscription.h"

enum subscription_change_kind {
	SUBSCRIPTION_STARTED,
	SUBSCRIPTION_REACTIVATED, /* started, of a customer who had one before and has none in force */
	SUBSCRIPTION_TRIAL_STARTED,
	SUBSCRIPTION_TRIAL_ENDING, /* soon: by a timer, or at once where it was heard of late */
	SUBSCRIPTION_TRIAL_ENDED,
	SUBSCRIPTION_PLAN_CHANGED,  /* an item has another price, came or went */
	SUBSCRIPTION_SEATS_CHANGED, /* an item has another quantity */
	SUBSCRIPTION_WENT_PAUSED,
	SUBSCRIPTION_RESUMED,
	SUBSCRIPTION_WENT_PAST_DUE,
	SUBSCRIPTION_WENT_UNPAID,
	SUBSCRIPTION_RECOVERED,    /* from past due or unpaid */
	SUBSCRIPTION_CANCEL_ASKED, /* it goes on until effective; again where that has moved */
	SUBSCRIPTION_CANCEL_UNDONE,
	SUBSCRIPTION_ENDED,
	SUBSCRIPTION_EXPIRED, /* the first payment never came */
	SUBSCRIPTION_CHANGES,
};
extern const char *const subscription_change_names[]; /* "started" ..., NULL at the end */

struct subscription_change {
	enum subscription_change_kind kind;
	struct moment effective; /* when it took or takes effect; none: not known */
	struct moment asked;     /* of CANCEL_ASKED and ENDED */
	const char
	    *item; /* of PLAN_CHANGED and SEATS_CHANGED: the item now, or that went; else "" */
	const char *from_price; /* "": the item came */
	const char *to_price;   /* "": the item went */
	int64_t from_quantity;
	int64_t to_quantity;
	const char
	    *reason; /* of ENDED: the provider's word, or ours where it gives none; else "" */
};

/* What is kept of a subscription between two events. Zero-initialised: never heard of. */
struct subscription_memory {
	bool known;
	bool started;
	bool trial_told;              /* that the trial is ending */
	struct moment past_due_since; /* as far as heard in order; seat_book_owing knows better */
	struct subscription seen;     /* where known */
};

/* Of the world around it. */
struct subscription_about {
	struct instant at;            /* business time of the event */
	struct duration trial_notice; /* so long before its end a trial is ending */
	bool customer_returns;        /* it had a subscription before and has none other in force */
};

struct subscription_changes {
	size_t count;
	struct subscription_change *list; /* in the arena */
};

/* Takes the state over into the memory and tells what became another. */
struct subscription_changes subscription_follow(struct arena *arena,
                                                struct subscription_memory *memory,
                                                const struct subscription *now,
                                                const struct subscription_about *about);

/* When the timer is due that tells of the end of a trial; false: none is. */
bool subscription_timer(const struct subscription_memory *memory, struct duration trial_notice,
                        struct instant *due) MUST_CHECK;
/* At that instant. False: there is nothing to tell any more. */
bool subscription_on_timer(struct subscription_memory *memory,
                           const struct subscription_about *about,
                           struct subscription_change *change) MUST_CHECK;

struct bytes subscription_memory_encode(struct arena *arena,
                                        const struct subscription_memory *memory);
bool subscription_memory_decode(struct arena *arena, struct bytes bytes,
                                struct subscription_memory *memory) MUST_CHECK;

#endif
