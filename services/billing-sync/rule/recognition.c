#include "services/billing-sync/rule/recognition.h"

#include "common/base/check.h"
#include "common/base/packed.h"
#include "common/io/zone.h"

#include <stdlib.h>

#define SECOND_US INT64_C(1000000)
#define DAY_S INT64_C(86400)
#define MONTHS_A_YEAR 12
#define DAYS_A_MONTH 31
#define ENCODING 1

const char *const recognition_mode_names[] = { "day", "time", "month", "month_prorated", NULL };

/* Days and months of the books. */

static int64_t floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

int64_t recognition_day(const struct zone *zone, struct instant at)
{
	const int64_t second = floor_divide(at.us, SECOND_US);

	return floor_divide(second + (zone == NULL ? 0 : zone_offset(zone, at)), DAY_S);
}

struct instant recognition_midnight(struct zone *zone, int64_t day)
{
	if (zone == NULL)
		return (struct instant){ day * DAY_S * SECOND_US };
	return zone_instant(zone, date_of_days(day), 0, CALENDAR_OPENING);
}

static int64_t month_of(int64_t day)
{
	const struct date date = date_of_days(day);

	return (int64_t)date.year * MONTHS_A_YEAR + date.month - 1;
}

static int64_t month_start(int64_t month)
{
	return date_days((struct date){ (int32_t)(month / MONTHS_A_YEAR),
	                                (int32_t)(month % MONTHS_A_YEAR) + 1, 1 });
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static uint64_t size_of(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static int64_t with_sign(uint64_t size, int64_t sign_of)
{
	return sign_of < 0 ? -(int64_t)size : (int64_t)size;
}

/* Parts that sum to the whole. */

struct remainder {
	uint64_t rest;
	size_t index;
};

static int by_rest(const void *a, const void *b)
{
	const struct remainder *const left = a;
	const struct remainder *const right = b;

	if (left->rest != right->rest)
		return left->rest > right->rest ? -1 : 1;
	return left->index < right->index ? -1 : 1;
}

void recognition_apportion(int64_t total, const uint64_t *weights, size_t count, int64_t *parts)
{
	struct remainder rests[RECOGNITION_SHARES_MAX];
	uint64_t left = size_of(total);
	uint64_t whole = 0;

	CHECK(count > 0);
	CHECK(count <= RECOGNITION_SHARES_MAX);
	for (size_t i = 0; i < count; i++)
		whole += weights[i];
	CHECK(whole > 0);
	for (size_t i = 0; i < count; i++) {
		__extension__ const unsigned __int128 share =
		    (unsigned __int128)size_of(total) * weights[i];

		parts[i] = with_sign((uint64_t)(share / whole), total);
		rests[i] = (struct remainder){ (uint64_t)(share % whole), i };
		left -= (uint64_t)(share / whole);
	}
	qsort(rests, count, sizeof(*rests), by_rest);
	for (size_t i = 0; i < left; i++)
		parts[rests[i].index] += total < 0 ? -1 : 1;
}

/* Making. */

/* The days over which an order is spread: from first to before end. */
struct days {
	int64_t first;
	int64_t end;
};

static struct days days_of(const struct recognition_order *order, const struct zone *zone)
{
	const int64_t first = recognition_day(zone, order->from);
	const int64_t last = recognition_day(zone, order->to);

	switch (order->mode) {
	case RECOGNITION_BY_MONTH:
		if (month_of(last) > month_of(first))
			return (struct days){ first, month_start(month_of(last)) };
		return (struct days){ first, most(last, first + 1) };
	case RECOGNITION_BY_TIME:
	case RECOGNITION_BY_MONTH_PRORATED:
		if (order->to.us == order->from.us)
			return (struct days){ first, first + 1 };
		return (struct days){
			first, recognition_day(zone, (struct instant){ order->to.us - 1 }) + 1
		};
	case RECOGNITION_BY_DAY:
	case RECOGNITION_MODES: break;
	}
	return (struct days){ first, most(last, first + 1) };
}

/* How much of the order's time lies in the month of a part; 1 for an order that takes no time. */
static uint64_t time_in(const struct recognition_order *order, struct zone *zone,
                        const struct recognition_part *part)
{
	const int64_t month = month_of(part->first_day);
	const int64_t start =
	    most(order->from.us, recognition_midnight(zone, month_start(month)).us);
	const int64_t end =
	    least(order->to.us, recognition_midnight(zone, month_start(month + 1)).us);

	return end > start ? (uint64_t)(end - start) : order->from.us == order->to.us;
}

/* First and last by their time, and those between share the rest: all in units of one of them. */
static void prorate(const struct recognition_order *order, struct zone *zone,
                    const struct recognition_part *parts, size_t count, uint64_t *weights)
{
	const uint64_t first = time_in(order, zone, &parts[0]);
	const uint64_t last = time_in(order, zone, &parts[count - 1]);
	const uint64_t between = count - 2;
	const uint64_t whole = (uint64_t)(order->to.us - order->from.us);

	for (size_t i = 1; i < count - 1; i++)
		weights[i] = whole - first - last;
	weights[0] = first * between;
	weights[count - 1] = last * between;
}

static void weigh(const struct recognition_order *order, struct zone *zone,
                  const struct recognition_part *parts, size_t count, uint64_t *weights)
{
	for (size_t i = 0; i < count; i++) {
		if (order->mode == RECOGNITION_BY_DAY)
			weights[i] = (uint64_t)parts[i].days;
		else if (order->mode == RECOGNITION_BY_MONTH)
			weights[i] = 1;
		else
			weights[i] = time_in(order, zone, &parts[i]);
	}
	if (order->mode == RECOGNITION_BY_MONTH_PRORATED && count > 2)
		prorate(order, zone, parts, count, weights);
}

static const char *wrong_with(const struct recognition_order *order)
{
	if (order->minor == INT64_MIN)
		return "minor: is beyond what can be reversed";
	if (time_before(order->from, TIME_OLDEST) || time_before(TIME_NEWEST, order->to))
		return "period: is not between the years 1970 and 9999";
	if (time_before(order->to, order->from))
		return "period: ends before it begins";
	return NULL;
}

bool recognition_make(struct arena *arena, const struct recognition_order *order, struct zone *zone,
                      struct recognition *schedule, const char **reason)
{
	uint64_t weights[RECOGNITION_MONTHS_MAX] = { 0 };
	int64_t shares[RECOGNITION_MONTHS_MAX];
	struct recognition_part *parts;

	*reason = wrong_with(order);
	if (*reason != NULL)
		return false;
	const struct days days = days_of(order, zone);
	const int64_t month = month_of(days.first);
	const int64_t months = month_of(days.end - 1) - month + 1;
	if (months > RECOGNITION_MONTHS_MAX) {
		*reason = "period: is longer than ten years";
		return false;
	}
	const size_t count = (size_t)months;
	parts = arena_zero(arena, count * sizeof(*parts));
	for (size_t i = 0; i < count; i++) {
		const int64_t first = most(days.first, month_start(month + (int64_t)i));
		const int64_t end = least(days.end, month_start(month + (int64_t)i + 1));
		parts[i] = (struct recognition_part){ first, (int32_t)(end - first), 0 };
	}
	weigh(order, zone, parts, count, weights);
	recognition_apportion(order->minor, weights, count, shares);
	for (size_t i = 0; i < count; i++)
		parts[i].minor = shares[i];
	*schedule = (struct recognition){ order->minor, 0, order->booked_day, count, parts };
	return true;
}

/* Asking. */

/* Of a part, on its days before this one. */
static int64_t part_before(const struct recognition_part *part, int64_t day)
{
	const int64_t days = least(most(day - part->first_day, 0), part->days);
	const uint64_t size = size_of(part->minor);
	const uint64_t of = (uint64_t)part->days;

	return with_sign(size / of * (uint64_t)days + (uint64_t)least(days, (int64_t)(size % of)),
	                 part->minor);
}

int64_t recognition_before(const struct recognition *schedule, int64_t day)
{
	int64_t sum = 0;

	if (day <= schedule->booked_day)
		return 0;
	for (size_t i = 0; i < schedule->count; i++)
		sum += part_before(&schedule->parts[i], day);
	return sum;
}

int64_t recognition_on(const struct recognition *schedule, int64_t day)
{
	return recognition_before(schedule, day + 1) - recognition_before(schedule, day);
}

int64_t recognition_deferred(const struct recognition *schedule, int64_t day)
{
	return schedule->minor - recognition_before(schedule, day);
}

/* Reversing. */

/* What of the parts lies before the day, then what lies from it on; both keep each day's amount. */
static size_t cut(const struct recognition *schedule, int64_t day, struct recognition_part *parts,
                  size_t *earned)
{
	size_t count = 0;

	for (size_t i = 0; i < schedule->count; i++) {
		const struct recognition_part *const part = &schedule->parts[i];
		const int64_t days = least(day - part->first_day, part->days);

		if (days > 0)
			parts[count++] = (struct recognition_part){ part->first_day, (int32_t)days,
				                                    part_before(part, day) };
	}
	*earned = count;
	for (size_t i = 0; i < schedule->count; i++) {
		const struct recognition_part *const part = &schedule->parts[i];
		const int64_t days = most(day - part->first_day, 0);

		if (days < part->days)
			parts[count++] =
			    (struct recognition_part){ part->first_day + days,
				                       part->days - (int32_t)days,
				                       part->minor - part_before(part, day) };
	}
	return count;
}

/* What is left of the deferred parts, in the shape that they had. */
static void shrink(struct recognition_part *parts, size_t count, int64_t left)
{
	uint64_t weights[RECOGNITION_PARTS_MAX] = { 0 };
	int64_t shares[RECOGNITION_PARTS_MAX];
	uint64_t whole = 0;

	for (size_t i = 0; i < count; i++) {
		weights[i] = size_of(parts[i].minor);
		whole += weights[i];
	}
	if (whole == 0)
		return;
	recognition_apportion(left, weights, count, shares);
	for (size_t i = 0; i < count; i++)
		parts[i].minor = shares[i];
}

static const char *wrong_with_reversal(const struct recognition *schedule, int64_t day,
                                       int64_t minor)
{
	const uint64_t earned = size_of(recognition_before(schedule, day));
	const uint64_t deferred = size_of(recognition_deferred(schedule, day));

	if (minor == 0 || (minor < 0) != (schedule->minor < 0 || schedule->contra < 0))
		return "minor: has not the sign of what was billed";
	if (size_of(minor) > deferred + earned - size_of(schedule->contra))
		return "minor: is more than was billed and not yet reversed";
	if (schedule->count == RECOGNITION_PARTS_MAX)
		return "line: was reversed too often";
	return NULL;
}

bool recognition_reverse(struct arena *arena, const struct recognition *schedule, int64_t day,
                         int64_t minor, struct recognition_reversal *reversal, const char **reason)
{
	const int64_t deferred = recognition_deferred(schedule, day);
	const int64_t from = day <= schedule->booked_day ? INT64_MIN / 2 : day;
	struct recognition_part *parts;
	struct recognition after = *schedule;
	size_t earned;

	*reason = wrong_with_reversal(schedule, day, minor);
	if (*reason != NULL)
		return false;
	const int64_t cleared = size_of(minor) < size_of(deferred) ? minor : deferred;
	parts = arena_zero(arena, RECOGNITION_PARTS_MAX * sizeof(*parts));
	after.count = cut(schedule, from, parts, &earned);
	after.parts = parts;
	shrink(parts + earned, after.count - earned, deferred - cleared);
	after.minor -= cleared;
	after.contra += minor - cleared;
	*reversal = (struct recognition_reversal){ after, cleared, minor - cleared };
	return true;
}

/* A row's bytes. */

struct bytes recognition_encode(struct arena *arena, const struct recognition *schedule)
{
	struct buffer out = { 0 };

	pack_u8(&out, ENCODING);
	pack_i64(&out, schedule->minor);
	pack_i64(&out, schedule->contra);
	pack_i64(&out, schedule->booked_day);
	pack_u8(&out, (uint32_t)schedule->count);
	for (size_t i = 0; i < schedule->count; i++) {
		pack_i64(&out, schedule->parts[i].first_day);
		pack_u8(&out, (uint32_t)schedule->parts[i].days);
		pack_i64(&out, schedule->parts[i].minor);
	}
	return pack_end(arena, &out);
}

bool recognition_decode(struct arena *arena, struct bytes bytes, struct recognition *schedule)
{
	struct packed from = packed_open(bytes);
	struct recognition read = { .count = 0 };
	struct recognition_part *parts;

	if (packed_u8(&from, ENCODING) != ENCODING)
		return false;
	read.minor = packed_i64(&from, INT64_MIN + 1, INT64_MAX);
	read.contra = packed_i64(&from, INT64_MIN + 1, INT64_MAX);
	read.booked_day = packed_i64(&from, INT64_MIN, INT64_MAX);
	read.count = packed_u8(&from, RECOGNITION_PARTS_MAX);
	parts = arena_zero(arena, (read.count + 1) * sizeof(*parts));
	for (size_t i = 0; i < read.count; i++) {
		parts[i].first_day = packed_i64(&from, INT32_MIN, INT32_MAX);
		parts[i].days = (int32_t)packed_u8(&from, DAYS_A_MONTH);
		parts[i].minor = packed_i64(&from, INT64_MIN + 1, INT64_MAX);
	}
	if (!packed_done(&from))
		return false;
	read.parts = parts;
	*schedule = read;
	return true;
}

/* The roll-forward. */

int64_t recognition_gap(const struct recognition_roll *roll)
{
	__extension__ const __int128 gap = (__int128)roll->opening + roll->billed -
	                                   roll->recognised - roll->cleared - roll->closing;

	if (gap > INT64_MAX)
		return INT64_MAX;
	return gap < INT64_MIN ? INT64_MIN : (int64_t)gap;
}

int64_t unbilled_gap(const struct unbilled_roll *roll)
{
	__extension__ const __int128 gap =
	    (__int128)roll->opening + roll->used - roll->billed - roll->closing;

	if (gap > INT64_MAX)
		return INT64_MAX;
	return gap < INT64_MIN ? INT64_MIN : (int64_t)gap;
}
