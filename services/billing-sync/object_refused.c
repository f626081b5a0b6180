/*
 * What contradicts the mirror, or cannot be read, of an object whose customer is known: the customer is told, and told
 * again when a state is taken over that is no older. What is older than the state that stands is missed by nobody.
 */
#include "services/billing-sync/object.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

/* As the provider has it; 0: it says none that can be told. */
static int64_t amount_of(const struct object *it)
{
	const char *const field = text_equal(it->row.object_type, "invoice") ? "total" : "amount";
	AUTO_JSON document = NULL;
	struct json_error error;
	int64_t amount = 0;

	if (it->seen.currency == NULL ||
	    !json_parse_brief(it->seen.body, OBSERVED_PAYLOAD_MAX, &document, &error))
		return 0;
	const struct json_place object = json_top(document);

	return json_integer_if(&object, field, INT64_MIN, INT64_MAX, &amount, &error) ? amount : 0;
}

static enum status tell(struct object *it, const char *field, const char *reason, bool healed)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectNotTaken refused = OPSMESH__V1__OBJECT_NOT_TAKEN__INIT;

	refused.object_id = text_mutable(it->row.object_id);
	refused.object_type = text_mutable(it->row.object_type);
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	refused.healed = healed;
	refused.amount = healed ? 0 : amount_of(it);
	if (refused.amount != 0)
		refused.currency = text_mutable(it->seen.currency);
	event.customer_id = text_mutable(it->row.customer_id);
	event.occurred_at = proto_timestamp(it->task->arena, it->received_at);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_NOT_TAKEN;
	event.not_taken = &refused;
	return task_emit(it->task, &(struct emission){ .topic = OPS_BY_CUSTOMER,
	                                               .key = it->row.customer_id,
	                                               .time = it->received_at,
	                                               .message = &event.base });
}

static enum status end(struct object *it)
{
	const char *const field = it->row.refused;

	it->row.refused = NULL;
	it->row.refused_at = TIME_MIN;
	return tell(it, field, "", true);
}

enum status object_refuse(struct object *it, Opsmesh__V1__RefusalCode code, const char *field,
                          const char *reason)
{
	TRY(object_say_refused(it, code, field, reason));
	if (it->row.customer_id == NULL || time_before(it->seen.state_at, it->row.state_at))
		return STATUS_OK;
	if (it->row.refused != NULL && !text_equal(it->row.refused, field))
		TRY(end(it));
	it->row.refused = field;
	it->row.refused_at = time_later(it->row.refused_at, it->seen.state_at);
	task_save(it->task, &object_table, &it->row);
	return tell(it, field, reason, false);
}

enum status object_refuse_unread(struct object *it, const struct json_error *error)
{
	it->row = mirror_row(it->event->object_id, it->event->object_type);
	it->seen = (struct observed){ .state_at = it->received_at };
	(void)task_load(it->task, &object_table, &it->row);
	return object_refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, error->path,
	                     error->reason);
}

enum status object_accept(struct object *it)
{
	return it->row.refused == NULL || it->row.customer_id == NULL ||
	               time_before(it->row.state_at, it->row.refused_at)
	           ? STATUS_OK
	           : end(it);
}
