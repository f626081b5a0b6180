#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

/* A time of day as read; second is -1 where it is not said. */
struct clock_time {
	int hour;
	int minute;
	int second;
	size_t end;
	bool by_mark;     /* 15:30 */
	const char *zone; /* said before it; NULL: none */
};

enum half { HALF_OPEN, HALF_MORNING, HALF_AFTERNOON, HALF_NIGHT };

/* Folded. */
static const struct {
	const char *word;
	enum half half;
} halves[] = {
	{ "午前", HALF_MORNING },   { "午後", HALF_AFTERNOON }, { "오전", HALF_MORNING },
	{ "오후", HALF_AFTERNOON }, { "上午", HALF_MORNING },   { "下午", HALF_AFTERNOON },
	{ "晚上", HALF_NIGHT },     { "早上", HALF_MORNING },   { "凌晨", HALF_MORNING },
	{ "深夜", HALF_MORNING },   { "夜", HALF_NIGHT },       { "朝", HALF_MORNING },
	{ "夕方", HALF_AFTERNOON }, { "아침", HALF_MORNING },   { "저녁", HALF_AFTERNOON },
	{ "밤", HALF_NIGHT },       { "새벽", HALF_MORNING },   { "未明", HALF_MORNING },
	{ "早朝", HALF_MORNING },
};

static const struct {
	const char *word;
	enum half half;
} meridiems[] = {
	{ "a.m.", HALF_MORNING }, { "p.m.", HALF_AFTERNOON }, { "am", HALF_MORNING },
	{ "pm", HALF_AFTERNOON }, { "a.m", HALF_MORNING },    { "p.m", HALF_AFTERNOON },
};

/* Zones that are written behind a time; some are of two continents, and stay as written. */
static const char *const zones[] = { "utc", "gmt", "jst",  "kst",  "cst", "est",  "edt", "pst",
	                             "pdt", "mst", "mdt",  "cdt",  "cet", "cest", "bst", "ist",
	                             "hkt", "sgt", "aest", "aedt", "eet", "eest", "wib", "msk" };

static size_t half_before(struct scan *scan, size_t at, enum half *half)
{
	for (size_t i = 0; i < COUNT_OF(halves); i++) {
		const size_t size = scan_word(scan, at, halves[i].word);
		if (size > 0) {
			*half = halves[i].half;
			return size;
		}
	}
	return 0;
}

static size_t half_behind(struct scan *scan, size_t at, enum half *half)
{
	const size_t first = scan_blank(scan, at);

	for (size_t i = 0; i < COUNT_OF(meridiems); i++) {
		const size_t size = scan_word(scan, first, meridiems[i].word);
		if (size > 0 && scan_word_ends(scan, first + size)) {
			*half = meridiems[i].half;
			return first + size - at;
		}
	}
	return 0;
}

/* 15:30, 15:30:05, 15:30:05.123. */
static bool read_marked(struct scan *scan, size_t at, struct clock_time *time)
{
	const size_t hour = scan_number(scan, at, 2, &time->hour);

	if (hour == 0 || scan_code(scan, at + hour) != ':' ||
	    scan_number(scan, at + hour + 1, 2, &time->minute) != 2)
		return false;
	time->end = at + hour + 3;
	time->by_mark = true;
	if (scan_code(scan, time->end) != ':')
		return true;
	if (scan_number(scan, time->end + 1, 2, &time->second) != 2)
		return false;
	time->end += 3;
	const size_t fraction =
	    scan_code(scan, time->end) == '.' ? scan_digits(scan, time->end + 1, 9) : 0;
	time->end += fraction > 0 && fraction <= 9 ? fraction + 1 : 0;
	return true;
}

static size_t unit(struct scan *scan, size_t at, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t size = scan_word(scan, at, words[i]);
		if (size > 0)
			return size;
	}
	return 0;
}

/* 3時, 15時30分, 3시 반; 3時間 and 3시간 are durations. 点 are points too: it wants more. */
static bool read_worded(struct scan *scan, size_t at, bool half_said, struct clock_time *time)
{
	static const char *const hours[] = { "時", "时", "시", "点", "點" };
	static const char *const minutes[] = { "分", "분" };
	static const char *const spans[] = { "間", "间", "간" };
	const size_t number = scan_small_number(scan, at, &time->hour);
	const size_t hour = number > 0 ? unit(scan, at + number, hours, COUNT_OF(hours)) : 0;

	if (hour == 0 || unit(scan, at + number + hour, spans, COUNT_OF(spans)) > 0)
		return false;
	const uint32_t sign = scan_code(scan, at + number);
	time->end = at + number + hour;
	const size_t behind = scan_blank(scan, time->end);
	const size_t half = unit(scan, behind, (const char *const[]){ "半", "반" }, 2);
	const size_t digits = scan_small_number(scan, behind, &time->minute);
	const size_t minute =
	    digits > 0 ? unit(scan, behind + digits, minutes, COUNT_OF(minutes)) : 0;
	if (half > 0 || minute > 0) {
		time->end = behind + (half > 0 ? half : digits + minute);
		time->minute = half > 0 ? 30 : time->minute;
		return true;
	}
	time->minute = 0;
	/* 一時 alone is "for the time being". */
	if (!half_said && scan_code(scan, at) == 0x4E00)
		return false;
	return half_said || (sign != 0x70B9 && sign != 0x9EDE);
}

