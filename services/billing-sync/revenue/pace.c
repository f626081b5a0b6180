#include "services/billing-sync/revenue/pace.h"

#include <stdlib.h>

#define TURNS_A_PART 3 /* it begins, gives its last odd unit, ends */
#define TURNS_MORE 3   /* the first day asked about, and both ends of the day of the booking */

static int by_day(const void *a, const void *b)
{
	const struct pace_change *const left = a;
	const struct pace_change *const right = b;

	return left->day < right->day ? -1 : left->day > right->day;
}

static size_t add_turn(struct pace_change *turns, size_t count, int64_t from, int64_t day)
{
	if (day < from)
		return count;
	turns[count] = (struct pace_change){ .day = day };
	return count + 1;
}

/* The days on which a schedule may change its pace, in order; one may be there twice. */
static size_t turns_of(const struct recognition *schedule, int64_t from, struct pace_change *turns)
{
	size_t count = add_turn(turns, 0, from, from);

	count = add_turn(turns, count, from, schedule->booked_day);
	count = add_turn(turns, count, from, schedule->booked_day + 1);
	for (size_t i = 0; i < schedule->count; i++) {
		const struct recognition_part *const part = &schedule->parts[i];

		count = add_turn(turns, count, from, part->first_day);
		count =
		    add_turn(turns, count, from, part->first_day + llabs(part->minor % part->days));
		count = add_turn(turns, count, from, part->first_day + part->days);
	}
	qsort(turns, count, sizeof(*turns), by_day);
	return count;
}

/* What a schedule adds to the list; the result is how many. */
static size_t follow(const struct recognition *schedule, int64_t from, struct pace_change *turns,
                     struct pace_change *list)
{
	const size_t count = turns_of(schedule, from, turns);
	int64_t pace = 0;
	size_t added = 0;

	for (size_t i = 0; i < count; i++) {
		const int64_t now = recognition_on(schedule, turns[i].day);

		if (now == pace)
			continue;
		list[added++] = (struct pace_change){ turns[i].day, now - pace };
		pace = now;
	}
	return added;
}

/* Those of one day become one. */
static size_t merge(struct pace_change *list, size_t count)
{
	size_t kept = 0;

	qsort(list, count, sizeof(*list), by_day);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && list[kept - 1].day == list[i].day)
			list[kept - 1].minor += list[i].minor;
		else
			list[kept++] = list[i];
		if (list[kept - 1].minor == 0)
			kept--;
	}
	return kept;
}

size_t pace_of(struct arena *arena, const struct deferral *deferral, int64_t from,
               const struct pace_change **changes)
{
	const size_t most = TURNS_A_PART * RECOGNITION_PARTS_MAX + TURNS_MORE;
	struct pace_change *const turns = arena_alloc(arena, most * sizeof(*turns));
	struct pace_change *list;
	size_t room = 1;
	size_t count = 0;

	for (size_t i = 0; i < deferral->count; i++)
		room += TURNS_A_PART * deferral->lines[i].schedule.count + TURNS_MORE;
	list = arena_alloc(arena, room * sizeof(*list));
	for (size_t i = 0; i < deferral->count; i++)
		count += follow(&deferral->lines[i].schedule, from, turns, &list[count]);
	*changes = list;
	return merge(list, count);
}
