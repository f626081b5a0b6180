#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/customer_money/customer_outside.h"
#include "services/billing-sync/customer_money/customer_refund.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/invoice/charge_twice.h"

#include "common/base/text.h"

#include <string.h>

/* One invoice at hand. */
struct paying {
	struct customer *customer;
	struct receivable_row row;
	struct payer_list *list;
	int64_t before[PAYER_MAX]; /* what each had, in their order */
	int64_t unlisted;          /* of charges that were booked before who pays was kept */
};

/* Rows. */

static enum status open_row(struct customer *customer, const char *invoice, struct paying *it)
{
	struct task *const task = customer->task;

	it->customer = customer;
	it->row = receivable_load(customer, invoice);
	it->list = arena_zero(task->scratch, sizeof(*it->list));
	if (it->row.payers.size > 0 && !payer_decode(task->arena, it->row.payers, it->list))
		return task_fail(task, STATUS_FATAL, "invoice %s: who pays it cannot be read",
		                 invoice);
	it->unlisted = it->row.applied - payer_given(it->list);
	return STATUS_OK;
}

struct invoice_held paying_held(struct customer *it, const char *invoice)
{
	struct held_row row = { .customer_id = it->row.customer_id, .object_id = invoice };
	struct invoice_held held = { .shown = 0 };

	if (task_load(it->task, &held_table, &row) && text_equal(row.type, "invoice") &&
	    !invoice_held_decode(row.body, &held))
		held = (struct invoice_held){ .shown = 0 };
	return held;
}

static void ask(struct payer_list *list, const struct invoice_held *held)
{
	list->asked = held->asked;
	list->asks = held->asks;
}

/* Shares. */

static enum status share(struct paying *it)
{
	int64_t beside;

	TRY(outside_recorded(it->customer, &it->row, &beside));
	if (__builtin_add_overflow(beside, it->unlisted, &beside))
		beside = INT64_MAX;
	for (size_t i = 0; i < it->list->count; i++)
		it->before[i] = it->list->items[i].given;
	payer_share(it->list, beside);
	if (__builtin_add_overflow(payer_given(it->list), it->unlisted, &it->row.applied))
		return task_refuse(it->customer->task,
		                   "invoice %s: what was paid of it is beyond 64 bits",
		                   it->row.invoice_id);
	it->row.payers = payer_encode(it->customer->task->arena, it->list);
	return receivable_paid(it->customer, &it->row);
}

/* Whose share is another, but for the one that is being settled. */
static enum status settle_others(struct paying *it, const char *charge)
{
	for (size_t i = 0; i < it->list->count; i++) {
		const struct payer *const other = &it->list->items[i];

		if (other->given != it->before[i] && !text_equal(other->charge, charge))
			TRY(receivable_settle(it->customer, other->charge));
	}
	return STATUS_OK;
}

/* A charge. */

static bool is_known(const struct payer *known, const struct payer *payer, int64_t unlisted)
{
	if (known == NULL)
		return payer->wants.minor == 0 && unlisted == 0;
	return known->wants.minor == payer->wants.minor && known->gone == payer->gone;
}

/* What it has of what is not listed. */
static int64_t unlisted_of(const struct paying *it, const char *charge)
{
	struct task *const task = it->customer->task;
	struct journal *const journal = arena_alloc(task->scratch, sizeof(*journal));
	const char *const id =
	    arena_printf(task->arena, "applied/%s/%s", charge, it->row.invoice_id);

	return it->unlisted != 0 && restated_load(task, id, journal) ? journal->lines->amount.minor
	                                                             : 0;
}

static enum status put(struct paying *it, const struct payer *payer)
{
	if (it->list->count == 0) {
		const struct invoice_held held = paying_held(it->customer, it->row.invoice_id);

		ask(it->list, &held);
	}
	return payer_put(it->list, payer)
	           ? share(it)
	           : task_refuse(it->customer->task,
	                         "invoice %s: more than %d charges pay it, or beyond 64 bits",
	                         it->row.invoice_id, PAYER_MAX);
}

