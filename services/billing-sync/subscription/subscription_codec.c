/*
 * The bytes of a subscription in a row: version 1, each field in the order of its struct.
 */
#include "common/base/packed.h"
#include "services/billing-sync/subscription/subscription.h"

#define VERSION 1

/* Out. */

static void moment_pack(struct buffer *out, const struct moment *moment)
{
	pack_bool(out, moment->has);
	if (moment->has)
		pack_time(out, moment->at);
}

static void price_pack(struct buffer *out, const struct subscription_price *price)
{
	pack_text(out, price->id);
	pack_text(out, price->product);
	pack_u8(out, price->interval);
	pack_i64(out, price->interval_count);
	pack_bool(out, price->metered);
	pack_bool(out, price->unit.has);
	pack_i64(out, price->unit.digits);
	pack_u8(out, (uint32_t)price->unit.decimals);
	pack_i64(out, price->divide_by);
	pack_bool(out, price->divide_up);
}

static void item_pack(struct buffer *out, const struct subscription_item *item)
{
	pack_text(out, item->id);
	price_pack(out, &item->price);
	pack_i64(out, item->quantity);
	moment_pack(out, &item->period_start);
	moment_pack(out, &item->period_end);
}

static void discount_pack(struct buffer *out, const struct subscription_discount *discount)
{
	pack_text(out, discount->id);
	pack_text(out, discount->coupon);
	pack_text(out, discount->item);
	pack_u8(out, discount->kind);
	pack_i64(out, discount->ppm);
	pack_i64(out, discount->minor);
	pack_u8(out, discount->duration);
	moment_pack(out, &discount->end);
	pack_u8(out, (uint32_t)discount->product_count);
	for (size_t i = 0; i < discount->product_count; i++)
		pack_text(out, discount->products[i]);
}

static void end_pack(struct buffer *out, const struct subscription *subscription)
{
	pack_bool(out, subscription->cancel_at_period_end);
	moment_pack(out, &subscription->cancel_at);
	moment_pack(out, &subscription->canceled_at);
	moment_pack(out, &subscription->ended_at);
	pack_text(out, subscription->cancel_reason);
	pack_bool(out, subscription->collection_paused);
	pack_text(out, subscription->pause_behavior);
	moment_pack(out, &subscription->resumes_at);
}

struct bytes subscription_encode(struct arena *arena, const struct subscription *subscription)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_text(&out, subscription->id);
	pack_text(&out, subscription->customer);
	pack_u8(&out, subscription->status);
	pack_text(&out, subscription->currency);
	moment_pack(&out, &subscription->start);
	moment_pack(&out, &subscription->trial_start);
	moment_pack(&out, &subscription->trial_end);
	end_pack(&out, subscription);
	pack_text(&out, subscription->schedule);
	pack_bool(&out, subscription->items_cut);
	pack_bool(&out, subscription->odd_period);
	pack_u8(&out, (uint32_t)subscription->item_count);
	for (size_t i = 0; i < subscription->item_count; i++)
		item_pack(&out, &subscription->items[i]);
	pack_u8(&out, (uint32_t)subscription->discount_count);
	for (size_t i = 0; i < subscription->discount_count; i++)
		discount_pack(&out, &subscription->discounts[i]);
	return pack_end(arena, &out);
}

/* In. */

static struct moment moment_take(struct packed *from)
{
	struct moment moment = { .has = packed_bool(from) };

	if (moment.has)
		moment.at = packed_time(from);
	return moment;
}

static struct subscription_price price_take(struct arena *arena, struct packed *from)
{
	struct subscription_price price = { .id = packed_string(arena, from) };

	price.product = packed_string(arena, from);
	price.interval = (enum subscription_interval)packed_u8(from, SUBSCRIPTION_YEAR);
	price.interval_count = (int32_t)packed_i64(from, 1, SUBSCRIPTION_INTERVALS_MAX);
	price.metered = packed_bool(from);
	price.unit.has = packed_bool(from);
	price.unit.digits = packed_i64(from, 0, INT64_MAX);
	price.unit.decimals = (int32_t)packed_u8(from, SUBSCRIPTION_DECIMALS_MAX);
	price.divide_by = packed_i64(from, 1, UINT32_MAX);
	price.divide_up = packed_bool(from);
	return price;
}

