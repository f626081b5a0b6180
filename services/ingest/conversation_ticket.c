/*
 * conversation_ticket - tickets, messages, statuses and scores of the JSON API.
 */
#include "services/ingest/conversation.h"

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

#define NEXT_ID_TRIES_MAX 10000 /* with 256 partitions one in 256 fits */
#define CONTACT_KEYS_MAX 4

const char *conversation_next_ticket(struct request *request, const char *ticket_id)
{
	struct arena *const arena = request->task->arena;
	const int32_t partitions = request->task->partitions;
	const int32_t wanted = hash_partition(ticket_id, strlen(ticket_id), partitions);

	for (int i = 0; i < NEXT_ID_TRIES_MAX; i++) {
		const char *const texts[] = { "next ticket", request->id,
			                      arena_printf(arena, "%d", i) };
		const char *const id = id_of_texts(arena, texts, COUNT_OF(texts));

		if (hash_partition(id, strlen(id), partitions) == wanted)
			return id;
	}
	return "";
}

static char **texts_of(struct arena *arena, const struct texts *texts)
{
	return arena_copy(arena, texts->items, (texts->count + 1) * sizeof(char *));
}

/* Strongest first: as ResolutionRule orders them. */
static size_t contact_keys(struct request *request, const struct people *people,
                           const struct ticket_body *body,
                           const char *keys[static CONTACT_KEYS_MAX])
{
	struct arena *const arena = request->task->arena;
	const struct bytes secret = bytes_of(request->config->contact_secret);
	const char *const all[CONTACT_KEYS_MAX] = {
		*body->stripe_customer == '\0'
		    ? NULL
		    : arena_printf(arena, "stripe:%s", body->stripe_customer),
		contact_key_address(arena, secret, body->email),
		*body->slack_team == '\0' ? NULL
					  : arena_printf(arena, "slack:%s", body->slack_team),
		contact_key_domain(arena, people, body->email),
	};
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i] != NULL)
			keys[count++] = all[i];
	return count;
}

struct requester {
	const char *person; /* a contact's key; "": nobody is known */
	const char *whose;  /* whose data the texts are */
};

static Opsmesh__V1__MessageAdded *first_message(struct request *request,
                                                const struct ticket_body *body,
                                                const struct requester *from)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__MessageAdded *const message = arena_alloc(arena, sizeof(*message));

	opsmesh__v1__message_added__init(message);
	message->message_id = text_mutable(request->id);
	message->role = body->role;
	message->author = text_mutable(*body->author != '\0' ? body->author : from->person);
	message->visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	message->body = personal_text(arena, from->whose, body->text);
	message->channel = body->channel;
	message->language_hint = text_mutable(body->language);
	message->natural_id = request->received->natural_id;
	message->received_at = proto_timestamp(arena, request->received_at);
	return message;
}

static Opsmesh__V1__TicketOpened *opened_of(struct request *request, const struct ticket_body *body,
                                            const struct requester *from)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__TicketOpened *const opened = arena_alloc(arena, sizeof(*opened));

	opsmesh__v1__ticket_opened__init(opened);
	opened->channel = body->channel;
	opened->channel_verbatim = text_mutable(body->channel_verbatim);
	opened->subject = personal_text(arena, from->whose, body->subject);
	opened->requester =
	    personal_text(arena, from->whose, *body->email != '\0' ? body->email : body->name);
	opened->contact_key = text_mutable(from->person);
	opened->language_hint = text_mutable(body->language);
	opened->priority = body->priority;
	opened->priority_verbatim = text_mutable(body->priority_verbatim);
	opened->n_tags = body->tags.count;
	opened->tags = texts_of(arena, &body->tags);
	opened->natural_id = request->received->natural_id;
	opened->status = body->status != OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_UNSPECIFIED
	                     ? body->status
	                     : OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	opened->status_verbatim = text_mutable(body->status_verbatim);
	opened->account_id = text_mutable(body->account_id);
	return opened;
}

enum status conversation_ticket(struct request *request)
{
	struct arena *const arena = request->task->arena;
	const struct people *const people = task_document(request->task, PEOPLE);
	const char *const ticket_id =
	    *request->received->ticket_id != '\0' ? request->received->ticket_id : request->id;
	const char *keys[CONTACT_KEYS_MAX];
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__TicketRequested requested = OPSMESH__V1__TICKET_REQUESTED__INIT;
	struct ticket_body body;
	struct refusal refusal;

	if (!decode_ticket(arena, request->body, request->received_at, &body, &refusal))
		return conversation_refuse(request, &refusal);
	const size_t count = contact_keys(request, people, &body, keys);
	const char *const person = count > 0 ? keys[0] : "";
	const struct requester from = { person, personal_subject(person, ticket_id) };

