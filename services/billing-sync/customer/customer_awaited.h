/*
 * customer_awaited - what a customer's objects name or show and what has not come: asked for once, and a case.
 *
 * An object that is named ("a charge names its invoice"), or a figure that others have to make up ("so much
 * was paid, and the charges that are known pay less"), may be ahead of what comes. When it is still missing
 * after the time of deploy/policies/suspense (`place`; of a balance transaction, which no webhook carries and
 * which was asked for when it was first named, `settle`; of an invoice's payments `payment`), FetchRequested is said and the case `never_came` is
 * opened (of lines that are missing `lines_cut`); it heals when what is missing comes. A row is kept as long as something is missing. The balance
 * transaction of a charge is the ledger's matter: the case `not_settled`.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_AWAITED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_AWAITED_H

#include "services/billing-sync/customer/customer.h"

/* Amounts are minor units of struct money. */
struct awaited_row {
	const char *customer_id;
	const char
	    *awaited_id;  /* the missing object's; of a figure "<what>/<object that shows it>" */
	const char *type; /* of what is to be fetched */
	const char *named_by; /* NULL: a figure */
	const char *currency; /* NULL: no money, but how many */
	int64_t expected;
	int64_t found;
	struct instant since; /* the earliest time at which it was missing */
	bool asked;           /* and its case is open */
};

extern const struct state_table awaited_table;

/* What the object at hand names, and nothing of it may be known. */
enum status awaited_names(struct thing *thing) MUST_CHECK;
/* What states of it name that were stale, or that nobody could be told of. */
enum status awaited_names_before(struct thing *thing) MUST_CHECK;
/* It names this one, which is worth so much; NULL: nobody can say. */
enum status awaited_object(struct thing *thing, const char *type, const char *id,
                           const Opsmesh__V1__Money *worth) MUST_CHECK;
/* The same of what is named by something of the customer's that is not at hand. */
enum status awaited_named(struct customer *it, const char *type, const char *id,
                          const char *by) MUST_CHECK;
/* It has this one within it, which is booked with it, and need not come by itself. */
enum status awaited_within(struct thing *thing, const char *type, const char *id) MUST_CHECK;
/* It is the customer, or it is of a customer who may not have come. */
enum status awaited_customer(struct thing *thing) MUST_CHECK;
/* It came, for the first time. */
enum status awaited_came(struct thing *thing) MUST_CHECK;
/* Whether it was waited for or not: it is not any longer. */
enum status awaited_ends(struct customer *it, const char *id) MUST_CHECK;

#define AWAITED_PAID "paid"         /* of an invoice: by charges */
#define AWAITED_REFUNDED "refunded" /* of a charge: by refunds */
#define AWAITED_DISPUTED "disputed" /* of a charge: by disputes, how many */
#define AWAITED_CREDITED "credited" /* of an invoice: by credit notes */
#define AWAITED_BALANCE "balance"   /* of a customer, "balance/<currency>": by what moved it */
#define AWAITED_LINES "lines"       /* of an invoice: by what is booked of it (customer_lines.h) */
#define AWAITED_PAYMENTS "invoice_payment" /* of an invoice that names none of those who paid */
struct awaited_figure {
	const char *what;
	const char *type;     /* of the object that shows it, or of those that are wanted */
	const char *object;   /* whose list is wanted */
	const char *currency; /* NULL: how many */
	int64_t expected;
	int64_t found;
};
/* As the object says now, and as much as is known of it now; more is no less wrong of a balance and of
 * lines alone. */
enum status awaited_figure(struct customer *it, const struct awaited_figure *figure) MUST_CHECK;
/* So much is known of it now, whatever was expected. */
enum status awaited_found(struct customer *it, const char *what, const char *object,
                          int64_t found) MUST_CHECK;

/* It has not come in time; the key is "<customer>/<awaited id>". */
#define CUSTOMER_TIMER_AWAITED "awaited"
enum status customer_on_awaited(struct task *task, const char *key);
void customer_need_awaited(struct task *task, const char *key);

#endif
