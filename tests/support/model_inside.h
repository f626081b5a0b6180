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

#define MODEL_TAX_PERCENT 10
#define MODEL_LINES_MAX 12
#define MODEL_PENDING_MAX 4
#define MODEL_USED_LINES_MAX 4

enum model_line_kind {
	MODEL_LINE_SEATS,
	MODEL_LINE_USED,
	MODEL_LINE_LATE, /* what was used and came too late to be billed with its period */
};

/* Amounts are the provider's. */
struct model_line {
	enum model_line_kind kind;
	int64_t amount; /* before its discount; below zero: it gives back */
	int64_t discount;
	int64_t tax;
	int64_t quantity;
	int64_t unit;
	int plan;
	int64_t start_s;
	int64_t end_s;
	bool proration;
};

struct model_invoice {
	const char *id;
	const char *reason; /* the provider's word for what made it */
	int64_t created_s;
	int64_t subtotal;
	int64_t discount;
	int64_t tax;
	int64_t total;
	int64_t starting; /* the customer's balance before it */
	int64_t due;
	int64_t noted_before; /* by credit notes, before it was paid */
	int64_t noted_after;
	int attempts;
	bool outside; /* it is paid beside the provider */
	bool charged; /* a charge names it */
	struct model_line lines[MODEL_LINES_MAX];
	size_t line_count;
};

/* What is used by a meter, in the period that no invoice has billed yet. */
struct model_meter {
	struct chance chance; /* its own, so that the rest of a life is the same without it */
	int kind;             /* of its price; 0: nothing is metered */
	int64_t start_s;      /* 0: there is no such period */
	int64_t end_s;
	bool free;     /* it is a trial */
	int64_t used;  /* units that the provider knows of when it bills them */
	int64_t after; /* and of which it hears later */
	int64_t late;  /* of times that it takes no more: for the next invoice */
	int reports;
};

/* It was said beforehand how a subscription goes on. */
struct model_schedule {
	struct chance chance; /* its own */
	const char *status;   /* NULL: there is none */
	int64_t start_s;
	int64_t turn_s; /* to another plan */
	int64_t end_s;
};

/* What was agreed from a time on; amounts are the provider's. */
struct model_agreed {
	int64_t from_s;
	int64_t quantity;
	int64_t unit;
};

struct model_contract {
	struct chance chance; /* its own */
	bool chosen;
	int64_t until_s;
	struct model_agreed agreed[2]; /* versions of it: the later holds */
	int count;
};

/* The plan is another one, and the month that begins with it is billed as it was before: wrongly. */
struct model_lag {
	struct chance chance; /* its own */
	bool on;
	int plan;
	int64_t unit;
};

/* Taken off each invoice for a time. */
struct model_coupon {
	int64_t percent; /* 0: an amount */
	int64_t amount;  /* 0 too: there is none */
	int64_t start_s;
	int64_t end_s; /* 0: for ever */
};

struct life {
	struct arena *arena;
	uint64_t seed;
	struct chance chance;
	struct model_customer *customer;
	const struct model_currency *currency;
	bool ample;
	bool beside;     /* not the customer's first subscription: it leaves the balance alone */
	int anchor_days; /* of a month on which its own begin */
	bool taxed;
	bool yearly;
	int64_t seats;
	int64_t unit;
	int plan;
	int subscription; /* how many it has had */
	int charge;
	int invoice;
	int note;           /* credit notes, and movements of its balance */
	const char *status; /* of the subscription now */
	int64_t changed_s;  /* since when it is so */
	int64_t past_due_s;
	int64_t trial_start_s; /* 0: there was none */
	int64_t trial_end_s;
	bool paused;
	bool ending;
	int64_t period_start_s;
	int64_t period_end_s;
	int64_t balance; /* the provider's; below zero: to its credit */
	struct model_coupon coupon;
	struct model_meter meter;
	struct model_schedule schedule;
	struct model_contract contract;
	struct model_lag lag;
	struct model_line pending[MODEL_PENDING_MAX]; /* for the next invoice */
	size_t pending_count;
};

