/*
 * What all subscriptions of a customer come to: what it may use, and what it brings a month.
 *
 * Told by mesh time, not by the time of what was heard: access is given and withdrawn now, and a day of the
 * books is over when the mesh has passed it.
 */
#include "common/base/listed.h"
#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/customer_revenue/customer_reporting.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct standing_row, customer_id),
	COLUMN(struct standing_row, body),
	COLUMN_END,
};
const struct state_table standing_table = { .name = "standing",
	                                    .columns = columns,
	                                    .key_columns = 1,
	                                    .row_size = sizeof(struct standing_row) };

/* One look. */
struct look {
	struct customer *customer;
	struct standing_rules rules;
	struct standing *standing;
	struct standing_news *news;
};

/* In. */

static enum status recall(struct look *it, struct standing_row *row)
{
	struct task *const task = it->customer->task;

	*row = (struct standing_row){ .customer_id = it->customer->row.customer_id };
	if (task_load(task, &standing_table, row) &&
	    !standing_decode(task->arena, row->body, it->standing))
		return task_fail(task, STATUS_FATAL, "customer %s: its standing cannot be read",
		                 row->customer_id);
	return STATUS_OK;
}

/* Of one subscription; NULL: nothing is known of it. */
static const struct subscription_memory *memory_of(struct customer *it, const char *id)
{
	struct subscription_memory *const memory = arena_zero(it->task->arena, sizeof(*memory));
	struct held_row held = { .customer_id = it->row.customer_id, .object_id = id };

	return task_load(it->task, &held_table, &held) && held.body.size > 0 &&
	               subscription_memory_decode(it->task->arena, held.body, memory)
	           ? memory
	           : NULL;
}

/* Those in force, and the one at hand, which may just have ended. */
static size_t gather(struct customer *it, const char *at_hand,
                     const struct subscription_memory ***memories)
{
	const char *list = it->row.alive;
	const char *id;
	size_t count = 0;

	*memories = arena_alloc(it->task->arena, (listed_count(list) + 1) * sizeof(**memories));
	while ((id = listed_next(it->task->arena, &list)) != NULL) {
		const struct subscription_memory *const memory =
		    text_equal(id, at_hand) ? NULL : memory_of(it, id);

		if (memory != NULL)
			(*memories)[count++] = memory;
	}
	const struct subscription_memory *const own =
	    *at_hand != '\0' ? memory_of(it, at_hand) : NULL;

	if (own != NULL)
		(*memories)[count++] = own;
	return count;
}

/* Out. */

static const char *version_of(struct arena *arena, const char *kind, const struct policy_head *head)
{
	return arena_printf(arena, "%s/%lld", kind, (long long)head->version);
}

static enum status say_access(struct look *it, const struct entitlement_change *change)
{
	static const Opsmesh__V1__AccessMove moves[] = {
		[ENTITLEMENT_GRANTED] = OPSMESH__V1__ACCESS_MOVE__ACCESS_MOVE_GRANTED,
		[ENTITLEMENT_CHANGED] = OPSMESH__V1__ACCESS_MOVE__ACCESS_MOVE_CHANGED,
		[ENTITLEMENT_WITHDRAWN] = OPSMESH__V1__ACCESS_MOVE__ACCESS_MOVE_WITHDRAWN,
	};
	struct arena *const arena = it->customer->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__AccessChanged changed = OPSMESH__V1__ACCESS_CHANGED__INIT;

	changed.move = moves[change->move];
	changed.product_id = text_mutable(change->now.product);
	changed.subscription_id = text_mutable(change->now.subscription);
	changed.item_id = text_mutable(change->now.item);
	changed.quantity = change->now.quantity;
	changed.metered = change->now.metered;
	if (change->now.until.has)
		changed.until = proto_timestamp(arena, change->now.until.at);
	changed.reason = text_mutable(entitlement_reason_names[change->now.reason]);
	changed.policy = text_mutable(version_of(arena, "access", &it->rules.access->head));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED;
	event.access_changed = &changed;
	return customer_say(it->customer, &event);
}

static const char *day_text(struct arena *arena, int64_t day)
{
	char text[TIME_TEXT_SIZE];
	const struct instant noon = { (day * DAYS(1).us) + HOURS(12).us };

	return arena_text(arena, time_format(noon, text), strlen("2026-05-01"));
}

static enum status say_moved(struct look *it, const struct recurring_movement *movement)
{
	struct task *const task = it->customer->task;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RecurringMoved moved = OPSMESH__V1__RECURRING_MOVED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;
	char refused[CURRENCY_REASON_SIZE];
	struct money none;

