/*
 * model_company - a company that does not exist: what happens to each of its customers within six months, as
 * the payment provider tells it, and what must be known of it in the end.
 *
 * A customer's whole history follows from a seed and its number. The truth is added up here, from what
 * happened and with nothing of the code that is tested. Amounts are integers: those of states are the
 * provider's, those of the truth minor units by ISO 4217.
 */
#ifndef TESTS_SUPPORT_MODEL_COMPANY_H
#define TESTS_SUPPORT_MODEL_COMPANY_H

#include "common/base/arena.h"

#include <stddef.h>
#include <stdint.h>

#define MODEL_START_S INT64_C(1767225600) /* 1 January 2026 */
#define MODEL_END_S INT64_C(1782864000)   /* 1 July */
#define MODEL_STATES_MAX 1000             /* of one customer, or of the bank */
#define MODEL_SUMS_MAX 40
#define MODEL_CASES_MAX 32
#define MODEL_DEBTS_MAX 24
#define MODEL_MOVED_MAX 96
#define MODEL_SUBSCRIPTIONS_MAX 2
#define MODEL_YEARS_MAX 16    /* invoices of one customer whose time may be yet to come */
#define MODEL_REVERSALS_MAX 8 /* of one of them */
#define MODEL_PAYOUTS_MAX 160
#define MODEL_SETTLED_MAX 5 /* currencies in which it is settled */
#define MODEL_WEEKS 26
/* What a product reported before the last days is said once: nobody remembers it when all is told at the end. */
#define MODEL_REMEMBERED_S (30 * 24 * INT64_C(3600))

/* One state of one object; or what a product reports of a customer, or an account says, which have types of their own. */
#define MODEL_USAGE "usage"
#define MODEL_ACCOUNT "account"
struct model_state {
	const char *object_id;
	const char *type;
	const char *event_type; /* "": no webhook carries it */
	const char *status;     /* "": it has none */
	int64_t created_s;
	const char *object; /* JSON */
	bool stands;        /* nothing comes after it */
	bool heavy;         /* money hangs on it: without it the books would differ */
};

/* What all bookings of an account come to, debit above zero. */
struct model_sum {
	const char *account;
	const char *currency;
	int64_t minor;
};

/* Something that does not add up, and what shows it. */
struct model_case {
	const char *cause;
	const char *object_id;
};

/* What changed the provider's balance. */
struct model_moved {
	const char *id;
	size_t settled;     /* its currency, of model_settled */
	int64_t net;        /* the provider's units */
	const char *payout; /* that paid it; NULL: none did */
	int week;
};

/* So much of an invoice was taken back. */
struct model_reversal {
	const char *object_id;
	int64_t minor;
	int64_t at_s;
};

/* A year that was billed, or a month of a second subscription, to be earned day by day; minor units by ISO 4217. */
struct model_year {
	const char *invoice_id;
	const char *currency;
	bool owed; /* it is not void in the end */
	int64_t minor;
	int64_t start_s;
	int64_t end_s;
	struct model_reversal reversals[MODEL_REVERSALS_MAX];
	size_t reversal_count;
};

/* What is left to be earned as a day begins, so many days after the company's first. */
int64_t model_deferred(const struct model_year *year, int64_t day);

/* An invoice of which payments failed. */
struct model_debt {
	const char *invoice_id;
	int64_t failed;
	const char *status; /* of the invoice in the end */
	int paid;           /* how often it was, as one may be open again */
	int recovered;      /* of these while it was asked for: not after it was given up */
};

/* What a subscription brings a month in the end. */
struct model_brought {
	int64_t parts;      /* in model_customer.brought_in */
	int64_t past_due_s; /* it does not pay now; when that was so first; 0: it pays */
};

struct model_customer {
	const char *id;
	const char *currency; /* of what it brings a month */
	struct model_brought brought[MODEL_SUBSCRIPTIONS_MAX];
	size_t brought_count;
	int64_t brought_in; /* so many parts are a minor unit by ISO 4217 */
	struct model_state *states;
	size_t state_count;
	size_t state_room;
	struct model_sum sums[MODEL_SUMS_MAX];
	size_t sum_count;
	struct model_case cases[MODEL_CASES_MAX];
	size_t case_count;
	struct model_debt debts[MODEL_DEBTS_MAX];
	size_t debt_count;
	struct model_moved moved[MODEL_MOVED_MAX];
	size_t moved_count;
	struct model_year years[MODEL_YEARS_MAX];
	size_t year_count;
	int64_t used;       /* units of its meter, less what was taken back */
	int64_t used_late;  /* and those that came too late for it */
	bool used_unbilled; /* the invoice of a period became void: its states alone tell of it */
};

/* A week's balance in one currency, paid out. */
struct model_payout {
	const char *id;
	bool failed;  /* it came back, and is within the next one's */
	bool differs; /* from what it paid */
};

/* What all customers brought, and what became of it: added up customer by customer, then told. */
struct model_bank {
	int64_t nets[MODEL_SETTLED_MAX][MODEL_WEEKS];
	int64_t counts[MODEL_SETTLED_MAX][MODEL_WEEKS];
	int64_t ends[MODEL_SETTLED_MAX]; /* what is left in the end, minor units by ISO 4217 */
	struct model_customer told;      /* its states and books, of nobody's own */
	struct model_payout payouts[MODEL_PAYOUTS_MAX];
	size_t payout_count;
};

/* Zero-initialised at first. */
void model_bank_add(struct model_bank *bank, const struct model_customer *customer);
void model_bank_tell(struct arena *arena, uint64_t seed, struct model_bank *bank);
/* ISO 4217; NULL at the end. */
extern const char *const model_settled[MODEL_SETTLED_MAX + 1];

/*
 * ample: with the fields that nobody reads, so that a state is as large as the provider's, and without what products
 * report and what it is worth: the provider does not say it.
 */
void model_customer_make(struct arena *arena, uint64_t seed, int64_t number, bool ample,
                         struct model_customer *customer);
/* The event that carries a state; of a state that no webhook carries, and of what is uploaded, the object. */
const char *model_payload(struct arena *arena, const struct model_state *state, bool uploaded);
const char *model_event_id(struct arena *arena, const struct model_state *state);

#endif
