/*
 * What a customer used, as products report it: taken once, in time or late, corrected, taken back.
 *
 * An event that is in time goes to the provider's meter, by whoever hears UsageTaken; a late one becomes a
 * line of the next invoice, by whoever hears UsageLate. What was used on a day is counted here as well, for
 * the books: in time and late apart, because a day that is closed stays as it is.
 */
#include "services/billing-sync/customer_usage.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer_holding.h"
#include "services/billing-sync/customer_metered.h"
#include "services/billing-sync/policies.h"

#include <string.h>

#define DAY_MAX \
	INT64_C(1000000000000000000) /* of one meter and day: a thousand of the largest events */

static const struct column usage_columns[] = {
	COLUMN(struct reported_row, customer_id),
	COLUMN(struct reported_row, event_key),
	COLUMN(struct reported_row, meter),
	COLUMN(struct reported_row, body),
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

/* One event at hand. */
struct report {
	struct customer *customer;
	const struct usage_policy *policy;
	struct usage_event event;
	struct instant received;
	struct usage_row original; /* that it refers to */
	const char *original_meter;
	bool refers; /* there is one */
	struct usage_row row;
};

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

static enum status recall(struct report *it, const char *id, struct reported_row *kept,
                          struct usage_row *row, bool *known)
{
	struct task *const task = it->customer->task;

	*kept = key_of(task->arena, &it->event, id);
	*known = task_load(task, &reported_table, kept);
	if (*known && !usage_decode(kept->body, row))
		return task_fail(task, STATUS_FATAL, "usage %s: its row cannot be read",
		                 kept->event_key);
	return STATUS_OK;
}

static void keep(struct report *it, const char *id, const char *meter, const struct usage_row *row)
{
	struct task *const task = it->customer->task;
	struct reported_row kept = key_of(task->arena, &it->event, id);

	kept.meter = meter;
	kept.body = usage_encode(task->arena, row);
	task_save(task, &reported_table, &kept);
	task_timer_set(task, CUSTOMER_TIMER_USAGE,
	               arena_printf(task->arena, "%s/%s", kept.customer_id, kept.event_key),
	               usage_row_ends(it->policy, row));
}

/* Facts. */

static const char *policy_of(const struct report *it)
{
	return arena_printf(it->customer->task->arena, "usage/%lld",
	                    (long long)it->policy->head.version);
}

static enum status say_taken(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageTaken taken = OPSMESH__V1__USAGE_TAKEN__INIT;

	taken.source = text_mutable(it->event.source);
	taken.event_id = text_mutable(it->event.id);
	taken.meter = text_mutable(it->event.meter);
	taken.quantity = it->event.quantity;
	taken.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN;
	event.usage_taken = &taken;
	return customer_say(it->customer, &event);
}

static enum status say_late(struct report *it, const char *reason)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageLate late = OPSMESH__V1__USAGE_LATE__INIT;

	late.source = text_mutable(it->event.source);
	late.event_id = text_mutable(it->event.id);
	late.meter = text_mutable(it->event.meter);
	late.quantity = it->event.quantity;
	late.refers = text_mutable(it->event.refers);
	late.received_at = proto_timestamp(it->customer->task->arena, it->received);
	late.reason = text_mutable(reason);
	late.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE;
	event.usage_late = &late;
	return customer_say(it->customer, &event);
}

static enum status say_corrected(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageCorrected corrected = OPSMESH__V1__USAGE_CORRECTED__INIT;

	corrected.source = text_mutable(it->event.source);
	corrected.event_id = text_mutable(it->event.id);
	corrected.meter = text_mutable(it->event.meter);
	corrected.quantity = it->event.quantity;
	corrected.refers = text_mutable(it->event.refers);
	corrected.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED;
	event.usage_corrected = &corrected;
	return customer_say(it->customer, &event);
}

