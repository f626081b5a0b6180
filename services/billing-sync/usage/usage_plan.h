/*
 * usage_plan - what the facts of a metered item make of its usage: what each day is worth, since when it is
 * billed, and which invoice bills something else.
 *
 * A day is worth what the period's running value has grown by on it, so that the days of a period always sum to
 * what its price makes of the whole, rounded once; a correction may take away. It is unbilled until the end of
 * the day on which the period's first invoice was issued, or of its own day where that is later. The plan is
 * made of the facts anew whenever one is added, so it says the same for the same facts, whichever came first;
 * what is booked is the difference to the plan before. A period whose price is not known, or is in a currency that is
 * refused, is worth nothing yet, and is held against no invoice. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_USAGE_USAGE_PLAN_H
#define SERVICES_BILLING_SYNC_USAGE_USAGE_PLAN_H

#include "services/billing-sync/rule/currency.h"
#include "services/billing-sync/usage/usage_book.h"
#include "services/billing-sync/usage/usage_tally.h"

struct usage_rules {
	struct zone *zone; /* of the books; NULL: UTC */
	const struct currency_policy *currencies;
	int64_t tolerance_per_line; /* the provider's units */
};

/* An invoice bills another amount for a period than its usage is worth; the provider's units. */
struct usage_finding {
	const char *invoice; /* the first that bills the period */
	char currency[4];
	int64_t expected;
	int64_t found; /* by all invoices that bill it */
};

/* A period that is worth something and that no invoice bills, more than the tolerance of a line. */
struct usage_unbilled {
	struct instant start;
	struct instant end; /* may be to come */
	char currency[4];
	int64_t expected; /* the provider's units */
};

struct usage_plan {
	const char *currency; /* NULL: nothing is worth anything */
	size_t count;
	const struct usage_posting *postings; /* by period and day; none is all zero */
	size_t finding_count;
	struct usage_finding findings[USAGE_LINES_MAX];
	size_t unbilled_count;
	struct usage_unbilled unbilled[USAGE_PERIODS_MAX];
	bool unpriced; /* there is usage of such a period */
};

/* In the arena; texts are the book's. */
void usage_plan_make(struct arena *arena, struct usage_book *book, const struct usage_tally *tally,
                     const struct usage_rules *rules, struct usage_plan *plan);

#endif
