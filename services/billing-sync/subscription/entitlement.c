#include "services/billing-sync/subscription/entitlement.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define VERSION 1

const char *const entitlement_reason_names[] = { "active",    "trial",      "grace",  "cancelling",
	                                         "no_charge", "incomplete", "paused", "grace_over",
	                                         "unpaid",    "ended",      NULL };

/* The document. */

/* Besides those of the head. */
static const char *const document_fields[] = { "past_due_grace", "trial_notice",
	                                       "collection_paused_keeps", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct access_policy *const policy = result;

	(void)arena;
	if (!policy_span_at(top, "past_due_grace", SECONDS(0), DAYS(90), &policy->past_due_grace,
	                    error) ||
	    !policy_span_at(top, "trial_notice", SECONDS(0), DAYS(90), &policy->trial_notice,
	                    error) ||
	    !json_switch_at(top, "collection_paused_keeps", &policy->collection_paused_keeps,
	                    error))
		return false;
	return true;
}

const struct policy_kind access_policy_kind = {
	.folder = "access",
	.size = sizeof(struct access_policy),
	.fields = document_fields,
	.read = document_read,
};

/* One subscription. */

struct verdict {
	enum entitlement_reason reason;
	struct moment until; /* none: as each item's period */
	bool by_itself;      /* it is another from `until` on */
};

static struct verdict lasting(enum entitlement_reason reason)
{
	return (struct verdict){ .reason = reason };
}

static struct verdict until(enum entitlement_reason reason, struct instant at, bool by_itself)
{
	return (struct verdict){ reason, { true, at }, by_itself };
}

static struct verdict judge_debt(const struct subscription_memory *memory,
                                 const struct access_policy *policy, struct instant at)
{
	const struct instant end =
	    time_add(memory->past_due_since.has ? memory->past_due_since.at : at,
	             policy->past_due_grace);

	return time_before(at, end) ? until(ENTITLEMENT_GRACE, end, true)
	                            : until(ENTITLEMENT_GRACE_OVER, end, false);
}

/* Of one in force, without a look at whether it ends. */
static struct verdict judge_open(const struct subscription_memory *memory,
                                 const struct access_policy *policy, struct instant at)
{
	const struct subscription *const it = &memory->seen;

	if (it->collection_paused && !policy->collection_paused_keeps)
		return lasting(ENTITLEMENT_PAUSED);
	if (it->status == SUBSCRIPTION_PAST_DUE)
		return judge_debt(memory, policy, at);
	if (it->status == SUBSCRIPTION_TRIALING && it->trial_end.has)
		return until(ENTITLEMENT_TRIAL, it->trial_end.at, false);
	if (it->collection_paused)
		return (struct verdict){ ENTITLEMENT_NO_CHARGE, it->resumes_at, false };
	return lasting(it->status == SUBSCRIPTION_TRIALING ? ENTITLEMENT_TRIAL
	                                                   : ENTITLEMENT_ACTIVE);
}

/* A cancellation that takes effect sooner than anything else decides. */
static struct verdict judge_alive(const struct subscription_memory *memory,
                                  const struct access_policy *policy, struct instant at)
{
	struct verdict verdict = judge_open(memory, policy, at);
	struct moment end = { .has = false };

	if (!subscription_ends(&memory->seen, &end) || !end.has)
		return verdict;
	if (!time_before(at, end.at))
		return until(ENTITLEMENT_ENDED, end.at, false);
	if (verdict.reason >= ENTITLEMENT_NONE ||
	    (verdict.until.has && time_before(verdict.until.at, end.at)))
		return verdict;
	return until(verdict.reason == ENTITLEMENT_ACTIVE ? ENTITLEMENT_CANCELLING : verdict.reason,
	             end.at, true);
}

static struct verdict judge(const struct subscription_memory *memory,
                            const struct access_policy *policy, struct instant at)
{
	if (!memory->known)
		return lasting(ENTITLEMENT_INCOMPLETE);
	switch (memory->seen.status) {
	case SUBSCRIPTION_TRIALING:
	case SUBSCRIPTION_ACTIVE:
	case SUBSCRIPTION_PAST_DUE: return judge_alive(memory, policy, at);
	case SUBSCRIPTION_UNPAID: return lasting(ENTITLEMENT_UNPAID);
	case SUBSCRIPTION_PAUSED: return lasting(ENTITLEMENT_PAUSED);
	case SUBSCRIPTION_CANCELED:
	case SUBSCRIPTION_INCOMPLETE_EXPIRED:
		return (struct verdict){ ENTITLEMENT_ENDED, memory->seen.ended_at, false };
	case SUBSCRIPTION_INCOMPLETE:
	case SUBSCRIPTION_STATUSES: break;
	}
	return lasting(ENTITLEMENT_INCOMPLETE);
}

/* The list. */

static int by_key(const void *a, const void *b)
{
	const struct entitlement *const left = a;
	const struct entitlement *const right = b;
	int order = strcmp(left->product, right->product);

	if (order == 0)
		order = strcmp(left->subscription, right->subscription);
	return order != 0 ? order : strcmp(left->item, right->item);
}

static size_t room_for(const struct subscription_memory *const *subscriptions, size_t count)
{
	size_t room = 0;

	for (size_t i = 0; i < count; i++)
		room += subscriptions[i]->known ? subscriptions[i]->seen.item_count : 0;
	return room < ENTITLEMENTS_MAX ? room : ENTITLEMENTS_MAX;
}

