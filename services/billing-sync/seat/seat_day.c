/*
 * Seats day by day: what was in force against what was billed, and against who has one.
 */
#include "services/billing-sync/seat/seat.h"

#include "common/base/check.h"

#include <stdlib.h>
#include <string.h>

/* The least and the most of a quantity within a day. */
struct span {
	bool unknown;
	int64_t least;
	int64_t most;
};

struct window {
	int64_t day;
	struct instant start;
	struct instant end;
};

static void widen(struct span *span, int64_t quantity)
{
	span->least = quantity < span->least ? quantity : span->least;
	span->most = quantity > span->most ? quantity : span->most;
}

static bool within(struct instant at, const struct window *window)
{
	return time_before(window->start, at) && time_before(at, window->end);
}

/*
 * The changes of the day change its span, those known later than others too. What was in force when the
 * window began counts, except where the change comes with that very instant.
 */
static struct span in_force(const struct seat_timeline *timeline, const struct window *window)
{
	struct span span = { .unknown = true };
	int64_t quantity;

	if (!seat_at(timeline, window->start, TIME_MAX, &quantity))
		return span;
	span = (struct span){ false, quantity, quantity };
	for (size_t i = 0; i < timeline->count; i++) {
		const struct instant at = timeline->changes[i].effective_at;

		if (within(at, window) && seat_at(timeline, at, TIME_MAX, &quantity))
			widen(&span, quantity);
	}
	return span;
}

static int64_t billed_at(const struct seat_billed *billed, size_t count, struct instant at)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (!time_before(at, billed[i].start) && time_before(at, billed[i].end))
			sum += billed[i].quantity;
	return sum;
}

static struct span billed_in(const struct seat_billed *billed, size_t count,
                             const struct window *window)
{
	const int64_t first = billed_at(billed, count, window->start);
	struct span span = { false, first, first };

	for (size_t i = 0; i < count; i++) {
		if (within(billed[i].start, window))
			widen(&span, billed_at(billed, count, billed[i].start));
		if (within(billed[i].end, window))
			widen(&span, billed_at(billed, count, billed[i].end));
	}
	return span;
}

static int64_t floor_day(struct instant at)
{
	const int64_t day = at.us / DAYS(1).us;

	return at.us % DAYS(1).us < 0 ? day - 1 : day;
}

/* The part of a UTC day within [from, until). */
static struct window window_of(int64_t day, struct instant from, struct instant until)
{
	const struct instant start = { day * DAYS(1).us };

	return (struct window){ day, time_later(start, from),
		                time_earlier(time_add(start, DAYS(1)), until) };
}

static int64_t size_of(int64_t number)
{
	return number < 0 ? -number : number;
}

static void note(struct seat_difference *difference, int64_t day, int64_t expected, int64_t found)
{
	if (difference->days == 0 ||
	    size_of(found - expected) > size_of(difference->found - difference->expected)) {
		difference->day = day;
		difference->expected = expected;
		difference->found = found;
	}
	difference->days++;
}

struct seat_difference seat_against_billed(const struct seat_timeline *timeline,
                                           const struct seat_billed *billed, size_t count,
                                           struct instant from, struct instant until)
{
	struct seat_difference difference = { .days = 0 };
	const int64_t first = floor_day(from);

	for (int64_t day = first; day < first + SEAT_DAYS_MAX; day++) {
		const struct window window = window_of(day, from, until);

		if (!time_before(window.start, window.end))
			break;
		const struct span seats = in_force(timeline, &window);
		const struct span found = billed_in(billed, count, &window);
		if (seats.unknown)
			difference.unknown++;
		else if (found.least > seats.most)
			note(&difference, day, seats.most, found.least);
		else if (found.most < seats.least)
			note(&difference, day, seats.least, found.most);
	}
	return difference;
}

/* Assignments. */

struct step {
	struct instant at;
	int delta;
};

static int by_subject(const void *a, const void *b)
{
	const struct seat_assignment *const left = a;
	const struct seat_assignment *const right = b;
	const int subject = strcmp(left->subject, right->subject);

	if (subject != 0)
		return subject;
	if (left->at.us != right->at.us)
		return left->at.us < right->at.us ? -1 : 1;
	return strcmp(left->id, right->id);
}

static int by_instant(const void *a, const void *b)
{
	const struct step *const left = a;
	const struct step *const right = b;

	if (left->at.us != right->at.us)
		return left->at.us < right->at.us ? -1 : 1;
	return left->delta - right->delta; /* taken back first: a seat that changes hands is one */
}

/* Giving a seat to who has one is nothing, nor is taking it from who has none. */
static size_t steps_make(struct arena *arena, const struct seat_assignment *assignments,
                         size_t count, struct step *steps)
{
	struct seat_assignment *const sorted =
	    arena_alloc(arena, (count + 1) * sizeof(*assignments));
	bool holds = false;
	size_t made = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = assignments[i];
	qsort(sorted, count, sizeof(*sorted), by_subject);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(sorted[i].subject, sorted[i - 1].subject) != 0)
			holds = false;
		if (sorted[i].assigned != holds)
			steps[made++] = (struct step){ sorted[i].at, sorted[i].assigned ? 1 : -1 };
		holds = sorted[i].assigned;
	}
	qsort(steps, made, sizeof(*steps), by_instant);
	return made;
}

struct seat_difference seat_against_assigned(struct arena *arena,
                                             const struct seat_timeline *timeline,
                                             const struct seat_assignment *assignments,
                                             size_t count, struct instant from,
                                             struct instant until)
{
	struct step *const steps = arena_alloc(arena, (count + 1) * sizeof(struct step));
	struct seat_difference difference = { .days = 0 };
	const int64_t first = floor_day(from);
	size_t next = 0;
	int64_t held = 0;

	CHECK(count <= SEAT_ASSIGNMENTS_MAX);
	const size_t made = steps_make(arena, assignments, count, steps);
	for (int64_t day = first; day < first + SEAT_DAYS_MAX; day++) {
		const struct window window = window_of(day, from, until);

		if (!time_before(window.start, window.end))
			break;
		for (; next < made && !time_before(window.start, steps[next].at); next++)
			held += steps[next].delta;
		int64_t most = held;
		for (; next < made && time_before(steps[next].at, window.end); next++) {
			held += steps[next].delta;
			most = held > most ? held : most;
		}
		const struct span seats = in_force(timeline, &window);
		if (seats.unknown)
			difference.unknown++;
		else if (most > seats.most)
			note(&difference, day, seats.most, most);
	}
	return difference;
}
