/*
 * Early fraud warnings: what is to be done about one while there is time, and what became of it.
 *
 * A warning is judged when it comes and when anything new comes under its account, after the wait for gathering. Whether a
 * ticket waits is read from the dossier: in a ticket that is not solved, a customer wrote and no agent answered in public
 * since; what a bot or the system wrote is no answer. The tickets are those of the whole account. Refunding is a person's
 * to decide (close with the decision refund), and is done at the provider.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/evidence/chronicle.h"

#define DISPUTED "disputed"
#define REFUNDED "refunded"
#define EXPIRED "expired"
#define ACTIONABLE "actionable" /* the provider's word for a warning on which one can act */

static const struct column mark_columns[] = {
	COLUMN(struct payment_mark_row, home),
	COLUMN(struct payment_mark_row, payment_id),
	COLUMN(struct payment_mark_row, dispute_id),
	COLUMN(struct payment_mark_row, warning_id),
	COLUMN_END,
};
const struct state_table payment_mark_table = { .name = "payment_mark",
	                                        .columns = mark_columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct payment_mark_row) };

/* What is known of a warning's payment, and by which documents it is judged. */
struct judging {
	const struct warning_policy *policy;
	const struct economics_policy *economics;
	const char *documents;
	bool known;                   /* the payment has come; all below */
	struct money amount;          /* of it */
	struct warning_inputs inputs; /* without the fee */
	const struct money *fee;      /* as the document has it */
};

/* Tickets. */

static bool is_solved(const struct chronicle *chronicle, const char *ticket)
{
	static const char *const over[] = { "solved", "closed", NULL };
	const struct chronicle_line *line = chronicle_last(chronicle, "status", ticket, NULL);

	if (line == NULL)
		line = chronicle_last(chronicle, "opened", ticket, NULL);
	return line != NULL && text_among(over, line->entry->word);
}

/* Does the ticket wait after this message of it, when it waited before or not? */
static bool waits_after(const struct chronicle_message *message, bool before)
{
	return message->by_customer || (before && !text_equal(message->line.entry->role, "agent"));
}

static int64_t waiting_of(const struct chronicle *chronicle)
{
	const struct chronicle_message *const messages = chronicle->messages;
	bool waits = false;
	int64_t count = 0;

	for (size_t i = 0; i < chronicle->message_count; i++) {
		const char *const ticket = messages[i].line.entry->about;

		waits = waits_after(&messages[i], waits);
		if (i + 1 < chronicle->message_count &&
		    text_equal(messages[i + 1].line.entry->about, ticket))
			continue;
		count += waits && !is_solved(chronicle, ticket);
		waits = false;
	}
	return count;
}

/* What it is judged by. */

static void read_payment(const struct chronicle *chronicle, const struct casework *work,
                         struct judging *it)
{
	const struct chronicle_payment *const payment =
	    chronicle_payment_of(chronicle, work->row.payment_id);
	const Opsmesh__V1__DossierEntry *const last = payment != NULL ? payment->last : NULL;

	if (last == NULL || last->amount == NULL ||
	    !money_currency(last->amount->currency, it->amount.currency))
		return;
	it->known = true;
	it->amount.minor = last->amount->minor;
	it->inputs.amount = it->amount;
	it->inputs.refunded = last->refunded != NULL ? last->refunded->minor : 0;
	it->inputs.liability_shifted = last->three_d_secure;
	it->inputs.disputed = last->disputed || work->kept->warning_disputed;
	it->inputs.actionable = text_equal(work->row.status, ACTIONABLE);
	it->inputs.waiting_tickets = waiting_of(chronicle);
}

static enum status read_all(struct casework *work, struct judging *it)
{
	struct task *const task = work->task;
	const struct dossier_row dossier = dossier_open(task, work->row.home);
	Opsmesh__V1__DossierPage page;
	struct chronicle chronicle;

	*it = (struct judging){
		.policy = policy_at(task_document(task, CASE_WARNINGS), work->at),
		.economics = policy_at(task_document(task, CASE_ECONOMICS), work->at),
	};
	it->documents = case_document_name(
	    task->arena, case_document_name(task->arena, "", CASE_WARNINGS, &it->policy->head),
	    CASE_ECONOMICS, &it->economics->head);
	it->fee = &economics_fee_of(it->economics, it->economics->country)->received;
	TRY(dossier_read(task, &dossier, &page));
	chronicle = chronicle_make(task->arena, &page);
	read_payment(&chronicle, work, it);
	return STATUS_OK;
}

/* Triage. */

static void fill_reasons(struct arena *arena, uint32_t reasons,
                         Opsmesh__V1__WarningTriaged *triaged)
{
	triaged->reasons = arena_alloc(arena, WARNING_REASONS * sizeof(char *));
	for (int i = 0; i < WARNING_REASONS; i++)
		if ((reasons & UINT32_C(1) << i) != 0)
			triaged->reasons[triaged->n_reasons++] =
			    text_mutable(warning_reason_names[i]);
}

