/*
 * seat_book_check - what of a subscription's book does not agree, each with its figures.
 *
 * One finding for a rule, an item and an invoice; its amounts are the sums of the lines that break the rule, each by
 * more than its invoice's tolerance. Lines are held against the contract in force, else against the price that the item
 * had (seat_plan.h), else against the unit of the price that they name. What is not known breaks no rule: an invoice
 * whose lines are cut, an item that is metered, a price in tiers. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_BOOK_CHECK_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_BOOK_CHECK_H

#include "services/billing-sync/rule/currency.h"
#include "services/billing-sync/seat/seat_worth.h"

/* What was agreed for a price, or all prices of a product; in force while a billed period begins. */
struct seat_contract {
	const char *id;
	int64_t version;     /* of two in force the higher holds */
	const char *price;   /* "": of the product */
	const char *product; /* "": of the price */
	int64_t quantity;    /* 0: as many as are used */
	bool has_unit;
	int64_t unit; /* minor units, as the provider bills them */
	char currency[4];
	struct instant from;
	struct instant until; /* not included */
};

struct seat_finding {
	enum seat_check check;
	const char *item;
	const char *invoice;
	int64_t expected; /* seats; seconds since 1970 of periods; minor units of prices */
	int64_t found;
	char currency[4];        /* "" where it is no money: then */
	struct seat_worth worth; /* what it comes to */
	const char *sentence;    /* for people, no personal data */
};

struct seat_findings {
	struct seat_finding list[SEAT_BOOK_FINDINGS];
	size_t count;
};

/* The cause's word. */
const char *seat_check_word(enum seat_check check);

/* currencies: of the provider's units, for the sentences; NULL: they are the standard's. */
void seat_book_check(struct arena *arena, const struct seat_book *book,
                     const struct seat_contract *contracts, size_t count,
                     const struct currency_policy *currencies, struct seat_findings *findings);

#endif
