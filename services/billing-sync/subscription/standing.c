#include "services/billing-sync/subscription/standing.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

static void sooner(struct moment *next, struct moment candidate)
{
	if (candidate.has && (!next->has || time_before(candidate.at, next->at)))
		*next = candidate;
}

static bool is_same(const struct recurring_amounts *a, const struct recurring_amounts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].minor != b->list[i].minor ||
		    !text_equal(a->list[i].currency, b->list[i].currency))
			return false;
	return true;
}

/* The end of the day, where something is to be told then. */
static struct moment day_end(const struct recurring_customer *mrr, const struct books_policy *books)
{
	if (is_same(&mrr->start, &mrr->now))
		return (struct moment){ .has = false };
	return (struct moment){ true, recognition_midnight(books->zone, mrr->day + 1) };
}

bool standing_follow(struct arena *arena, struct standing *standing,
                     const struct subscription_memory *const *subscriptions, size_t count,
                     const struct standing_rules *rules, struct instant at,
                     struct standing_news *news, const char **reason)
{
	const int64_t today = recognition_day(rules->books->zone, at);
	struct standing_news told = { .day = standing->mrr.day, .before = standing->mrr.now };
	struct recurring recurring;

	if (!recurring_of(arena, subscriptions, count, rules->mrr, rules->currencies, at,
	                  &recurring, reason))
		return false;
	told.moved = recurring_day_end(&standing->mrr, today, told.movements);
	standing->mrr.now = recurring.amounts;
	told.unpriced = recurring.unpriced;
	told.unknown_discounts = recurring.unknown_discounts;
	const struct entitlements now =
	    entitlement_list(arena, subscriptions, count, rules->access, at);
	told.access_count = entitlement_compare(arena, &standing->entitlements, &now, subscriptions,
	                                        count, rules->access, at, &told.access);
	standing->entitlements = now;
	told.next = entitlement_next(subscriptions, count, rules->access, at);
	sooner(&told.next, recurring_next(subscriptions, count, rules->mrr, at));
	sooner(&told.next, day_end(&standing->mrr, rules->books));
	*news = told;
	return true;
}

/* A row's bytes: the size of the first part, then both parts as their own files write them. */

struct bytes standing_encode(struct arena *arena, const struct standing *standing)
{
	const struct bytes mrr = recurring_customer_encode(arena, &standing->mrr);
	const struct bytes access = entitlement_encode(arena, &standing->entitlements);
	struct buffer out = { 0 };

	pack_i64(&out, (int64_t)mrr.size);
	buffer_add(&out, mrr.data, mrr.size);
	buffer_add(&out, access.data, access.size);
	return pack_end(arena, &out);
}

bool standing_decode(struct arena *arena, struct bytes bytes, struct standing *standing)
{
	struct packed from = packed_open(bytes);
	const size_t size = (size_t)packed_i64(&from, 0, INT32_MAX);
	struct standing read;

	if (from.failed || size > from.left)
		return false;
	if (!recurring_customer_decode((struct bytes){ from.data, size }, &read.mrr) ||
	    !entitlement_decode(arena, (struct bytes){ from.data + size, from.left - size },
	                        &read.entitlements))
		return false;
	*standing = read;
	return true;
}
