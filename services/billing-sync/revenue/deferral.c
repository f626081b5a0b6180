#include "services/billing-sync/revenue/deferral.h"

#include "common/base/check.h"
#include "common/base/packed.h"

#define VERSION 1

static bool is_earned(const struct deferral_billed *line, struct instant finalised)
{
	return line->from.us == line->to.us || !time_before(finalised, line->to);
}

bool deferral_open(struct arena *arena, const struct deferral_billed *billed, size_t count,
                   const struct books_policy *books, struct instant finalised,
                   struct instant booked, struct deferral *deferral, const char **reason)
{
	const int64_t booked_day = recognition_day(books->zone, booked);
	struct deferral read = { .earned_to = booked_day };

	if (count > DEFERRAL_LINES_MAX) {
		*reason = "lines: are too many";
		return false;
	}
	read.lines = arena_zero(arena, (count + 1) * sizeof(*read.lines));
	for (size_t i = 0; i < count; i++) {
		const struct recognition_order order = { billed[i].net, billed[i].from,
			                                 billed[i].to, books->mode, booked_day };

		if (is_earned(&billed[i], finalised))
			continue;
		if (order.minor > DEFERRAL_NET_MAX || order.minor < -DEFERRAL_NET_MAX) {
			*reason = "net: is beyond any amount of a line";
			return false;
		}
		if (!recognition_make(arena, &order, books->zone, &read.lines[read.count].schedule,
		                      reason))
			return false;
		read.lines[read.count++].line = billed[i].line;
	}
	*deferral = read;
	return true;
}

/* What every line above 0 has left; the result is their sum. */
static uint64_t weigh(const struct deferral *deferral, int64_t day, uint64_t *weights)
{
	uint64_t whole = 0;

	for (size_t i = 0; i < deferral->count; i++) {
		const int64_t left = recognition_deferred(&deferral->lines[i].schedule, day);

		weights[i] = left > 0 ? (uint64_t)left : 0;
		whole += weights[i];
	}
	return whole;
}

/* Takes its share off every line. */
static bool clear(struct arena *arena, struct deferral *deferral, int64_t day,
                  const int64_t *shares, struct deferral_reversal *reversal, const char **reason)
{
	struct deferral_part *const list = arena_zero(arena, (deferral->count + 1) * sizeof(*list));

	reversal->parts = list;
	for (size_t i = 0; i < deferral->count; i++) {
		struct deferral_line *const line = &deferral->lines[i];
		struct recognition_reversal of;

		if (shares[i] == 0)
			continue;
		if (!recognition_reverse(arena, &line->schedule, day, shares[i], &of, reason))
			return false;
		line->schedule = of.after;
		list[reversal->count++] = (struct deferral_part){ line->line, shares[i] };
	}
	return true;
}

bool deferral_reverse(struct arena *arena, struct deferral *deferral, int64_t day, int64_t minor,
                      struct deferral_reversal *reversal, const char **reason)
{
	const size_t count = deferral->count;
	uint64_t *const weights = arena_zero(arena, (count + 1) * sizeof(*weights));
	int64_t *const shares = arena_zero(arena, (count + 1) * sizeof(*shares));
	struct deferral after = *deferral;
	struct deferral_reversal read = { .count = 0 };

	CHECK(minor > 0);
	day = day < deferral->earned_to ? deferral->earned_to : day;
	const uint64_t whole = weigh(deferral, day, weights);
	const int64_t cleared = (uint64_t)minor < whole ? minor : (int64_t)whole;
	if (whole > 0)
		recognition_apportion(cleared, weights, count, shares);
	after.lines = arena_zero(arena, (count + 1) * sizeof(*after.lines));
	for (size_t i = 0; i < count; i++)
		after.lines[i] = deferral->lines[i];
	if (!clear(arena, &after, day, shares, &read, reason))
		return false;
	read.contra = minor - cleared;
	*deferral = after;
	*reversal = read;
	return true;
}

/* A row's bytes: the version, the day, the count; of each line its id, size and schedule. */

struct bytes deferral_encode(struct arena *arena, const struct deferral *deferral)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_i64(&out, deferral->earned_to);
	pack_u8(&out, (uint32_t)deferral->count);
	for (size_t i = 0; i < deferral->count; i++) {
		const struct bytes schedule =
		    recognition_encode(arena, &deferral->lines[i].schedule);

		pack_text(&out, deferral->lines[i].line);
		pack_i64(&out, (int64_t)schedule.size);
		buffer_add(&out, schedule.data, schedule.size);
	}
	return pack_end(arena, &out);
}

static bool line_take(struct arena *arena, struct packed *from, struct deferral_line *line)
{
	line->line = packed_string(arena, from);
	const size_t size = (size_t)packed_i64(from, 0, INT32_MAX);
	if (from->failed || size > from->left)
		return false;
	if (!recognition_decode(arena, (struct bytes){ from->data, size }, &line->schedule))
		return false;
	from->data += size;
	from->left -= size;
	return true;
}

bool deferral_decode(struct arena *arena, struct bytes bytes, struct deferral *deferral)
{
	struct packed from = packed_open(bytes);
	struct deferral read = { .count = 0 };

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	read.earned_to = packed_i64(&from, INT32_MIN, INT32_MAX);
	read.count = packed_u8(&from, DEFERRAL_LINES_MAX);
	read.lines = arena_zero(arena, (read.count + 1) * sizeof(*read.lines));
	for (size_t i = 0; i < read.count; i++)
		if (!line_take(arena, &from, &read.lines[i]))
			return false;
	if (!packed_done(&from))
		return false;
	*deferral = read;
	return true;
}
