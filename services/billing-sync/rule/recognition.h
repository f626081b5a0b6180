/*
 * recognition - on which day how much of what was billed is earned.
 *
 * What a line bills is spread over the time that it is for. The share of each calendar month is fixed first,
 * by the mode, as whole minor units by largest remainder (ties to the earlier month), so that the months
 * always sum to the line; a month's share is then spread over its days, the first ones having a unit more
 * where it does not divide. Days are numbers as in time.h, counted in the zone of the books. A line whose
 * time began before it was booked catches up on the day of the booking. A refund or lost dispute first
 * clears what is not yet earned; the rest is contra revenue, and what was earned stays as it was.
 *
 * Pure: the same order, the same schedule. Negative lines (credits for unused time) are the mirror image
 * of positive ones. The modes are those of the provider's revenue recognition (domain.md 3.12).
 */
#ifndef SERVICES_BILLING_SYNC_RULE_RECOGNITION_H
#define SERVICES_BILLING_SYNC_RULE_RECOGNITION_H

#include "common/base/arena.h"
#include "common/base/time.h"

#include <stdbool.h>

struct zone;

#define RECOGNITION_MONTHS_MAX 121 /* ten years paid ahead, from the middle of a month */
#define RECOGNITION_PARTS_MAX 185  /* and 64 reversals, each of which may cut a month in two */
#define RECOGNITION_SHARES_MAX 400 /* of one sharing out: days of a year, lines of an invoice */

enum recognition_mode {
	RECOGNITION_BY_DAY,   /* each day the same; the day on which it ends is cut off */
	RECOGNITION_BY_TIME,  /* months by their share of the time, to the microsecond */
	RECOGNITION_BY_MONTH, /* each month the same; the month in which it ends is cut off */
	RECOGNITION_BY_MONTH_PRORATED, /* first and last by their share of the time, the others the same */
	RECOGNITION_MODES,
};
extern const char *const recognition_mode_names[]; /* "day" ..., NULL at the end */

/* What is to be recognised. */
struct recognition_order {
	int64_t minor; /* without tax, net of discounts */
	struct instant from;
	struct instant to; /* not part of it; equal to from: all on that day */
	enum recognition_mode mode;
	int64_t booked_day; /* nothing is recognised before it */
};

/* Days on end within one calendar month, and their share. */
struct recognition_part {
	int64_t first_day;
	int32_t days; /* 1 to 31 */
	int64_t minor;
};

struct recognition {
	int64_t minor;  /* what the parts sum to: billed minus cleared */
	int64_t contra; /* reversed beyond what was still deferred; the sign of the line */
	int64_t booked_day;
	size_t count;
	const struct recognition_part *parts; /* in the order of their days */
};

/* The day of the books on which an instant lies; a NULL zone is UTC. */
int64_t recognition_day(const struct zone *zone, struct instant at);
/* The instant at which a day begins. */
struct instant recognition_midnight(struct zone *zone, int64_t day);

/*
 * total in parts by weight, each rounded down and what is left given out by largest remainder, ties to the
 * earlier: they sum to total. At most RECOGNITION_SHARES_MAX of them, not all weights 0, their sum below 2^63.
 */
void recognition_apportion(int64_t total, const uint64_t *weights, size_t count, int64_t *parts);

/* The schedule lives in the arena. False: reason says what of the order cannot be. */
bool recognition_make(struct arena *arena, const struct recognition_order *order, struct zone *zone,
                      struct recognition *schedule, const char **reason) MUST_CHECK;

/* Recognised on all days before this one; on this one alone; and what is deferred as it begins. */
int64_t recognition_before(const struct recognition *schedule, int64_t day);
int64_t recognition_on(const struct recognition *schedule, int64_t day);
int64_t recognition_deferred(const struct recognition *schedule, int64_t day);

struct recognition_reversal {
	struct recognition after;
	int64_t cleared; /* of what was deferred as the day began */
	int64_t contra;  /* of what had been earned */
};

/*
 * A refund, a credit note or a dispute of so much on a day; minor has the sign of the line. What is left of
 * the deferred part is spread over the rest of the time in the same shape. False where more would be
 * reversed than was billed.
 */
bool recognition_reverse(struct arena *arena, const struct recognition *schedule, int64_t day,
                         int64_t minor, struct recognition_reversal *reversal,
                         const char **reason) MUST_CHECK;

/* A row's bytes (packed.h): a version, then the fields in the order of the structs. */
struct bytes recognition_encode(struct arena *arena, const struct recognition *schedule);
bool recognition_decode(struct arena *arena, struct bytes bytes,
                        struct recognition *schedule) MUST_CHECK;

/* What a period did to the deferred revenue of one currency. */
struct recognition_roll {
	char currency[4];
	int64_t opening;
	int64_t billed;
	int64_t recognised;
	int64_t cleared;
	int64_t closing;
};

/* opening + billed - recognised - cleared - closing, cut to 64 bits; 0: the roll-forward balances. */
int64_t recognition_gap(const struct recognition_roll *roll);

/* What a period did to what is used and not billed yet, in one currency. */
struct unbilled_roll {
	char currency[4];
	int64_t opening;
	int64_t used;
	int64_t billed;
	int64_t closing; /* by the ledger */
};

/* opening + used - billed - closing, cut to 64 bits; 0: it rolls forward. */
int64_t unbilled_gap(const struct unbilled_roll *roll);

#endif
