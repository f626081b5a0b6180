#include "services/billing-sync/customer/customer_refused.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/customer/refused.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

static const struct column customer_columns[] = {
	COLUMN(struct customer_row, customer_id),
	COLUMN(struct customer_row, account_id),
	COLUMN(struct customer_row, alive),
	COLUMN(struct customer_row, subscribed),
	COLUMN(struct customer_row, charges),
	COLUMN(struct customer_row, books),
	COLUMN(struct customer_row, agreed_by),
	COLUMN(struct customer_row, agreed),
	COLUMN(struct customer_row, balance),
	COLUMN(struct customer_row, live_object),
	COLUMN(struct customer_row, test_object),
	COLUMN(struct customer_row, rivals),
	COLUMN(struct customer_row, came),
	COLUMN(struct customer_row, named_us),
	COLUMN(struct customer_row, missed),
	COLUMN(struct customer_row, refused),
	COLUMN_END,
};
const struct state_table customer_table = { .name = "customer",
	                                    .columns = customer_columns,
	                                    .key_columns = 1,
	                                    .row_size = sizeof(struct customer_row) };

static const struct column held_columns[] = {
	COLUMN(struct held_row, customer_id),
	COLUMN(struct held_row, object_id),
	COLUMN(struct held_row, type),
	COLUMN(struct held_row, status),
	COLUMN(struct held_row, revision),
	COLUMN(struct held_row, body),
	COLUMN_END,
};
const struct state_table held_table = { .name = "held",
	                                .columns = held_columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct held_row) };

/* A customer at hand. */

enum status customer_open(struct task *task, const char *customer_id,
                          const Google__Protobuf__Timestamp *occurred_at, struct customer *it)
{
	if (!stripe_is_key(customer_id))
		return task_fail(task, STATUS_REJECT,
		                 "customer_id: empty, too long or with a slash");
	TRY(task_key(task, "customer_id", customer_id, STRIPE_ID_MAX));
	*it = (struct customer){
		.task = task,
		.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size),
		.row = { .customer_id = customer_id },
	};
	if (!proto_instant(occurred_at, &it->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	(void)task_load(task, &customer_table, &it->row);
	return STATUS_OK;
}

enum status customer_say(struct customer *it, Opsmesh__V1__BillingEvent *event)
{
	if (!it->nobody && task_has(it->task, &customer_table))
		event->customer_id = text_mutable(it->row.customer_id);
	event->occurred_at = proto_timestamp(it->task->arena, it->at);
	event->cause_id = text_mutable(it->cause_id);
	if (it->row.account_id != NULL)
		event->account_id = text_mutable(it->row.account_id);
	return task_emit(it->task, &(struct emission){ .topic = OPS_BILLING,
	                                               .key = it->row.customer_id,
	                                               .time = it->at,
	                                               .message = &event->base });
}

/* An object at hand. */

enum status customer_hold(struct thing *thing, struct bytes body)
{
	struct held_row row = thing->held;

	row.type = thing->mirrored->object_type;
	row.status = *thing->mirrored->status != '\0' ? thing->mirrored->status : NULL;
	row.revision = thing->mirrored->revision;
	row.body = body;
	task_save(thing->customer->task, &held_table, &row);
	return STATUS_OK;
}

bool customer_moved(const struct thing *thing)
{
	const char *const before = thing->held.status != NULL ? thing->held.status : "";

	return !thing->known || !text_equal(before, thing->mirrored->status);
}

bool customer_amount(struct thing *thing, const char *field, const char *currency, int64_t amount,
                     Opsmesh__V1__Money **money, struct json_error *error)
{
	struct task *const task = thing->customer->task;
	const struct currency_policy *const policy = policies_currency(task, thing->customer->at);
	char reason[CURRENCY_REASON_SIZE];
	struct money read;

	if (!currency_read(policy, currency, amount, &read, reason))
		return json_refuse(&thing->object, field, error, "%s", reason);
	*money = arena_alloc(task->arena, sizeof(**money));
	opsmesh__v1__money__init(*money);
	(*money)->minor = read.minor;
	(*money)->currency = arena_string(task->arena, read.currency);
	return true;
}

bool customer_money(struct thing *thing, const char *field, const char *currency,
                    Opsmesh__V1__Money **money, struct json_error *error)
{
	int64_t amount = 0;

	*money = NULL;
	if (!json_integer_if(&thing->object, field, INT64_MIN, INT64_MAX, &amount, error))
		return false;
	return !json_has(&thing->object, field) ||
	       customer_amount(thing, field, currency, amount, money, error);
}

enum status customer_refuse(struct thing *thing, const struct json_error *error)
{
	struct task *const task = thing->customer->task;
	struct json_error *const refused = arena_alloc(task->scratch, sizeof(*refused));

	*refused = *error;
	thing->refused = refused;
	return task_refuse(task, "%s: %s", error->path, error->reason);
}

/* False: it is refused, and error says why. */
static bool read_whole(struct thing *thing, thing_reader *read, enum status *status,
                       struct json_error *error)
{
	const struct task *const task = thing->customer->task;

	if (!read(thing, status, error))
		return false;
	if (!task_is_refused(task, *status))
		return true;
	if (thing->refused != NULL)
		*error = *thing->refused;
	else
		*error = refused_error(task->reason);
	return false;
}

enum status customer_take(struct thing *thing, thing_reader *read)
{
	struct customer *const it = thing->customer;
	const struct task_mark mark = task_mark(it->task);
	const struct customer before = *it;
	enum status status = STATUS_OK;
	struct json_error error;

	if (read_whole(thing, read, &status, &error))
		return status == STATUS_OK ? refused_heal(thing) : status;
	task_undo(it->task, &mark);
	*it = before;
	thing->turned_away = true;
	return refused_whole(thing, &error);
}

/* Timers. */

struct customer_timer customer_timer_of(struct task *task, const char *key)
{
	const size_t size = strcspn(key, "/");
	const char *const about = key[size] == '/' ? key + size + 1 : "";

	return (struct customer_timer){ arena_text(task->arena, key, size),
		                        arena_string(task->arena, about) };
}

static void split(struct task *task, const char *key, struct held_row *held)
{
	const struct customer_timer timer = customer_timer_of(task, key);

	*held = (struct held_row){ .customer_id = timer.customer, .object_id = timer.about };
}

enum status customer_open_timer(struct task *task, const char *key, struct customer *it,
                                struct held_row *held)
{
	split(task, key, held);
	*it = (struct customer){ .task = task,
		                 .cause_id = "",
		                 .at = task->due,
		                 .row = { .customer_id = held->customer_id } };
	(void)task_load(task, &customer_table, &it->row);
	if (!task_load(task, &held_table, held))
		return task_fail(task, STATUS_FATAL, "timer %s: what it is about is not held", key);
	return STATUS_OK;
}

void customer_need_timer(struct task *task, const char *key)
{
	struct held_row held;

	split(task, key, &held);
	task_need(task, &customer_table, &(struct customer_row){ .customer_id = held.customer_id });
	task_need(task, &held_table, &held);
}
