/*
 * What a customer used, as products report it: taken once, in time or late, corrected, taken back.
 *
 * An event that is in time goes to the provider's meter, by whoever hears UsageTaken; a late one becomes a
 * line of the next invoice, by whoever hears UsageLate. What corrects an event that has not come waits for it. What was used on a day is counted here as well, for
 * the books: in time and late apart, because a day that is closed stays as it is.
 */
#include "services/billing-sync/customer_seat/customer_usage_inside.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer_seat/customer_holding.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/document/policies.h"

#include <string.h>

#define DAY_MAX \
	INT64_C(1000000000000000000) /* of one meter and day: a thousand of the largest events */
#define WAITING_MAX 16               /* corrections of one event that may come before it */

static const struct column usage_columns[] = {
	COLUMN(struct reported_row, customer_id),
	COLUMN(struct reported_row, event_key),
	COLUMN(struct reported_row, meter),
	COLUMN(struct reported_row, body),
	COLUMN(struct reported_row, held),
	COLUMN(struct reported_row, waiting),
	COLUMN_END,
};
const struct state_table reported_table = { .name = "reported",
	                                    .columns = usage_columns,
	                                    .key_columns = 2,
	                                    .row_size = sizeof(struct reported_row) };

static const struct column day_columns[] = {
	COLUMN(struct used_row, customer_id), COLUMN(struct used_row, meter),
	COLUMN(struct used_row, day),         COLUMN(struct used_row, in_time),
	COLUMN(struct used_row, late),        COLUMN_END,
};
const struct state_table used_table = { .name = "used",
	                                .columns = day_columns,
	                                .key_columns = 3,
	                                .row_size = sizeof(struct used_row) };

/* Rows. */

static struct reported_row key_of(struct arena *arena, const struct usage_event *event,
                                  const char *id)
{
	char key[USAGE_KEY_SIZE];

	return (struct reported_row){
		.customer_id = event->customer,
		.event_key =
		    arena_string(arena, usage_key(event->customer, event->source, id, key)),
	};
}

/* Of what others wait for there may be a row, and nothing be known. */
static enum status recall(struct report *it, const char *id, struct reported_row *kept,
                          struct usage_row *row, bool *known)
{
	struct task *const task = it->customer.task;

	*kept = key_of(task->arena, &it->event, id);
	*known = task_load(task, &reported_table, kept) && kept->body.data != NULL;
	if (*known && !usage_decode(kept->body, row))
		return task_fail(task, STATUS_FATAL, "usage %s: its row cannot be read",
		                 kept->event_key);
	return STATUS_OK;
}

static const char *timer_key(struct task *task, const struct reported_row *row)
{
	return arena_printf(task->arena, "%s/%s", row->customer_id, row->event_key);
}

static void keep(struct report *it, struct reported_row kept, const struct usage_row *row)
{
	struct task *const task = it->customer.task;

	kept.body = usage_encode(task->arena, row);
	kept.waiting = NULL;
	task_save(task, &reported_table, &kept);
	task_timer_set(task, CUSTOMER_TIMER_USAGE, timer_key(task, &kept),
	               usage_row_ends(it->policy, row));
}

static void keep_own(struct report *it, struct bytes held)
{
	it->own.meter = it->event.meter;
	it->own.held = held;
	it->kept = true;
	keep(it, it->own, &it->row);
}

/* What was used on a day. */

static int64_t day_of(struct instant at)
{
	const int64_t day = at.us / DAYS(1).us;

	return at.us % DAYS(1).us < 0 ? day - 1 : day;
}

/* False: beyond all bounds; nothing was counted. */
static bool count(struct report *it, const char *meter, struct instant at, int64_t quantity,
                  bool late)
{
	struct task *const task = it->customer.task;
	struct used_row row = { .customer_id = it->event.customer,
		                .meter = meter,
		                .day = day_of(at) };
	int64_t *const sum = late ? &row.late : &row.in_time;

	(void)task_load(task, &used_table, &row);
	if (*sum + quantity > DAY_MAX || *sum + quantity < -DAY_MAX)
		return false;
	*sum += quantity;
	task_save(task, &used_table, &row);
	return true;
}

/* What is in time for the provider's meter is worth something on its day. */
static enum status value(struct report *it, const struct usage_answer *answer)
{
	const struct usage_event *const event = &it->event;

