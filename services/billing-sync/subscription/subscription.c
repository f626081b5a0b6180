#include "services/billing-sync/subscription/subscription.h"

#include "common/base/text.h"
#include "services/billing-sync/subscription/subscription_price.h"

#include <stdlib.h>
#include <string.h>

const char *const subscription_status_names[] = {
	"incomplete", "incomplete_expired", "trialing", "active", "past_due",
	"unpaid",     "canceled",           "paused",   NULL
};

static bool moment_if(const struct json_place *object, const char *field, struct moment *moment,
                      struct json_error *error)
{
	moment->at = (struct instant){ 0 };
	return stripe_time_if(object, field, &moment->has, &moment->at, error);
}

/* Items. */

/* The subscription at hand; its parts are gathered here. */
struct gathering {
	struct arena *arena;
	struct subscription *subscription;
	struct moment period_start; /* of the subscription: in the older API */
	struct moment period_end;
	struct subscription_item *items;
	struct subscription_discount *discounts;
};

static bool period_read(struct gathering *it, const struct json_place *place,
                        struct subscription_item *item, struct json_error *error)
{
	if (!moment_if(place, "current_period_start", &item->period_start, error) ||
	    !moment_if(place, "current_period_end", &item->period_end, error))
		return false;
	if (!item->period_start.has && !item->period_end.has) {
		item->period_start = it->period_start;
		item->period_end = it->period_end;
	}
	if (item->period_start.has && item->period_end.has &&
	    time_before(item->period_end.at, item->period_start.at)) {
		item->period_start = item->period_end = (struct moment){ .has = false };
		it->subscription->odd_period = true;
	}
	return true;
}

/* The subscription's currency, which the older API says on the prices alone. */
static bool currency_read(struct gathering *it, const struct json_place *price,
                          struct json_error *error)
{
	struct subscription *const subscription = it->subscription;
	char currency[4];

	if (!stripe_currency_at(price, "currency", currency, error))
		return false;
	if (subscription->currency[0] == '\0')
		memcpy(subscription->currency, currency, sizeof(currency));
	return text_equal(subscription->currency, currency) ||
	       json_refuse(price, "currency", error, "is not the subscription's");
}

static bool price_read(struct gathering *it, const struct json_place *place,
                       struct subscription_price *price, struct json_error *error)
{
	const char *const field = json_has(place, "price") ? "price" : "plan";
	struct json_place object;

	return json_object_at(place, field, &object, error) && currency_read(it, &object, error) &&
	       (text_equal(field, "price")
	            ? subscription_price_read(it->arena, &object, price, error)
	            : subscription_plan_read(it->arena, &object, price, error));
}

/* Where a list names a discount by its id, the one that older fields tell in full may be the same. */
static bool whole_of(const struct json_place *object, struct json_place *discount,
                     struct json_error *error)
{
	const char *const named = json_string_value(discount->value);
	const json_t *const told = json_object_get(object->value, "discount");

	if (named == NULL || !text_equal(named, json_string_value(json_object_get(told, "id"))))
		return true;
	return json_object_at(object, "discount", discount, error);
}

