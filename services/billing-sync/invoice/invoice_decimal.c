/*
 * Unit amounts with decimals: two whole numbers and a sign, so that nothing is ever a real.
 */
#include "services/billing-sync/invoice/invoice_line.h"

#include <string.h>

#define FRACTION_UNIT INT64_C(1000000000000) /* 10^INVOICE_UNIT_DIGITS */

/* Digits up to another character; false: none, or too much. */
static bool whole_read(const char **text, int64_t *value)
{
	const char *at = *text;
	int64_t read = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		read = read * 10 + (*at - '0');
		if (read > INVOICE_AMOUNT_MAX)
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	*value = read;
	return true;
}

static bool fraction_read(const char *text, int64_t *fraction)
{
	int64_t read = 0;
	size_t digits = 0;

	for (; text[digits] >= '0' && text[digits] <= '9' && digits < INVOICE_UNIT_DIGITS; digits++)
		read = read * 10 + (text[digits] - '0');
	if (digits == 0 || text[digits] != '\0')
		return false;
	for (; digits < INVOICE_UNIT_DIGITS; digits++)
		read *= 10;
	*fraction = read;
	return true;
}

bool invoice_decimal_parse(const char *text, struct invoice_decimal *result)
{
	struct invoice_decimal read = { .negative = *text == '-' };

	text += read.negative ? 1 : 0;
	if (!whole_read(&text, &read.whole))
		return false;
	if (*text == '.' ? !fraction_read(text + 1, &read.fraction) : *text != '\0')
		return false;
	read.negative = read.negative && (read.whole != 0 || read.fraction != 0);
	*result = read;
	return true;
}

struct invoice_decimal invoice_decimal_of(int64_t minor)
{
	return (struct invoice_decimal){ .negative = minor < 0,
		                         .whole = minor < 0 ? -minor : minor };
}

int64_t invoice_decimal_times(struct invoice_decimal unit, int64_t quantity)
{
	const bool negative = unit.negative != (quantity < 0);
	__extension__ const __int128 count = quantity < 0 ? -(__int128)quantity : quantity;
	__extension__ const __int128 part = count * unit.fraction;
	__extension__ const __int128 rounded = (part + FRACTION_UNIT / 2) / FRACTION_UNIT;
	__extension__ const __int128 size = count * unit.whole + rounded;

	if (size > INT64_MAX)
		return negative ? INT64_MIN : INT64_MAX;
	return negative ? -(int64_t)size : (int64_t)size;
}

int64_t invoice_decimal_minor(struct invoice_decimal decimal)
{
	return invoice_decimal_times(decimal, 1);
}