	requested.opened = opened_of(request, &body, &from);
	requested.message = first_message(request, &body, &from);
	requested.assignee = text_mutable(body.assignee);
	requested.team = text_mutable(body.team);
	requested.n_contact_keys = count;
	requested.contact_keys = (char **)(uintptr_t)keys;
	event.actor = actor_make(request, body.role, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_TICKET_REQUESTED;
	event.ticket_requested = &requested;
	TRY(conversation_ask(request, ticket_id, body.occurred_at, &event));
	return conversation_see(request, ticket_id, body.occurred_at, keys, count);
}

enum status conversation_message(struct request *request)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__MessageReceived received = OPSMESH__V1__MESSAGE_RECEIVED__INIT;
	Opsmesh__V1__MessageAdded message = OPSMESH__V1__MESSAGE_ADDED__INIT;
	struct message_body body;
	struct refusal refusal;

	if (!decode_message(arena, request->body, request->received_at, &body, &refusal))
		return conversation_refuse(request, &refusal);
	message.message_id = text_mutable(request->id);
	message.role = body.role;
	message.author = text_mutable(body.author);
	message.visibility = body.visibility;
	message.body =
	    personal_text(arena, personal_subject(body.author, request->received->ticket_id),
	                  body.text);
	message.channel = OPSMESH__V1__CHANNEL__CHANNEL_API;
	message.language_hint = text_mutable(body.language);
	message.natural_id = request->received->natural_id;
	message.received_at = proto_timestamp(arena, request->received_at);
	received.message = &message;
	received.next_ticket_id =
	    text_mutable(conversation_next_ticket(request, request->received->ticket_id));
	event.actor = actor_make(request, body.role, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_MESSAGE_RECEIVED;
	event.message_received = &received;
	return conversation_ask(request, request->received->ticket_id, body.occurred_at, &event);
}

static void fill_assignment(struct request *request, const struct status_body *body,
                            Opsmesh__V1__StatusRequested *requested)
{
	Opsmesh__V1__TicketAssigned *const assigned =
	    arena_alloc(request->task->arena, sizeof(*assigned));

	if (body->assignee == NULL && body->team == NULL)
		return;
	opsmesh__v1__ticket_assigned__init(assigned);
	/* What stays is said as a blank, which no id is. */
	assigned->assignee = text_mutable(body->assignee != NULL ? body->assignee : " ");
	assigned->team = text_mutable(body->team != NULL ? body->team : " ");
	requested->assign_case = OPSMESH__V1__STATUS_REQUESTED__ASSIGN_ASSIGNED;
	requested->assigned = assigned;
}

enum status conversation_status(struct request *request)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__StatusRequested requested = OPSMESH__V1__STATUS_REQUESTED__INIT;
	struct status_body body;
	struct refusal refusal;

	if (!decode_status(arena, request->body, request->received_at, &body, &refusal))
		return conversation_refuse(request, &refusal);
	requested.to_status = body.status;
	requested.to_verbatim = text_mutable(body.status_verbatim);
	requested.reason = text_mutable(body.reason);
	fill_assignment(request, &body, &requested);
	if (body.priority != OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED) {
		requested.prioritise_case = OPSMESH__V1__STATUS_REQUESTED__PRIORITISE_PRIORITY;
		requested.priority = body.priority;
	}
	requested.priority_verbatim = text_mutable(body.priority_verbatim);
	requested.n_tags_added = body.tags_added.count;
	requested.tags_added = texts_of(arena, &body.tags_added);
	requested.n_tags_removed = body.tags_removed.count;
	requested.tags_removed = texts_of(arena, &body.tags_removed);
	event.actor = actor_make(request, OPSMESH__V1__ROLE__ROLE_AGENT, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_STATUS_REQUESTED;
	event.status_requested = &requested;
	return conversation_ask(request, request->received->ticket_id, body.occurred_at, &event);
}

enum status conversation_csat(struct request *request)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__CsatAnswered answered = OPSMESH__V1__CSAT_ANSWERED__INIT;
	struct csat_body body;
	struct refusal refusal;

	if (!decode_csat(arena, request->body, request->received_at, &body, &refusal))
		return conversation_refuse(request, &refusal);
	answered.score = body.score;
	answered.scale = body.scale;
	answered.comment = personal_text(arena, body.ticket_id, body.comment);
	answered.natural_id = request->received->natural_id;
	event.actor = actor_make(request, OPSMESH__V1__ROLE__ROLE_CUSTOMER, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_CSAT_RECEIVED;
	event.csat_received = &answered;
	return conversation_ask(request, body.ticket_id, body.occurred_at, &event);
}

enum status conversation_say_ticket(struct request *request, Opsmesh__V1__RequestRefused *refused,
                                    Opsmesh__V1__IdConflict *conflict)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	const char *const named = request->received->ticket_id;

	event.fact_case = refused != NULL ? OPSMESH__V1__BY_TICKET_EVENT__FACT_REQUEST_REFUSED
	                                  : OPSMESH__V1__BY_TICKET_EVENT__FACT_ID_CONFLICT;
	if (refused != NULL)
		event.request_refused = refused;
	else
		event.id_conflict = conflict;
	return conversation_ask(request, *named != '\0' ? named : request->key,
	                        request->received_at, &event);
}
