/*
 * subscription_price - prices, plans and discounts within a subscription, read without a real number.
 */
#ifndef SERVICES_BILLING_SYNC_SUBSCRIPTION_SUBSCRIPTION_PRICE_H
#define SERVICES_BILLING_SYNC_SUBSCRIPTION_SUBSCRIPTION_PRICE_H

#include "services/billing-sync/subscription/subscription.h"

/* The currency is the caller's to read. */
bool subscription_price_read(struct arena *arena, const struct json_place *object,
                             struct subscription_price *price, struct json_error *error) MUST_CHECK;
bool subscription_plan_read(struct arena *arena, const struct json_place *object,
                            struct subscription_price *price, struct json_error *error) MUST_CHECK;

/* Of a field that holds a text with decimals, else of one with whole minor units. */
bool subscription_unit_read(const struct json_place *object, const char *decimal, const char *whole,
                            struct subscription_unit *unit, struct json_error *error) MUST_CHECK;
/* In packages of how many quantities are sold; without the field singly. */
bool subscription_package_read(const struct json_place *object, const char *field,
                               int64_t *divide_by, bool *divide_up,
                               struct json_error *error) MUST_CHECK;

/* An object, or only its id. An amount off counts where it is in that currency. Item is the caller's. */
bool subscription_discount_read(struct arena *arena, const struct json_place *place,
                                const char *currency, struct subscription_discount *discount,
                                struct json_error *error) MUST_CHECK;

#endif
