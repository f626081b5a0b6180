#include "services/billing-sync/customer_money/customer_outside.h"
#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/ledger/applied.h"
#include "services/billing-sync/ledger/payer.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

#include <string.h>

#define CAUSE "currency_changed"

static enum status read_recorded(struct customer *it, const struct receivable_row *row,
                                 struct applied *recorded)
{
	recorded->count = 0;
	if (row->recorded.size == 0 || applied_decode(it->task->arena, row->recorded, recorded))
		return STATUS_OK;
	return task_fail(it->task, STATUS_FATAL, "invoice %s: what was paid beside cannot be read",
	                 row->invoice_id);
}

/* By what is on record as paid outside, each once. */
enum status outside_recorded(struct customer *it, const struct receivable_row *row, int64_t *minor)
{
	struct arena *const scratch = it->task->scratch;
	struct applied_part *const parts = arena_alloc(scratch, 2 * APPLIED_MAX * sizeof(*parts));
	struct applied *const recorded = arena_alloc(scratch, sizeof(*recorded));
	struct money any = { .minor = INT64_MAX };

	*minor = 0;
	if (row->recorded.size == 0)
		return STATUS_OK;
	TRY(read_recorded(it, row, recorded));
	memcpy(any.currency, row->currency, strlen(row->currency) + 1);
	if (applied_parts(recorded, any, parts) > 0)
		*minor = parts[0].minor;
	return STATUS_OK;
}

/* What charges are said to pay of it, beyond what it takes. */
static enum status sum_beyond(struct customer *it, const struct receivable_row *row, int64_t *minor)
{
	struct payer_list *const list = arena_alloc(it->task->scratch, sizeof(*list));

	*minor = 0;
	if (row->payers.size == 0)
		return STATUS_OK;
	if (!payer_decode(it->task->arena, row->payers, list))
		return task_fail(it->task, STATUS_FATAL, "invoice %s: who pays it cannot be read",
		                 row->invoice_id);
	*minor = payer_wanted(list) - payer_given(list);
	return STATUS_OK;
}

enum status outside_total(struct customer *it, const struct receivable_row *row, int64_t *minor)
{
	int64_t beyond;

	TRY(sum_beyond(it, row, &beyond));
	TRY(outside_recorded(it, row, minor));
	if (__builtin_add_overflow(*minor, row->applied, minor) ||
	    __builtin_add_overflow(*minor, beyond, minor))
		return task_refuse(it->task, "invoice %s: what was paid of it is beyond 64 bits",
		                   row->invoice_id);
	return STATUS_OK;
}

/* As much as is on record; where the invoice says no more than that it was, what is due and no charge paid. */
static enum status sum_outside(struct customer *it, const struct receivable_row *row,
                               int64_t *minor)
{
	if (row->recorded.size > 0)
		return outside_recorded(it, row, minor);
	*minor = row->outside_at.us != TIME_MIN.us && row->due > row->applied
	             ? row->due - row->applied
	             : 0;
	return STATUS_OK;
}

enum status outside_book(struct customer *it, const struct receivable_row *row)
{
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	const struct booking_fact fact = { .cause = it->cause_id,
		                           .customer = it->row.customer_id,
		                           .at = row->outside_at,
		                           .booked_at = it->task->now };
	struct money amount;
	bool booked;

	if (row->currency == NULL)
		return STATUS_OK;
	TRY(sum_outside(it, row, &amount.minor));
	memcpy(amount.currency, row->currency, strlen(row->currency) + 1);
	if (!booking_outside(it->task->arena, &fact, row->invoice_id, amount, booking))
		return task_refuse(it->task, "%s cannot be booked: %s", booking->journal.id,
		                   journal_fault_text(booking->journal.fault));
	return restated_book(it->task, &booking->journal, &booked);
}

/* Payments on record. */

bool outside_is_payment(const struct json_place *object)
{
	const json_t *const by = json_object_get(object->value, "payment");

	return text_equal(json_string_value(json_object_get(by, "type")), "payment_record");
}

static bool recorded_at(struct thing *thing, const struct json_place *object, struct instant *at,
                        struct json_error *error)
{
	struct json_place moves;
	bool dated;

	*at = thing->customer->at;
	if (!stripe_time_if(object, "created", &dated, at, error))
		return false;
	return !json_has(object, "status_transitions") ||
	       (json_object_at(object, "status_transitions", &moves, error) &&
	        stripe_time_if(&moves, "paid_at", &dated, at, error));
}

/* What is said of it now: by its own object, else in the list of the invoice, which comes after. */
static struct money amount_of(const struct applied *recorded, const char *id)
{
	for (size_t i = 0; i < recorded->count; i++)
		if (text_equal(recorded->words[i].id, id))
			return recorded->words[i].amount;
	return (struct money){ .minor = 0 };
}

/* "": the invoice is not known. */
static const char *currency_asked(struct customer *it, const char *invoice)
{
	return arena_string(it->task->arena, paying_held(it, invoice).asks.currency);
}

