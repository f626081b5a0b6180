/*
 * What a line alone says: its amount, its price, its seats, the time that it bills.
 */
#include "common/base/text.h"
#include "services/billing-sync/invoice_check_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Quantity times unit, where the line is of that kind. */
static bool plain(const struct invoice_line *line, int64_t *minor)
{
	if (!line->by_unit || !line->has_unit || !line->quantity.has)
		return false;
	*minor = invoice_decimal_times(line->unit, line->quantity.minor);
	return true;
}

/* What was agreed for the line's time; NULL: nothing is known. */
static const struct invoice_price *price_of(const struct invoice_context *context,
                                            const struct invoice_line *line)
{
	for (size_t i = 0; i < context->price_count && line->has_period; i++) {
		const struct invoice_price *const price = &context->prices[i];

		if ((price->item[0] == '\0' || text_equal(price->item, line->item)) &&
		    (price->price[0] == '\0' || text_equal(price->price, line->price)) &&
		    !time_before(line->start, price->from) &&
		    time_before(line->start, price->until))
			return price;
	}
	return NULL;
}

/* Free though its price is not: a trial says so; else somebody has to look. */
static void check_amount(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	const struct invoice_price *const price = price_of(hearing->context, line);
	int64_t expected;

	if (!plain(line, &expected) || line->proration != INVOICE_NO)
		return;
	if (line->minor == 0 && price != NULL && price->trial)
		return;
	invoice_hold(
	    hearing,
	    line->minor == 0 && expected != 0 ? INVOICE_CHECK_LINE_FREE : INVOICE_CHECK_LINE_AMOUNT,
	    (struct invoice_pair){ line->id, expected, line->minor, invoice_tolerance(hearing, 1) },
	    "The line is, by quantity and unit amount,");
}

static int64_t size_of(int64_t minor)
{
	if (minor == INT64_MIN)
		return INT64_MAX;
	return minor < 0 ? -minor : minor;
}

/* Part of a period is never more than the whole of it, and what gives back never takes. */
static void check_proration(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	const int64_t tolerance = invoice_tolerance(hearing, 1);
	int64_t whole;

	if (line->proration != INVOICE_YES)
		return;
	if (line->credits)
		invoice_hold(hearing, INVOICE_CHECK_PRORATION_SIGN,
		             (struct invoice_pair){ line->id, line->minor < 0 ? line->minor : 0,
		                                    line->minor, tolerance },
		             "A proration that gives back is");
	if (!plain(line, &whole))
		return;
	whole = size_of(whole);
	if (size_of(line->minor) <= whole)
		whole = size_of(line->minor);
	invoice_hold(hearing, INVOICE_CHECK_PRORATION_SIZE,
	             (struct invoice_pair){ line->id, line->minor < 0 ? -whole : whole, line->minor,
	                                    tolerance },
	             "A proration is more than its whole period:");
}

static void check_price(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	const struct invoice_price *const price = price_of(hearing->context, line);
	struct invoice_pair pair = { .line = line->id };

	if (price == NULL || price->trial || !line->by_unit || !line->has_unit ||
	    line->proration != INVOICE_NO)
		return;
	pair.expected = invoice_decimal_minor(price->unit);
	pair.found = invoice_decimal_minor(line->unit);
	invoice_applies(hearing, INVOICE_CHECK_PRICE);
	if (strcmp(price->currency, hearing->invoice->currency) != 0)
		invoice_note(hearing, INVOICE_CHECK_PRICE_CURRENCY, pair, "",
		             arena_printf(hearing->arena, "A unit is billed in %s; %s says %s.",
		                          hearing->invoice->currency, price->source,
		                          price->currency));
	else if (!invoice_decimal_equal(price->unit, line->unit))
		invoice_note(hearing, INVOICE_CHECK_PRICE, pair, price->currency,
		             arena_printf(hearing->arena,
		                          "A unit costs %" PRId64 " minor units of %s; %s says "
		                          "%" PRId64 ".",
		                          pair.found, price->currency, price->source,
		                          pair.expected));
}

