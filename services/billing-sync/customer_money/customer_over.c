#include "services/billing-sync/customer_money/customer_over.h"

#include "services/billing-sync/customer_money/customer_booked.h"

#include <string.h>

#define CAUSE "refund_over_charge"

/* What is booked of refunds, or heard of them: whichever is more. Disputes take beside them. */
static int64_t gone(const struct charged_row *row)
{
	const int64_t heard = row->given > row->released ? row->given - row->released : 0;
	const int64_t booked = row->taken - row->disputed;
	int64_t sum;

	return __builtin_add_overflow(row->disputed, booked > heard ? booked : heard, &sum)
	           ? INT64_MAX
	           : sum;
}

bool over_is(const struct charged_row *row)
{
	return row->currency != NULL && gone(row) > row->presented;
}

enum status over_weigh(struct customer *it, const struct charged_row *row, bool before)
{
	struct finding finding = {
		.cause = CAUSE,
		.root = row->charge_id,
		.evidence = { .object = row->charge_id },
		.sentence = "Refunds and disputes have taken more than was charged.",
	};

	if (!over_is(row))
		return before ? customer_clear(it, CAUSE, finding.root, row->charge_id) : STATUS_OK;
	finding.evidence.expected = booked_units(it, row->currency, row->presented);
	finding.evidence.found = booked_units(it, row->currency, gone(row));
	memcpy(finding.evidence.currency, row->currency, strlen(row->currency) + 1);
	return customer_observe(it, &finding);
}

enum status over_heard(struct customer *it, const char *charge, int64_t given)
{
	struct charged_row row = { .customer_id = it->row.customer_id, .charge_id = charge };

	(void)task_load(it->task, &charged_table, &row);
	const bool before = over_is(&row);

	if (row.given == given)
		return STATUS_OK;
	row.given = given;
	task_save(it->task, &charged_table, &row);
	return over_weigh(it, &row, before);
}
