#include "services/billing-sync/account/billing_ticket.h"
#include "services/billing-sync/customer_dunning/customer_dunning_inside.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

/* At a time; the rest of the places is for the invoice's disputes and refunds. */
#define TICKETS_HOLDING_MAX (DUNNING_HOLDS_MAX / 2)

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

/* Rows. */

static enum status load_debts(struct customer *it, struct debts **debts)
{
	struct debts *const made = arena_alloc(it->task->arena, sizeof(*made));

	made->book.count = 0;
	made->row = (struct owed_row){ .customer_id = it->row.customer_id };
	const bool known = task_load(it->task, &owed_table, &made->row);

	if (known && !owed_decode(made->row.body, &made->book))
		return task_fail(it->task, STATUS_FATAL, "%s: what it owes cannot be read",
		                 it->row.customer_id);
	*debts = made;
	return STATUS_OK;
}

static enum status load(struct customer *customer, const char *invoice, const struct debts *debts,
                        struct dunned *it)
{
	struct task *const task = customer->task;
	struct dunning_state_row row = { .customer_id = customer->row.customer_id,
		                         .invoice_id = invoice };

	*it = (struct dunned){ .customer = customer,
		               .invoice_id = invoice,
		               .debts = debts,
		               .row = arena_zero(task->scratch, sizeof(*it->row)) };
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

/* The timer: at the next step, and before all failures at the deadline of what nobody collects. */

static void arm(const struct dunned *it)
{
	struct task *const task = it->customer->task;
	const struct owed_invoice *const owed = owed_find(&it->debts->book, it->invoice_id);
	const char *const key =
	    arena_printf(task->arena, "%s/%s", it->customer->row.customer_id, it->invoice_id);
	struct instant at;

	if (owed != NULL && it->row->status == DUNNING_IDLE && owed->has_deadline) {
		task_timer_set(task, CUSTOMER_TIMER_DUNNING, key, owed->due);
		return;
	}
	const struct dunning_facts facts =
	    owed_facts(&it->debts->book, owed != NULL ? owed->currency : "");

	if (owed != NULL && dunning_next(dunned_policy(it), it->row, &facts, &at))
		task_timer_set(task, CUSTOMER_TIMER_DUNNING, key, at);
	else
		task_timer_clear(task, CUSTOMER_TIMER_DUNNING, key);
}

static enum status settle(struct dunned *it, const struct dunning_decisions *decisions)
{
	TRY(dunned_say(it, decisions));
	if (it->known || it->row->status != DUNNING_IDLE || it->row->hold_count > 0)
		save(it);
	arm(it);
	return STATUS_OK;
}

/* What the customer owes is another: the steps of the others of the currency may be due at another time. */
static enum status arm_others(struct customer *it, const struct debts *debts, const char *but,
                              const char *currency)
{
	const struct owed_book *const book = &debts->book;

	for (size_t i = 0; i < book->count; i++) {
		struct dunned other;

		if (text_equal(book->list[i].id, but) ||
		    !text_equal(book->list[i].currency, currency))
			continue;
		TRY(load(it, book->list[i].id, debts, &other));
		if (other.known)
			arm(&other);
	}
	return STATUS_OK;
}

/* Tickets. */

static enum status let_go(struct dunned *it)
{
	struct task *const task = it->customer->task;

	for (size_t i = it->row->hold_count; i-- > 0;) {
		const char *const id = arena_string(task->arena, it->row->holds[i].id);

		if (it->row->holds[i].why != DUNNING_TICKET ||
		    billing_ticket_concerns(task, it->customer->row.customer_id, it->invoice_id,
		                            id))
			continue;
		const struct dunning_decisions decisions =
		    dunning_release(task->arena, it->row, DUNNING_TICKET, id, it->customer->at);

		TRY(dunned_say(it, &decisions));
	}
	return STATUS_OK;
}

/* May one more ticket hold it? */
static bool has_room(const struct dunning_row *row)
{
	size_t tickets = 0;

	for (size_t i = 0; i < row->hold_count; i++)
		tickets += row->holds[i].why == DUNNING_TICKET;
	return tickets < TICKETS_HOLDING_MAX && row->hold_count < DUNNING_HOLDS_MAX;
}

/* By those that are open on the invoice; on "" by those that are open on all. */
static enum status hold_by_tickets(struct dunned *it, const char *invoice)
{
	struct task *const task = it->customer->task;
	struct customer_ticket_row row = { .customer_id = it->customer->row.customer_id,
		                           .invoice_id = invoice };
	struct task_cursor cursor;

	task_scan(task, &customer_ticket_table, &row, 2, &cursor);
	while (has_room(it->row) && task_next(task, &cursor, &row)) {
		struct dunning_decisions decisions;

		if (dunning_hold(task->arena, it->row, DUNNING_TICKET, row.ticket_id,
		                 it->customer->at, &decisions))
			TRY(dunned_say(it, &decisions));
	}
	return STATUS_OK;
}

/* The invoice is held by the tickets that are open on it, the next one when one is closed, and by no others. */
static enum status follow_tickets(struct dunned *it)
{
	TRY(let_go(it));
	TRY(hold_by_tickets(it, ""));
	return hold_by_tickets(it, it->invoice_id);
}

enum status customer_dun_ticket(struct customer *it, const Opsmesh__V1__BillingTicket *ticket)
{
	const struct dunning_decisions none = { 0 };
	struct debts *debts;