struct model_charge {
	const char *id;
	const char *invoice; /* "": none */
	bool beyond;         /* that was paid before */
	int64_t created_s;
	int64_t amount;
	int64_t gross; /* of its balance transaction, minor units of settles_in */
	int64_t fee;
	int64_t refunded;
	int refunds;
	int64_t taken; /* by refunds and disputes */
	bool disputed;
	const char *failure;
};

struct model_move {
	const char *id; /* of the balance transaction */
	const char *type;
	const char *source; /* NULL: none */
	int64_t created_s;
	int64_t amount; /* as the provider signs it, in its units */
	int64_t fee;
	int64_t rate_ppm;
	const char *currency; /* the provider's word */
	const char *payout;   /* NULL: it was not paid out */
};

/* Objects as JSON. */
const char *model_customer_body(const struct life *life, int64_t created_s);
const char *model_subscription_body(const struct life *life);
const char *model_invoice_body(const struct life *life, const struct model_invoice *invoice,
                               const char *status, int64_t at_s);
const char *model_charge_body(const struct life *life, const struct model_charge *charge);
const char *model_intent_body(const struct life *life, const struct model_charge *charge,
                              const char *status);
const char *model_move_body(struct arena *arena, const struct model_move *move);
const char *model_refund_body(const struct life *life, const struct model_charge *charge,
                              const char *id, int64_t amount, int64_t created_s, const char *move);
const char *model_dispute_body(const struct life *life, const struct model_charge *charge,
                               const char *id, const char *status, int64_t amount,
                               int64_t created_s, const char *moves);

/* A credit note of the invoice: before it was paid, by a refund, or to the balance (both NULL: before). */
struct model_note {
	const char *id;
	int64_t net;
	int64_t tax;
	int64_t created_s;
	const char *refund;
	const char *balance; /* what moved it */
};
const char *model_note_body(const struct life *life, const struct model_invoice *invoice,
                            const struct model_note *note);
const char *model_balance_body(const struct life *life, const char *id, const char *type,
                               const char *note, int64_t amount, int64_t created_s);
const char *model_price_body(const struct life *life, int plan, int64_t unit);
/* What nobody reads, of a life that is told amply. */
const char *model_filler(const struct life *life);

const char *model_id(const struct life *life, const char *prefix, int number);
const char *model_subscription_id(const struct life *life);

/* What is billed (model_bill.c). */
void model_bill(struct life *life, int64_t at_s);
/* While collection is paused: an invoice that is void at once. */
void model_bill_nothing(struct life *life, int64_t at_s);
/* The subscription became another within its period: now, or with the next invoice. */
void model_prorate(struct life *life, const struct life *before, int64_t at_s, bool now);
bool model_coupon_holds(const struct life *life, int64_t at_s);
int64_t model_in_steps(const struct life *life, int64_t amount, int64_t numerator,
                       int64_t denominator);

/* A subscription is over: what was used until then. */
void model_bill_rest(struct life *life, int64_t at_s);

void model_say_invoice(struct life *life, const struct model_invoice *invoice, const char *event,
                       const char *status, int64_t at_s);
void model_move_balance(struct life *life, int64_t balance, int64_t at_s);

/* What is noted off (model_note.c). */
void model_note_before(struct life *life, struct model_invoice *invoice, int64_t at_s);
void model_note_by_refund(struct life *life, struct model_invoice *invoice,
                          struct model_charge *charge, int64_t at_s);
void model_note_to_balance(struct life *life, struct model_invoice *invoice, int64_t at_s);
/* An amount is given to the customer, against invoices to come. */
void model_give(struct life *life, int64_t amount, int64_t at_s);

