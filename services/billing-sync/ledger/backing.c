#include "services/billing-sync/ledger/backing.h"

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t less(int64_t a, int64_t b)
{
	return a > b ? a - b : 0;
}

/* Both at least 0; never beyond the largest. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* By credit notes that are no refunds of these charges. */
static int64_t given_by(const struct backing *it, size_t invoice)
{
	return less(it->invoices[invoice].notes, it->invoices[invoice].linked);
}

/* What a charge still has for an invoice, after all that its other invoices may want of it. */
static int64_t has_for(const struct backing *it, size_t charge, size_t invoice)
{
	int64_t money = it->charges[charge].money;

	for (size_t i = 0; i < it->invoice_count; i++)
		if (i != invoice)
			money = less(money, least(given_by(it, i), it->parts[charge][i].wants));
	return least(money, it->parts[charge][invoice].wants);
}

static int64_t kept_for(const struct backing *it, size_t charge, size_t invoice)
{
	int64_t left = given_by(it, invoice);

	for (size_t i = 0; i < it->charge_count && left > 0; i++)
		if (i != charge)
			left = less(left, has_for(it, i, invoice));
	return least(left, it->parts[charge][invoice].wants);
}

int64_t backing_kept(const struct backing *it, size_t charge)
{
	int64_t sum = 0;

	for (size_t i = 0; i < it->invoice_count; i++)
		sum = plus(sum, kept_for(it, charge, i));
	return sum;
}

int64_t backing_gone(const struct backing *it, size_t invoice)
{
	int64_t there = 0;

	for (size_t i = 0; i < it->charge_count; i++)
		there = plus(there, has_for(it, i, invoice));
	return less(less(it->invoices[invoice].paid, there), it->invoices[invoice].linked);
}

int64_t backing_taken(const struct backing *it, size_t invoice, int64_t gone)
{
	int64_t taken = 0;

	for (size_t i = 0; i < it->charge_count; i++)
		if (it->parts[i][invoice].wants > 0)
			taken = plus(taken, it->charges[i].taken);
	return least(taken, gone);
}

bool backing_disputed(const struct backing *it, size_t invoice)
{
	for (size_t i = 0; i < it->charge_count; i++)
		if (it->charges[i].disputed && it->parts[i][invoice].pays)
			return true;
	return false;
}
