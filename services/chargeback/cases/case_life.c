/*
 * The life of a case: what the provider says of its dispute, and what its money does.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

/* Moves. */

/* Whatever comes is asked anew: an answer to an inquiry answers nothing else. */
static bool ends_inquiry(enum life_state from, enum life_state to)
{
	return life_stage(from) == LIFE_ASKED && life_stage(to) == LIFE_CHARGED &&
	       to != LIFE_PLACED;
}

/* What is settled before it became a dispute never was one. */
static bool escalates(enum life_state from, enum life_state to)
{
	return ends_inquiry(from, to) && to != LIFE_PREVENTED;
}

/* The fact by which a state is told; of what goes on, the plain one. */
static Opsmesh__V1__DisputeEvent__FactCase fact_of(enum life_state from, enum life_state to)
{
	static const Opsmesh__V1__DisputeEvent__FactCase facts[LIFE_STATES] = {
		[LIFE_WARNING_OVER] = OPSMESH__V1__DISPUTE_EVENT__FACT_WITHDRAWN,
		[LIFE_INQUIRY_CLOSED] = OPSMESH__V1__DISPUTE_EVENT__FACT_WITHDRAWN,
		[LIFE_INQUIRY_UNANSWERED] = OPSMESH__V1__DISPUTE_EVENT__FACT_CLOSED_UNANSWERED,
		[LIFE_WON] = OPSMESH__V1__DISPUTE_EVENT__FACT_WON,
		[LIFE_LOST] = OPSMESH__V1__DISPUTE_EVENT__FACT_LOST,
		[LIFE_LATE_WON] = OPSMESH__V1__DISPUTE_EVENT__FACT_LATE_WON,
		[LIFE_PARTIAL] = OPSMESH__V1__DISPUTE_EVENT__FACT_PARTIALLY_RECOVERED,
		[LIFE_PREVENTED] = OPSMESH__V1__DISPUTE_EVENT__FACT_PREVENTED,
		[LIFE_UNANSWERED] = OPSMESH__V1__DISPUTE_EVENT__FACT_CLOSED_UNANSWERED,
		[LIFE_PLACED] = OPSMESH__V1__DISPUTE_EVENT__FACT_PLACED,
	};

	if (facts[to] != OPSMESH__V1__DISPUTE_EVENT__FACT__NOT_SET)
		return facts[to];
	return escalates(from, to) ? OPSMESH__V1__DISPUTE_EVENT__FACT_ESCALATED
	                           : OPSMESH__V1__DISPUTE_EVENT__FACT_MOVED;
}

static enum status say_move(struct casework *work, enum life_state from, enum life_state to,
                            Opsmesh__V1__DisputeEvent__FactCase fact, const char *why)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__CaseMoved moved = OPSMESH__V1__CASE_MOVED__INIT;

	moved.from_stage = case_stage_number(life_stage(from));
	moved.from_state = case_state_number(from);
	moved.stage = case_stage_number(life_stage(to == LIFE_PLACED ? from : to));
	moved.state = case_state_number(to);
	moved.status_verbatim = text_mutable(work->row.status);
	moved.why = text_mutable(why);
	moved.withdrawn = work->kept->withdrawn;
	moved.recovered = work->kept->reinstated;
	event.fact_case = fact;
	event.moved = &moved; /* all that tell a move share the member's place */
	return case_emit(work, &event);
}

/* Another stage is another answer: what was prepared for the one before is not sent for it. */
static void begin_anew(struct casework *work)
{
	work->row.response = "none";
	work->row.decision = NULL;
	work->kept->accept_proposed_by = text_mutable("");
	work->kept->accept_proposed_for = text_mutable("");
	work->kept->gathered = text_mutable("");
	work->kept->packet_refused = text_mutable("");
	work->kept->n_gaps = 0;
	work->kept->answered_at = NULL;
	case_packet_forget(work);
}

static enum status say_escalated(struct casework *work, enum life_state from, enum life_state to)
{
	const char *const why =
	    arena_printf(work->task->arena, "The inquiry became a chargeback (%s).",
	                 work->row.status);

	return say_move(work, from, to, OPSMESH__V1__DISPUTE_EVENT__FACT_ESCALATED, why);
}

static const char *unanswered_why(const Opsmesh__V1__CaseKept *kept)
{
	if (kept->unanswerable)
		return "The provider took no answer, and it is over.";
	return kept->submissions_before > 0
	           ? "What was asked for last was not answered, and it is over."
	           : "Nothing was answered, and it is over.";
}

