#include "services/billing-sync/customer_money/customer_refund.h"
#include "common/base/packed.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/customer_money/customer_backing.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_noted.h"
#include "services/billing-sync/customer_money/customer_over.h"
#include "services/billing-sync/customer_revenue/customer_cut.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/refund/refund.h"
#include "services/billing-sync/rule/stripe.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

static const struct column columns[] = {
	COLUMN(struct refundable_row, customer_id), COLUMN(struct refundable_row, charge_id),
	COLUMN(struct refundable_row, invoice_id),  COLUMN(struct refundable_row, body),
	COLUMN(struct refundable_row, others),      COLUMN_END,
};
const struct state_table refundable_table = { .name = "refundable",
	                                      .columns = columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct refundable_row) };

#define INVOICES_MAX 32 /* that one charge is said to pay: with more nothing is approved */

/* One charge at hand. */
struct refundable {
	struct customer *customer;
	const char *charge_id;
	size_t invoice_count;
	const char *invoices[INVOICES_MAX]; /* that it is said to pay, as they became known */
	struct bytes before;
	size_t told; /* of these the dunning knows what was open before */
	bool disputed;
	bool pending;
	struct refund_row *row;
};

/* Its invoices. */

static void add_invoice(struct refundable *it, const char *invoice)
{
	for (size_t i = 0; i < it->invoice_count; i++)
		if (text_equal(it->invoices[i], invoice))
			return;
	if (it->invoice_count == INVOICES_MAX)
		it->row->crowded = true;
	else
		it->invoices[it->invoice_count++] = invoice;
}

/* All but the first, which has a column of its own. */
static struct bytes others_of(const struct refundable *it)
{
	struct buffer out = { .data = NULL };

	if (it->invoice_count < 2)
		return (struct bytes){ NULL, 0 };
	pack_u8(&out, (uint32_t)it->invoice_count - 1);
	for (size_t i = 1; i < it->invoice_count; i++)
		pack_text(&out, it->invoices[i]);
	return pack_end(it->customer->task->arena, &out);
}

static bool read_invoices(struct refundable *it, const struct refundable_row *row)
{
	struct packed packed = packed_open(row->others);

	if (row->invoice_id != NULL)
		it->invoices[it->invoice_count++] = row->invoice_id;
	if (row->others.size == 0)
		return true;
	for (size_t left = packed_u8(&packed, INVOICES_MAX - 1); left > 0; left--)
		it->invoices[it->invoice_count++] =
		    packed_string(it->customer->task->arena, &packed);
	return packed_done(&packed);
}

/* Rows. */

static enum status load(struct customer *customer, const char *charge, struct refundable *it)
{
	struct task *const task = customer->task;
	struct refundable_row row = { .customer_id = customer->row.customer_id,
		                      .charge_id = charge };

	*it = (struct refundable){ .customer = customer,
		                   .charge_id = charge,
		                   .row = arena_zero(task->scratch, sizeof(*it->row)) };
	if (!task_load(task, &refundable_table, &row))
		return STATUS_OK;
	it->before = row.body;
	if (!refund_decode(row.body, it->row) || !read_invoices(it, &row))
		return task_fail(task, STATUS_FATAL, "charge %s: its row cannot be read", charge);
	it->told = it->invoice_count;
	it->disputed = refund_disputed(it->row);
	it->pending = refund_pending(it->row);
	return STATUS_OK;
}

/* What is open on the charge holds the dunning of its invoices. */
static enum status hold(const struct refundable *it, enum dunning_why why, bool before, bool now)
{
	for (size_t i = 0; i < it->invoice_count; i++)
		if ((i < it->told && before) != now)
			TRY(customer_dun_hold(it->customer, it->invoices[i], why, it->charge_id,
			                      now));
	return STATUS_OK;
}

/* Its invoices count what goes back of it, from the first on. */
static enum status tell_invoices(const struct refundable *it)
{
	const bool gives =
	    it->row->made_count > 0 || it->row->dispute_count > 0 || it->row->approval_count > 0;

	if (!gives)
		return STATUS_OK;
	for (size_t i = it->row->linked ? it->told : 0; i < it->invoice_count; i++)
		TRY(customer_credit_charge(it->customer, it->invoices[i], it->charge_id));
	it->row->linked = it->invoice_count > 0;
	return STATUS_OK;
}

static enum status save(const struct refundable *it)
{
	struct task *const task = it->customer->task;

	TRY(tell_invoices(it));
	const struct bytes body = refund_encode(task->arena, it->row);

