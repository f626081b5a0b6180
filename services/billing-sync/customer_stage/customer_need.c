/*
 * Which rows an object will ask for by what it names: a charge its invoice, a balance transaction its charge.
 *
 * Asked before the object is read, so that all events of a batch ask the database once. The payload is JSON
 * without space, written by the mirror; it is only looked through for a field. A guess: a row that is not
 * guessed is looked for when it is asked, and one that is guessed wrongly is not used.
 */
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_ledger.h"
#include "services/billing-sync/customer_money/customer_noted.h"
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer_seat/customer_seat.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

#include <string.h>

/* A row that is asked for: whose, and under which id. */
typedef void row_need(struct task *task, const char *customer, const char *id);

static void need_charged(struct task *task, const char *customer, const char *id)
{
	task_need(task, &charged_table,
	          &(struct charged_row){ .customer_id = customer, .charge_id = id });
}

static void need_payment(struct task *task, const char *customer, const char *id)
{
	task_need(task, &payment_table,
	          &(struct payment_row){ .customer_id = customer, .payment_id = id });
}

static void need_charge(struct task *task, const char *customer, const char *id)
{
	need_charged(task, customer, id);
	need_payment(task, customer, id);
}

static void need_receivable(struct task *task, const char *customer, const char *id)
{
	task_need(task, &receivable_table,
	          &(struct receivable_row){ .customer_id = customer, .invoice_id = id });
}

static void need_standing(struct task *task, const char *customer, const char *id)
{
	(void)id;
	task_need(task, &standing_table, &(struct standing_row){ .customer_id = customer });
}

/* Is it known, or waited for? */
static void need_held(struct task *task, const char *customer, const char *id)
{
	task_need(task, &held_table,
	          &(struct held_row){ .customer_id = customer, .object_id = id });
}

static void need_awaited(struct task *task, const char *customer, const char *id)
{
	task_need(task, &awaited_table,
	          &(struct awaited_row){ .customer_id = customer, .awaited_id = id });
}

static void need_book(struct task *task, const char *customer, const char *id)
{
	task_need(task, &book_table,
	          &(struct book_row){ .customer_id = customer, .subscription_id = id });
}

static void need_paid(struct task *task, const char *customer, const char *id)
{
	need_awaited(task, customer, arena_printf(task->arena, AWAITED_PAID "/%s", id));
}

static void need_back(struct task *task, const char *customer, const char *id)
{
	need_awaited(task, customer, arena_printf(task->arena, AWAITED_REFUNDED "/%s", id));
	need_awaited(task, customer, arena_printf(task->arena, AWAITED_DISPUTED "/%s", id));
}

static void need_creditable(struct task *task, const char *customer, const char *id)
{
	task_need(task, &creditable_table,
	          &(struct creditable_row){ .customer_id = customer, .invoice_id = id });
}

static void need_noted(struct task *task, const char *customer, const char *id)
{
	task_need(task, &noted_table,
	          &(struct noted_row){ .customer_id = customer, .refund_id = id });
}

static void need_paying(struct task *task, const char *customer, const char *id)
{
	need_receivable(task, customer, id);
	need_held(task, customer, id);
}

static const struct {
	const char *type;
	const char *field; /* NULL: the object itself */
	row_need *need;
} rows[] = {
	{ "balance_transaction", "\"source\":\"", need_charge },
	{ "charge", NULL, need_charge },
	{ "charge", NULL, need_awaited },
	{ "charge", NULL, need_back },
	{ "charge", "\"invoice\":\"", need_receivable },
	{ "charge", "\"invoice\":\"", need_held },
	{ "charge", "\"invoice\":\"", need_paid },
	{ "charge", "\"invoice\":\"", need_awaited },
	{ "charge", "\"payment_intent\":\"", need_payment },
	{ "charge", "\"payment_intent\":\"", need_held },
	{ "charge", "\"payment_intent\":\"", need_awaited },
	{ "credit_note", "\"invoice\":\"", need_receivable },
	{ "dispute", "\"balance_transaction\":\"", need_held },
	{ "credit_note", "\"invoice\":\"", need_creditable },
	{ "credit_note", "\"refund\":\"", need_noted },
	{ "dispute", "\"charge\":\"", need_charge },
	{ "dispute", "\"charge\":\"", need_back },
	{ "invoice", NULL, need_receivable },
	{ "invoice", NULL, need_awaited },
	{ "invoice", NULL, need_paid },
	{ "invoice", "\"charge\":\"", need_charge },
	{ "invoice", "\"charge\":\"", need_held },
	{ "invoice", "\"charge\":\"", need_awaited },
	{ "invoice", "\"subscription\":\"", need_held },
	{ "invoice", "\"subscription\":\"", need_awaited },
	{ "invoice", "\"subscription\":\"", need_book },
	{ "invoice", "\"payment_intent\":\"", need_held },
	{ "invoice", "\"payment_intent\":\"", need_awaited },
	{ "payment_intent", NULL, need_awaited },
	{ "invoice_payment", "\"invoice\":\"", need_paying },
	{ "invoice_payment", "\"charge\":\"", need_payment },
	{ "invoice_payment", "\"payment_intent\":\"", need_payment },
	{ "payment_intent", "\"latest_charge\":\"", need_held },
	{ "payment_intent", "\"latest_charge\":\"", need_awaited },
	{ "refund", NULL, need_noted },
	{ "refund", "\"balance_transaction\":\"", need_held },
	{ "refund", "\"charge\":\"", need_charge },
	{ "refund", "\"charge\":\"", need_back },
	{ "subscription", NULL, need_standing },
	{ "subscription", NULL, need_awaited },
	{ "subscription", "\"latest_invoice\":\"", need_held },
	{ "subscription", "\"latest_invoice\":\"", need_awaited },
};

/* What stands behind the field; "": it is nowhere. */
static const char *named(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored,
                         const char *field)
{
	const char *const payload = (const char *)mirrored->payload.data;
	const char *const at = memmem(payload, mirrored->payload.len, field, strlen(field));

	if (at == NULL)
		return "";
	const char *const id = at + strlen(field);
	const size_t left = (size_t)(payload + mirrored->payload.len - id);
	const char *const end = memchr(id, '"', left < STRIPE_ID_MAX ? left : STRIPE_ID_MAX);

	return end != NULL ? arena_text(task->arena, id, (size_t)(end - id)) : "";
}

/* What a charge pays is booked under both ids. */
static void need_applied(struct task *task, const Opsmesh__V1__ObjectMirrored *charge,
                         const char *invoice)
{
	const char *const id =
	    arena_printf(task->arena, "applied/%s/%s", charge->object_id, invoice);

	task_need(task, &entry_table, &(struct entry_row){ .transaction_id = id, .line = 1 });
	task_need(task, &entry_table,
	          &(struct entry_row){
		      .transaction_id = arena_printf(task->arena, "reversal/%s", id), .line = 1 });
}

void customer_need_named(struct task *task, const char *customer,
                         const Opsmesh__V1__ObjectMirrored *mirrored)
{
	if (mirrored->about != NULL)
		need_awaited(task, customer, mirrored->object_id);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!text_equal(rows[i].type, mirrored->object_type))
			continue;
		const char *const id = rows[i].field != NULL ? named(task, mirrored, rows[i].field)
		                                             : mirrored->object_id;

		if (*id == '\0' || !text_valid(bytes_of(id)))
			continue;
		rows[i].need(task, customer, id);
		if (rows[i].need == need_receivable && text_equal(rows[i].type, "charge"))
			need_applied(task, mirrored, id);
	}
}
