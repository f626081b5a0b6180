/*
 * What an object of a customer's names, of which nothing may be known.
 */
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/ledger/balance_transaction.h"
#include "services/billing-sync/mirror/named.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

#define TRANSACTION "balance_transaction"

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
	const json_t *found[BALANCE_TRANSACTIONS_WITHIN];
	const size_t count = balance_transactions_within(thing->object.value, found);

	for (size_t i = 0; i < count; i++)
		TRY(take_within(thing, found[i]));
	return STATUS_OK;
}

static bool is_of_money(const struct thing *thing)
{
	static const char *const types[] = { "refund", "dispute", NULL };

	return text_among(types, thing->mirrored->object_type);
}

/* What its balance transactions move, in its own currency; NULL: it does not say. */
static const Opsmesh__V1__Money *moves(struct thing *thing)
{
	const struct json_place *const object = &thing->object;
	struct json_error error;
	char currency[4];
	int64_t amount = 0;
	Opsmesh__V1__Money *money;

	return stripe_currency_at(object, "currency", currency, &error) &&
	               json_integer_if(object, "amount", 0, INT64_MAX, &amount, &error) &&
	               customer_amount(thing, "amount", currency, amount, &money, &error) &&
	               money->minor > 0
	           ? money
	           : NULL;
}

enum status awaited_names(struct thing *thing)
{
	const Opsmesh__V1__Money *worth = NULL;
	struct named_list list;

	if (is_of_money(thing)) {
		TRY(take_all_within(thing));
		worth = moves(thing);
	}
	named_read(thing->customer->task->arena, thing->mirrored->object_type, &thing->object,
	           &list);
	for (size_t i = 0; i < list.count; i++)
		TRY(awaited_object(thing, list.items[i].type, list.items[i].id, worth));
	return STATUS_OK;
}

enum status awaited_names_before(struct thing *thing)
{
	const Opsmesh__V1__ObjectMirrored *const mirrored = thing->mirrored;
	struct customer then = *thing->customer;
	struct thing earlier = *thing;

	earlier.customer = &then;
	for (size_t i = 0; i < mirrored->n_named; i++) {
		const Opsmesh__V1__Named *const named = mirrored->named[i];

		if (!proto_instant(named->at, &then.at))
			return task_fail(then.task, STATUS_REJECT, "named: a time is out of range");
		TRY(awaited_object(&earlier, named->object_type, named->object_id, NULL));
	}
	return STATUS_OK;
}
