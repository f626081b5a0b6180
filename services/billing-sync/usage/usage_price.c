#include "services/billing-sync/usage/usage_price.h"

#include "common/base/text.h"
#include "services/billing-sync/invoice/invoice_line.h"
#include "services/billing-sync/rule/exact.h"

#include <string.h>

#define VERSION 1
#define TEXT_SIZE (STRIPE_ID_MAX + 1)

static const char *const usage_names[] = { "licensed", "metered", NULL };
static const char *const scheme_names[] = { "per_unit", "tiered", NULL };
static const char *const mode_names[] = { "graduated", "volume", NULL };

/* Reading. */

static bool tier_read(const struct json_place *place, bool last, int64_t below,
                      struct usage_tier *tier, struct json_error *error)
{
	*tier = (struct usage_tier){ .up_to = INT64_MAX };
	if (last == json_has(place, "up_to"))
		return json_refuse(place, "up_to", error,
		                   last ? "must be absent in the last tier" : "is missing");
	if (!json_integer_if(place, "up_to", 0, SUBSCRIPTION_QUANTITY_MAX, &tier->up_to, error))
		return false;
	if (tier->up_to <= below)
		return json_refuse(place, "up_to", error, "must be above that of the tier before");
	return subscription_unit_read(place, "unit_amount_decimal", "unit_amount", &tier->unit,
	                              error) &&
	       subscription_unit_read(place, "flat_amount_decimal", "flat_amount", &tier->flat,
	                              error);
}

static bool tiers_read(struct arena *arena, const struct json_place *object,
                       struct usage_price *price, struct json_error *error)
{
	struct json_place list;
	struct usage_tier *tiers;
	int64_t below = 0;
	int mode;

	if (!json_word_at(object, "tiers_mode", mode_names, &mode, error) ||
	    !json_array_if(object, "tiers", USAGE_TIERS_MAX, &list, error))
		return false;
	price->scheme = mode == 0 ? USAGE_GRADUATED : USAGE_VOLUME;
	price->tier_count = json_count(&list);
	tiers = arena_zero(arena, (price->tier_count + 1) * sizeof(*tiers));
	for (size_t i = 0; i < price->tier_count; i++) {
		const struct json_place place = json_item(&list, i);

		if (!tier_read(&place, i + 1 == price->tier_count, below, &tiers[i], error))
			return false;
		below = tiers[i].up_to;
	}
	price->tiers = tiers;
	return true;
}

/* Where and under which names a price and a plan say the same. */
struct names {
	struct json_place recurring;
	const char *package;
	const char *amount;
	const char *decimal;
};

static bool names_of(const struct json_place *object, struct names *names, struct json_error *error)
{
	*names = (struct names){ *object, "transform_usage", "amount", "amount_decimal" };
	if (!json_has(object, "recurring"))
		return true;
	*names = (struct names){ .package = "transform_quantity",
		                 .amount = "unit_amount",
		                 .decimal = "unit_amount_decimal" };
	return json_object_at(object, "recurring", &names->recurring, error);
}

static bool head_read(struct arena *arena, const struct json_place *object,
                      const struct names *names, struct usage_price *price,
                      struct json_error *error)
{
	const char *id;
	int usage = 0;

	if (!json_text_at(object, "id", STRIPE_ID_MAX, &id, error) ||
	    !stripe_currency_at(object, "currency", price->currency, error) ||
	    !stripe_id_if(arena, &names->recurring, "meter", &price->meter, error))
		return false;
	price->id = arena_string(arena, id);
	if (json_has(&names->recurring, "usage_type") &&
	    !json_word_at(&names->recurring, "usage_type", usage_names, &usage, error))
		return false;
	price->metered = usage == 1;
	return true;
}

bool usage_price_read(struct arena *arena, const struct json_place *object,
                      struct usage_price *price, struct json_error *error)
{
	struct usage_price read = { .id = "", .meter = "" };
	struct names names;
	int scheme = 0;

	if (!names_of(object, &names, error) || !head_read(arena, object, &names, &read, error) ||
	    (json_has(object, "billing_scheme") &&
	     !json_word_at(object, "billing_scheme", scheme_names, &scheme, error)) ||
	    !subscription_package_read(object, names.package, &read.divide_by, &read.divide_up,
	                               error) ||
	    !subscription_unit_read(object, names.decimal, names.amount, &read.unit, error) ||
	    (scheme == 1 && !tiers_read(arena, object, &read, error)))
		return false;
	*price = read;
	return true;
}

/* What it makes of a quantity. */

bool usage_price_known(const struct usage_price *price)
{
	return price->scheme == USAGE_BY_UNIT ? price->unit.has : price->tier_count > 0;
}

