/*
 * standing - what all subscriptions of a customer come to: its access, and what it brings a month.
 *
 * The customer's row keeps what was said last; whenever one of its subscriptions is another, or the instant
 * has come that the last look named, standing_follow says what is to be told and when to look again. Several
 * looks at one instant tell nothing twice. Instants must not go back; days are those of the books.
 *
 * Pure.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_STANDING_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_STANDING_H

#include "services/billing-sync/rule/books_policy.h"
#include "services/billing-sync/subscription/entitlement.h"
#include "services/billing-sync/subscription/recurring_book.h"

/* Zero-initialised: nothing was ever said. */
struct standing {
	struct entitlements entitlements;
	struct recurring_customer mrr;
};

struct standing_rules {
	const struct access_policy *access;
	const struct mrr_policy *mrr;
	const struct books_policy *books;
	const struct currency_policy *currencies;
};

struct standing_news {
	size_t access_count;
	const struct entitlement_change *access;
	int64_t day; /* that ended, where something moved on it */
	size_t moved;
	struct recurring_movement movements[RECURRING_MOVEMENTS_MAX];
	struct recurring_amounts before; /* what it brought until this look; mrr.now is since */
	int32_t unpriced;                /* as in struct recurring */
	int32_t unknown_discounts;
	struct moment next; /* look again then; none: when something comes */
};

/* False: reason says why its revenue cannot be told, and the standing is as it was. */
bool standing_follow(struct arena *arena, struct standing *standing,
                     const struct subscription_memory *const *subscriptions, size_t count,
                     const struct standing_rules *rules, struct instant at,
                     struct standing_news *news, const char **reason) MUST_CHECK;

struct bytes standing_encode(struct arena *arena, const struct standing *standing);
bool standing_decode(struct arena *arena, struct bytes bytes, struct standing *standing) MUST_CHECK;

#endif