static const char *why_of(struct casework *work, enum life_cause cause, enum life_state to)
{
	struct arena *const arena = work->task->arena;

	if (to == LIFE_WARNING_OVER && case_warning_why(work) != NULL)
		return case_warning_why(work);
	if (to == LIFE_LATE_WON)
		return "It was lost, and is won after all.";
	if (to == LIFE_PLACED)
		return *work->row.customer_id != '\0'
		           ? "Its customer is known: the case goes on under the account."
		           : "It names its charge: the case goes on under that.";
	if (to == LIFE_PARTIAL)
		return "It is lost, and a balance transaction brought a part back.";
	if (to == LIFE_UNANSWERED || to == LIFE_INQUIRY_UNANSWERED)
		return unanswered_why(work->kept);
	return arena_printf(arena, "The provider says %s; by the table of lives: %s.",
	                    work->row.status, life_fsm.causes[cause]);
}

enum status case_move(struct casework *work, enum life_cause cause)
{
	const enum life_state from = case_life(work);
	int to = (int)from;

	if (!fsm_step(&life_fsm, &to, (int)cause) || to == (int)from)
		return STATUS_OK;
	const enum life_state now = (enum life_state)to;
	const Opsmesh__V1__DisputeEvent__FactCase fact = fact_of(from, now);

	if (ends_inquiry(from, now)) {
		TRY(case_unstage(work, NULL));
		TRY(case_end_stage(work, now == LIFE_PREVENTED
		                             ? "The inquiry was settled."
		                             : "The inquiry became a chargeback."));
		begin_anew(work);
	}
	work->row.life = to;
	if (escalates(from, now))
		TRY(say_escalated(work, from, now));
	if (fact == OPSMESH__V1__DISPUTE_EVENT__FACT_ESCALATED)
		return STATUS_OK;
	TRY(say_move(work, from, now, fact, why_of(work, cause, now)));
	return case_compare(work);
}

/* Beginning. */

static enum status begin(struct casework *work, enum life_cause cause)
{
	int to = (int)case_life(work);

	if (!fsm_step(&life_fsm, &to, (int)cause))
		return task_fail(work->task, STATUS_FATAL, "%s: no case begins with %s",
		                 work->case_id, life_fsm.causes[cause]);
	work->row.life = to;
	work->row.opened_at = work->at;
	return case_say_opened(work);
}

/* All of it back is no part of it: a late win is on its way. Two currencies cannot be compared: what came is a part then. */
static bool is_part_back(const struct casework *work)
{
	const Opsmesh__V1__Money *const taken = work->kept->withdrawn;
	const Opsmesh__V1__Money *const back = work->kept->reinstated;

	if (taken == NULL || back == NULL || back->minor <= 0)
		return false;
	if (!text_equal(taken->currency, back->currency))
		return true;
	const bool comparable = text_equal(taken->currency, work->row.currency);
	const int64_t stake = comparable ? work->row.amount : taken->minor;

	return back->minor < taken->minor && taken->minor - back->minor < stake;
}

/* Of what is lost a part may have come back, before or after we hear that it is lost. */
static enum status recover(struct casework *work)
{
	return is_part_back(work) ? case_move(work, LIFE_RECOVER) : STATUS_OK;
}

/* Disputes. */

void case_learn(const char **known, const char *told)
{
	if (*told != '\0')
		*known = told;
}

static void take_dispute(struct casework *work, const char *customer_id,
                         const Opsmesh__V1__DisputeChanged *changed)
{
	struct case_row *const row = &work->row;
	Opsmesh__V1__CaseKept *const kept = work->kept;
	struct instant due_by;

	row->status = changed->to_status;
	case_learn(&row->payment_id, changed->payment_id);
	case_learn(&row->customer_id, customer_id);
	case_learn(&row->reason, changed->reason);
	case_learn(&row->network, changed->network);
	case_learn(&row->code, changed->network_reason_code);
	if (changed->amount != NULL) {
		row->amount = changed->amount->minor;
		row->currency = changed->amount->currency;
	}
	if (changed->unanswerable || !proto_instant(changed->due_by, &due_by))
		due_by = changed->unanswerable ? TIME_MIN : row->due_by;
	row->due_by = due_by;
	if (changed->created_at != NULL && !proto_instant(changed->created_at, &row->created_at))
		row->created_at = TIME_MIN;
	kept->smart_disputes = changed->smart_disputes;
	kept->intended_submission = changed->intended_submission;
	kept->unanswerable = changed->unanswerable;
	if (*changed->case_type != '\0')
		kept->case_type = changed->case_type;
}

