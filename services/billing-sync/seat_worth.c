#include "services/billing-sync/seat_worth.h"

#include "services/billing-sync/ratio.h"

#include <string.h>

static struct seat_worth worth_of(const struct seat_book *book, const struct seat_line *line,
                                  int64_t expected, int64_t found)
{
	struct seat_worth worth = { .expected = expected, .found = found };

	if (expected == found)
		return (struct seat_worth){ .currency = "" };
	memcpy(worth.currency, book->invoices[line->invoice].currency, sizeof(worth.currency));
	return worth;
}

struct seat_worth seat_worth_units(const struct seat_book *book, const struct seat_line *line,
                                   int64_t expected, int64_t found)
{
	if (!line->has_unit)
		return (struct seat_worth){ .currency = "" };
	return worth_of(book, line, invoice_decimal_times(line->unit, expected),
	                invoice_decimal_times(line->unit, found));
}

struct seat_worth seat_worth_time(const struct seat_book *book, const struct seat_line *line,
                                  int64_t expected, int64_t found)
{
	const int64_t length = (line->end.us - line->start.us) / SECONDS(1).us;
	const int64_t twice = expected - found < length ? expected - found : length;

	if (!line->has_unit || length <= 0 || twice <= 0)
		return (struct seat_worth){ .currency = "" };
	const int64_t amount = invoice_decimal_times(line->unit, line->quantity);
	int64_t again;

	if (!ratio_apply(amount, ratio_of(twice, length), ROUNDING_HALF_UP, &again))
		return (struct seat_worth){ .currency = "" };
	return worth_of(book, line, amount - again, amount);
}

struct seat_worth seat_worth_item(const struct seat_book *book, size_t item, int64_t expected,
                                  int64_t found)
{
	const struct seat_line *newest = NULL;

	for (size_t i = 0; i < book->line_count; i++) {
		const struct seat_line *const line = &book->lines[i];

		if (line->item == item && line->kind == SEAT_LINE_PERIOD && line->has_unit &&
		    (newest == NULL || time_before(newest->start, line->start)))
			newest = line;
	}
	return newest != NULL ? seat_worth_units(book, newest, expected, found)
	                      : (struct seat_worth){ .currency = "" };
}
