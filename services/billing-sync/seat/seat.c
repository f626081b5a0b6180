#include "services/billing-sync/seat/seat.h"

#include "common/base/check.h"

#include <string.h>

static int64_t quantity_of(const struct seat_change *change)
{
	return change->prev + change->delta;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Of two equal in both times the larger is the later, so that any order ends the same. */
static int by_time(const struct seat_change *a, const struct seat_change *b)
{
	const int effective = compare(a->effective_at.us, b->effective_at.us);
	const int recorded = compare(a->recorded_at.us, b->recorded_at.us);

	if (effective != 0)
		return effective;
	return recorded != 0 ? recorded : compare(quantity_of(a), quantity_of(b));
}

/* Each change starts from where the one before it ended. */
static void link_from(struct seat_timeline *timeline, size_t index)
{
	for (size_t i = index; i < timeline->count; i++) {
		struct seat_change *const change = &timeline->changes[i];
		const int64_t quantity = quantity_of(change);

		if (i > 0)
			change->prev = quantity_of(change - 1);
		else
			change->prev = timeline->cut ? quantity_of(&timeline->base) : 0;
		change->delta = quantity - change->prev;
	}
}

static void let_go(struct seat_timeline *timeline)
{
	const struct seat_change *const oldest = &timeline->changes[0];

	timeline->base = (struct seat_change){ oldest->effective_at, oldest->recorded_at,
		                               quantity_of(oldest), 0 };
	timeline->cut = true;
	timeline->count--;
	memmove(timeline->changes, timeline->changes + 1,
	        timeline->count * sizeof(timeline->changes[0]));
}

static void insert(struct seat_timeline *timeline, size_t index, struct seat_change change)
{
	memmove(&timeline->changes[index + 1], &timeline->changes[index],
	        (timeline->count - index) * sizeof(change));
	timeline->changes[index] = change;
	timeline->count++;
}

bool seat_record(struct seat_timeline *timeline, struct instant effective_at,
                 struct instant recorded_at, int64_t quantity)
{
	const struct seat_change change = { effective_at, recorded_at, quantity, 0 };
	size_t index = timeline->count;

	if (quantity < 0 || quantity > SEAT_QUANTITY_MAX)
		return false;
	if (timeline->cut && by_time(&change, &timeline->base) <= 0)
		return false;
	while (index > 0 && by_time(&change, &timeline->changes[index - 1]) < 0)
		index--;
	if (index > 0 && by_time(&change, &timeline->changes[index - 1]) == 0)
		return false;
	if (timeline->count == SEAT_CHANGES_MAX && index == 0) {
		timeline->base = change;
		timeline->cut = true;
		link_from(timeline, 0);
		return true;
	}
	if (timeline->count == SEAT_CHANGES_MAX) {
		let_go(timeline);
		index--;
	}
	insert(timeline, index, change);
	link_from(timeline, 0);
	return true;
}

static bool known(const struct seat_change *change, struct instant at, struct instant known_by)
{
	return !time_before(at, change->effective_at) &&
	       !time_before(known_by, change->recorded_at);
}

bool seat_at(const struct seat_timeline *timeline, struct instant at, struct instant known_by,
             int64_t *quantity)
{
	for (size_t i = timeline->count; i-- > 0;) {
		if (!known(&timeline->changes[i], at, known_by))
			continue;
		*quantity = quantity_of(&timeline->changes[i]);
		return true;
	}
	if (timeline->cut && !known(&timeline->base, at, known_by))
		return false;
	*quantity = timeline->cut ? quantity_of(&timeline->base) : 0;
	return true;
}
