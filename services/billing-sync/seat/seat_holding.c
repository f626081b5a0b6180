#include "services/billing-sync/seat/seat_holding.h"

#include "common/base/packed.h"
#include "common/io/digest.h"

#include <string.h>

#define HOLDINGS_VERSION 1
#define LOOKED_BACK DAYS(SEAT_DAYS_MAX)

static uint64_t short_digest(const char *source, const char *text)
{
	const struct bytes parts[] = { { source, strlen(source) + 1 }, { text, strlen(text) } };
	uint8_t digest[DIGEST_SIZE];

	digest_sha256_parts(parts, COUNT_OF(parts), digest);
	return bytes_u64(digest);
}

struct seat_holding seat_holding_of(const struct usage_event *event)
{
	return (struct seat_holding){ .subject = short_digest("", event->subject),
		                      .id = short_digest(event->source, event->id),
		                      .at = event->at,
		                      .assigned = event->kind == USAGE_SEAT_ASSIGNED };
}

struct instant seat_holdings_last(const struct seat_holdings *holdings)
{
	return holdings->count > 0 ? holdings->list[holdings->count - 1].at : TIME_MIN;
}

/* Something later of the same holder is as old as nobody looks back. */
static bool is_outlived(const struct seat_holdings *holdings, size_t place, struct instant oldest)
{
	const struct seat_holding *const holding = &holdings->list[place];

	for (size_t i = place + 1; i < holdings->count; i++) {
		if (!time_before(holdings->list[i].at, oldest))
			return false;
		if (holdings->list[i].subject == holding->subject)
			return true;
	}
	return false;
}

static void let_go(struct seat_holdings *holdings)
{
	const struct instant oldest = time_sub(seat_holdings_last(holdings), LOOKED_BACK);
	size_t kept = 0;

	for (size_t i = 0; i < holdings->count; i++)
		if (!is_outlived(holdings, i, oldest))
			holdings->list[kept++] = holdings->list[i];
	holdings->count = kept;
}

static bool is_later(const struct seat_holding *a, const struct seat_holding *b)
{
	return time_before(b->at, a->at) || (a->at.us == b->at.us && a->id > b->id);
}

bool seat_holdings_put(struct arena *arena, struct seat_holdings *holdings,
                       const struct seat_holding *holding)
{
	struct seat_holding *const list = arena_alloc(arena, (holdings->count + 1) * sizeof(*list));
	size_t place = holdings->count;

	while (place > 0 && is_later(&holdings->list[place - 1], holding))
		place--;
	if (place > 0 && holdings->list[place - 1].id == holding->id &&
	    holdings->list[place - 1].at.us == holding->at.us)
		return true;
	for (size_t i = 0; i < holdings->count; i++)
		list[i < place ? i : i + 1] = holdings->list[i];
	list[place] = *holding;
	struct seat_holdings made = { holdings->shown, holdings->count + 1, list };

	let_go(&made);
	if (made.count > SEAT_HOLDINGS_MAX)
		return false;
	*holdings = made;
	return true;
}

struct seat_difference seat_holdings_compare(struct arena *arena,
                                             const struct seat_holdings *holdings,
                                             const struct seat_timeline *timeline,
                                             struct instant from, struct instant until)
{
	struct seat_assignment *const list =
	    arena_alloc(arena, (holdings->count + 1) * sizeof(*list));

	for (size_t i = 0; i < holdings->count; i++) {
		const struct seat_holding *const holding = &holdings->list[i];

		list[i] = (struct seat_assignment){
			.subject =
			    arena_printf(arena, "%016llx", (unsigned long long)holding->subject),
			.id = arena_printf(arena, "%016llx", (unsigned long long)holding->id),
			.at = holding->at,
			.assigned = holding->assigned
		};
	}
	return seat_against_assigned(arena, timeline, list, holdings->count, from, until);
}

/* Bytes. */

struct bytes seat_holdings_encode(struct arena *arena, const struct seat_holdings *holdings)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, HOLDINGS_VERSION);
	pack_bool(&out, holdings->shown);
	pack_i64(&out, (int64_t)holdings->count);
	for (size_t i = 0; i < holdings->count; i++) {
		buffer_add_u64(&out, holdings->list[i].subject);
		buffer_add_u64(&out, holdings->list[i].id);
		pack_time(&out, holdings->list[i].at);
		pack_bool(&out, holdings->list[i].assigned);
	}
	return pack_end(arena, &out);
}

bool seat_holdings_decode(struct arena *arena, struct bytes bytes, struct seat_holdings *holdings)
{
	struct packed from = packed_open(bytes);

	if (packed_u8(&from, HOLDINGS_VERSION) != HOLDINGS_VERSION)
		return false;
	holdings->shown = packed_bool(&from);
	holdings->count = (size_t)packed_i64(&from, 0, SEAT_HOLDINGS_MAX);
	holdings->list = arena_alloc(arena, (holdings->count + 1) * sizeof(*holdings->list));
	for (size_t i = 0; i < holdings->count; i++) {
		holdings->list[i].subject = packed_u64(&from);
		holdings->list[i].id = packed_u64(&from);
		holdings->list[i].at = packed_time(&from);
		holdings->list[i].assigned = packed_bool(&from);
	}
	return packed_done(&from);
}