	if (answer->route == USAGE_TO_METER)
		return customer_metered_use(&it->customer, event->meter, event->at,
		                            event->quantity);
	if (answer->route == USAGE_TO_CANCEL && it->original.route == USAGE_TO_METER)
		return customer_metered_use(&it->customer, it->referred.meter, it->original.at,
		                            -it->original.quantity);
	return STATUS_OK;
}

static bool count_all(struct report *it, const struct usage_answer *answer)
{
	const bool late = answer->route == USAGE_TO_ADJUSTMENT;

	switch (it->event.kind) {
	case USAGE_METER:
	case USAGE_CORRECTION:
		return count(it, it->event.meter, it->event.at, it->event.quantity, late);
	case USAGE_CANCEL:
		return count(it, it->referred.meter, it->original.at, -it->original.quantity,
		             it->original.route == USAGE_TO_ADJUSTMENT);
	case USAGE_SEAT_ASSIGNED:
	case USAGE_SEAT_RELEASED: break;
	}
	return true;
}

/* Deciding. */

/* What waited and is refused is not remembered either. */
static enum status refuse(struct report *it, const char *code, const char *field,
                          const char *reason)
{
	struct task *const task = it->customer.task;

	if (it->released) {
		task_remove(task, &reported_table, &it->own);
		task_timer_clear(task, CUSTOMER_TIMER_USAGE, timer_key(task, &it->own));
	}
	return usage_say_refused(it, code, field, reason);
}

static enum status apply(struct report *it, const struct usage_answer *answer)
{
	bool full = false;

	if (!count_all(it, answer))
		return refuse(it, "too_much", "quantity", "is more than a day of a meter can hold");
	TRY(value(it, answer));
	if (answer->route == USAGE_TO_SEATS)
		TRY(customer_hold_seat(&it->customer, &it->event, &full));
	if (full)
		return refuse(it, "too_much", "item_id",
		              "has more reports than are kept of an item");
	keep_own(it, (struct bytes){ NULL, 0 });
	if (it->refers)
		keep(it, it->referred, &it->original);
	return usage_say(it, answer);
}

/* The row of the event that has not come names those that wait for it. */
static enum status wait(struct report *it, const struct usage_answer *answer)
{
	struct task *const task = it->customer.task;
	struct reported_row *const referred = &it->referred;

	if (listed_count(referred->waiting) == WAITING_MAX)
		return refuse(it, "unknown", "refers", "has not come, and no more can wait for it");
	referred->meter = referred->meter != NULL ? referred->meter : "";
	referred->waiting = listed_with(task->arena, referred->waiting, it->own.event_key);
	task_save(task, &reported_table, referred);
	keep_own(it, proto_pack(task->arena, &it->message->base));
	return usage_say(it, answer);
}

static enum status take(struct report *it)
{
	struct usage_row seen;
	bool known;

	TRY(recall(it, it->event.id, &it->own, &seen, &known));
	if (*it->event.refers != '\0')
		TRY(recall(it, it->event.refers, &it->referred, &it->original, &it->refers));
	const struct usage_answer answer =
	    usage_decide(it->customer.task->arena, it->policy, &it->event, it->received,
	                 known && !it->released ? &seen : NULL, it->refers ? &it->original : NULL,
	                 &it->row);

	switch (answer.route) {
	case USAGE_DUPLICATE: return STATUS_OK;
	case USAGE_REFUSED: return refuse(it, answer.code, answer.field, answer.reason);
	case USAGE_WAITS: return wait(it, &answer);
	case USAGE_TO_METER:
	case USAGE_TO_ADJUSTMENT:
	case USAGE_TO_CANCEL:
	case USAGE_TO_SEATS: break;
	}
	return apply(it, &answer);
}

/* What waited for it. */

static enum status read_report(struct report *it)
{
	struct task *const task = it->customer.task;
	const char *field = NULL;

	if (!usage_event_take(it->message, &it->event, &field))
		return task_fail(task, STATUS_REJECT, "%s: out of bounds", field);
	if (!proto_instant(it->message->received_at, &it->received))
		return task_fail(task, STATUS_REJECT, "received_at: missing or out of range");
	it->policy = policies_usage(task, it->received);
	return STATUS_OK;
}

static enum status open_report(struct task *task, const Opsmesh__V1__UsageEvent *message,
                               struct report *it)
{
	*it = (struct report){ .message = message };
	TRY(customer_open(task, message->customer_id, message->occurred_at, &it->customer));
	return read_report(it);
}