static Opsmesh__V1__WarningTriaged *triaged_of(struct casework *work, const struct judging *it,
                                               const struct warning_answer *answer)
{
	struct arena *const arena = work->task->arena;
	const char *const currency = arena_string(arena, it->amount.currency);
	const char *const country = it->economics->country;
	Opsmesh__V1__WarningTriaged *const triaged = arena_alloc(arena, sizeof(*triaged));

	opsmesh__v1__warning_triaged__init(triaged);
	triaged->triage = text_mutable(warning_triage_names[answer->triage]);
	fill_reasons(arena, answer->reasons, triaged);
	triaged->payment_id = text_mutable(work->row.payment_id);
	triaged->amount = case_money(arena, it->amount.minor, currency);
	triaged->refunded = case_money(arena, answer->inputs.refunded, currency);
	triaged->left = case_money(arena, answer->left, currency);
	triaged->fee = case_money(arena, answer->inputs.fee.minor, currency);
	triaged->up_to = case_money(arena, answer->up_to, currency);
	triaged->disputed_ppm = answer->disputed_ppm;
	triaged->expected_loss = case_money(arena, answer->loss, currency);
	triaged->waiting_tickets = answer->inputs.waiting_tickets;
	triaged->liability_shifted = answer->inputs.liability_shifted;
	triaged->country = text_mutable(text_equal(country, ECONOMICS_ANY_COUNTRY) ? "" : country);
	triaged->policy = text_mutable(it->documents);
	return triaged;
}

static enum status emit_triaged(struct casework *work, Opsmesh__V1__DisputeEvent__FactCase fact,
                                Opsmesh__V1__WarningTriaged *triaged)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;

	event.fact_case = fact;
	event.warning_triaged = triaged; /* what tells a triage shares the member's place */
	return case_emit(work, &event);
}

/* A refund is recommended when it was not before, or was of another amount; not where a person has decided. */
static enum status say_triaged(struct casework *work, Opsmesh__V1__WarningTriaged *triaged)
{
	const char *const refund = warning_triage_names[WARNING_REFUND];
	const Opsmesh__V1__WarningTriaged *const before = work->kept->triaged;
	const bool same = before != NULL && text_equal(before->triage, refund) &&
	                  before->left->minor == triaged->left->minor;

	if (before != NULL && case_same_message(work->task->arena, &before->base, &triaged->base))
		return STATUS_OK;
	work->kept->triaged = triaged;
	work->kept->recommended = text_mutable(text_equal(triaged->triage, refund) ? refund : "");
	if (!text_equal(triaged->triage, warning_triage_names[WARNING_NONE]))
		work->kept->triaged_open = triaged;
	TRY(emit_triaged(work, OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_TRIAGED, triaged));
	if (!text_equal(triaged->triage, refund) || same || work->row.decision != NULL)
		return STATUS_OK;
	return emit_triaged(work, OPSMESH__V1__DISPUTE_EVENT__FACT_REFUND_RECOMMENDED, triaged);
}

static enum status triage(struct casework *work, struct judging *it)
{
	struct warning_answer answer;
	const char *reason = "there is no fee for a dispute in the currency of the payment";

	if (!it->known)
		return STATUS_OK;
	if (economics_weigh(it->economics, *it->fee, it->amount.currency, &it->inputs.fee) &&
	    warning_judge(it->policy, &it->inputs, &answer, &reason))
		return say_triaged(work, triaged_of(work, it, &answer));
	return case_recommend_refuse(work,
	                             arena_printf(work->task->arena,
	                                          "What is to be done about the warning cannot be "
	                                          "reckoned: %s.",
	                                          reason),
	                             it->documents);
}

/* What became of it. */

const char *case_warning_why(const struct casework *work)
{
	if (text_equal(work->kept->resolved, DISPUTED))
		return "It became a dispute of the same payment.";
	if (text_equal(work->kept->resolved, REFUNDED))
		return "The payment was refunded in full, and no dispute had come.";
	return text_equal(work->kept->resolved, EXPIRED) ? "Nothing came of it in time." : NULL;
}

static struct instant expiry_of(const struct casework *work, const struct judging *it)
{
	const struct instant began =
	    work->row.created_at.us != TIME_MIN.us ? work->row.created_at : work->row.opened_at;

	return time_add(began, it->policy->expires);
}

/* "": nothing yet. */
static const char *resolved_by(const struct casework *work, const struct judging *it)
{
	if (work->kept->warning_disputed)
		return DISPUTED;
	if (*work->kept->resolved != '\0' && !text_equal(work->kept->resolved, DISPUTED))
		return work->kept->resolved;
	if (it->known && it->inputs.refunded >= it->amount.minor)
		return REFUNDED;
	return time_before(work->at, expiry_of(work, it)) ? "" : EXPIRED;
}

static enum status say_resolved(struct casework *work, const struct judging *it, const char *was)
{
	const Opsmesh__V1__WarningTriaged *const open = work->kept->triaged_open;
	struct payment_mark_row mark = { .home = work->row.home,
		                         .payment_id = work->row.payment_id };
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__WarningResolved resolved = OPSMESH__V1__WARNING_RESOLVED__INIT;

