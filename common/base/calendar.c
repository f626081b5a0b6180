#include "common/base/calendar.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdlib.h>

#define YEAR_COUNT (CALENDAR_LAST_YEAR - CALENDAR_FIRST_YEAR + 1)
#define DAY_US INT64_C(86400000000)
/* A window that began two dates earlier, in the zone furthest east or west, may reach into a year. */
#define DAYS_AROUND 3

/* The open time of one UTC year, cut at its ends. */
struct year {
	const struct calendar_span *spans;
	const int64_t *before; /* microseconds open in this year before span i */
	size_t count;
	int64_t total;
};

struct calendar {
	struct calendar_rules rules;
	struct arena *arena;
	const struct year *years[YEAR_COUNT]; /* NULL: not asked about yet */
};

static const char *const outside = "lies outside the years 1970 to 2199, which calendars cover";
static const char *const exhausted =
    "the calendar has not that much open time before the year 2200";

struct calendar *calendar_create(struct arena *arena, const struct calendar_rules *rules)
{
	struct calendar *const calendar = arena_zero(arena, sizeof(*calendar));

	calendar->rules = *rules;
	calendar->arena = arena;
	return calendar;
}

/* Years. */

static int64_t year_start(int year)
{
	return date_days((struct date){ CALENDAR_FIRST_YEAR + year, 1, 1 }) * DAY_US;
}

/* The place of the year of an instant; false outside the horizon. */
static bool year_of(struct instant at, int *year)
{
	if (at.us < year_start(0) || at.us >= year_start(YEAR_COUNT))
		return false;
	*year = date_of_days(at.us / DAY_US).year - CALENDAR_FIRST_YEAR;
	return true;
}

static int compare_special(const void *key, const void *row)
{
	const int64_t date = *(const int64_t *)key;
	const struct calendar_special *const special = row;

	return date < special->date ? -1 : date > special->date;
}

static const struct calendar_day *day_of(const struct calendar_rules *rules, int64_t date)
{
	const struct calendar_special *special = NULL;

	if (rules->special_count > 0)
		special = bsearch(&date, rules->specials, rules->special_count,
		                  sizeof(*rules->specials), compare_special);
	return special != NULL ? &special->day : &rules->week[date_weekday(date_of_days(date))];
}

/* The windows that begin on a date, as instants and cut at the ends of a year. */
static size_t day_spans(const struct calendar_rules *rules, int64_t date, struct calendar_span year,
                        struct calendar_span *spans)
{
	const struct calendar_day *const day = day_of(rules, date);
	const struct date local = date_of_days(date);
	size_t count = 0;

	for (size_t i = 0; i < day->count; i++) {
		const struct calendar_window window = day->windows[i];
		const struct calendar_span span = {
			time_later(year.open, rules->instant(rules->zone, local, window.from_s,
			                                     CALENDAR_OPENING)),
			time_earlier(year.close, rules->instant(rules->zone, local, window.to_s,
			                                        CALENDAR_CLOSING)),
		};

		if (time_before(span.open, span.close))
			spans[count++] = span;
	}
	return count;
}

static int compare_spans(const void *a, const void *b)
{
	const struct calendar_span *const x = a;
	const struct calendar_span *const y = b;

	return x->open.us < y->open.us ? -1 : x->open.us > y->open.us;
}

/* Spans that overlap or touch become one. Gives how many are left. */
static size_t unite(struct calendar_span *spans, size_t count)
{
	size_t kept = 0;

	qsort(spans, count, sizeof(*spans), compare_spans);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && spans[i].open.us <= spans[kept - 1].close.us)
			spans[kept - 1].close = time_later(spans[kept - 1].close, spans[i].close);
		else
			spans[kept++] = spans[i];
	}
	return kept;
}

