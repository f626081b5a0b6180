/*
 * ticket - owns every ticket: opens it, adds what is written, and alone says what happened to it.
 *
 * Status and its requests are in ticket_status.c, whose ticket it is in ticket_account.c, what people ask
 * for by an action in ticket_action.c; the changes themselves in desk.c.
 */
#include "services/ingest/desk.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/ingest/lines.h"

#include <string.h>

#define REFUSAL(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name

static enum status refuse_unknown(struct desk *desk)
{
	return desk_refuse(desk, REFUSAL(UNKNOWN_TICKET), "", "There is no such ticket.");
}

/* Opening. */

/* What the directory has said before the ticket came. */
static enum status take_early(struct desk *desk)
{
	const struct bytes early = desk->row.early;
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *resolved;

	if (early.data == NULL)
		return STATUS_OK;
	if (!proto_unpack(desk->task->arena, &opsmesh__v1__customer_resolved__descriptor, early,
	                  &resolved, reason))
		return task_fail(desk->task, STATUS_FATAL, "ticket %s: early: %s",
		                 desk->row.ticket_id, reason);
	desk->row.early = (struct bytes){ NULL, 0 };
	return desk_resolve(desk, (const void *)resolved);
}

static const char *tags_of(struct arena *arena, const Opsmesh__V1__TicketOpened *opened)
{
	struct lines tags = lines_split(arena, NULL, opened->n_tags);

	for (size_t i = 0; i < opened->n_tags; i++)
		if (!lines_have(&tags, opened->tags[i]))
			tags.items[tags.count++] = opened->tags[i];
	lines_sort(&tags);
	return lines_join(arena, &tags);
}

static enum status say_message(struct desk *desk, Opsmesh__V1__MessageAdded *message)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;

	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = message;
	desk->row.messages++;
	return desk_say(desk, &event);
}

/* The ticket, and its first message; message may be NULL. */
static enum status open_ticket(struct desk *desk, Opsmesh__V1__TicketOpened *opened,
                               Opsmesh__V1__MessageAdded *message)
{
	struct ticket_row *const row = &desk->row;
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;

	row->opened = true;
	row->status = (int64_t)opened->status;
	row->status_verbatim = opened->status_verbatim;
	row->priority = (int64_t)opened->priority;
	row->contact_key = *opened->contact_key != '\0' ? opened->contact_key : NULL;
	row->tags = tags_of(desk->task->arena, opened);
	row->opened_at = desk->at;
	row->changed_at = desk->at;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = opened;
	TRY(desk_say(desk, &event));
	return message != NULL ? say_message(desk, message) : STATUS_OK;
}

/* Messages. */

static bool public_by(const Opsmesh__V1__MessageAdded *message, Opsmesh__V1__Role role)
{
	return message->role == role &&
	       message->visibility == OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
}

/* A message that came late moves the status when it came, not before its last move. */
static enum status move_by_message(struct desk *desk, const Opsmesh__V1__MessageAdded *message)
{
	const bool ours = public_by(message, OPSMESH__V1__ROLE__ROLE_AGENT);
	const struct status_move move = { .cause =
		                              ours ? TICKET_AGENT_REPLIED : TICKET_CUSTOMER_WROTE,
		                          .verbatim = "",
		                          .reason = ours ? "we replied" : "the customer wrote",
		                          .message_id = message->message_id };
	const struct instant at = desk->at;
	bool allowed;

	if (!ours && !public_by(message, OPSMESH__V1__ROLE__ROLE_CUSTOMER))
		return STATUS_OK;
	desk->at = time_later(desk->at, desk->row.changed_at);
	TRY(desk_move(desk, &move, &allowed));
	desk->at = at;
	return STATUS_OK;
}

static enum status add_message(struct desk *desk, Opsmesh__V1__MessageAdded *message)
{
	TRY(say_message(desk, message));
	TRY(move_by_message(desk, message));
	desk_save(desk);
	return STATUS_OK;
}

/* The last ticket of those that were opened one for another; head is the one that was asked for. */
static enum status go_to_last(struct desk *desk, struct ticket_row *head)
{
	*head = desk->row;
	for (int i = 0; i < TICKET_CHAIN_MAX && desk_closed(desk); i++) {
		if (desk->row.next_ticket_id == NULL)
			break;
		TRY(desk_turn(desk, desk->row.next_ticket_id));
	}
	return STATUS_OK;
}

static Opsmesh__V1__TicketOpened *opened_after(struct desk *desk,
                                               const Opsmesh__V1__MessageReceived *received)
{
	Opsmesh__V1__TicketOpened *opened = received->otherwise;

	if (opened == NULL) {
		opened = arena_alloc(desk->task->arena, sizeof(*opened));
		opsmesh__v1__ticket_opened__init(opened);
		opened->channel = received->message->channel;
		opened->contact_key =
		    text_mutable(desk->row.contact_key != NULL ? desk->row.contact_key : "");
		opened->language_hint = received->message->language_hint;
		opened->priority = (Opsmesh__V1__Priority)desk->row.priority;
		opened->status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	}
	opened->previous_ticket_id = text_mutable(desk->row.ticket_id);
	return opened;
}