/* That evidence is there says nothing: it may be staged. That it was submitted does, whoever did it. */
static bool is_answered(const struct casework *work)
{
	return case_is_answered(work) || case_life(work) == LIFE_REVIEW ||
	       case_life(work) == LIFE_INQUIRY_REVIEW ||
	       text_equal(work->row.response, "requested");
}

static enum status observe(struct casework *work, const Opsmesh__V1__DisputeChanged *changed)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__SubmissionObserved seen = OPSMESH__V1__SUBMISSION_OBSERVED__INIT;

	if (changed->submission_count <= work->kept->submission_count)
		return STATUS_OK;
	work->kept->submission_count = changed->submission_count;
	seen.stage = case_stage_number(case_stage(work));
	seen.submission_count = changed->submission_count;
	seen.ours = text_equal(work->row.response, "requested");
	seen.method = changed->intended_submission;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_OBSERVED;
	event.submission_observed = &seen;
	TRY(case_emit(work, &event));
	return case_seen(work, "The provider has an answer.");
}

/* The provider's word may say that it has an answer where it does not count them, or that it is over. */
static enum status follow(struct casework *work)
{
	if (life_needs_response(case_life(work)))
		return STATUS_OK;
	TRY(case_seen(work, "No answer is asked for any more."));
	return life_is_open(case_life(work)) ? STATUS_OK : case_ended(work, "The dispute is over.");
}

/* What the provider has by now answers nothing that it asks from here on. */
static void count_from(struct casework *work, const Opsmesh__V1__DisputeChanged *changed)
{
	work->kept->submission_count = changed->submission_count;
	work->kept->submissions_before = changed->submission_count;
}

/* What is put up or proposed may still be approved; giving up that was asked for stands until the dispute is over. */
static bool still_stands(const struct casework *work, enum life_state from)
{
	const char *const response = work->row.response;

	return text_equal(response, "staged") || text_equal(response, "accept_proposed") ||
	       (text_equal(response, "accepted") && life_is_open(from));
}

/* The provider asks once more in the same stage: what was sent, or left, before that does not answer it. */
static void ask_again(struct casework *work, enum life_state from,
                      const Opsmesh__V1__DisputeChanged *changed)
{
	count_from(work, changed);
	if (still_stands(work, from))
		return;
	work->row.response = "none";
	work->row.decision = NULL;
	work->kept->answered_at = NULL;
}

static enum status hear_first(struct casework *work, enum life_cause cause,
                              const Opsmesh__V1__DisputeChanged *changed)
{
	if (cause == LIFE_NEED || cause == LIFE_ASK)
		count_from(work, changed);
	TRY(begin(work, cause));
	return observe(work, changed);
}

/* What the provider had before a dispute went to its next stage answered the one before. */
static enum status hear(struct casework *work, enum life_cause cause,
                        const Opsmesh__V1__DisputeChanged *changed)
{
	const enum life_state from = case_life(work);

	if (from == LIFE_NEW)
		return hear_first(work, cause, changed);
	TRY(observe(work, changed));
	TRY(case_move(work, cause));
	if (life_stage(from) == LIFE_ASKED && case_stage(work) == LIFE_CHARGED)
		count_from(work, changed);
	else if (!life_needs_response(from) && life_needs_response(case_life(work)))
		ask_again(work, from, changed);
	return STATUS_OK;
}

static enum status read_at(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                           struct instant *at)
{
	return proto_instant(material->occurred_at, at)
	           ? STATUS_OK
	           : task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
}

enum status case_take_at(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                         const char *dispute_id, struct casework *work)
{
	struct instant at;

	TRY(read_at(task, material, &at));
	TRY(task_key(task, "home", material->home, CASE_ID_MAX));
	/* A case's id could not be taken apart again, and its timers would find nothing. */
	if (*dispute_id == '\0' || strlen(dispute_id) > CASE_ID_MAX ||
	    strchr(dispute_id, '/') != NULL)
		return task_fail(task, STATUS_REJECT,
		                 "dispute_id: empty, too long or with a slash");
	return case_take(task, material->home, dispute_id, at, work);
}

