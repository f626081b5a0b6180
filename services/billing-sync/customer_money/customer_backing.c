#include "services/billing-sync/customer_money/customer_backing.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/customer_money/customer_refund.h"
#include "services/billing-sync/ledger/backing.h"
#include "services/billing-sync/refund/refund_inside.h"

#include "common/base/text.h"

/* All that hangs together by who pays what, in the places of the backing. */
struct web {
	struct customer *customer;
	struct backing *backing;
	const char *charges[BACKING_MAX];
	const char *invoices[BACKING_MAX];
	struct refund_row *refunds[BACKING_MAX];
	struct crediting *notes[BACKING_MAX];
	bool crowded;
};

/* Its place; BACKING_MAX: there are too many. */
static size_t place_of(struct web *it, const char **names, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (text_equal(names[i], name))
			return i;
	if (*count == BACKING_MAX) {
		it->crowded = true;
		return BACKING_MAX;
	}
	names[*count] = name;
	return (*count)++;
}

static size_t charge_place(struct web *it, const char *charge)
{
	return place_of(it, it->charges, &it->backing->charge_count, charge);
}

static size_t invoice_place(struct web *it, const char *invoice)
{
	return place_of(it, it->invoices, &it->backing->invoice_count, invoice);
}

static enum status look_at_charge(struct web *it, size_t charge)
{
	const char *const *invoices;
	size_t count;

	TRY(customer_refund_row(it->customer, it->charges[charge], &it->refunds[charge], &invoices,
	                        &count));
	const struct refund_row *const row = it->refunds[charge];
	const int64_t back = refund_plus(refund_given(row), refund_taken(row));

	it->backing->charges[charge] = (struct backing_charge){
		.money = !refund_disputed(row) && row->charged > back ? row->charged - back : 0,
		.disputed = refund_disputed(row),
		.taken = refund_taken(row),
	};
	it->crowded = it->crowded || row->crowded;
	for (size_t i = 0; i < count; i++)
		(void)invoice_place(it, invoices[i]);
	return STATUS_OK;
}

/* Of one that gave back before it was kept who pays nobody knows how much it pays: it may be all. */
static void take_unlisted(struct web *it, const struct payer_list *list, size_t invoice)
{
	const struct crediting *const notes = it->notes[invoice];

	for (size_t i = 0; i < notes->charge_count; i++) {
		const char *const charge = notes->charges[i];
		const size_t place =
		    payer_find(list, charge) == NULL ? charge_place(it, charge) : BACKING_MAX;

		if (place < BACKING_MAX)
			it->backing->parts[place][invoice] =
			    (struct backing_part){ .wants = INT64_MAX, .pays = true };
	}
}

static enum status look_at_invoice(struct web *it, size_t invoice)
{
	struct payer_list *list;

	TRY(customer_credit_row(it->customer, it->invoices[invoice], &it->notes[invoice]));
	TRY(paying_list(it->customer, it->invoices[invoice], &list,
	                &it->backing->invoices[invoice].paid));
	it->backing->invoices[invoice].notes = crediting_back(it->notes[invoice]);
	it->crowded = it->crowded || it->notes[invoice]->book.crowded;
	for (size_t i = 0; i < list->count; i++) {
		const struct payer *const payer = &list->items[i];
		const size_t place =
		    payer->wants.minor > 0 ? charge_place(it, payer->charge) : BACKING_MAX;

		if (place < BACKING_MAX)
			it->backing->parts[place][invoice] =
			    (struct backing_part){ .wants = payer->wants.minor,
				                   .pays = payer->given > 0 };
	}
	take_unlisted(it, list, invoice);
	return STATUS_OK;
}

static void link_refunds(struct web *it)
{
	struct backing *const backing = it->backing;

	for (size_t i = 0; i < backing->invoice_count; i++)
		for (size_t k = 0; k < backing->charge_count; k++)
			backing->invoices[i].linked =
			    refund_plus(backing->invoices[i].linked,
			                crediting_linked(it->notes[i], it->refunds[k]));
}

static enum status look_around(struct web *it)
{
	struct backing *const backing = it->backing;
	size_t charges = 0;
	size_t invoices = 0;

	while (charges < backing->charge_count || invoices < backing->invoice_count)
		if (charges < backing->charge_count)
			TRY(look_at_charge(it, charges++));
		else
			TRY(look_at_invoice(it, invoices++));
	link_refunds(it);
	return STATUS_OK;
}

static struct web open_web(struct customer *customer)
{
	struct arena *const scratch = customer->task->scratch;

	return (struct web){ .customer = customer,
		             .backing = arena_zero(scratch, sizeof(struct backing)) };
}

enum status backing_of_charge(struct customer *customer, const char *charge,
                              struct refund_elsewhere *elsewhere)
{
	struct web it = open_web(customer);

	(void)charge_place(&it, charge);
	TRY(look_around(&it));
	elsewhere->given = backing_kept(it.backing, 0);
	elsewhere->crowded = it.crowded;
	return STATUS_OK;
}

enum status backing_around(struct customer *customer, const char *charge, struct backing_web *web)
{
	struct web *const it = arena_alloc(customer->task->scratch, sizeof(*it));

	*it = open_web(customer);
	(void)charge_place(it, charge);
	TRY(look_around(it));
	*web = (struct backing_web){ .charges = it->charges,
		                     .invoices = it->invoices,
		                     .charge_count = it->backing->charge_count,
		                     .invoice_count = it->backing->invoice_count };
	return STATUS_OK;
}

enum status backing_of_invoice(struct customer *customer, const char *invoice,
                               struct refund_elsewhere *elsewhere)
{
	struct web it = open_web(customer);

	(void)invoice_place(&it, invoice);
	TRY(look_around(&it));
	const int64_t gone = backing_gone(it.backing, 0);

	elsewhere->taken = backing_taken(it.backing, 0, gone);
	elsewhere->given = gone - elsewhere->taken;
	elsewhere->disputed = backing_disputed(it.backing, 0);
	elsewhere->crowded = it.crowded;
	return STATUS_OK;
}
