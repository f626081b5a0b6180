/*
 * subscription - what a customer has subscribed to, as the provider says it.
 *
 * Both shapes of the provider's API are read: the current period on the subscription or on its items, one
 * `discount` or a list of `discounts`, a `price` or the older `plan`. Ids and words stay verbatim. Whatever
 * is out of bounds is refused with field and reason; what is not there stays unknown and is never guessed:
 * a price in tiers has no unit amount, a discount that is only named has no size.
 *
 * Pure. Texts live in the arena.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_SUBSCRIPTION_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_SUBSCRIPTION_H

#include "services/billing-sync/rule/stripe.h"

#define SUBSCRIPTION_ITEMS_MAX 100             /* five times what the provider allows */
#define SUBSCRIPTION_DISCOUNTS_MAX 64          /* of a subscription and its items together */
#define SUBSCRIPTION_PRODUCTS_MAX 64           /* that one coupon is limited to */
#define SUBSCRIPTION_QUANTITY_MAX 999999999999 /* beyond any number of seats or units */
#define SUBSCRIPTION_AMOUNT_MAX \
	999999999999                    /* minor units of a price, as the provider's own limit */
#define SUBSCRIPTION_DECIMALS_MAX 12    /* of a unit amount, as the provider says */
#define SUBSCRIPTION_INTERVALS_MAX 1096 /* three years in days, as the provider says */

enum subscription_status {
	SUBSCRIPTION_INCOMPLETE, /* the first payment is still to come */
	SUBSCRIPTION_INCOMPLETE_EXPIRED,
	SUBSCRIPTION_TRIALING,
	SUBSCRIPTION_ACTIVE,
	SUBSCRIPTION_PAST_DUE,
	SUBSCRIPTION_UNPAID,
	SUBSCRIPTION_CANCELED,
	SUBSCRIPTION_PAUSED,
	SUBSCRIPTION_STATUSES,
};
extern const char *const subscription_status_names[]; /* the provider's words, NULL at the end */

enum subscription_interval {
	SUBSCRIPTION_DAY,
	SUBSCRIPTION_WEEK,
	SUBSCRIPTION_MONTH,
	SUBSCRIPTION_YEAR,
};

struct moment {
	bool has;
	struct instant at; /* 0 where it has none */
};

/* Minor units with decimals: digits / 10^decimals, without trailing zeros. */
struct subscription_unit {
	bool has; /* false: in tiers, or left open */
	int64_t digits;
	int32_t decimals;
};

struct subscription_price {
	const char *id;
	const char *product;
	enum subscription_interval interval;
	int32_t interval_count; /* at least 1 */
	bool metered;           /* by use: no contracted quantity */
	struct subscription_unit unit;
	int64_t divide_by; /* quantities are sold in packages of so many; 1: singly */
	bool divide_up;    /* a begun package counts as one */
};

struct subscription_item {
	const char *id;
	struct subscription_price price;
	int64_t quantity; /* 0 where metered */
	struct moment period_start;
	struct moment period_end;
};

enum subscription_discount_kind {
	SUBSCRIPTION_DISCOUNT_UNKNOWN, /* only named, or in another currency */
	SUBSCRIPTION_DISCOUNT_PERCENT,
	SUBSCRIPTION_DISCOUNT_AMOUNT, /* off each invoice */
};

enum subscription_duration {
	SUBSCRIPTION_ONCE,
	SUBSCRIPTION_REPEATING,
	SUBSCRIPTION_FOREVER,
};

struct subscription_discount {
	const char *id;
	const char *coupon; /* "": only the discount is named */
	const char *item;   /* "": of the whole subscription */
	enum subscription_discount_kind kind;
	int32_t ppm;   /* of PERCENT: 1 to 1000000 */
	int64_t minor; /* of AMOUNT */
	enum subscription_duration duration;
	struct moment end;
	size_t product_count; /* 0: for all products */
	const char *const *products;
};

struct subscription {
	const char *id;
	const char *customer;
	enum subscription_status status;
	char currency[4];
	struct moment start; /* start_date */
	struct moment trial_start;
	struct moment trial_end;
	bool cancel_at_period_end;
	struct moment cancel_at;
	struct moment canceled_at; /* when it was asked for, not when it takes effect */
	struct moment ended_at;
	const char *cancel_reason; /* cancellation_details.reason; "": none */
	bool collection_paused;
	const char *pause_behavior; /* of pause_collection; "": none */
	struct moment resumes_at;
	const char *schedule; /* "": none */
	bool items_cut;       /* has_more: there are more items than these */
	bool odd_period;      /* a current period ends before it begins; it was left out */
	size_t item_count;
	const struct subscription_item *items; /* in the order of their ids */
	size_t discount_count;
	const struct subscription_discount *discounts; /* as they apply: items' first */
};

bool subscription_read(struct arena *arena, const struct json_place *object,
                       struct subscription *subscription, struct json_error *error) MUST_CHECK;

/* In force or suspended: begun, and not yet ended. */
bool subscription_is_alive(const struct subscription *subscription);
/* By status, or because its collection is. */
bool subscription_is_paused(const struct subscription *subscription);
/* Past due or unpaid. */
bool subscription_owes(const struct subscription *subscription);
/* Cancelling was asked for; *end has the instant where that is known. */
bool subscription_ends(const struct subscription *subscription, struct moment *end);
/* The latest end of a current period. */
struct moment subscription_period_end(const struct subscription *subscription);

/* Everything above as bytes of a row (version 1; packed.h), and what a decoder makes of them. */
struct bytes subscription_encode(struct arena *arena, const struct subscription *subscription);
bool subscription_decode(struct arena *arena, struct bytes bytes,
                         struct subscription *subscription) MUST_CHECK;

#endif