static enum status unpack_held(struct task *task, const struct reported_row *row,
                               Opsmesh__V1__UsageEvent *message)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *held;

	opsmesh__v1__usage_event__init(message);
	if (!proto_unpack(task->arena, &opsmesh__v1__usage_event__descriptor, row->held, &held,
	                  reason))
		return task_fail(task, STATUS_FATAL, "usage %s: what is held cannot be read: %s",
		                 row->event_key, reason);
	*message = *(const Opsmesh__V1__UsageEvent *)(const void *)held;
	return STATUS_OK;
}

/* In the order in which they came, as if each came now. */
static enum status release(struct task *task, const struct reported_row *of)
{
	const char *list = of->waiting;
	const char *key;

	while ((key = listed_next(task->arena, &list)) != NULL) {
		struct reported_row row = { .customer_id = of->customer_id, .event_key = key };
		Opsmesh__V1__UsageEvent message;
		struct report it;

		if (!task_load(task, &reported_table, &row) || row.held.data == NULL)
			continue;
		TRY(unpack_held(task, &row, &message));
		TRY(open_report(task, &message, &it));
		it.released = true;
		TRY(take(&it));
	}
	return STATUS_OK;
}

enum status customer_on_reported(struct task *task, const Opsmesh__V1__UsageReported *reported)
{
	struct report it;

	(void)reported;
	TRY(open_report(task, (const void *)task->message, &it));
	TRY(take(&it));
	return it.kept ? release(task, &it.own) : STATUS_OK;
}

void customer_need_reported(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__UsageEvent *const event = (const void *)message;
	const char *field = NULL;
	struct usage_event taken;

	if (event->fact_case != OPSMESH__V1__USAGE_EVENT__FACT_REPORTED ||
	    !usage_event_take(event, &taken, &field))
		return;
	const struct reported_row own = key_of(task->arena, &taken, taken.id);

	task_need(task, &customer_table, &(struct customer_row){ .customer_id = taken.customer });
	task_need(task, &reported_table, &own);
	if (*taken.refers != '\0') {
		const struct reported_row other = key_of(task->arena, &taken, taken.refers);

		task_need(task, &reported_table, &other);
	}
	if (*taken.item != '\0')
		task_need(task, &holding_table,
		          &(struct holding_row){ .customer_id = taken.customer,
		                                 .item_id = taken.item });
	if (*taken.meter == '\0')
		return;
	task_need(task, &used_table,
	          &(struct used_row){ .customer_id = taken.customer,
	                              .meter = taken.meter,
	                              .day = day_of(taken.at) });
	task_need(task, &tally_table,
	          &(struct tally_row){ .customer_id = taken.customer, .meter = taken.meter });
}

/* What it refers to has not come in time; what others wait for stays. */
static enum status give_up(struct task *task, const struct reported_row *row)
{
	Opsmesh__V1__UsageEvent message;
	struct report it = { .message = &message,
		             .customer = { .task = task,
		                           .cause_id = "",
		                           .row = { .customer_id = row->customer_id } } };

	TRY(unpack_held(task, row, &message));
	TRY(read_report(&it));
	struct reported_row referred = key_of(task->arena, &it.event, it.event.refers);

	if (task_load(task, &reported_table, &referred)) {
		referred.waiting = listed_without(task->arena, referred.waiting, row->event_key);
		if (referred.waiting == NULL && referred.body.data == NULL)
			task_remove(task, &reported_table, &referred);
		else
			task_save(task, &reported_table, &referred);
	}
	it.customer.at = it.event.at;
	(void)task_load(task, &customer_table, &it.customer.row);
	return usage_say_refused(&it, "unknown", "refers", "has not come in time");
}

/* Forgetting: the key is "<customer>/<key of the event>". */

static struct reported_row row_of_key(struct task *task, const char *key)
{
	const char *const slash = strrchr(key, '/');
	const size_t size = slash != NULL ? (size_t)(slash - key) : 0;

	return (struct reported_row){ .customer_id = arena_text(task->arena, key, size),
		                      .event_key = slash != NULL ? slash + 1 : "" };
}

enum status customer_on_usage(struct task *task, const char *key)
{
	struct reported_row row = row_of_key(task, key);

	if (!task_load(task, &reported_table, &row))
		return STATUS_OK;
	task_remove(task, &reported_table, &row);
	return row.held.data != NULL ? give_up(task, &row) : STATUS_OK;
}

void customer_need_usage(struct task *task, const char *key)
{
	const struct reported_row row = row_of_key(task, key);

	task_need(task, &reported_table, &row);
}
