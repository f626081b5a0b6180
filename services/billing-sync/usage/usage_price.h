/*
 * usage_price - what a metered price makes of a quantity, over one period of one subscription item.
 *
 * The price of the provider's object, or of its older plan: by unit, perhaps sold in packages, or in tiers. In
 * graduated tiers each unit costs what its own tier says, in volume tiers all cost what the last one reached
 * says; a tier that is reached may have a flat amount besides. Below zero nothing is owed, and for nothing used
 * either. The fractions of all tiers are summed exactly and rounded once, half up (domain.md 3.9). Pure.
 *
 * Webhooks do not carry tiers: such a price is not known until one with its tiers was uploaded.
 */
#ifndef SERVICES_BILLING_SYNC_USAGE_USAGE_PRICE_H
#define SERVICES_BILLING_SYNC_USAGE_USAGE_PRICE_H

#include "common/base/packed.h"
#include "services/billing-sync/subscription/subscription_price.h"

#define USAGE_TIERS_MAX 50

struct usage_tier {
	int64_t up_to; /* the last unit of it; INT64_MAX: the last tier */
	struct subscription_unit unit;
	struct subscription_unit flat;
};

enum usage_scheme {
	USAGE_BY_UNIT,
	USAGE_GRADUATED,
	USAGE_VOLUME,
};

struct usage_price {
	const char *id;
	const char *meter; /* the provider's id of it; "": an older price has none */
	char currency[4];
	bool metered;
	enum usage_scheme scheme;
	struct subscription_unit unit; /* of USAGE_BY_UNIT */
	int64_t divide_by;             /* sold in packages of so many; 1: singly */
	bool divide_up;                /* a begun package counts as one */
	size_t tier_count;
	const struct usage_tier *tiers;
};

/* A price, or the plan of the older API. What it gives lives in the arena. */
bool usage_price_read(struct arena *arena, const struct json_place *object,
                      struct usage_price *price, struct json_error *error) MUST_CHECK;
/* Does it say what a unit costs? */
bool usage_price_known(const struct usage_price *price);
/* In the provider's units. False: it is not known, or beyond what an invoice can bill. */
bool usage_price_value(const struct usage_price *price, int64_t quantity,
                       int64_t *amount) MUST_CHECK;

/* Within a row's bytes (packed.h): each field in the order of the struct. */
void usage_price_pack(struct buffer *out, const struct usage_price *price);
void usage_price_unpack(struct arena *arena, struct packed *from, struct usage_price *price);
/* A row of it alone: the version 1 before it. */
struct bytes usage_price_encode(struct arena *arena, const struct usage_price *price);
bool usage_price_decode(struct arena *arena, struct bytes bytes,
                        struct usage_price *price) MUST_CHECK;

#endif
