#include "services/billing-sync/mirror/named.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/rule/stripe.h"

/* What names what: where the field stands, within which object of the object. */
static const struct {
	const char *type;
	const char *within[2];
	const char *field;
	const char *named;
} rows[] = {
	{ "charge", { NULL }, "invoice", "invoice" },
	{ "charge", { NULL }, "payment_intent", "payment_intent" },
	{ "dispute", { NULL }, "balance_transaction", "balance_transaction" },
	{ "invoice", { NULL }, "charge", "charge" },
	{ "invoice", { NULL }, "payment_intent", "payment_intent" },
	{ "invoice", { NULL }, "subscription", "subscription" },
	{ "invoice", { "parent", "subscription_details" }, "subscription", "subscription" },
	{ "invoice_payment", { NULL }, "invoice", "invoice" },
	{ "invoice_payment", { "payment" }, "payment_intent", "payment_intent" },
	{ "payment_intent", { NULL }, "latest_charge", "charge" },
	{ "refund", { NULL }, "balance_transaction", "balance_transaction" },
	{ "refund", { NULL }, "failure_balance_transaction", "balance_transaction" },
	{ "subscription", { NULL }, "latest_invoice", "invoice" },
};

bool named_by_type(const char *type)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(rows[i].type, type))
			return true;
	return false;
}

/* "": nothing that can be read. */
static const char *read_id(struct arena *arena, const struct json_place *object, size_t which)
{
	struct json_place place = *object;
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
	return stripe_id_if(arena, &place, rows[which].field, &id, &error) ? id : "";
}

bool named_has(const struct named_list *list, const struct named *named)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(list->items[i].id, named->id) &&
		    text_equal(list->items[i].type, named->type))
			return true;
	return false;
}

void named_read(struct arena *arena, const char *type, const struct json_place *object,
                struct named_list *list)
{
	list->count = 0;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!text_equal(rows[i].type, type))
			continue;
		const struct named named = { rows[i].named, read_id(arena, object, i) };

		if (*named.id == '\0' || named_has(list, &named))
			continue;
		CHECK(list->count < NAMED_MAX);
		list->items[list->count++] = named;
	}
}
