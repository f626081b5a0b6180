#include "services/billing-sync/customer_dunning.h"
#include "services/billing-sync/owed.h"
#include "services/billing-sync/policies.h"
#include "services/billing-sync/stripe.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

static const struct column dunning_columns[] = {
	COLUMN(struct dunning_state_row, customer_id),
	COLUMN(struct dunning_state_row, invoice_id),
	COLUMN(struct dunning_state_row, status),
	COLUMN(struct dunning_state_row, body),
	COLUMN_END,
};
const struct state_table dunning_table = { .name = "dunning",
	                                   .columns = dunning_columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct dunning_state_row) };

static const struct column owed_columns[] = {
	COLUMN(struct owed_row, customer_id),
	COLUMN(struct owed_row, body),
	COLUMN_END,
};
const struct state_table owed_table = { .name = "owed",
	                                .columns = owed_columns,
	                                .key_columns = 1,
	                                .row_size = sizeof(struct owed_row) };

/* One invoice at hand, among all that the customer owes. */
struct dunned {
	struct customer *customer;
	const char *invoice_id;
	const struct owed_book *book;
	struct dunning_row *row;
	struct bytes before;
	bool known; /* it has a row */
};

/* Rows. */

static enum status load_book(struct customer *it, struct owed_book *book, struct bytes *before)
{
	struct owed_row row = { .customer_id = it->row.customer_id };

	book->count = 0;
	*before = (struct bytes){ NULL, 0 };
	if (!task_load(it->task, &owed_table, &row))
		return STATUS_OK;
	*before = row.body;
	return owed_decode(row.body, book)
	           ? STATUS_OK
	           : task_fail(it->task, STATUS_FATAL, "%s: what it owes cannot be read",
	                       row.customer_id);
}

static enum status load(struct customer *customer, const char *invoice,
                        const struct owed_book *book, struct dunned *it)
{
	struct task *const task = customer->task;
	struct dunning_state_row row = { .customer_id = customer->row.customer_id,
		                         .invoice_id = invoice };

	*it = (struct dunned){ .customer = customer,
		               .invoice_id = invoice,
		               .book = book,
		               .row = arena_zero(task->arena, sizeof(*it->row)) };
	it->known = task_load(task, &dunning_table, &row);
	if (!it->known)
		return STATUS_OK;
	it->before = row.body;
	return dunning_decode(row.body, it->row)
	           ? STATUS_OK
	           : task_fail(task, STATUS_FATAL, "%s: its dunning cannot be read", invoice);
}

static void save(struct dunned *it)
{
	static const char *const words[] = {
		[DUNNING_IDLE] = "idle",           [DUNNING_RUNNING] = "running",
		[DUNNING_RECOVERED] = "recovered", [DUNNING_OVER] = "over",
		[DUNNING_STOPPED] = "stopped",
	};
	struct task *const task = it->customer->task;
	const struct bytes body = dunning_encode(task->arena, it->row);

	if (it->known && bytes_equal(body, it->before))
		return;
	task_save(task, &dunning_table,
	          &(struct dunning_state_row){ .customer_id = it->customer->row.customer_id,
	                                       .invoice_id = it->invoice_id,
	                                       .status = words[it->row->status],
	                                       .body = body });
	it->known = true;
	it->before = body;
}

/* The version that was in force when it began, before that the one of now. */
static const struct dunning_policy *policy_of(const struct dunned *it)
{
	const bool idle = it->row->status == DUNNING_IDLE;

	return policies_dunning(it->customer->task, idle ? it->customer->at : it->row->started);
}

/* Facts. */

static char *policy_name(const struct dunned *it)
{
	const struct policy_head *const head = &policy_of(it)->head;

	return arena_printf(it->customer->task->arena, "%s/%lld", head->id,
	                    (long long)head->version);
}

