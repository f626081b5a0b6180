/*
 * What people ask of a case. Each ends in one action_applied or action_refused on ops.disputes.v1.
 *
 *   assign   assignee                          whose the case is; empty: the queue's again
 *   pin      kind, field, text, ...            an item of evidence that people supply
 *   pin      kind, file, field, ...            a file, likewise
 *   correct  id, decision: exclude, include    an item is kept out, or let in again
 *   correct  id, translation                   what an item says in the bank's language
 *   correct  charges                           the payments that the dispute is over, where it is over several
 *   approve  decision: contest, stage, submit (digest), accept
 *   close    decision: unstage, accept, refund, ignore
 */
#include "services/chargeback/cases/case.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"

#include <string.h>

/* Answers. */

enum status case_refuse(struct case_request *request, Opsmesh__V1__RefusalCode code,
                        const char *field, const char *reason)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused =
	    action_refused(request->action->action_id, request->requested, code, field, reason);

	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return case_emit(request->work, &event);
}

enum status case_applied(struct case_request *request)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__ActionApplied applied =
	    action_applied(request->action->action_id, request->requested);

	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_ACTION_APPLIED;
	event.action_applied = &applied;
	return case_emit(request->work, &event);
}

static bool is_one_of(const char *person, const char *principal, const char *behalf)
{
	return *person != '\0' && (text_equal(person, principal) || text_equal(person, behalf));
}

bool case_same_person(const Opsmesh__V1__Actor *by, const char *principal, const char *behalf)
{
	return by == NULL || *by->principal == '\0' || *principal == '\0' ||
	       is_one_of(by->principal, principal, behalf) ||
	       is_one_of(by->on_behalf_of, principal, behalf);
}

static const char *plain(const Opsmesh__V1__ActionRequested *requested, const char *name)
{
	const char *const value = action_plain(action_parameter(requested, name));

	return value != NULL ? value : "";
}

/* Assigning. */

static enum status assign(struct case_request *request)
{
	struct casework *const work = request->work;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__CaseAssigned assigned = OPSMESH__V1__CASE_ASSIGNED__INIT;
	const char *const owner = action_plain(action_parameter(request->requested, "assignee"));
	const char *const before = work->row.owner != NULL ? work->row.owner : "";

	if (owner == NULL)
		return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                   "assignee", "Whose it is must be said, by the id of a person.");
	if (strlen(owner) > CASE_ID_MAX)
		return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE,
		                   "assignee", "No id of a person is so long.");
	if (text_equal(owner, before))
		return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE,
		                   "assignee", "The case is theirs already.");
	work->row.owner = *owner != '\0' ? owner : NULL;
	work->kept->owned_since = proto_timestamp(work->task->arena, work->at);
	assigned.owner = text_mutable(owner);
	assigned.from_owner = text_mutable(before);
	assigned.by = request->requested->by;
	assigned.reason = request->requested->reason;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_ASSIGNED;
	event.assigned = &assigned;
	TRY(case_emit(work, &event));
	return case_applied(request);
}

/* Which action goes where. */

static enum status approve(struct case_request *request)
{
	static const char *const words[] = { "contest", "stage", "submit", "accept", NULL };
	const char *const decision = plain(request->requested, "decision");

	if (!text_among(words, decision))
		return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                   "decision", "One of contest, stage, submit and accept.");
	return text_equal(decision, "accept") ? case_give_up(request, "confirm")
	                                      : case_release(request, decision);
}

static enum status close(struct case_request *request)
{
	static const char *const words[] = { "unstage", "accept", "refund", "ignore", NULL };
	const char *const decision = plain(request->requested, "decision");

	if (!text_among(words, decision))
		return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                   "decision", "One of unstage, accept, refund and ignore.");
	return text_equal(decision, "unstage") ? case_release(request, decision)
	                                       : case_give_up(request, decision);
}

static enum status act(struct case_request *request)
{
	static const struct {
		Opsmesh__V1__ActionKind kind;
		enum status (*act)(struct case_request *request);
	} rows[] = { { OPSMESH__V1__ACTION_KIND__ACTION_KIND_ASSIGN, assign },
		     { OPSMESH__V1__ACTION_KIND__ACTION_KIND_APPROVE, approve },
		     { OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, close },
		     { OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, case_pin },
		     { OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT, case_correct } };

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (request->requested->kind == rows[i].kind)
			return rows[i].act(request);
	return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED, "action",
	                   "A case can be assigned, pinned to, corrected, approved and closed.");
}

/* What the edge would have refused is refused here as well: nothing of it that nobody verified. */
static enum status act_if_allowed(struct case_request *request)
{
	struct arena *const arena = request->work->task->arena;
	const char *const scope = arena_printf(arena, "actions:%s", request->requested->action);

	if (!action_may(request->requested, scope))
		return case_refuse(request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED,
		                   "action",
		                   arena_printf(arena, "This key lacks the scope %s.", scope));
	return act(request);
}

/* Who reveals a case is answered by ingest, which knows the reason. */
static bool is_ours(const Opsmesh__V1__ActionRequested *requested)
{
	return requested->on != NULL && text_equal(requested->on->type, "case") &&
	       requested->kind != OPSMESH__V1__ACTION_KIND__ACTION_KIND_EXPLAIN;
}

static enum status on_case(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)task->message;
	struct casework work;
	struct case_request request = { .work = &work, .action = action, .requested = requested };
	const char *home;
	const char *dispute;
	struct instant at;

	if (!proto_instant(action->occurred_at, &at))
		at = task->event->time;
	if (!case_id_parse(task->arena, requested->on->id, &home, &dispute)) {
		home = action->routing_key;
		dispute = "";
	}
	TRY(case_take(task, home, dispute, at, &work));
	work.case_id = requested->on->id;
	if (*dispute == '\0')
		return case_refuse(&request, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                   "on.id", "This is not the id of a case.");
	if (!work.known || case_life(&work) == LIFE_NEW)
		return case_refuse(&request,
		                   OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT, "on.id",
		                   "There is no such case.");
	TRY(act_if_allowed(&request));
	return case_keep(&work);
}

enum status case_on_action(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	TRY(case_on_alert_action(task, requested));
	return is_ours(requested) ? on_case(task, requested) : STATUS_OK;
}

void case_need_action(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)message;
	const char *home;
	const char *dispute;

	if (!is_ours(action->requested) ||
	    !case_id_parse(task->arena, action->requested->on->id, &home, &dispute))
		return;
	task_need(task, &dispute_case_table,
	          &(struct case_row){ .home = home, .dispute_id = dispute });
	task_need(task, &dossier_table, &(struct dossier_row){ .home = home });
}