enum status paying_claim(struct customer *customer, struct paying_claim *claim,
                         struct payer *shared)
{
	const struct payer *const payer = &claim->payer;
	struct paying it;

	TRY(open_row(customer, claim->invoice, &it));
	const struct payer *known = payer_find(it.list, payer->charge);

	claim->fresh = known == NULL && payer->wants.minor > 0;
	*shared = known != NULL ? *known : *payer;
	const int64_t unlisted = known == NULL ? unlisted_of(&it, payer->charge) : 0;

	if (is_known(known, payer, unlisted))
		return STATUS_OK;
	it.unlisted -= unlisted;
	TRY(put(&it, payer));
	known = payer_find(it.list, payer->charge);
	if (known != NULL)
		*shared = *known;
	if (claim->fresh)
		TRY(customer_hear_applied(customer, payer->charge, claim->invoice));
	return settle_others(&it, payer->charge);
}

/* What is too much of it. */

#define SENTENCE "The customer was charged more for the invoice than it asks."

static enum status observe(struct customer *it, const char *invoice, const struct payer *share,
                           int64_t over)
{
	const char *const currency = share->wants.currency;
	struct finding finding = {
		.cause = CHARGED_TWICE,
		.root = invoice,
		.evidence = { .object = share->charge,
		              .expected = booked_units(it, currency, share->given),
		              .found = booked_units(it, currency, share->given + over) },
		.sentence = SENTENCE,
	};

	memcpy(finding.evidence.currency, currency, sizeof(finding.evidence.currency));
	return over > 0 ? customer_observe(it, &finding)
	                : customer_clear(it, CHARGED_TWICE, invoice, share->charge);
}

enum status paying_over(struct customer *customer, const char *invoice, const struct payer *share,
                        int64_t over)
{
	struct paying it;

	if (over == 0 && share->over == 0)
		return STATUS_OK;
	TRY(open_row(customer, invoice, &it));
	for (size_t i = 0; i < it.list->count; i++)
		if (text_equal(it.list->items[i].charge, share->charge))
			it.list->items[i].over = over;
	it.row.payers = payer_encode(customer->task->arena, it.list);
	task_save(customer->task, &receivable_table, &it.row);
	return observe(customer, invoice, share, over);
}

/* The invoice. */

static bool same_asked(const struct payer_list *list, const struct invoice_held *held)
{
	return list->asked == held->asked && list->asks.minor == held->asks.minor &&
	       text_equal(list->asks.currency, held->asks.currency);
}

enum status paying_beside(struct customer *customer, const char *invoice)
{
	struct paying it;

	TRY(open_row(customer, invoice, &it));
	if (it.list->count == 0)
		return STATUS_OK;
	TRY(share(&it));
	return settle_others(&it, "");
}

enum status paying_invoice(struct customer *customer, const char *invoice,
                           const struct invoice_held *before, const struct invoice_held *now)
{
	struct paying it;

	TRY(open_row(customer, invoice, &it));
	if (it.list->count > 0 && !same_asked(it.list, now)) {
		ask(it.list, now);
		TRY(share(&it));
		TRY(settle_others(&it, ""));
	}
	return now->asked && !before->asked ? customer_twice_asked(customer, invoice) : STATUS_OK;
}

/* What others ask. */

enum status paying_list(struct customer *customer, const char *invoice, struct payer_list **list,
                        int64_t *paid)
{
	struct paying it;

	TRY(open_row(customer, invoice, &it));
	*list = it.list;
	*paid = it.row.applied;
	return STATUS_OK;
}

enum status paying_is_over(struct customer *customer, const char *invoice, const char *charge,
                           bool *over)
{
	struct paying it;

	TRY(open_row(customer, invoice, &it));
	const struct payer *const payer = payer_find(it.list, charge);

	*over = payer != NULL && payer->over > 0;
	return STATUS_OK;
}