static bool discount_list_read(struct gathering *it, const struct json_place *place,
                               const char *item, struct json_error *error)
{
	struct subscription *const subscription = it->subscription;
	struct json_place list;

	if (!json_array_if(place, "discounts", SUBSCRIPTION_DISCOUNTS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json_place one = json_item(&list, i);

		if (subscription->discount_count == SUBSCRIPTION_DISCOUNTS_MAX)
			return json_refuse(place, "discounts", error, "are more than %d in all",
			                   SUBSCRIPTION_DISCOUNTS_MAX);
		struct subscription_discount *const discount =
		    &it->discounts[subscription->discount_count++];
		discount->item = item;
		if (!whole_of(place, &one, error) ||
		    !subscription_discount_read(it->arena, &one, subscription->currency, discount,
		                                error))
			return false;
	}
	return true;
}

static bool item_read(struct gathering *it, const struct json_place *place,
                      struct subscription_item *item, struct json_error *error)
{
	const char *id;

	if (!json_text_at(place, "id", STRIPE_ID_MAX, &id, error) ||
	    !price_read(it, place, &item->price, error))
		return false;
	item->id = arena_string(it->arena, id);
	item->quantity = item->price.metered ? 0 : 1;
	return json_integer_if(place, "quantity", 0, SUBSCRIPTION_QUANTITY_MAX, &item->quantity,
	                       error) &&
	       period_read(it, place, item, error) &&
	       discount_list_read(it, place, item->id, error);
}

static int by_id(const void *a, const void *b)
{
	const struct subscription_item *const left = a;
	const struct subscription_item *const right = b;

	return strcmp(left->id, right->id);
}

static bool items_read(struct gathering *it, const struct json_place *object,
                       struct json_error *error)
{
	struct subscription *const subscription = it->subscription;
	struct json_place list;
	struct json_place data;

	if (!json_object_at(object, "items", &list, error) ||
	    !json_array_at(&list, "data", SUBSCRIPTION_ITEMS_MAX, &data, error) ||
	    !json_switch_if(&list, "has_more", &subscription->items_cut, error))
		return false;
	const size_t count = json_count(&data);
	it->items = arena_zero(it->arena, (count + 1) * sizeof(*it->items));
	for (size_t i = 0; i < count; i++) {
		const struct json_place place = json_item(&data, i);

		if (!item_read(it, &place, &it->items[i], error))
			return false;
	}
	qsort(it->items, count, sizeof(*it->items), by_id);
	for (size_t i = 1; i < count; i++)
		if (text_equal(it->items[i - 1].id, it->items[i].id))
			return json_refuse(&list, "data", error, "names an item twice");
	subscription->item_count = count;
	subscription->items = it->items;
	return true;
}

/* The subscription. */

static bool pause_read(struct arena *arena, const struct json_place *object,
                       struct subscription *subscription, struct json_error *error)
{
	struct json_place pause;

	subscription->collection_paused = json_has(object, "pause_collection");
	if (!subscription->collection_paused)
		return true;
	return json_object_at(object, "pause_collection", &pause, error) &&
	       stripe_word_if(arena, &pause, "behavior", &subscription->pause_behavior, error) &&
	       moment_if(&pause, "resumes_at", &subscription->resumes_at, error);
}

static bool cancel_read(struct arena *arena, const struct json_place *object,
                        struct subscription *subscription, struct json_error *error)
{
	struct json_place details;

	if (!json_switch_if(object, "cancel_at_period_end", &subscription->cancel_at_period_end,
	                    error) ||
	    !moment_if(object, "cancel_at", &subscription->cancel_at, error) ||
	    !moment_if(object, "canceled_at", &subscription->canceled_at, error) ||
	    !moment_if(object, "ended_at", &subscription->ended_at, error))
		return false;
	return !json_has(object, "cancellation_details") ||
	       (json_object_at(object, "cancellation_details", &details, error) &&
	        stripe_word_if(arena, &details, "reason", &subscription->cancel_reason, error));
}

static bool head_read(struct gathering *it, const struct json_place *object,
                      struct json_error *error)
{
	struct subscription *const subscription = it->subscription;
	const char *id;
	int status;

	if (!json_text_at(object, "id", STRIPE_ID_MAX, &id, error) ||
	    !stripe_id_if(it->arena, object, "customer", &subscription->customer, error) ||
	    !json_word_at(object, "status", subscription_status_names, &status, error) ||
	    !stripe_id_if(it->arena, object, "schedule", &subscription->schedule, error))
		return false;
	subscription->id = arena_string(it->arena, id);
	subscription->status = (enum subscription_status)status;
	if (subscription->customer[0] == '\0')
		return json_refuse(object, "customer", error, "is missing");
	return !json_has(object, "currency") ||
	       stripe_currency_at(object, "currency", subscription->currency, error);
}

static bool times_read(struct gathering *it, const struct json_place *object,
                       struct json_error *error)
{
	struct subscription *const subscription = it->subscription;

	return moment_if(object, "current_period_start", &it->period_start, error) &&
	       moment_if(object, "current_period_end", &it->period_end, error) &&
	       moment_if(object, json_has(object, "start_date") ? "start_date" : "start",
	                 &subscription->start, error) &&
	       moment_if(object, "trial_start", &subscription->trial_start, error) &&
	       moment_if(object, "trial_end", &subscription->trial_end, error);
}

/* How many discounts there are at most, before any was read. */
static size_t discount_room(const struct json_place *object)
{
	json_t *const items = json_object_get(json_object_get(object->value, "items"), "data");
	size_t room = json_array_size(json_object_get(object->value, "discounts")) + 1;

	for (size_t i = 0; i < json_array_size(items); i++)
		room += json_array_size(json_object_get(json_array_get(items, i), "discounts"));
	return room < SUBSCRIPTION_DISCOUNTS_MAX ? room : SUBSCRIPTION_DISCOUNTS_MAX;
}

/* The one discount of the older API. */
static bool old_discount_read(struct gathering *it, const struct json_place *object,
                              struct json_error *error)
{
	struct subscription *const subscription = it->subscription;
	struct json_place place;

	if (!json_has(object, "discount") || json_has(object, "discounts") ||
	    subscription->discount_count == SUBSCRIPTION_DISCOUNTS_MAX)
		return true;
	it->discounts[subscription->discount_count].item = "";
	return json_object_at(object, "discount", &place, error) &&
	       subscription_discount_read(it->arena, &place, subscription->currency,
	                                  &it->discounts[subscription->discount_count++], error);
}

bool subscription_read(struct arena *arena, const struct json_place *object,
                       struct subscription *subscription, struct json_error *error)
{
	struct subscription read = { .cancel_reason = "", .pause_behavior = "" };
	struct gathering it = { .arena = arena, .subscription = &read };

	it.discounts = arena_zero(arena, discount_room(object) * sizeof(*it.discounts));
	if (!head_read(&it, object, error) || !times_read(&it, object, error) ||
	    !cancel_read(arena, object, &read, error) || !pause_read(arena, object, &read, error) ||
	    !items_read(&it, object, error) || !discount_list_read(&it, object, "", error) ||
	    !old_discount_read(&it, object, error))
		return false;
	if (read.currency[0] == '\0')
		return json_refuse(object, "currency", error, "is missing");
	read.discounts = it.discounts;
	*subscription = read;
	return true;
}

/* Asking. */

bool subscription_is_alive(const struct subscription *subscription)
{
	switch (subscription->status) {
	case SUBSCRIPTION_TRIALING:
	case SUBSCRIPTION_ACTIVE:
	case SUBSCRIPTION_PAST_DUE:
	case SUBSCRIPTION_UNPAID:
	case SUBSCRIPTION_PAUSED: return true;
	case SUBSCRIPTION_INCOMPLETE:
	case SUBSCRIPTION_INCOMPLETE_EXPIRED:
	case SUBSCRIPTION_CANCELED:
	case SUBSCRIPTION_STATUSES: break;
	}
	return false;
}

bool subscription_is_paused(const struct subscription *subscription)
{
	return subscription->status == SUBSCRIPTION_PAUSED || subscription->collection_paused;
}

struct moment subscription_period_end(const struct subscription *subscription)
{
	struct moment end = { .has = false };

	for (size_t i = 0; i < subscription->item_count; i++) {
		const struct moment *const period = &subscription->items[i].period_end;

		if (period->has && (!end.has || time_before(end.at, period->at)))
			end = *period;
	}
	return end;
}

bool subscription_owes(const struct subscription *subscription)
{
	return subscription->status == SUBSCRIPTION_PAST_DUE ||
	       subscription->status == SUBSCRIPTION_UNPAID;
}

bool subscription_ends(const struct subscription *subscription, struct moment *end)
{
	if (!subscription->cancel_at.has && !subscription->cancel_at_period_end)
		return false;
	*end = subscription->cancel_at.has ? subscription->cancel_at
	                                   : subscription_period_end(subscription);
	return true;
}