	TRY(load_debts(it, &debts));
	billing_ticket_at_customer(it->task, it->row.customer_id, ticket);
	for (size_t i = 0; i < debts->book.count; i++) {
		struct dunned dunned;

		TRY(load(it, debts->book.list[i].id, debts, &dunned));
		if (!dunned.known)
			continue;
		TRY(follow_tickets(&dunned));
		TRY(settle(&dunned, &none));
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

	return dunning_fail(it->customer->task->arena, dunned_policy(it), it->row, &made);
}

/* Of a draft nothing can have failed yet: that it is open now is on its way. */
static bool is_collected(const char *status)
{
	static const char *const words[] = { "draft", "open", NULL };

	return text_among(words, status != NULL ? status : "");
}

enum status customer_dun_charge(struct customer *it, const struct payment_failure *failure)
{
	struct held_row invoice = { .customer_id = it->row.customer_id,
		                    .object_id = failure->invoice_id };
	struct debts *debts;
	struct dunned dunned;

	if (failure->invoice_id[0] == '\0')
		return STATUS_OK;
	if (task_load(it->task, &held_table, &invoice) && !is_collected(invoice.status))
		return STATUS_OK;
	TRY(load_debts(it, &debts));
	TRY(load(it, failure->invoice_id, debts, &dunned));
	TRY(follow_tickets(&dunned));
	const struct dunning_decisions decisions =
	    fail(&dunned, failure, failure->has_created ? failure->created : it->at);

	return settle(&dunned, &decisions);
}

enum status customer_dun_hold(struct customer *it, const char *invoice, enum dunning_why why,
                              const char *id, bool open)
{
	struct dunning_decisions decisions = { 0 };
	struct debts *debts;
	struct dunned dunned;

	TRY(load_debts(it, &debts));
	TRY(load(it, invoice, debts, &dunned));
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
static bool keep_book(struct customer *it, struct debts *debts)
{
	const struct bytes body = owed_encode(it->task->arena, &debts->book);

	if (bytes_equal(body, debts->row.body) ||
	    (debts->row.body.size == 0 && debts->book.count == 0))
		return false;
	debts->row.body = body;
	task_save(it->task, &owed_table, &debts->row);
	return true;
}

/* What failed of it was heard first: it is to be open, unless it was deleted. */
static bool is_draft(const struct thing *thing, const struct invoice *invoice)
{
	return !thing->mirrored->deleted && text_equal(invoice->status, "draft");
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
		return dunning_pay(it->customer->task->arena, dunned_policy(it), it->row, at);
	if (it->row->status != DUNNING_STOPPED)
		dunning_stop(it->row, at);
	return none;
}

static enum status take(struct thing *thing, const struct invoice *invoice,
                        const struct owed_invoice *owed, const struct payment_failure *failure,
                        bool open)
{
	struct customer *const it = thing->customer;
	struct debts *debts;
	struct dunned dunned;

	TRY(load_debts(it, &debts));
	if (!open)
		owed_remove(&debts->book, invoice->id);
	const bool kept = !open || owed_put(&debts->book, invoice->id, owed);

	TRY(load(it, invoice->id, debts, &dunned));
	if (open && failure->failed)
		TRY(follow_tickets(&dunned));
	const struct dunning_decisions decisions =
	    is_draft(thing, invoice) ? (struct dunning_decisions){ .count = 0 }
				     : hear(&dunned, invoice, failure, open && kept);

	TRY(settle(&dunned, &decisions));
	return keep_book(it, debts) ? arm_others(it, debts, invoice->id, invoice->currency)
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
	const struct customer_timer timer = customer_timer_of(task, key);

	*row =
	    (struct dunning_state_row){ .customer_id = timer.customer, .invoice_id = timer.about };
}

enum status customer_on_dunning(struct task *task, const char *key)
{
	struct dunning_decisions decisions;
	struct dunning_state_row row;
	struct debts *debts;
	struct dunned dunned;

	split(task, key, &row);
	struct customer it = { .task = task,
		               .cause_id = "",
		               .at = task->now,
		               .row = { .customer_id = row.customer_id } };

	(void)task_load(task, &customer_table, &it.row);
	TRY(load_debts(&it, &debts));
	TRY(load(&it, row.invoice_id, debts, &dunned));
	const struct owed_invoice *const owed = owed_find(&debts->book, row.invoice_id);

	if (owed == NULL)
		return STATUS_OK;
	if (dunned.row->status == DUNNING_IDLE && owed->has_deadline) {
		const struct dunning_failure overdue = { owed->due, "", 0, "" };

		TRY(follow_tickets(&dunned));
		decisions = dunning_fail(task->arena, dunned_policy(&dunned), dunned.row, &overdue);
		TRY(dunned_say(&dunned, &decisions));
	}
	const struct dunning_facts facts = owed_facts(&debts->book, owed->currency);

	decisions =
	    dunning_tick(task->arena, dunned_policy(&dunned), dunned.row, &facts, task->now);
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
