#include "services/billing-sync/subscription/subscription_change.h"

#include "common/base/check.h"
#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

#define VERSION 1

const char *const subscription_change_names[] = { "started",
	                                          "reactivated",
	                                          "trial_started",
	                                          "trial_ending",
	                                          "trial_ended",
	                                          "plan_changed",
	                                          "seats_changed",
	                                          "paused",
	                                          "resumed",
	                                          "past_due",
	                                          "unpaid",
	                                          "recovered",
	                                          "cancel_asked",
	                                          "cancel_undone",
	                                          "ended",
	                                          "expired",
	                                          NULL };

/* One state to the next. */
struct step {
	const struct subscription_memory *memory; /* as it was */
	const struct subscription *before;        /* NULL: never heard of */
	const struct subscription *now;
	const struct subscription_about *about;
	struct subscription_changes *changes;
	size_t room; /* for so many of them */
};

static struct subscription_change *tell(struct step *it, enum subscription_change_kind kind,
                                        struct moment effective)
{
	struct subscription_change *const change = &it->changes->list[it->changes->count++];

	CHECK(it->changes->count <= it->room);
	*change = (struct subscription_change){ .kind = kind,
		                                .effective = effective,
		                                .item = "",
		                                .from_price = "",
		                                .to_price = "",
		                                .reason = "" };
	return change;
}

static struct moment moment_of(struct instant at)
{
	return (struct moment){ true, at };
}

static bool moment_equal(const struct moment *a, const struct moment *b)
{
	return a->has == b->has && (!a->has || a->at.us == b->at.us);
}

static bool was(const struct step *it, enum subscription_status status)
{
	return it->before != NULL && it->before->status == status;
}

static bool is(const struct step *it, enum subscription_status status)
{
	return it->now->status == status;
}

static bool was_alive(const struct step *it)
{
	return it->before != NULL && subscription_is_alive(it->before);
}

/* It has begun, be it that it has ended since. */
static bool has_begun(const struct step *it)
{
	return subscription_is_alive(it->now) ||
	       (is(it, SUBSCRIPTION_CANCELED) && !was(it, SUBSCRIPTION_INCOMPLETE));
}

/* Beginnings. */

static void tell_start(struct step *it)
{
	const bool back = it->memory->started && !was_alive(it) && subscription_is_alive(it->now);

	if (!it->memory->started && has_begun(it))
		tell(it, SUBSCRIPTION_STARTED,
		     it->now->start.has ? it->now->start : moment_of(it->about->at));
	else if (!back)
		return;
	if (back || it->about->customer_returns)
		tell(it, SUBSCRIPTION_REACTIVATED,
		     back || !it->now->start.has ? moment_of(it->about->at) : it->now->start);
}

static void tell_trial(struct step *it)
{
	if (is(it, SUBSCRIPTION_TRIALING) && !was(it, SUBSCRIPTION_TRIALING))
		tell(it, SUBSCRIPTION_TRIAL_STARTED,
		     it->now->trial_start.has ? it->now->trial_start : moment_of(it->about->at));
	if (was(it, SUBSCRIPTION_TRIALING) && !is(it, SUBSCRIPTION_TRIALING))
		tell(it, SUBSCRIPTION_TRIAL_ENDED,
		     moment_of(it->now->trial_end.has
		                   ? time_earlier(it->now->trial_end.at, it->about->at)
		                   : it->about->at));
}

/* Items: both lists are in the order of their ids. */

static const struct subscription_item nothing = { .id = "", .price = { .id = "" } };

static void tell_plan(struct step *it, const struct subscription_item *from,
                      const struct subscription_item *to)
{
	struct subscription_change *const change =
	    tell(it, SUBSCRIPTION_PLAN_CHANGED, moment_of(it->about->at));

	change->item = to == &nothing ? from->id : to->id;
	change->from_price = from->price.id;
	change->to_price = to->price.id;
	change->from_quantity = from->quantity;
	change->to_quantity = to->quantity;
}

static void tell_seats(struct step *it, const struct subscription_item *from,
                       const struct subscription_item *to)
{
	struct subscription_change *const change =
	    tell(it, SUBSCRIPTION_SEATS_CHANGED, moment_of(it->about->at));

	change->item = to->id;
	change->from_price = from->price.id;
	change->to_price = to->price.id;
	change->from_quantity = from->quantity;
	change->to_quantity = to->quantity;
}