struct entitlements entitlement_list(struct arena *arena,
                                     const struct subscription_memory *const *subscriptions,
                                     size_t count, const struct access_policy *policy,
                                     struct instant at)
{
	const size_t room = room_for(subscriptions, count);
	struct entitlement *const list = arena_zero(arena, (room + 1) * sizeof(*list));
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		const struct subscription *const seen = &subscriptions[i]->seen;
		const struct verdict verdict = judge(subscriptions[i], policy, at);

		if (verdict.reason >= ENTITLEMENT_NONE)
			continue;
		for (size_t k = 0; k < seen->item_count && size < room; k++) {
			const struct subscription_item *const item = &seen->items[k];

			list[size++] = (struct entitlement){ item->price.product,
				                             seen->id,
				                             item->id,
				                             item->quantity,
				                             item->price.metered,
				                             verdict.until.has ? verdict.until
				                                               : item->period_end,
				                             verdict.reason };
		}
	}
	qsort(list, size, sizeof(*list), by_key);
	return (struct entitlements){ size, list };
}

struct moment entitlement_next(const struct subscription_memory *const *subscriptions, size_t count,
                               const struct access_policy *policy, struct instant at)
{
	struct moment next = { .has = false };

	for (size_t i = 0; i < count; i++) {
		const struct verdict verdict = judge(subscriptions[i], policy, at);

		if (verdict.by_itself && (!next.has || time_before(verdict.until.at, next.at)))
			next = verdict.until;
	}
	return next;
}

/* From one list to the next. */

/* Why an entitlement went: what is said of its subscription now, or that its item is no longer there. */
static struct entitlement gone(const struct entitlement *before,
                               const struct subscription_memory *const *subscriptions, size_t count,
                               const struct access_policy *policy, struct instant at)
{
	struct entitlement now = *before;

	now.reason = ENTITLEMENT_ENDED;
	now.until = (struct moment){ true, at };
	for (size_t i = 0; i < count; i++) {
		const struct verdict verdict = judge(subscriptions[i], policy, at);

		if (!subscriptions[i]->known || verdict.reason < ENTITLEMENT_NONE ||
		    !text_equal(subscriptions[i]->seen.id, before->subscription))
			continue;
		now.reason = verdict.reason;
		if (verdict.until.has)
			now.until = verdict.until;
	}
	return now;
}

static bool is_same(const struct entitlement *a, const struct entitlement *b)
{
	return a->quantity == b->quantity && a->metered == b->metered && a->reason == b->reason &&
	       a->until.has == b->until.has && (!a->until.has || a->until.at.us == b->until.at.us);
}

size_t entitlement_compare(struct arena *arena, const struct entitlements *before,
                           const struct entitlements *now,
                           const struct subscription_memory *const *subscriptions, size_t count,
                           const struct access_policy *policy, struct instant at,
                           const struct entitlement_change **changes)
{
	struct entitlement_change *const list =
	    arena_zero(arena, (before->count + now->count + 1) * sizeof(*list));
	size_t size = 0;
	size_t left = 0;
	size_t right = 0;

	while (left < before->count || right < now->count) {
		const struct entitlement *const a = &before->list[left];
		const struct entitlement *const b = &now->list[right];
		const int order = left == before->count ? 1
		                  : right == now->count ? -1
		                                        : by_key(a, b);

		left += order <= 0;
		right += order >= 0;
		if (order < 0)
			list[size++] = (struct entitlement_change){
				ENTITLEMENT_WITHDRAWN, gone(a, subscriptions, count, policy, at), *a
			};
		else if (order > 0)
			list[size++] =
			    (struct entitlement_change){ .move = ENTITLEMENT_GRANTED, .now = *b };
		else if (!is_same(a, b))
			list[size++] = (struct entitlement_change){ ENTITLEMENT_CHANGED, *b, *a };
	}
	*changes = list;
	return size;
}

/* A row's bytes: the version, the count, and each in the order of its struct. */

struct bytes entitlement_encode(struct arena *arena, const struct entitlements *entitlements)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_i64(&out, (int64_t)entitlements->count);
	for (size_t i = 0; i < entitlements->count; i++) {
		const struct entitlement *const it = &entitlements->list[i];

		pack_text(&out, it->product);
		pack_text(&out, it->subscription);
		pack_text(&out, it->item);
		pack_i64(&out, it->quantity);
		pack_u8(&out, it->metered);
		pack_u8(&out, it->until.has);
		pack_time(&out, it->until.at);
		pack_u8(&out, it->reason);
	}
	return pack_end(arena, &out);
}

bool entitlement_decode(struct arena *arena, struct bytes bytes, struct entitlements *entitlements)
{
	struct packed from = packed_open(bytes);
	struct entitlement *list;

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	const size_t count = (size_t)packed_i64(&from, 0, ENTITLEMENTS_MAX);
	list = arena_zero(arena, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		struct entitlement *const it = &list[i];

		it->product = packed_string(arena, &from);
		it->subscription = packed_string(arena, &from);
		it->item = packed_string(arena, &from);
		it->quantity = packed_i64(&from, 0, SUBSCRIPTION_QUANTITY_MAX);
		it->metered = packed_bool(&from);
		it->until.has = packed_bool(&from);
		it->until.at = packed_time(&from);
		it->reason = (enum entitlement_reason)packed_u8(&from, ENTITLEMENT_NONE - 1);
	}
	if (!packed_done(&from))
		return false;
	*entitlements = (struct entitlements){ count, list };
	return true;
}
