#include "services/billing-sync/customer_refused.h"

#include "common/base/text.h"
#include "services/billing-sync/currency.h"
#include "services/billing-sync/listed.h"
#include "services/billing-sync/policies.h"
#include "services/billing-sync/refused.h"
#include "services/billing-sync/stripe.h"

#include <string.h>

#define CAUSE "state_refused"

static void remember(struct customer *it, const char *id)
{
	if (listed_has(it->row.refused, id) || listed_count(it->row.refused) == REFUSED_MAX)
		return;
	it->row.refused = listed_with(it->task->arena, it->row.refused, id);
	task_save(it->task, &customer_table, &it->row);
}

/* What could not be read. */

static const char *root_of(const struct thing *thing)
{
	return arena_printf(thing->customer->task->arena, "read/%s", thing->mirrored->object_id);
}

/* As the provider has it; what it says of money must be money. */
static bool read_amount(const struct thing *thing, struct discrepancy_evidence *evidence)
{
	struct task *const task = thing->customer->task;
	const char *const field =
	    text_equal(thing->mirrored->object_type, "invoice") ? "total" : "amount";
	char reason[CURRENCY_REASON_SIZE];
	struct json_error error;
	struct money money;

	return !thing->known && thing->object.value != NULL &&
	       stripe_currency_at(&thing->object, "currency", evidence->currency, &error) &&
	       json_integer_at(&thing->object, field, INT64_MIN, INT64_MAX, &evidence->expected,
	                       &error) &&
	       currency_read(policies_currency(task, thing->customer->at), evidence->currency,
	                     evidence->expected, &money, reason) &&
	       evidence->expected != 0;
}

static enum status open_case(const struct thing *thing, const struct json_error *error)
{
	struct customer *const it = thing->customer;
	const char *const id = thing->mirrored->object_id;
	struct finding finding = {
		.cause = CAUSE,
		.root = root_of(thing),
		.evidence = { .object = id },
		.sentence =
		    arena_printf(it->task->arena,
		                 "What the provider says of the %s cannot be taken over: %s%s%s.",
		                 thing->mirrored->object_type, error->path,
		                 *error->path != '\0' ? ": " : "", error->reason),
	};

	if (!task_has(it->task, &customer_table))
		return STATUS_OK;
	if (!read_amount(thing, &finding.evidence))
		finding.evidence = (struct discrepancy_evidence){ .object = id, .expected = 1 };
	remember(it, id);
	return customer_observe(it, &finding);
}

struct json_error refused_error(const char *reason)
{
	struct json_error error = { .path = "" };

	memcpy(error.reason, reason, text_fit(bytes_of(reason), sizeof(error.reason) - 1));
	return error;
}

enum status refused_whole(const struct thing *thing, const struct json_error *error)
{
	TRY(refused_say(thing->customer, thing->mirrored, error->path, error->reason));
	return open_case(thing, error);
}

enum status refused_heal(struct thing *thing)
{
	struct customer *const it = thing->customer;
	const char *const id = thing->mirrored->object_id;

	if (!listed_has(it->row.refused, id))
		return STATUS_OK;
	it->row.refused = listed_without(it->task->arena, it->row.refused, id);
	task_save(it->task, &customer_table, &it->row);
	return customer_clear(it, CAUSE, root_of(thing), id);
}

/* What the mirror did not take over. */

static const char *cause_of(const char *field)
{
	if (text_equal(field, "currency"))
		return "currency_changed";
	return text_equal(field, "livemode") ? "mode_mixed" : CAUSE;
}

enum status customer_on_not_taken(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	struct finding finding = {
		.cause = cause_of(refused->field),
		.root = arena_printf(task->arena, "state/%s/%s", refused->object_type,
		                     refused->object_id),
		.evidence = { .object = refused->object_id, .expected = 1 },
		.sentence = arena_printf(
		    task->arena,
		    "What the provider says of the %s contradicts what is known: %s %s.",
		    refused->object_type, refused->field, refused->reason),
	};
	struct customer it;

	TRY(customer_open(task, event->customer_id, event->occurred_at, &it));
	if (refused->healed)
		return customer_clear(&it, finding.cause, finding.root, refused->object_id);
	if (refused->amount != 0 && strlen(refused->currency) == 3) {
		finding.evidence.expected = refused->amount;
		memcpy(finding.evidence.currency, refused->currency, 4);
	}
	return customer_observe(&it, &finding);
}
