#include "services/billing-sync/ledger/returned.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define VERSION 1

/* The list. */

static size_t place_of(const struct returned_list *list, const char *object)
{
	size_t at = 0;

	while (at < list->count && strcmp(list->items[at].object, object) < 0)
		at++;
	return at;
}

static void insert(struct returned_list *list, size_t at, const struct returned *more)
{
	memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof(*list->items));
	list->items[at] = *more;
	if (more->minor <= 0)
		list->items[at].at = TIME_MAX;
	list->count++;
}

bool returned_add(struct returned_list *list, const struct returned *more)
{
	const size_t at = place_of(list, more->object);
	struct returned *const there = &list->items[at];

	if (at == list->count || !text_equal(there->object, more->object)) {
		if (list->count == RETURNED_MAX)
			return false;
		insert(list, at, more);
		return true;
	}
	if (__builtin_add_overflow(there->minor, more->minor, &there->minor))
		return false;
	if (more->minor > 0)
		there->at = time_earlier(there->at, more->at);
	return true;
}

/* Shares. */

static int by_time(const void *a, const void *b)
{
	const struct returned *const left = *(const struct returned *const *)a;
	const struct returned *const right = *(const struct returned *const *)b;

	if (left->at.us != right->at.us)
		return time_before(left->at, right->at) ? -1 : 1;
	return strcmp(left->object, right->object);
}

/* What an invoice's part, or what is left, can bear of it. */
static int64_t take(struct returned_shares *shares, const struct returned *of, int64_t owed,
                    int64_t pool, const char *invoice)
{
	const int64_t minor = owed < pool ? owed : pool;

	if (minor <= 0)
		return 0;
	shares->items[shares->count] = (struct returned_share){ *of, invoice };
	shares->items[shares->count].of.minor = minor;
	shares->count++;
	return minor;
}

void returned_share_out(const struct returned_list *list, int64_t left,
                        const struct applied_part *parts, size_t part_count,
                        struct returned_shares *shares)
{
	const struct returned *order[RETURNED_MAX];
	int64_t used = 0; /* of the part at hand */
	size_t part = 0;

	shares->count = 0;
	for (size_t i = 0; i < list->count; i++)
		order[i] = &list->items[i];
	qsort(order, list->count, sizeof(order[0]), by_time);
	for (size_t i = 0; i < list->count; i++) {
		int64_t owed = order[i]->minor;
		const int64_t own = take(shares, order[i], owed, left, "");

		left -= own;
		owed -= own;
		while (owed > 0 && part < part_count) {
			const int64_t minor = take(shares, order[i], owed, parts[part].minor - used,
			                           parts[part].invoice);

			owed -= minor;
			used += minor;
			if (used < parts[part].minor)
				continue;
			used = 0;
			part++;
		}
	}
}

const struct returned_share *returned_find(const struct returned_shares *shares,
                                           const struct returned_share *like)
{
	for (size_t i = 0; i < shares->count; i++)
		if (text_equal(shares->items[i].of.object, like->of.object) &&
		    text_equal(shares->items[i].invoice, like->invoice))
			return &shares->items[i];
	return NULL;
}

/* Bytes. */

static void item_encode(struct buffer *out, const struct returned *item)
{
	pack_text(out, item->object);
	pack_u8(out, item->dispute);
	pack_i64(out, item->minor);
	pack_time(out, item->at);
}

static struct returned item_decode(struct arena *arena, struct packed *packed)
{
	struct returned item = { .object = packed_string(arena, packed) };

	item.dispute = packed_bool(packed);
	item.minor = packed_i64(packed, INT64_MIN, INT64_MAX);
	item.at = packed_time(packed);
	return item;
}

struct bytes returned_encode(struct arena *arena, const struct returned_list *list)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_u8(&out, (uint32_t)list->count);
	for (size_t i = 0; i < list->count; i++)
		item_encode(&out, &list->items[i]);
	return pack_end(arena, &out);
}

bool returned_decode(struct arena *arena, struct bytes bytes, struct returned_list *list)
{
	struct packed packed = packed_open(bytes);
	const bool known = packed_u8(&packed, VERSION) == VERSION;

	list->count = packed_u8(&packed, RETURNED_MAX);
	for (size_t i = 0; i < list->count; i++)
		list->items[i] = item_decode(arena, &packed);
	return known && packed_done(&packed);
}

struct bytes returned_shares_encode(struct arena *arena, const struct returned_shares *shares)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_i64(&out, (int64_t)shares->count);
	for (size_t i = 0; i < shares->count; i++) {
		item_encode(&out, &shares->items[i].of);
		pack_text(&out, shares->items[i].invoice);
	}
	return pack_end(arena, &out);
}

bool returned_shares_decode(struct arena *arena, struct bytes bytes, struct returned_shares *shares)
{
	struct packed packed = packed_open(bytes);
	const bool known = packed_u8(&packed, VERSION) == VERSION;

	shares->count = (size_t)packed_i64(&packed, 0, RETURNED_SHARES_MAX);
	for (size_t i = 0; i < shares->count; i++) {
		shares->items[i].of = item_decode(arena, &packed);
		shares->items[i].invoice = packed_string(arena, &packed);
	}
	return known && packed_done(&packed);
}