	amount.minor = movement->minor;
	amount.currency = text_mutable(movement->currency);
	if (currency_read(policies_currency(task, it->customer->at), movement->currency, 0, &none,
	                  refused))
		moved.amount = &amount;
	moved.move = (Opsmesh__V1__RecurringMove)(movement->kind + 1);
	moved.day = text_mutable(day_text(task->arena, it->news->day));
	moved.policy =
	    arena_printf(task->arena, "%s %s", version_of(task->arena, "mrr", &it->rules.mrr->head),
	                 version_of(task->arena, "books", &it->rules.books->head));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED;
	event.recurring_moved = &moved;
	return customer_say(it->customer, &event);
}

static enum status tell(struct look *it)
{
	for (size_t i = 0; i < it->news->access_count; i++)
		TRY(say_access(it, &it->news->access[i]));
	for (size_t i = 0; i < it->news->moved; i++)
		TRY(say_moved(it, &it->news->movements[i]));
	return STATUS_OK;
}

static int64_t amount_of(const struct recurring_amounts *amounts, const char *currency)
{
	for (size_t i = 0; i < amounts->count; i++)
		if (text_equal(amounts->list[i].currency, currency))
			return amounts->list[i].minor;
	return 0;
}

static void add_recurring(const struct look *it, const char *currency, int64_t minor)
{
	struct task *const task = it->customer->task;

	if (minor == 0)
		return;
	customer_reporting_touch(task, currency, it->standing->mrr.day);
	figure_add(task, currency, FIGURE_RECURRING, it->standing->mrr.day, minor);
}

/* In the books: what moved on the day that ended, and what it brings more or less since this look. */
static void add_figures(const struct look *it)
{
	struct task *const task = it->customer->task;
	const struct recurring_amounts *const now = &it->standing->mrr.now;
	const struct recurring_amounts *const before = &it->news->before;

	for (size_t i = 0; i < it->news->moved; i++) {
		const struct recurring_movement *const movement = &it->news->movements[i];
		const char *const name = arena_printf(task->arena, FIGURE_RECURRING "_%s",
		                                      recurring_kind_names[movement->kind]);

		figure_add(task, movement->currency, name, it->news->day, movement->minor);
	}
	for (size_t i = 0; i < now->count; i++)
		add_recurring(it, now->list[i].currency,
		              now->list[i].minor - amount_of(before, now->list[i].currency));
	for (size_t i = 0; i < before->count; i++)
		if (amount_of(now, before->list[i].currency) == 0)
			add_recurring(it, before->list[i].currency, -before->list[i].minor);
}

/* What is beyond all bounds: said, and looked at again when a subscription is another. */
static enum status refuse(struct customer *it, const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectRefused refused = OPSMESH__V1__OBJECT_REFUSED__INIT;

	refused.object_id = text_mutable(it->row.customer_id);
	refused.object_type = text_mutable("customer");
	refused.code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID;
	refused.reason = text_mutable(reason);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED;
	event.object_refused = &refused;
	return customer_say(it, &event);
}

static void keep(struct look *it, struct standing_row *row)
{
	struct task *const task = it->customer->task;

	row->body = standing_encode(task->arena, it->standing);
	task_save(task, &standing_table, row);
	if (it->news->next.has)
		task_timer_set(task, CUSTOMER_TIMER_STANDING, row->customer_id, it->news->next.at);
	else
		task_timer_clear(task, CUSTOMER_TIMER_STANDING, row->customer_id);
}

enum status customer_look(struct customer *it, const char *at_hand)
{
	struct task *const task = it->task;
	struct customer now = *it;
	struct look look = { .customer = &now,
		             .standing = arena_zero(task->arena, sizeof(*look.standing)),
		             .news = arena_zero(task->arena, sizeof(*look.news)) };
	const struct subscription_memory **memories;
	struct standing_row row;
	const char *reason;

	now.at = task->now;
	look.rules = policies_standing(task, task->now);
	TRY(recall(&look, &row));
	const size_t count = gather(&now, at_hand, &memories);

	if (!standing_follow(task->arena, look.standing, memories, count, &look.rules, task->now,
	                     look.news, &reason))
		return refuse(&now, reason);
	TRY(tell(&look));
	add_figures(&look);
	keep(&look, &row);
	return STATUS_OK;
}

enum status customer_on_standing(struct task *task, const char *key)
{
	struct customer it = {
		.task = task, .cause_id = "", .at = task->due, .row = { .customer_id = key }
	};

	(void)task_load(task, &customer_table, &it.row);
	return customer_look(&it, "");
}

void customer_need_standing(struct task *task, const char *key)
{
	task_need(task, &customer_table, &(struct customer_row){ .customer_id = key });
	task_need(task, &standing_table, &(struct standing_row){ .customer_id = key });
}
