/*
 * ticket_status - how a ticket's status moves. A status that we have no name for counts as open.
 */
#include "services/ingest/desk.h"

#include "common/base/text.h"

#define S(name) OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_##name
#define STATES 7

static const char *const states[] = {
	"another", "new", "open", "pending", "on_hold", "solved", "closed",
};
static const char *const causes[TICKET_CAUSES] = {
	[TICKET_CUSTOMER_WROTE] = "customer wrote", [TICKET_AGENT_REPLIED] = "agent replied",
	[TICKET_SET_OTHER] = "set to another",      [TICKET_SET_OPEN] = "set open",
	[TICKET_SET_PENDING] = "set pending",       [TICKET_SET_ON_HOLD] = "set on hold",
	[TICKET_SET_SOLVED] = "set solved",         [TICKET_SET_CLOSED] = "set closed",
};

/* Whatever can still be worked on may be set to anything but new. */
#define SET(from)                                                                             \
	{ S(from), TICKET_SET_OTHER, S(UNSPECIFIED) }, { S(from), TICKET_SET_OPEN, S(OPEN) }, \
	    { S(from), TICKET_SET_PENDING, S(PENDING) },                                      \
	    { S(from), TICKET_SET_ON_HOLD, S(ON_HOLD) },                                      \
	    { S(from), TICKET_SET_SOLVED, S(SOLVED) },                                        \
	{                                                                                     \
		S(from), TICKET_SET_CLOSED, S(CLOSED)                                         \
	}

static const struct fsm_move moves[] = {
	SET(NEW),
	SET(OPEN),
	SET(PENDING),
	SET(ON_HOLD),
	SET(SOLVED),
	SET(UNSPECIFIED),
	{ S(NEW), TICKET_AGENT_REPLIED, S(OPEN) },
	{ S(PENDING), TICKET_CUSTOMER_WROTE, S(OPEN) },
	{ S(SOLVED), TICKET_CUSTOMER_WROTE, S(OPEN) },
};

const struct fsm ticket_status_fsm = { .name = "ticket status",
	                               .states = states,
	                               .causes = causes,
	                               .state_count = STATES,
	                               .cause_count = TICKET_CAUSES,
	                               .moves = moves,
	                               .move_count = COUNT_OF(moves) };

static enum status say_changed(struct desk *desk, const struct status_move *move, int to)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__StatusChanged changed = OPSMESH__V1__STATUS_CHANGED__INIT;

	changed.from_status = (Opsmesh__V1__TicketStatus)desk->row.status;
	changed.to_status = (Opsmesh__V1__TicketStatus)to;
	changed.from_verbatim = text_mutable(desk->row.status_verbatim);
	changed.to_verbatim = text_mutable(move->verbatim);
	changed.reason = text_mutable(move->reason);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	event.status_changed = &changed;
	return desk_say(desk, &event);
}

static enum status say_reopened(struct desk *desk, const struct status_move *move, int to)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketReopened reopened = OPSMESH__V1__TICKET_REOPENED__INIT;

	reopened.from_status = (Opsmesh__V1__TicketStatus)desk->row.status;
	reopened.to_status = (Opsmesh__V1__TicketStatus)to;
	reopened.message_id = text_mutable(move->message_id);
	reopened.from_verbatim = text_mutable(desk->row.status_verbatim);
	reopened.to_verbatim = text_mutable(move->verbatim);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_REOPENED;
	event.reopened = &reopened;
	return desk_say(desk, &event);
}

/* A closed ticket is nobody's work any more: its account's changes pass it by. */
static void leave_account(struct desk *desk)
{
	if (desk->row.account_id != NULL)
		task_remove(desk->task, &account_ticket_table,
		            &(struct account_ticket_row){ desk->row.account_id,
		                                          desk->row.ticket_id });
}

enum status desk_move(struct desk *desk, const struct status_move *move, bool *allowed)
{
	struct ticket_row *const row = &desk->row;
	int to = (int)row->status;

