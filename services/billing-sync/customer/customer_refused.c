#include "services/billing-sync/customer/customer_refused.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "services/billing-sync/customer/refused.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/rule/currency.h"
#include "services/billing-sync/rule/stripe.h"

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

static const char *root_of(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	return arena_printf(task->arena, "read/%s", mirrored->object_id);
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

static enum status observe_nobodys(struct customer *it, struct finding *finding)
{
	finding->evidence.expected = 1;
	return customer_observe(it, finding);
}

static enum status open_case(const struct thing *thing, const struct json_error *error)
{
	struct customer *const it = thing->customer;
	const char *const id = thing->mirrored->object_id;
	struct finding finding = {
		.cause = CAUSE,
		.root = root_of(it->task, thing->mirrored),
		.evidence = { .object = id },
		.sentence =
		    arena_printf(it->task->arena,
		                 "What the provider says of the %s cannot be taken over: %s%s%s.",
		                 thing->mirrored->object_type, error->path,
		                 *error->path != '\0' ? ": " : "", error->reason),
	};

	if (task_has(it->task, &balance_case_table))
		return observe_nobodys(it, &finding);
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
	return customer_clear(it, CAUSE, root_of(it->task, thing->mirrored), id);
}

/* Of the first state nothing was refused before. */
static bool may_heal(const Opsmesh__V1__ObjectMirrored *mirrored)
{
	return mirrored->revision > 1;
}

enum status refused_heal_nobodys(struct thing *thing)
{
	struct customer *const it = thing->customer;

	return may_heal(thing->mirrored)
	           ? customer_clear(it, CAUSE, root_of(it->task, thing->mirrored),
	                            thing->mirrored->object_id)
	           : STATUS_OK;
}

void refused_need_nobodys(struct task *task, const char *key,
                          const Opsmesh__V1__ObjectMirrored *mirrored)
{
	if (may_heal(mirrored))
		customer_need_case(task, key, CAUSE, root_of(task, mirrored));
}

/* What the mirror did not take over. */

static const char *cause_of(const Opsmesh__V1__ObjectNotTaken *refused)
{
	if (refused->differs)
		return "balance_transaction_differs";
	if (text_equal(refused->field, "currency"))
		return "currency_changed";
	return text_equal(refused->field, "livemode") ? "mode_mixed" : CAUSE;
}

struct finding refused_finding(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused)
{
	struct finding finding = {
		.cause = cause_of(refused),
		.root = arena_printf(task->arena, "state/%s/%s", refused->object_type,
		                     refused->object_id),
		.evidence = { .object = refused->object_id, .expected = 1 },
		.sentence = arena_printf(
		    task->arena,
		    "What the provider says of the %s contradicts what is known: %s %s.",
		    refused->object_type, refused->field, refused->reason),
	};

	if (strlen(refused->currency) != 3)
		return finding;
	finding.evidence.expected = refused->differs ? refused->standing : refused->amount;
	finding.evidence.found = refused->differs ? refused->amount : 0;
	memcpy(finding.evidence.currency, refused->currency, 4);
	return finding;
}

enum status customer_on_not_taken(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	const struct finding finding = refused_finding(task, refused);
	struct customer it;

	TRY(customer_open(task, event->customer_id, event->occurred_at, &it));
	return refused->healed
	           ? customer_clear(&it, finding.cause, finding.root, refused->object_id)
	           : customer_observe(&it, &finding);
}
