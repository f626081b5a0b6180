/*
 * recurring_book - how monthly recurring revenue moved on a day, and that it adds up.
 *
 * A customer's day is held between what it brought as the day began and as it ended; the difference is one
 * movement a currency, so a plan that is swapped within the day is an expansion or a contraction, never a
 * churn and a new customer. Who brought nothing in any currency and does now is new, or reactivated where
 * it ever brought something; who brings nothing any more has churned. A book sums the customers of a shard:
 * in each currency ending = starting + new + expansion + reactivation - contraction - churn + FX.
 *
 * Pure. FX is of books in a reporting currency alone: a currency does not move against itself.
 */
#ifndef SERVICES_BILLING_SYNC_RECURRING_BOOK_H
#define SERVICES_BILLING_SYNC_RECURRING_BOOK_H

#include "services/billing-sync/recurring.h"

#define RECURRING_LINES_MAX 192 /* more than there are currencies */

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

/* What a customer brings in a reporting currency; each is rounded once, at its rates. */
struct recurring_report {
	char currency[4];
	int64_t start;    /* at the rates of then */
	int64_t revalued; /* the same, at the rates of now */
	int64_t now;      /* at the rates of now */
};
/* The movements of that day in a reporting currency: the customer as before recurring_day_end. */
size_t recurring_report_moves(const struct recurring_customer *customer,
                              const struct recurring_report *report,
                              struct recurring_movement movements[static 2]);

struct bytes recurring_customer_encode(struct arena *arena,
                                       const struct recurring_customer *customer);
bool recurring_customer_decode(struct bytes bytes, struct recurring_customer *customer) MUST_CHECK;

struct recurring_line {
	char currency[4];
	int64_t starting;
	int64_t moved[RECURRING_KINDS];
	int64_t ending;
};

/* Zero-initialised is empty; lines in the order of their currencies. */
struct recurring_book {
	size_t count;
	struct recurring_line lines[RECURRING_LINES_MAX];
};

/* False, and the book as it was: a sum is beyond 64 bits, or there are too many currencies. */
bool recurring_book_start(struct recurring_book *book,
                          const struct recurring_amount *amount) MUST_CHECK;
bool recurring_book_move(struct recurring_book *book,
                         const struct recurring_movement *movement) MUST_CHECK;
bool recurring_book_end(struct recurring_book *book,
                        const struct recurring_amount *amount) MUST_CHECK;
bool recurring_book_merge(struct recurring_book *book,
                          const struct recurring_book *other) MUST_CHECK;
/* A customer brings another sum than before: the ending moves with it, whatever is said of it later. */
bool recurring_book_shift(struct recurring_book *book, const struct recurring_amounts *from,
                          const struct recurring_amounts *to) MUST_CHECK;
/* The day is over: the next one starts with its ending, and nothing has moved yet. */
void recurring_book_turn(struct recurring_book *book);
struct bytes recurring_book_encode(struct arena *arena, const struct recurring_book *book);
bool recurring_book_decode(struct bytes bytes, struct recurring_book *book) MUST_CHECK;
/* What the ending is off what the line says it must be, cut to 64 bits; 0: the identity holds. */
int64_t recurring_line_gap(const struct recurring_line *line);
/* The first currency in which a day does not begin with what the day before ended with; NULL: none. */
const char *recurring_book_break(const struct recurring_book *before,
                                 const struct recurring_book *next);

#endif