	if (!bytes_equal(body, it->before) || it->told != it->invoice_count)
		task_save(task, &refundable_table,
		          &(struct refundable_row){
			      .customer_id = it->customer->row.customer_id,
			      .charge_id = it->charge_id,
			      .invoice_id = it->invoice_count > 0 ? it->invoices[0] : NULL,
			      .body = body,
			      .others = others_of(it) });
	TRY(hold(it, DUNNING_DISPUTE, it->disputed, refund_disputed(it->row)));
	return hold(it, DUNNING_REFUND, it->pending, refund_pending(it->row));
}

static enum status save_giving(const struct giving *giving)
{
	return save(giving->of);
}

static struct giving giving_of(const struct refundable *it)
{
	return (struct giving){ .customer = it->customer,
		                .object = it->charge_id,
		                .row = it->row,
		                .of = it,
		                .save = save_giving };
}

/* What is heard of the charge. */

/* What it says to have given back, and what is known to have made that up. */
static enum status await_back(const struct refundable *it, bool disputed)
{
	const struct awaited_figure back = { .what = AWAITED_REFUNDED,
		                             .type = "charge",
		                             .object = it->charge_id,
		                             .currency = arena_string(it->customer->task->arena,
		                                                      it->row->currency),
		                             .expected = it->row->said,
		                             .found = refund_heard(it->row) };
	const struct awaited_figure taken = { .what = AWAITED_DISPUTED,
		                              .type = "charge",
		                              .object = it->charge_id,
		                              .expected = disputed,
		                              .found = (int64_t)it->row->dispute_count };

	TRY(awaited_figure(it->customer, &back));
	return awaited_figure(it->customer, &taken);
}

/*
 * Approvals that its refunds do not leave enough for. What others of the same money give is not asked but in an
 * inquiry: a credit note's own refund may be heard before it.
 */
static enum status lapse_own(const struct refundable *it)
{
	struct giving giving = giving_of(it);
	bool lapsed;

	if (!refund_has_open(it->row))
		return STATUS_OK;
	if (refund_disputed(it->row))
		TRY(backing_of_charge(it->customer, it->charge_id, &giving.elsewhere));
	return giving_lapse(&giving, &lapsed);
}

enum status customer_hear_charge(struct thing *thing, const struct charge_heard *heard)
{
	struct refundable it;

	TRY(load(thing->customer, thing->mirrored->object_id, &it));
	refund_on_charge(it.row, heard->captured, heard->refunded, heard->at);
	it.row->said_disputed = heard->disputed;
	if (*heard->invoice != '\0')
		add_invoice(&it, heard->invoice);
	TRY(lapse_own(&it));
	TRY(await_back(&it, heard->disputed));
	if (it.row->made_count > 0)
		TRY(over_heard(it.customer, it.charge_id, refund_made_sum(it.row)));
	return save(&it);
}

/* Approvals that a dispute leaves no money for, over all that hangs together with its charge. */

static enum status lapse_refunds(struct customer *customer, const char *charge)
{
	struct refundable it;
	bool lapsed;

	TRY(load(customer, charge, &it));
	if (!refund_has_open(it.row))
		return STATUS_OK;
	struct giving giving = giving_of(&it);
	TRY(backing_of_charge(customer, charge, &giving.elsewhere));
	TRY(giving_lapse(&giving, &lapsed));
	return save(&it);
}

static enum status lapse_around(struct customer *it, const char *charge)
{
	struct backing_web web;

	TRY(backing_around(it, charge, &web));
	for (size_t i = 0; i < web.invoice_count; i++)
		TRY(customer_lapse_credit(it, web.invoices[i]));
	for (size_t i = 0; i < web.charge_count; i++)
		TRY(lapse_refunds(it, web.charges[i]));
	return STATUS_OK;
}

enum status customer_hear_applied(struct customer *it, const char *charge, const char *invoice)
{
	struct refundable refundable;

	TRY(load(it, charge, &refundable));
	add_invoice(&refundable, invoice);
	TRY(save(&refundable));
	return refundable.row->dispute_count > 0 ? lapse_around(it, charge) : STATUS_OK;
}

static enum refund_state state_of(const char *status)
{
	if (text_equal(status, "succeeded"))
		return REFUND_SUCCEEDED;
	return text_equal(status, "failed") || text_equal(status, "canceled") ? REFUND_FAILED
	                                                                      : REFUND_PENDING;
}

enum status customer_hear_refund(struct thing *thing, const Opsmesh__V1__RefundChanged *changed)
{
	struct refund_news news = { .refund_id = changed->refund_id,
		                    .action_id = giving_action(thing),
		                    .amount = changed->amount != NULL ? changed->amount->minor : 0,
		                    .state = state_of(changed->to_status),
		                    .at = thing->customer->at };
	struct refundable it;
	struct json_error error;
	bool dated;

