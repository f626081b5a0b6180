/*
 * refund - what a charge may still give back, and whether a refund that is asked for is approved.
 *
 * The same of an invoice and its credit notes (crediting.h): what it billed is charged, a credit note a refund.
 *
 * A row is kept for a charge: what was charged, the provider's refunds, the approvals that no refund of the
 * provider stands for yet, and what banks have taken by disputes. What is left is what was charged less all
 * of these, whatever order they are heard in; an approval is taken off the moment it is given, so that two
 * can never give more than there is. An approval ends when a refund of the provider names its action (then
 * that refund counts, unless it failed) or when the one who executes it says that it failed for good; it
 * is never executed again then. The same action again gets the same answer and takes nothing more.
 *
 * An open approval that would pay twice lapses: when a dispute comes up, or an inquiry that the policy does not let
 * it through, or when the money has gone another way. The same action again is refused then; a new one may be approved
 * when the dispute is over and there is something left.
 *
 * Who takes an approval back, or makes it lapse, cannot know whether its refund is on its way. For the time that the policy sets
 * (`withdrawn`) its money is not approved again, unless a refund was heard of that names it: that says itself
 * what it gave.
 *
 * Where the policy wants a second person, what the first approved waits: it takes nothing off, and is judged
 * anew, with the second one's roles, when another confirms that very amount, currency and intent. Who acts on
 * behalf of somebody is neither of the two another time. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_REFUND_REFUND_H
#define SERVICES_BILLING_SYNC_REFUND_REFUND_H

#include "services/billing-sync/refund/refund_policy.h"

#define REFUND_APPROVALS_MAX 64 /* of one charge, ever: each is remembered */
#define REFUND_REFUNDS_MAX 128  /* of one charge, ever */
#define REFUND_DISPUTES_MAX 16  /* of one charge, ever */
#define REFUND_ACTION_SIZE 129  /* of an action's id, with its NUL */

/* From where a later word is believed over an earlier one: a refund that failed does not succeed. */
enum refund_state {
	REFUND_PENDING, /* or requires_action: the money may go any time */
	REFUND_SUCCEEDED,
	REFUND_FAILED, /* or canceled: it came back */
};

enum refund_dispute_state {
	REFUND_DISPUTE_INQUIRY, /* warning_*: no money has moved */
	REFUND_DISPUTE_OPEN,
	REFUND_DISPUTE_CLOSED,
};

/* Why an approval was taken back that nobody took back. */
enum refund_lapse {
	REFUND_LAPSE_NONE,
	REFUND_LAPSE_DISPUTED,
	REFUND_LAPSE_INQUIRED,
	REFUND_LAPSE_GONE,
};
extern const char *const refund_lapse_names[];

/* Ids are the first bytes of their SHA-256, where they are numbers. */
struct refund_approval {
	char action[REFUND_ACTION_SIZE];
	uint64_t content; /* what was asked: another one under the same action is refused */
	int64_t amount;
	struct instant at;
	bool failed;    /* said by the one who executes it, or taken back */
	bool waits;     /* for another's approval */
	bool withdrawn; /* or lapsed, while it could have been executed */
	struct instant withdrawn_at;
	enum refund_lapse lapse;
	uint64_t by; /* while it waits: who asked, and whose key it was */
	uint64_t key;
};

struct refund_made {
	uint64_t refund;
	uint64_t action; /* 0: somebody made it by hand */
	int64_t amount;
	int64_t paid; /* of a credit note: what of it had been paid, and goes back */
	enum refund_state state;
	struct instant at; /* when it was made */
	char currency[4];  /* "": the charge's */
};

struct refund_dispute {
	uint64_t dispute;
	enum refund_dispute_state state;
	int64_t taken; /* and not given back */
};

/* Zero-initialised: the charge is not known yet. */
struct refund_row {
	bool known;
	bool crowded;       /* more than can be kept: nothing is approved any more */
	bool linked;        /* the invoice that it paid knows that it gave back */
	bool said_disputed; /* by the charge: it is, or was */
	int64_t charged;
	int64_t said; /* to have been given back, by the charge */
	char currency[4];
	struct instant charged_at;
	size_t approval_count;
	struct refund_approval approvals[REFUND_APPROVALS_MAX];
	size_t made_count;
	struct refund_made made[REFUND_REFUNDS_MAX];
	size_t dispute_count;
	struct refund_dispute disputes[REFUND_DISPUTES_MAX];
};

uint64_t refund_id(const char *text); /* 0 of "" */

/* What was really taken from the card, of an uncaptured charge 0; and what it says was given back. */
void refund_on_charge(struct refund_row *row, struct money captured, int64_t given,
                      struct instant at);

struct refund_news {
	const char *refund_id;
	const char *action_id; /* as the refund's metadata names it; "" none */
	int64_t amount;
	int64_t paid; /* likewise */
	enum refund_state state;
	struct instant at; /* when it was made */
	char currency[4];  /* "": the charge's */
};
void refund_on_made(struct refund_row *row, const struct refund_news *news);
/* By the provider's word; one that nobody knows counts as open. */
enum refund_dispute_state refund_dispute_state_of(const char *status);
/*
 * Has the customer the money by it, in the provider's words? Of a lost one; of a prevented one too, which the network
 * settles out of our balance, but for a block: that is met by a refund, which is told as one.
 */
bool refund_dispute_gave(const char *status, const char *case_type);
void refund_on_dispute(struct refund_row *row, const char *dispute_id,
                       enum refund_dispute_state state, int64_t taken);
