/*
 * What an object of a customer's names, of which nothing may be known.
 */
#include "services/billing-sync/customer_awaited.h"
#include "services/billing-sync/stripe.h"

#include "common/base/text.h"

/* What names what: where the field stands, within which object of the object. */
static const struct {
	const char *type;
	const char *within[2];
	const char *field;
	const char *named;
} rows[] = {
	{ "charge", { NULL }, "invoice", "invoice" },
	{ "dispute", { NULL }, "balance_transaction", "balance_transaction" },
	{ "invoice", { NULL }, "charge", "charge" },
	{ "invoice", { NULL }, "subscription", "subscription" },
	{ "invoice", { "parent", "subscription_details" }, "subscription", "subscription" },
	{ "invoice_payment", { NULL }, "invoice", "invoice" },
	{ "payment_intent", { NULL }, "latest_charge", "charge" },
	{ "refund", { NULL }, "balance_transaction", "balance_transaction" },
	{ "refund", { NULL }, "failure_balance_transaction", "balance_transaction" },
	{ "subscription", { NULL }, "latest_invoice", "invoice" },
};

/* A balance transaction within the object that it is of is booked with it (customer_ledger.c). */
static bool is_within(const struct thing *thing, const struct json_place *place, size_t which,
                      const char *id)
{
	const json_t *const list = json_object_get(place->value, "balance_transactions");
	const json_t *item;
	size_t i;

	if (!text_equal(rows[which].named, "balance_transaction"))
		return false;
	json_array_foreach(list, i, item)
	{
		if (text_equal(thing->mirrored->object_type, "dispute") &&
		    text_equal(json_string_value(json_object_get(item, "id")), id))
			return true;
	}
	return json_is_object(json_object_get(place->value, rows[which].field));
}

/* "": nothing that can be read. What has to be read is refused by whoever reads it. */
static const char *named_by(struct thing *thing, size_t which)
{
	struct json_place place = thing->object;
	struct json_error error;
	const char *id;

	for (size_t i = 0; i < COUNT_OF(rows[which].within); i++) {
		const char *const within = rows[which].within[i];
		struct json_place inner;

		if (within == NULL)
			break;
		if (!json_has(&place, within) || !json_object_at(&place, within, &inner, &error))
			return "";
		place = inner;
	}
	return stripe_id_if(thing->customer->task->arena, &place, rows[which].field, &id, &error) &&
	               !is_within(thing, &place, which, id)
	           ? id
	           : "";
}

enum status awaited_names(struct thing *thing)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!text_equal(rows[i].type, thing->mirrored->object_type))
			continue;
		const char *const id = named_by(thing, i);

		if (*id != '\0')
			TRY(awaited_object(thing, rows[i].named, id));
	}
	return STATUS_OK;
}
