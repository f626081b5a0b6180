/*
 * model_inside - what the files of the model company share: a life as it is lived, and its objects as JSON.
 */
#ifndef TESTS_SUPPORT_MODEL_INSIDE_H
#define TESTS_SUPPORT_MODEL_INSIDE_H

#include "tests/support/chance.h"
#include "tests/support/model_company.h"

struct model_currency {
	const char *word;       /* the provider's */
	const char *code;       /* ISO 4217 */
	int64_t scale;          /* the provider's units in one minor unit */
	int64_t unit;           /* a seat's price a month, the provider's */
	int64_t step;           /* amounts are multiples of it */
	const char *settles;    /* in which a charge is settled */
	const char *settles_in; /* ISO 4217 */
	int64_t rate_ppm;       /* whole units of that for one; 0: the same currency */
	int64_t divide;         /* minor units of this in one of that, by their exponents alone */
};

struct life {
	struct arena *arena;
	struct chance chance;
	struct model_customer *customer;
	const struct model_currency *currency;
	bool ample;
	bool taxed;
	bool yearly;
	int64_t seats;
	int64_t unit;
	int plan;
	int subscription; /* how many it has had */
	int charge;
	int invoice;
	const char *status; /* of the subscription now */
	int64_t past_due_s;
	int64_t trial_start_s; /* 0: there was none */
	int64_t trial_end_s;
	bool paused;
	bool ending;
	int64_t period_start_s;
	int64_t period_end_s;
};

struct model_invoice {
	const char *id;
	int64_t created_s;
	int64_t subtotal;
	int64_t tax;
};

struct model_charge {
	const char *id;
	const char *invoice; /* "": none */
	int64_t created_s;
	int64_t amount;
	int64_t gross; /* of its balance transaction, minor units of settles_in */
	int64_t fee;
	int64_t refunded;
	int64_t taken; /* by refunds and disputes */
	bool disputed;
	const char *failure;
};

struct model_move {
	const char *id; /* of the balance transaction */
	const char *type;
	const char *source;
	int64_t created_s;
	int64_t amount; /* minor units of settles_in, as the provider signs them */
	int64_t fee;
	int64_t rate_ppm;
};

/* Objects as JSON. */
const char *model_customer_body(const struct life *life, int64_t created_s);
const char *model_subscription_body(const struct life *life);
const char *model_invoice_body(const struct life *life, const struct model_invoice *invoice,
                               const char *status, int64_t paid);
const char *model_charge_body(const struct life *life, const struct model_charge *charge);
const char *model_intent_body(const struct life *life, const struct model_charge *charge,
                              const char *status);
const char *model_move_body(const struct life *life, const struct model_move *move);
const char *model_refund_body(const struct life *life, const struct model_charge *charge,
                              const char *id, int64_t amount, int64_t created_s, const char *move);
const char *model_dispute_body(const struct life *life, const struct model_charge *charge,
                               const char *id, const char *status, int64_t amount,
                               int64_t created_s, const char *moves);

const char *model_id(const struct life *life, const char *prefix, int number);
const char *model_subscription_id(const struct life *life);

/* What is charged and paid (model_money.c). */
void model_bill(struct life *life, int64_t at_s);
/* While collection is paused: an invoice that is void at once. */
void model_bill_nothing(struct life *life, int64_t at_s);

/* States and truth. */
void model_say(struct life *life, const struct model_state *state);
void model_book(struct life *life, const char *account, const char *currency, int64_t minor);
void model_case_add(struct life *life, const char *cause, const char *object_id);
void model_say_subscription(struct life *life, const char *event, int64_t at_s);
/* Half away from zero. */
int64_t model_share(int64_t amount, int64_t numerator, int64_t denominator);

#endif
