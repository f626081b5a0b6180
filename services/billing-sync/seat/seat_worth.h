/*
 * seat_worth - what seats and times that do not agree come to, by the price of the line that bills them. Pure.
 *
 * Of seats it is so many too many or too few times the line's unit. Of a time that is billed twice it is what the line
 * that does comes to, by the part of its period that is. Of a time that no line bills it is, for each stretch of it in
 * which price and seats are the same, unit times seats times the stretch's part of a period; all added up exactly and
 * rounded once, half up. A period is as long as the one of the line that follows; where the time is a whole number of
 * such periods, but for three days or an eighth of each (months are not equal), it is that number of equal ones. A
 * period that begins in a trial or a pause comes to nothing. The price is the plan's; of a state that does not say its
 * price, it is the line's.
 *
 * Without a unit price (tiers, packages) it is what the price makes of so many seats (usage_price.h), where that is
 * known; else seats and unbilled times have no worth, nor has what comes to nothing: those are told in seats and seconds
 * alone.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_WORTH_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_WORTH_H

#include "services/billing-sync/seat/seat_book.h"

struct seat_worth {
	char currency[4]; /* "": none */
	int64_t expected; /* minor units, as the provider bills them */
	int64_t found;
};

struct seat_worth seat_worth_units(const struct seat_book *book, const struct seat_line *line,
                                   int64_t expected, int64_t found);
/* Seconds since 1970: where the line's time should begin, and where it does. */
struct seat_worth seat_worth_time(const struct seat_book *book, const struct seat_line *line,
                                  int64_t expected, int64_t found);
/* Seconds since 1970: from where the line's time should begin until it does, which no line bills. */
struct seat_worth seat_worth_gap(const struct seat_book *book, const struct seat_line *line,
                                 int64_t expected, int64_t found);
/* So many periods of the line's length is the time before it, from an instant on; at least 1. */
int64_t seat_worth_periods(const struct seat_line *line, struct instant from);
/* Of the item's newest period that has a price. */
struct seat_worth seat_worth_item(const struct seat_book *book, size_t item, int64_t expected,
                                  int64_t found);

#endif