static const struct seat_timeline *seats_of(const struct invoice_context *context, const char *item)
{
	for (size_t i = 0; i < context->seat_count && item[0] != '\0'; i++)
		if (text_equal(context->seats[i].item, item))
			return context->seats[i].timeline;
	return NULL;
}

/* A period is billed at its start, by the seats that are in force then; later ones are prorated. */
static void check_seats(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	const struct seat_timeline *const seats = seats_of(hearing->context, line->item);
	const struct instant known_by =
	    hearing->context->known_by.us == 0 ? TIME_MAX : hearing->context->known_by;
	struct invoice_pair pair = { .line = line->id, .found = line->quantity.minor };

	if (seats == NULL || line->proration != INVOICE_NO || !line->quantity.has ||
	    !line->has_period || !seat_at(seats, line->start, known_by, &pair.expected))
		return;
	invoice_applies(hearing, INVOICE_CHECK_SEATS);
	if (pair.expected != pair.found)
		invoice_note(hearing, INVOICE_CHECK_SEATS, pair, "",
		             arena_printf(hearing->arena,
		                          "%" PRId64 " seats are billed; %" PRId64
		                          " were in force when the period began.",
		                          pair.found, pair.expected));
}

bool invoice_line_seats(const struct invoice_line *line, struct seat_billed *billed)
{
	const bool back = line->proration == INVOICE_YES && (line->credits || line->minor < 0);

	if (line->item[0] == '\0' || !line->quantity.has || !line->has_period ||
	    line->proration == INVOICE_UNSAID)
		return false;
	*billed = (struct seat_billed){ line->start, line->end,
		                        back ? -line->quantity.minor : line->quantity.minor };
	return true;
}

void invoice_check_line(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	check_amount(hearing, line);
	check_proration(hearing, line);
	check_price(hearing, line);
	check_seats(hearing, line);
}

/* Periods. */

static int by_start(const void *a, const void *b)
{
	const struct invoice_period *const left = a;
	const struct invoice_period *const right = b;

	if (left->start.us != right->start.us)
		return left->start.us < right->start.us ? -1 : 1;
	if (left->end.us != right->end.us)
		return left->end.us < right->end.us ? -1 : 1;
	return strcmp(left->line, right->line);
}

static void check_meeting(const struct invoice_hearing *hearing, struct instant end,
                          const struct invoice_period *next)
{
	const struct invoice_pair pair = { .line = next->line,
		                           .expected = end.us / SECONDS(1).us,
		                           .found = next->start.us / SECONDS(1).us };

	invoice_applies(hearing, INVOICE_CHECK_PERIOD_GAP);
	invoice_applies(hearing, INVOICE_CHECK_PERIOD_OVERLAP);
	if (pair.found > pair.expected)
		invoice_note(hearing, INVOICE_CHECK_PERIOD_GAP, pair, "",
		             arena_printf(hearing->arena, "%" PRId64 " seconds are billed by none.",
		                          pair.found - pair.expected));
	else if (pair.found < pair.expected)
		invoice_note(hearing, INVOICE_CHECK_PERIOD_OVERLAP, pair, "",
		             arena_printf(hearing->arena,
		                          "%" PRId64 " seconds are billed a second time.",
		                          pair.expected - pair.found));
}

const struct invoice_findings *invoice_check_periods(struct arena *arena,
                                                     const struct invoice_period *periods,
                                                     size_t count)
{
	struct invoice_findings *const findings = arena_zero(arena, sizeof(*findings));
	struct invoice_period *const sorted = arena_alloc(arena, (count + 1) * sizeof(*periods));
	const struct invoice_hearing hearing = { arena, NULL, NULL, findings };
	struct instant end = { 0 };

	findings->why = "";
	for (size_t i = 0; i < count; i++)
		sorted[i] = periods[i];
	qsort(sorted, count, sizeof(*sorted), by_start);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			check_meeting(&hearing, end, &sorted[i]);
		end = i > 0 ? time_later(end, sorted[i].end) : sorted[i].end;
	}
	return findings;
}
