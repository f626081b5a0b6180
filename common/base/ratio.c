#include "common/base/ratio.h"

#include "common/base/check.h"

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		const uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct ratio ratio_of(int64_t numerator, int64_t denominator)
{
	int64_t divisor;

	CHECK(numerator > 0);
	CHECK(denominator > 0);
	divisor = (int64_t)common_divisor((uint64_t)numerator, (uint64_t)denominator);
	return (struct ratio){ numerator / divisor, denominator / divisor };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What follows the digits: nothing, or an exponent that moves the point so many places to the left. */
static bool places_read(const char *text, int *places)
{
	int read = 0;

	if (*text == '\0')
		return true;
	if ((text[0] != 'e' && text[0] != 'E') || text[1] != '-' || !is_digit(text[2]))
		return false;
	for (text += 2; is_digit(*text) && read <= RATIO_DIGITS_MAX; text++)
		read = read * 10 + (*text - '0');
	*places += read;
	return *text == '\0';
}

bool ratio_parse(const char *text, struct ratio *ratio)
{
	const char *const start = text;
	int64_t number = 0;
	int64_t unit = 1;
	int places = 0;
	int digits = 0;
	bool fraction = false;

	for (; is_digit(*text) || *text == '.'; text++) {
		if (*text == '.') {
			if (fraction || text == start || !is_digit(text[1]))
				return false;
			fraction = true;
			continue;
		}
		if (++digits > RATIO_DIGITS_MAX)
			return false;
		number = number * 10 + (*text - '0');
		places += fraction;
	}
	if (!places_read(text, &places) || number == 0 || places > RATIO_DIGITS_MAX)
		return false;
	for (int i = 0; i < places; i++)
		unit *= 10;
	*ratio = ratio_of(number, unit);
	return true;
}

/* Crosswise first, so that what fits in the end fits on the way. */
bool ratio_multiply(struct ratio a, struct ratio b, struct ratio *product)
{
	const struct ratio left = ratio_of(a.numerator, b.denominator);
	const struct ratio right = ratio_of(b.numerator, a.denominator);
	struct ratio result;

	if (__builtin_mul_overflow(left.numerator, right.numerator, &result.numerator) ||
	    __builtin_mul_overflow(left.denominator, right.denominator, &result.denominator))
		return false;
	*product = result;
	return true;
}

bool ratio_divide(struct ratio a, struct ratio b, struct ratio *quotient)
{
	return ratio_multiply(a, (struct ratio){ b.denominator, b.numerator }, quotient);
}

bool ratio_apply(int64_t amount, struct ratio ratio, enum rounding mode, int64_t *result)
{
	__extension__ const __int128 exact = (__int128)amount * ratio.numerator;
	__extension__ const __int128 whole = exact / ratio.denominator;
	__extension__ const __int128 twice = exact % ratio.denominator * 2;
	__extension__ const __int128 size = twice < 0 ? -twice : twice;
	const bool half = size == ratio.denominator;
	const bool away =
	    size > ratio.denominator || (half && (mode == ROUNDING_HALF_UP || whole % 2 != 0));
	__extension__ const __int128 rounded = whole + (!away ? 0 : exact < 0 ? -1 : 1);

	if (rounded > INT64_MAX || rounded < INT64_MIN)
		return false;
	*result = (int64_t)rounded;
	return true;
}
