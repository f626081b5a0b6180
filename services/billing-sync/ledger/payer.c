#include "services/billing-sync/ledger/payer.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

#define VERSION 1

/* The list. */

static size_t index_of(const struct payer_list *list, const char *charge)
{
	size_t at = 0;

	while (at < list->count && !text_equal(list->items[at].charge, charge))
		at++;
	return at;
}

const struct payer *payer_find(const struct payer_list *list, const char *charge)
{
	const size_t at = index_of(list, charge);

	return at < list->count ? &list->items[at] : NULL;
}

static bool is_before(const struct payer *a, const struct payer *b)
{
	if (a->at.us != b->at.us)
		return time_before(a->at, b->at);
	return strcmp(a->charge, b->charge) < 0;
}

static void insert(struct payer_list *list, const struct payer *payer)
{
	size_t at = 0;

	while (at < list->count && is_before(&list->items[at], payer))
		at++;
	memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof(*list->items));
	list->items[at] = *payer;
	list->count++;
}

/* Together with what the others want. */
static bool fits(const struct payer_list *list, const struct payer *payer)
{
	int64_t sum = payer->wants.minor;

	for (size_t i = 0; i < list->count; i++)
		if (!text_equal(list->items[i].charge, payer->charge) &&
		    __builtin_add_overflow(sum, list->items[i].wants.minor, &sum))
			return false;
	return true;
}

bool payer_put(struct payer_list *list, const struct payer *payer)
{
	const size_t at = index_of(list, payer->charge);
	const bool there = at < list->count;

	if (!there && payer->wants.minor == 0)
		return true;
	if ((!there && list->count == PAYER_MAX) || !fits(list, payer))
		return false;
	if (there) {
		list->items[at].wants = payer->wants;
		list->items[at].gone = payer->gone;
	} else {
		insert(list, payer);
	}
	return true;
}

int64_t payer_given(const struct payer_list *list)
{
	int64_t sum = 0;

	for (size_t i = 0; i < list->count; i++)
		sum += list->items[i].given;
	return sum;
}

int64_t payer_wanted(const struct payer_list *list)
{
	int64_t sum = 0;

	for (size_t i = 0; i < list->count; i++)
		sum += list->items[i].wants.minor;
	return sum;
}

/* Shares. */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Of another currency than it asks an invoice takes nothing. */
static bool is_wanted(const struct payer_list *list, const struct payer *payer)
{
	return !list->asked || text_equal(payer->wants.currency, list->asks.currency);
}

static int64_t room_of(const struct payer_list *list, int64_t beside)
{
	if (!list->asked)
		return INT64_MAX;
	return list->asks.minor > beside ? list->asks.minor - beside : 0;
}

void payer_share(struct payer_list *list, int64_t beside)
{
	int64_t room = room_of(list, beside);

	for (int gone = 0; gone < 2; gone++)
		for (size_t i = 0; i < list->count; i++) {
			struct payer *const it = &list->items[i];
			const int64_t kept = it->wants.minor - least(it->gone, it->wants.minor);
			const int64_t bid = gone == 0 ? kept : it->wants.minor - it->given;
			const int64_t part = is_wanted(list, it) ? least(bid, room) : 0;

			it->given = gone == 0 ? part : it->given + part;
			room -= part;
		}
}

/* Bytes. */

static void item_encode(struct buffer *out, const struct payer *item)
{
	pack_text(out, item->charge);
	pack_time(out, item->at);
	pack_text(out, item->wants.currency);
	pack_i64(out, item->wants.minor);
	pack_i64(out, item->gone);
	pack_i64(out, item->given);
	pack_i64(out, item->over);
}

static struct payer item_decode(struct arena *arena, struct packed *packed)
{
	struct payer item = { .charge = packed_string(arena, packed) };

	item.at = packed_time(packed);
	packed_text(packed, item.wants.currency, sizeof(item.wants.currency));
	item.wants.minor = packed_i64(packed, 0, INT64_MAX);
	item.gone = packed_i64(packed, 0, INT64_MAX);
	item.given = packed_i64(packed, 0, INT64_MAX);
	item.over = packed_i64(packed, 0, INT64_MAX);
	return item;
}

struct bytes payer_encode(struct arena *arena, const struct payer_list *list)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_bool(&out, list->asked);
	pack_text(&out, list->asks.currency);
	pack_i64(&out, list->asks.minor);
	pack_u8(&out, (uint32_t)list->count);
	for (size_t i = 0; i < list->count; i++)
		item_encode(&out, &list->items[i]);
	return pack_end(arena, &out);
}

bool payer_decode(struct arena *arena, struct bytes bytes, struct payer_list *list)
{
	struct packed packed = packed_open(bytes);
	const bool known = packed_u8(&packed, VERSION) == VERSION;

	list->asked = packed_bool(&packed);
	packed_text(&packed, list->asks.currency, sizeof(list->asks.currency));
	list->asks.minor = packed_i64(&packed, 0, INT64_MAX);
	list->count = packed_u8(&packed, PAYER_MAX);
	for (size_t i = 0; i < list->count; i++)
		list->items[i] = item_decode(arena, &packed);
	return known && packed_done(&packed);
}
