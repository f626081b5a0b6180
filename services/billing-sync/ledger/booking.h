/*
 * booking - from a money fact to a transaction of the ledger: the rules.
 *
 * Each rule books one fact by itself, so that the order of facts does not matter: a charge debits clearing,
 * its balance transaction takes it out of there again. Amounts are minor units of struct money
 * (balance_transaction_in_money converts). Where two currencies meet, each is zero by itself: the account
 * `exchange` stands between them, under the id of the charge. A refund or dispute takes out of it what the
 * same part of the charge had brought in (rounded half up over all that was taken so far, so that a charge
 * that is wholly refunded leaves nothing); what it took beyond that is an FX loss, what it took less a gain, in
 * one account, because which of two refunds gained a unit depends on their order, and their sum does not.
 *
 * Nothing is guessed and nothing is left out: an amount that a fact cannot explain goes to suspense, in the
 * same transaction, and `doubt` says so, for a discrepancy.
 *
 * A rule answers false when the transaction cannot be (journal.fault says why); true with no lines when
 * there is nothing to book. The texts given are borrowed by the journal.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_BOOKING_H
#define SERVICES_BILLING_SYNC_LEDGER_BOOKING_H

#include "services/billing-sync/ledger/balance_transaction.h"
#include "services/billing-sync/ledger/journal.h"

#define BOOKING_LINES_MAX 1000 /* of an invoice; what the provider has more of is cut (has_more) */

enum booking_doubt {
	BOOKING_SURE,
	BOOKING_AMOUNT, /* two sources name different amounts: the difference is in suspense */
	BOOKING_RATE,   /* they are not as the exchange rate says, and booked as they are */
};

struct booking {
	struct journal journal;
	enum booking_doubt doubt;
	struct money unexplained; /* of BOOKING_AMOUNT: what went to suspense, credit below zero */
	struct money settled;     /* of BOOKING_RATE: what the balance transaction says, and */
	struct money
	    rated; /* what its rate makes of it; without a currency: the rate makes no amount */
};

/* What all rules are told. */
struct booking_fact {
	const char *cause;    /* ce_id */
	const char *customer; /* "": nobody is known */
	struct instant at;
	struct instant booked_at;
};

/* Charges. */

struct booking_charged {
	const char *charge;
	struct money presented; /* what the customer was charged */
	struct money settled;   /* gross of its balance transaction */
	int64_t taken;          /* of presented, by refunds and disputes booked before this one */
};

/* What the customer was charged, in their currency. */
bool booking_charge(struct arena *arena, const struct booking_fact *fact, const char *charge,
                    struct money presented, struct booking *booking) MUST_CHECK;
/* Its balance transaction: net is on its way, the fee is kept, clearing is empty again. */
bool booking_settlement(struct arena *arena, const struct booking_fact *fact, const char *charge,
                        struct money presented, const struct balance_transaction *settled,
                        struct booking *booking) MUST_CHECK;
/*
 * So much of a charge, in its currency, its balance transactions do not settle (below zero: they settle more): in
 * doubt, or, where they are in another currency, what their rates make of it. And so much more of that other
 * currency was to be relieved by what had gone back before the charge's rate was known as it is now.
 */
bool booking_unsettled(struct arena *arena, const struct booking_fact *fact,
                       const struct booking_charged *charged, int64_t rest, int64_t relief,
                       struct booking *booking) MUST_CHECK;
/* A charge pays an invoice, or a part of it. */
bool booking_applied(struct arena *arena, const struct booking_fact *fact, const char *charge,
                     const char *invoice, struct money amount, struct booking *booking) MUST_CHECK;
/* An invoice was paid outside of the provider. */
bool booking_outside(struct arena *arena, const struct booking_fact *fact, const char *invoice,
                     struct money amount, struct booking *booking) MUST_CHECK;

/* What is taken from a charge, and given back to it. */

/*
 * A refund by its balance transaction (or its failure, whose amount is above zero). amount is that of the
 * refund object, in the charge's currency. *taken is the charge's afterwards.
 */
bool booking_refund(struct arena *arena, const struct booking_fact *fact,
                    const struct booking_charged *charged, const char *refund, int64_t amount,
                    const struct balance_transaction *moved, struct booking *booking,
                    int64_t *taken) MUST_CHECK;
/*
 * One of the balance transactions of a dispute, whose status does not matter: below zero it withdraws,
 * above it reinstates. amount is what moved in the charge's currency. What is beyond the charge itself is
 * not the charge's money: a card issuer that converted at another day's rate takes more than was paid.
 */
bool booking_dispute(struct arena *arena, const struct booking_fact *fact,
                     const struct booking_charged *charged, const char *dispute, int64_t amount,
                     const struct balance_transaction *moved, struct booking *booking,
                     int64_t *taken) MUST_CHECK;

