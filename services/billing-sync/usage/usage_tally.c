#include "services/billing-sync/usage/usage_tally.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "services/billing-sync/rule/recognition.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define VERSION 1

/* Slices. */

static int64_t sum_of(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

static void put(struct usage_tally *tally, struct instant at, int64_t quantity)
{
	size_t place = tally->slice_count;

	while (place > 0 && time_before(at, tally->slices[place - 1].at))
		place--;
	if (place > 0 && tally->slices[place - 1].at.us == at.us) {
		tally->slices[place - 1].quantity =
		    sum_of(tally->slices[place - 1].quantity, quantity);
		return;
	}
	memmove(tally->slices + place + 1, tally->slices + place,
	        (tally->slice_count - place) * sizeof(tally->slices[0]));
	tally->slices[place] = (struct usage_slice){ at, quantity };
	tally->slice_count++;
}

/* The latest bound of a period that is not after it; within: one that has not ended by then is known. */
static struct instant bound_before(const struct usage_tally *tally, struct instant at, bool *within)
{
	struct instant bound = TIME_MIN;

	*within = false;
	for (size_t i = 0; i < tally->span_count; i++) {
		const struct usage_span *const span = &tally->spans[i];

		if (time_before(at, span->start))
			continue;
		*within = *within || time_before(at, span->end);
		bound = time_later(bound, span->start);
		if (!time_before(at, span->end))
			bound = time_later(bound, span->end);
	}
	return bound;
}

/* How coarse slices are where there is no more room. */
enum grain { KNOWN_BY_DAY, OTHERS_BY_HOUR, ALL_BY_DAY };

static struct instant coarse(const struct usage_tally *tally, struct zone *zone, struct instant at,
                             enum grain grain)
{
	bool within;
	const struct instant bound = bound_before(tally, at, &within);
	const int64_t hour = at.us / HOURS(1).us - (at.us % HOURS(1).us < 0);

	if (within || grain == ALL_BY_DAY)
		return time_later(recognition_midnight(zone, recognition_day(zone, at)), bound);
	if (grain == OTHERS_BY_HOUR)
		return time_later((struct instant){ hour * HOURS(1).us }, bound);
	return at;
}

static void merge(struct usage_tally *tally, struct zone *zone, enum grain grain)
{
	const size_t count = tally->slice_count;

	tally->slice_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct usage_slice slice = tally->slices[i];

		put(tally, coarse(tally, zone, slice.at, grain), slice.quantity);
	}
}

static void let_go(struct usage_tally *tally, struct zone *zone)
{
	const size_t gone = tally->slice_count - USAGE_SLICES_KEPT;
	const struct instant last = tally->slices[gone - 1].at;
	size_t kept = 0;

	tally->since = recognition_midnight(zone, recognition_day(zone, last) + 1);
	for (size_t i = 0; i < tally->slice_count; i++)
		if (!time_before(tally->slices[i].at, tally->since))
			tally->slices[kept++] = tally->slices[i];
	tally->slice_count = kept;
}

static void make_room(struct usage_tally *tally, struct zone *zone)
{
	static const enum grain grains[] = { KNOWN_BY_DAY, OTHERS_BY_HOUR, ALL_BY_DAY };

	for (size_t i = 0; i < COUNT_OF(grains) && tally->slice_count > USAGE_SLICES_KEPT; i++)
		merge(tally, zone, grains[i]);
	if (tally->slice_count > USAGE_SLICES_KEPT)
		let_go(tally, zone);
}

bool usage_tally_add(struct usage_tally *tally, struct zone *zone, struct instant at,
                     int64_t quantity)
{
	if (time_before(at, tally->since))
		return false;
	put(tally, at, quantity);
	if (tally->slice_count > USAGE_SLICES_MAX)
		make_room(tally, zone);
	return true;
}

/* Periods and items. */

void usage_tally_span(struct usage_tally *tally, struct instant start, struct instant end)
{
	size_t place = tally->span_count;

	while (place > 0 && time_before(start, tally->spans[place - 1].start))
		place--;
	for (size_t i = 0; i < place; i++)
		if (tally->spans[i].start.us == start.us && tally->spans[i].end.us == end.us)
			return;
	if (tally->span_count == USAGE_SPANS_MAX) {
		if (place == 0)
			return;
		place--;
		tally->span_count--;
		memmove(tally->spans, tally->spans + 1,
		        tally->span_count * sizeof(tally->spans[0]));
	}
	memmove(tally->spans + place + 1, tally->spans + place,
	        (tally->span_count - place) * sizeof(tally->spans[0]));
	tally->spans[place] = (struct usage_span){ start, end };
	tally->span_count++;
}

size_t usage_tally_item(struct usage_tally *tally, const char *item)
{
	for (size_t i = 0; i < tally->item_count; i++)
		if (text_equal(tally->items[i].item, item))
			return i;
	if (tally->item_count == USAGE_ITEMS_MAX)
		return SIZE_MAX;
	tally->items[tally->item_count] = (struct usage_biller){ item, TIME_MIN };
	return tally->item_count++;
}

/* Bytes. */

struct bytes usage_tally_encode(struct arena *arena, const struct usage_tally *tally)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_time(&out, tally->since);
	pack_i64(&out, (int64_t)tally->slice_count);
	for (size_t i = 0; i < tally->slice_count; i++) {
		pack_time(&out, tally->slices[i].at);
		pack_i64(&out, tally->slices[i].quantity);
	}
	pack_u8(&out, (uint32_t)tally->span_count);
	for (size_t i = 0; i < tally->span_count; i++) {
		pack_time(&out, tally->spans[i].start);
		pack_time(&out, tally->spans[i].end);
	}
	pack_u8(&out, (uint32_t)tally->item_count);
	for (size_t i = 0; i < tally->item_count; i++) {
		pack_text(&out, tally->items[i].item);
		pack_time(&out, tally->items[i].billed_to);
	}
	return pack_end(arena, &out);
}

bool usage_tally_decode(struct arena *arena, struct bytes bytes, struct usage_tally *tally)
{
	struct packed from = packed_open(bytes);
	char text[STRIPE_ID_MAX + 1];

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	tally->since = packed_time(&from);
	tally->slice_count = (size_t)packed_i64(&from, 0, USAGE_SLICES_MAX);
	for (size_t i = 0; i < tally->slice_count; i++) {
		tally->slices[i].at = packed_time(&from);
		tally->slices[i].quantity = packed_i64(&from, INT64_MIN, INT64_MAX);
	}
	tally->span_count = packed_u8(&from, USAGE_SPANS_MAX);
	for (size_t i = 0; i < tally->span_count; i++) {
		tally->spans[i].start = packed_time(&from);
		tally->spans[i].end = packed_time(&from);
	}
	tally->item_count = packed_u8(&from, USAGE_ITEMS_MAX);
	for (size_t i = 0; i < tally->item_count; i++) {
		packed_text(&from, text, sizeof(text));
		tally->items[i].item = arena_string(arena, text);
		tally->items[i].billed_to = packed_time(&from);
	}
	return packed_done(&from);
}