/* What is used (model_usage.c). */
void model_meter_choose(struct life *life, int64_t number);
/* Of a price in tiers: a webhook without them, and an upload with them. */
void model_say_tariff(struct life *life);
/* What a period had is reported; that it had nothing, too. */
void model_meter_use(struct life *life, int64_t start_s, int64_t end_s);
/* Of the period that is over, and what came too late before: how many lines. */
size_t model_used_lines(struct life *life, struct model_line lines[static MODEL_USED_LINES_MAX]);
/* It was billed, or, NULL, no invoice of it stands. */
void model_used_end(struct life *life, const struct model_invoice *invoice);
const char *model_used_item_id(const struct life *life);
const char *model_used_item_body(
    const struct life *life); /* with a comma before it; "": there is none */
const char *model_used_price_body(const struct life *life);

/* How it was said to go on (model_schedule.c). */
void model_schedule_choose(struct life *life, int64_t number);
/* Some subscriptions have one, from their beginning on. */
void model_schedule_begin(struct life *life, int64_t start_s, int64_t turn_s, int64_t end_s);
/* It is the time of another plan. */
bool model_schedule_turns(const struct life *life, int64_t at_s);
void model_schedule_move(struct life *life, int64_t at_s);
/* The subscription is over. */
void model_schedule_end(struct life *life, int64_t at_s);
const char *model_schedule_named(const struct life *life); /* as JSON; "null" */

/* What was agreed (model_contract.c). */
void model_contract_choose(struct life *life, int64_t number);
/* With its first subscription; other seats may be agreed from then_s on. */
void model_contract_begin(struct life *life, int64_t from_s, int64_t then_s, int64_t until_s);
/* What is billed of a plan from a time on is held against what was agreed, and not against the plan. */
bool model_contract_covers(const struct life *life, int plan, int64_t at_s);
/* What an invoice bills otherwise is a case. */
void model_contract_hold(struct life *life, const struct model_invoice *invoice);

/* What is earned later (model_year.c). */
void model_year_put(struct life *life, const struct model_invoice *invoice, bool owed);
/* Of an invoice that bills no year nothing is kept; amounts are the provider's. */
void model_reverse(struct life *life, const char *invoice, const char *object, int64_t amount,
                   int64_t at_s);
/* What was taken back by a refund is a credit note's. */
void model_reverse_instead(struct life *life, const char *invoice, const char *refund,
                           const char *note, int64_t amount);

/* What leaves the balance (model_bank.c). */
/* That pays out what came then; NULL: none does yet. */
const char *model_payout_id(struct arena *arena, uint64_t seed, const char *currency,
                            int64_t created_s);
int model_week(int64_t created_s);
/* It came as an object of its own, and is a part of the balance. */
void model_say_move(struct life *life, const struct model_move *move, bool heavy);

/* What is charged and paid (model_money.c). */
struct model_charge model_pay(struct life *life, const struct model_invoice *invoice, int64_t at_s);
void model_fail_to_pay(struct life *life, const struct model_invoice *invoice, int64_t at_s);
/* A charge that succeeded: as it was then, what went back of it, and as it is in the end. */
void model_live_on(struct life *life, struct model_charge *charge);
/* All of it by mistake: half of them are given back. */
void model_pay_again(struct life *life, const struct model_invoice *invoice, int64_t at_s);
const char *model_refund(struct life *life, struct model_charge *charge, int64_t amount,
                         int64_t at_s);

/* States and truth. */
void model_say(struct life *life, const struct model_state *state);
void model_book(struct life *life, const char *account, const char *currency, int64_t minor);
/* Of each object's states the one that is true in the end. */
void model_let_stand(struct model_customer *customer);
void model_case_add(struct life *life, const char *cause, const char *object_id);
void model_say_subscription(struct life *life, const char *event, int64_t at_s);
void model_say_customer(struct life *life, const char *event, int64_t at_s);
/* Amounts are the provider's, of the customer's currency. */
void model_book_own(struct life *life, const char *account, int64_t amount);
/* Half away from zero. */
int64_t model_share(int64_t amount, int64_t numerator, int64_t denominator);

#endif
