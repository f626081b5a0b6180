/*
 * attempt - how often one card has been tried, against what its network allows.
 *
 *   {"id":"attempts","version":2,"effective_from":"2026-04-18T00:00:00Z","source":"Core Rules of ...",
 *    "budgets":[{"network":"visa","most":20,"within":"30d"},
 *               {"network":"mastercard","most":35,"within":"30d","same_amount":true},
 *               {"network":"mastercard","most":10,"within":"24h"}],
 *    "never":[{"network":"visa","categories":[1]},{"network":"mastercard","advice":["03","21"]}]}
 *
 * A row is kept for a card's fingerprint and network. What has been declined counts, "successes":true lets
 * what came through count too; what the provider did not send counts nowhere. A window is half open: an
 * attempt at T counts until before T + within. A row holds the newest ATTEMPTS_KEPT attempts by time and id,
 * so that it is the same whatever order they are heard in, and however often. Where more than those may
 * lie in a window nobody can count them, and it is refused until the oldest kept one leaves. The version in
 * force when an attempt was made says whether it forbids all others; the one in force now says the
 * budgets. Pure. The schema is deploy/policies/schema/attempts.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_DUNNING_ATTEMPT_H
#define SERVICES_BILLING_SYNC_DUNNING_ATTEMPT_H

#include "common/base/money.h"
#include "services/billing-sync/dunning/decline.h"

#define ATTEMPT_BUDGETS_MAX 32
#define ATTEMPT_MOST_MAX 100 /* well below what is kept */
#define ATTEMPT_WITHIN_MAX DAYS(120)
#define ATTEMPTS_KEPT 256
#define ATTEMPT_WHY_SIZE 24

struct attempt_budget {
	const char *network; /* in small letters */
	int32_t most;        /* as many are allowed */
	struct duration within;
	bool same_amount; /* counts those of the same amount and currency */
	bool successes;   /* counts what came through too */
};

struct attempt_never {
	const char *network;
	uint32_t categories;       /* a bit for each */
	const char *const *advice; /* ended by NULL */
};

struct attempt_policy {
	struct policy_head head;
	const struct attempt_budget *budgets;
	size_t budget_count;
	const struct attempt_never *nevers;
	size_t never_count;
};

/* One charge. */
struct attempt {
	struct instant at;
	uint64_t id; /* first bytes of its id's SHA-256: never changes */
	int64_t amount;
	char currency[4];
	bool declined;
	bool has_wait;
	struct instant wait_until;    /* as the network's advice has it */
	char never[ATTEMPT_WHY_SIZE]; /* "category 1", "advice 03": no other may follow; "" */
};

/* Zero-initialised: never tried. */
struct attempt_row {
	bool forbidden;
	struct instant forbidden_at; /* the earliest that forbade */
	uint64_t forbidden_id;
	char forbidden_why[ATTEMPT_WHY_SIZE];
	bool waits;
	struct instant wait_until; /* the latest */
	size_t count;
	struct attempt kept[ATTEMPTS_KEPT]; /* by time, then id; without wait and never */
};

enum attempt_why {
	ATTEMPT_ALLOWED,
	ATTEMPT_WAITS,     /* the network said when */
	ATTEMPT_BUDGET,    /* used up */
	ATTEMPT_UNCOUNTED, /* more than are kept */
	ATTEMPT_FORBIDDEN, /* with this card never again */
};
extern const char *const attempt_why_names[];

struct attempt_answer {
	bool allowed;
	enum attempt_why why;
	const struct attempt_budget
	    *budget;          /* the one that is used up, or has least left; NULL: none */
	int32_t count;        /* in its window */
	int32_t left;         /* INT32_MAX where the network has no budget */
	struct instant again; /* when it is allowed; TIME_MAX: never */
	const char *detail;   /* why it is forbidden; "" */
};

extern const struct policy_kind attempt_policy_kind; /* of a struct attempt_policy */

/* The policy of when it was made. False: it was none - not sent, without card, charge or time. */
bool attempt_from(const struct attempt_policy *policy, const struct payment_failure *charge,
                  const struct decline_answer *answer, struct attempt *attempt) MUST_CHECK;
void attempt_add(struct attempt_row *row, const struct attempt *attempt);
struct attempt_answer attempt_judge(const struct attempt_policy *policy,
                                    const struct attempt_row *row, const char *network,
                                    struct money money, struct instant now);

/*
 * Version 1 of its bytes: the version; 1 for forbidden plus 2 for waits; where forbidden its time, id and
 * why; where it waits until when; then each attempt kept: time, id, amount, currency, 1 for declined.
 * How many follows from the size. Numbers are big-endian.
 */
struct bytes attempt_encode(struct arena *arena, const struct attempt_row *row);
/* False: they are none, and what *row holds means nothing. */
bool attempt_decode(struct bytes bytes, struct attempt_row *row) MUST_CHECK;

#endif
