#include "services/billing-sync/customer/customer_lines.h"

#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/entry/restated.h"

bool lines_missing(const struct invoice *invoice)
{
	return invoice->cut || !invoice->has_lines;
}

/* As booking_invoice has it: a total below zero is a credit. */
static int64_t booked(struct task *task, const struct invoice *invoice)
{
	struct journal *const journal = arena_alloc(task->arena, sizeof(*journal));

	if (!restated_load(task, arena_printf(task->arena, "invoice/%s", invoice->id), journal))
		return 0;
	return journal_of(journal, ACCOUNT_RECEIVABLE, invoice->currency) +
	       journal_of(journal, ACCOUNT_CREDITS, invoice->currency);
}

bool lines_invoice(struct thing *thing, const struct invoice *invoice, bool owed,
                   enum status *status, struct json_error *error)
{
	struct task *const task = thing->customer->task;
	Opsmesh__V1__Money *total;
	struct awaited_figure figure = { .what = AWAITED_LINES,
		                         .type = "invoice",
		                         .object = invoice->id };

	if (!customer_amount(thing, "total", invoice->currency,
	                     owed ? invoice->figures[INVOICE_TOTAL].minor : 0, &total, error))
		return false;
	figure.currency = arena_string(task->arena, invoice->currency);
	figure.expected = total->minor;
	figure.found = owed ? booked(task, invoice) : 0;
	*status = awaited_figure(thing->customer, &figure);
	return true;
}
