#include "services/billing-sync/object/charge.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/mirror/waiting.h"
#include "services/billing-sync/rule/stripe.h"

#define PAYLOAD_MAX ((size_t)1 << 20) /* what a broker carries */

static const struct column columns[] = {
	COLUMN(struct charge_row, charge_id), COLUMN(struct charge_row, customer_id),
	COLUMN(struct charge_row, waiting),   COLUMN(struct charge_row, known),
	COLUMN(struct charge_row, idle),      COLUMN_END,
};
const struct state_table charge_table = { .name = "charge",
	                                  .columns = columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct charge_row) };

/* Forwarding. */

static enum status read_at(struct task *task, struct instant *at)
{
	const Opsmesh__V1__ByChargeEvent *const cause = (const void *)task->message;

	return proto_instant(cause->occurred_at, at)
	           ? STATUS_OK
	           : task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
}

static enum status forward(struct task *task, const char *customer,
                           const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const Opsmesh__V1__ByChargeEvent *const cause = (const void *)task->message;
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored copy = *mirrored;
	struct instant at;

	TRY(read_at(task, &at));
	event.customer_id = text_mutable(customer);
	event.occurred_at = cause->occurred_at;
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	event.mirrored = &copy;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_CUSTOMER,
	                                           .key = customer,
	                                           .time = at,
	                                           .message = &event.base });
}

/* Waiting. */

static enum status read_waiting(struct task *task, const struct charge_row *row,
                                Opsmesh__V1__MirroredList *list)
{
	return waiting_read(task, row->waiting, list)
	           ? STATUS_OK
	           : task_fail(task, STATUS_FATAL, "charge %s: what waits cannot be read",
	                       row->charge_id);
}

static enum status wait(struct task *task, struct charge_row *row,
                        const Opsmesh__V1__ObjectMirrored *mirrored)
{
	Opsmesh__V1__MirroredList list;
	struct instant at;

	TRY(read_at(task, &at));
	TRY(read_waiting(task, row, &list));
	const bool unplaced = charge_is_unplaced(&list, mirrored);
	const bool waited = charge_waits(row, &list);

	waiting_put(task->arena, &list, mirrored);
	if (!waited && charge_waits(row, &list))
		TRY(charge_be_patient(task, row));
	if (list.n_items > CHARGE_WAITING_MAX)
		return task_refuse(task, "charge %s: more than %d objects wait for it",
		                   row->charge_id, CHARGE_WAITING_MAX);
	if (!waiting_fits(&list))
		return task_refuse(task, "charge %s: what waits for it is more than is kept",
		                   row->charge_id);
	if (unplaced)
		TRY(charge_say_again(task, row, &list, mirrored, at));
	row->waiting = proto_pack(task->arena, &list.base);
	task_save(task, &charge_table, row);
	return STATUS_OK;
}

static enum status release(struct task *task, struct charge_row *row)
{
	Opsmesh__V1__MirroredList list;
	struct instant at;

	TRY(read_at(task, &at));
	TRY(read_waiting(task, row, &list));
	TRY(charge_end_waits(task, row, &list));
	for (size_t i = 0; i < list.n_items; i++)
		TRY(forward(task, row->customer_id, list.items[i]));
	row->waiting = (struct bytes){ NULL, 0 };
	return charge_say_placed(task, row, &list, at);
}

/* What the stage `object` said as unplaced, because it named no charge, has its customer at once. */
static enum status pass(struct task *task, const struct charge_row *row,
                        const Opsmesh__V1__ObjectMirrored *mirrored)
{
	Opsmesh__V1__Unplaced *said[] = { mirrored->unplaced };
	Opsmesh__V1__MirroredList list = OPSMESH__V1__MIRRORED_LIST__INIT;
	struct instant at;

	TRY(read_at(task, &at));
	TRY(forward(task, row->customer_id, mirrored));
	list.unplaced = said;
	list.n_unplaced = mirrored->unplaced != NULL ? 1 : 0;
	return charge_say_placed(task, row, &list, at);
}

/* Handlers. */

/* A charge without one stays without: it is what the provider says. */
static const char *customer_of(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	AUTO_JSON document = NULL;
	struct json_error error;
	const char *id = "";

	if (payload.size == 0)
		return mirrored->customer_id;
	if (!json_parse_brief(payload, PAYLOAD_MAX, &document, &error))
		return "";
	const struct json_place object = json_top(document);

	return stripe_id_if(task->arena, &object, "customer", &id, &error) ? id : "";
}

/* A payment intent takes nothing by itself, and what failed took nothing. */
static bool is_idle(const Opsmesh__V1__ObjectMirrored *mirrored)
{
	return !text_equal(mirrored->object_type, "charge") ||
	       text_equal(mirrored->status, "failed");
}

/* It has come, and names nobody: that is another thing to wait for. */
static enum status take_nobodys(struct task *task, struct charge_row *row,
                                const Opsmesh__V1__ObjectMirrored *mirrored)
{
	Opsmesh__V1__MirroredList list;

	TRY(read_waiting(task, row, &list));
	TRY(charge_end_waits(task, row, &list));
	row->known = true;
	row->idle = is_idle(mirrored);
	if (charge_waits(row, &list))
		TRY(charge_be_patient(task, row));
	row->waiting =
	    list.n_items > 0 ? proto_pack(task->arena, &list.base) : (struct bytes){ NULL, 0 };
	task_save(task, &charge_table, row);
	return STATUS_OK;
}

static enum status take_charge(struct task *task, struct charge_row *row,
                               const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const char *const customer = customer_of(task, mirrored);

	if (*customer == '\0' && !row->known && row->customer_id == NULL)
		return take_nobodys(task, row, mirrored);
	if (*customer == '\0' ||
	    text_equal(customer, row->customer_id != NULL ? row->customer_id : ""))
		return STATUS_OK;
	row->customer_id = customer;
	task_timer_clear(task, CHARGE_TIMER_PLACE, row->charge_id);
	TRY(release(task, row));
	row->known = true;
	task_save(task, &charge_table, row);
	return STATUS_OK;
}

enum status charge_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const Opsmesh__V1__ByChargeEvent *const event = (const void *)task->message;
	struct charge_row row = { .charge_id = event->charge_id };

	TRY(task_key(task, "charge_id", event->charge_id, STRIPE_ID_MAX));
	(void)task_load(task, &charge_table, &row);
	if (text_equal(mirrored->object_type, "charge") ||
	    text_equal(mirrored->object_type, "payment_intent"))
		return take_charge(task, &row, mirrored);
	return row.customer_id != NULL ? pass(task, &row, mirrored) : wait(task, &row, mirrored);
}

void charge_need(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByChargeEvent *const event = (const void *)message;

	task_need(task, &charge_table, &(struct charge_row){ .charge_id = event->charge_id });
}
