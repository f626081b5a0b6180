/*
 * What waits for a charge, or for its customer, for too long: said once of each object, and told to the stage `payout`,
 * which keeps the cases that no customer has.
 */
#include "services/billing-sync/object/charge.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/mirror/waiting.h"

#define CHARGE "charge"

bool charge_is_told(const Opsmesh__V1__MirroredList *list, const char *id)
{
	for (size_t i = 0; i < list->n_told; i++)
		if (text_equal(list->told[i]->object_id, id))
			return true;
	return false;
}

/* It has come and took money, and names nobody. */
static bool is_nobodys(const struct charge_row *row)
{
	return row->known && !row->idle;
}

bool charge_waits(const struct charge_row *row, const Opsmesh__V1__MirroredList *list)
{
	if (is_nobodys(row) && !charge_is_told(list, row->charge_id))
		return true;
	for (size_t i = 0; i < list->n_items; i++)
		if (!charge_is_told(list, list->items[i]->object_id))
			return true;
	return false;
}

enum status charge_be_patient(struct task *task, const struct charge_row *row)
{
	const Opsmesh__V1__ByChargeEvent *const cause = (const void *)task->message;
	struct instant at;

	if (!proto_instant(cause->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	task_timer_set(task, CHARGE_TIMER_PLACE, row->charge_id,
	               time_add(at, policies_suspense(task, at)->place));
	return STATUS_OK;
}

/* Saying. */

static enum status say(struct task *task, const struct charge_row *row, const char *id,
                       const char *type)
{
	const struct policy_head *const policy = &policies_suspense(task, task->due)->head;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectWaits waits = OPSMESH__V1__OBJECT_WAITS__INIT;

	waits.object_id = text_mutable(id);
	waits.object_type = text_mutable(type);
	waits.charge_id = text_mutable(row->charge_id);
	waits.charge_known = row->known;
	waits.policy = arena_printf(task->arena, "%s/%lld", policy->id, (long long)policy->version);
	event.occurred_at = proto_timestamp(task->arena, task->due);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_WAITS;
	event.object_waits = &waits;
	return task_emit(task, &(struct emission){ .topic = OPS_BILLING,
	                                           .key = row->charge_id,
	                                           .time = task->due,
	                                           .message = &event.base });
}

static enum status tell(struct task *task, const struct charge_row *row, struct instant at,
                        Opsmesh__V1__ObjectUnmet *unmet)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;

	unmet->charge_known = row->known;
	event.subject_id = text_mutable(row->charge_id);
	event.occurred_at = proto_timestamp(task->arena, at);
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_UNMET;
	event.unmet = unmet;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_PAYOUT,
	                                           .key = row->charge_id,
	                                           .time = at,
	                                           .message = &event.base });
}

static void remember(struct arena *arena, Opsmesh__V1__MirroredList *list, const char *id,
                     const char *type)
{
	Opsmesh__V1__Named **const told = arena_alloc(arena, (list->n_told + 1) * sizeof(*told));
	Opsmesh__V1__Named *const added = arena_alloc(arena, sizeof(*added));

	opsmesh__v1__named__init(added);
	added->object_id = text_mutable(id);
	added->object_type = text_mutable(type);
	for (size_t i = 0; i < list->n_told; i++)
		told[i] = list->told[i];
	told[list->n_told++] = added;
	list->told = told;
}

/* Of a balance transaction the stage `payout` knows by itself that nobody has it. */
static enum status say_waits(struct task *task, const struct charge_row *row,
                             Opsmesh__V1__MirroredList *list, const char *id, const char *type)
{
	Opsmesh__V1__ObjectUnmet unmet = OPSMESH__V1__OBJECT_UNMET__INIT;

	if (charge_is_told(list, id))
		return STATUS_OK;
	remember(task->arena, list, id, type);
	TRY(say(task, row, id, type));
	if (text_equal(type, "balance_transaction"))
		return STATUS_OK;
	unmet.object_id = text_mutable(id);
	unmet.object_type = text_mutable(type);
	return tell(task, row, task->due, &unmet);
}

enum status charge_end_waits(struct task *task, const struct charge_row *row,
                             Opsmesh__V1__MirroredList *list)
{
	const Opsmesh__V1__ByChargeEvent *const cause = (const void *)task->message;
	struct instant at;

	if (!proto_instant(cause->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	for (size_t i = 0; i < list->n_told; i++) {
		Opsmesh__V1__ObjectUnmet unmet = OPSMESH__V1__OBJECT_UNMET__INIT;

		unmet.object_id = list->told[i]->object_id;
		unmet.object_type = list->told[i]->object_type;
		unmet.healed = true;
		TRY(tell(task, row, at, &unmet));
	}
	list->n_told = 0;
	return STATUS_OK;
}

/* The timer. */

/* Of one object the newest stands last. */
static const Opsmesh__V1__ObjectMirrored *newest_of(const Opsmesh__V1__MirroredList *list,
                                                    size_t which)
{
	while (which + 1 < list->n_items &&
	       text_equal(list->items[which]->object_id, list->items[which + 1]->object_id))
		which++;
	return list->items[which];
}

static enum status say_item(struct task *task, const struct charge_row *row,
                            Opsmesh__V1__MirroredList *list, size_t which)
{
	const Opsmesh__V1__ObjectMirrored *const item = list->items[which];
	const bool told = charge_is_told(list, item->object_id);

	TRY(say_waits(task, row, list, item->object_id, item->object_type));
	if (told)
		return STATUS_OK;
	return charge_say_unplaced(task, row, list, newest_of(list, which), task->due);
}

enum status charge_on_place(struct task *task, const char *key)
{
	struct charge_row row = { .charge_id = key };
	Opsmesh__V1__MirroredList list;

	if (!task_load(task, &charge_table, &row) || row.customer_id != NULL)
		return STATUS_OK;
	if (!waiting_read(task, row.waiting, &list))
		return task_fail(task, STATUS_FATAL, "charge %s: what waits cannot be read", key);
	if (is_nobodys(&row))
		TRY(say_waits(task, &row, &list, key, CHARGE));
	for (size_t i = 0; i < list.n_items; i++)
		TRY(say_item(task, &row, &list, i));
	row.waiting = proto_pack(task->arena, &list.base);
	task_save(task, &charge_table, &row);
	return STATUS_OK;
}

void charge_need_place(struct task *task, const char *key)
{
	task_need(task, &charge_table, &(struct charge_row){ .charge_id = key });
}
