/*
 * customer_receivable - what a customer's charges pay of the invoices, and what of a charge pays none.
 *
 * A charge is the customer's own money until it is known which invoice it pays (applied.h); then as much of it
 * as the invoice takes (payer.h) moves there, at the time of the charge, however late it is known. What is taken back from a charge
 * stands against revenue, but for what had paid no invoice: that was the customer's (returned.h), and what
 * an invoice bears of it clears what of that is not earned yet (customer_deferral.h). All is stated anew
 * (restated.h) whenever one of the figures is another, so that the order of facts does not matter.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_RECEIVABLE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_RECEIVABLE_H

#include "services/billing-sync/customer_money/customer_ledger.h"

/* A charge, or a payment intent. Amounts are minor units of struct money; times not known TIME_MIN. */
struct payment_row {
	const char *customer_id;
	const char *payment_id;
	const char
	    *other_id; /* of a charge its payment intent, of that its charge; NULL: not known */
	const char *currency; /* NULL: it is no charge, or none that was booked */
	int64_t presented;
	int64_t refunded; /* as the charge itself says */
	struct instant charged_at;
	struct bytes said;     /* applied_encode; absent: nobody said anything */
	struct bytes returned; /* returned_encode; absent: nothing */
	struct bytes shared;   /* returned_shares_encode, as it is booked; absent: nothing */
};

struct receivable_row {
	const char *customer_id;
	const char *invoice_id;
	const char *currency; /* NULL: it was not heard of itself */
	int64_t due;
	int64_t applied;           /* of charges */
	struct instant outside_at; /* TIME_MIN: it was not paid outside of the provider */
	struct bytes
	    recorded;        /* applied_encode: that are on record as paid outside; absent: none */
	int64_t credits;     /* of credit notes, as it says itself */
	int64_t credited;    /* of those that are known and stand */
	struct bytes payers; /* payer_encode: the charges; absent: none */
	int64_t paid;        /* that others have to make up, as it says itself */
	const char *paid_in; /* the currency; NULL: it never said that anything was */
	bool by_payments;    /* it names none of those who paid */
};

extern const struct state_table payment_table;
extern const struct state_table receivable_table;

/* A charge that was booked, in its state now. */
enum status receivable_charged(struct thing *thing, const struct ledger_charge *charge) MUST_CHECK;
/* A refund or dispute took so much of a charge; below zero it came back. */
struct receivable_return {
	const char *charge;
	const char *object;
	bool dispute;
	int64_t part;
	struct instant at;
};
enum status receivable_returned(struct customer *it,
                                const struct receivable_return *back) MUST_CHECK;
/* It is said which invoice a charge or payment intent pays. */
struct applied_word;
enum status receivable_said(struct customer *it, const char *payment,
                            const struct applied_word *word) MUST_CHECK;
/* A charge is settled anew: what an invoice takes of it is another. */
enum status receivable_settle(struct customer *it, const char *charge) MUST_CHECK;

struct receivable_row receivable_load(struct customer *it, const char *invoice);
/* What charges pay of an invoice is another: the row is saved. */
enum status receivable_paid(struct customer *it, const struct receivable_row *row) MUST_CHECK;
/* So much more of an invoice, or less, is credited by notes. */
enum status receivable_credited(struct customer *it, const char *invoice, int64_t more) MUST_CHECK;
/* What an invoice says of what pays it, and of its credit notes. False: it cannot be read; error says why. */
bool receivable_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                        struct json_error *error) MUST_CHECK;
thing_reader receivable_read_payment; /* of an object invoice_payment */

/* What an invoice used up of the customer's balance, or gave to it. False as above. */
bool credit_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                    struct json_error *error) MUST_CHECK;
thing_reader credit_read_note;    /* of an object credit_note */
thing_reader credit_read_balance; /* of an object customer_balance_transaction */

#endif
