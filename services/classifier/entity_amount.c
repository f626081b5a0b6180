#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

/* The marks of a number in places of its currency. false: the number has more places. */
static bool minor_units(const struct number *number, const struct currency_sign *sign,
                        int64_t *minor)
{
	const int exponent = currency_exponent(sign);
	int64_t units = number->units;
	int scale = number->scale;

	if (number->mark == '.' && exponent == 3)
		scale = 3;
	else if (number->mark == '.' && !currency_groups_by_dot(sign))
		return false;
	for (; scale > exponent && units % 10 == 0; scale--)
		units /= 10;
	for (; scale < exponent; scale++)
		if (__builtin_mul_overflow(units, 10, &units))
			return false;
	*minor = units;
	return number->exact && scale == exponent;
}

static bool is_minus(uint32_t code)
{
	return code == '-' || code == MINUS_SIGN;
}

/*
 * A minus hangs on the amount and stands free before it; between two it is a range. Books in Japan
 * have triangles for it.
 */
static bool negative(struct scan *scan, size_t at)
{
	const uint32_t before = at > 0 ? scan_code(scan, at - 1) : ' ';

	if (before == 0x25B2 || before == 0x25B3)
		return true;
	if (!is_minus(before))
		return false;
	const uint32_t code = scan_code(scan, at - 2);
	return at == 1 || code == ' ' || code == '(' || code == ':';
}

static bool finish(struct scan *scan, size_t first, size_t last, const struct number *number,
                   const struct currency_sign *sign, struct finding *found)
{
	const bool minus = negative(scan, first);
	int64_t minor = 0;

	finding_set(found, ENTITY_AMOUNT, minus ? first - 1 : first, last, "");
	struct entity *const entity = &found->entity;
	entity->has_minor = minor_units(number, sign, &minor);
	entity->currency_open = sign->open;
	memcpy(entity->currency, sign->code, sizeof(entity->currency));
	if (!entity->has_minor)
		return true;
	entity->minor = minus || number->minus ? -minor : minor;
	entity->exponent = currency_exponent(sign);
	return true;
}

/* "$20 CAD" and "¥5,000 JPY" say what the sign leaves open. */
static size_t settle(struct scan *scan, size_t last, struct currency_sign *sign)
{
	const size_t at = scan_blank(scan, last);
	struct currency_sign code = { .size = 0 };

	if (!is_letter(scan_code(scan, at)) || !currency_behind(scan, at, &code) || code.open ||
	    code.wants_fraction)
		return last;
	if (!sign->open && strcmp(sign->code, code.code) != 0)
		return last;
	const size_t size = sign->size;
	*sign = code;
	sign->size = size;
	return at + code.size;
}

/* Behind the longest sign and a blank: most words are no currency, and this is the quickest no. */
static bool digit_near(struct scan *scan, size_t at)
{
	for (size_t i = 1; i < 9; i++)
		if (is_digit(scan_code(scan, at + i)))
			return true;
	return false;
}

/* ¥1,000円, 港幣500元: what stands in front has said it. */
static size_t sign_behind_too(struct scan *scan, size_t at)
{
	static const char *const words[] = { "円", "元", "圓", "원" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scan_word(scan, at, words[i]) > 0)
			return 1;
	return 0;
}

static bool read_sign_first(struct scan *scan, size_t at, struct finding *found)
{
	struct currency_sign sign;
	struct currency_sign symbol;
	struct number number;

	if (!digit_near(scan, at) || !currency_before(scan, at, &sign))
		return false;
	size_t first = scan_blank(scan, at + sign.size);
	/* USD $20: the code settles the sign behind it. */
	if (is_letter(scan_code(scan, at)) && !is_letter(scan_code(scan, first)) &&
	    currency_before(scan, first, &symbol))
		first += symbol.size;
	const bool attached = is_letter(scan_code(scan, first - 1));
	const bool minus = is_minus(scan_code(scan, first)) && !attached;
	first += minus;
	if (!is_digit(scan_code(scan, first)) || !entity_number(scan, first, &number))
		return false;
	if (sign.wants_fraction && number.scale == 0)
		return false;
	number.minus = minus;
	size_t last = settle(scan, number.end, &sign);
	last += sign_behind_too(scan, last);
	const uint32_t next = scan_code(scan, last);
	if (is_letter(next) || next == '_' || (attached && next == '-'))
		return false;
	return finish(scan, at, last, &number, &sign, found);
}

static bool read_number_first(struct scan *scan, size_t at, struct finding *found)
{
	struct currency_sign sign;
	struct number number;

	/* .99 and #500 are parts of something else. */
	const uint32_t previous = at > 0 ? scan_code(scan, at - 1) : ' ';
	if (previous == '.' || previous == '#' || !entity_number(scan, at, &number))
		return false;
	const size_t currency = scan_blank(scan, number.end);
	if (!currency_behind(scan, currency, &sign))
		return false;
	if (sign.wants_fraction && number.scale == 0)
		return false;
	size_t last = currency + sign.size;
	/* 10$ 20: a sign that hangs on the next number belongs to it. */
	if (currency > number.end && !is_letter(scan_code(scan, currency)) &&
	    is_digit(scan_code(scan, last)))
		return false;
	if (sign.open)
		last = settle(scan, last, &sign);
	sign.size = 0;
	return finish(scan, at, last, &number, &sign, found);
}

bool entity_read_amount(struct scan *scan, size_t at, struct finding *found)
{
	return is_digit(scan_code(scan, at))
	           ? read_number_first(scan, at, found)
	           : read_sign_first(scan, at, found) || read_number_first(scan, at, found);
}

void entity_words_amount(struct starts *starts)
{
	currency_words(starts);
	number_words(starts);
}
