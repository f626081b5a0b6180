#include "services/billing-sync/rule/exact.h"

#include "common/base/check.h"

static struct exact lowest(struct exact value)
{
	__extension__ __int128 a = value.numerator < 0 ? -value.numerator : value.numerator;
	__extension__ __int128 b = value.denominator;

	while (b != 0) {
		__extension__ const __int128 rest = a % b;

		a = b;
		b = rest;
	}
	return (struct exact){ value.numerator / a, value.denominator / a };
}

struct exact exact_of(int64_t value)
{
	return (struct exact){ value, 1 };
}

/* Crosswise first, so that what fits in the end fits on the way. */
bool exact_times(struct exact value, int64_t numerator, int64_t denominator, struct exact *product)
{
	CHECK(denominator > 0);
	const struct exact left = lowest((struct exact){ value.numerator, denominator });
	const struct exact right = lowest((struct exact){ numerator, value.denominator });
	struct exact result;

	if (__builtin_mul_overflow(left.numerator, right.numerator, &result.numerator) ||
	    __builtin_mul_overflow(left.denominator, right.denominator, &result.denominator))
		return false;
	*product = result;
	return true;
}

bool exact_add(struct exact a, struct exact b, struct exact *sum)
{
	/* In lowest terms the one denominator over the other has what each lacks of the common one. */
	const struct exact lacks = lowest((struct exact){ a.denominator, b.denominator });
	struct exact left;
	struct exact right;
	struct exact result;

	if (__builtin_mul_overflow(a.numerator, lacks.denominator, &left.numerator) ||
	    __builtin_mul_overflow(b.numerator, lacks.numerator, &right.numerator) ||
	    __builtin_mul_overflow(a.denominator, lacks.denominator, &result.denominator) ||
	    __builtin_add_overflow(left.numerator, right.numerator, &result.numerator))
		return false;
	*sum = lowest(result);
	return true;
}

bool exact_subtract(struct exact a, struct exact b, struct exact *difference)
{
	return exact_add(a, (struct exact){ -b.numerator, b.denominator }, difference);
}

bool exact_round(struct exact value, enum rounding mode, int64_t *rounded)
{
	__extension__ const __int128 whole = value.numerator / value.denominator;
	__extension__ const __int128 rest = value.numerator % value.denominator;
	__extension__ const __int128 size = rest < 0 ? -rest : rest;
	const bool half = size == value.denominator - size;
	const bool away = size > value.denominator - size ||
	                  (half && (mode == ROUNDING_HALF_UP || whole % 2 != 0));
	__extension__ const __int128 result = whole + (!away ? 0 : value.numerator < 0 ? -1 : 1);

	if (result > INT64_MAX || result < INT64_MIN)
		return false;
	*rounded = (int64_t)result;
	return true;
}
