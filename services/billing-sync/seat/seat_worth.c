#include "services/billing-sync/seat/seat_worth.h"

#include "services/billing-sync/rule/exact.h"
#include "services/billing-sync/seat/seat_contract.h"

#include "common/base/text.h"

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

/* NULL: the line's price has none that is known, or it is in another currency. */
static const struct usage_price *tariff_of(const struct seat_book *book,
                                           const struct seat_line *line)
{
	const struct seat_price *const price = seat_book_price(book, line->price);

	return price != NULL && price->tariff != NULL &&
	               text_equal(price->tariff->currency, book->invoices[line->invoice].currency)
	           ? price->tariff
	           : NULL;
}

struct seat_worth seat_worth_units(const struct seat_book *book, const struct seat_line *line,
                                   int64_t expected, int64_t found)
{
	const struct usage_price *const tariff = tariff_of(book, line);
	struct seat_worth worth = { .currency = "" };

	if (line->has_unit)
		return worth_of(book, line, invoice_decimal_times(line->unit, expected),
		                invoice_decimal_times(line->unit, found));
	if (tariff == NULL || !usage_price_value(tariff, expected, &worth.expected) ||
	    !usage_price_value(tariff, found, &worth.found))
		return (struct seat_worth){ .currency = "" };
	return worth_of(book, line, worth.expected, worth.found);
}

struct seat_worth seat_worth_time(const struct seat_book *book, const struct seat_line *line,
                                  int64_t expected, int64_t found)
{
	const int64_t length = (line->end.us - line->start.us) / SECONDS(1).us;
	const int64_t twice = expected - found < length ? expected - found : length;

	if ((!line->has_unit && !line->minor.has) || length <= 0 || twice <= 0)
		return (struct seat_worth){ .currency = "" };
	const int64_t amount =
	    line->has_unit ? invoice_decimal_times(line->unit, line->quantity) : line->minor.minor;
	int64_t again;

	if (!ratio_apply(amount, ratio_of(twice, length), ROUNDING_HALF_UP, &again))
		return (struct seat_worth){ .currency = "" };
	return worth_of(book, line, amount - again, amount);
}

/* A time that no line bills. */

#define PERIODS_MAX 120             /* that are looked at: ten years of months */
#define UNEVEN (INT64_C(3) * 86400) /* seconds: a month has 28 to 31 days */
#define UNEVEN_PART 8
#define SCALE INT64_C(1000000000000) /* of a unit's decimals */

struct gap {
	const struct seat_book *book;
	const struct seat_line *after;
	int64_t start; /* seconds */
	int64_t end;
	int64_t periods;
	int64_t numerator; /* a second is so much of a period: */
	int64_t denominator;
	struct exact sum;
};

int64_t seat_worth_periods(const struct seat_line *line, struct instant from)
{
	const int64_t length = line->end.us - line->start.us;
	const int64_t span = line->start.us - from.us;
	const int64_t whole = span / length + (span % length > length / 2);

	return whole > 0 ? whole : 1;
}

static struct gap gap_of(const struct seat_book *book, const struct seat_line *after, int64_t start)
{
	const int64_t length = (after->end.us - after->start.us) / SECONDS(1).us;
	const int64_t end = after->start.us / SECONDS(1).us;
	const int64_t span = end - start;
	const int64_t periods = seat_worth_periods(after, (struct instant){ SECONDS(start).us });
	const int64_t off = span - periods * length;
	const int64_t uneven = length / UNEVEN_PART < UNEVEN ? length / UNEVEN_PART : UNEVEN;
	const bool whole = off <= periods * uneven && -off <= periods * uneven;

	return (struct gap){ .book = book,
		             .after = after,
		             .start = start,
		             .end = end,
		             .periods = periods,
		             .numerator = whole ? periods : 1,
		             .denominator = whole ? span : length,
		             .sum = exact_of(0) };
}

