#include "services/billing-sync/object/source.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/mirror/waiting.h"
#include "services/billing-sync/rule/stripe.h"

#define PAYLOAD_MAX ((size_t)1 << 20) /* what a broker carries */

static const struct column columns[] = {
	COLUMN(struct source_row, source_id), COLUMN(struct source_row, object_type),
	COLUMN(struct source_row, charge_id), COLUMN(struct source_row, currency),
	COLUMN(struct source_row, amount),    COLUMN(struct source_row, revision),
	COLUMN(struct source_row, waiting),   COLUMN_END,
};
const struct state_table source_table = { .name = "source",
	                                  .columns = columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct source_row) };

/* Forwarding. */

static bool is_known(const struct source_row *row)
{
	return row->charge_id != NULL && row->currency != NULL;
}

static enum status forward(struct task *task, const struct source_row *row,
                           const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const Opsmesh__V1__BySourceEvent *const cause = (const void *)task->message;
	Opsmesh__V1__ByChargeEvent event = OPSMESH__V1__BY_CHARGE_EVENT__INIT;
	Opsmesh__V1__MoneySource about = OPSMESH__V1__MONEY_SOURCE__INIT;
	Opsmesh__V1__ObjectMirrored copy = *mirrored;
	struct instant at;

	if (!proto_instant(cause->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	about.object_id = text_mutable(row->source_id);
	about.object_type = text_mutable(row->object_type);
	about.charge_id = text_mutable(row->charge_id);
	about.currency = text_mutable(row->currency);
	about.amount = row->amount;
	copy.about = &about;
	event.charge_id = about.charge_id;
	event.occurred_at = cause->occurred_at;
	event.fact_case = OPSMESH__V1__BY_CHARGE_EVENT__FACT_MIRRORED;
	event.mirrored = &copy;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_CHARGE,
	                                           .key = row->charge_id,
	                                           .time = at,
	                                           .message = &event.base });
}

/* Waiting. */

static enum status wait(struct task *task, struct source_row *row,
                        const Opsmesh__V1__ObjectMirrored *mirrored)
{
	Opsmesh__V1__MirroredList list;

	if (!waiting_read(task, row->waiting, &list))
		return task_fail(task, STATUS_FATAL, "source %s: what waits cannot be read",
		                 row->source_id);
	waiting_put(task->arena, &list, mirrored);
	if (list.n_items > SOURCE_WAITING_MAX)
		return task_refuse(task, "source %s: more than %d balance transactions wait for it",
		                   row->source_id, SOURCE_WAITING_MAX);
	if (!waiting_fits(&list))
		return task_refuse(task, "source %s: what waits for it is more than is kept",
		                   row->source_id);
	row->waiting = proto_pack(task->arena, &list.base);
	task_save(task, &source_table, row);
	return STATUS_OK;
}

static enum status release(struct task *task, struct source_row *row)
{
	Opsmesh__V1__MirroredList list;

	if (!waiting_read(task, row->waiting, &list))
		return task_fail(task, STATUS_FATAL, "source %s: what waits cannot be read",
		                 row->source_id);
	for (size_t i = 0; i < list.n_items; i++)
		TRY(forward(task, row, list.items[i]));
	row->waiting = (struct bytes){ NULL, 0 };
	return STATUS_OK;
}

/* Reading. What cannot be read the customer's stage says of refunds and disputes. */

static bool read_money(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored,
                       struct source_row *row)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	AUTO_JSON document = NULL;
	struct json_error error;
	char currency[4];
	int64_t amount;

	if (!json_parse_brief(payload, PAYLOAD_MAX, &document, &error))
		return false;
	const struct json_place object = json_top(document);

	if (!stripe_currency_at(&object, "currency", currency, &error) ||
	    !json_integer_at(&object, "amount", 0, INT64_MAX, &amount, &error))
		return false;
	row->currency = arena_string(task->arena, currency);
	row->amount = amount;
	return true;
}

/* Is it of a refund or dispute? */
static bool is_of_source(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	struct balance_transaction moved;
	struct json_error error;

	return balance_transaction_read(task->arena, payload, &moved, &error) &&
	       movement_place(policies_movement(task, moved.created), &moved) == MOVEMENT_OF_SOURCE;
}

/* Handlers. */

static enum status take_source(struct task *task, struct source_row *row,
                               const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const Opsmesh__V1__BySourceEvent *const event = (const void *)task->message;

	if (mirrored->revision > row->revision && read_money(task, mirrored, row))
		row->revision = mirrored->revision;
	row->object_type = mirrored->object_type;
	if (*event->charge_id != '\0')
		row->charge_id = event->charge_id;
	if (is_known(row))
		TRY(release(task, row));
	task_save(task, &source_table, row);
	return STATUS_OK;
}

enum status source_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const Opsmesh__V1__BySourceEvent *const event = (const void *)task->message;
	struct source_row row = { .source_id = event->source_id };

	TRY(task_key(task, "source_id", event->source_id, STRIPE_ID_MAX));
	(void)task_load(task, &source_table, &row);
	if (!text_equal(mirrored->object_type, "balance_transaction"))
		return take_source(task, &row, mirrored);
	if (!is_of_source(task, mirrored))
		return STATUS_OK;
	return is_known(&row) ? forward(task, &row, mirrored) : wait(task, &row, mirrored);
}

void source_need(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__BySourceEvent *const event = (const void *)message;

	task_need(task, &source_table, &(struct source_row){ .source_id = event->source_id });
}
