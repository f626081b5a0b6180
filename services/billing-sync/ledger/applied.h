/*
 * applied - which invoices a charge pays, and how much of each, by everything that says so. Pure.
 *
 * Older versions of the provider's API have the charge name its invoice, or the invoice its charge or
 * payment intent: then all of the charge is meant. Newer ones have invoice payments between the two, each
 * with its amount: objects of their own, which an invoice may list as well; of one that came both ways its
 * own object counts. An invoice payment counts more than who names no amount. What is said about a charge
 * is kept, so that it may come in any order, and before the charge.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_APPLIED_H
#define SERVICES_BILLING_SYNC_LEDGER_APPLIED_H

#include "common/base/arena.h"
#include "common/base/money.h"

#define APPLIED_MAX 100 /* of one charge or payment intent; the provider splits one into a few */

enum applied_source {
	APPLIED_PAYMENT, /* an invoice payment's own object */
	APPLIED_LISTED,  /* the same within its invoice */
	APPLIED_NAMED,   /* the charge or the invoice names the other, without an amount */
	APPLIED_SOURCES,
};

struct applied_word {
	enum applied_source source;
	const char *id; /* the invoice payment's; of NAMED the invoice's */
	const char *invoice;
	struct money amount; /* of NAMED nothing */
};

/* In the order of source and id. */
struct applied {
	struct applied_word words[2 * APPLIED_MAX]; /* what is said of a charge and of its intent */
	size_t count;
};

/* In the place of what the same source said before. False: there are too many; it is as it was. */
bool applied_put(struct applied *applied, const struct applied_word *word) MUST_CHECK;
/* What is said of the payment intent of a charge is said of the charge. Both were bounded. */
void applied_join(struct applied *applied, const struct applied *other);
/* What is said of another charge's intent is for nothing here: its invoices are parts of 0. */
void applied_leave(struct applied *applied, const struct applied *other);

struct applied_part {
	const char *invoice;
	int64_t minor; /* 0: it is named, and nothing is for it */
};
/*
 * What of a charge goes to which invoice, by invoice; how many parts. Never more than was charged: what is
 * said beyond that, or in another currency, is not for an invoice.
 */
size_t applied_parts(const struct applied *applied, struct money charged,
                     struct applied_part parts[static 2 * APPLIED_MAX]);

struct bytes applied_encode(struct arena *arena, const struct applied *applied);
/* Of what was encoded, not joined. False: it is no such thing. */
bool applied_decode(struct arena *arena, struct bytes bytes, struct applied *applied) MUST_CHECK;

#endif
