#include "services/billing-sync/customer_revenue/customer_unrated.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

static const struct column columns[] = {
	COLUMN(struct unrated_row, currency),
	COLUMN(struct unrated_row, reporting_currency),
	COLUMN_END,
};
const struct state_table unrated_table = { .name = "unrated",
	                                   .columns = columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct unrated_row),
	                                   .resident = true };

/* All shards name the case alike. */
static enum status tell(struct task *task, const struct unrated_row *row, const char *reason)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;
	Opsmesh__V1__RateLacks lacks = OPSMESH__V1__RATE_LACKS__INIT;

	lacks.currency = text_mutable(row->currency);
	lacks.reporting_currency = text_mutable(row->reporting_currency);
	lacks.shard = task->shard_number;
	lacks.reason = text_mutable(reason != NULL ? reason : "");
	lacks.healed = reason == NULL;
	event.subject_id =
	    arena_printf(task->arena, "rate-%s-%s", row->currency, row->reporting_currency);
	event.occurred_at = proto_timestamp(task->arena, task->due);
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_RATE_LACKS;
	event.rate_lacks = &lacks;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_PAYOUT,
	                                           .key = event.subject_id,
	                                           .time = task->due,
	                                           .message = &event.base });
}

static bool is_of(const struct unrated *lacking, const struct unrated_row *row)
{
	return lacking != NULL && text_equal(lacking->currency, row->currency) &&
	       text_equal(lacking->reporting_currency, row->reporting_currency);
}

enum status unrated_follow(struct task *task, const struct unrated *lacking)
{
	struct unrated_row row = { .currency = "" };
	struct task_cursor cursor;
	bool told = false;

	task_scan(task, &unrated_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row)) {
		told = told || is_of(lacking, &row);
		if (is_of(lacking, &row))
			continue;
		task_remove(task, &unrated_table, &row);
		TRY(tell(task, &row, NULL));
	}
	if (lacking == NULL || told)
		return STATUS_OK;
	row = (struct unrated_row){ lacking->currency, lacking->reporting_currency };
	task_save(task, &unrated_table, &row);
	return tell(task, &row, lacking->reason);
}
