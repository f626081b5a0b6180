#include "services/billing-sync/subscription/subscription_price.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define DECIMAL_MAX 40     /* bytes of a number as text */
#define DIGITS_MAX 18      /* of it, so that 64 bits hold them */
#define PERCENT_DECIMALS 4 /* a percentage in parts per million */
#define PACKAGE_MAX 4294967295

static const char *const interval_names[] = { "day", "week", "month", "year", NULL };
static const char *const usage_names[] = { "licensed", "metered", NULL };
static const char *const round_names[] = { "down", "up", NULL };
static const char *const duration_names[] = { "once", "repeating", "forever", NULL };

/* Numbers with decimals. */

/* "25.5" -> 255 and 1: digits, perhaps a point and at most max_decimals more; trailing zeros fall away. */
static bool decimal_parse(const char *text, int32_t max_decimals, int64_t *digits,
                          int32_t *decimals)
{
	int64_t value = 0;
	int32_t after = -1; /* digits behind the point; -1: none yet */
	int count = 0;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '.' && after < 0 && at != text && at[1] != '\0') {
			after = 0;
			continue;
		}
		if (*at < '0' || *at > '9' || (value > 0 && ++count >= DIGITS_MAX))
			return false;
		value = value * 10 + (*at - '0');
		after += after >= 0;
	}
	if (text[0] == '\0')
		return false;
	after = after < 0 ? 0 : after;
	for (; after > 0 && value % 10 == 0; after--)
		value /= 10;
	if (after > max_decimals)
		return false;
	*digits = value;
	*decimals = value == 0 ? 0 : after;
	return true;
}

static int64_t power_of_ten(int32_t exponent)
{
	int64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

bool subscription_unit_read(const struct json_place *object, const char *decimal, const char *whole,
                            struct subscription_unit *unit, struct json_error *error)
{
	const char *text = "";
	int64_t minor = -1;

	if (!json_text_if(object, decimal, DECIMAL_MAX, &text, error) ||
	    !json_integer_if(object, whole, 0, SUBSCRIPTION_AMOUNT_MAX, &minor, error))
		return false;
	*unit =
	    (struct subscription_unit){ text[0] != '\0' || minor >= 0, minor < 0 ? 0 : minor, 0 };
	if (text[0] == '\0')
		return true;
	if (!decimal_parse(text, SUBSCRIPTION_DECIMALS_MAX, &unit->digits, &unit->decimals))
		return json_refuse(object, decimal, error,
		                   "must be a number of at most %d digits and %d decimals",
		                   DIGITS_MAX, SUBSCRIPTION_DECIMALS_MAX);
	return unit->digits / power_of_ten(unit->decimals) <= SUBSCRIPTION_AMOUNT_MAX ||
	       json_refuse(object, decimal, error, "must be at most %lld",
	                   (long long)SUBSCRIPTION_AMOUNT_MAX);
}

/* Prices. */

static bool recurring_read(const struct json_place *object, struct subscription_price *price,
                           struct json_error *error)
{
	int64_t count = 1;
	int interval;
	int usage = 0;

	if (!json_word_at(object, "interval", interval_names, &interval, error) ||
	    !json_integer_if(object, "interval_count", 1, SUBSCRIPTION_INTERVALS_MAX, &count,
	                     error) ||
	    (json_has(object, "usage_type") &&
	     !json_word_at(object, "usage_type", usage_names, &usage, error)))
		return false;
	price->interval = (enum subscription_interval)interval;
	price->interval_count = (int32_t)count;
	price->metered = usage == 1;
	return true;
}

bool subscription_package_read(const struct json_place *object, const char *field,
                               int64_t *divide_by, bool *divide_up, struct json_error *error)
{
	struct json_place package;
	int round = 0;

	*divide_by = 1;
	if (!json_has(object, field))
		return true;
	if (!json_object_at(object, field, &package, error) ||
	    !json_integer_at(&package, "divide_by", 1, PACKAGE_MAX, divide_by, error) ||
	    !json_word_at(&package, "round", round_names, &round, error))
		return false;
	*divide_up = round == 1;
	return true;
}

static bool names_read(struct arena *arena, const struct json_place *object,
                       struct subscription_price *price, struct json_error *error)
{
	const char *id;

	if (!json_text_at(object, "id", STRIPE_ID_MAX, &id, error))
		return false;
	price->id = arena_string(arena, id);
	return stripe_id_if(arena, object, "product", &price->product, error);
}

bool subscription_price_read(struct arena *arena, const struct json_place *object,
                             struct subscription_price *price, struct json_error *error)
{
	struct json_place recurring;

	return names_read(arena, object, price, error) &&
	       json_object_at(object, "recurring", &recurring, error) &&
	       recurring_read(&recurring, price, error) &&
	       subscription_package_read(object, "transform_quantity", &price->divide_by,
	                                 &price->divide_up, error) &&
	       subscription_unit_read(object, "unit_amount_decimal", "unit_amount", &price->unit,
	                              error);
}

bool subscription_plan_read(struct arena *arena, const struct json_place *object,
                            struct subscription_price *price, struct json_error *error)
{
	return names_read(arena, object, price, error) && recurring_read(object, price, error) &&
	       subscription_package_read(object, "transform_usage", &price->divide_by,
	                                 &price->divide_up, error) &&
	       subscription_unit_read(object, "amount_decimal", "amount", &price->unit, error);
}

/* Discounts. */

/* A percentage is a number in JSON; it is read from its digits, which the parser's real keeps. */
static bool percent_read(const struct json_place *coupon, int32_t *ppm, struct json_error *error)
{
	char text[DECIMAL_MAX + 1] = "";
	const json_t *const value = json_object_get(coupon->value, "percent_off");
	const size_t size = json_dumpb(value, text, DECIMAL_MAX, JSON_ENCODE_ANY | JSON_DIGITS);
	int64_t digits;
	int32_t decimals;

	text[size < DECIMAL_MAX ? size : 0] = '\0';
	if (!decimal_parse(text, PERCENT_DECIMALS, &digits, &decimals))
		return json_refuse(coupon, "percent_off", error,
		                   "must be a number above 0 of at most %d decimals",
		                   PERCENT_DECIMALS);
	if (digits == 0 || digits > 100 * power_of_ten(decimals))
		return json_refuse(coupon, "percent_off", error, "must be above 0 and at most 100");
	*ppm = (int32_t)(digits * power_of_ten(PERCENT_DECIMALS - decimals));
	return true;
}

static bool amount_read(const struct json_place *coupon, const char *currency,
                        struct subscription_discount *discount, struct json_error *error)
{
	char own[4];

	if (!json_integer_at(coupon, "amount_off", 1, SUBSCRIPTION_AMOUNT_MAX, &discount->minor,
	                     error) ||
	    !stripe_currency_at(coupon, "currency", own, error))
		return false;
	if (text_equal(own, currency))
		discount->kind = SUBSCRIPTION_DISCOUNT_AMOUNT;
	return true;
}

static bool products_read(struct arena *arena, const struct json_place *coupon,
                          struct subscription_discount *discount, struct json_error *error)
{
	struct json_place applies;
	struct json_place list;
	const char **products;

	if (!json_has(coupon, "applies_to"))
		return true;
	if (!json_object_at(coupon, "applies_to", &applies, error) ||
	    !json_array_if(&applies, "products", SUBSCRIPTION_PRODUCTS_MAX, &list, error))
		return false;
	products = arena_zero(arena, (json_count(&list) + 1) * sizeof(*products));
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_text_in(&list, i, STRIPE_ID_MAX, &products[i], error))
			return false;
		products[i] = arena_string(arena, products[i]);
	}
	discount->product_count = json_count(&list);
	discount->products = products;
	return true;
}

