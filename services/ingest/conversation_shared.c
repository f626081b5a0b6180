/*
 * What the routes of conversation share: how they refuse, ask the ticket's owner and tell the directory.
 */
#include "services/ingest/conversation.h"

#include "common/base/id.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/contact.h"

#include <string.h>

enum status conversation_refuse(struct request *request, const struct refusal *refusal)
{
	Opsmesh__V1__RequestRefused refused = OPSMESH__V1__REQUEST_REFUSED__INIT;

	refused.request_id = text_mutable(request->id);
	refused.code = refusal->code;
	refused.field = text_mutable(refusal->field);
	refused.reason = text_mutable(refusal->reason);
	refused.natural_id = request->received->natural_id;
	return request->say(request, &refused, NULL);
}

const char *personal_subject(const char *person, const char *ticket_id)
{
	return *person != '\0' ? person : ticket_id;
}

Opsmesh__V1__PersonalText *personal_text(struct arena *arena, const char *subject, const char *text)
{
	if (text == NULL || *text == '\0')
		return NULL;
	Opsmesh__V1__PersonalText *const personal = arena_alloc(arena, sizeof(*personal));

	opsmesh__v1__personal_text__init(personal);
	personal->subject = text_mutable(subject);
	personal->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	personal->text = text_mutable(text);
	return personal;
}

Opsmesh__V1__Actor *actor_make(struct request *request, Opsmesh__V1__Role role, const char *behalf)
{
	Opsmesh__V1__Actor *const actor = arena_alloc(request->task->arena, sizeof(*actor));
	const Opsmesh__V1__Verification *const verification = request->received->verification;

	opsmesh__v1__actor__init(actor);
	actor->role = role;
	if (verification != NULL)
		actor->principal = verification->principal;
	actor->on_behalf_of = text_mutable(behalf);
	return actor;
}

const char *request_parameter(const struct request *request, const char *name)
{
	const Opsmesh__V1__RequestReceived *const received = request->received;

	for (size_t i = 0; i < received->n_path_parameters; i++)
		if (strcmp(received->path_parameters[i]->name, name) == 0)
			return received->path_parameters[i]->value;
	return "";
}

const char *id_of_texts(struct arena *arena, const char *const *texts, size_t count)
{
	struct buffer joined = { 0 };
	uint8_t digest[DIGEST_SIZE];
	char text[ID_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		buffer_add(&joined, texts[i], strlen(texts[i]) + 1);
	digest_sha256((struct bytes){ joined.data, joined.size }, digest);
	buffer_finish(&joined);
	return arena_string(arena, id_v8(digest, text));
}

enum status conversation_ask(struct request *request, const char *ticket_id,
                             struct instant occurred_at, Opsmesh__V1__ByTicketEvent *event)
{
	event->ticket_id = text_mutable(ticket_id);
	event->occurred_at = proto_timestamp(request->task->arena, occurred_at);
	event->request_id = text_mutable(request->id);
	return task_emit(request->task, &(struct emission){ .topic = OPS_BY_TICKET,
	                                                    .key = ticket_id,
	                                                    .time = occurred_at,
	                                                    .message = &event->base });
}

enum status conversation_see(struct request *request, const char *ticket_id,
                             struct instant occurred_at, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		Opsmesh__V1__ByContactEvent event = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
		Opsmesh__V1__ContactSeen seen = OPSMESH__V1__CONTACT_SEEN__INIT;

		seen.ticket_id = text_mutable(ticket_id);
		seen.n_contact_keys = count;
		seen.contact_keys = (char **)(uintptr_t)keys;
		seen.place = (int32_t)i;
		seen.rule = contact_rule_of(keys[i])->rule;
		event.contact_key = text_mutable(keys[i]);
		event.occurred_at = proto_timestamp(request->task->arena, occurred_at);
		event.request_id = text_mutable(request->id);
		event.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_CONTACT_SEEN;
		event.contact_seen = &seen;
		TRY(task_emit(request->task, &(struct emission){ .topic = OPS_BY_CONTACT,
		                                                 .key = keys[i],
		                                                 .time = occurred_at,
		                                                 .message = &event.base }));
	}
	return STATUS_OK;
}
