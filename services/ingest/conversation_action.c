/*
 * conversation_action - what people and programs ask for goes to the shard that owns the subject.
 *
 * Retry and drop of a dead letter travel on ops.control.v1 to the shard that refused it; the request
 * was journalled on that shard's partition.
 */
#include "services/ingest/conversation.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "opsmesh/v1/control.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/routing.h"

#include <string.h>

#define FILE_PART ((size_t)512 << 10) /* of a file in one record, as the journal's chunks */

static char *digest_of(const struct request *request, struct bytes data)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(data, digest);
	return text_hex(request->task->arena, (struct bytes){ digest, sizeof(digest) });
}

static enum status say_action(struct request *request, Opsmesh__V1__ActionEvent *event)
{
	event->action_id = text_mutable(request->id);
	event->routing_key = text_mutable(request->key);
	event->occurred_at = proto_timestamp(request->task->arena, request->received_at);
	return task_emit(request->task,
	                 &(struct emission){ .topic = OPS_ACTIONS,
	                                     .key = request->key,
	                                     .partition = &request->task->shard_number,
	                                     .time = request->received_at,
	                                     .message = &event->base });
}

static Opsmesh__V1__ActionParameter **parameters_of(struct request *request,
                                                    const struct action_body *body)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__ActionParameter **const list =
	    arena_alloc(arena, (body->parameter_count + 1) * sizeof(*list));

	for (size_t i = 0; i < body->parameter_count; i++) {
		const struct action_parameter *const given = &body->parameters[i];

		list[i] = arena_alloc(arena, sizeof(*list[i]));
		opsmesh__v1__action_parameter__init(list[i]);
		list[i]->name = text_mutable(given->name);
		if (given->personal && *given->value != '\0') {
			list[i]->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PERSONAL;
			list[i]->personal = personal_text(arena, body->on_id, given->value);
		} else {
			list[i]->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
			list[i]->plain = text_mutable(given->value);
		}
	}
	return list;
}

/* Files: their bytes first, in parts, so that whoever reads of one has them. */

static enum status say_part(struct request *request, struct bytes content, char **digest)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__FilePartBrought part = OPSMESH__V1__FILE_PART_BROUGHT__INIT;

	part.digest = digest_of(request, content);
	part.content.data = (uint8_t *)(uintptr_t)content.data;
	part.content.len = content.size;
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_FILE_PART_BROUGHT;
	event.file_part_brought = &part;
	*digest = part.digest;
	return say_action(request, &event);
}

static enum status say_file(struct request *request, const struct action_file *given,
                            Opsmesh__V1__ActionFile *file)
{
	const struct bytes all = given->content;
	const size_t parts = (all.size + FILE_PART - 1) / FILE_PART;

	file->digest = digest_of(request, all);
	file->media_type = text_mutable(given->media_type);
	file->bytes = (int64_t)all.size;
	file->parts = arena_alloc(request->task->arena, parts * sizeof(char *));
	for (size_t at = 0; at < all.size; at += FILE_PART) {
		const struct bytes part = { (const char *)all.data + at,
			                    all.size - at < FILE_PART ? all.size - at : FILE_PART };

		TRY(say_part(request, part, &file->parts[file->n_parts++]));
	}
	return STATUS_OK;
}

/* Answers, for subjects that no other stage answers for. */

static enum status say_applied(struct request *request,
                               const Opsmesh__V1__ActionRequested *requested)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionApplied applied = action_applied(request->id, requested);

	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_ACTION_APPLIED;
	event.action_applied = &applied;
	return say_action(request, &event);
}

static enum status say_unknown(struct request *request,
                               const Opsmesh__V1__ActionRequested *requested)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused =
	    action_refused(request->id, requested,
	                   OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT, "on.id",
	                   "There is no such dead letter.");

	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return say_action(request, &event);
}

/* Dead letters. */

/* A ticket's owner hears of it behind what it was asked before; the topic of actions is for others. */
static enum status tell_ticket(struct request *request, Opsmesh__V1__ActionRequested *requested)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;

	event.actor = requested->by;
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_ACTION_REQUESTED;
	event.action_requested = requested;
	return conversation_ask(request, requested->on->id, request->received_at, &event);
}

