/*
 * dunning - where the collection of one unpaid invoice stands, and what is due next.
 *
 * A row is kept for a customer, a currency and an invoice: currencies never share a count. It begins with the
 * first failed attempt and takes the steps of its policy: the version in force when it began (policy_at of
 * `started`, before that of the failure). While a
 * dispute, a refund or a billing ticket is open on the invoice its clock stands still; when the last of
 * them has ended it goes on where it was. A round of collection is one charge: however many objects say
 * that it failed it counts once; where the provider's own count is higher, that one holds. A payment
 * ends and resets it; an attempt that was made before the payment does not begin it again.
 *
 * A step whose conditions do not hold waits for them, until a later one is taken in its stead; steps are
 * never taken backwards, and one at a time. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_DUNNING_DUNNING_H
#define SERVICES_BILLING_SYNC_DUNNING_DUNNING_H

#include "services/billing-sync/dunning/dunning_policy.h"

#define DUNNING_HOLDS_MAX 32     /* open on one invoice at a time */
#define DUNNING_HOLD_ID_SIZE 129 /* of a dispute, a refund, a ticket, with its NUL */
#define DUNNING_RESPONSE_SIZE 64 /* of a decline code, with its NUL; longer ones are cut */

enum dunning_status {
	DUNNING_IDLE, /* nothing has failed */
	DUNNING_RUNNING,
	DUNNING_RECOVERED, /* paid since */
	DUNNING_OVER,      /* every step was taken */
	DUNNING_STOPPED,   /* voided or written off: nobody asks for it any more */
};

enum dunning_why {
	DUNNING_DISPUTE,
	DUNNING_REFUND,
	DUNNING_TICKET,
};
extern const char *const dunning_why_names[];

struct dunning_hold {
	enum dunning_why why;
	char id[DUNNING_HOLD_ID_SIZE];
};

/* Zero-initialised: nothing has failed. */
struct dunning_row {
	enum dunning_status status;
	struct instant started; /* the first failure; means nothing while idle */
	struct instant ended;   /* paid, stopped or over */
	size_t next;            /* of the policy's steps; those before are taken or passed over */
	bool has_step;
	struct instant last_step; /* when it was taken */
	int32_t counted;          /* the provider's attempt_count */
	bool exhausted_said;
	size_t charge_count;
	uint64_t charges[DUNNING_ATTEMPTS_MAX]; /* first bytes of their ids' SHA-256, sorted */
	struct instant response_at;
	char response[DUNNING_RESPONSE_SIZE]; /* the last decline code; "" */
	struct instant held_since;            /* while a hold is open; counts from `started` on */
	struct instant held_to;               /* the end of the last time it was held */
	struct duration held_for;             /* since it began, without what is open now */
	size_t hold_count;
	struct dunning_hold holds[DUNNING_HOLDS_MAX];
};

/* One failed attempt, as one of its objects tells it. */
struct dunning_failure {
	struct instant at;
	const char *charge_id; /* "": the object does not say it */
	int64_t attempt_count; /* the provider's; 0: does not say it */
	const char *response;  /* the decline code; "" */
};

/* What the customer owes in the row's currency. */
struct dunning_facts {
	char currency[4];
	int32_t unpaid_invoices;
	int64_t amount_unpaid;
	bool has_earliest;
	struct instant earliest_unpaid; /* when the earliest unpaid invoice became due */
};

enum dunning_decision_kind {
	DUNNING_STEP_DUE,
	DUNNING_HELD,
	DUNNING_RESUMED,
	DUNNING_PAID, /* recovered */
	DUNNING_EXHAUSTED,
};

struct dunning_decision {
	enum dunning_decision_kind kind;
	const struct dunning_step
	    *step;            /* the one that is due; else the last that was taken, or NULL */
	enum dunning_why why; /* of a hold */
	const char *hold_id;  /* of a hold; "" */
	int32_t attempts;
	const char *reason; /* a sentence of figures, in the arena */
};

#define DUNNING_DECISIONS_MAX 2
struct dunning_decisions {
	size_t count;
	struct dunning_decision list[DUNNING_DECISIONS_MAX];
};

int32_t dunning_attempts(const struct dunning_row *row);

/* Each gives what it decides; none where it changes nothing, as of a repetition. */
struct dunning_decisions dunning_fail(struct arena *arena, const struct dunning_policy *policy,
                                      struct dunning_row *row,
                                      const struct dunning_failure *failure);
struct dunning_decisions dunning_pay(struct arena *arena, const struct dunning_policy *policy,
                                     struct dunning_row *row, struct instant at);
void dunning_stop(struct dunning_row *row, struct instant at);
/* False: the id is too long, or too many are open; nothing is changed. */
bool dunning_hold(struct arena *arena, struct dunning_row *row, enum dunning_why why,
                  const char *id, struct instant at,
                  struct dunning_decisions *decisions) MUST_CHECK;
struct dunning_decisions dunning_release(struct arena *arena, struct dunning_row *row,
                                         enum dunning_why why, const char *id, struct instant at);
/* After any change and at the time that dunning_next gave: at most one step. */
struct dunning_decisions dunning_tick(struct arena *arena, const struct dunning_policy *policy,
                                      struct dunning_row *row, const struct dunning_facts *facts,
                                      struct instant now);
/* When to look again, if nothing changes; false: time alone brings nothing. */
bool dunning_next(const struct dunning_policy *policy, const struct dunning_row *row,
                  const struct dunning_facts *facts, struct instant *at) MUST_CHECK;

/*
 * Version 1 of its bytes: the version, status, next, 1 for has_step plus 2 for exhausted_said; started,
 * ended, last_step, counted, held_since, held_to, held_for, response_at as 8 bytes each; response; how many
 * charges and each; how many holds and each with why and id. Numbers are big-endian, a text has its size
 * in a byte before it.
 */
struct bytes dunning_encode(struct arena *arena, const struct dunning_row *row);
/* False: they are none, and what *row holds means nothing. */
bool dunning_decode(struct bytes bytes, struct dunning_row *row) MUST_CHECK;

#endif
