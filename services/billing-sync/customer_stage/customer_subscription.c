/*
 * A subscription: begun, another plan, other seats, late, paused, asked to end, over.
 */
#include "common/base/listed.h"
#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/customer_seat/customer_seat.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/subscription/subscription_change.h"

#include "common/base/text.h"
#include "common/io/proto.h"

/* One subscription at hand. */
struct story {
	struct customer *customer;
	const char *id;
	const char *status; /* the provider's word */
	struct subscription_memory memory;
};

/* So long before its end a trial is ending. */
static struct duration notice_of(const struct customer *it)
{
	return policies_standing(it->task, it->at).access->trial_notice;
}

static struct subscription_about about_of(const struct customer *it, bool returns)
{
	return (struct subscription_about){ .at = it->at,
		                            .trial_notice = notice_of(it),
		                            .customer_returns = returns };
}

/* What a customer has. */

static bool has_another(const struct customer *it, const char *id)
{
	return listed_count(it->row.alive) > (size_t)listed_has(it->row.alive, id);
}

static void keep_customer(struct story *it)
{
	struct arena *const arena = it->customer->task->arena;
	struct customer_row *const row = &it->customer->row;

	row->alive = listed_without(arena, row->alive, it->id);
	if (subscription_is_alive(&it->memory.seen)) {
		row->alive = listed_with(arena, row->alive, it->id);
		row->subscribed = true;
	}
	task_save(it->customer->task, &customer_table, row);
}

/* Facts. */

static Opsmesh__V1__SubscriptionItem *item_make(struct arena *arena, const char *id,
                                                const char *price, const char *product,
                                                int64_t quantity)
{
	Opsmesh__V1__SubscriptionItem *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__subscription_item__init(made);
	made->item_id = text_mutable(id);
	made->price_id = text_mutable(price);
	made->product_id = text_mutable(product);
	made->quantity = quantity;
	return made;
}

static Opsmesh__V1__SubscriptionItem **items_now(const struct story *it, size_t *count)
{
	struct arena *const arena = it->customer->task->arena;
	const struct subscription *const seen = &it->memory.seen;
	Opsmesh__V1__SubscriptionItem **const items =
	    arena_alloc(arena, (seen->item_count + 1) * sizeof(*items));

	for (*count = 0; *count < seen->item_count; ++*count) {
		const struct subscription_item *const item = &seen->items[*count];

		items[*count] =
		    item_make(arena, item->id, item->price.id, item->price.product, item->quantity);
	}
	return items;
}

static Google__Protobuf__Timestamp *stamp(const struct story *it, struct moment moment)
{
	return moment.has ? proto_timestamp(it->customer->task->arena, moment.at) : NULL;
}

static enum status say_started(struct story *it, const struct subscription_change *change)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SubscriptionStarted started = OPSMESH__V1__SUBSCRIPTION_STARTED__INIT;

	started.subscription_id = text_mutable(it->id);
	started.status = text_mutable(it->status);
	started.items = items_now(it, &started.n_items);
	started.period_end = stamp(it, subscription_period_end(&it->memory.seen));
	started.trial_end = stamp(it, it->memory.seen.trial_end);
	started.again = change->kind == SUBSCRIPTION_REACTIVATED;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED;
	event.subscription_started = &started;
	return customer_say(it->customer, &event);
}

static enum status say_ended(struct story *it, const struct subscription_change *change)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SubscriptionEnded ended = OPSMESH__V1__SUBSCRIPTION_ENDED__INIT;

	ended.subscription_id = text_mutable(it->id);
	ended.status = text_mutable(it->status);
	ended.asked_at = stamp(it, change->asked);
	ended.reason = text_mutable(change->reason != NULL ? change->reason : "");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_ENDED;
	event.subscription_ended = &ended;
	return customer_say(it->customer, &event);
}

#define MOVE(name) OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_##name

static const Opsmesh__V1__SubscriptionMove moves[SUBSCRIPTION_CHANGES] = {
	[SUBSCRIPTION_TRIAL_STARTED] = MOVE(TRIAL_STARTED),
	[SUBSCRIPTION_TRIAL_ENDING] = MOVE(TRIAL_ENDING),
	[SUBSCRIPTION_TRIAL_ENDED] = MOVE(TRIAL_ENDED),
	[SUBSCRIPTION_PLAN_CHANGED] = MOVE(PLAN),
	[SUBSCRIPTION_SEATS_CHANGED] = MOVE(SEATS),
	[SUBSCRIPTION_WENT_PAUSED] = MOVE(PAUSED),
	[SUBSCRIPTION_RESUMED] = MOVE(RESUMED),
	[SUBSCRIPTION_WENT_PAST_DUE] = MOVE(PAST_DUE),
	[SUBSCRIPTION_WENT_UNPAID] = MOVE(UNPAID),
	[SUBSCRIPTION_RECOVERED] = MOVE(RECOVERED),
	[SUBSCRIPTION_CANCEL_ASKED] = MOVE(CANCEL_ASKED),
	[SUBSCRIPTION_CANCEL_UNDONE] = MOVE(CANCEL_UNDONE),
};

