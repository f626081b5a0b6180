/*
 * money - integer minor units with their currency. No floating point, ever.
 */
#ifndef COMMON_BASE_MONEY_H
#define COMMON_BASE_MONEY_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct money {
	int64_t minor;    /* in units of 10^-exponent of the currency */
	char currency[4]; /* ISO 4217, upper case */
};

bool money_currency(const char *text, char currency[static 4]); /* known code, any case */
int money_exponent(const char *currency); /* ISO 4217 minor units; -1 unknown */
bool money_add(struct money a, struct money b,
               struct money *sum); /* false: overflow, or currencies differ */
/*
 * Whether a field of a payment provider's object is an amount in minor units, by its name (Stripe's API
 * reference: amount, what begins or ends with it, and a few words). "amount_decimal" and its like are none:
 * texts that say more digits than a minor unit has.
 */
bool money_is_amount(const char *field);
/* "1234.50 USD": for people. */
const char *money_format(struct arena *arena, struct money money);

#endif