static void fill_owed(const struct dunned *it, Opsmesh__V1__DunningStepDue *due)
{
	struct arena *const arena = it->customer->task->arena;
	const struct owed_invoice *const own = owed_find(it->book, it->invoice_id);

	due->invoice_ids = arena_alloc(arena, (it->book->count + 1) * sizeof(*due->invoice_ids));
	for (size_t i = 0; own != NULL && i < it->book->count; i++)
		if (text_equal(it->book->list[i].currency, own->currency))
			due->invoice_ids[due->n_invoice_ids++] =
			    arena_string(arena, it->book->list[i].id);
	due->unpaid = arena_alloc(arena, sizeof(*due->unpaid));
	opsmesh__v1__money__init(due->unpaid);
	due->unpaid->currency = arena_string(arena, own != NULL ? own->currency : "");
	if (own != NULL)
		due->unpaid->minor = owed_facts(it->book, own->currency).amount_unpaid;
}

static enum status say_step(const struct dunned *it, const struct dunning_decision *decision)
{
	static const Opsmesh__V1__DunningAct acts[] = {
		[DUNNING_REMIND] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_REMIND,
		[DUNNING_WARN] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_WARN,
		[DUNNING_RESTRICT] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_RESTRICT,
		[DUNNING_CANCEL] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_CANCEL,
	};
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DunningStepDue due = OPSMESH__V1__DUNNING_STEP_DUE__INIT;

	due.invoice_id = text_mutable(it->invoice_id);
	due.step = text_mutable(decision->step->name);
	due.act = acts[decision->step->act];
	due.attempts = decision->attempts;
	due.reason = text_mutable(decision->reason);
	due.policy = policy_name(it);
	fill_owed(it, &due);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_STEP_DUE;
	event.dunning_step_due = &due;
	return customer_say(it->customer, &event);
}

static enum status say_held(const struct dunned *it, const struct dunning_decision *decision,
                            bool resumed)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DunningHeld held = OPSMESH__V1__DUNNING_HELD__INIT;

	held.invoice_id = text_mutable(it->invoice_id);
	held.why = text_mutable(dunning_why_names[decision->why]);
	held.held_by = text_mutable(decision->hold_id);
	held.reason = text_mutable(decision->reason);
	event.fact_case = resumed ? OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RESUMED
	                          : OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_HELD;
	event.dunning_held = &held;
	return customer_say(it->customer, &event);
}

static enum status say_ended(const struct dunned *it, const struct dunning_decision *decision,
                             bool exhausted)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DunningEnded ended = OPSMESH__V1__DUNNING_ENDED__INIT;

	ended.invoice_id = text_mutable(it->invoice_id);
	ended.last_step = text_mutable(decision->step != NULL ? decision->step->name : "");
	ended.attempts = decision->attempts;
	ended.reason = text_mutable(decision->reason);
	ended.policy = policy_name(it);
	event.fact_case = exhausted ? OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_EXHAUSTED
	                            : OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RECOVERED;
	event.dunning_exhausted = &ended;
	return customer_say(it->customer, &event);
}

static enum status say(const struct dunned *it, const struct dunning_decisions *decisions)
{
	for (size_t i = 0; i < decisions->count; i++) {
		const struct dunning_decision *const decision = &decisions->list[i];

		switch (decision->kind) {
		case DUNNING_STEP_DUE: TRY(say_step(it, decision)); break;
		case DUNNING_HELD: TRY(say_held(it, decision, false)); break;
		case DUNNING_RESUMED: TRY(say_held(it, decision, true)); break;
		case DUNNING_PAID: TRY(say_ended(it, decision, false)); break;
		case DUNNING_EXHAUSTED: TRY(say_ended(it, decision, true)); break;
		default: break;
		}
	}
	return STATUS_OK;
}

/* The timer: at the next step, and before all failures at the deadline of what nobody collects. */

static void arm(const struct dunned *it)
{
	struct task *const task = it->customer->task;
	const struct owed_invoice *const owed = owed_find(it->book, it->invoice_id);
	const char *const key =
	    arena_printf(task->arena, "%s/%s", it->customer->row.customer_id, it->invoice_id);
	struct instant at;

	if (owed != NULL && it->row->status == DUNNING_IDLE && owed->has_deadline) {
		task_timer_set(task, CUSTOMER_TIMER_DUNNING, key, owed->due);
		return;
	}
	const struct dunning_facts facts = owed_facts(it->book, owed != NULL ? owed->currency : "");

	if (owed != NULL && dunning_next(policy_of(it), it->row, &facts, &at))
		task_timer_set(task, CUSTOMER_TIMER_DUNNING, key, at);
	else
		task_timer_clear(task, CUSTOMER_TIMER_DUNNING, key);
}

