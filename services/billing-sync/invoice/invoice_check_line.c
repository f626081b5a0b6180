/*
 * What a line alone says: its amount, and the bounds of a proration.
 */
#include "services/billing-sync/invoice/invoice_check_inside.h"

/* Quantity times unit, where the line is of that kind. */
static bool plain(const struct invoice_line *line, int64_t *minor)
{
	if (!line->by_unit || !line->has_unit || !line->quantity.has)
		return false;
	*minor = invoice_decimal_times(line->unit, line->quantity.minor);
	return true;
}

/*
 * Free though its price is not: somebody has to look. Of a subscription's item its book knows whether that was a
 * trial (seat_book_check.c).
 */
static void check_amount(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	int64_t expected;

	if (!plain(line, &expected) || line->proration != INVOICE_NO ||
	    (line->minor == 0 && invoice_line_is_of_item(line, hearing->invoice->subscription)))
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

void invoice_check_line(const struct invoice_hearing *hearing, const struct invoice_line *line)
{
	check_amount(hearing, line);
	check_proration(hearing, line);
}
