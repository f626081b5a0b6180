/*
 * seat_agreed - the periods of a contract that no line of any subscription bills.
 *
 * A contract does not say its rhythm: the lines that bill it do. Of one that nothing ever billed it is the first
 * SEAT_AGREED_MONTH that is missing, once. From the end of what was billed on, each period of the length of the last
 * line is: a line of 28 to 31 days is a month of the calendar, and so are quarters, half-years and years; any other
 * length is what it is, but for less than a week, which is no rhythm: then it is a SEAT_AGREED_MONTH. Of a time between two lines that is only so where they are of different items (of the same
 * item it is a gap of its periods, seat_book_check.h), and where no line begins within it. A period counts while the
 * contract is in force to its end, or for a SEAT_AGREED_MONTH of it, and where its subscription is not in a trial or paused
 * when it begins.
 *
 * It can be known to be unbilled a SEAT_AGREED_MONTH after its beginning, where the line before it was billed in
 * advance; else when it is over. What it is worth is what was agreed, times what was agreed; where the contract does not
 * say both, what the line before it had. Pure: who misses it by when is the caller's to say.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_AGREED_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_AGREED_H

#include "services/billing-sync/seat/seat_contract.h"

#define SEAT_AGREED_MONTH DAYS(31)
#define SEAT_AGREED_MAX 64 /* periods: the newest */

struct seat_unbilled {
	bool first; /* nothing ever billed the contract */
	struct instant start;
	struct instant passed; /* from then on it can be known */
	char currency[4];      /* "": nobody says what it is worth */
	int64_t worth;         /* minor units, as the provider bills them */
};

struct seat_agreed {
	struct seat_unbilled
	    list[SEAT_AGREED_MAX]; /* of each time without lines by their beginning */
	size_t count;
	bool billed;
	struct instant since; /* the first line that is known: what was before is not, any more */
};

/* Up to the first period of each time that begins after now. */
void seat_agreed_find(struct arena *arena, const struct seat_contract *contract,
                      const struct seat_book *const *books, size_t count, struct instant now,
                      struct seat_agreed *agreed);

/* Of what a book says of contracts: another figure where that is another. */
uint64_t seat_agreed_digest(const struct seat_book *book, const struct seat_contract *contracts,
                            size_t count);

#endif
