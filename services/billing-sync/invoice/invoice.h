/*
 * invoice - an invoice of Stripe with its lines, decoded: bounded, nothing taken for granted.
 *
 * Both shapes of the API are read (`subscription` and `parent.subscription_details.subscription`, see
 * invoice_line.h for the lines). What is not stated is not there, never zero. An id that is missing, a
 * line in another currency or mode, a line that comes twice, a negative quantity and a number beyond its
 * bound are refused with the field and the reason, and without the value.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_H

#include "services/billing-sync/invoice/invoice_line.h"

#define INVOICE_LINES_MAX \
	1000 /* an event carries 10; uploads of whole lists are joined by the caller */

/* Name, Stripe's field, and whether it may be negative. */
#define INVOICE_AMOUNTS(ON)                                          \
	ON(SUBTOTAL, "subtotal", true)                               \
	ON(SUBTOTAL_EXCLUDING_TAX, "subtotal_excluding_tax", true)   \
	ON(TOTAL, "total", true)                                     \
	ON(TOTAL_EXCLUDING_TAX, "total_excluding_tax", true)         \
	ON(TAX, "tax", true)                                         \
	ON(STARTING_BALANCE, "starting_balance", true)               \
	ON(ENDING_BALANCE, "ending_balance", true)                   \
	ON(DUE, "amount_due", false)                                 \
	ON(PAID, "amount_paid", false)                               \
	ON(REMAINING, "amount_remaining", false)                     \
	ON(OVERPAID, "amount_overpaid", false)                       \
	ON(SHIPPING, "amount_shipping", false)                       \
	ON(CREDITS_BEFORE, "pre_payment_credit_notes_amount", false) \
	ON(CREDITS_AFTER, "post_payment_credit_notes_amount", false)

enum invoice_figure {
#define ON(name, field, negative) INVOICE_##name,
	INVOICE_AMOUNTS(ON)
#undef ON
	    INVOICE_FIGURES
};

struct invoice {
	const char *id;
	const char *status; /* verbatim; "" where absent */
	const char *customer;
	const char *subscription; /* the invoice's own; lines may name others */
	const char *reason;       /* billing_reason */
	const char *country;      /* of the customer's address: ISO 3166; "" */
	const char *state;        /* below it; "" */
	char currency[4];
	enum invoice_flag live;
	bool exempt;     /* the customer pays no tax, or pays it themselves */
	bool has_issued; /* effective, else finalised, else created */
	struct instant issued;
	struct instant drawn; /* up: created, perhaps as a draft; 0: nobody says */
	bool has_moved; /* it says when it was paid, voided or given up: what its status says */
	struct instant moved;
	bool outside;    /* it was paid outside of the provider */
	bool has_period; /* the invoice's own; its lines have theirs */
	struct instant period_start;
	struct instant period_end;
	struct invoice_amount figures[INVOICE_FIGURES];
	bool discounted;                 /* a discount is named, perhaps without its amount */
	struct invoice_amount discounts; /* their sum over the invoice */
	struct invoice_amount grants;    /* credits that were granted before tax */
	struct invoice_taxes taxes;
	struct invoice_line *lines;
	size_t line_count;
	bool has_lines;
	bool cut; /* there are more lines than these */
};

/* The object of an event or of an upload. What it gives lives in the arena. */
bool invoice_read(struct arena *arena, const struct json_place *object, struct invoice *invoice,
                  struct json_error *error) MUST_CHECK;

#endif