	if (task_load(work->task, &payment_mark_table, &mark) && mark.dispute_id != NULL)
		resolved.dispute_id = text_mutable(mark.dispute_id);
	resolved.how = work->kept->resolved;
	resolved.was = text_mutable(was);
	resolved.payment_id = text_mutable(work->row.payment_id);
	resolved.decision = text_mutable(work->row.decision != NULL ? work->row.decision : "");
	resolved.policy = text_mutable(it->documents);
	if (open != NULL) {
		resolved.triage = open->triage;
		resolved.expected_loss = open->expected_loss;
	}
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_RESOLVED;
	event.warning_resolved = &resolved;
	return case_emit(work, &event);
}

/* As long as nothing became of it, it is looked at again when it would be over. */
static void watch(struct casework *work, const struct judging *it)
{
	if (work->kept->gather_at != NULL)
		return;
	if (*work->kept->resolved == '\0')
		task_timer_set(work->task, CASE_TIMER_GATHER, work->case_id, expiry_of(work, it));
	else
		task_timer_clear(work->task, CASE_TIMER_GATHER, work->case_id);
}

/* The dispute was of other payments. */
static enum status reopen(struct casework *work)
{
	return text_equal(work->row.status, ACTIONABLE) ? case_move(work, LIFE_WARN) : STATUS_OK;
}

static enum status resolve(struct casework *work, const struct judging *it)
{
	const char *const was = work->kept->resolved;
	const char *const how = resolved_by(work, it);

	if (text_equal(was, how))
		return STATUS_OK;
	work->kept->resolved = text_mutable(how);
	if (*how == '\0')
		return reopen(work);
	TRY(case_move(work, LIFE_WARN_OVER));
	return say_resolved(work, it, was);
}

static bool load_mark(struct casework *work, struct payment_mark_row *row)
{
	*row =
	    (struct payment_mark_row){ .home = work->row.home, .payment_id = work->row.payment_id };
	return *row->payment_id != '\0' && task_load(work->task, &payment_mark_table, row);
}

/* A payment's mark names its first warning, which the dispute ends; any other sees here that there is one. */
static void take_mark(struct casework *work)
{
	struct payment_mark_row row;

	if (load_mark(work, &row) && row.dispute_id != NULL)
		work->kept->warning_disputed = true;
}

enum status case_warning_judge(struct casework *work)
{
	struct judging it;

	if (case_life(work) == LIFE_PLACED)
		return STATUS_OK;
	take_mark(work);
	TRY(read_all(work, &it));
	TRY(triage(work, &it));
	TRY(resolve(work, &it));
	watch(work, &it);
	return STATUS_OK;
}

/* Marks. */

static enum status tell_warning(struct casework *work, const char *warning_id, bool disputed)
{
	struct casework warning;

	TRY(case_take(work->task, work->row.home, warning_id, work->at, &warning));
	if (!warning.known || warning.kept->warning_disputed == disputed)
		return STATUS_OK;
	warning.kept->warning_disputed = disputed;
	TRY(case_warning_judge(&warning));
	return case_keep(&warning);
}

enum status case_mark_disputed(struct casework *work, const char *payment_id)
{
	struct payment_mark_row row = { .home = work->row.home, .payment_id = payment_id };

	if (*payment_id == '\0')
		return STATUS_OK;
	(void)task_load(work->task, &payment_mark_table, &row);
	if (row.dispute_id == NULL) {
		row.dispute_id = work->row.dispute_id;
		task_save(work->task, &payment_mark_table, &row);
	}
	return row.warning_id != NULL ? tell_warning(work, row.warning_id, true) : STATUS_OK;
}

enum status case_unmark_disputed(struct casework *work, const char *payment_id)
{
	struct payment_mark_row row = { .home = work->row.home, .payment_id = payment_id };

	if (!task_load(work->task, &payment_mark_table, &row) ||
	    !text_equal(row.dispute_id, work->row.dispute_id))
		return STATUS_OK;
	row.dispute_id = NULL;
	task_save(work->task, &payment_mark_table, &row);
	TRY(case_unmark_card(work, payment_id));
	return row.warning_id != NULL ? tell_warning(work, row.warning_id, false) : STATUS_OK;
}

void case_mark_warned(struct casework *work)
{
	struct payment_mark_row row;

	(void)load_mark(work, &row);
	if (*row.payment_id == '\0')
		return;
	if (row.warning_id == NULL) {
		row.warning_id = work->row.dispute_id;
		task_save(work->task, &payment_mark_table, &row);
	}
	work->kept->warning_disputed = work->kept->warning_disputed || row.dispute_id != NULL;
}

const char *case_warning_of(struct casework *work)
{
	struct payment_mark_row row;

	return case_stage(work) != LIFE_WARNING && load_mark(work, &row) && row.warning_id != NULL
	           ? row.warning_id
	           : "";
}
