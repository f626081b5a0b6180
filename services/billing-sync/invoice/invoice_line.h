/*
 * invoice_line - one line of an invoice, as either shape of Stripe's API writes it.
 *
 * Until 2025-03 a line says `proration`, `subscription_item`, `price`, `tax_amounts` itself; since then
 * `parent`, `pricing` and `taxes` do. Both end here. What is not stated is not there: it is never taken
 * for zero, and a rule that needs it does not apply.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_LINE_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_LINE_H

#include "common/base/arena.h"
#include "common/base/time.h"
#include "common/io/json.h"

#define INVOICE_AMOUNT_MAX \
	INT64_C(1000000000000000) /* Stripe takes 12 digits; sums stay in 64 bits */
#define INVOICE_QUANTITY_MAX INT64_C(1000000000000)
#define INVOICE_DESCRIPTION_MAX 5000 /* bytes; people write it, nothing repeats it */
#define INVOICE_TAXES_MAX 32         /* of one line, or of an invoice: a tax per authority */
#define INVOICE_DISCOUNTS_MAX 64     /* Stripe allows 20 */
#define INVOICE_UNIT_DIGITS 12       /* decimals of a unit amount, as Stripe says */

/* An amount in minor units that may not be stated. */
struct invoice_amount {
	bool has;
	int64_t minor;
};

/* Minor units with decimals: "1500.25". Never a real. */
struct invoice_decimal {
	bool negative;
	int64_t whole;    /* at most INVOICE_AMOUNT_MAX */
	int64_t fraction; /* in 10^-12 */
};

struct invoice_tax {
	int64_t minor;
	bool inclusive;
	struct invoice_amount taxable; /* what it was taken of */
	const char *rate;              /* the id of the rate; "" */
	const char *country;           /* ISO 3166 where the rate was expanded; else "" */
	const char *state;             /* below it; else "" */
};

struct invoice_taxes {
	bool has; /* stated, though there may be none */
	struct invoice_tax *items;
	size_t count;
};

enum invoice_flag { INVOICE_UNSAID, INVOICE_NO, INVOICE_YES };

struct invoice_line {
	const char *id;
	const char *description; /* personal, perhaps: shown to nobody */
	const char *price;       /* ids; "" where absent */
	const char *subscription;
	const char *item;
	int64_t minor;
	struct invoice_amount quantity; /* whole; not there when it has decimals */
	bool by_unit;                   /* quantity times unit: no tiers, no packages */
	bool has_unit;
	struct invoice_decimal unit;
	enum invoice_flag proration;
	bool credits; /* a proration that names the lines it gives back */
	bool has_period;
	struct instant start;
	struct instant end;
	struct invoice_amount discount; /* their sum */
	struct invoice_taxes taxes;
};

/* A line of an invoice in this currency and mode; another's is refused, as are negative quantities. */
bool invoice_line_read(struct arena *arena, const struct json_place *line, const char *currency,
                       enum invoice_flag live, struct invoice_line *result,
                       struct json_error *error) MUST_CHECK;

/* It says how much of a subscription's item it bills over what time. */
bool invoice_line_is_of_item(const struct invoice_line *line, const char *subscription);

/* Old `tax_amounts` or new `taxes`, whichever of the two fields is there. */
bool invoice_taxes_read(struct arena *arena, const struct json_place *object, const char *old_field,
                        const char *new_field, struct invoice_taxes *taxes,
                        struct json_error *error) MUST_CHECK;
/* The sum of `amount` over a list of discounts or credits; of one type alone where type is given. */
bool invoice_sum_if(const struct json_place *object, const char *field, const char *type,
                    struct invoice_amount *sum, struct json_error *error) MUST_CHECK;
bool invoice_amount_if(const struct json_place *object, const char *field, int64_t min,
                       struct invoice_amount *amount, struct json_error *error) MUST_CHECK;
bool invoice_flag_if(const struct json_place *object, const char *field, enum invoice_flag *flag,
                     struct json_error *error) MUST_CHECK;

/* The whole text: digits, perhaps a sign before and up to 12 decimals behind. */
bool invoice_decimal_parse(const char *text, struct invoice_decimal *result) MUST_CHECK;
struct invoice_decimal invoice_decimal_of(int64_t minor);
/* quantity times unit, rounded once, half away from zero; beyond 64 bits it stays at the edge. */
int64_t invoice_decimal_times(struct invoice_decimal unit, int64_t quantity);
/* The nearest whole minor unit, as far as a person is told. */
int64_t invoice_decimal_minor(struct invoice_decimal decimal);

#endif
