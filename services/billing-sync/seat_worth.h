/*
 * seat_worth - what seats and times that do not agree come to, by the price of the line that bills them. Pure.
 *
 * Of seats it is so many too many or too few times the line's unit; of a time that is billed twice the line's
 * amount, by the part of its period that is. A line without a unit price (tiers) has no worth, nor what comes to
 * nothing: those are told in seats and seconds alone.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_WORTH_H
#define SERVICES_BILLING_SYNC_SEAT_WORTH_H

#include "services/billing-sync/seat_book.h"

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
/* Of the item's newest period that has a price. */
struct seat_worth seat_worth_item(const struct seat_book *book, size_t item, int64_t expected,
                                  int64_t found);

#endif