static const struct subscription_item *item_of(const struct subscription *subscription,
                                               const char *id)
{
	for (size_t i = 0; i < subscription->item_count; i++)
		if (text_equal(subscription->items[i].id, id))
			return &subscription->items[i];
	return NULL;
}

/* The next item of a list, from *at on, that the other list has not. */
static const struct subscription_item *next_alone(const struct subscription *subscription,
                                                  const struct subscription *other, size_t *at)
{
	while (*at < subscription->item_count) {
		const struct subscription_item *const item = &subscription->items[(*at)++];

		if (item_of(other, item->id) == NULL)
			return item;
	}
	return &nothing;
}

/* One that went and one that came are a change of plan, pair by pair. */
static void tell_swaps(struct step *it)
{
	size_t went = 0;
	size_t came = 0;

	for (;;) {
		const struct subscription_item *const from = next_alone(it->before, it->now, &went);
		const struct subscription_item *const to = next_alone(it->now, it->before, &came);

		if (from == &nothing && to == &nothing)
			return;
		tell_plan(it, from, to);
	}
}

/* A list that was cut names not all: an item that is not on it has not gone. */
static void tell_items(struct step *it)
{
	if (!was_alive(it) || !subscription_is_alive(it->now))
		return;
	for (size_t i = 0; i < it->now->item_count; i++) {
		const struct subscription_item *const to = &it->now->items[i];
		const struct subscription_item *const from = item_of(it->before, to->id);

		if (from != NULL && !text_equal(from->price.id, to->price.id))
			tell_plan(it, from, to);
	}
	if (!it->before->items_cut && !it->now->items_cut)
		tell_swaps(it);
	for (size_t i = 0; i < it->now->item_count; i++) {
		const struct subscription_item *const to = &it->now->items[i];
		const struct subscription_item *const from = item_of(it->before, to->id);

		if (from != NULL && from->quantity != to->quantity)
			tell_seats(it, from, to);
	}
}

/* Pauses and payments. */

static void tell_pause(struct step *it)
{
	const bool before = was_alive(it) && subscription_is_paused(it->before);
	const bool now = subscription_is_alive(it->now) && subscription_is_paused(it->now);

	if (now && !before)
		tell(it, SUBSCRIPTION_WENT_PAUSED, moment_of(it->about->at));
	if (before && !now && subscription_is_alive(it->now))
		tell(it, SUBSCRIPTION_RESUMED, moment_of(it->about->at));
}

static void tell_payment(struct step *it)
{
	if (is(it, SUBSCRIPTION_PAST_DUE) && !was(it, SUBSCRIPTION_PAST_DUE))
		tell(it, SUBSCRIPTION_WENT_PAST_DUE, moment_of(it->about->at));
	if (is(it, SUBSCRIPTION_UNPAID) && !was(it, SUBSCRIPTION_UNPAID))
		tell(it, SUBSCRIPTION_WENT_UNPAID, moment_of(it->about->at));
	if (it->before != NULL && subscription_owes(it->before) && !subscription_owes(it->now) &&
	    subscription_is_alive(it->now))
		tell(it, SUBSCRIPTION_RECOVERED, moment_of(it->about->at));
}

/* Ends. */

static void tell_cancel(struct step *it)
{
	struct moment from = { .has = false };
	struct moment to = { .has = false };
	const bool before = was_alive(it) && subscription_ends(it->before, &from);
	const bool now = subscription_ends(it->now, &to);

	if (!subscription_is_alive(it->now))
		return;
	if (now && (!before || !moment_equal(&from, &to)))
		tell(it, SUBSCRIPTION_CANCEL_ASKED, to)->asked = it->now->canceled_at;
	if (before && !now)
		tell(it, SUBSCRIPTION_CANCEL_UNDONE, moment_of(it->about->at));
}

static const char *end_reason(const struct step *it)
{
	struct moment end;

	if (it->now->cancel_reason[0] != '\0')
		return it->now->cancel_reason;
	if (it->before != NULL && subscription_owes(it->before))
		return "payment_failed";
	if (subscription_ends(it->now, &end) ||
	    (it->before != NULL && subscription_ends(it->before, &end)))
		return "cancellation_requested";
	return "not_given";
}