static enum status settle(struct dunned *it, const struct dunning_decisions *decisions)
{
	TRY(say(it, decisions));
	if (it->known || it->row->status != DUNNING_IDLE || it->row->hold_count > 0)
		save(it);
	arm(it);
	return STATUS_OK;
}

/* What the customer owes is another: the steps of the others of the currency may be due at another time. */
static enum status arm_others(struct customer *it, const struct owed_book *book, const char *but,
                              const char *currency)
{
	for (size_t i = 0; i < book->count; i++) {
		struct dunned other;

		if (text_equal(book->list[i].id, but) ||
		    !text_equal(book->list[i].currency, currency))
			continue;
		TRY(load(it, book->list[i].id, book, &other));
		if (other.known)
			arm(&other);
	}
	return STATUS_OK;
}

/* What is heard. */

static struct dunning_decisions fail(struct dunned *it, const struct payment_failure *failure,
                                     struct instant at)
{
	const char *const response =
	    failure->decline_code[0] != '\0' ? failure->decline_code : failure->failure_code;
	const struct dunning_failure made = { .at = at,
		                              .charge_id = failure->charge_id,
		                              .attempt_count = failure->attempt_count,
		                              .response = response };

	return dunning_fail(it->customer->task->arena, policy_of(it), it->row, &made);
}

enum status customer_dun_charge(struct customer *it, const struct payment_failure *failure)
{
	struct owed_book *const book = arena_alloc(it->task->arena, sizeof(*book));
	struct held_row invoice = { .customer_id = it->row.customer_id,
		                    .object_id = failure->invoice_id };
	struct bytes before;
	struct dunned dunned;

	if (failure->invoice_id[0] == '\0')
		return STATUS_OK;
	if (task_load(it->task, &held_table, &invoice) &&
	    !text_equal(invoice.status != NULL ? invoice.status : "", "open"))
		return STATUS_OK;
	TRY(load_book(it, book, &before));
	TRY(load(it, failure->invoice_id, book, &dunned));
	const struct dunning_decisions decisions =
	    fail(&dunned, failure, failure->has_created ? failure->created : it->at);

	return settle(&dunned, &decisions);
}

enum status customer_dun_hold(struct customer *it, const char *invoice, enum dunning_why why,
                              const char *id, bool open)
{
	struct owed_book *const book = arena_alloc(it->task->arena, sizeof(*book));
	struct dunning_decisions decisions = { 0 };
	struct bytes before;
	struct dunned dunned;

	TRY(load_book(it, book, &before));
	TRY(load(it, invoice, book, &dunned));
	if (open && !dunning_hold(it->task->arena, dunned.row, why, id, it->at, &decisions))
		return STATUS_OK; /* what holds it already does so */
	if (!open)
		decisions = dunning_release(it->task->arena, dunned.row, why, id, it->at);
	return settle(&dunned, &decisions);
}

/* What is left of it, and since when; false: nobody owes it. */
static bool read_owed(struct thing *thing, const struct invoice *invoice, struct owed_invoice *owed,
                      bool *open, struct json_error *error)
{
	const struct invoice_amount *const left = &invoice->figures[INVOICE_REMAINING];
	Opsmesh__V1__Money *money;
	bool dated;

	*owed = (struct owed_invoice){ .due = invoice->has_issued ? invoice->issued
		                                                  : thing->customer->at };
	*open = !thing->mirrored->deleted && text_equal(invoice->status, "open") && left->has &&
	        left->minor > 0;
	if (!stripe_time_if(&thing->object, "due_date", &dated, &owed->due, error))
		return false;
	owed->has_deadline = dated;
	if (!*open)
		return true;
	if (!customer_amount(thing, "amount_remaining", invoice->currency, left->minor, &money,
	                     error))
		return false;
	owed->remaining = money->minor;
	memcpy(owed->currency, invoice->currency, sizeof(owed->currency));
	return true;
}

/* True: the book is another. */
static bool keep_book(struct customer *it, const struct owed_book *book, struct bytes before)
{
	const struct bytes body = owed_encode(it->task->arena, book);

	if (bytes_equal(body, before) || (before.size == 0 && book->count == 0))
		return false;
	task_save(it->task, &owed_table,
	          &(struct owed_row){ .customer_id = it->row.customer_id, .body = body });
	return true;
}