static bool units_cost(struct invoice_decimal unit, int64_t quantity, struct exact *cost)
{
	struct exact part;

	return exact_times(exact_of(unit.fraction), 1, SCALE, &part) &&
	       exact_add(part, exact_of(unit.whole), &part) && exact_times(part, quantity, 1, cost);
}

/* A period of so many seats. False: what that costs is not known. */
static bool cost_of(const struct gap *it, const struct seat_state *state, int64_t quantity,
                    struct exact *cost)
{
	const uint8_t place = state->prices[it->after->item];
	const char *const currency = it->book->invoices[it->after->invoice].currency;
	int64_t amount;

	if (place == 0)
		return it->after->has_unit && units_cost(it->after->unit, quantity, cost);
	const struct seat_price *const price = &it->book->prices[place - 1];

	if (!text_equal(price->currency, currency))
		return false;
	if (price->has_unit)
		return units_cost(price->unit, quantity, cost);
	if (price->tariff == NULL || !usage_price_value(price->tariff, quantity, &amount))
		return false;
	*cost = exact_of(amount);
	return true;
}

static bool add_stretch(struct gap *it, const struct seat_state *state, int64_t seconds)
{
	const int64_t quantity = state->quantities[it->after->item];
	struct exact part;

	if (seconds <= 0 || quantity == 0)
		return true;
	return quantity > 0 && cost_of(it, state, quantity, &part) &&
	       exact_times(part, seconds * it->numerator, it->denominator, &part) &&
	       exact_add(it->sum, part, &it->sum);
}

static int64_t second_of(struct instant at)
{
	return at.us / SECONDS(1).us;
}

/* What was before the first state is not known, but for the minutes by which it is dated late. */
static bool add_period(struct gap *it, int64_t from, int64_t until)
{
	const struct seat_book *const book = it->book;
	const struct instant start = { SECONDS(from).us };

	if (seat_book_unbilled(book, start))
		return true;
	if (book->state_count == 0 ||
	    time_before(time_add(start, SEAT_BOOK_SLACK), book->states[0].at))
		return false;
	for (size_t i = 0; i < book->state_count; i++) {
		const int64_t at = i > 0 ? second_of(book->states[i].at) : from;
		const int64_t next =
		    i + 1 < book->state_count ? second_of(book->states[i + 1].at) : until;
		const int64_t begin = at > from ? at : from;
		const int64_t end = next < until ? next : until;

		if (!add_stretch(it, &book->states[i], end - begin))
			return false;
	}
	return true;
}

struct seat_worth seat_worth_gap(const struct seat_book *book, const struct seat_line *line,
                                 int64_t expected, int64_t found)
{
	struct gap gap;
	int64_t amount;

	if (found <= expected || !time_before(line->start, line->end))
		return (struct seat_worth){ .currency = "" };
	gap = gap_of(book, line, expected);
	if (gap.periods > PERIODS_MAX)
		return (struct seat_worth){ .currency = "" };
	for (int64_t i = 0; i < gap.periods; i++) {
		const int64_t span = gap.end - gap.start;

		if (!add_period(&gap, gap.start + span * i / gap.periods,
		                gap.start + span * (i + 1) / gap.periods))
			return (struct seat_worth){ .currency = "" };
	}
	if (!exact_round(gap.sum, ROUNDING_HALF_UP, &amount))
		return (struct seat_worth){ .currency = "" };
	return worth_of(book, line, amount, 0);
}

struct seat_worth seat_worth_item(const struct seat_book *book, size_t item, int64_t expected,
                                  int64_t found)
{
	const struct seat_line *newest = NULL;

	for (size_t i = 0; i < book->line_count; i++) {
		const struct seat_line *const line = &book->lines[i];

		if (line->item == item && line->kind == SEAT_LINE_PERIOD &&
		    (line->has_unit || tariff_of(book, line) != NULL) &&
		    (newest == NULL || time_before(newest->start, line->start)))
			newest = line;
	}
	return newest != NULL ? seat_worth_units(book, newest, expected, found)
	                      : (struct seat_worth){ .currency = "" };
}
