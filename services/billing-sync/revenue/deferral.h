/*
 * deferral - what of an invoice is billed and not yet earned, line by line, and what becomes of it.
 *
 * The lines that booking_invoice books as deferred revenue have a schedule each, which says what of it is
 * earned by which day. A refund, dispute or credit note first clears what is still deferred, over the lines by what each has left (largest remainder), and
 * the rest is contra revenue. So for every line billed = earned + cleared + deferred at any time.
 *
 * Pure. Amounts are those of the books: minor units of the invoice's currency.
 */
#ifndef SERVICES_BILLING_SYNC_REVENUE_DEFERRAL_H
#define SERVICES_BILLING_SYNC_REVENUE_DEFERRAL_H

#include "services/billing-sync/rule/books_policy.h"
#include "services/billing-sync/rule/stripe.h"

#define DEFERRAL_LINES_MAX 250 /* as the provider's limit of lines that an invoice has */
#define DEFERRAL_NET_MAX \
	INT64_C(1000000000000000) /* either way; no line of a currency is so large */

/* A line of an invoice as it is billed. */
struct deferral_billed {
	const char *line; /* its id */
	int64_t net;      /* without tax, after its discounts */
	struct instant from;
	struct instant to;
};

struct deferral_line {
	const char *line;
	struct recognition schedule;
};

/* Of one invoice. */
struct deferral {
	int64_t earned_to; /* the days before this one are as they were, whatever is reversed */
	size_t count;
	struct deferral_line *lines; /* as they were billed */
};

/*
 * Of an invoice that was finalised and is booked now; all in the arena. A line that is of a moment, or whose
 * time was over when it was finalised, is earned at once and is not among them. False: reason says why.
 */
bool deferral_open(struct arena *arena, const struct deferral_billed *billed, size_t count,
                   const struct books_policy *books, struct instant finalised,
                   struct instant booked, struct deferral *deferral,
                   const char **reason) MUST_CHECK;

/* What one line gives to its account; minor has the sign of the line and is never 0. */
struct deferral_part {
	const char *line;
	int64_t minor;
};

/* What a reversal does: the parts are cleared, the rest is contra revenue. */
struct deferral_reversal {
	size_t count;
	const struct deferral_part *parts;
	int64_t contra;
};
/*
 * So much above 0 of the invoice is reversed on a day, or on the first that may still change where that is
 * later. False, and the deferral as it was: a line was reversed too often.
 */
bool deferral_reverse(struct arena *arena, struct deferral *deferral, int64_t day, int64_t minor,
                      struct deferral_reversal *reversal, const char **reason) MUST_CHECK;

/* For who looks at the books: as migration 0016 describes it. NULL: nothing is earned later, or it is too long to tell. */
const char *deferral_text(struct arena *arena, const struct deferral *deferral);

struct bytes deferral_encode(struct arena *arena, const struct deferral *deferral);
bool deferral_decode(struct arena *arena, struct bytes bytes, struct deferral *deferral) MUST_CHECK;

#endif