enum status case_on_dispute(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                            const Opsmesh__V1__DisputeChanged *changed, bool charge_unknown)
{
	struct casework work;

	TRY(case_take_at(task, material, changed->dispute_id, &work));
	take_dispute(&work, material->billing->customer_id, changed);
	work.kept->charge_unknown = charge_unknown;
	TRY(case_mark_disputed(&work, work.row.payment_id));
	const bool answered =
	    is_answered(&work) || changed->submission_count > work.kept->submissions_before;

	TRY(hear(&work, life_cause(changed->to_status, answered), changed));
	TRY(recover(&work));
	TRY(follow(&work));
	TRY(case_schedule(&work, work.row.due_by));
	if (life_needs_response(case_life(&work)))
		case_gather_soon(&work);
	return case_keep(&work);
}

/* Money. */

static bool was_told(const Opsmesh__V1__CaseKept *kept, const char *transaction)
{
	for (size_t i = 0; i < kept->n_transaction_ids; i++)
		if (text_equal(kept->transaction_ids[i], transaction))
			return true;
	return false;
}

static void tell(struct casework *work, const char *transaction)
{
	Opsmesh__V1__CaseKept *const kept = work->kept;
	char **const ids =
	    arena_alloc(work->task->arena, (kept->n_transaction_ids + 1) * sizeof(*ids));

	if (kept->n_transaction_ids > 0)
		memcpy(ids, kept->transaction_ids, kept->n_transaction_ids * sizeof(*ids));
	ids[kept->n_transaction_ids++] = text_mutable(transaction);
	kept->transaction_ids = ids;
}

/* Sums in the currency of the first transaction; another currency's is told and not summed. */
static void add_money(struct arena *arena, Opsmesh__V1__Money **sum,
                      const Opsmesh__V1__Money *amount)
{
	int64_t minor = *sum != NULL ? (*sum)->minor : 0;

	if (amount == NULL || (*sum != NULL && !text_equal((*sum)->currency, amount->currency)) ||
	    __builtin_add_overflow(minor, amount->minor, &minor))
		return;
	*sum = case_money(arena, minor, amount->currency);
}

static enum status say_funds(struct casework *work, Opsmesh__V1__DisputeEvent__FactCase fact,
                             const Opsmesh__V1__DisputeFundsMoved *moved, char *billing_id)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__CaseFundsMoved funds = OPSMESH__V1__CASE_FUNDS_MOVED__INIT;

	funds.transaction_id = moved->transaction_id;
	funds.amount = moved->amount;
	funds.fee = moved->fee;
	funds.billing_id = billing_id;
	event.fact_case = fact;
	event.funds_withdrawn = &funds;
	return case_emit(work, &event);
}

enum status case_on_funds(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                          const Opsmesh__V1__DisputeFundsMoved *moved, bool back)
{
	struct casework work;

	TRY(case_take_at(task, material, moved->dispute_id, &work));
	if (was_told(work.kept, moved->transaction_id))
		return STATUS_OK;
	tell(&work, moved->transaction_id);
	case_learn(&work.row.payment_id, moved->payment_id);
	add_money(task->arena, back ? &work.kept->reinstated : &work.kept->withdrawn,
	          moved->amount);
	TRY(say_funds(&work,
	              back ? OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_REINSTATED
	                   : OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_WITHDRAWN,
	              moved, material->fact_id));
	TRY(recover(&work));
	return case_keep(&work);
}

/* Warnings. */

enum status case_on_warning(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                            const Opsmesh__V1__FraudWarningChanged *changed)
{
	struct casework work;

	TRY(case_take_at(task, material, changed->warning_id, &work));
	work.row.status = changed->actionable ? "actionable" : "not_actionable";
	case_learn(&work.row.payment_id, changed->payment_id);
	case_learn(&work.row.customer_id, material->billing->customer_id);
	case_learn(&work.row.reason, changed->fraud_type);
	if (!proto_instant(changed->created_at, &work.row.created_at))
		work.row.created_at = TIME_MIN;
	case_mark_warned(&work);
	const bool open =
	    changed->actionable && !work.kept->warning_disputed && *work.kept->resolved == '\0';
	const enum life_cause cause = open ? LIFE_WARN : LIFE_WARN_OVER;

	TRY(case_life(&work) == LIFE_NEW ? begin(&work, cause) : case_move(&work, cause));
	case_gather_soon(&work);
	return case_keep(&work);
}
