/*
 * conversation_usage - what a product says that its customers used, passed on under each customer.
 */
#include "services/ingest/conversation.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

static enum status say_usage(struct request *request, const char *customer, struct instant at,
                             Opsmesh__V1__UsageEvent *event)
{
	struct arena *const arena = request->task->arena;

	event->customer_id = text_mutable(customer);
	event->occurred_at = proto_timestamp(arena, at);
	event->received_at = proto_timestamp(arena, request->received_at);
	event->request_id = text_mutable(request->id);
	return task_emit(request->task,
	                 &(struct emission){ .topic = OPS_USAGE,
	                                     .key = customer,
	                                     .partition = &request->task->shard_number,
	                                     .time = at,
	                                     .message = &event->base });
}

static enum status say_event(struct request *request, const struct usage_body *body)
{
	Opsmesh__V1__UsageEvent event = OPSMESH__V1__USAGE_EVENT__INIT;
	Opsmesh__V1__UsageReported reported = OPSMESH__V1__USAGE_REPORTED__INIT;

	reported.kind = body->kind;
	reported.source = text_mutable(body->source);
	reported.event_id = text_mutable(body->id);
	reported.meter = text_mutable(body->meter);
	reported.quantity = body->quantity;
	reported.refers = text_mutable(body->refers);
	reported.item_id = text_mutable(body->item);
	reported.subject = text_mutable(body->subject);
	event.fact_case = OPSMESH__V1__USAGE_EVENT__FACT_REPORTED;
	event.reported = &reported;
	return say_usage(request, body->customer, body->at, &event);
}

/* The edge has taken a list apart: one event a record, under its own customer. */
enum status conversation_usage(struct request *request)
{
	const struct usage_body *events;
	struct refusal refusal;
	size_t count;

	if (!decode_usage(request->task->arena, request->body, &events, &count, &refusal))
		return conversation_refuse(request, &refusal);
	for (size_t i = 0; i < count; i++)
		TRY(say_event(request, &events[i]));
	return STATUS_OK;
}

enum status conversation_say_usage(struct request *request, Opsmesh__V1__RequestRefused *refused,
                                   Opsmesh__V1__IdConflict *conflict)
{
	Opsmesh__V1__UsageEvent event = OPSMESH__V1__USAGE_EVENT__INIT;

	event.fact_case = refused != NULL ? OPSMESH__V1__USAGE_EVENT__FACT_REQUEST_REFUSED
	                                  : OPSMESH__V1__USAGE_EVENT__FACT_ID_CONFLICT;
	if (refused != NULL)
		event.request_refused = refused;
	else
		event.id_conflict = conflict;
	return say_usage(request, request->key, request->received_at, &event);
}
