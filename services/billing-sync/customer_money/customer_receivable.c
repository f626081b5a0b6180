/*
 * An invoice and what pays it: what it says itself, and its invoice payments.
 */
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer_money/customer_outside.h"
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/ledger/applied.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct receivable_row, customer_id), COLUMN(struct receivable_row, invoice_id),
	COLUMN(struct receivable_row, currency),    COLUMN(struct receivable_row, due),
	COLUMN(struct receivable_row, applied),     COLUMN(struct receivable_row, outside_at),
	COLUMN(struct receivable_row, recorded),    COLUMN(struct receivable_row, credits),
	COLUMN(struct receivable_row, credited),    COLUMN(struct receivable_row, payers),
	COLUMN(struct receivable_row, paid),        COLUMN(struct receivable_row, paid_in),
	COLUMN(struct receivable_row, by_payments), COLUMN_END,
};
const struct state_table receivable_table = { .name = "receivable",
	                                      .columns = columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct receivable_row) };

struct receivable_row receivable_load(struct customer *it, const char *invoice)
{
	struct receivable_row row = { .customer_id = it->row.customer_id,
		                      .invoice_id = invoice,
		                      .outside_at = TIME_MIN };

	(void)task_load(it->task, &receivable_table, &row);
	return row;
}

/* What it says itself is kept: what made it up once may make up less. */
static enum status await_paid(struct customer *it, const struct receivable_row *row)
{
	int64_t paid;

	TRY(outside_total(it, row, &paid));
	if (row->paid_in == NULL)
		return awaited_found(it, AWAITED_PAID, row->invoice_id, paid);
	return awaited_figure(it, &(struct awaited_figure){
				      .what = AWAITED_PAID,
				      .type = row->by_payments ? AWAITED_PAYMENTS : "invoice",
				      .object = row->invoice_id,
				      .currency = row->paid_in,
				      .expected = row->paid,
				      .found = paid });
}

enum status receivable_paid(struct customer *it, const struct receivable_row *row)
{
	task_save(it->task, &receivable_table, row);
	TRY(await_paid(it, row));
	return row->outside_at.us != TIME_MIN.us ? outside_book(it, row) : STATUS_OK;
}

/* Invoice payments. */

/* Which charge or intent pays; "": neither, but money outside of the provider that is on record. */
static bool read_payer(struct arena *arena, const struct json_place *object, const char **payer,
                       struct json_error *error)
{
	struct json_place payment;

	*payer = "";
	if (!json_has(object, "payment"))
		return true;
	if (!json_object_at(object, "payment", &payment, error) ||
	    !stripe_id_if(arena, &payment, "charge", payer, error))
		return false;
	return **payer != '\0' || stripe_id_if(arena, &payment, "payment_intent", payer, error);
}

/* One that is open is what its charge will be for, should it succeed. */
static bool read_amount(struct thing *thing, const struct json_place *object,
                        struct applied_word *word, struct json_error *error)
{
	static const struct {
		const char *status;
		const char *field;
	} rows[] = { { "paid", "amount_paid" }, { "open", "amount_requested" } };
	struct arena *const arena = thing->customer->task->arena;
	const char *status;
	int64_t amount = 0;
	Opsmesh__V1__Money *money;

	if (!stripe_word_if(arena, object, "status", &status, error) ||
	    !stripe_currency_at(object, "currency", word->amount.currency, error))
		return false;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(status, rows[i].status) &&
		    !json_integer_if(object, rows[i].field, 0, INT64_MAX, &amount, error))
			return false;
	if (!customer_amount(thing, "amount_paid", word->amount.currency, amount, &money, error))
		return false;
	word->amount.minor = money->minor;
	return true;
}

static bool read_word(struct thing *thing, const struct json_place *object,
                      struct applied_word *word, const char **payer, struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;

	return stripe_id_if(arena, object, "id", &word->id, error) &&
	       stripe_id_if(arena, object, "invoice", &word->invoice, error) &&
	       read_payer(arena, object, payer, error) && read_amount(thing, object, word, error);
}

static bool take_recorded(struct thing *thing, const struct json_place *object,
                          struct applied_word *word, enum status *status, struct json_error *error)
{
	struct receivable_row row = receivable_load(thing->customer, word->invoice);

	if (!outside_payment(thing, object, &row, word, status, error))
		return false;
	if (*status == STATUS_OK)
		*status = paying_beside(thing->customer, word->invoice);
	return true;
}

bool receivable_read_payment(struct thing *thing, enum status *status, struct json_error *error)
{
	struct applied_word word = { .source = APPLIED_PAYMENT };
	const char *payer;

	if (!read_word(thing, &thing->object, &word, &payer, error))
		return false;
	if (*word.invoice == '\0')
		return json_refuse(&thing->object, "invoice", error, "must be there");
	*status = customer_hold(thing, (struct bytes){ NULL, 0 });
	if (*status == STATUS_OK && outside_is_payment(&thing->object))
		return take_recorded(thing, &thing->object, &word, status, error);
	if (*status == STATUS_OK && *payer != '\0')
		*status = receivable_said(thing->customer, payer, &word);
	return true;
}

/* Invoices. */

static bool take_list(struct thing *thing, const struct invoice *invoice, enum status *status,
                      struct json_error *error)
{
	struct json_place list;
	struct json_place data;

