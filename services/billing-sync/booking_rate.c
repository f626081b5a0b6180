/*
 * booking_rate - whether two amounts are as the provider's exchange rate says.
 */
#include "services/billing-sync/booking_inside.h"
#include "services/billing-sync/ratio.h"

#include <stdlib.h>
#include <string.h>

/* Off by no more than one step of the rate's last digit and the rounding of the amount explain. */
static bool is_near(int64_t from, int64_t to, struct ratio rate, struct ratio step)
{
	int64_t exact;
	int64_t slack;
	int64_t off;

	if (!ratio_apply(from, rate, ROUNDING_HALF_UP, &exact) ||
	    !ratio_apply(from, step, ROUNDING_HALF_UP, &slack) ||
	    __builtin_sub_overflow(exact, to, &off))
		return false;
	return (off < 0 ? -off : off) - 1 <= slack;
}

static int64_t power_of_ten(int exponent)
{
	int64_t power = 1;

	for (int i = 0; i < exponent; i++)
		power *= 10;
	return power;
}

/* The denominator of a rate as it is written: 10000 for "1.0786". The rate was parsed. */
static int64_t steps_of(const char *rate)
{
	const char *const point = strchr(rate, '.');
	const char *const exponent = strpbrk(rate, "eE");
	int places = point != NULL ? (int)strspn(point + 1, "0123456789") : 0;

	if (exponent != NULL)
		places += (int)strtol(exponent + 2, NULL, 10);
	return power_of_ten(places);
}

/* -1 for what has no opposite. */
static int64_t size_of(int64_t minor)
{
	if (minor == INT64_MIN)
		return -1;
	return minor < 0 ? -minor : minor;
}

/*
 * The provider says that the rate is from amount to amount; where the exponents differ it is read as
 * between minor units or between whole ones, since both are seen.
 */
bool booking_rate_agrees(struct money presented, const struct balance_transaction *moved)
{
	const int64_t from = size_of(presented.minor);
	const int64_t to = size_of(moved->amount);
	const struct ratio exponents = ratio_of(power_of_ten(money_exponent(moved->currency)),
	                                        power_of_ten(money_exponent(presented.currency)));
	struct ratio rate;
	struct ratio step;

	if (moved->exchange_rate[0] == '\0')
		return true;
	if (from < 0 || to < 0 || !ratio_parse(moved->exchange_rate, &rate))
		return false;
	step = ratio_of(1, steps_of(moved->exchange_rate));
	if (is_near(from, to, rate, step))
		return true;
	return ratio_multiply(rate, exponents, &rate) && ratio_multiply(step, exponents, &step) &&
	       is_near(from, to, rate, step);
}
