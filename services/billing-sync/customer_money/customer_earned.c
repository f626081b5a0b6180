/*
 * An invoice into the ledger: what is owed, what of it is earned, what is tax.
 */
#include "services/billing-sync/customer/customer_lines.h"
#include "services/billing-sync/customer_money/customer_ledger.h"
#include "services/billing-sync/customer_revenue/customer_deferral.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/restated.h"

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

static struct booking_fact fact_of(const struct earning *it, struct instant at)
{
	const struct customer *const customer = it->thing->customer;

	return (struct booking_fact){ .cause = customer->cause_id,
		                      .customer = customer->row.customer_id,
		                      .at = at,
		                      .booked_at = customer->task->now };
}

static bool cannot(struct earning *it, const struct booking *booking, struct json_error *error)
{
	return json_refuse(&it->thing->object, NULL, error, "cannot be booked: %s",
	                   journal_fault_text(booking->journal.fault));
}

/* As the ledger has its lines, and by which ids. */
static struct customer_billed deferred_of(const struct earning *it)
{
	struct deferral_billed *const lines =
	    arena_zero(it->thing->customer->task->arena, (it->count + 1) * sizeof(*lines));
	struct customer_billed billed = { .invoice = it->invoice->id,
		                          .finalised = it->at,
		                          .lines = lines };

	memcpy(billed.currency, it->invoice->currency, sizeof(billed.currency));
	for (size_t i = 0; i < it->invoice->line_count; i++)
		if (it->lines[i].to.us > it->at.us && it->lines[i].from.us != it->lines[i].to.us)
			lines[billed.count++] =
			    (struct deferral_billed){ it->invoice->lines[i].id, it->lines[i].net,
				                      it->lines[i].from, it->lines[i].to };
	return billed;
}

/* What of it goes to suspense the invoice's own checks tell: it is one cause. */
static bool book(struct earning *it, int64_t total, enum status *status, struct json_error *error)
{
	struct task *const task = it->thing->customer->task;
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	const struct booking_fact fact = fact_of(it, it->at);
	struct booking_invoice owed = {
		.id = it->invoice->id, .total = total, .lines = it->lines, .count = it->count
	};
	struct customer_billed deferred = deferred_of(it);
	const char *reason;
	bool booked;

	memcpy(owed.currency, it->invoice->currency, sizeof(owed.currency));
	if (!booking_invoice(task->arena, &fact, &owed, booking))
		return cannot(it, booking, error);
	if (!customer_deferral_fits(it->thing->customer, &deferred, &reason))
		return json_refuse(&it->thing->object, "lines", error, "%s", reason);
	*status = restated_book(task, &booking->journal, &booked);
	deferred.booked = restated_load(task, booking->journal.id, &booking->journal)
	                      ? booking->journal.at
	                      : it->at;
	if (*status == STATUS_OK)
		*status = customer_deferral_open(it->thing->customer, &deferred);
	return true;
}

/* A cut one waits for its whole lines, which were asked for (customer_lines.h). */
static bool book_lines(struct earning *it, enum status *status, struct json_error *error)
{
	const struct invoice *const invoice = it->invoice;
	int64_t total;

	if (lines_missing(invoice) || !invoice->figures[INVOICE_TOTAL].has)
		return true;
	return in_money(it, "total", invoice->figures[INVOICE_TOTAL].minor, &total, error) &&
	       add_lines(it, error) && book(it, total, status, error);
}

static struct instant moved_at(const struct earning *it)
{
	return it->invoice->has_moved ? it->invoice->moved : it->thing->customer->at;
}

static enum status undo(struct earning *it, const char *reason, struct instant at)
{
	struct task *const task = it->thing->customer->task;

	return restated_undo(task, arena_printf(task->arena, "%s/%s", reason, it->invoice->id),
	                     it->thing->customer->cause_id, at);
}

/* It says from when until when it was owed, whether or not a state was heard of in which it was. */
static bool has_life(const struct earning *it)
{
	struct task *const task = it->thing->customer->task;
	const struct invoice *const invoice = it->invoice;

	return !it->thing->mirrored->deleted && text_equal(invoice->status, "void") &&
	       invoice->has_issued && invoice->has_moved &&
	       !time_before(invoice->moved, invoice->issued) &&
	       !restated_ended(task, arena_printf(task->arena, "invoice/%s", invoice->id));
}

/* It is owed by nobody any more. What cannot be booked of it need not be: nothing of it is owed. */
static enum status disown(struct earning *it)
{
	enum status status = STATUS_OK;
	struct json_error unread;

	if (has_life(it))
		(void)book_lines(it, &status, &unread);
	TRY(status);
	TRY(undo(it, "invoice", moved_at(it)));
	return customer_deferral_void(it->thing->customer, it->invoice->id, moved_at(it));
}

/* What is given up is a loss until it is paid after all. */
static bool give_up(struct earning *it, enum status *status, struct json_error *error)
{
	struct task *const task = it->thing->customer->task;
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	const struct booking_fact fact = fact_of(it, moved_at(it));
	struct money left = { 0 };
	bool booked;

	memcpy(left.currency, it->invoice->currency, sizeof(left.currency));
	if (!in_money(it, "amount_remaining", it->invoice->figures[INVOICE_REMAINING].minor,
	              &left.minor, error))
		return false;
	if (!booking_bad_debt(task->arena, &fact, it->invoice->id, left, booking))
		return cannot(it, booking, error);
	*status = restated_book(task, &booking->journal, &booked);
	return true;
}

/* A draft is owed by nobody, and neither is what was voided or deleted. */
static bool is_owed(const struct earning *it)
{
	return !it->thing->mirrored->deleted && !text_equal(it->invoice->status, "draft") &&
	       !text_equal(it->invoice->status, "void");
}

bool ledger_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                    struct json_error *error)
{
	struct earning it = { .thing = thing,
		              .invoice = invoice,
		              .at = invoice->has_issued ? invoice->issued : thing->customer->at };
	const bool lost = is_owed(&it) && text_equal(invoice->status, "uncollectible");

	if (!is_owed(&it))
		*status = disown(&it);
	else if (!book_lines(&it, status, error))
		return false;
	if (*status != STATUS_OK)
		return true;
	if (lost)
		return give_up(&it, status, error);
	*status = undo(&it, "bad_debt", moved_at(&it));
	return true;
}