/* What the items of these changes were; an item that came was nothing. */
static void add_before(struct story *it, const struct subscription_change *changes, size_t count,
                       Opsmesh__V1__SubscriptionChanged *changed)
{
	struct arena *const arena = it->customer->task->arena;

	changed->before = arena_alloc(arena, (count + 1) * sizeof(*changed->before));
	for (size_t i = 0; i < count; i++)
		if (*changes[i].from_price != '\0')
			changed->before[changed->n_before++] =
			    item_make(arena, changes[i].item, changes[i].from_price, "",
			              changes[i].from_quantity);
}

/* One fact for all items of a kind. */
static enum status say_changed(struct story *it, const struct subscription_change *changes,
                               size_t count)
{
	const enum subscription_change_kind kind = changes[0].kind;
	const bool ends = kind == SUBSCRIPTION_CANCEL_ASKED || kind == SUBSCRIPTION_TRIAL_ENDING;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SubscriptionChanged changed = OPSMESH__V1__SUBSCRIPTION_CHANGED__INIT;

	changed.subscription_id = text_mutable(it->id);
	changed.move = moves[kind];
	changed.status = text_mutable(it->status);
	changed.items = items_now(it, &changed.n_items);
	if (kind == SUBSCRIPTION_PLAN_CHANGED || kind == SUBSCRIPTION_SEATS_CHANGED)
		add_before(it, changes, count, &changed);
	if (ends)
		changed.ends_at = stamp(it, changes[0].effective);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_CHANGED;
	event.subscription_changed = &changed;
	return customer_say(it->customer, &event);
}

/* Of who comes back both are told, and it is one fact. */
static bool is_again(const struct subscription_changes *changes, size_t next)
{
	return next < changes->count && changes->list[next].kind == SUBSCRIPTION_REACTIVATED;
}

static enum status say_all(struct story *it, const struct subscription_changes *changes)
{
	for (size_t i = 0, next = 0; i < changes->count; i = next) {
		const enum subscription_change_kind kind = changes->list[i].kind;

		while (next < changes->count && changes->list[next].kind == kind)
			next++;
		if (kind == SUBSCRIPTION_STARTED && is_again(changes, next))
			continue;
		if (kind == SUBSCRIPTION_STARTED || kind == SUBSCRIPTION_REACTIVATED)
			TRY(say_started(it, &changes->list[i]));
		else if (kind == SUBSCRIPTION_ENDED || kind == SUBSCRIPTION_EXPIRED)
			TRY(say_ended(it, &changes->list[i]));
		else
			TRY(say_changed(it, &changes->list[i], next - i));
	}
	return STATUS_OK;
}

/* The timer of a trial's end: its key is "<customer>/<subscription>". */

static const char *timer_key(const struct story *it)
{
	return arena_printf(it->customer->task->arena, "%s/%s", it->customer->row.customer_id,
	                    it->id);
}

static void set_timer(struct story *it)
{
	struct instant due;

	if (subscription_timer(&it->memory, notice_of(it->customer), &due))
		task_timer_set(it->customer->task, CUSTOMER_TIMER_TRIAL, timer_key(it), due);
	else
		task_timer_clear(it->customer->task, CUSTOMER_TIMER_TRIAL, timer_key(it));
}

/* In. */

static enum status recall(struct story *it, const struct held_row *held)
{
	it->memory = (struct subscription_memory){ .known = false };
	if (held->body.size == 0 ||
	    subscription_memory_decode(it->customer->task->arena, held->body, &it->memory))
		return STATUS_OK;
	return task_fail(it->customer->task, STATUS_FATAL,
	                 "subscription %s: its row cannot be read", it->id);
}

/* Of an earlier one the revision is 0. */
static struct seat_seen seen_of(const struct customer *it,
                                const Opsmesh__V1__ObjectMirrored *mirrored)
{
	return (struct seat_seen){
		.at = it->at,
		.revision = mirrored->revision,
		.uploaded = mirrored->provenance > OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK &&
		            *mirrored->event_id == '\0',
	};
}