	if (!json_has(&thing->object, "payments"))
		return true;
	if (!json_object_at(&thing->object, "payments", &list, error) ||
	    !json_array_if(&list, "data", APPLIED_MAX, &data, error))
		return false;
	for (size_t i = 0; i < json_count(&data) && *status == STATUS_OK; i++) {
		const struct json_place item = json_item(&data, i);
		struct applied_word word = { .source = APPLIED_LISTED };
		const char *payer;

		if (!read_word(thing, &item, &word, &payer, error))
			return false;
		word.invoice = invoice->id;
		if (outside_is_payment(&item) && !take_recorded(thing, &item, &word, status, error))
			return false;
		if (*status == STATUS_OK && *payer != '\0')
			*status = receivable_said(thing->customer, payer, &word);
	}
	return true;
}

/* Older versions: the latest charge and the intent, which may have failed and then pay nothing. */
static bool take_named(struct thing *thing, const char *invoice, enum status *status,
                       struct json_error *error)
{
	static const char *const fields[] = { "charge", "payment_intent" };
	const struct applied_word word = { .source = APPLIED_NAMED,
		                           .id = invoice,
		                           .invoice = invoice };

	for (size_t i = 0; i < COUNT_OF(fields) && *status == STATUS_OK; i++) {
		const char *payer;

		if (!stripe_id_if(thing->customer->task->arena, &thing->object, fields[i], &payer,
		                  error))
			return false;
		if (*payer != '\0')
			*status = receivable_said(thing->customer, payer, &word);
	}
	return true;
}

/*
 * Since invoice payments stand between the two, neither the invoice nor the charge names the other: those come
 * by webhooks that not everybody takes, or by upload.
 */
static bool is_paid_by_payments(const struct thing *thing)
{
	const json_t *const object = thing->object.value;

	return json_object_get(object, "parent") != NULL &&
	       json_object_get(object, "charge") == NULL &&
	       json_object_get(object, "payment_intent") == NULL;
}

/* What was paid of it, charges and what is on record have to pay; how much beside, it does not say itself. */
static bool take_paid(struct thing *thing, const struct invoice *invoice, enum status *status,
                      struct json_error *error)
{
	struct customer *const it = thing->customer;
	const bool by_payments = is_paid_by_payments(thing);
	const bool awaited = !by_payments || policies_suspense(it->task, it->at)->pays;
	struct receivable_row row = receivable_load(it, invoice->id);
	const struct receivable_row before = row;
	Opsmesh__V1__Money *paid;

	if (!customer_amount(thing, "amount_paid", invoice->currency,
	                     invoice->figures[INVOICE_PAID].minor, &paid, error))
		return false;
	row.paid = invoice->outside || !awaited ? 0 : paid->minor;
	row.by_payments = by_payments;
	if (row.paid != before.paid || (row.paid != 0 && by_payments != before.by_payments)) {
		row.paid_in = paid->currency;
		task_save(it->task, &receivable_table, &row);
	}
	*status = await_paid(it, &row);
	return true;
}

/* Credit notes. */

enum status receivable_credited(struct customer *it, const char *invoice, int64_t more)
{
	struct receivable_row row = receivable_load(it, invoice);

	if (more == 0)
		return STATUS_OK;
	if (__builtin_add_overflow(row.credited, more, &row.credited))
		return task_refuse(it->task, "invoice %s: what is credited of it is beyond 64 bits",
		                   invoice);
	task_save(it->task, &receivable_table, &row);
	return awaited_found(it, AWAITED_CREDITED, invoice, row.credited);
}

static bool credits_of(struct thing *thing, const struct invoice *invoice,
                       Opsmesh__V1__Money **credits, struct json_error *error)
{
	const char *const field = "post_payment_credit_notes_amount";
	int64_t sum;

	if (__builtin_add_overflow(invoice->figures[INVOICE_CREDITS_BEFORE].minor,
	                           invoice->figures[INVOICE_CREDITS_AFTER].minor, &sum))
		return json_refuse(&thing->object, field, error, "is beyond 64 bits");
	return customer_amount(thing, field, invoice->currency, sum, credits, error);
}

static bool take_credits(struct thing *thing, const struct invoice *invoice, enum status *status,
                         struct json_error *error)
{
	struct receivable_row row = receivable_load(thing->customer, invoice->id);
	Opsmesh__V1__Money *credits;

	if (!credits_of(thing, invoice, &credits, error))
		return false;
	if (row.credits == credits->minor)
		return true;
	row.credits = credits->minor;
	task_save(thing->customer->task, &receivable_table, &row);
	*status =
	    awaited_figure(thing->customer, &(struct awaited_figure){ .what = AWAITED_CREDITED,
	                                                              .type = "invoice",
	                                                              .object = invoice->id,
	                                                              .currency = credits->currency,
	                                                              .expected = row.credits,
	                                                              .found = row.credited });
	return true;
}

bool receivable_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                        struct json_error *error)
{
	if (!take_list(thing, invoice, status, error))
		return false;
	if (*status != STATUS_OK)
		return true;
	if (!take_named(thing, invoice->id, status, error))
		return false;
	struct receivable_row row = receivable_load(thing->customer, invoice->id);

	if (*status == STATUS_OK && !outside_invoice(thing, invoice, &row, status, error))
		return false;
	if (*status == STATUS_OK && !take_credits(thing, invoice, status, error))
		return false;
	return *status != STATUS_OK || take_paid(thing, invoice, status, error);
}
