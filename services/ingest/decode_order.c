/*
 * The orders of an account: what was agreed with its customers, as POST /v1/accounts carries it.
 */
#include "services/ingest/decode_json.h"

#include "common/base/money.h"
#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define VERSION_MAX INT64_C(1000000)

static bool take_unit(struct decoding *d, const struct json_place *order, struct order_body *result)
{
	char currency[4];
	const char *code;

	result->currency = "";
	result->has_unit = json_has(order, "unit_amount");
	if (!result->has_unit)
		return !json_has(order, "currency") ||
		       json_refuse(order, "unit_amount", d->error, "is missing");
	if (!json_integer_at(order, "unit_amount", 0, DECODE_UNIT_MAX, &result->unit_amount,
	                     d->error) ||
	    !json_text_at(order, "currency", DECODE_WORD_MAX, &code, d->error))
		return false;
	if (!money_currency(code, currency))
		return json_refuse(order, "currency", d->error, "is not a known currency");
	result->currency = arena_string(d->arena, currency);
	return true;
}

static bool take_times(struct decoding *d, const struct json_place *order,
                       struct order_body *result)
{
	result->until = TIME_MAX;
	if (!json_instant_at(order, "from", &result->from, d->error) ||
	    !json_instant_if(order, "until", &result->until, d->error))
		return false;
	return time_before(result->from, result->until) ||
	       json_refuse(order, "until", d->error, "is not after from");
}

static bool names(const struct texts *customers, const char *customer)
{
	for (size_t i = 0; i < customers->count; i++)
		if (text_equal(customers->items[i], customer))
			return true;
	return false;
}

static bool take_order(struct decoding *d, const struct json_place *order,
                       const struct texts *customers, struct order_body *result)
{
	static const char *const fields[] = { "id",      "version",  "customer",    "price",
		                              "product", "quantity", "unit_amount", "currency",
		                              "from",    "until",    NULL };

	*result = (struct order_body){ .id = "" };
	if (!json_only(order, fields, d->error) || !decoding_id_at(d, order, "id", &result->id) ||
	    !json_integer_at(order, "version", 1, VERSION_MAX, &result->version, d->error) ||
	    !decoding_id_at(d, order, "customer", &result->customer) ||
	    !decoding_id(d, order, "price", &result->price) ||
	    !decoding_id(d, order, "product", &result->product) ||
	    !json_integer_if(order, "quantity", 1, DECODE_QUANTITY_MAX, &result->quantity,
	                     d->error) ||
	    !take_unit(d, order, result) || !take_times(d, order, result))
		return false;
	if (!names(customers, result->customer))
		return json_refuse(order, "customer", d->error, "is not among stripe_customers");
	if ((*result->price == '\0') == (*result->product == '\0'))
		return json_refuse(order, "price", d->error,
		                   "and product: exactly one of them is needed");
	return result->has_unit || result->quantity > 0 ||
	       json_refuse(order, NULL, d->error, "agrees neither on a quantity nor on a price");
}

static int by_id(const void *a, const void *b)
{
	const struct order_body *const left = a;
	const struct order_body *const right = b;
	const int id = strcmp(left->id, right->id);

	return id != 0 ? id : (left->version > right->version) - (left->version < right->version);
}

bool decoding_orders(struct decoding *d, const struct json_place *top,
                     const struct texts *customers, const struct order_body **orders, size_t *count)
{
	struct json_place list;

	*orders = NULL;
	*count = 0;
	if (!json_array_if(top, "orders", DECODE_ORDERS_MAX, &list, d->error))
		return false;
	if (!json_has(top, "orders"))
		return true;
	const size_t found = json_count(&list);
	struct order_body *const made = arena_alloc(d->arena, (found + 1) * sizeof(*made));

	for (size_t i = 0; i < found; i++) {
		const struct json_place order = json_item(&list, i);

		if (!json_is_object(order.value))
			return json_refuse(&order, NULL, d->error, "must be an object");
		if (!take_order(d, &order, customers, &made[i]))
			return false;
	}
	qsort(made, found, sizeof(*made), by_id);
	for (size_t i = 1; i < found; i++)
		if (by_id(&made[i - 1], &made[i]) == 0)
			return json_refuse(top, "orders", d->error,
			                   "has the same id and version twice");
	*orders = made;
	*count = found;
	return true;
}
