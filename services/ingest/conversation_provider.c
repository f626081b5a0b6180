/*
 * conversation_provider - what Stripe says, forwarded as it said it, under the object that it is about.
 */
#include "services/ingest/conversation.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

static enum status say_provider(struct request *request, Opsmesh__V1__ProviderEvent *event)
{
	event->object_id = text_mutable(request->key);
	event->provider = text_mutable("stripe");
	event->request_id = text_mutable(request->id);
	event->received_at = proto_timestamp(request->task->arena, request->received_at);
	return task_emit(request->task,
	                 &(struct emission){ .topic = OPS_PROVIDER_EVENTS,
	                                     .key = request->key,
	                                     .partition = &request->task->shard_number,
	                                     .time = request->received_at,
	                                     .message = &event->base });
}

/* The edge has looked at its form. */
static Google__Protobuf__Timestamp *as_of(const struct request *request)
{
	struct instant at;

	return time_parse(request_parameter(request, "as_of"), &at)
	           ? proto_timestamp(request->task->arena, at)
	           : NULL;
}

static enum status say_item(struct request *request, const struct stripe_item *item,
                            Opsmesh__V1__Provenance provenance)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__ProviderEvent event = OPSMESH__V1__PROVIDER_EVENT__INIT;
	Opsmesh__V1__ProviderReceived received = OPSMESH__V1__PROVIDER_RECEIVED__INIT;
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(item->payload, digest);
	received.payload.data = (uint8_t *)(uintptr_t)item->payload.data;
	received.payload.len = item->payload.size;
	received.digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	event.object_type = text_mutable(item->object_type);
	event.event_id = text_mutable(item->event_id);
	event.event_type = text_mutable(item->event_type);
	event.api_version = text_mutable(item->api_version);
	if (item->dated)
		event.created_at = proto_timestamp(arena, item->created);
	event.provenance = provenance;
	if (*item->event_id == '\0')
		event.as_of = as_of(request);
	event.fact_case = OPSMESH__V1__PROVIDER_EVENT__FACT_RECEIVED;
	event.received = &received;
	return say_provider(request, &event);
}

enum status conversation_stripe_webhook(struct request *request)
{
	struct stripe_item item;
	struct refusal refusal;

	if (!decode_stripe_event(request->task->arena, request->body, &item, &refusal))
		return conversation_refuse(request, &refusal);
	return say_item(request, &item, OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK);
}

static Opsmesh__V1__Provenance provenance_of(const char *word)
{
	if (strcmp(word, "fetch") == 0)
		return OPSMESH__V1__PROVENANCE__PROVENANCE_FETCH;
	if (strcmp(word, "backfill") == 0)
		return OPSMESH__V1__PROVENANCE__PROVENANCE_BACKFILL;
	return OPSMESH__V1__PROVENANCE__PROVENANCE_UPLOAD;
}

/* The edge has taken a page apart: one object a record, under its own key. */
enum status conversation_stripe_objects(struct request *request)
{
	const struct stripe_item *items;
	struct refusal refusal;
	size_t count;

	if (!decode_stripe_objects(request->task->arena, request->body, &items, &count, &refusal))
		return conversation_refuse(request, &refusal);
	for (size_t i = 0; i < count; i++)
		TRY(say_item(request, &items[i],
		             provenance_of(request_parameter(request, "provenance"))));
	return STATUS_OK;
}

enum status conversation_say_provider(struct request *request, Opsmesh__V1__RequestRefused *refused,
                                      Opsmesh__V1__IdConflict *conflict)
{
	Opsmesh__V1__ProviderEvent event = OPSMESH__V1__PROVIDER_EVENT__INIT;

	event.fact_case = refused != NULL ? OPSMESH__V1__PROVIDER_EVENT__FACT_REQUEST_REFUSED
	                                  : OPSMESH__V1__PROVIDER_EVENT__FACT_ID_CONFLICT;
	if (refused != NULL)
		event.request_refused = refused;
	else
		event.id_conflict = conflict;
	return say_provider(request, &event);
}