/* +09:00, +0900, +9, -05:00. */
static const char *offset(struct scan *scan, size_t at, size_t *size)
{
	const uint32_t sign = scan_code(scan, at);
	int hours = 0;
	int minutes = 0;
	const size_t digits = sign == '+' || sign == '-' ? scan_number(scan, at + 1, 4, &hours) : 0;

	*size = 0;
	if (digits == 0 || digits == 3)
		return NULL;
	*size = digits + 1;
	if (digits == 4) {
		minutes = hours % 100;
		hours /= 100;
	} else if (scan_code(scan, at + *size) == ':' &&
	           scan_number(scan, at + *size + 1, 2, &minutes) == 2) {
		*size += 3;
	}
	if (hours > 14 || minutes > 59 || !scan_word_ends(scan, at + *size))
		return NULL;
	return arena_printf(scan->arena, "%c%02d:%02d", (char)sign, hours, minutes);
}

/* " JST", "Z", "+09:00", " UTC+9"; "" where it is open. end moves behind it. */
static const char *zone(struct scan *scan, size_t *end, bool seconds)
{
	const size_t first = scan_blank(scan, *end);
	size_t size = 0;

	if (scan_phrase(scan, *end, "z") > 0) {
		*end += 1;
		return "Z";
	}
	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		const size_t name = scan_phrase(scan, first, zones[i]);
		if (name == 0 || !scan_upper(scan, first))
			continue;
		const char *const east = zones[i][0] == 'u' || zones[i][0] == 'g'
		                             ? offset(scan, first + name, &size)
		                             : NULL;
		*end = first + name + (east == NULL ? 0 : size);
		return east != NULL
		           ? east
		           : arena_printf(scan->arena, " %s", scan_copy(scan, first, first + name));
	}
	const char *const bare = offset(scan, *end, &size);
	if (bare == NULL || (!seconds && size < 5))
		return "";
	*end += size;
	return bare;
}

/* Noon is 12 pm, midnight 12 am. What is past noon already stays; a night has its small hours. */
static int hour_of_day(int hour, enum half half)
{
	if (half == HALF_NIGHT)
		half = hour == 12 || hour < 5 ? HALF_MORNING : HALF_AFTERNOON;
	if (half == HALF_MORNING && hour == 12)
		return 0;
	return half == HALF_AFTERNOON && hour < 12 ? hour + 12 : hour;
}

static bool finish(struct scan *scan, size_t first, struct clock_time *time, enum half half,
                   struct finding *found)
{
	size_t last = time->end;

	if (half == HALF_OPEN)
		last += half_behind(scan, last, &half);
	const char *const behind = zone(scan, &last, time->second >= 0);
	const char *const where = time->zone != NULL ? time->zone : behind;
	const bool goes_on = scan_code(scan, last) == ':' && is_digit(scan_code(scan, last + 1));
	if (goes_on || !scan_word_ends(scan, last) || time->hour > 24 || time->minute > 59 ||
	    time->second > 60)
		return false;
	const int hour = hour_of_day(time->hour, half);
	finding_set(found, ENTITY_TIME, first, last,
	            time->second >= 0
	                ? arena_printf(scan->arena, "%02d:%02d:%02d%s", hour, time->minute,
	                               time->second, where)
	                : arena_printf(scan->arena, "%02d:%02d%s", hour, time->minute, where));
	const bool one_digit = !is_digit(scan_code(scan, first + 1)) && time->zone == NULL;
	found->entity.ambiguous = half == HALF_OPEN && time->hour >= 1 && time->hour <= 12 &&
	                          time->second < 0 && (!time->by_mark || one_digit);
	return true;
}

/* 3pm, 11 a.m.: the hour alone wants its half of the day. */
static bool read_hour(struct scan *scan, size_t at, struct finding *found)
{
	struct clock_time time = { .second = -1 };
	enum half half = HALF_OPEN;
	const size_t digits = scan_number(scan, at, 2, &time.hour);

	time.end = at + digits;
	if (digits == 0 || time.hour > 12 || half_behind(scan, time.end, &half) == 0)
		return false;
	return finish(scan, at, &time, HALF_OPEN, found);
}

static const struct {
	const char *word;
	const char *zone;
} local_zones[] = {
	{ "日本時間", " JST" },   { "한국시간", " KST" },   { "한국 시간", " KST" },
	{ "北京时间", "+08:00" }, { "北京時間", "+08:00" }, { "台北時間", "+08:00" },
	{ "日本时间", " JST" },
};

/* 日本時間12時14分. */
static size_t zone_before(struct scan *scan, size_t at, const char **zone)
{
	for (size_t i = 0; i < COUNT_OF(local_zones); i++) {
		const size_t size = scan_word(scan, at, local_zones[i].word);
		if (size > 0) {
			*zone = local_zones[i].zone;
			return scan_blank(scan, at + size) - at;
		}
	}
	return 0;
}

bool entity_read_time(struct scan *scan, size_t at, struct finding *found)
{
	struct clock_time time = { .second = -1 };
	enum half half = HALF_OPEN;
	const size_t start = at + zone_before(scan, at, &time.zone);
	size_t first = start + half_before(scan, start, &half);

	if (first > start)
		first = scan_blank(scan, first);
	else if (at > 1 && scan_code(scan, at - 1) == ':' && is_digit(scan_code(scan, at - 2)))
		return false;
	if (read_marked(scan, first, &time) || read_worded(scan, first, first > start, &time))
		return finish(scan, at, &time, half, found);
	return first == at && read_hour(scan, at, found);
}

void entity_words_time(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(halves); i++)
		starts_word(starts, halves[i].word);
	for (size_t i = 0; i < COUNT_OF(local_zones); i++)
		starts_word(starts, local_zones[i].word);
}