static struct dunning_decisions hear(struct dunned *it, const struct invoice *invoice,
                                     const struct payment_failure *failure, bool open)
{
	const struct instant at = invoice->has_moved ? invoice->moved : it->customer->at;
	const struct dunning_decisions none = { 0 };

	if (open)
		return failure->failed ? fail(it, failure, it->customer->at) : none;
	if (!it->known)
		return none;
	if (text_equal(invoice->status, "paid"))
		return dunning_pay(it->customer->task->arena, policy_of(it), it->row, at);
	if (it->row->status != DUNNING_STOPPED)
		dunning_stop(it->row, at);
	return none;
}

static enum status take(struct thing *thing, const struct invoice *invoice,
                        const struct owed_invoice *owed, const struct payment_failure *failure,
                        bool open)
{
	struct customer *const it = thing->customer;
	struct owed_book *const book = arena_alloc(it->task->arena, sizeof(*book));
	struct bytes before;
	struct dunned dunned;

	TRY(load_book(it, book, &before));
	if (!open)
		owed_remove(book, invoice->id);
	const bool kept = !open || owed_put(book, invoice->id, owed);

	TRY(load(it, invoice->id, book, &dunned));
	const struct dunning_decisions decisions = hear(&dunned, invoice, failure, open && kept);

	TRY(settle(&dunned, &decisions));
	return keep_book(it, book, before) ? arm_others(it, book, invoice->id, invoice->currency)
	                                   : STATUS_OK;
}

bool customer_dun_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                          struct json_error *error)
{
	struct payment_failure failure;
	struct owed_invoice owed;
	bool open;

	if (!read_owed(thing, invoice, &owed, &open, error) ||
	    !payment_failure_read(thing->customer->task->arena, &thing->object, &failure, error))
		return false;
	*status = take(thing, invoice, &owed, &failure, open);
	return true;
}

/* By time. */

static void split(struct task *task, const char *key, struct dunning_state_row *row)
{
	const size_t size = strcspn(key, "/");

	*row = (struct dunning_state_row){ .customer_id = arena_text(task->arena, key, size),
		                           .invoice_id = key[size] == '/' ? key + size + 1 : "" };
}

enum status customer_on_dunning(struct task *task, const char *key)
{
	struct owed_book *const book = arena_alloc(task->arena, sizeof(*book));
	struct dunning_decisions decisions;
	struct dunning_state_row row;
	struct bytes before;
	struct dunned dunned;

	split(task, key, &row);
	struct customer it = { .task = task,
		               .cause_id = "",
		               .at = task->now,
		               .row = { .customer_id = row.customer_id } };

	(void)task_load(task, &customer_table, &it.row);
	TRY(load_book(&it, book, &before));
	TRY(load(&it, row.invoice_id, book, &dunned));
	const struct owed_invoice *const owed = owed_find(book, row.invoice_id);

	if (owed == NULL)
		return STATUS_OK;
	if (dunned.row->status == DUNNING_IDLE && owed->has_deadline) {
		const struct dunning_failure overdue = { owed->due, "", 0, "" };

		decisions = dunning_fail(task->arena, policy_of(&dunned), dunned.row, &overdue);
		TRY(say(&dunned, &decisions));
	}
	const struct dunning_facts facts = owed_facts(book, owed->currency);

	decisions = dunning_tick(task->arena, policy_of(&dunned), dunned.row, &facts, task->now);
	return settle(&dunned, &decisions);
}

void customer_need_owed(struct task *task, const char *customer, const char *invoice)
{
	task_need(task, &owed_table, &(struct owed_row){ .customer_id = customer });
	task_need(task, &dunning_table,
	          &(struct dunning_state_row){ .customer_id = customer, .invoice_id = invoice });
}

void customer_need_dunning(struct task *task, const char *key)
{
	struct dunning_state_row row;

	split(task, key, &row);
	task_need(task, &customer_table, &(struct customer_row){ .customer_id = row.customer_id });
	customer_need_owed(task, row.customer_id, row.invoice_id);
}