static const struct year *year_keep(struct arena *arena, const struct calendar_span *spans,
                                    size_t count)
{
	struct year *const year = arena_zero(arena, sizeof(*year));
	int64_t *const before = arena_alloc(arena, (count + 1) * sizeof(*before));

	for (size_t i = 0; i < count; i++) {
		before[i] = year->total;
		year->total += spans[i].close.us - spans[i].open.us;
	}
	year->spans = arena_copy(arena, spans, count * sizeof(*spans));
	year->before = before;
	year->count = count;
	return year;
}

static const struct year *year_compile(struct calendar *calendar, int place)
{
	const struct calendar_span whole = { { year_start(place) }, { year_start(place + 1) } };
	const int64_t first = whole.open.us / DAY_US - DAYS_AROUND;
	const int64_t last = whole.close.us / DAY_US + DAYS_AROUND;
	struct calendar_span *const spans =
	    memory_alloc((size_t)(last - first) * CALENDAR_WINDOWS_MAX * sizeof(*spans));
	size_t count = 0;

	for (int64_t date = first; date < last; date++)
		count += day_spans(&calendar->rules, date, whole, spans + count);
	calendar->years[place] = year_keep(calendar->arena, spans, unite(spans, count));
	memory_free(spans);
	return calendar->years[place];
}

static const struct year *year_at(struct calendar *calendar, int place)
{
	const struct year *const year = calendar->years[place];

	return year != NULL ? year : year_compile(calendar, place);
}

/* Questions within one year. */

/* How many spans open at or before an instant. */
static size_t opened_by(const struct year *year, struct instant at)
{
	size_t low = 0;
	size_t high = year->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (year->spans[middle].open.us <= at.us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t open_before(const struct year *year, struct instant at)
{
	const size_t count = opened_by(year, at);
	struct instant until;

	if (count == 0)
		return 0;
	until = time_earlier(at, year->spans[count - 1].close);
	return year->before[count - 1] + until.us - year->spans[count - 1].open.us;
}

/* The first instant by which so many microseconds (1 to the year's total) were open. */
static struct instant open_reached(const struct year *year, int64_t us)
{
	size_t low = 0;
	size_t high = year->count;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (year->before[middle] < us)
			low = middle;
		else
			high = middle;
	}
	return (struct instant){ year->spans[low].open.us + us - year->before[low] };
}

/* Questions. */

bool calendar_due(struct calendar *calendar, struct instant at, struct duration target,
                  struct instant *due, const char **reason)
{
	int64_t left;
	int place;

	CHECK(target.us >= 0);
	*reason = outside;
	if (!year_of(at, &place))
		return false;
	*reason = exhausted;
	if (target.us == 0) {
		*due = at;
		return true;
	}
	if (__builtin_add_overflow(target.us, open_before(year_at(calendar, place), at), &left))
		return false;
	for (; place < YEAR_COUNT; place++) {
		const struct year *const year = year_at(calendar, place);

		if (left <= year->total) {
			*due = open_reached(year, left);
			return true;
		}
		left -= year->total;
	}
	return false;
}

bool calendar_elapsed(struct calendar *calendar, struct instant from, struct instant to,
                      struct duration *elapsed, const char **reason)
{
	int64_t sum = 0;
	int first;
	int last;

	*reason = outside;
	if (!year_of(from, &first) || !year_of(to, &last))
		return false;
	*reason = "it ends before it begins";
	if (time_before(to, from))
		return false;
	for (int place = first; place < last; place++)
		sum += year_at(calendar, place)->total;
	sum += open_before(year_at(calendar, last), to);
	sum -= open_before(year_at(calendar, first), from);
	*elapsed = (struct duration){ sum };
	return true;
}

bool calendar_span(struct calendar *calendar, struct instant at, struct calendar_span *span)
{
	const struct year *year;
	size_t index;
	int place;

	if (!year_of(at, &place))
		return false;
	year = year_at(calendar, place);
	index = opened_by(year, at);
	if (index > 0 && time_before(at, year->spans[index - 1].close))
		index--;
	for (; index == year->count; index = 0) {
		if (++place == YEAR_COUNT)
			return false;
		year = year_at(calendar, place);
	}
	*span = year->spans[index];
	return true;
}
