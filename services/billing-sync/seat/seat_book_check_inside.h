/*
 * seat_book_check_inside - what the files of seat_book_check share: one look at a book, and the checks that have a file
 * of their own.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_BOOK_CHECK_INSIDE_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_BOOK_CHECK_INSIDE_H

#include "services/billing-sync/seat/seat_book_check.h"

struct seat_look {
	struct arena *arena;
	const struct seat_book *book;
	const struct seat_contract *contracts;
	size_t contract_count;
	const struct currency_policy *currencies;
	struct seat_findings *findings;
	bool cut;              /* there are lines that are not known */
	struct instant drawn;  /* up: when the last invoice was, */
	struct instant issued; /* and when it was issued */
};

/* The UTC day of an instant, 2026-05-01. */
const char *seat_day_text(struct arena *arena, struct instant at);
/* What a line shows; figures that are equal, or as good as, are none. */
void seat_note(struct seat_look *it, enum seat_check check, const struct seat_line *line,
               struct seat_finding finding);
/* Against the contract in force, else against the plan. */
void seat_check_price(struct seat_look *it, const struct seat_line *line);

#endif