	*allowed = fsm_step(&ticket_status_fsm, &to, (int)move->cause);
	if (!*allowed ||
	    (to == (int)row->status &&
	     text_equal(move->verbatim, row->status_verbatim != NULL ? row->status_verbatim : "")))
		return STATUS_OK;
	if (row->status == S(SOLVED) && to != S(SOLVED) && to != S(CLOSED))
		TRY(say_reopened(desk, move, to));
	else
		TRY(say_changed(desk, move, to));
	if (to == S(CLOSED))
		leave_account(desk);
	row->status = to;
	row->status_verbatim = move->verbatim;
	row->changed_at = time_later(row->changed_at, desk->at);
	return STATUS_OK;
}

/* A request to move it, and what else it may ask for. */

static enum ticket_cause cause_of(Opsmesh__V1__TicketStatus status)
{
	static const enum ticket_cause set[STATES] = {
		[S(UNSPECIFIED)] = TICKET_SET_OTHER, [S(NEW)] = TICKET_CAUSES,
		[S(OPEN)] = TICKET_SET_OPEN,         [S(PENDING)] = TICKET_SET_PENDING,
		[S(ON_HOLD)] = TICKET_SET_ON_HOLD,   [S(SOLVED)] = TICKET_SET_SOLVED,
		[S(CLOSED)] = TICKET_SET_CLOSED,
	};

	return (unsigned)status < STATES ? set[(unsigned)status] : TICKET_SET_OTHER;
}

static enum status move_as_asked(struct desk *desk, const Opsmesh__V1__StatusRequested *requested,
                                 bool *allowed)
{
	const struct status_move move = { .cause = cause_of(requested->to_status),
		                          .verbatim = requested->to_verbatim,
		                          .reason = requested->reason,
		                          .message_id = "" };

	*allowed = true;
	if (requested->to_status == S(UNSPECIFIED) && *requested->to_verbatim == '\0')
		return STATUS_OK;
	if (move.cause == TICKET_CAUSES) {
		*allowed = desk->row.status == S(NEW);
		return STATUS_OK;
	}
	return desk_move(desk, &move, allowed);
}

static const char *unless_blank(const char *text)
{
	return text_equal(text, " ") ? NULL : text;
}

static enum status change_as_asked(struct desk *desk, const Opsmesh__V1__StatusRequested *requested,
                                   bool *fits)
{
	if (requested->assign_case == OPSMESH__V1__STATUS_REQUESTED__ASSIGN_ASSIGNED)
		TRY(desk_assign(desk, unless_blank(requested->assigned->assignee),
		                unless_blank(requested->assigned->team)));
	if (requested->prioritise_case == OPSMESH__V1__STATUS_REQUESTED__PRIORITISE_PRIORITY)
		TRY(desk_prioritise(desk, requested->priority, requested->priority_verbatim,
		                    requested->reason));
	return desk_tag(desk, requested->tags_added, requested->n_tags_added,
	                requested->tags_removed, requested->n_tags_removed, fits);
}

/* What a closed ticket is asked for is refused whole, before anything is done. */
enum status ticket_on_status_requested(struct task *task,
                                       const Opsmesh__V1__StatusRequested *requested)
{
	struct desk desk;
	bool allowed, fits;

	TRY(desk_open_request(&desk, task));
	if (!desk.row.opened)
		return desk_refuse(&desk, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_TICKET,
		                   "", "There is no such ticket.");
	if (desk_closed(&desk))
		return desk_refuse(&desk, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE, "",
		                   "The ticket is closed, and stays as it is.");
	TRY(move_as_asked(&desk, requested, &allowed));
	if (!allowed)
		return desk_refuse(&desk, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE,
		                   "status", "A ticket that was looked at is not new again.");
	TRY(change_as_asked(&desk, requested, &fits));
	if (!fits)
		TRY(desk_refuse(&desk, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                "tags_added", "The ticket would have too many tags."));
	if (!desk.changed)
		return desk_refuse(&desk, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE, "",
		                   "The ticket is so already.");
	desk_save(&desk);
	return STATUS_OK;
}
