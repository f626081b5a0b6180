/*
 * An invoice into the ledger: what is owed, what of it is earned, what is tax.
 */
#include "services/billing-sync/customer_ledger.h"
#include "services/billing-sync/entry.h"
#include "services/billing-sync/policies.h"

#include "common/base/text.h"

#include <string.h>

/* One invoice on its way. */
struct earning {
	struct thing *thing;
	const struct invoice *invoice;
	struct instant at;
	struct booking_line *lines;
	size_t count;
	int64_t taxes; /* of all lines */
};

static bool in_money(struct earning *it, const char *field, int64_t amount, int64_t *minor,
                     struct json_error *error)
{
	struct task *const task = it->thing->customer->task;
	char reason[CURRENCY_REASON_SIZE];
	struct money money;

	if (!currency_read(policies_currency(task, it->at), it->invoice->currency, amount, &money,
	                   reason))
		return json_refuse(&it->thing->object, field, error, "%s", reason);
	*minor = money.minor;
	return true;
}

/* Without tax, after its discounts. Amounts are bounded far below 64 bits (invoice.h). */
static bool add_line(struct earning *it, const struct invoice_line *line, struct json_error *error)
{
	struct booking_line *const made = &it->lines[it->count];
	int64_t net = line->minor - (line->discount.has ? line->discount.minor : 0);
	int64_t tax = 0;

	for (size_t i = 0; i < line->taxes.count; i++) {
		tax += line->taxes.items[i].minor;
		net -= line->taxes.items[i].inclusive ? line->taxes.items[i].minor : 0;
	}
	*made = (struct booking_line){ .from = line->has_period ? line->start : it->at,
		                       .to = line->has_period ? line->end : it->at };
	it->taxes += tax;
	it->count++;
	return in_money(it, "lines", net, &made->net, error) &&
	       in_money(it, "lines", tax, &made->tax, error);
}

/* Older versions tell the tax of the invoice alone. */
static bool add_tax(struct earning *it, struct json_error *error)
{
	const struct invoice_amount *const tax = &it->invoice->figures[INVOICE_TAX];
	struct booking_line *const made = &it->lines[it->count];

	if (!tax->has || it->taxes != 0 || tax->minor == 0)
		return true;
	*made = (struct booking_line){ .from = it->at, .to = it->at };
	it->count++;
	return in_money(it, "tax", tax->minor, &made->tax, error);
}

static bool add_lines(struct earning *it, struct json_error *error)
{
	struct arena *const arena = it->thing->customer->task->arena;

	it->lines = arena_alloc(arena, (it->invoice->line_count + 1) * sizeof(*it->lines));
	for (size_t i = 0; i < it->invoice->line_count; i++)
		if (!add_line(it, &it->invoice->lines[i], error))
			return false;
	return add_tax(it, error);
}

/* What of it goes to suspense the invoice's own checks tell: it is one cause. */
static bool book(struct earning *it, int64_t total, struct json_error *error)
{
	struct customer *const customer = it->thing->customer;
	struct arena *const arena = customer->task->arena;
	struct booking *const booking = arena_alloc(arena, sizeof(*booking));
	const struct booking_fact fact = { .cause = customer->cause_id,
		                           .customer = customer->row.customer_id,
		                           .at = it->at,
		                           .booked_at = customer->task->now };
	struct booking_invoice owed = {
		.id = it->invoice->id, .total = total, .lines = it->lines, .count = it->count
	};

	memcpy(owed.currency, it->invoice->currency, sizeof(owed.currency));
	if (!booking_invoice(arena, &fact, &owed, booking))
		return json_refuse(&it->thing->object, NULL, error, "cannot be booked: %s",
		                   journal_fault_text(booking->journal.fault));
	if (booking->journal.count > 0)
		(void)entry_book(customer->task, &booking->journal);
	return true;
}

/* A cut one waits for its whole lines, which were asked for. */
bool ledger_invoice(struct thing *thing, const struct invoice *invoice, struct json_error *error)
{
	struct earning it = { .thing = thing,
		              .invoice = invoice,
		              .at = invoice->has_issued ? invoice->issued : thing->customer->at };
	int64_t total;

	if (invoice->cut || !invoice->has_lines || !invoice->figures[INVOICE_TOTAL].has)
		return true;
	return in_money(&it, "total", invoice->figures[INVOICE_TOTAL].minor, &total, error) &&
	       add_lines(&it, error) && book(&it, total, error);
}

/* It is owed by nobody: undone, once. One that was never booked has nothing to undo. */
enum status ledger_void(struct thing *thing, const char *invoice)
{
	struct customer *const it = thing->customer;
	struct task *const task = it->task;
	struct journal *const booked = arena_alloc(task->arena, sizeof(*booked));

	if (!entry_load(task, arena_printf(task->arena, "invoice/%s", invoice), booked))
		return STATUS_OK;
	struct journal undone =
	    journal_reverse(task->arena, booked, it->cause_id, it->at, task->now);

	if (!journal_seal(&undone))
		return task_fail(task, STATUS_REJECT, "invoice %s cannot be undone: %s", invoice,
		                 journal_fault_text(undone.fault));
	(void)entry_book(task, &undone);
	return STATUS_OK;
}
