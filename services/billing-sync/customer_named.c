/*
 * What an object of a customer's names, of which nothing may be known.
 */
#include "services/billing-sync/customer_awaited.h"
#include "services/billing-sync/stripe.h"

#include "common/base/text.h"

#include <string.h>

#define TRANSACTION "balance_transaction"
#define WITHIN_MAX 10 /* of a dispute: it has two at most */

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
	return stripe_id_if(thing->customer->task->arena, &place, rows[which].field, &id, &error)
	           ? id
	           : "";
}

/* Balance transactions that are within their object: what else is, comes by itself as well. */

static enum status take_within(struct thing *thing, const json_t *value)
{
	const char *const id = json_string_value(json_object_get(value, "id"));
	const char *const type = json_string_value(json_object_get(value, "object"));

	if (id == NULL || *id == '\0' || strlen(id) > STRIPE_ID_MAX ||
	    !text_equal(type != NULL ? type : "", TRANSACTION))
		return STATUS_OK;
	return awaited_within(thing, TRANSACTION, arena_string(thing->customer->task->arena, id));
}

static enum status take_all_within(struct thing *thing)
{
	static const char *const fields[] = { TRANSACTION, "failure_" TRANSACTION };
	const json_t *const object = thing->object.value;
	const json_t *const list = json_object_get(object, TRANSACTION "s");
	const json_t *item;
	size_t i;

	for (size_t k = 0; k < COUNT_OF(fields); k++)
		TRY(take_within(thing, json_object_get(object, fields[k])));
	json_array_foreach(list, i, item)
	{
		if (i < WITHIN_MAX)
			TRY(take_within(thing, item));
	}
	return STATUS_OK;
}

static bool is_of_money(const struct thing *thing)
{
	static const char *const types[] = { "refund", "dispute", NULL };

	return text_among(types, thing->mirrored->object_type);
}

enum status awaited_names(struct thing *thing)
{
	if (is_of_money(thing))
		TRY(take_all_within(thing));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!text_equal(rows[i].type, thing->mirrored->object_type))
			continue;
		const char *const id = named_by(thing, i);

		if (*id != '\0')
			TRY(awaited_object(thing, rows[i].named, id));
	}
	return STATUS_OK;
}