/* So many times the unit, onto the sum. */
static bool add(struct exact *sum, const struct subscription_unit *unit, int64_t quantity)
{
	int64_t scale = 1;
	struct exact part;

	for (int32_t i = 0; i < unit->decimals; i++)
		scale *= 10;
	return exact_times(exact_of(quantity), unit->digits, scale, &part) &&
	       exact_add(*sum, part, sum);
}

static bool add_tiers(const struct usage_price *price, int64_t quantity, struct exact *sum)
{
	int64_t below = 0;

	for (size_t i = 0; i < price->tier_count && below < quantity; i++) {
		const struct usage_tier *const tier = &price->tiers[i];
		const int64_t reached = quantity < tier->up_to ? quantity : tier->up_to;

		if (price->scheme == USAGE_VOLUME && quantity > tier->up_to)
			continue;
		if (!add(sum, &tier->unit,
		         price->scheme == USAGE_VOLUME ? quantity : reached - below) ||
		    !add(sum, &tier->flat, 1))
			return false;
		if (price->scheme == USAGE_VOLUME)
			return true;
		below = reached;
	}
	return true;
}

bool usage_price_value(const struct usage_price *price, int64_t quantity, int64_t *amount)
{
	const bool begun = price->divide_up && quantity % price->divide_by > 0;
	const int64_t packages = quantity / price->divide_by + (begun ? 1 : 0);
	struct exact sum = exact_of(0);
	int64_t rounded;

	if (!usage_price_known(price))
		return false;
	if (packages > 0 && !(price->scheme == USAGE_BY_UNIT ? add(&sum, &price->unit, packages)
	                                                     : add_tiers(price, packages, &sum)))
		return false;
	if (!exact_round(sum, ROUNDING_HALF_UP, &rounded) || rounded > INVOICE_AMOUNT_MAX)
		return false;
	*amount = rounded;
	return true;
}

/* Bytes. */

static void unit_pack(struct buffer *out, const struct subscription_unit *unit)
{
	pack_u8(out, unit->has);
	pack_i64(out, unit->digits);
	pack_u8(out, (uint32_t)unit->decimals);
}

static void unit_unpack(struct packed *from, struct subscription_unit *unit)
{
	unit->has = packed_u8(from, 1) == 1;
	unit->digits = packed_i64(from, 0, INT64_MAX);
	unit->decimals = (int32_t)packed_u8(from, SUBSCRIPTION_DECIMALS_MAX);
}

void usage_price_pack(struct buffer *out, const struct usage_price *price)
{
	pack_text(out, price->id);
	pack_text(out, price->meter);
	pack_text(out, price->currency);
	pack_u8(out, price->metered);
	pack_u8(out, price->scheme);
	unit_pack(out, &price->unit);
	pack_i64(out, price->divide_by);
	pack_u8(out, price->divide_up);
	pack_u8(out, (uint32_t)price->tier_count);
	for (size_t i = 0; i < price->tier_count; i++) {
		pack_i64(out, price->tiers[i].up_to);
		unit_pack(out, &price->tiers[i].unit);
		unit_pack(out, &price->tiers[i].flat);
	}
}

static const char *text_unpack(struct arena *arena, struct packed *from)
{
	char text[TEXT_SIZE];

	packed_text(from, text, sizeof(text));
	return arena_string(arena, text);
}

void usage_price_unpack(struct arena *arena, struct packed *from, struct usage_price *price)
{
	struct usage_tier *tiers;

	*price = (struct usage_price){ .id = text_unpack(arena, from) };
	price->meter = text_unpack(arena, from);
	packed_text(from, price->currency, sizeof(price->currency));
	price->metered = packed_u8(from, 1) == 1;
	price->scheme = (enum usage_scheme)packed_u8(from, USAGE_VOLUME);
	unit_unpack(from, &price->unit);
	price->divide_by = packed_i64(from, 1, INT64_MAX);
	price->divide_up = packed_u8(from, 1) == 1;
	price->tier_count = packed_u8(from, USAGE_TIERS_MAX);
	tiers = arena_zero(arena, (price->tier_count + 1) * sizeof(*tiers));
	for (size_t i = 0; i < price->tier_count; i++) {
		tiers[i].up_to = packed_i64(from, 1, INT64_MAX);
		unit_unpack(from, &tiers[i].unit);
		unit_unpack(from, &tiers[i].flat);
	}
	price->tiers = tiers;
}

struct bytes usage_price_encode(struct arena *arena, const struct usage_price *price)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	usage_price_pack(&out, price);
	return pack_end(arena, &out);
}

bool usage_price_decode(struct arena *arena, struct bytes bytes, struct usage_price *price)
{
	struct packed from = packed_open(bytes);
	struct usage_price read;

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	usage_price_unpack(arena, &from, &read);
	if (!packed_done(&from))
		return false;
	*price = read;
	return true;
}