static struct subscription_item item_take(struct arena *arena, struct packed *from)
{
	struct subscription_item item = { .id = packed_string(arena, from) };

	item.price = price_take(arena, from);
	item.quantity = packed_i64(from, 0, SUBSCRIPTION_QUANTITY_MAX);
	item.period_start = moment_take(from);
	item.period_end = moment_take(from);
	return item;
}

static struct subscription_discount discount_take(struct arena *arena, struct packed *from)
{
	struct subscription_discount discount = { .id = packed_string(arena, from) };
	const char **products;

	discount.coupon = packed_string(arena, from);
	discount.item = packed_string(arena, from);
	discount.kind =
	    (enum subscription_discount_kind)packed_u8(from, SUBSCRIPTION_DISCOUNT_AMOUNT);
	discount.ppm = (int32_t)packed_i64(from, 0, 1000000);
	discount.minor = packed_i64(from, 0, SUBSCRIPTION_AMOUNT_MAX);
	discount.duration = (enum subscription_duration)packed_u8(from, SUBSCRIPTION_FOREVER);
	discount.end = moment_take(from);
	discount.product_count = packed_u8(from, SUBSCRIPTION_PRODUCTS_MAX);
	products = arena_zero(arena, (discount.product_count + 1) * sizeof(*products));
	for (size_t i = 0; i < discount.product_count; i++)
		products[i] = packed_string(arena, from);
	discount.products = products;
	return discount;
}

static void end_take(struct arena *arena, struct packed *from, struct subscription *subscription)
{
	subscription->cancel_at_period_end = packed_bool(from);
	subscription->cancel_at = moment_take(from);
	subscription->canceled_at = moment_take(from);
	subscription->ended_at = moment_take(from);
	subscription->cancel_reason = packed_string(arena, from);
	subscription->collection_paused = packed_bool(from);
	subscription->pause_behavior = packed_string(arena, from);
	subscription->resumes_at = moment_take(from);
}

static void lists_take(struct arena *arena, struct packed *from, struct subscription *subscription)
{
	struct subscription_item *items;
	struct subscription_discount *discounts;

	subscription->item_count = packed_u8(from, SUBSCRIPTION_ITEMS_MAX);
	items = arena_zero(arena, (subscription->item_count + 1) * sizeof(*items));
	for (size_t i = 0; i < subscription->item_count; i++)
		items[i] = item_take(arena, from);
	subscription->items = items;
	subscription->discount_count = packed_u8(from, SUBSCRIPTION_DISCOUNTS_MAX);
	discounts = arena_zero(arena, (subscription->discount_count + 1) * sizeof(*discounts));
	for (size_t i = 0; i < subscription->discount_count; i++)
		discounts[i] = discount_take(arena, from);
	subscription->discounts = discounts;
}

bool subscription_decode(struct arena *arena, struct bytes bytes, struct subscription *subscription)
{
	struct packed from = packed_open(bytes);
	struct subscription read = { .id = "" };

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	read.id = packed_string(arena, &from);
	read.customer = packed_string(arena, &from);
	read.status = (enum subscription_status)packed_u8(&from, SUBSCRIPTION_STATUSES - 1);
	packed_text(&from, read.currency, sizeof(read.currency));
	read.start = moment_take(&from);
	read.trial_start = moment_take(&from);
	read.trial_end = moment_take(&from);
	end_take(arena, &from, &read);
	read.schedule = packed_string(arena, &from);
	read.items_cut = packed_bool(&from);
	read.odd_period = packed_bool(&from);
	lists_take(arena, &from, &read);
	if (!packed_done(&from))
		return false;
	*subscription = read;
	return true;
}
