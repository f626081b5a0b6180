/*
 * How a case begins: all that was told of it, and what is wrong with what came.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

static void add_problem(struct arena *arena, Opsmesh__V1__CaseOpened *opened, const char *problem)
{
	char **const problems = arena_alloc(arena, (opened->n_problems + 1) * sizeof(*problems));

	if (opened->n_problems > 0)
		memcpy(problems, opened->problems, opened->n_problems * sizeof(*problems));
	problems[opened->n_problems++] = text_mutable(problem);
	opened->problems = problems;
}

/* What came is taken as it is, and what is wrong with it is told to whoever has to answer it. */
static void find_problems(const struct casework *work, Opsmesh__V1__CaseOpened *opened)
{
	struct arena *const arena = work->task->arena;
	const struct case_row *const row = &work->row;

	if (*row->payment_id == '\0')
		add_problem(arena, opened, "charge: the dispute names none");
	else if (work->kept->charge_unknown)
		add_problem(arena, opened, "charge: has not come");
	if (*row->customer_id == '\0')
		add_problem(arena, opened, "customer: nobody knows whose charge it is");
	if (row->currency == NULL && case_stage(work) != LIFE_WARNING)
		add_problem(arena, opened, "amount: is missing or cannot be read");
	else if (row->currency != NULL && row->amount <= 0)
		add_problem(arena, opened, "amount: is not above zero");
	if (row->due_by.us != TIME_MIN.us && row->created_at.us != TIME_MIN.us &&
	    time_before(row->due_by, row->created_at))
		add_problem(arena, opened, "evidence_details.due_by: is before the dispute began");
	if (case_stage(work) != LIFE_WARNING && life_status_stage(row->status) == LIFE_UNSTAGED)
		add_problem(arena, opened, "status: is no word that we know, and counts as open");
	if (life_needs_response(case_life(work)) && work->kept->submissions_before > 0)
		add_problem(arena, opened,
		            "submission_count: was answered before, and a response is asked for");
}

/* A code that no document has is told as such; the case is answered by its category. A warning has no code. */
static void find_reason(struct casework *work, Opsmesh__V1__CaseOpened *opened)
{
	struct arena *const arena = work->task->arena;
	const struct reason_policy *const reasons =
	    policy_at(task_document(work->task, CASE_REASONS), work->at);
	const struct reason_said said = { work->row.network, work->row.code, "", work->row.reason };

	opened->policy = text_mutable(case_policy_name(work));
	if (case_stage(work) == LIFE_WARNING)
		return;
	const struct reason_answer answer = reason_find(reasons, &said);

	if (answer.unknown_code)
		add_problem(arena, opened, "network_reason_code: no document knows it");
	else if (answer.found != REASON_BY_ELSE)
		opened->reason_title = text_mutable(answer.reason->title);
	if (answer.unknown_category)
		add_problem(arena, opened, "reason: no document knows it");
	opened->policy = arena_printf(arena, "%s " CASE_REASONS "/%s/%lld", opened->policy,
	                              reasons->head.id, (long long)reasons->head.version);
}

enum status case_say_opened(struct casework *work)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__CaseOpened opened = OPSMESH__V1__CASE_OPENED__INIT;
	const struct case_row *const row = &work->row;

	opened.stage = case_stage_number(case_stage(work));
	opened.state = case_state_number(case_life(work));
	opened.status_verbatim = text_mutable(row->status);
	opened.reason = text_mutable(row->reason);
	opened.network = text_mutable(row->network);
	opened.network_reason_code = text_mutable(row->code);
	opened.amount = case_money(work->task->arena, row->amount, row->currency);
	opened.payment_id = text_mutable(row->payment_id);
	opened.customer_id = text_mutable(row->customer_id);
	opened.queue = text_mutable(row->queue);
	opened.created_at = proto_timestamp(work->task->arena, row->created_at);
	opened.warning_id = text_mutable(case_warning_of(work));
	find_problems(work, &opened);
	find_reason(work, &opened);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_OPENED;
	event.opened = &opened;
	return case_emit(work, &event);
}