static void tell_end(struct step *it)
{
	const struct moment at =
	    it->now->ended_at.has ? it->now->ended_at : moment_of(it->about->at);

	if (is(it, SUBSCRIPTION_CANCELED) && !was(it, SUBSCRIPTION_CANCELED)) {
		struct subscription_change *const change = tell(it, SUBSCRIPTION_ENDED, at);

		change->asked = it->now->canceled_at;
		change->reason = end_reason(it);
	}
	if (is(it, SUBSCRIPTION_INCOMPLETE_EXPIRED) && !was(it, SUBSCRIPTION_INCOMPLETE_EXPIRED))
		tell(it, SUBSCRIPTION_EXPIRED, at);
}

/* Following. */

static bool is_late_in_trial(const struct subscription_memory *memory,
                             const struct subscription_about *about)
{
	struct instant due;

	return subscription_timer(memory, about->trial_notice, &due) &&
	       !time_before(about->at, due);
}

static void remember(struct step *it, struct subscription_memory *memory)
{
	const bool same_trial =
	    it->before != NULL && moment_equal(&it->before->trial_end, &it->now->trial_end);

	memory->started = memory->started || has_begun(it);
	memory->trial_told = memory->trial_told && same_trial;
	if (!subscription_owes(it->now))
		memory->past_due_since = (struct moment){ .has = false };
	else if (!memory->past_due_since.has)
		memory->past_due_since = moment_of(it->about->at);
	memory->known = true;
	memory->seen = *it->now;
}

struct subscription_changes subscription_follow(struct arena *arena,
                                                struct subscription_memory *memory,
                                                const struct subscription *now,
                                                const struct subscription_about *about)
{
	struct subscription_changes changes = { .count = 0 };
	const struct subscription_memory was_memory = *memory;
	/* An item comes or goes at most twice over, by its price and its quantity; each other kind once. */
	const size_t items = was_memory.seen.item_count + now->item_count;
	struct step it = { &was_memory, was_memory.known ? &was_memory.seen : NULL,
		           now,         about,
		           &changes,    2 * items + SUBSCRIPTION_CHANGES };

	changes.list = arena_zero(arena, it.room * sizeof(*changes.list));
	tell_start(&it);
	tell_trial(&it);
	remember(&it, memory);
	if (is_late_in_trial(memory, about)) {
		memory->trial_told = true;
		tell(&it, SUBSCRIPTION_TRIAL_ENDING, now->trial_end);
	}
	tell_items(&it);
	tell_pause(&it);
	tell_payment(&it);
	tell_cancel(&it);
	tell_end(&it);
	return changes;
}

bool subscription_timer(const struct subscription_memory *memory, struct duration trial_notice,
                        struct instant *due)
{
	if (!memory->known || memory->trial_told || memory->seen.status != SUBSCRIPTION_TRIALING ||
	    !memory->seen.trial_end.has)
		return false;
	*due = time_sub(memory->seen.trial_end.at, trial_notice);
	return true;
}

bool subscription_on_timer(struct subscription_memory *memory,
                           const struct subscription_about *about,
                           struct subscription_change *change)
{
	struct subscription_changes changes = { 0, change };
	struct step it = { memory, &memory->seen, &memory->seen, about, &changes, 1 };

	if (!is_late_in_trial(memory, about))
		return false;
	memory->trial_told = true;
	tell(&it, SUBSCRIPTION_TRIAL_ENDING, memory->seen.trial_end);
	return true;
}

/* A row's bytes: the version, the switches, since when it owes, and the subscription's own. */

struct bytes subscription_memory_encode(struct arena *arena,
                                        const struct subscription_memory *memory)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_u8(&out, memory->started);
	pack_u8(&out, memory->trial_told);
	pack_u8(&out, memory->past_due_since.has);
	pack_time(&out, memory->past_due_since.at);
	if (memory->known) {
		const struct bytes seen = subscription_encode(arena, &memory->seen);

		buffer_add(&out, seen.data, seen.size);
	}
	return pack_end(arena, &out);
}

bool subscription_memory_decode(struct arena *arena, struct bytes bytes,
                                struct subscription_memory *memory)
{
	struct packed from = packed_open(bytes);
	struct subscription_memory read = { .known = false };

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	read.started = packed_bool(&from);
	read.trial_told = packed_bool(&from);
	read.past_due_since.has = packed_bool(&from);
	read.past_due_since.at = packed_time(&from);
	read.known = from.left > 0;
	if (from.failed ||
	    (read.known &&
	     !subscription_decode(arena, (struct bytes){ from.data, from.left }, &read.seen)))
		return false;
	*memory = read;
	return true;
}
