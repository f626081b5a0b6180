/*
 * recurring_book - how monthly recurring revenue moved on a day, and that it adds up.
 *
 * A customer's day is held between what it brought as the day began and as it ended; the difference is one
 * movement a currency, so a plan that is swapped within the day is an expansion or a contraction, never a
 * churn and a new customer. Who brought nothing in any currency and does now is new, or reactivated where
 * it ever brought something; who brings nothing any more has churned. A line sums customers:
 * ending = starting + new + expansion + reactivation - contraction - churn + FX.
 *
 * Pure. FX is of the book in a reporting currency alone (recurring_report.h): a currency does not move against
 * itself.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_RECURRING_BOOK_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_RECURRING_BOOK_H

#include "services/billing-sync/subscription/recurring.h"

enum recurring_kind {
	RECURRING_NEW,
	RECURRING_REACTIVATION,
	RECURRING_EXPANSION,
	RECURRING_CONTRACTION,
	RECURRING_CHURN,
	RECURRING_FX,
	RECURRING_KINDS,
};
extern const char *const recurring_kind_names[]; /* "new" ..., NULL at the end */

struct recurring_movement {
	enum recurring_kind kind;
	char currency[4];
	int64_t minor; /* above 0; of FX signed, never 0 */
};

#define RECURRING_MOVEMENTS_MAX (2 * RECURRING_CURRENCIES_MAX)

/* A customer's day. Zero-initialised: it never brought anything. */
struct recurring_customer {
	int64_t day; /* of the books, that is not over */
	bool ever;   /* it brought something before this day */
	struct recurring_amounts start;
	struct recurring_amounts now;
};

/* The days before `day` are over: the movements of the one that was open, and the next begins. */
size_t recurring_day_end(struct recurring_customer *customer, int64_t day,
                         struct recurring_movement movements[static RECURRING_MOVEMENTS_MAX]);

struct bytes recurring_customer_encode(struct arena *arena,
                                       const struct recurring_customer *customer);
bool recurring_customer_decode(struct bytes bytes, struct recurring_customer *customer) MUST_CHECK;

/* A day, or days, of all customers in one currency. */
struct recurring_line {
	char currency[4];
	int64_t starting;
	int64_t moved[RECURRING_KINDS];
	int64_t ending;
};

/* What the ending is off what the line says it must be, cut to 64 bits; 0: the identity holds. */
int64_t recurring_line_gap(const struct recurring_line *line);

#endif