static bool coupon_read(struct arena *arena, const struct json_place *coupon, const char *currency,
                        struct subscription_discount *discount, struct json_error *error)
{
	int duration;

	if (!json_word_at(coupon, "duration", duration_names, &duration, error) ||
	    !products_read(arena, coupon, discount, error))
		return false;
	discount->duration = (enum subscription_duration)duration;
	if (!json_has(coupon, "percent_off"))
		return amount_read(coupon, currency, discount, error);
	discount->kind = SUBSCRIPTION_DISCOUNT_PERCENT;
	return percent_read(coupon, &discount->ppm, error);
}

/* The coupon stands in the discount, or in its `source`; as an object or as an id. */
static bool source_read(struct arena *arena, const struct json_place *object, const char *currency,
                        struct subscription_discount *discount, struct json_error *error)
{
	struct json_place source;
	struct json_place coupon;
	const struct json_place *holder = object;

	if (json_has(object, "source")) {
		if (!json_object_at(object, "source", &source, error))
			return false;
		holder = &source;
	}
	if (!stripe_id_if(arena, holder, "coupon", &discount->coupon, error))
		return false;
	if (!json_is_object(json_object_get(holder->value, "coupon")))
		return true;
	return json_object_at(holder, "coupon", &coupon, error) &&
	       coupon_read(arena, &coupon, currency, discount, error);
}

bool subscription_discount_read(struct arena *arena, const struct json_place *place,
                                const char *currency, struct subscription_discount *discount,
                                struct json_error *error)
{
	discount->coupon = "";
	discount->id = "";
	if (json_is_string(place->value)) {
		if (json_string_length(place->value) > STRIPE_ID_MAX)
			return json_refuse(place, NULL, error, "is longer than %d bytes",
			                   STRIPE_ID_MAX);
		discount->id = arena_string(arena, json_string_value(place->value));
		return true;
	}
	if (!json_is_object(place->value))
		return json_refuse(place, NULL, error, "must be an object or an id");
	discount->end.at = (struct instant){ 0 };
	return stripe_id_if(arena, place, "id", &discount->id, error) &&
	       stripe_time_if(place, "end", &discount->end.has, &discount->end.at, error) &&
	       source_read(arena, place, currency, discount, error);
}
