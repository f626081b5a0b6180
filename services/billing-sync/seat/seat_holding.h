/*
 * seat_holding - who has had a seat of one subscription item, as products report it.
 *
 * Reports may come in any order and more than once. What is older than anybody looks back at is let go, but for
 * the last that is known of each holder. Holders and reports are kept as digests.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_HOLDING_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_HOLDING_H

#include "services/billing-sync/seat/seat.h"
#include "services/billing-sync/usage/usage.h"

#define SEAT_HOLDINGS_MAX 4096 /* reports of one item that are kept: a row of 100 KB */

struct seat_holding {
	uint64_t subject;
	uint64_t id; /* of the report: decides between two of one instant */
	struct instant at;
	bool assigned;
};

/* Of an item; zero-initialised: nobody ever had a seat. */
struct seat_holdings {
	bool shown; /* more were assigned than there were, when it was last looked at */
	size_t count;
	struct seat_holding *list; /* by time and id; in the arena */
};

struct seat_holding seat_holding_of(const struct usage_event *event);
/* False: there are too many; nothing was kept. */
bool seat_holdings_put(struct arena *arena, struct seat_holdings *holdings,
                       const struct seat_holding *holding) MUST_CHECK;
/* The last report; TIME_MIN: there is none. */
struct instant seat_holdings_last(const struct seat_holdings *holdings);
/* Holders against seats for each day that [from, until) touches. */
struct seat_difference seat_holdings_compare(struct arena *arena,
                                             const struct seat_holdings *holdings,
                                             const struct seat_timeline *timeline,
                                             struct instant from, struct instant until);

/* Version 1 of its bytes: shown, count in 8 bytes, subject, id, at, assigned of each (packed.h). */
struct bytes seat_holdings_encode(struct arena *arena, const struct seat_holdings *holdings);
bool seat_holdings_decode(struct arena *arena, struct bytes bytes,
                          struct seat_holdings *holdings) MUST_CHECK;

#endif