static enum status say_cancelled(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageCancelled cancelled = OPSMESH__V1__USAGE_CANCELLED__INIT;

	cancelled.source = text_mutable(it->event.source);
	cancelled.event_id = text_mutable(it->event.id);
	cancelled.refers = text_mutable(it->event.refers);
	cancelled.meter = text_mutable(it->original_meter);
	cancelled.quantity = it->original.quantity;
	cancelled.late = it->original.route == USAGE_TO_ADJUSTMENT;
	cancelled.policy = text_mutable(policy_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED;
	event.usage_cancelled = &cancelled;
	return customer_say(it->customer, &event);
}

static enum status say_seat(struct report *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SeatMoved moved = OPSMESH__V1__SEAT_MOVED__INIT;

	moved.source = text_mutable(it->event.source);
	moved.event_id = text_mutable(it->event.id);
	moved.item_id = text_mutable(it->event.item);
	moved.assigned = it->event.kind == USAGE_SEAT_ASSIGNED;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SEAT_MOVED;
	event.seat_moved = &moved;
	return customer_say(it->customer, &event);
}

static enum status say_refused(struct report *it, const char *code, const char *field,
                               const char *reason)
{
	const Opsmesh__V1__UsageEvent *const message = (const void *)it->customer->task->message;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageRefused refused = OPSMESH__V1__USAGE_REFUSED__INIT;

	refused.source = text_mutable(it->event.source);
	refused.event_id = text_mutable(it->event.id);
	refused.code = text_mutable(code);
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	refused.request_id = message->request_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_REFUSED;
	event.usage_refused = &refused;
	return customer_say(it->customer, &event);
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
	struct task *const task = it->customer->task;
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
		return customer_metered_use(it->customer, event->meter, event->at, event->quantity);
	if (answer->route == USAGE_TO_CANCEL && it->original.route == USAGE_TO_METER)
		return customer_metered_use(it->customer, it->original_meter, it->original.at,
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
		return count(it, it->original_meter, it->original.at, -it->original.quantity,
		             it->original.route == USAGE_TO_ADJUSTMENT);
	case USAGE_SEAT_ASSIGNED:
	case USAGE_SEAT_RELEASED: break;
	}
	return true;
}

/* Deciding. */

static enum status say(struct report *it, const struct usage_answer *answer)
{
	switch (answer->route) {
	case USAGE_TO_METER:
		return it->event.kind == USAGE_CORRECTION ? say_corrected(it) : say_taken(it);
	case USAGE_TO_ADJUSTMENT: return say_late(it, answer->reason);
	case USAGE_TO_CANCEL: return say_cancelled(it);
	case USAGE_TO_SEATS: return say_seat(it);
	case USAGE_DUPLICATE:
	case USAGE_REFUSED: break;
	}
	return STATUS_OK;
}

static enum status take(struct report *it)
{
	struct task *const task = it->customer->task;
	struct reported_row kept;
	struct reported_row referred = { .meter = NULL };
	struct usage_row seen;
	bool known;
	bool full = false;

	TRY(recall(it, it->event.id, &kept, &seen, &known));
	if (*it->event.refers != '\0')
		TRY(recall(it, it->event.refers, &referred, &it->original, &it->refers));
	it->original_meter = referred.meter != NULL ? referred.meter : "";
	const struct usage_answer answer =
	    usage_decide(task->arena, it->policy, &it->event, it->received, known ? &seen : NULL,
	                 it->refers ? &it->original : NULL, &it->row);

	if (answer.route == USAGE_DUPLICATE)
		return STATUS_OK;
	if (answer.route == USAGE_REFUSED)
		return say_refused(it, answer.code, answer.field, answer.reason);
	if (!count_all(it, &answer))
		return say_refused(it, "too_much", "quantity",
		                   "is more than a day of a meter can hold");
	TRY(value(it, &answer));
	if (answer.route == USAGE_TO_SEATS)
		TRY(customer_hold_seat(it->customer, &it->event, &full));
	if (full)
		return say_refused(it, "too_much", "item_id",
		                   "has more reports than are kept of an item");
	keep(it, it->event.id, it->event.meter, &it->row);
	if (it->refers)
		keep(it, it->event.refers, it->original_meter, &it->original);
	return say(it, &answer);
}

enum status customer_on_reported(struct task *task, const Opsmesh__V1__UsageReported *reported)
{
	const Opsmesh__V1__UsageEvent *const message = (const void *)task->message;
	const char *field = NULL;
	struct customer customer;
	struct report it = { .customer = &customer };

	(void)reported;
	TRY(customer_open(task, message->customer_id, message->occurred_at, &customer));
	if (!usage_event_take(message, &it.event, &field))
		return task_fail(task, STATUS_REJECT, "%s: out of bounds", field);
	if (!proto_instant(message->received_at, &it.received))
		return task_fail(task, STATUS_REJECT, "received_at: missing or out of range");
	it.policy = policies_usage(task, it.received);
	return take(&it);
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
	const struct reported_row row = row_of_key(task, key);

	task_remove(task, &reported_table, &row);
	return STATUS_OK;
}

void customer_need_usage(struct task *task, const char *key)
{
	const struct reported_row row = row_of_key(task, key);

	task_need(task, &reported_table, &row);
}