/*
 * What of the charge a transaction of a dispute moved, above zero. The dispute's amount, as it is said, may be
 * another by now (a part of it was won, or less is disputed), or may not have been another yet: so the
 * transaction itself says it, in one currency by its amount, else by its exchange rate, and by the charge's own
 * where it tells none. A rate has few digits: what is said, the whole charge, or the rest of it is exact where the
 * rate agrees. False: nobody can say.
 */
bool booking_disputed_part(const struct booking_charged *charged, int64_t said,
                           const struct balance_transaction *moved, int64_t *part) MUST_CHECK;

/* What of the settled amount refunds and disputes relieve, by the charge's rate. False: it has none. */
bool booking_relief(const struct booking_charged *charged, int64_t *relief) MUST_CHECK;

/*
 * So much of what refunds and disputes took from a charge had paid no invoice: it was the customer's, and no
 * revenue.
 */
bool booking_returned(struct arena *arena, const struct booking_fact *fact, const char *charge,
                      const char *currency, int64_t refunded, int64_t disputed,
                      struct booking *booking) MUST_CHECK;

/* The provider's balance. */

/* A fee of its own: not one that came with a charge. */
bool booking_fee(struct arena *arena, const struct booking_fact *fact,
                 const struct balance_transaction *fee, struct booking *booking) MUST_CHECK;
/* A payout has arrived. What comes back after that is its reversal. */
bool booking_payout(struct arena *arena, const struct booking_fact *fact, const char *payout,
                    struct money amount, struct booking *booking) MUST_CHECK;

/* Invoices. */

struct booking_line {
	int64_t net; /* without tax, after its discounts; below zero for a credit */
	int64_t tax;
	struct instant from; /* what it is for */
	struct instant to;   /* equal to from: of a moment */
};

struct booking_invoice {
	const char *id;
	char currency[4];
	int64_t total; /* below zero: the customer gets credit */
	const struct booking_line *lines;
	size_t count;
};

/*
 * Receivable against tax, revenue and deferred revenue: a line whose time has ended when the invoice was
 * finalised (fact.at), or is a moment, is earned; of any other recognition says when it is.
 */
bool booking_invoice(struct arena *arena, const struct booking_fact *fact,
                     const struct booking_invoice *invoice, struct booking *booking) MUST_CHECK;

/* What is left of an invoice is given up. */
bool booking_bad_debt(struct arena *arena, const struct booking_fact *fact, const char *invoice,
                      struct money amount, struct booking *booking) MUST_CHECK;

struct booking_credit_note {
	const char *id;
	const char *invoice;
	char currency[4];
	int64_t total; /* all amounts above zero */
	int64_t tax;
	int64_t deferred; /* of what is without tax: what was not yet earned */
	int64_t unpaid;   /* takes off what the invoice is owed */
	int64_t refunded; /* is refunded to the card: the refund itself books its own transaction */
	int64_t credited; /* goes to the customer's balance */
	int64_t outside;  /* was paid back outside of the provider */
};
bool booking_credit_note(struct arena *arena, const struct booking_fact *fact,
                         const struct booking_credit_note *note,
                         struct booking *booking) MUST_CHECK;

/* A refund that a credit note was made by has failed: so much of the note is owed to the customer. */
bool booking_not_refunded(struct arena *arena, const struct booking_fact *fact, const char *note,
                          const char *refund, struct money amount,
                          struct booking *booking) MUST_CHECK;

/*
 * A customer's balance moved: below zero gives credit, above zero uses it up, as the provider signs it.
 * With an invoice it moves against that; without one it is goodwill. What a credit note or a negative
 * invoice gave is booked by those and not here.
 */
bool booking_balance(struct arena *arena, const struct booking_fact *fact, const char *id,
                     const char *invoice, struct money amount, struct booking *booking) MUST_CHECK;

/* Revenue. subject says which part of which line: "il_1/2026-05". */

/* Was deferred, is earned. */
bool booking_recognised(struct arena *arena, const struct booking_fact *fact, const char *subject,
                        struct money amount, struct booking *booking) MUST_CHECK;
/* A refund or dispute (contra says which) of what was not yet earned clears the deferred part instead. */
bool booking_cleared(struct arena *arena, const struct booking_fact *fact, const char *subject,
                     enum account contra, struct money amount, struct booking *booking) MUST_CHECK;

/*
 * What a customer used of a metered item is worth so much more, on a day, by a transaction of a number of its
 * own; below zero: less. And so much of it is on an invoice now, whose own transaction has the revenue.
 */
bool booking_used(struct arena *arena, const struct booking_fact *fact, const char *item,
                  int64_t number, struct money amount, struct booking *booking) MUST_CHECK;
bool booking_usage_billed(struct arena *arena, const struct booking_fact *fact, const char *item,
                          int64_t number, struct money amount, struct booking *booking) MUST_CHECK;

/* Suspense. */

/*
 * A balance transaction that cannot be placed: gross into suspense. When it is known what it is, the
 * journal_reverse of this transaction and the rule that fits move it.
 */
bool booking_held(struct arena *arena, const struct booking_fact *fact,
                  const struct balance_transaction *moved, struct booking *booking) MUST_CHECK;

#endif