/* The one who executes it gave up for good, or somebody took it back. False: no such approval. */
bool refund_on_failure(struct refund_row *row, const char *action_id, struct instant at) MUST_CHECK;

/* Which refund stands for each approval, by its place among those made; REFUND_NONE: it is open. */
#define REFUND_NONE SIZE_MAX
struct refund_settled {
	size_t by[REFUND_APPROVALS_MAX];
};
struct refund_settled refund_settle(const struct refund_row *row);

enum refund_standing {
	REFUND_STANDING_NONE, /* no such approval */
	REFUND_STANDING_OPEN,
	REFUND_STANDING_SETTLED,
	REFUND_STANDING_FAILED, /* for good */
};
enum refund_standing refund_standing(const struct refund_row *row, const char *action_id);

/* Is a dispute or an inquiry of a bank open; is a refund approved or on its way? */
bool refund_disputed(const struct refund_row *row);
bool refund_pending(const struct refund_row *row);

/*
 * Given back or on its way, by refunds that are known; what is in another currency than the charge not, and so nothing
 * until the charge is known.
 */
int64_t refund_made_sum(const struct refund_row *row);
/*
 * By all refunds that are known; one that failed may still be in what the charge says. Of one in another currency
 * than the charge nobody can say what it gave: more than there is.
 */
int64_t refund_heard(const struct refund_row *row);

/* 0 where nothing is, where more was given than charged, and where one was in another currency. */
int64_t refund_left(const struct refund_row *row);

struct refund_ask {
	const char *action_id; /* shorter than REFUND_ACTION_SIZE */
	struct money money;
	const char *intent;
	const char *const *roles; /* of who approves it, ended by NULL */
	struct instant at;
	bool keyed;      /* with an Idempotency-Key */
	const char *by;  /* who approves it; "" nobody is named */
	const char *key; /* whose key it was: the same, where nobody acts for another */
	struct refund_elsewhere {
		int64_t given; /* of the same money, by other ways */
		int64_t taken;
		bool disputed;
		bool
		    bundled; /* an open dispute of another charge is over more, and this may be it */
		bool crowded; /* more hangs together than can be looked at */
	} elsewhere;
};

enum refund_refusal {
	REFUND_UNKNOWN,       /* no such charge */
	REFUND_ACTION_REUSED, /* with other content */
	REFUND_WRONG_CURRENCY,
	REFUND_WRONG_AMOUNT, /* none, or negative */
	REFUND_TOO_MANY,     /* more refunds than can be kept */
	REFUND_DISPUTED,
	REFUND_INQUIRED,
	REFUND_TOO_MUCH,
	REFUND_REPEATED, /* the same was approved before */
	REFUND_NO_RULE,
	REFUND_TOO_LATE,
	REFUND_OVER_LIMIT, /* of everybody */
	REFUND_WRONG_ROLE,
	REFUND_NOT_ASKED,     /* there is nothing to be confirmed */
	REFUND_NOT_WAITING,   /* it is approved, made or taken back */
	REFUND_OTHER_CONTENT, /* than what was asked for */
	REFUND_NAMELESS,      /* two people are needed, and nobody is named */
	REFUND_SAME_PERSON,
	REFUND_LAPSED,
	REFUND_WITHDRAWN, /* what is left may be on its way */
};
extern const char *const refund_refusal_names[];

struct refund_answer {
	bool approved;
	bool waits; /* instead: for another's approval */
	bool again; /* it was approved, or waits, already */
	int64_t amount;
	int64_t left;     /* after it */
	const char *rule; /* "" where it is approved again, or refused before a rule was asked */
	const char *role; /* that it needs; "" likewise */
	enum refund_refusal code;
	const char *field;  /* of the action, that is wrong; "" where approved */
	const char *reason; /* a sentence of figures, in the arena */
};

/* Takes an approved amount off what is left. */
struct refund_answer refund_decide(struct arena *arena, const struct refund_policy *policy,
                                   struct refund_row *row, const struct refund_ask *ask);
/* The same by a second person: the action is that of the first. */
struct refund_answer refund_confirm(struct arena *arena, const struct refund_policy *policy,
                                    struct refund_row *row, const struct refund_ask *ask);
/* With what else is known of the same money. */
int64_t refund_left_beside(const struct refund_row *row, const struct refund_elsewhere *elsewhere);
/* Is something approved and not made, and so could lapse? */
bool refund_has_open(const struct refund_row *row);
/* Takes the last approval that is open back if not all of them are covered any more. NULL: none lapsed. */
const struct refund_approval *refund_take_back(const struct refund_policy *policy,
                                               struct refund_row *row,
                                               const struct refund_elsewhere *elsewhere,
                                               struct instant at);

/*
 * Version 4 of its bytes: the version; 1 for known plus 2 for crowded plus 4 for linked plus 8 for said to be disputed;
 * charged; currency (3 bytes); charged_at; said; how many approvals and each: action (a text with its size before it), content,
 * amount, at, 1 for failed plus 2 for waits plus 4 times its lapse plus 16 for withdrawn, by and key where it
 * waits, when it was withdrawn where it was; how many refunds and each: refund,
 * action, amount, state, at, paid, currency (a text likewise); how many disputes and each: dispute, state, taken. Numbers are big-endian.
 * Version 3, in which a refund has no currency, and 2, in which nothing waits and there is no paid, are read as well.
 */
struct bytes refund_encode(struct arena *arena, const struct refund_row *row);
/* False: they are none, and what *row holds means nothing. */
bool refund_decode(struct bytes bytes, struct refund_row *row) MUST_CHECK;

#endif