/* That of the invoice; until it is known that of the first that was paid, by their ids. */
static const char *currency_of(struct customer *it, const struct applied *recorded,
                               const char *asked)
{
	const struct applied_word *first = &recorded->words[0];

	for (size_t i = recorded->count; i > 0; i--)
		if (recorded->words[i - 1].amount.minor > 0)
			first = &recorded->words[i - 1];
	return *asked != '\0' ? asked : arena_string(it->task->arena, first->amount.currency);
}

static bool is_odd(struct money amount, const char *asked)
{
	return *asked != '\0' && amount.minor > 0 && !text_equal(amount.currency, asked);
}

/* It pays nothing of the invoice: nobody says at what rate it would. */
static enum status doubt(struct customer *it, const char *invoice, const char *payment,
                         struct money amount)
{
	struct finding finding = {
		.cause = CAUSE,
		.root = invoice,
		.evidence = { .object = payment,
		              .found = booked_units(it, amount.currency, amount.minor) },
		.sentence = "A payment on record is in another currency than its invoice: it is "
			    "not booked.",
	};

	memcpy(finding.evidence.currency, amount.currency, sizeof(finding.evidence.currency));
	return customer_observe(it, &finding);
}

static enum status weigh(struct customer *it, const struct applied_word *word, const char *asked,
                         struct money before, struct money now)
{
	if (is_odd(now, asked))
		return doubt(it, word->invoice, word->id, now);
	return is_odd(before, asked) ? customer_clear(it, CAUSE, word->invoice, word->id)
	                             : STATUS_OK;
}

static enum status put_recorded(struct customer *it, struct receivable_row *row,
                                const struct applied_word *word, struct instant at)
{
	struct applied *const recorded = arena_alloc(it->task->scratch, sizeof(*recorded));
	const char *const asked = currency_asked(it, word->invoice);

	TRY(read_recorded(it, row, recorded));
	const struct money before = amount_of(recorded, word->id);

	if (!applied_put(recorded, word))
		return task_refuse(it->task,
		                   "invoice %s: more than %d payments of it are on record",
		                   word->invoice, APPLIED_MAX);
	row->recorded = applied_encode(it->task->arena, recorded);
	row->currency = currency_of(it, recorded, asked);
	row->outside_at =
	    row->outside_at.us == TIME_MIN.us ? at : time_earlier(row->outside_at, at);
	TRY(weigh(it, word, asked, before, amount_of(recorded, word->id)));
	return receivable_paid(it, row);
}

bool outside_payment(struct thing *thing, const struct json_place *object,
                     struct receivable_row *row, struct applied_word *word, enum status *status,
                     struct json_error *error)
{
	const json_t *const said = json_object_get(object->value, "status");
	struct instant at;

	if (!recorded_at(thing, object, &at, error))
		return false;
	if (!text_equal(json_string_value(said), "paid"))
		word->amount.minor = 0;
	*status = put_recorded(thing->customer, row, word, at);
	return true;
}

/* The invoice is known: what is on record in another currency pays nothing of it. */
static enum status meet_invoice(struct customer *it, struct receivable_row *row)
{
	struct applied *const recorded = arena_alloc(it->task->scratch, sizeof(*recorded));
	const char *const asked = currency_asked(it, row->invoice_id);

	TRY(read_recorded(it, row, recorded));
	for (size_t i = 0; i < recorded->count; i++) {
		const struct applied_word *const word = &recorded->words[i];
		const struct money amount = amount_of(recorded, word->id);

		if (is_odd(amount, asked))
			TRY(doubt(it, row->invoice_id, word->id, amount));
	}
	if (text_equal(row->currency, currency_of(it, recorded, asked)))
		return STATUS_OK;
	row->currency = asked;
	task_save(it->task, &receivable_table, row);
	TRY(outside_book(it, row));
	return paying_beside(it, row->invoice_id);
}

/* Invoices that were paid outside, and say no more. */

bool outside_invoice(struct thing *thing, const struct invoice *invoice, struct receivable_row *row,
                     enum status *status, struct json_error *error)
{
	struct customer *const it = thing->customer;
	const bool outside = invoice->outside && text_equal(invoice->status, "paid");
	Opsmesh__V1__Money *due;

	if (row->recorded.size > 0) {
		*status = meet_invoice(it, row);
		return true;
	}
	if (!outside && row->outside_at.us == TIME_MIN.us)
		return true;
	if (!customer_amount(thing, "amount_due", invoice->currency,
	                     invoice->figures[INVOICE_DUE].minor, &due, error))
		return false;
	row->currency = arena_string(it->task->arena, invoice->currency);
	row->due = due->minor;
	row->outside_at = !outside ? TIME_MIN : invoice->has_moved ? invoice->moved : it->at;
	task_save(it->task, &receivable_table, row);
	*status = outside_book(it, row);
	return true;
}