	if (!stripe_time_if(&thing->object, "created", &dated, &news.at, &error))
		return customer_refuse(thing, &error);
	TRY(noted_refund(thing->customer, news.refund_id, news.state == REFUND_FAILED, news.at));
	if (*changed->payment_id == '\0')
		return STATUS_OK;
	if (changed->amount != NULL)
		snprintf(news.currency, sizeof(news.currency), "%s", changed->amount->currency);
	TRY(load(thing->customer, changed->payment_id, &it));
	const struct giving giving = giving_of(&it);
	const struct refund_settled before = refund_settle(it.row);

	refund_on_made(it.row, &news);
	TRY(giving_say_settled(&giving, &before, &news));
	TRY(lapse_own(&it));
	TRY(awaited_found(it.customer, AWAITED_REFUNDED, it.charge_id, refund_heard(it.row)));
	TRY(over_heard(it.customer, it.charge_id, refund_made_sum(it.row)));
	return save(&it);
}

/* What one took; in another currency than the charge's, or of an amount that cannot be read, nobody can say what it leaves. */
static int64_t taken_by(const struct refundable *it, const Opsmesh__V1__DisputeChanged *changed)
{
	if (!refund_dispute_gave(changed->to_status, changed->case_type))
		return 0;
	if (changed->amount == NULL)
		return INT64_MAX;
	return it->row->known && !text_equal(changed->amount->currency, it->row->currency)
	           ? INT64_MAX
	           : changed->amount->minor;
}

enum status customer_hear_dispute(struct thing *thing, const Opsmesh__V1__DisputeChanged *changed)
{
	struct refundable it;

	if (*changed->payment_id == '\0')
		return STATUS_OK;
	TRY(load(thing->customer, changed->payment_id, &it));
	refund_on_dispute(it.row, changed->dispute_id, refund_dispute_state_of(changed->to_status),
	                  taken_by(&it, changed));
	TRY(awaited_found(it.customer, AWAITED_DISPUTED, it.charge_id,
	                  (int64_t)it.row->dispute_count));
	TRY(save(&it));
	return lapse_around(it.customer, it.charge_id);
}

/* What is asked for. */

/* What is disputed beside the charge that is named is enough for what is left of this one. */
static bool may_be_of(const struct open_dispute_row *open, const struct refund_row *named,
                      const struct refund_row *row)
{
	return named->known && row->known && text_equal(named->currency, open->currency) &&
	       text_equal(row->currency, open->currency) && open->minor > named->charged &&
	       open->minor - named->charged >= refund_left(row);
}

/* A dispute of more than its charge is over others of the customer as well: a refund of one of them would pay twice. */
static enum status find_bundled(const struct refundable *it, bool *bundled)
{
	struct customer *const customer = it->customer;
	struct open_dispute_row open = { .customer_id = customer->row.customer_id };
	struct task_cursor cursor;
	bool found = false;

	task_scan(customer->task, &open_dispute_table, &open, 1, &cursor);
	while (!found && task_next(customer->task, &cursor, &open)) {
		struct refundable named;

		if (open.charge_id == NULL || text_equal(open.charge_id, it->charge_id))
			continue;
		TRY(load(customer, open.charge_id, &named));
		found = may_be_of(&open, named.row, it->row);
	}
	*bundled = found;
	return STATUS_OK;
}

/* What credit notes of its invoices give back is not there to be refunded. */
enum status customer_open_refund(struct order *order, struct giving *giving)
{
	struct refundable *const it = arena_alloc(order->customer.task->scratch, sizeof(*it));

	TRY(load(&order->customer, giving_object(order), it));
	*giving = giving_of(it);
	TRY(backing_of_charge(&order->customer, it->charge_id, &giving->elsewhere));
	return find_bundled(it, &giving->elsewhere.bundled);
}

enum status customer_refund_row(struct customer *customer, const char *charge,
                                struct refund_row **row, const char *const **invoices,
                                size_t *count)
{
	struct refundable *const it = arena_alloc(customer->task->scratch, sizeof(*it));

	TRY(load(customer, charge, it));
	*row = it->row;
	*invoices = it->invoices;
	*count = it->invoice_count;
	return STATUS_OK;
}

void customer_need_refundable(struct task *task, const char *customer, const char *what)
{
	task_need(task, &refundable_table,
	          &(struct refundable_row){
		      .customer_id = customer,
		      .charge_id = arena_text(task->arena, what, strcspn(what, "/")) });
}
