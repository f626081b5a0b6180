/*
 * booking_rate - whether two amounts are as the provider's exchange rate says, what it would make of one, and what of
 * a charge an amount is.
 */
#include "common/base/ratio.h"
#include "services/billing-sync/ledger/booking_inside.h"

#include "common/base/text.h"

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

/* What a rate makes of an amount. */
struct made {
	bool is;
	bool near; /* to what the transaction says */
	int64_t amount;
	int64_t off;
};

static struct made make(int64_t from, int64_t to, struct ratio rate, struct ratio step)
{
	struct made made = { .is = false };

	made.is = ratio_apply(from, rate, ROUNDING_HALF_UP, &made.amount) &&
	          !__builtin_sub_overflow(made.amount, to, &made.off);
	made.off = made.off < 0 ? -made.off : made.off;
	made.near = made.is && is_near(from, to, rate, step);
	return made;
}

/*
 * The provider says that the rate is from amount to amount; where the exponents differ it is read as
 * between minor units or between whole ones, since both are seen: what comes nearer counts.
 */
static struct made nearest(struct money presented, const struct balance_transaction *moved)
{
	const int64_t from = size_of(presented.minor);
	const int64_t to = size_of(moved->amount);
	const struct ratio exponents = ratio_of(power_of_ten(money_exponent(moved->currency)),
	                                        power_of_ten(money_exponent(presented.currency)));
	struct ratio rate;
	struct ratio step;

	if (from < 0 || to < 0 || !ratio_parse(moved->exchange_rate, &rate))
		return (struct made){ .is = false };
	step = ratio_of(1, steps_of(moved->exchange_rate));
	const struct made minor = make(from, to, rate, step);

	if (minor.near || !ratio_multiply(rate, exponents, &rate) ||
	    !ratio_multiply(step, exponents, &step))
		return minor;
	const struct made whole = make(from, to, rate, step);

	return whole.near || (whole.is && (!minor.is || whole.off < minor.off)) ? whole : minor;
}

void booking_hold_to_rate(struct booking *booking, struct money presented,
                          const struct balance_transaction *moved)
{
	if (moved->exchange_rate[0] == '\0' || presented.minor == 0)
		return;
	const struct made made = nearest(presented, moved);

	if (made.near)
		return;
	booking->doubt = BOOKING_RATE;
	booking->settled.minor = moved->amount;
	memcpy(booking->settled.currency, moved->currency, sizeof(moved->currency));
	if (!made.is)
		return;
	booking->rated = booking->settled;
	booking->rated.minor = moved->amount < 0 ? -made.amount : made.amount;
}

/* What of the charge so much of its settlement is, at the charge's own rate. */
static bool at_own_rate(const struct booking_charged *charged,
                        const struct balance_transaction *moved, int64_t *part)
{
	const int64_t presented = charged->presented.minor;
	const int64_t settled = charged->settled.minor;

	return text_equal(moved->currency, charged->settled.currency) && presented > 0 &&
	       settled > 0 &&
	       ratio_apply(size_of(moved->amount), ratio_of(presented, settled), ROUNDING_HALF_UP,
	                   part);
}

static bool is_nearer(int64_t part, int64_t than, int64_t own)
{
	return size_of(part - own) < size_of(than - own);
}

/* What the transaction's rate makes of it, read in the way that is nearer to the charge's own. */
static bool at_its_rate(const struct booking_charged *charged,
                        const struct balance_transaction *moved, int64_t *part)
{
	const struct ratio exponents =
	    ratio_of(power_of_ten(money_exponent(charged->presented.currency)),
	             power_of_ten(money_exponent(moved->currency)));
	const int64_t size = size_of(moved->amount);
	struct ratio rate;
	int64_t other;
	int64_t own;

	if (!ratio_parse(moved->exchange_rate, &rate))
		return false;
	rate = ratio_of(rate.denominator, rate.numerator);
	if (!ratio_apply(size, rate, ROUNDING_HALF_UP, part))
		return false;
	if (at_own_rate(charged, moved, &own) && ratio_multiply(rate, exponents, &rate) &&
	    ratio_apply(size, rate, ROUNDING_HALF_UP, &other) && is_nearer(other, *part, own))
		*part = other;
	return true;
}

bool booking_disputed_part(const struct booking_charged *charged, int64_t said,
                           const struct balance_transaction *moved, int64_t *part)
{
	const int64_t whole = charged->presented.minor;
	const int64_t may_be[] = { said, whole, whole - said };
	struct money presented = charged->presented;

	if (size_of(moved->amount) < 0)
		return false;
	if (text_equal(moved->currency, presented.currency)) {
		*part = size_of(moved->amount);
		return true;
	}
	if (moved->exchange_rate[0] == '\0')
		return at_own_rate(charged, moved, part);
	for (size_t i = 0; i < COUNT_OF(may_be); i++) {
		presented.minor = may_be[i];
		if (may_be[i] > 0 && nearest(presented, moved).near) {
			*part = may_be[i];
			return true;
		}
	}
	return at_its_rate(charged, moved, part);
}