static enum status follow(struct thing *thing, const struct subscription *now)
{
	struct customer *const customer = thing->customer;
	struct story it = { .customer = customer,
		            .id = thing->mirrored->object_id,
		            .status = thing->mirrored->status };
	const struct subscription_about about =
	    about_of(customer, customer->row.subscribed && !has_another(customer, it.id));
	struct moment owing = { .has = false };

	TRY(recall(&it, &thing->held));
	const struct subscription_changes changes =
	    subscription_follow(customer->task->arena, &it.memory, now, &about);

	TRY(say_all(&it, &changes));
	keep_customer(&it);
	set_timer(&it);
	TRY(customer_seat_state(customer, it.id, seen_of(customer, thing->mirrored), now, &owing));
	if (owing.has && subscription_owes(now))
		it.memory.past_due_since = owing;
	TRY(customer_hold(thing, subscription_memory_encode(customer->task->arena, &it.memory)));
	return customer_look(customer, it.id);
}

bool customer_read_subscription(struct thing *thing, enum status *status, struct json_error *error)
{
	struct subscription now;

	if (!subscription_read(thing->customer->task->arena, &thing->object, &now, error))
		return false;
	*status = follow(thing, &now);
	return *status != STATUS_OK ||
	       customer_metered_state(thing->customer, &thing->object, thing->mirrored->revision,
	                              &now, status, error);
}

enum status customer_on_trial(struct task *task, const char *key)
{
	struct held_row held;
	struct customer customer;
	struct subscription_change change;

	TRY(customer_open_timer(task, key, &customer, &held));
	struct story it = { .customer = &customer,
		            .id = held.object_id,
		            .status = held.status != NULL ? held.status : "" };
	const struct subscription_about about = about_of(&customer, false);

	TRY(recall(&it, &held));
	if (!it.memory.known || !subscription_on_timer(&it.memory, &about, &change))
		return STATUS_OK;
	TRY(say_changed(&it, &change, 1));
	held.body = subscription_memory_encode(task->arena, &it.memory);
	task_save(task, &held_table, &held);
	return STATUS_OK;
}

/* What it was before may say that it owes for longer, or that it paid since. */
static enum status date_debt(struct customer *customer, const char *id, const struct moment *owing)
{
	struct task *const task = customer->task;
	struct held_row held = { .customer_id = customer->row.customer_id, .object_id = id };
	struct story it = { .customer = customer, .id = id };

	if (!owing->has || !task_load(task, &held_table, &held))
		return STATUS_OK;
	TRY(recall(&it, &held));
	if (!it.memory.past_due_since.has || it.memory.past_due_since.at.us == owing->at.us)
		return STATUS_OK;
	it.memory.past_due_since = *owing;
	held.body = subscription_memory_encode(task->arena, &it.memory);
	task_save(task, &held_table, &held);
	return customer_look(customer, id);
}

/* Of what a subscription was before nobody is told anew: it is the history of its seats and debts. */
enum status customer_on_earlier(struct task *task, const Opsmesh__V1__ObjectMirrored *earlier)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	const struct bytes payload = { earlier->payload.data, earlier->payload.len };
	AUTO_JSON document = NULL;
	struct moment owing = { .has = false };
	enum status status = STATUS_OK;
	struct subscription before;
	struct customer customer;
	struct json_error error;

	TRY(customer_open(task, event->customer_id, event->occurred_at, &customer));
	if (!json_parse_brief(payload, CUSTOMER_PAYLOAD_MAX, &document, &error))
		return STATUS_OK;
	const struct json_place object = json_top(document);

	if (!subscription_read(task->arena, &object, &before, &error))
		return STATUS_OK;
	TRY(customer_seat_state(&customer, earlier->object_id, seen_of(&customer, earlier), &before,
	                        &owing));
	TRY(date_debt(&customer, earlier->object_id, &owing));
	return customer_metered_state(&customer, &object, 0, &before, &status, &error) ? status
	                                                                               : STATUS_OK;
}

void customer_need_earlier(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	task_need(task, &customer_table,
	          &(struct customer_row){ .customer_id = event->customer_id });
	if (event->fact_case != OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER)
		return;
	task_need(task, &book_table,
	          &(struct book_row){ .customer_id = event->customer_id,
	                              .subscription_id = event->earlier->object_id });
	task_need(task, &held_table,
	          &(struct held_row){ .customer_id = event->customer_id,
	                              .object_id = event->earlier->object_id });
}
