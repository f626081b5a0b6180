#include "services/billing-sync/customer_money/customer_foreign.h"

#include "common/base/ratio.h"
#include "common/base/text.h"
#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define CAUSE "currency_changed"

static const struct column columns[] = {
	COLUMN(struct foreign_row, customer_id),
	COLUMN(struct foreign_row, object_id),
	COLUMN(struct foreign_row, charge_id),
	COLUMN_END,
};
const struct state_table foreign_table = { .name = "foreign_return",
	                                   .columns = columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct foreign_row) };

bool foreign_part(const struct charged_row *row, const struct balance_transaction *moved,
                  int64_t *part)
{
	const int64_t size = moved->amount < 0 ? -moved->amount : moved->amount;

	if (moved->amount == INT64_MIN)
		return false;
	if (text_equal(moved->currency, row->currency)) {
		*part = size;
		return true;
	}
	return text_equal(moved->currency, row->settled_currency) && row->settled > 0 &&
	       row->presented > 0 &&
	       ratio_apply(size, ratio_of(row->presented, row->settled), ROUNDING_HALF_UP, part);
}

static bool is_booked(struct customer *it, const char *object)
{
	struct foreign_row row = { .customer_id = it->row.customer_id, .object_id = object };

	return task_load(it->task, &foreign_table, &row);
}

enum status foreign_held(struct customer *it, const struct charged_row *row, const char *object,
                         struct money amount)
{
	struct finding finding = {
		.cause = CAUSE,
		.root = row->charge_id,
		.evidence = { .object = object,
		              .found = booked_units(it, amount.currency, amount.minor) },
		.sentence = "It is in another currency than its charge, and no balance transaction "
			    "says what of the charge it is: it is not booked.",
	};

	if (is_booked(it, object))
		return STATUS_OK;
	memcpy(finding.evidence.currency, amount.currency, sizeof(finding.evidence.currency));
	return customer_observe(it, &finding);
}

enum status foreign_booked(struct customer *it, const struct charged_row *row, const char *object)
{
	task_save(it->task, &foreign_table,
	          &(struct foreign_row){ .customer_id = it->row.customer_id,
	                                 .object_id = object,
	                                 .charge_id = row->charge_id });
	return customer_clear(it, CAUSE, row->charge_id, object);
}

/* What cannot be read is refused by who has to read it. */
static bool read_amount(struct thing *thing, struct money *amount)
{
	struct task *const task = thing->customer->task;
	char reason[CURRENCY_REASON_SIZE];
	struct json_error error;
	char currency[4];
	int64_t units;

	return stripe_currency_at(&thing->object, "currency", currency, &error) &&
	       json_integer_at(&thing->object, "amount", 0, INT64_MAX, &units, &error) &&
	       currency_read(policies_currency(task, thing->customer->at), currency, units, amount,
	                     reason);
}

enum status foreign_refund(struct thing *thing, const struct charged_row *row)
{
	static const char *const over[] = { "failed", "canceled", NULL };
	const char *const object = thing->mirrored->object_id;
	struct money amount;

	if (!read_amount(thing, &amount) || text_equal(amount.currency, row->currency))
		return STATUS_OK;
	return text_among(over, thing->mirrored->status)
	           ? customer_clear(thing->customer, CAUSE, row->charge_id, object)
	           : foreign_held(thing->customer, row, object, amount);
}