static enum status send_order(struct request *request, const struct dead_letter_id *letter,
                              const Opsmesh__V1__ActionRequested *requested)
{
	const bool retry = requested->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_RETRY;
	Opsmesh__V1__ControlEvent control = OPSMESH__V1__CONTROL_EVENT__INIT;
	Opsmesh__V1__DeadLetterOrder order = OPSMESH__V1__DEAD_LETTER_ORDER__INIT;

	order.consumer = text_mutable(letter->consumer);
	order.topic = text_mutable(letter->topic);
	order.partition = letter->partition;
	order.source = text_mutable(letter->source);
	order.sequence = letter->sequence;
	order.by = requested->by;
	order.reason = requested->reason;
	control.action_id = text_mutable(request->id);
	control.occurred_at = proto_timestamp(request->task->arena, request->received_at);
	control.fact_case = retry ? OPSMESH__V1__CONTROL_EVENT__FACT_RETRY_REQUESTED
	                          : OPSMESH__V1__CONTROL_EVENT__FACT_DROP_REQUESTED;
	if (retry)
		control.retry_requested = &order;
	else
		control.drop_requested = &order;
	return task_emit(request->task,
	                 &(struct emission){ .topic = OPS_CONTROL,
	                                     .key = request->id,
	                                     .partition = &request->task->shard_number,
	                                     .time = request->received_at,
	                                     .message = &control.base });
}

/* Our own letter is dealt with after this event; another stage's goes to its shard, through control. */
static bool settle_own(struct task *task, const struct dead_letter_id *letter, bool retry)
{
	return retry ? task_retry(task, letter->topic, letter->source, letter->sequence)
	             : task_drop(task, letter->topic, letter->source, letter->sequence);
}

static enum status order_letter(struct request *request,
                                const Opsmesh__V1__ActionRequested *requested)
{
	struct task *const task = request->task;
	const bool retry = requested->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_RETRY;
	struct dead_letter_id letter;

	if (!routing_dead_letter_parse(task->arena, requested->on->id, &letter) ||
	    letter.partition != task->shard_number)
		return say_unknown(request, requested);
	if (!text_equal(letter.consumer, "conversation"))
		TRY(send_order(request, &letter, requested));
	else if (!settle_own(task, &letter, retry))
		return say_unknown(request, requested);
	return say_applied(request, requested);
}

static bool is_letter_order(const struct action_body *body)
{
	return strcmp(body->on_type, "dead_letter") == 0 &&
	       (body->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_RETRY ||
	        body->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_DROP);
}

/* Subjects whose owner answers on a topic of its own. */
static bool has_owner(const struct action_body *body)
{
	static const char *const types[] = { "ticket", "alert",       "discrepancy", "charge",
		                             "refund", "credit_note", "period",      NULL };

	/* Whoever explains an invoice or a case was shown its story, and answered here. */
	return text_among(types, body->on_type) ||
	       ((text_equal(body->on_type, "invoice") || text_equal(body->on_type, "case")) &&
	        body->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_EXPLAIN);
}

enum status conversation_action(struct request *request)
{
	struct arena *const arena = request->task->arena;
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__ActionFile file = OPSMESH__V1__ACTION_FILE__INIT;
	const Opsmesh__V1__Verification *const verification = request->received->verification;
	struct action_body body;
	struct refusal refusal;

	if (!decode_action(arena, request->body, &body, &refusal))
		return conversation_refuse(request, &refusal);
	if (!has_owner(&body) && !is_letter_order(&body) &&
	    body.kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_EXPLAIN)
		return conversation_refuse(
		    request, &(struct refusal){
				 OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "on.type",
				 "nothing of this type can be acted on by this version" });
	subject.type = text_mutable(body.on_type);
	subject.id = text_mutable(body.on_id);
	requested.kind = body.kind;
	requested.action = text_mutable(body.action);
	requested.on = &subject;
	requested.by = actor_make(request, OPSMESH__V1__ROLE__ROLE_AGENT, body.on_behalf_of);
	requested.reason = personal_text(arena, body.on_id, body.reason);
	requested.n_parameters = body.parameter_count;
	requested.parameters = parameters_of(request, &body);
	if (verification != NULL) {
		requested.n_scopes = verification->n_scopes;
		requested.scopes = verification->scopes;
	}
	requested.natural_id = request->received->natural_id;
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	if (body.file != NULL) {
		requested.file = &file;
		TRY(say_file(request, body.file, &file));
	}
	TRY(say_action(request, &event));
	if (is_letter_order(&body))
		return order_letter(request, &requested);
	if (text_equal(body.on_type, "ticket"))
		return tell_ticket(request, &requested);
	return has_owner(&body) ? STATUS_OK : say_applied(request, &requested);
}

enum status conversation_say_action(struct request *request, Opsmesh__V1__RequestRefused *refused,
                                    Opsmesh__V1__IdConflict *conflict)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;

	event.fact_case = refused != NULL ? OPSMESH__V1__ACTION_EVENT__FACT_REQUEST_REFUSED
	                                  : OPSMESH__V1__ACTION_EVENT__FACT_ID_CONFLICT;
	if (refused != NULL)
		event.request_refused = refused;
	else
		event.id_conflict = conflict;
	return say_action(request, &event);
}
