/*
 * entitlement - what a customer may use, until when, and why.
 *
 * Told from the customer's subscriptions alone. An answer holds until it is told otherwise, or until the
 * instant that entitlement_next names: the end of a grace, the effect of a cancellation. A current period
 * that ends does not end anything by itself: the provider renews a little late.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "past_due_grace":"14d","trial_notice":"3d","collection_paused_keeps":true}
 *
 * Pure. The schema is deploy/policies/schema/access.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_ENTITLEMENT_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_ENTITLEMENT_H

#include "common/flow/policy_head.h"
#include "services/billing-sync/subscription/subscription_change.h"

#define ENTITLEMENTS_MAX 10000 /* of one customer: a hundred subscriptions of a hundred items */

struct access_policy {
	struct policy_head head;
	struct duration past_due_grace; /* access goes on for so long without payment */
	struct duration trial_notice;   /* so long before its end a trial is ending */
	bool collection_paused_keeps;   /* access, while no payment is asked for */
};
extern const struct policy_kind access_policy_kind;

/* Why there is access, and from ENTITLEMENT_NONE on why there is not. */
enum entitlement_reason {
	ENTITLEMENT_ACTIVE,
	ENTITLEMENT_TRIAL,
	ENTITLEMENT_GRACE,      /* past due, within the grace */
	ENTITLEMENT_CANCELLING, /* cancelled, paid until then */
	ENTITLEMENT_NO_CHARGE,  /* collection is paused, and access goes on */
	ENTITLEMENT_NONE,
	ENTITLEMENT_INCOMPLETE = ENTITLEMENT_NONE, /* the first payment is still to come */
	ENTITLEMENT_PAUSED,
	ENTITLEMENT_GRACE_OVER,
	ENTITLEMENT_UNPAID,
	ENTITLEMENT_ENDED,
	ENTITLEMENT_REASONS,
};
extern const char *const entitlement_reason_names[]; /* "active" ..., NULL at the end */

struct entitlement {
	const char *product;
	const char *subscription;
	const char *item;
	int64_t quantity; /* 0 where metered: as much as is used */
	bool metered;
	struct moment until; /* none: open */
	enum entitlement_reason reason;
};

/* In the order of product, subscription, item. */
struct entitlements {
	size_t count;
	const struct entitlement *list;
};

/* Of all subscriptions of one customer. What it gives lives in the arena. */
struct entitlements entitlement_list(struct arena *arena,
                                     const struct subscription_memory *const *subscriptions,
                                     size_t count, const struct access_policy *policy,
                                     struct instant at);
/* The first instant after at on which that list changes by itself. */
struct moment entitlement_next(const struct subscription_memory *const *subscriptions, size_t count,
                               const struct access_policy *policy, struct instant at);

enum entitlement_move { ENTITLEMENT_GRANTED, ENTITLEMENT_CHANGED, ENTITLEMENT_WITHDRAWN };

struct entitlement_change {
	enum entitlement_move move;
	struct entitlement now;    /* of WITHDRAWN: as it was, until and reason being why it went */
	struct entitlement before; /* of CHANGED and WITHDRAWN */
};

/* What leads from one list to the other, in their order; the count is the result. */
size_t entitlement_compare(struct arena *arena, const struct entitlements *before,
                           const struct entitlements *now,
                           const struct subscription_memory *const *subscriptions, size_t count,
                           const struct access_policy *policy, struct instant at,
                           const struct entitlement_change **changes);

struct bytes entitlement_encode(struct arena *arena, const struct entitlements *entitlements);
bool entitlement_decode(struct arena *arena, struct bytes bytes,
                        struct entitlements *entitlements) MUST_CHECK;

#endif