/* The desk holds the closed ticket; both it and the head know where messages go from now on. */
static enum status open_next(struct desk *desk, const struct ticket_row *head,
                             const Opsmesh__V1__MessageReceived *received)
{
	const struct ticket_row before = desk->row;
	Opsmesh__V1__TicketOpened *const opened = opened_after(desk, received);
	struct ticket_row known[] = { before, *head };

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		known[i].next_ticket_id = received->next_ticket_id;
		task_save(desk->task, &ticket_table, &known[i]);
	}
	TRY(desk_turn(desk, received->next_ticket_id));
	if (desk->row.opened)
		return add_message(desk, received->message);
	TRY(open_ticket(desk, opened, received->message));
	TRY(desk_resolve_as(desk, &before));
	desk_save(desk);
	return STATUS_OK;
}

enum status ticket_on_message_received(struct task *task,
                                       const Opsmesh__V1__MessageReceived *received)
{
	struct desk desk;
	struct ticket_row head;

	if (received->message == NULL)
		return task_fail(task, STATUS_REJECT, "message_received.message: absent");
	TRY(desk_open_request(&desk, task));
	if (!desk.row.opened && received->otherwise == NULL)
		return refuse_unknown(&desk);
	if (!desk.row.opened) {
		TRY(open_ticket(&desk, received->otherwise, received->message));
		TRY(take_early(&desk));
		desk_save(&desk);
		return STATUS_OK;
	}
	TRY(go_to_last(&desk, &head));
	if (!desk_closed(&desk))
		return add_message(&desk, received->message);
	if (!public_by(received->message, OPSMESH__V1__ROLE__ROLE_CUSTOMER) ||
	    *received->next_ticket_id == '\0')
		return desk_refuse(&desk, REFUSAL(ILLEGAL_MOVE), "",
		                   "The ticket is closed; only its customer can write on.");
	return open_next(&desk, &head, received);
}

enum status ticket_on_ticket_requested(struct task *task,
                                       const Opsmesh__V1__TicketRequested *requested)
{
	Opsmesh__V1__TicketOpened *const opened = requested->opened;
	struct desk desk;

	if (opened == NULL)
		return task_fail(task, STATUS_REJECT, "ticket_requested.opened: absent");
	TRY(desk_open_request(&desk, task));
	if (desk.row.opened && requested->message != NULL)
		return add_message(&desk, requested->message);
	if (desk.row.opened)
		return desk_refuse(&desk, REFUSAL(NO_CHANGE), "", "The ticket is open already.");
	TRY(open_ticket(&desk, opened, requested->message));
	TRY(desk_assign(&desk, requested->assignee, requested->team));
	if (*opened->account_id != '\0')
		TRY(desk_resolve_named(&desk, opened->account_id));
	TRY(take_early(&desk));
	desk_save(&desk);
	return STATUS_OK;
}

/* What is only said. */

enum status ticket_on_csat_received(struct task *task, const Opsmesh__V1__CsatAnswered *answered)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__CsatAnswered said = *answered;
	struct desk desk;

	TRY(desk_open_request(&desk, task));
	if (!desk.row.opened)
		return refuse_unknown(&desk);
	said.assignee = text_mutable(desk.row.assignee);
	said.team = text_mutable(desk.row.team);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_CSAT_ANSWERED;
	event.csat_answered = &said;
	return desk_say(&desk, &event);
}

enum status ticket_on_request_refused(struct task *task, const Opsmesh__V1__RequestRefused *refused)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__RequestRefused said = *refused;
	struct desk desk;

	TRY(desk_open_request(&desk, task));
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_REQUEST_REFUSED;
	event.request_refused = &said;
	return desk_say(&desk, &event);
}

enum status ticket_on_id_conflict(struct task *task, const Opsmesh__V1__IdConflict *conflict)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__IdConflict said = *conflict;
	struct desk desk;

	TRY(desk_open_request(&desk, task));
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_ID_CONFLICT;
	event.id_conflict = &said;
	return desk_say(&desk, &event);
}

enum status ticket_on_possible_duplicate(struct task *task,
                                         const Opsmesh__V1__PossibleDuplicate *duplicate)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__PossibleDuplicate said = *duplicate;
	struct desk desk;

	TRY(desk_open_request(&desk, task));
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_POSSIBLE_DUPLICATE;
	event.possible_duplicate = &said;
	return desk_say(&desk, &event);
}

/* The rows that a request will load. */

void ticket_need(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__ByTicketEvent *const request = (const void *)event;
	const char *account_id = NULL;

	if (*request->ticket_id != '\0')
		task_need(task, &ticket_table,
		          &(struct ticket_row){ .ticket_id = request->ticket_id });
	if (request->fact_case == OPSMESH__V1__BY_TICKET_EVENT__FACT_CUSTOMER_RESOLVED &&
	    request->customer_resolved != NULL)
		account_id = request->customer_resolved->account_id;
	if (request->fact_case == OPSMESH__V1__BY_TICKET_EVENT__FACT_ACCOUNT_CHANGED &&
	    request->account_changed != NULL)
		account_id = request->account_changed->account_id;
	if (account_id != NULL && *account_id != '\0')
		task_need(task, &ticket_account_table,
		          &(struct ticket_account_row){ .account_id = account_id });
}
