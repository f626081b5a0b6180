/*
 * Disputes and fraud warnings that have waited for too long, told as they stand, until their customer is known.
 */
#include "services/billing-sync/dispute/unplaced.h"
#include "services/billing-sync/object/charge.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"

static Opsmesh__V1__Unplaced *find(const Opsmesh__V1__MirroredList *list, const char *id)
{
	for (size_t i = 0; i < list->n_unplaced; i++)
		if (text_equal(list->unplaced[i]->object_id, id))
			return list->unplaced[i];
	return NULL;
}

static void remember(struct arena *arena, Opsmesh__V1__MirroredList *list,
                     const Opsmesh__V1__Unplaced *told)
{
	Opsmesh__V1__Unplaced *known = find(list, told->object_id);

	if (known == NULL) {
		Opsmesh__V1__Unplaced **const all =
		    arena_alloc(arena, (list->n_unplaced + 1) * sizeof(known));

		for (size_t i = 0; i < list->n_unplaced; i++)
			all[i] = list->unplaced[i];
		known = arena_alloc(arena, sizeof(*known));
		all[list->n_unplaced++] = known;
		list->unplaced = all;
	}
	*known = *told;
}

static enum status say(struct task *task, const struct charge_row *row, struct instant at,
                       Opsmesh__V1__BillingEvent *event)
{
	event->occurred_at = proto_timestamp(task->arena, at);
	return task_emit(task, &(struct emission){ .topic = OPS_BILLING,
	                                           .key = row->charge_id,
	                                           .time = at,
	                                           .message = &event->base });
}

enum status charge_say_unplaced(struct task *task, const struct charge_row *row,
                                Opsmesh__V1__MirroredList *list,
                                const Opsmesh__V1__ObjectMirrored *mirrored, struct instant at)
{
	const struct policy_head *const policy = &policies_suspense(task, at)->head;
	const Opsmesh__V1__Unplaced *const before = find(list, mirrored->object_id);
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	const struct unplaced_state state = {
		.object_id = mirrored->object_id,
		.object_type = mirrored->object_type,
		.charge_id = row->charge_id,
		.status = mirrored->status,
		.payload = { mirrored->payload.data, mirrored->payload.len },
	};

	if (!unplaced_is(mirrored->object_type) || *mirrored->customer_id != '\0')
		return STATUS_OK;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = unplaced_tell(task->arena, policies_currency(task, at), &state,
	                                      before != NULL ? before : mirrored->unplaced);
	event.object_unplaced->charge_known = row->known;
	event.object_unplaced->policy =
	    arena_printf(task->arena, "%s/%lld", policy->id, (long long)policy->version);
	TRY(say(task, row, at, &event));
	remember(task->arena, list, unplaced_of(task->arena, &state, event.object_unplaced));
	return STATUS_OK;
}

/* A state may be forwarded again, with the revision that it had. */
static bool is_newer(const Opsmesh__V1__MirroredList *list,
                     const Opsmesh__V1__ObjectMirrored *mirrored)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (text_equal(list->items[i]->object_id, mirrored->object_id) &&
		    list->items[i]->revision >= mirrored->revision)
			return false;
	return true;
}

bool charge_is_unplaced(const Opsmesh__V1__MirroredList *list,
                        const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const char *const id = mirrored->object_id;

	return is_newer(list, mirrored) &&
	       (mirrored->unplaced != NULL || charge_is_told(list, id) || find(list, id) != NULL);
}

/* Placing. */

static enum status say_placed(struct task *task, const struct charge_row *row, struct instant at,
                              const Opsmesh__V1__Unplaced *told, const char *customer)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectPlaced placed = OPSMESH__V1__OBJECT_PLACED__INIT;

	placed.object_id = told->object_id;
	placed.object_type = told->object_type;
	placed.customer_id = text_mutable(customer);
	placed.charge_id = text_mutable(row->charge_id);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED;
	event.object_placed = &placed;
	return say(task, row, at, &event);
}

static void forget(Opsmesh__V1__MirroredList *list, const Opsmesh__V1__Unplaced *told)
{
	size_t count = 0;

	for (size_t i = 0; i < list->n_unplaced; i++)
		if (list->unplaced[i] != told)
			list->unplaced[count++] = list->unplaced[i];
	list->n_unplaced = count;
}

/* It names its customer itself, by a charge that is within it, while its charge's row does not know that. */
static enum status place_one(struct task *task, const struct charge_row *row,
                             Opsmesh__V1__MirroredList *list,
                             const Opsmesh__V1__ObjectMirrored *mirrored, struct instant at)
{
	const Opsmesh__V1__Unplaced *const listed = find(list, mirrored->object_id);
	const Opsmesh__V1__Unplaced *const told = listed != NULL ? listed : mirrored->unplaced;

	if (told == NULL)
		return STATUS_OK;
	TRY(say_placed(task, row, at, told, mirrored->customer_id));
	forget(list, told);
	return STATUS_OK;
}

enum status charge_say_again(struct task *task, const struct charge_row *row,
                             Opsmesh__V1__MirroredList *list,
                             const Opsmesh__V1__ObjectMirrored *mirrored, struct instant at)
{
	return *mirrored->customer_id != '\0' ? place_one(task, row, list, mirrored, at)
	                                      : charge_say_unplaced(task, row, list, mirrored, at);
}

enum status charge_say_placed(struct task *task, const struct charge_row *row,
                              Opsmesh__V1__MirroredList *list, struct instant at)
{
	for (size_t i = 0; i < list->n_unplaced; i++)
		TRY(say_placed(task, row, at, list->unplaced[i], row->customer_id));
	list->n_unplaced = 0;
	return STATUS_OK;
}
