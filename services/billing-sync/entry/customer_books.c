#include "services/billing-sync/entry/customer_books.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/entry/figure_say.h"

#define PENDING \
	"pending" /* of day 0: the day after the one whose end will be told; what comes later waits for that */

struct instant customer_books_due(struct task *task, int64_t day)
{
	const struct books_policy *const books = policies_standing(task, task->now).books;

	return time_add(recognition_midnight(books->zone, day + 1), (struct duration){ 1 });
}

void customer_books_touch(struct task *task, const char *currency)
{
	struct figure_row row = { .currency = currency, .name = PENDING };
	const struct instant just_now = time_sub(task->now, (struct duration){ 1 });
	const int64_t today =
	    figure_day(task, just_now); /* midnight belongs to the day that ends */

	if (!task_has(task, &figure_table) || task_load(task, &figure_table, &row))
		return;
	row.minor = today + 1;
	task_save(task, &figure_table, &row);
	task_timer_set(task, CUSTOMER_TIMER_BOOKS, currency, customer_books_due(task, today));
}

enum status customer_books_say(struct task *task, Opsmesh__V1__BillingEvent *event)
{
	event->occurred_at = proto_timestamp(task->arena, task->due);
	return task_emit(task, &(struct emission){ .topic = OPS_BILLING,
	                                           .key = FIGURE_KEY,
	                                           .partition = &task->shard_number,
	                                           .time = task->due,
	                                           .message = &event->base });
}

static enum status say(struct task *task, const char *currency, int64_t day)
{
	const struct period period = { day, day + 1 };
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__BooksDayEnded ended = OPSMESH__V1__BOOKS_DAY_ENDED__INIT;
	struct figures figures;

	figures_of(task, currency, &period, &figures);
	ended.day = text_mutable(figure_day_text(task->arena, day));
	ended.currency = text_mutable(currency);
	ended.deferred = figure_say_roll(task->arena, &figures.roll);
	ended.recurring = figure_say_recurring(task->arena, &figures.recurring);
	ended.unexplained = figures.unexplained;
	ended.unbilled = figure_say_unbilled(task->arena, &figures.unbilled);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED;
	event.books_day_ended = &ended;
	return customer_books_say(task, &event);
}

enum status customer_on_books(struct task *task, const char *key)
{
	struct figure_row row = { .currency = key, .name = PENDING };

	if (!task_load(task, &figure_table, &row))
		return task_fail(task, STATUS_FATAL, "timer %s: no day of it is open", key);
	task_remove(task, &figure_table, &row);
	return say(task, key, row.minor - 1);
}
