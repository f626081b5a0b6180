#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/customer_money/customer_backing.h"
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/entry/restated.h"

#include "common/base/text.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct creditable_row, customer_id),
	COLUMN(struct creditable_row, invoice_id),
	COLUMN(struct creditable_row, body),
	COLUMN_END,
};
const struct state_table creditable_table = { .name = "creditable",
	                                      .columns = columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct creditable_row) };

/* One invoice at hand. */
struct creditable {
	struct customer *customer;
	const char *invoice;
	struct bytes before;
	bool pending; /* something was approved and not made */
	struct crediting *row;
};

static enum status load(struct customer *customer, const char *invoice, struct creditable *it)
{
	struct task *const task = customer->task;
	struct creditable_row row = { .customer_id = customer->row.customer_id,
		                      .invoice_id = invoice };

	*it = (struct creditable){ .customer = customer,
		                   .invoice = invoice,
		                   .row = arena_zero(task->scratch, sizeof(*it->row)) };
	if (!task_load(task, &creditable_table, &row))
		return STATUS_OK;
	it->before = row.body;
	if (!crediting_decode(task->arena, row.body, it->row))
		return task_fail(task, STATUS_FATAL, "invoice %s: its credit cannot be read",
		                 invoice);
	it->pending = refund_pending(&it->row->book);
	return STATUS_OK;
}

/* What is about to be credited is not dunned for. */
static enum status save(const struct creditable *it)
{
	struct task *const task = it->customer->task;
	const struct bytes body = crediting_encode(task->arena, it->row);
	const bool pending = refund_pending(&it->row->book);

	if (bytes_equal(body, it->before))
		return STATUS_OK;
	task_save(task, &creditable_table,
	          &(struct creditable_row){ .customer_id = it->customer->row.customer_id,
	                                    .invoice_id = it->invoice,
	                                    .body = body });
	return pending == it->pending ? STATUS_OK
	                              : customer_dun_hold(it->customer, it->invoice, DUNNING_REFUND,
	                                                  it->invoice, pending);
}

static enum status save_giving(const struct giving *giving)
{
	return save(giving->of);
}

static struct giving giving_of(const struct creditable *it)
{
	return (struct giving){ .customer = it->customer,
		                .note = true,
		                .object = it->invoice,
		                .row = &it->row->book,
		                .of = it,
		                .save = save_giving };
}

/* What is heard. */

enum status customer_hear_note(struct customer *it, const struct credit_heard *heard)
{
	struct creditable creditable;

	TRY(load(it, heard->invoice, &creditable));
	const struct giving giving = giving_of(&creditable);
	const struct refund_settled before = refund_settle(giving.row);

	crediting_on_note(creditable.row, &heard->note, heard->refunds, heard->refund_count);
	TRY(giving_say_settled(&giving, &before, &heard->note));
	return save(&creditable);
}

enum status customer_hear_credited(struct customer *it, const char *invoice, int64_t said)
{
	struct creditable creditable;

	TRY(load(it, invoice, &creditable));
	creditable.row->book.said = said;
	return save(&creditable);
}

enum status customer_credit_charge(struct customer *it, const char *invoice, const char *charge)
{
	struct creditable creditable;

	TRY(load(it, invoice, &creditable));
	crediting_on_charge(creditable.row, charge);
	return save(&creditable);
}

enum status customer_credit_row(struct customer *it, const char *invoice, struct crediting **row)
{
	struct creditable creditable;

	TRY(load(it, invoice, &creditable));
	*row = creditable.row;
	return STATUS_OK;
}

/* What is asked for. */

/* One that is not booked was issued all the same, and says its total: what is cut are the lines alone. */
static void read_total(const struct creditable *it)
{
	const struct invoice_held held = paying_held(it->customer, it->invoice);
	struct refund_row *const book = &it->row->book;
	struct money total = { .minor = held.total };

	memcpy(total.currency, held.asks.currency, sizeof(total.currency));
	if (held.owed)
		refund_on_charge(book, total, book->said, held.issued);
}

/* What is owed by an invoice that is a draft, void or deleted is booked by nothing, and cannot be credited. */
static void read_billed(const struct creditable *it)
{
	struct task *const task = it->customer->task;
	struct journal *const billed = arena_alloc(task->arena, sizeof(*billed));
	struct refund_row *const book = &it->row->book;
	struct money total = { .minor = 0 };

	book->known = false;
	if (!restated_load(task, arena_printf(task->arena, "invoice/%s", it->invoice), billed) ||
	    billed->count == 0) {
		read_total(it);
		return;
	}
	memcpy(total.currency, billed->lines[0].amount.currency, sizeof(total.currency));
	total.minor = journal_of(billed, ACCOUNT_RECEIVABLE, total.currency);
	refund_on_charge(book, total, book->said, billed->at);
}

enum status customer_open_credit(struct order *order, struct giving *giving)
{
	struct creditable *const it = arena_alloc(order->customer.task->scratch, sizeof(*it));

	TRY(load(&order->customer, giving_object(order), it));
	read_billed(it);
	*giving = giving_of(it);
	return backing_of_invoice(&order->customer, it->invoice, &giving->elsewhere);
}

void customer_need_creditable(struct task *task, const char *customer, const char *what)
{
	const char *const invoice = arena_text(task->arena, what, strcspn(what, "/"));

	task_need(task, &creditable_table,
	          &(struct creditable_row){ .customer_id = customer, .invoice_id = invoice });
	restated_need(task, arena_printf(task->arena, "invoice/%s", invoice));
}

/* What lapses. */

enum status customer_lapse_credit(struct customer *customer, const char *invoice)
{
	struct creditable it;
	bool lapsed;

	TRY(load(customer, invoice, &it));
	if (!refund_has_open(&it.row->book))
		return STATUS_OK;
	read_billed(&it);
	struct giving giving = giving_of(&it);
	TRY(backing_of_invoice(customer, invoice, &giving.elsewhere));
	TRY(giving_lapse(&giving, &lapsed));
	return lapsed ? save(&it) : STATUS_OK;
}
