/*
 * recurring - monthly recurring revenue: what a customer's contracts bring in a month.
 *
 * The contracted price of each licensed item by its quantity, brought to a month (a year is twelve months, a
 * week 12/52 of one, a day 12/365), less the discounts that recur. Trials, metered, paused and unpaid
 * subscriptions bring nothing; one past due counts until retries end, as the policy says. Every step is an
 * exact fraction; a customer's sum of a currency is rounded once. It is built from prices, never from
 * invoices (domain.md 3.11).
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","past_due_at_most":"62d",
 *    "collection_paused_counts":false,"rounding":"half_up",
 *    "reporting_currency":"USD"}            absent: there is no book in one currency (recurring_report.h)
 *
 * Pure. The schema is deploy/policies/schema/mrr.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_RECURRING_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_RECURRING_H

#include "common/base/ratio.h"
#include "common/flow/policy_head.h"
#include "services/billing-sync/rule/currency.h"
#include "services/billing-sync/subscription/subscription_change.h"

#define RECURRING_CURRENCIES_MAX 16 /* of one customer */

struct mrr_policy {
	struct policy_head head;
	struct duration past_due_at_most; /* for so long one past due counts; 0: not at all */
	bool collection_paused_counts;
	enum rounding rounding;
	char reporting_currency[4]; /* "": none */
};
extern const struct policy_kind mrr_policy_kind;

struct recurring_amount {
	char currency[4];
	int64_t minor; /* of the standard (currency.h), not the provider's; above 0 */
};

/* In the order of the currencies; one that brings nothing is not among them. */
struct recurring_amounts {
	size_t count;
	struct recurring_amount list[RECURRING_CURRENCIES_MAX];
};

struct recurring {
	struct recurring_amounts amounts;
	int32_t unpriced;          /* items in tiers, which count as nothing */
	int32_t unknown_discounts; /* discounts that are only named, which take nothing off */
};

/* Of all subscriptions of one customer. False: a sum is beyond what can be told exactly. */
bool recurring_of(struct arena *arena, const struct subscription_memory *const *subscriptions,
                  size_t count, const struct mrr_policy *policy,
                  const struct currency_policy *currencies, struct instant at,
                  struct recurring *recurring, const char **reason) MUST_CHECK;
/* The first instant after at on which that changes by itself: a discount ends, a debt is too old. */
struct moment recurring_next(const struct subscription_memory *const *subscriptions, size_t count,
                             const struct mrr_policy *policy, struct instant at);

#endif
